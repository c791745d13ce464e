"""Two paths meet: deployed databases with what is new on top, and new databases."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from sandbox import processes_of

from checks.postgres.server import connect

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox import Sandbox

    from checks.postgres import Server

pytestmark = pytest.mark.postgres

USERS = (
    "r1",
    None,
    "op.create_table('users', sa.Column('id', sa.Integer), sa.Column('name', sa.String(40)))",
)
ROLES = ("r2", "r1", "op.create_table('roles', sa.Column('name', sa.String(40), primary_key=True))")
SEED = ("r3", "r2", "op.execute(\"INSERT INTO roles VALUES ('admin')\")")
DOWN = {
    "r2b": "op.drop_table('late')",
    "r1": "op.drop_table('users')",
    "r2": "op.drop_table('roles')",
    "r3": "op.execute(\"DELETE FROM roles WHERE name IN ('admin', 'owner')\")",
}


WORDS = "op.execute(\"DELETE FROM t WHERE word IN ('a', 'b')\")"  # what else is in the table is not ours


def history(repo: Sandbox, *revisions: tuple[str, str | None, str]) -> None:
    repo.alembic(*((*revision, DOWN.get(revision[0], "pass")) for revision in revisions))


@pytest.fixture
def deployed(repo: Sandbox) -> Sandbox:
    """Three revisions that are locked, and a branch on which to change them."""
    history(repo, USERS, ROLES, SEED)
    repo.commit()
    repo.run("init", "--no-baseline")
    repo.commit("lock")
    repo.branch()
    return repo


def check(repo: Sandbox) -> tuple[int, list[tuple[str, str, str]], str]:
    """Run `migseal check`; give its exit code, the findings in short, and all messages."""
    ran = repo.run("check", "--output", "json")
    assert ran.out, ran.err
    document: dict[str, Any] = json.loads(ran.out)
    assert document["error"] is None, document["error"]
    found = [(f["rule"], f["severity"], f["migration"]) for f in document["findings"]]
    return ran.code, found, "\n".join(f["message"] for f in document["findings"])


def test_what_is_only_added_is_no_question(deployed: Sandbox) -> None:
    history(deployed, USERS, ROLES, SEED, ("r4", "r3", "pass"))
    assert check(deployed)[:2] == (0, [])


def test_a_comment_needs_no_proof(deployed: Sandbox) -> None:
    path = "migrations/versions/r1.py"
    deployed.write(path, "# a comment\n" + deployed.read(path))
    assert check(deployed)[:2] == (0, [("edited-migration", "note", "r1")])


def test_an_annotation_that_fails_cannot_pass(deployed: Sandbox) -> None:
    path = "migrations/versions/r1.py"
    deployed.write(path, deployed.read(path).replace("revision = 'r1'", "revision: int[str] = 'r1'"))
    ran = deployed.run("check")
    assert ran.code == 2
    assert "is not subscriptable" in ran.said
    assert "migrations/versions/r1.py:4" in ran.said


def test_an_import_needs_no_new_round_trip(repo: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DOWN, "r1", "op.there_is_no_such_operation()")
    history(repo, USERS)
    repo.commit()
    repo.run("init", "--no-baseline")
    repo.commit("lock")
    repo.branch()
    path = "migrations/versions/r1.py"
    repo.write(path, "from typing import Any\n" + repo.read(path))
    assert check(repo)[:2] == (0, [("edited-migration", "note", "r1")])


def test_an_equivalent_rewrite_meets(deployed: Sandbox) -> None:
    raw = "op.execute('CREATE TABLE users (id int, name varchar(40))')"
    history(deployed, ("r1", None, raw), ROLES, SEED)
    code, found, said = check(deployed)
    assert (code, found) == (0, [("edited-migration", "note", "r1")])
    assert "proved to be harmless" in said


def test_another_length_is_named(deployed: Sandbox) -> None:
    history(deployed, (USERS[0], USERS[1], USERS[2].replace("40", "80")), ROLES, SEED)
    code, found, said = check(deployed)
    assert (code, found) == (1, [("diverging-histories", "error", "r1")])
    assert "column public.users.name" in said
    assert "character varying(80)" in said


def test_rows_are_compared_and_named_by_their_key(deployed: Sandbox) -> None:
    history(deployed, USERS, ROLES, ("r3", "r2", SEED[2].replace("admin", "owner")))
    code, found, said = check(deployed)
    assert (code, found) == (1, [("diverging-histories", "error", "r3")])
    assert "the content of table public.roles" in said
    assert "gone: 1 row (name=admin); new: 1 row (name=owner)" in said


def test_what_each_run_makes_anew_is_not_compared(repo: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    table = "op.execute('CREATE TABLE t (id uuid DEFAULT gen_random_uuid(), at timestamptz, word text)')"
    insert = "op.execute(\"INSERT INTO t (at, word) VALUES (clock_timestamp(), 'a')\")"
    down = (("r1", "op.execute('DROP TABLE t')"), ("r2", WORDS))
    for version, statement in down:
        monkeypatch.setitem(DOWN, version, statement)
    history(repo, ("r1", None, table), ("r2", "r1", insert))
    repo.commit()
    repo.run("init", "--no-baseline")
    repo.commit("lock")
    repo.branch()
    history(repo, ("r1", None, table.replace("CREATE", "create")), ("r2", "r1", insert))
    assert check(repo)[:2] == (0, [("edited-migration", "note", "r1")])
    history(repo, ("r1", None, table), ("r2", "r1", insert.replace("'a'", "'b'")))
    assert check(repo)[:2] == (1, [("diverging-histories", "error", "r2")])


STAMPED = "op.execute(\"INSERT INTO t (word, at) VALUES ('a', {}), ('b', '2020-01-01 00:00')\")"


def test_a_time_that_a_file_names_is_compared(repo: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times within the seconds of a run are its own; all others are data, also beside such ones."""
    table = "op.execute('CREATE TABLE t (word text, at timestamptz, utc timestamp DEFAULT now())')"
    for version, statement in (("r1", "op.execute('DROP TABLE t')"), ("r2", WORDS)):
        monkeypatch.setitem(DOWN, version, statement)
    first = ("r1", None, table)
    history(repo, first, ("r2", "r1", STAMPED.format("now()")))
    repo.commit()
    repo.run("init", "--no-baseline")
    repo.commit("lock")
    repo.branch()
    history(repo, first, ("r2", "r1", STAMPED.format("clock_timestamp()")))
    assert check(repo)[:2] == (0, [("edited-migration", "note", "r2")])
    history(repo, first, ("r2", "r1", STAMPED.format("'2020-01-01'")))
    assert check(repo)[:2] == (1, [("diverging-histories", "error", "r2")])
    history(repo, first, ("r2", "r1", STAMPED.format("now()").replace("2020", "2021")))
    assert check(repo)[:2] == (1, [("diverging-histories", "error", "r2")])


