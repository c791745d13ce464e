from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks import commands
from checks.content import blob_id, fingerprint

if TYPE_CHECKING:
    from sandbox import Ran, Sandbox

OTHER = "CREATE TABLE other (id int);\n"


def rules(ran: Ran) -> list[str]:
    """Give the rules of a check with --output json."""
    return [finding["rule"] for finding in json.loads(ran.out)["findings"]]


def relock(repo: Sandbox, name: str = "001_a") -> None:
    """Rewrite a migration's entry by hand, as its file is now."""
    data = (repo.root / f"migrations/{name}.sql").read_bytes()
    lines = repo.read("migrations.lock").splitlines(keepends=True)
    for number, line in enumerate(lines):
        if f'"{name}.sql"' in line:
            head, tail = line.split("sha256: ")[0], line[line.index(", after") :]
            lines[number] = f'{head}sha256: "{fingerprint(data)}", blob: "{blob_id(data)}"{tail}'
    repo.write("migrations.lock", "".join(lines))


@pytest.fixture
def shop(repo: Sandbox) -> Sandbox:
    """Two migrations are deployed and locked on main; a branch begins."""
    repo.locked("001_a", "002_b")
    repo.branch()
    return repo


def test_nothing_changed_is_exit_0(shop: Sandbox) -> None:
    ran = shop.check()
    assert ran.code == 0
    assert "project migrations (sql, migrations): 2 locked, 0 merged, 0 new" in ran.out
    assert ran.out.endswith("passed: nothing found\n")


def test_a_new_migration_is_exit_0(shop: Sandbox) -> None:
    shop.sql("003_c")
    ran = shop.check()
    assert ran.code == 0
    assert "2 locked, 0 merged, 1 new" in ran.out


def test_an_edit_is_exit_1_with_its_place_and_a_command(shop: Sandbox) -> None:
    shop.sql("001_a", "CREATE TABLE t_001 (id int);\nCREATE TABLE more (id int);\n")
    ran = shop.check()
    assert ran.code == 1
    assert "migrations/001_a.sql:2: error: edited-migration" in ran.out
    assert "\n      + CREATE TABLE more (id int);\n" in ran.out
    assert "fix: migseal restore 001" in ran.out
    assert ran.out.endswith("failed: 1 error\n")


def test_an_edit_and_a_relock_in_one_commit_are_one_finding(shop: Sandbox) -> None:
    shop.sql("001_a", OTHER)
    relock(shop)
    shop.commit()
    ran = shop.check("--output", "json")
    assert ran.code == 1
    assert rules(ran) == ["edited-migration"]
    assert "the lockfile was rewritten to match" in ran.out


def test_a_deleted_migration_and_its_entry_are_one_finding(shop: Sandbox) -> None:
    (shop.root / "migrations/002_b.sql").unlink()
    lines = shop.read("migrations.lock").splitlines(keepends=True)
    shop.write("migrations.lock", "".join(line for line in lines if "002_b" not in line))
    shop.commit()
    ran = shop.check("--output", "json")
    assert (ran.code, rules(ran)) == (1, ["deleted-migration"])


def test_a_dropped_entry_is_told_of_the_lockfile(shop: Sandbox) -> None:
    lines = shop.read("migrations.lock").splitlines(keepends=True)
    shop.write("migrations.lock", "".join(line for line in lines if "002_b" not in line))
    ran = shop.check()
    assert ran.code == 1
    assert 'migration "002" was removed in migrations.lock' in ran.out


def test_a_removed_lockfile_is_told(shop: Sandbox) -> None:
    (shop.root / "migrations.lock").unlink()
    ran = shop.check("--output", "json")
    assert (ran.code, rules(ran)) == (1, ["changed-lockfile"])


def test_a_dropped_or_changed_deployment_is_told(repo: Sandbox) -> None:
    repo.locked("001_a")
    assert repo.run("lock", "--environment", "staging", "--release", "v1").code == 0
    repo.commit()
    repo.branch()
    text = repo.read("migrations.lock")
    repo.write("migrations.lock", text.replace('"staging/v1": ["001"]', '"staging/v1": []'))
    assert 'deployment "staging/v1" was changed' in repo.check().out
    repo.write("migrations.lock", text.replace('"staging/v1"', '"staging/v2"'))
    ran = repo.check()
    assert ran.code == 1
    assert 'deployment "staging/v1" was removed' in ran.out


