from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sandbox import directories_of, processes_of

from checks.postgres import PROVIDERS, Settings
from checks.postgres.server import connect, create, drop

if TYPE_CHECKING:
    from sandbox import Ran, Sandbox

pytestmark = pytest.mark.postgres


def trips(repo: Sandbox, *arguments: str) -> tuple[Ran, dict[str, Any]]:
    """Run `migseal check`, and read its JSON."""
    ran = repo.run("check", "--output", "json", *arguments)
    return ran, json.loads(ran.out)


def results(document: dict[str, Any]) -> dict[str, str]:
    """Give the legs of each migration in short, those on tables with rows aside: "passed passed passed"."""
    found: dict[str, str] = {}
    for step in document["steps"]:
        if step["leg"].startswith("populated"):
            continue
        found[step["migration"]] = f"{found.get(step['migration'], '')} {step['result']}".strip()
    return found


def rules(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(finding["rule"], finding["migration"]) for finding in document["findings"]]


def both_ways(name: str, up: str, down: str) -> tuple[str, str]:
    return name, f"{up}\n-- migrate:down\n{down}\n"


def test_only_what_is_new_is_proved(repo: Sandbox) -> None:
    repo.locked("001_a", "002_b")
    repo.branch()
    repo.sql(*both_ways("003_c", "CREATE TABLE c (id int);", "DROP TABLE c;"))
    ran, document = trips(repo)
    assert ran.code == 0
    assert results(document) == {"003": "passed passed passed"}
    assert document["result"] == "passed"
    assert [step["leg"] for step in document["steps"]] == ["up", "down", "again"]


def test_no_server_is_started_for_nothing_new(repo: Sandbox) -> None:
    repo.locked("001_a")
    ran = repo.process(
        "check", env={"PATH": os.environ["PATH"], "MIGSEAL_DATABASE_URL": "postgresql://nowhere/x"}
    )
    assert ran.code == 0
    assert "PostgreSQL" not in ran.said


def test_all_goes_down_to_empty(repo: Sandbox) -> None:
    repo.sql(*both_ways("001_a", "CREATE TABLE a (id int);", "DROP TABLE a;"))
    repo.sql(*both_ways("002_b", "INSERT INTO a VALUES (100);", "DELETE FROM a WHERE id = 100;"))
    repo.commit()
    ran, document = trips(repo, "--all")
    assert ran.code == 0, ran.said
    assert results(document) == {"001": "passed passed passed", "002": "passed passed passed"}


def test_a_downgrade_that_only_works_above_what_it_was_written_for_is_told_at_empty(repo: Sandbox) -> None:
    repo.sql(*both_ways("001_a", "CREATE TABLE a (name text, number int);", "DROP TABLE a;"))
    by_order = "INSERT INTO a SELECT 'x', 1 WHERE false; DROP TABLE b;"
    repo.sql(*both_ways("002_b", "CREATE TABLE b (id int);", by_order))
    repo.sql(*both_ways("003_c", "ALTER TABLE a DROP name;", "ALTER TABLE a ADD name text;"))
    repo.commit()
    ran, document = trips(repo, "--all")
    assert ran.code == 1
    assert sorted(rules(document)) == [
        ("data-loss", "003"),
        ("failed-downgrade", "002"),
        ("leftover-object", "003"),
    ]
    assert "on the way down to an empty database" in document["findings"][0]["message"]


def test_a_downgrade_that_only_works_once_is_told_at_empty(repo: Sandbox) -> None:
    repo.sql(*both_ways("001_a", "CREATE SEQUENCE s;", "DROP SEQUENCE s;"))
    repo.sql(*both_ways("002_b", "CREATE TABLE b (id int);", "SELECT 1 / (2 - nextval('s')); DROP TABLE b;"))
    repo.commit()
    ran, document = trips(repo, "--all")
    assert ran.code == 1
    assert rules(document) == [("failed-downgrade", "002")]
    assert "on the way down to an empty database" in document["findings"][0]["message"]