def test_paths_that_make_a_role_do_not_meet_each_others(
    repo: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Roles belong to a server, so that each path has its own."""
    monkeypatch.setitem(DOWN, "r1", "op.execute('DROP ROLE migseal_path')")
    role = "op.execute('CREATE ROLE migseal_path'); __import__('time').sleep(0.5)"
    history(repo, ("r1", None, role))
    repo.commit()
    repo.run("init", "--no-baseline")
    repo.commit("lock")
    repo.branch()
    history(repo, ("r1", None, role.replace("CREATE", "create")))
    assert check(repo)[:2] == (0, [("edited-migration", "note", "r1")])


def test_a_role_that_stays_on_a_given_server_is_no_divergence(
    repo: Sandbox, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIGSEAL_DATABASE_URL", server.admin.url())
    monkeypatch.setitem(DOWN, "r1", "op.execute('DROP ROLE migseal_stays')")
    history(repo, ("r1", None, "op.execute('CREATE ROLE migseal_stays')"))
    repo.commit()
    repo.run("lock")
    repo.commit("lock")
    repo.branch()
    history(repo, ("r1", None, "op.execute('create ROLE migseal_stays')"))
    ran = repo.run("check")
    with connect(server.admin) as connection:
        connection.execute("DROP ROLE IF EXISTS migseal_stays")
    assert ran.code == 2
    assert "the role migseal_stays is on the given server already" in ran.said
    assert "diverging-histories" not in ran.said


def test_the_paths_are_gone_in_turn_where_one_job_is_asked_for(deployed: Sandbox) -> None:
    history(deployed, (USERS[0], USERS[1], USERS[2].replace("40", "80")), ROLES, SEED)
    documents = [json.loads(deployed.run("check", "--jobs", n, "--output", "json").out) for n in "12"]
    assert documents[0]["findings"] == documents[1]["findings"] != []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_nothing_of_two_paths(
    deployed: Sandbox, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    history(deployed, (USERS[0], USERS[1], "__import__('time').sleep(60)"), ROLES, SEED)
    marker, scratch = f"migseal-mark-{tmp_path.name}-{time.monotonic_ns()}", tmp_path / "scratch"
    scratch.mkdir()
    child = subprocess.Popen(
        [sys.executable, "-I", "-m", "checks", "check"],
        cwd=deployed.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "MIGSEAL_TEST_MARK": marker, "TMPDIR": str(scratch)},
    )
    deadline = time.monotonic() + 60
    while not list(scratch.glob("migseal-base-*/*")) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)
    child.send_signal(number)
    _, said = child.communicate(timeout=20)
    assert "Traceback" not in said
    assert child.returncode == code
    deadline = time.monotonic() + 20
    while (processes_of(marker) or list(scratch.iterdir())) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert (processes_of(marker), list(scratch.iterdir())) == ([], [])


def test_a_revision_inserted_below_the_deployed_head_never_runs_there(deployed: Sandbox) -> None:
    inserted = ("r2b", "r2", "op.create_table('late', sa.Column('id', sa.Integer))")
    history(deployed, USERS, ROLES, inserted, ("r3", "r2b", SEED[2]))
    code, found, said = check(deployed)
    assert code == 1
    assert [(rule, severity) for rule, severity, _ in found] == [("diverging-histories", "error")]
    assert "table public.late is only in new databases" in said


def test_a_deleted_head_cannot_be_located(deployed: Sandbox) -> None:
    (deployed.root / "migrations/versions/r3.py").unlink()
    code, found, said = check(deployed)
    assert (code, found) == (1, [("diverging-histories", "error", "r3")])
    assert "Can't locate revision identified by 'r3'" in said


def test_a_renamed_revision_cannot_be_located(deployed: Sandbox) -> None:
    (deployed.root / "migrations/versions/r3.py").unlink()
    history(deployed, USERS, ROLES, ("r9", "r2", SEED[2]))
    assert "Can't locate revision identified by 'r3'" in check(deployed)[2]


def test_a_second_head_is_no_question_of_paths(deployed: Sandbox) -> None:
    history(deployed, USERS, ROLES, SEED, ("r4", "r2", "pass"))
    assert ("diverging-histories", "error", "r4") not in check(deployed)[1]


def test_what_fails_on_a_deployed_database_is_told_with_its_statement(deployed: Sandbox) -> None:
    wide = (USERS[0], USERS[1], USERS[2].replace("'name'", "'title'"))
    history(
        deployed, wide, ROLES, SEED, ("r4", "r3", "op.execute('ALTER TABLE users ALTER title SET NOT NULL')")
    )
    code, found, said = check(deployed)
    assert code == 1
    assert ("diverging-histories", "error", "r1") in found
    assert "r4 fails on a deployed database" in said
    assert "ALTER TABLE users ALTER title SET NOT NULL" in said


def test_numbered_files_may_slip_in_where_it_makes_no_difference(repo: Sandbox) -> None:
    repo.sql("001_a", "CREATE TABLE a (id int);\n-- migrate:down\nDROP TABLE a;\n")
    repo.sql("003_c", "CREATE TABLE c (id int);\n-- migrate:down\nDROP TABLE c;\n")
    repo.commit()
    repo.run("init", "--no-baseline")
    repo.commit("lock")
    repo.branch()
    repo.sql("002_b", "CREATE TABLE b (id int);\n-- migrate:down\nDROP TABLE b;\n")
    assert check(repo)[:2] == (0, [("out-of-order-migration", "note", "002")])
    repo.sql("002_b", "CREATE TABLE IF NOT EXISTS c (other int);\n-- migrate:down\nDROP TABLE c;\n")
    assert check(repo)[0] == 1


def test_a_merged_edit_that_diverges_is_a_warning(deployed: Sandbox) -> None:
    deployed.git("switch", "-q", "main")
    history(deployed, USERS, ROLES, SEED, ("r4", "r3", "op.execute('CREATE TABLE m (id int)')"))
    deployed.commit()
    deployed.branch("other")
    history(deployed, USERS, ROLES, SEED, ("r4", "r3", "op.execute('CREATE TABLE m (id bigint)')"))
    assert ("diverging-histories", "warning", "r4") in check(deployed)[1]


def test_the_work_tree_is_never_written(deployed: Sandbox) -> None:
    deployed.write(".gitignore", "__pycache__/\n")  # what Python itself writes when it loads a migration
    history(deployed, (USERS[0], USERS[1], USERS[2].replace("40", "80")), ROLES, SEED)
    before = deployed.git("status", "--porcelain").out
    check(deployed)
    assert deployed.git("status", "--porcelain").out == before


def test_what_the_base_itself_edited_is_not_what_is_deployed(deployed: Sandbox) -> None:
    """An edit that was merged all the same is no proof of itself: the lockfile says what was run."""
    deployed.git("switch", "-q", "main")
    history(deployed, (USERS[0], USERS[1], USERS[2].replace("40", "80")), ROLES, SEED)
    deployed.commit("merged although it was red")
    deployed.branch("next")
    code, found, said = check(deployed)
    assert (code, found) == (1, [("diverging-histories", "error", "r1")])
    assert "character varying(40) became character varying(80)" in said


def test_a_revision_that_is_no_longer_below_the_deployed_one_runs_again(deployed: Sandbox) -> None:
    history(deployed, USERS, ("r2", "r3", ROLES[2]), ("r3", "r1", "pass"))
    code, found, said = check(deployed)
    assert code == 1
    assert ("diverging-histories", "error", "r3") in found
    assert "r2 fails on a deployed database" in said


def test_an_accepted_edit_is_not_laid_at_anothers_door(deployed: Sandbox) -> None:
    wide = (USERS[0], USERS[1], USERS[2].replace("40", "80"))
    history(
        deployed, wide, ("r2", "r1", "op.execute('CREATE TABLE roles (name varchar(40) PRIMARY KEY)')"), SEED
    )
    assert deployed.run("amend", "r1", "--reason", "widened by hand").code == 0
    assert check(deployed)[:2] == (0, [("edited-migration", "note", version) for version in ("r1", "r2")])


def test_what_slips_in_before_what_is_only_merged_is_a_warning(repo: Sandbox) -> None:
    repo.sql("001_a", "CREATE TABLE a (id int);\n-- migrate:down\nDROP TABLE a;\n")
    repo.commit()
    repo.run("init", "--no-baseline")
    repo.commit("lock")
    repo.sql("003_c", "CREATE TABLE IF NOT EXISTS b (id int);\n-- migrate:down\nDROP TABLE IF EXISTS b;\n")
    repo.commit()
    repo.branch()
    repo.sql("002_b", "CREATE TABLE IF NOT EXISTS b (other int);\n-- migrate:down\nDROP TABLE IF EXISTS b;\n")
    assert ("diverging-histories", "warning", "002") in check(repo)[1]