def test_an_entry_of_nothing_is_told(shop: Sandbox) -> None:
    text = shop.read("migrations.lock")
    line = next(line for line in text.splitlines(keepends=True) if "002_b" in line)
    shop.write("migrations.lock", text.replace(line, line + line.replace("002", "003")))
    ran = shop.check()
    assert ran.code == 1
    assert 'migration "003" is locked, and there is no such migration' in ran.out


def test_a_move_is_a_note(shop: Sandbox) -> None:
    shop.git("mv", "migrations/001_a.sql", "migrations/001_better.sql")
    ran = shop.check("--output", "json")
    assert (ran.code, rules(ran)) == (0, ["moved-migration"])
    assert shop.check("--fail-on", "note").code == 1


def test_another_number_for_the_same_bytes_is_an_error(shop: Sandbox) -> None:
    shop.git("mv", "migrations/001_a.sql", "migrations/009_a.sql")
    ran = shop.check("--output", "json")
    assert ran.code == 1
    assert "moved-migration" in rules(ran)


def test_a_moved_directory_loses_nothing(shop: Sandbox) -> None:
    shop.git("mv", "migrations", "db_migrations")
    assert shop.check("--output", "json").code == 0
    shop.write("db_migrations/001_a.sql", OTHER)
    ran = shop.check("--output", "json")
    assert (ran.code, rules(ran)) == (1, ["edited-migration"])


def test_a_renamed_project_is_told(shop: Sandbox) -> None:
    shop.write("migseal.yaml", "projects:\n  shop:\n    directory: migrations\n    tool: sql\n")
    shop.write("migrations.lock", shop.read("migrations.lock").replace('"migrations":', '"shop":'))
    ran = shop.check()
    assert ran.code == 1
    assert 'project "migrations" was removed' in ran.out


def test_a_project_that_left_the_config_is_checked_all_the_same(repo: Sandbox) -> None:
    for name in ("one", "two"):
        repo.write(f"{name}/001_{name}.sql", OTHER)
    both = "".join(f"  {name}:\n    directory: {name}\n    tool: sql\n" for name in ("one", "two"))
    repo.write("migseal.yaml", f"projects:\n{both}")
    repo.locked()
    repo.branch()
    repo.write("migseal.yaml", "projects:\n  one:\n    directory: one\n    tool: sql\n")
    assert repo.check().code == 0
    shutil.rmtree(repo.root / "two")
    ran = repo.check("--output", "json")
    assert (ran.code, rules(ran)) == (1, ["deleted-migration"])


def test_another_tool_for_what_is_locked_is_no_way_out(shop: Sandbox) -> None:
    shop.write("migseal.yaml", "projects:\n  migrations:\n    directory: migrations\n    tool: alembic\n")
    ran = shop.check()
    assert ran.code == 2
    assert "its locked migrations still stand in migrations (sql)" in ran.said


def test_adoption_passes_where_the_lock_is_honest(repo: Sandbox) -> None:
    repo.sql("001_a")
    repo.commit()
    repo.branch()
    assert repo.run("lock").code == 0
    repo.commit()
    ran = repo.check()
    assert ran.code == 0
    assert "has no migrations.lock: migseal is being adopted" in ran.out


def test_adoption_fails_where_it_locks_what_was_edited(repo: Sandbox) -> None:
    repo.sql("001_a")
    repo.commit()
    repo.branch()
    repo.sql("001_a", OTHER)
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    ran = repo.check()
    assert ran.code == 1
    assert "locked with other bytes or parents than it has at the base" in ran.out


SQL = "projects:\n  migrations:\n    directory: migrations\n    tool: sql\n"