def test_one_defect_is_one_finding_and_the_next_starts_clean(repo: Sandbox) -> None:
    repo.locked("001_a")
    repo.branch()
    repo.sql(*both_ways("002_b", "CREATE TYPE mood AS ENUM ('x');", "SELECT 1;"))
    repo.sql(*both_ways("003_c", "CREATE TABLE c (m mood);", "DROP TABLE c;"))
    repo.sql(*both_ways("004_d", "CREATE TABLE d (id int);", "DROP TABLE nothing;"))
    repo.sql(*both_ways("005_e", "CREATE TABLE e (id int);", "DROP TABLE e;"))
    ran, document = trips(repo)
    assert ran.code == 1
    assert sorted(rules(document)) == [("failed-downgrade", "004"), ("leftover-object", "002")]
    assert results(document) == {
        "002": "passed different skipped",
        "003": "passed passed passed",
        "004": "passed failed",
        "005": "passed passed passed",
    }
    leftover = next(f for f in document["findings"] if f["rule"] == "leftover-object")
    assert leftover["path"] == "migrations/002_b.sql"
    assert leftover["line"] == 2
    assert leftover["fix"] == "add to the downgrade: DROP TYPE public.mood;"


def test_what_is_above_a_failure_is_told_as_unreached(repo: Sandbox) -> None:
    repo.locked("001_a")
    repo.branch()
    repo.sql("002_b", "CREATE TABLE b (id int);\nCREATE TABLE c (id nonsense);\n")
    repo.sql(*both_ways("003_c", "CREATE TABLE c (id int);", "DROP TABLE c;"))
    ran, document = trips(repo)
    assert ran.code == 1
    assert rules(document)[0] == ("failed-upgrade", "002")
    assert (document["findings"][0]["path"], document["findings"][0]["line"]) == ("migrations/002_b.sql", 2)
    assert results(document) == {"002": "failed", "003": "skipped"}
    assert "below it fails" in repo.run("check").out


def test_roles_do_not_outlive_their_database(repo: Sandbox) -> None:
    repo.sql(*both_ways("001_a", "CREATE ROLE migseal_test_role;", "DROP ROLE migseal_test_role;"))
    repo.sql(*both_ways("002_b", "CREATE TABLE b (id int);", "SELECT 1;"))
    repo.sql(*both_ways("003_c", "CREATE TABLE c (id int);", "DROP TABLE c;"))
    repo.commit()
    ran, document = trips(repo, "--all")
    assert ran.code == 1
    assert rules(document) == [("leftover-object", "002")]
    assert results(document)["003"] == "passed passed passed"


def test_before_makes_roles_and_a_missing_one_is_told_with_the_line_that_makes_it(repo: Sandbox) -> None:
    repo.sql(*both_ways("001_a", "CREATE TABLE a (id int); GRANT SELECT ON a TO app;", "DROP TABLE a;"))
    repo.commit()
    ran, document = trips(repo, "--all")
    assert ran.code == 1
    assert rules(document) == [("failed-upgrade", "001")]
    assert "before: 'CREATE ROLE \"app\";'" in document["findings"][0]["fix"]
    repo.write(
        "migseal.yaml",
        "projects: {m: {directory: migrations, tool: sql, before: 'CREATE ROLE \"app\";'}}\n",
    )
    assert repo.run("check", "--all").code == 0


def test_a_broken_before_cannot_check(repo: Sandbox) -> None:
    repo.sql("001_a")
    repo.write(
        "migseal.yaml", "projects: {m: {directory: migrations, tool: sql, before: 'CREATE ROLL x;'}}\n"
    )
    ran = repo.run("check", "--all")
    assert ran.code == 2
    assert "projects.m.before fails" in ran.said
    assert "CREATE ROLL x" in ran.said


@pytest.mark.parametrize("at", ["", ', at: "001"'])
def test_a_history_that_does_not_begin_empty(repo: Sandbox, at: str) -> None:
    if at:
        repo.sql("001_gone", "SELECT nonsense;\n")
    repo.sql(*both_ways("002_b", "ALTER TABLE old ADD b int;", "ALTER TABLE old DROP b;"))
    repo.write("start.sql", "\\restrict xyz\nCREATE TABLE old (id int);\nCOPY old FROM stdin;\n1\n\\.\n")
    repo.write(
        "migseal.yaml",
        f"projects: {{m: {{directory: migrations, tool: sql, start: {{sql: start.sql{at}}}}}}}\n",
    )
    repo.commit()
    ran, document = trips(repo, "--all")
    assert ran.code == 0, ran.said
    assert results(document) == {"002": "passed passed passed"}


