"""A squash: old migrations are retired, if and only if the baseline makes what they had made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox import Sandbox

pytestmark = pytest.mark.postgres

USERS = ("r1", None, "op.execute('CREATE TABLE users (id int)')", "op.execute('DROP TABLE users')")
EMAIL = (
    "r2",
    "r1",
    "op.execute('ALTER TABLE users ADD email text')",
    "op.execute('ALTER TABLE users DROP email')",
)
INDEX = (
    "r3",
    "r2",
    "op.execute('CREATE INDEX by_email ON users (email)')",
    "op.execute('DROP INDEX by_email')",
)
TEAMS = ("r4", "r3", "op.execute('CREATE TABLE teams (id int)')", "op.execute('DROP TABLE teams')")
NEW = ("r5", "r4", "op.execute('CREATE TABLE late (id int)')", "op.execute('DROP TABLE late')")
MADE = "CREATE TABLE users (id int, email text); CREATE INDEX by_email ON users (email)"


def baseline(made: str = MADE) -> tuple[str, None, str, str]:
    """Give what stands for r1 to r3."""
    return ("r3", None, f"op.execute('{made}')", "op.execute('DROP TABLE users')")


@pytest.fixture
def deployed(repo: Sandbox) -> Sandbox:
    """Four revisions that are locked, and a branch on which to squash them."""
    repo.alembic(USERS, EMAIL, INDEX, TEAMS)
    repo.commit()
    repo.run("init", "--no-baseline")
    repo.commit("lock")
    repo.branch()
    return repo


def squash(repo: Sandbox, made: str = MADE) -> None:
    """Replace r1 to r3 by a baseline, as a user would."""
    for version in ("r1", "r2"):
        (repo.root / f"migrations/versions/{version}.py").unlink()
    repo.alembic(baseline(made), TEAMS)


def found(repo: Sandbox, *arguments: str) -> tuple[int, list[tuple[str, str, str]]]:
    ran = repo.run("check", "--output", "json", *arguments)
    document = json.loads(ran.out)
    assert document["error"] is None, document["error"]
    return ran.code, [(f["rule"], f["severity"], f["migration"]) for f in document["findings"]]


def merge(repo: Sandbox) -> None:
    repo.commit("squash")
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "change")
    repo.branch("next")


SQUASHED = [
    ("edited-migration", "note", "r3"),
    *(("deleted-migration", "note", version) for version in ("r1", "r2")),
]


def test_a_baseline_that_makes_the_same_is_accepted_and_proved_again(deployed: Sandbox) -> None:
    squash(deployed)
    assert found(deployed)[0] == 1
    ran = deployed.run("squash", "--upto", "r3")
    assert ran.code == 0, ran.said
    assert "2 migrations retired, and r3 stands for them" in ran.out
    lock = deployed.read("migrations.lock")
    assert lock.count('by: "r3"') == 2
    assert 'reason: "squash up to r3"' in lock
    code, told = found(deployed)
    assert (code, sorted(told)) == (0, sorted(SQUASHED))
    merge(deployed)
    assert found(deployed) == (0, [])
    deployed.alembic(baseline(), TEAMS, NEW)
    assert found(deployed) == (0, [])
    deployed.commit()
    assert deployed.run("lock").code == 0
    assert deployed.read("migrations.lock").count('by: "r3"') == 2


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ("CREATE TABLE users (id int, email text)", "index public.by_email is only in deployed ones"),
        (f"{MADE}; CREATE TABLE more (id int)", "table public.more is only in new databases"),
        (MADE.replace("text", "varchar"), "column public.users.email"),
    ],
)
def test_a_baseline_that_makes_something_else_retires_nothing(
    deployed: Sandbox, made: str, words: str
) -> None:
    squash(deployed, made)
    before = deployed.read("migrations.lock")
    ran = deployed.run("squash", "--upto", "r3")
    assert ran.code == 1
    assert "migrations/versions/r3.py:" in ran.out
    assert "r3 is the baseline of a squash (in the place of r1, r2)" in ran.out
    assert "diverging-histories" in ran.out
    assert "fix: let r3 make what deployed databases have" in ran.out
    assert words in ran.out
    assert deployed.read("migrations.lock") == before


def test_a_row_that_is_forgotten_is_named(repo: Sandbox) -> None:
    repo.sql("001_a", "CREATE TABLE a (id int PRIMARY KEY);\n-- migrate:down\nDROP TABLE a;\n")
    repo.sql("002_b", "INSERT INTO a VALUES (7);\n-- migrate:down\nDELETE FROM a;\n")
    repo.sql("003_c", "CREATE TABLE c (id int);\n-- migrate:down\nDROP TABLE c;\n")
    repo.commit()
    repo.run("init", "--no-baseline")
    repo.commit("lock")
    repo.branch()
    for name in ("001_a", "002_b", "003_c"):
        (repo.root / f"migrations/{name}.sql").unlink()
    made = "CREATE TABLE a (id int PRIMARY KEY);\n{}CREATE TABLE c (id int);\n"
    made += "-- migrate:down\nDROP TABLE a, c;\n"
    repo.sql("003_baseline", made.format(""))
    ran = repo.run("squash", "--upto", "003")
    assert ran.code == 1
    assert "1 row (id=7)" in ran.out
    repo.sql("003_baseline", made.format("INSERT INTO a VALUES (7);\n"))
    assert repo.run("squash", "--upto", "003").code == 0
    assert found(repo)[0] == 0


@pytest.mark.parametrize("kind", ["serial", "int GENERATED BY DEFAULT AS IDENTITY"])
def test_a_sequence_that_a_baseline_forgets_is_named(repo: Sandbox, kind: str) -> None:
    table = f"CREATE TABLE a (id {kind} PRIMARY KEY, n text);\n"
    repo.sql("001_a", f"{table}-- migrate:down\nDROP TABLE a;\n")
    repo.sql("002_b", "INSERT INTO a (n) VALUES ('x'), ('y');\n-- migrate:down\nDELETE FROM a;\n")
    repo.commit()
    repo.run("lock")
    repo.commit("lock")
    repo.branch()
    (repo.root / "migrations/001_a.sql").unlink()
    baseline = f"{table}INSERT INTO a VALUES (1, 'x'), (2, 'y');\n{{}}-- migrate:down\nDROP TABLE a;\n"
    repo.sql("002_b", baseline.format(""))
    ran = repo.run("squash", "--upto", "002")
    assert ran.code == 1
    assert "sequence public.a_id_seq is another in new databases (its next value is taken" in ran.out
    repo.sql("002_b", baseline.format("SELECT setval('a_id_seq', 2);\n"))
    assert repo.run("squash", "--upto", "002").code == 0


def test_without_a_database_nothing_is_proved(deployed: Sandbox) -> None:
    squash(deployed)
    deployed.run("squash", "--upto", "r3")
    code, told = found(deployed, "--files-only")
    assert code == 0
    assert ("deleted-migration", "warning", "r1") in told


def test_an_edit_of_the_baseline_after_the_squash_fails(deployed: Sandbox) -> None:
    squash(deployed)
    deployed.run("squash", "--upto", "r3")
    deployed.alembic(baseline(f"{MADE};"), TEAMS)
    code, told = found(deployed)
    assert code == 1
    assert ("deleted-migration", "error", "r1") in told


def test_a_retirement_that_was_written_by_hand_is_proved_all_the_same(deployed: Sandbox) -> None:
    forgets = "CREATE TABLE users (id int, email text)"
    squash(deployed)
    assert deployed.run("squash", "--upto", "r3").code == 0
    squashed = deployed.read("migrations.lock")
    deployed.alembic(baseline(forgets), TEAMS)
    deployed.write("migrations.lock", deployed.git("show", "main:migrations.lock").out)
    assert deployed.run("amend", "r3", "--reason", "squash up to r3").code == 0
    mine = deployed.read("migrations.lock").splitlines(keepends=True)
    amendment = next(line for line in mine if "reason:" in line)
    other = next(line for line in squashed.splitlines(keepends=True) if "reason:" in line)
    deployed.write("migrations.lock", squashed.replace(other, amendment))
    code, told = found(deployed)
    assert code == 1
    assert [finding[0] for finding in told] == ["diverging-histories"]
    code, told = found(deployed, "--files-only")
    assert ("deleted-migration", "warning", "r1") in told


def retire_by_hand(repo: Sandbox) -> None:
    """Write what `migseal squash` would write, proved or not."""
    assert repo.run("amend", "r3", "--reason", "squash up to r3").code == 0
    lines = repo.read("migrations.lock").splitlines(keepends=True)
    gone = [line for line in lines if line.startswith(('      "r1":', '      "r2":'))]
    kept = [line for line in lines if line not in gone]
    at = kept.index("    amended:\n")
    retired = [line.replace("}\n", ', by: "r3"}\n') for line in gone]
    repo.write("migrations.lock", "".join([*kept[:at], "    retired:\n", *retired, *kept[at:]]))


def test_what_cannot_be_proved_is_not_retired(repo: Sandbox) -> None:
    repo.alembic(USERS, (*EMAIL[:2], "op.execute('no such statement')", EMAIL[3]), INDEX, TEAMS)
    repo.commit()
    repo.run("lock")
    repo.commit()
    repo.branch()
    squash(repo)
    ran = repo.run("squash", "--upto", "r3")
    assert ran.code == 2
    assert "the base's files do not build what deployed databases have" in ran.said
    retire_by_hand(repo)
    code, told = found(repo)
    assert code == 1
    assert ("deleted-migration", "error", "r1") in told


def test_an_entry_that_changes_as_it_is_retired_is_told(deployed: Sandbox) -> None:
    squash(deployed)
    retire_by_hand(deployed)
    assert found(deployed)[0] == 0
    old = entry(deployed, "r1")
    new = old.replace('by: "r3"', 'downgrade: "absent", by: "r3"')
    deployed.write("migrations.lock", deployed.read("migrations.lock").replace(old, new))
    ran = deployed.check()
    assert ran.code == 1
    assert 'migration "r1" was changed in migrations.lock' in ran.out


def test_what_comes_above_the_baseline_may_not_go(deployed: Sandbox) -> None:
    squash(deployed)
    (deployed.root / "migrations/versions/r4.py").unlink()
    ran = deployed.run("squash", "--upto", "r3")
    assert ran.code == 2
    assert "r4 cannot be retired: it does not come before r3" in ran.said
    assert "migseal restore r4" in ran.said


def test_nothing_else_may_be_edited(deployed: Sandbox) -> None:
    squash(deployed)
    deployed.alembic(baseline(), (*TEAMS[:2], "op.execute('CREATE TABLE teams (id bigint)')", TEAMS[3]))
    ran = deployed.run("squash", "--upto", "r3")
    assert ran.code == 2
    assert "r4 was edited, too" in ran.said


def test_an_environment_that_has_not_got_the_baseline_would_be_lost(repo: Sandbox) -> None:
    repo.alembic(USERS, EMAIL)
    repo.commit()
    assert repo.run("lock", "--environment", "production", "--release", "v1").code == 0
    repo.alembic(INDEX, TEAMS)
    repo.commit()
    assert repo.run("lock", "--environment", "staging", "--release", "v2").code == 0
    repo.commit("lock")
    repo.branch()
    squash(repo)
    ran = repo.run("squash", "--upto", "r3")
    assert ran.code == 2
    assert "production has not got r3 yet" in ran.said


@pytest.mark.parametrize(
    ("upto", "words"),
    [("r9", "r9 is not locked"), ("r1", "r1 is gone: the baseline has to keep its version")],
)
def test_what_cannot_be_a_baseline(deployed: Sandbox, upto: str, words: str) -> None:
    squash(deployed)
    ran = deployed.run("squash", "--upto", upto)
    assert ran.code == 2
    assert words in ran.said


def test_nothing_to_retire(deployed: Sandbox) -> None:
    ran = deployed.run("squash", "--upto", "r3")
    assert ran.code == 2
    assert "there is nothing to retire" in ran.said


@pytest.fixture
def merged(deployed: Sandbox) -> Sandbox:
    """A squash that was merged."""
    squash(deployed)
    deployed.run("squash", "--upto", "r3")
    merge(deployed)
    return deployed


def entry(repo: Sandbox, version: str) -> str:
    lines = repo.read("migrations.lock").splitlines(keepends=True)
    return next(line for line in lines if line.startswith(f'      "{version}":') and 'by: "r3"' in line)


@pytest.mark.parametrize("new", ["", 'by: "r4"', 'by: "r3", depends: ["x"]'])
def test_what_is_retired_stays_in_the_lockfile(merged: Sandbox, new: str) -> None:
    old = entry(merged, "r1")
    changed = old.replace('by: "r3"', new) if new else ""
    merged.write("migrations.lock", merged.read("migrations.lock").replace(old, changed))
    ran = merged.check()
    assert ran.code == 1
    assert 'retired migration "r1"' in ran.out


def test_status_shows_what_is_retired(merged: Sandbox) -> None:
    assert "r2 is retired: r3 stands for it" in merged.run("status").out


def test_a_retired_version_is_never_free_again(merged: Sandbox) -> None:
    merged.alembic(baseline(), TEAMS, ("r1", "r4", "pass", "pass"))
    ran = merged.check()
    assert ran.code == 1
    assert "duplicate-version" in ran.out
    assert "version r1 was retired by a squash" in ran.out


def test_what_is_retired_and_still_there_is_told(deployed: Sandbox) -> None:
    squash(deployed)
    deployed.run("squash", "--upto", "r3")
    deployed.alembic(USERS)
    ran = deployed.check()
    assert ran.code == 1
    assert "was retired, and its file is still there" in ran.out


def test_what_was_never_locked_cannot_be_retired(merged: Sandbox) -> None:
    old = entry(merged, "r1")
    text = merged.read("migrations.lock").replace(old, old + old.replace('"r1"', '"r0"'))
    merged.write("migrations.lock", text)
    ran = merged.check()
    assert ran.code == 1
    assert "was never locked at the base" in ran.out


def test_a_second_squash_goes_on_from_the_first(merged: Sandbox) -> None:
    (merged.root / "migrations/versions/r3.py").unlink()
    both = f"op.execute('{MADE}; CREATE TABLE teams (id int)')"
    merged.alembic(("r4", None, both, "op.execute('DROP TABLE users, teams')"))
    ran = merged.run("squash", "--upto", "r4")
    assert ran.code == 0, ran.said
    lock = merged.read("migrations.lock")
    assert (lock.count('by: "r3"'), lock.count('by: "r4"')) == (2, 1)
    code, told = found(merged)
    assert (code, sorted(told)) == (
        0,
        [("deleted-migration", "note", "r3"), ("edited-migration", "note", "r4")],
    )


def test_restore_takes_a_squash_back(deployed: Sandbox) -> None:
    before = deployed.read("migrations.lock")
    squash(deployed)
    deployed.run("squash", "--upto", "r3")
    for version in ("r1", "r2", "r3"):
        assert deployed.run("restore", version).code == 0
    assert deployed.read("migrations.lock") == before
    assert found(deployed) == (0, [])


def three(repo: Sandbox) -> None:
    """Deploy three SQL files that make a table each, and begin a branch."""
    for number, name in enumerate("abc", 1):
        repo.sql(
            f"00{number}_{name}", f"CREATE TABLE {name} (id int);\n-- migrate:down\nDROP TABLE {name};\n"
        )
    repo.commit()
    repo.run("lock")
    repo.commit("lock")
    repo.branch()


def baseline_of_three(repo: Sandbox) -> None:
    for path in (repo.root / "migrations").iterdir():
        path.unlink()
    made = "".join(f"CREATE TABLE {name} (id int);\n" for name in "abc")
    repo.sql("003_baseline", f"{made}-- migrate:down\nDROP TABLE a, b, c;\n")


def config(repo: Sandbox, more: str) -> None:
    repo.write("migseal.yaml", f"projects: {{m: {{directory: migrations, tool: sql, {more}}}}}\n")


START = "CREATE TABLE a (id int);\nCREATE TABLE b (id int);\nCREATE TABLE c (id int);\n"


@pytest.mark.parametrize("more", ["start: {sql: s.sql, at: '003'}", "before: 'CREATE TABLE a (id int)'"])
def test_no_change_says_itself_what_both_paths_begin_with(repo: Sandbox, more: str) -> None:
    three(repo)
    repo.write("s.sql", START)
    config(repo, more)
    for name in ("001_a", "002_b"):
        (repo.root / f"migrations/{name}.sql").unlink()
    ran = repo.run("squash", "--upto", "003")
    assert ran.code == 2
    assert "let the change of migseal.yaml" in ran.said
    ran = repo.run("check")
    assert ran.code == 2
    assert "error: deleted-migration" in ran.out


def test_what_a_start_stands_for_is_proved_by_no_path(repo: Sandbox) -> None:
    three(repo)
    repo.git("switch", "-q", "main")
    repo.write("s.sql", START)
    config(repo, "start: {sql: s.sql, at: '003'}")
    repo.commit("start")
    repo.branch("edit")
    repo.sql("002_b", "CREATE TABLE b (id int, evil int);\n-- migrate:down\nDROP TABLE b;\n")
    assert found(repo) == (1, [("edited-migration", "error", "002")])
    repo.write("s.sql", START.replace("b (id int)", "b (id int, evil int)"))
    assert repo.run("check").code == 2


def test_a_baseline_may_make_what_a_start_made(repo: Sandbox) -> None:
    three(repo)
    repo.git("switch", "-q", "main")
    repo.write("s.sql", START.partition("CREATE TABLE c")[0])
    config(repo, "start: {sql: s.sql, at: '002'}")
    repo.commit("start")
    repo.branch("squash")
    baseline_of_three(repo)
    config(repo, "before: 'CREATE ROLE migseal_squash'")
    (repo.root / "s.sql").unlink()
    ran = repo.run("squash", "--upto", "003")
    assert ran.code == 0, ran.said
    assert found(repo)[0] == 0


def test_a_baseline_may_make_what_no_file_made(repo: Sandbox) -> None:
    repo.write("s.sql", "CREATE TABLE old (id int);\n")
    config(repo, "start: {sql: s.sql}")
    three(repo)
    baseline_of_three(repo)
    config(repo, "driver: psycopg")
    (repo.root / "s.sql").unlink()
    ran = repo.run("squash", "--upto", "003")
    assert ran.code == 1
    assert "table public.old is only in deployed ones" in ran.out
    path = "migrations/003_baseline.sql"
    repo.write(path, "CREATE TABLE old (id int);\n" + repo.read(path))
    assert repo.run("squash", "--upto", "003").code == 0


def test_an_accepted_edit_is_no_part_of_what_is_retired(repo: Sandbox) -> None:
    three(repo)
    (repo.root / "migrations/001_a.sql").unlink()
    made = "CREATE TABLE a (id int);\nCREATE TABLE b (id int, evil int);\n"
    repo.sql("002_b", f"{made}-- migrate:down\nDROP TABLE a, b;\n")
    assert repo.run("amend", "002", "--reason", "typo").code == 0
    ran = repo.run("squash", "--upto", "003")
    assert ran.code == 1
    assert "public.b.evil" in ran.out


@pytest.fixture
def squashed(repo: Sandbox) -> Sandbox:
    """Three SQL files that were squashed, merged."""
    three(repo)
    baseline_of_three(repo)
    assert repo.run("squash", "--upto", "003").code == 0
    merge(repo)
    return repo


def test_a_retired_number_is_not_free_in_another_spelling(squashed: Sandbox) -> None:
    squashed.sql("1_again", "SELECT 1;\n")
    ran = squashed.check()
    assert ran.code == 1
    assert "version 1 was retired by a squash" in ran.out


def test_a_retired_file_that_is_back_is_told_and_never_locked(squashed: Sandbox) -> None:
    squashed.git("switch", "-q", "main")
    squashed.sql("001_a", "SELECT 1;\n")
    squashed.commit("back")
    squashed.branch("after")
    assert "version 001 was retired by a squash" in squashed.check().out
    before = squashed.read("migrations.lock")
    ran = squashed.run("lock")
    assert ran.code == 1
    assert "duplicate-version" in ran.out
    assert squashed.read("migrations.lock") == before


def test_a_branch_that_parted_before_the_squash_is_judged_no_milder(repo: Sandbox) -> None:
    for number, name in enumerate("abc", 1):
        repo.sql(
            f"00{number}_{name}", f"CREATE TABLE {name} (id int);\n-- migrate:down\nDROP TABLE {name};\n"
        )
    repo.sql("000_z", "SELECT 0;\n")
    repo.commit()
    repo.run("lock")
    repo.git("reset", "-q")
    repo.git("checkout", "-q", "--detach")
    repo.git("branch", "-q", "stale")
    repo.git("switch", "-q", "main")
    repo.commit("lock")
    repo.branch("change")
    for name in ("000_z", "001_a", "002_b"):
        (repo.root / f"migrations/{name}.sql").unlink()
    made = "".join(f"CREATE TABLE {name} (id int);\n" for name in "abc")
    repo.sql("003_c", f"{made}-- migrate:down\nDROP TABLE a, b, c;\n")
    assert repo.run("squash", "--upto", "003").code == 0
    repo.commit("squash")
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "change")
    repo.git("switch", "-q", "stale")
    repo.sql("002_b", "CREATE TABLE b (id int, evil int);\n-- migrate:down\nDROP TABLE b;\n")
    assert found(repo, "--files-only") == (1, [("edited-migration", "error", "002")])


def test_the_way_out_of_a_baseline_that_changed_again(deployed: Sandbox) -> None:
    squash(deployed)
    deployed.run("squash", "--upto", "r3")
    deployed.alembic(baseline(f"{MADE};"), TEAMS)
    assert "fix: migseal squash --upto r3, or migseal restore r1" in deployed.check().out
    assert deployed.run("squash", "--upto", "r3").code == 0
    assert found(deployed)[0] == 0


def test_restore_says_what_a_merged_squash_has_retired(merged: Sandbox) -> None:
    ran = merged.run("restore", "r1")
    assert ran.code == 2
    assert "r1 is retired, and r3 stands for it" in ran.said