@pytest.mark.parametrize(
    ("base", "head", "code"),
    [
        ("", "rules: {edited-migration: off}\n", 1),
        ("", "rules: {edited-migration: note}\n", 1),
        ("rules: {edited-migration: off}\n", "rules: {edited-migration: off}\n", 0),
        ("rules: {edited-migration: off}\n", "rules: {edited-migration: error}\n", 1),
        ("rules: {edited-migration: off}\n", "", 1),
        ("rules: {edited-migration: error}\n", "", 1),
    ],
)
def test_nobody_judges_himself(repo: Sandbox, base: str, head: str, code: int) -> None:
    repo.write("migseal.yaml", SQL + base)
    repo.locked("001_a")
    repo.branch()
    repo.write("migseal.yaml", SQL + head)
    repo.sql("001_a", OTHER)
    assert repo.check().code == code


def test_a_stricter_config_counts_at_once(shop: Sandbox) -> None:
    shop.write("migseal.yaml", "rules: {moved-migration: error}\n")
    shop.git("mv", "migrations/001_a.sql", "migrations/001_better.sql")
    assert shop.check().code == 1


def test_a_config_that_is_broken_at_the_base_can_be_mended(repo: Sandbox) -> None:
    repo.locked("001_a")
    repo.write("migseal.yaml", "ruels: {}\n")
    repo.commit()
    repo.branch()
    assert repo.check().code == 2
    repo.write("migseal.yaml", "rules: {edited-migration: off}\n")
    ran = repo.check()
    assert ran.code == 0
    assert "no rule is looser than by itself, as its config is broken (migseal.yaml:1:" in ran.out
    repo.sql("001_a", OTHER)
    assert repo.check().code == 1


def test_a_lockfile_that_is_broken_at_the_base_proves_nothing(shop: Sandbox) -> None:
    good = shop.read("migrations.lock")
    shop.git("switch", "--quiet", "main")
    shop.write("migrations.lock", good.replace("sha256", "sha"))
    shop.commit()
    shop.git("switch", "--quiet", "--create", "mend")
    shop.write("migrations.lock", good)
    ran = shop.check()
    assert ran.code == 2
    assert "at the base " in ran.out
    assert "migrations.lock:8: " in ran.out


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("migrations.lock", "/nowhere"),
        ("migrations.lock", "../outside"),
        ("migrations.lock", "migrations.lock"),
        ("migseal.yaml", "migseal.yml"),
        ("migseal.yaml", "migseal.yaml"),
    ],
)
def test_a_lockfile_or_config_that_leads_nowhere_is_not_as_good_as_none(
    shop: Sandbox, name: str, target: str
) -> None:
    (shop.root / name).unlink(missing_ok=True)
    (shop.root / name).symlink_to(target)
    ran = shop.check()
    assert ran.code == 2
    assert f"{name} is in git's list, and its content is not here" in ran.out


def test_a_lockfile_of_a_tool_to_come_is_told(shop: Sandbox) -> None:
    shop.write("migrations.lock", shop.read("migrations.lock").replace('tool: "sql"', 'tool: "flyway"'))
    shop.commit()
    shop.git("branch", "--force", "main")
    shop.write("db/V1__a.sql", OTHER)
    ran = shop.check()
    assert ran.code == 2
    assert "locked with the tool flyway" in ran.out


def test_a_configured_directory_that_is_not_there_is_told(repo: Sandbox) -> None:
    repo.write("migseal.yaml", "projects:\n  app:\n    directory: migration\n    tool: sql\n")
    repo.sql("001_a")
    ran = repo.check()
    assert ran.code == 2
    assert (
        "migseal.yaml:3: projects.app.directory: git knows no migration (did you mean migrations?)" in ran.out
    )


def test_no_migrations_at_all_is_told(repo: Sandbox) -> None:
    ran = repo.check()
    assert ran.code == 0
    assert "no migrations found: name their directory in migseal.yaml" in ran.out


def test_a_submodule_as_the_directory_cannot_be_judged(repo: Sandbox, tmp_path: Path) -> None:
    repo.git("init", "--quiet", str(tmp_path / "module"))
    module = repo.at(tmp_path / "module")
    module.sql("001_a")
    module.commit()
    repo.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(module.root), "migrations"
    )
    repo.write("migseal.yaml", SQL)
    ran = repo.check()
    assert ran.code == 1
    assert "migrations:1: error: unreadable-migration" in ran.out