def test_the_first_migration_without_its_table_points_to_start(repo: Sandbox) -> None:
    repo.sql(*both_ways("001_b", "ALTER TABLE old ADD b int;", "ALTER TABLE old DROP b;"))
    _, document = trips(repo)
    assert "start: {sql: FILE}" in document["findings"][0]["fix"]


def test_alembic_starts_at_a_version(repo: Sandbox) -> None:
    repo.alembic(
        ("r1", None, "raise RuntimeError('long gone')", "pass"),
        ("r2", "r1", 'op.execute("CREATE TABLE b (id int)")', 'op.execute("DROP TABLE b")'),
    )
    repo.write("start.sql", "CREATE TABLE old (id int);\n")
    repo.write(
        "migseal.yaml",
        'projects: {m: {directory: migrations, tool: alembic, start: {sql: start.sql, at: "r1"}}}\n',
    )
    repo.commit()
    ran, document = trips(repo, "--all")
    assert ran.code == 0, ran.said
    assert results(document) == {"r2": "passed passed passed"}


def test_a_missing_extension_cannot_check_and_names_who_has_it(repo: Sandbox) -> None:
    repo.sql(*both_ways("001_a", "CREATE EXTENSION no_such_extension;", "DROP EXTENSION no_such_extension;"))
    ran, document = trips(repo)
    assert ran.code == 2
    assert document["result"] == "error"
    assert (
        "no extension no_such_extension, which migrations/001_a.sql:1 needs" in document["error"]["message"]
    )
    assert "no_such_extension" in document["error"]["hint"]


def test_what_the_files_say_is_told_even_if_nothing_can_be_run(repo: Sandbox) -> None:
    repo.locked("001_a")
    repo.branch()
    repo.sql("001_a", "CREATE TABLE other (id int);\n")
    repo.sql("002_b", "CREATE EXTENSION no_such_extension;\n")
    ran, document = trips(repo)
    assert ran.code == 2
    assert ("edited-migration", "001") in rules(document)


def test_an_upgrade_that_only_works_in_the_run_of_an_earlier_one(repo: Sandbox) -> None:
    """Alembic remembers the types that a run has made: a deploy of the second migration alone would fail."""
    column = 'sa.Column("m", sa.Enum("x", name="mood"))'
    drop = 'op.drop_table("{0}"); sa.Enum(name="mood").drop(op.get_bind(), checkfirst=False)'
    repo.alembic(
        ("r1", None, f'op.create_table("a", {column})', drop.format("a")),
        ("r2", "r1", f'op.create_table("b", {column})', 'op.drop_table("b")'),
        ("r3", "r2", 'op.execute("CREATE TABLE c (id int)")', 'op.execute("DROP TABLE c")'),
    )
    repo.commit()
    _, document = trips(repo, "--all")
    assert rules(document) == [("failed-upgrade", "r2")]
    assert results(document)["r1"] == "passed passed passed"
    assert results(document)["r3"] == "passed passed passed"


def test_each_environment_has_its_own_round_trip(repo: Sandbox) -> None:
    repo.alembic(
        (
            "r1",
            None,
            "import os; op.execute(f\"CREATE TABLE {os.environ['STAGE']} (id int)\")",
            'op.execute("DROP TABLE staging")',
        ),
    )
    repo.write(
        "migseal.yaml",
        "projects: {m: {directory: migrations, tool: alembic}}\n"
        "environments: {staging: {STAGE: staging}, production: {STAGE: production}}\n",
    )
    ran, document = trips(repo)
    assert ran.code == 1
    assert [step["result"] for step in document["steps"]] == [
        "passed",
        "passed",
        "passed",
        "passed",
        "failed",
    ]
    assert 'table "staging" does not exist' in document["findings"][0]["message"]