def test_a_directory_that_is_a_link_to_outside_cannot_be_judged(shop: Sandbox, tmp_path: Path) -> None:
    shutil.move(shop.root / "migrations", tmp_path / "outside")
    (shop.root / "migrations").symlink_to(tmp_path / "outside")
    ran = shop.check("--output", "json")
    assert ran.code == 1
    assert "unreadable-migration" in rules(ran)


@pytest.mark.parametrize("target", ["/etc/hostname", "../../outside.sql", "001_a.sql", "nothing.sql"])
def test_a_link_to_nothing_in_the_repository_cannot_be_judged(shop: Sandbox, target: str) -> None:
    (shop.root / "migrations/001_a.sql").unlink()
    (shop.root / "migrations/001_a.sql").symlink_to(target)
    for staged in ((), ("--staged",)):
        ran = shop.check(*staged)
        assert ran.code == 1
        assert "migrations/001_a.sql:1: error: unreadable-migration" in ran.out
        shop.git("add", "--all")


def test_links_inside_the_repository_are_as_good_as_files(repo: Sandbox) -> None:
    repo.write("shared/001_a.sql", OTHER)
    (repo.root / "migrations").symlink_to("shared")
    repo.write("migseal.yaml", SQL)
    repo.locked()
    repo.branch()
    assert repo.check().code == 0
    repo.write("shared/001_a.sql", "SELECT 1;\n")
    assert repo.check().code == 1


def test_a_crlf_checkout_is_no_edit(shop: Sandbox) -> None:
    shop.git("config", "core.autocrlf", "true")
    for path in (shop.root / "migrations").iterdir():
        path.unlink()
    shop.git("checkout", "--", "migrations")
    assert b"\r\n" in (shop.root / "migrations/001_a.sql").read_bytes()
    assert shop.check().code == 0
    assert shop.check("--staged").code == 0


def test_line_endings_and_a_byte_order_mark_are_no_edit(shop: Sandbox) -> None:
    shop.sql("001_a", "\ufeffCREATE TABLE t_001 (id int);\r\n")
    assert shop.check().code == 0
    shop.commit()
    assert shop.check().code == 0


def test_a_path_that_is_not_utf8_is_told_readably(shop: Sandbox) -> None:
    name = os.fsdecode(b"003_\xff")
    shop.sql(name, OTHER)
    assert shop.check().code == 0
    assert shop.process("check", "--files-only").code == 0
    shop.write(f"migrations/{name}.sql", b"\xff")
    ran = shop.process("check", "--files-only", "--output", "text", "--output", "text=out.txt")
    assert ran.code == 1
    assert "migrations/003_\\udcff.sql" in ran.out
    assert "migrations/003_\\udcff.sql" in shop.read("out.txt")


def test_only_what_is_staged_counts(shop: Sandbox) -> None:
    shop.sql("001_a", OTHER)
    assert shop.check("--staged").code == 0
    shop.git("add", "migrations/001_a.sql")
    shop.git("checkout", "--quiet", "HEAD", "--", "migrations/002_b.sql")
    shop.git("restore", "--worktree", "--source=HEAD", "migrations/001_a.sql")
    assert shop.check().code == 0
    assert shop.check("--staged").code == 1


def test_a_conflict_is_told_with_its_file(shop: Sandbox) -> None:
    shop.sql("003_c", OTHER)
    shop.commit()
    shop.git("switch", "--quiet", "main")
    shop.sql("003_c")
    shop.commit()
    assert shop.git("merge", "change", check=False).code == 1
    ran = shop.check("--staged")
    assert ran.code == 2
    assert "migrations/003_c.sql: the merge is not resolved" in ran.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--staged",), "--staged goes with --files-only"),
        (("--all", "--files-only"), "--all is about round trips"),
        (("--output", "xml"), "'xml' is no format; there are: text, github, json"),
        (("--fail-on", "fatal"), "--fail-on"),
        (("--nonsense",), "No such option"),
        (("--config", "nowhere.yaml", "--files-only"), "nowhere.yaml: cannot be read"),
    ],
)
def test_a_wrong_call_is_exit_2(shop: Sandbox, arguments: tuple[str, ...], told: str) -> None:
    ran = shop.run("check", *arguments)
    assert ran.code == 2
    assert told in ran.said


def test_a_command_that_is_none_names_the_nearest(repo: Sandbox) -> None:
    ran = repo.run("chekc")
    assert ran.code == 2
    assert "(did you mean check?)" in ran.err


def test_a_config_elsewhere_is_read(shop: Sandbox, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("rules: {moved-migration: error}\n", encoding="utf-8")
    shop.git("mv", "migrations/001_a.sql", "migrations/001_better.sql")
    assert shop.check("--config", str(other)).code == 1
    other.write_text("rules:\n  moved: error\n", encoding="utf-8")
    ran = shop.check("--config", str(other))
    assert ran.code == 2
    assert f"{other}:2: no rule is called moved" in ran.out


def test_it_works_from_any_directory(shop: Sandbox) -> None:
    shop.write("backend/deep/file", "")
    shop.sql("001_a", OTHER)
    inside = shop.at(shop.root / "backend/deep")
    assert "migrations/001_a.sql:1: error" in inside.check().out
    assert inside.process("check", "--files-only").code == 1


def test_a_package_called_checks_in_the_repository_is_not_ours(shop: Sandbox) -> None:
    shop.write("checks/__init__.py", "raise SystemExit(77)\n")
    shop.write("checks/__main__.py", "raise SystemExit(77)\n")
    assert shop.process("check", "--files-only", env={"PYTHONPATH": "."}).code == 0


def test_nothing_of_the_users_is_run(repo: Sandbox, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    evil = f"import pathlib\npathlib.Path({str(mark)!r}).touch()\n"
    repo.write("alembic.ini", "[alembic]\nscript_location = migrations\n")
    repo.write("migrations/env.py", evil)
    repo.write("migrations/versions/a.py", f'revision = "a"\ndown_revision = None\n{evil}')
    repo.write("conftest.py", evil)
    repo.write("sitecustomize.py", evil)
    repo.commit()
    assert repo.process("check", "--files-only", env={"PYTHONPATH": "."}).code == 0
    assert not mark.exists()


def test_several_outputs_at_once(shop: Sandbox, tmp_path: Path) -> None:
    shop.sql("001_a", OTHER)
    outputs = ("text", "github", f"json={tmp_path}/deep/out.json", f"text={tmp_path}/out.txt")
    ran = shop.check(*(word for output in outputs for word in ("--output", output)))
    assert ran.code == 1
    assert "error: edited-migration" in ran.out
    assert "::error file=migrations/001_a.sql,line=1,title=migseal%3A edited-migration::" in ran.out
    document = json.loads((tmp_path / "deep/out.json").read_text(encoding="utf-8"))
    assert (document["result"], document["base"]) == ("failed", shop.git("rev-parse", "main").out.strip())
    assert "error: edited-migration" in (tmp_path / "out.txt").read_text(encoding="utf-8")


def test_an_output_that_cannot_be_written_is_told(shop: Sandbox) -> None:
    ran = shop.check("--output", f"json={shop.root}")
    assert ran.code == 2
    assert "cannot be written" in ran.err


def test_what_keeps_us_from_looking_reaches_every_output(shop: Sandbox) -> None:
    shop.write("migseal.yaml", "ruels: {}\n")
    ran = shop.check("--output", "json")
    assert ran.code == 2
    assert json.loads(ran.out)["error"] == {
        "message": "migseal.yaml:1: the config has an unknown key: ruels (did you mean rules?)",
        "hint": "it may hold: projects, postgres, rules, base, environments, timeout, populate, squawk, "
        "sensitive",
    }
    assert shop.check("--output", "github").out.startswith("::error title=migseal cannot check::")


def test_colour_is_for_terminals(shop: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    arguments = [sys.executable, "-I", "-m", "checks", "check", "--files-only"]
    assert "\x1b[" not in shop.process(*arguments[4:]).out
    assert "\x1b[" in on_a_terminal(arguments, shop.root)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in on_a_terminal(arguments, shop.root)


def on_a_terminal(arguments: list[str], cwd: Path) -> str:
    ours, theirs = pty.openpty()
    with subprocess.Popen(arguments, cwd=cwd, stdout=theirs, stderr=theirs, stdin=theirs) as process:
        os.close(theirs)
        said = b""
        while True:
            try:
                said += (more := os.read(ours, 65536))
            except OSError:  # Linux's way to tell the end of a terminal
                break
            if not more:
                break
        process.wait()
    os.close(ours)
    return said.decode()


def test_a_reader_that_goes_away_is_no_traceback(shop: Sandbox) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    command = [sys.executable, "-I", "-m", "checks", "check", "--files-only"]
    done = subprocess.run(
        command, cwd=shop.root, stdout=theirs, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(theirs)
    assert (done.returncode, done.stderr) == (1, "")


FILES = ("migseal.yaml", "migrations.lock", "migrations/001_a.sql", "alembic/versions/a.py", "alembic.ini")


@pytest.fixture
def victim(repo: Sandbox) -> Sandbox:
    """A repository with both tools, whose files will be spoiled."""
    repo.write("alembic.ini", "[alembic]\nscript_location = alembic\n")
    repo.write("alembic/env.py", "")
    repo.write("alembic/versions/a.py", 'revision = "a"\ndown_revision = None\n')
    repo.locked("001_a")
    repo.write("migseal.yaml", "base: main\n")
    repo.commit()
    repo.branch()
    return repo


SPOILED = st.one_of(
    st.binary(max_size=40),
    st.text(max_size=40).map(lambda text: text.encode(errors="replace")),
    st.sampled_from(
        [b"\x00", b"\xff\xfe", b"[" * 5000, b"- " * 5000, b"&a [*a]", b"<<: *x", b'"\\udcff": 1\n']
    ),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_bytes_of_the_users_are_our_bug(victim: Sandbox, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(FILES))
    file = victim.root / name
    whole = victim.git("show", f"HEAD:{name}").out.encode()
    spoiled = data.draw(SPOILED)
    cut = data.draw(st.integers(0, len(whole)))
    file.write_bytes(
        data.draw(st.sampled_from([spoiled, whole[:cut] + spoiled + whole[cut:], whole[:cut] + spoiled]))
    )
    for command in (("check", "--files-only"), ("status",), ("lock", "--check"), ("restore", "001")):
        ran = victim.run(*command)
        assert ran.code in {0, 1, 2}, ran.said
        assert "Traceback" not in ran.said
        assert "has a bug" not in ran.said
    file.write_bytes(whole)


@pytest.mark.parametrize("tool", ["sql", "alembic"])
def test_a_secret_on_a_line_of_its_own_is_not_shown(repo: Sandbox, tool: str) -> None:
    """Which column a line's literal goes into may stand many lines above."""
    rows = "".join(f"  ('user{number}', 'x'),\n" for number in range(20))
    insert = f"INSERT INTO users (name, password) VALUES\n{rows}  ('bob', '{{}}');\n"
    code = 'op.execute("""' + insert + '""")'

    def write(secret: str) -> None:
        if tool == "sql":
            repo.sql("001_a", insert.format(secret))
        else:
            repo.alembic(("r1", None, code.format(secret), "pass"))

    write("first")
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    write("hunter2")
    ran = repo.check()
    assert ran.code == 1
    assert "edited-migration" in ran.out
    assert not [word for word in ("hunter2", "first") if word in ran.said]


@pytest.mark.parametrize(("signalled", "code"), [(KeyboardInterrupt(), 130), (SystemExit(143), 143)])
def test_a_signal_that_comes_while_a_class_is_made_is_no_bug(
    signalled: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Field:
        def __set_name__(self, owner: type, name: str) -> None:
            raise signalled

    def main(*_: object, **__: object) -> None:
        type("Made", (), {"field": Field()})

    monkeypatch.setattr(commands.group, "main", main)
    try:
        ended = commands.run(["status"])
    except SystemExit as left:  # Python 3.12 does not wrap it
        ended = int(left.code or 0)
    assert ended == code
    assert "bug" not in capsys.readouterr().err