def test_two_projects_of_which_one_cannot_be_run(repo: Sandbox) -> None:
    repo.alembic(("r1", None, "pass", "pass"))
    repo.write("migrations/env.py", "import os\nos.environ['NO_SUCH_VARIABLE']\n")
    repo.write("sql/migrations/001_a.sql", "CREATE TYPE left_over AS ENUM ();\n-- migrate:down\nSELECT 1;\n")
    ran, document = trips(repo)
    assert ran.code == 2
    assert "NO_SUCH_VARIABLE" in document["error"]["message"] + document["error"]["hint"]
    assert rules(document) == [("leftover-object", "001")]


def test_under_pull_request_target_nothing_of_the_change_is_run(
    repo: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    base = repo.locked("001_a")
    repo.branch()
    repo.sql("002_b")
    repo.commit()
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"number": 7, "pull_request": {"base": {"sha": base}}}))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_EVENT_NAME", "pull_request_target")
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(event))
    for flags in ((), ("--base", "main")):
        ran = repo.run("check", *flags)
        assert ran.code == 2
        assert "secrets" in ran.said
    assert repo.check().code == 0


def test_the_server_in_our_environment_is_never_connected_to(repo: Sandbox) -> None:
    """A live server in PGHOST and DATABASE_URL: it counts no session but the one that looks."""
    repo.sql(*both_ways("001_a", "CREATE TABLE a (id int);", "DROP TABLE a;"))
    repo.alembic(("r1", None, 'op.execute("CREATE TABLE b (id int)")', 'op.execute("DROP TABLE b")'))
    provider = (
        PROVIDERS["installed"]
        if PROVIDERS["installed"].available(Settings()) is None
        else PROVIDERS["embedded"]
    )
    with provider.start(Settings()) as other:
        precious = create(other, "precious")
        with connect(precious) as eye:
            ran = repo.process(
                "check",
                "--all",
                env={
                    "PGHOST": precious.host,
                    "PGPORT": str(precious.port),
                    "PGUSER": precious.user,
                    "PGPASSWORD": precious.password,
                    "PGDATABASE": precious.dbname,
                    "DATABASE_URL": precious.url(),
                },
            )
            assert ran.code == 0, ran.said
            count = "SELECT sessions FROM pg_stat_database WHERE datname = 'precious'"
            eye.execute("SELECT pg_stat_clear_snapshot()")
            time.sleep(1.2)  # the server writes these numbers at most once a second
            assert eye.execute(count).fetchone() == (1,)
            tables = eye.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
            assert tables == (0,)
        drop(other, precious)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_nothing_is_left_after_a_kill(repo: Sandbox) -> None:
    repo.alembic(
        ("r1", None, 'op.execute("SELECT pg_sleep(60)")', "pass"),
    )
    marker = f"migseal-mark-{os.getpid()}-{time.monotonic_ns()}"
    child = subprocess.Popen(
        [sys.executable, "-I", "-m", "checks", "check", "--all"],
        cwd=repo.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "MIGSEAL_TEST_MARK": marker},
    )
    deadline = time.monotonic() + 60
    # migseal, its supervisor, the driver, the server ...
    while (
        not (len(processes_of(marker)) > 3 and directories_of(processes_of(marker)))
        and time.monotonic() < deadline
    ):
        time.sleep(0.1)
    directories = directories_of(processes_of(marker))
    assert directories
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    deadline = time.monotonic() + 20
    while (
        processes_of(marker) or any(Path(d).exists() for d in directories)
    ) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes_of(marker) == []
    assert [directory for directory in directories if Path(directory).exists()] == []


def test_a_type_that_is_there_is_told_with_why_a_new_database_hides_it(repo: Sandbox) -> None:
    column = "sa.Column('m', sa.Enum('glad', name='mood'))"
    makes = "op.create_table('{}', " + column + ")"
    down = "op.drop_table('a'); op.execute('DROP TYPE mood')"
    repo.alembic(("r1", None, makes.format("a"), down), ("r2", "r1", makes.format("b"), "op.drop_table('b')"))
    ran = repo.run("check", "--all", "--output", "json")
    [finding] = json.loads(ran.out)["findings"]
    assert (finding["rule"], finding["migration"]) == ("failed-upgrade", "r2")
    assert "create_type=False" in finding["fix"]
