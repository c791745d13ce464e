"""A version table that is written in a way no text shows is seen in the round trip."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sandbox import Sandbox

pytestmark = pytest.mark.postgres

NAME = "'alembic' || '_version'"
A = ("r1", None, 'op.execute("CREATE TABLE a (id int)")', 'op.execute("DROP TABLE a")')
B = ("r2", "r1", 'op.execute("CREATE TABLE b (id int)")', 'op.execute("DROP TABLE b")')
C = ("r3", "r2", 'op.execute("CREATE TABLE c (id int)")', 'op.execute("DROP TABLE c")')
DYNAMIC = "DO $$ BEGIN EXECUTE {0}; END $$"
DJANGO = """\
CREATE TABLE django_migrations (app text, name text);
INSERT INTO django_migrations VALUES ('a', '1');
"""
OWN = (
    "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);\n"
    "INSERT INTO alembic_version VALUES ('r1');\n"
)
START = "projects: {m: {directory: migrations, tool: %s, start: {sql: start.sql}}}\n"


def execute(statement: str) -> str:
    return f"op.execute({statement!r})"


def dynamic(before: str, after: str = "''") -> str:
    """Write a block that puts the name of Alembic's table into a statement."""
    return execute(DYNAMIC.format(f"{before} || {NAME} || {after}"))


ADD = dynamic("'INSERT INTO '", "' VALUES (''9f'')'")
DELETE = dynamic("'DELETE FROM '")
FORMAT = execute(DYNAMIC.format(f"format('UPDATE %I SET version_num = %L', {NAME}, 'zz')"))


def check(repo: Sandbox, *arguments: str) -> tuple[int, list[tuple[str, str]], str]:
    """Run `migseal check --all`; give its exit code, the findings in short, and all messages."""
    ran = repo.run("check", "--all", "--output", "json", *arguments)
    assert ran.out, ran.err
    document: dict[str, Any] = json.loads(ran.out)
    assert document["error"] is None, document["error"]
    found = [(f["rule"], f["migration"]) for f in document["findings"]]
    return ran.code, found, "\n".join(f["message"] for f in document["findings"])


@pytest.mark.parametrize(
    ("up", "down", "told"),
    [
        pytest.param(ADD, "pass", "alembic_version holds 9f, r2 instead of r2", id="a second row"),
        pytest.param(DELETE, "pass", "alembic_version no longer held r1", id="its own row is gone"),
        pytest.param(FORMAT, "pass", "alembic_version no longer held r1", id="its own row is another"),
        pytest.param(
            dynamic("'INSERT INTO '", "' VALUES (''r2'')'"), "pass", "held r2 before the tool", id="itself"
        ),
        pytest.param("pass", ADD, "alembic_version holds 9f, r1 instead of r1", id="on the way down"),
        pytest.param("pass", DELETE, "alembic_version no longer held r2", id="and its own row there"),
    ],
)
def test_alembics_own_table(repo: Sandbox, up: str, down: str, told: str) -> None:
    repo.alembic(A, ("r2", "r1", up, down), C)
    repo.commit()
    code, found, said = check(repo)
    assert (code, found) == (1, [("stamped-history", "r2")]), said
    assert told in said


@pytest.mark.parametrize(
    ("up", "told"),
    [
        (ADD, "alembic_version holds 9f, r1 instead of r1"),
        (dynamic("'INSERT INTO '", "' VALUES (''r1'')'"), "held r1 before the tool"),
    ],
)
def test_in_the_first_revision(repo: Sandbox, up: str, told: str) -> None:
    repo.alembic(("r1", None, up, "pass"))
    repo.commit()
    code, found, said = check(repo)
    assert (code, found) == (1, [("stamped-history", "r1")]), said
    assert told in said


def test_in_a_function_that_an_earlier_migration_made(repo: Sandbox) -> None:
    body = (
        f"CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'TRUNCATE ' || {NAME}; END $$"
    )
    repo.alembic(
        ("r1", None, execute(body), execute("DROP FUNCTION f()")), ("r2", "r1", execute("SELECT f()"), "pass")
    )
    repo.commit()
    assert check(repo)[:2] == (1, [("stamped-history", "r2")])


def test_what_the_text_shows_is_told_once(repo: Sandbox) -> None:
    repo.alembic(A)
    repo.commit()
    repo.run("init", "--no-baseline")
    repo.commit("lock")
    repo.branch()
    repo.alembic(A, ("r2", "r1", execute("DELETE FROM alembic_version"), execute("SELECT 1")), C)
    code, found, said = check(repo, "--base", "main")
    assert (code, found) == (1, [("stamped-history", "r2")]), said
    assert "DELETE FROM alembic_version" in said


def test_a_failure_is_told_where_the_rule_is_milder(repo: Sandbox) -> None:
    repo.alembic(A, ("r2", "r1", DELETE, "pass"))
    repo.write("migseal.yaml", "rules: {stamped-history: warning}\n")
    repo.commit()
    assert check(repo)[:2] == (1, [("failed-upgrade", "r2"), ("stamped-history", "r2")])


def test_a_failure_of_which_nothing_is_certain_stays_one(repo: Sandbox) -> None:
    message = "expected to match one row when updating 'other' to 'r2' in 'alembic_version'; 0 found"
    repo.alembic(A, ("r2", "r1", f"raise RuntimeError({message!r})", "pass"))
    repo.commit()
    assert check(repo)[:2] == (1, [("failed-upgrade", "r2")])


def test_another_tools_table(repo: Sandbox) -> None:
    repo.write("start.sql", DJANGO)
    repo.write("migseal.yaml", START % "alembic")
    erase = execute(DYNAMIC.format("'DELETE FROM ' || 'django' || '_migrations'"))
    repo.alembic(A, ("r2", "r1", erase, "pass"), C)
    repo.commit()
    code, found, said = check(repo)
    assert (code, found) == (1, [("stamped-history", "r2")]), said
    assert "django_migrations lost 1 row)" in said


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("EXECUTE format('INSERT INTO %s_migrations VALUES (3, false)', 'schema')", "gained 1 row)"),
        ("EXECUTE 'UPDATE schema' || '_migrations SET dirty = false'", "lost 1 row and gained 1 row)"),
        ("EXECUTE 'TRUNCATE schema' || '_migrations'", "lost 2 rows)"),
    ],
)
def test_a_block_in_sql(repo: Sandbox, statement: str, told: str) -> None:
    repo.write(
        "start.sql",
        "CREATE TABLE schema_migrations (version int, dirty bool);\n"
        "INSERT INTO schema_migrations VALUES (1, false), (0, true);\n",
    )
    repo.write("migseal.yaml", START % "sql")
    repo.sql("001_a", "CREATE TABLE a (id int);\n-- migrate:down\nDROP TABLE a;\n")
    repo.sql("002_b", f"DO $$ BEGIN {statement}; END $$;\n-- migrate:down\nSELECT 1;\n")
    repo.sql("003_c", "CREATE TABLE c (id int);\n-- migrate:down\nDROP TABLE c;\n")
    repo.commit()
    code, found, said = check(repo)
    assert (code, found) == (1, [("stamped-history", "002")]), said
    assert f"(schema_migrations {told}" in said


def test_files_that_record_themselves(repo: Sandbox) -> None:
    note = (
        "CREATE FUNCTION note(v int) RETURNS void LANGUAGE sql AS 'INSERT INTO schema_version VALUES ($1)';"
    )
    forget = "DO $$ BEGIN EXECUTE 'DELETE FROM schema' || '_version WHERE version = 2'; END $$;"
    repo.sql(
        "001_a",
        f"CREATE TABLE schema_version (version int);\n{note}\nSELECT note(1);\n"
        "-- migrate:down\nDROP FUNCTION note;\nDROP TABLE schema_version;\n",
    )
    repo.sql("002_b", f"SELECT note(2);\n-- migrate:down\n{forget}\n")
    repo.sql(
        "003_c",
        "ALTER TABLE schema_version ADD by text DEFAULT 'us';\nSELECT note(3);\n-- migrate:down\n"
        "DELETE FROM schema_version WHERE version = 3;\nALTER TABLE schema_version DROP by;\n",
    )
    note_two = note.replace("VALUES ($1)", "(version) VALUES ($1)")
    repo.write("migrations/001_a.sql", repo.read("migrations/001_a.sql").replace(note, note_two))
    repo.commit()
    code, found, said = check(repo)
    assert (code, found) == (0, []), said


def test_branches_merges_and_dependencies(repo: Sandbox) -> None:
    repo.alembic(A, B, ("b1", "r1", *C[2:]), ("b2", "b1", "pass", "pass"), ("r4", "r2", "pass", "pass"))
    for version, line in (
        ("m", "revision = 'm'\ndown_revision = ('r4', 'b2')\n"),
        ("x1", "revision = 'x1'\ndown_revision = None\ndepends_on = 'b2'\n"),
        ("x2", "revision = 'x2'\ndown_revision = 'x1'\ndepends_on = 'm'\n"),
    ):
        repo.write(
            f"migrations/versions/{version}.py", f"{line}\ndef upgrade(): pass\ndef downgrade(): pass\n"
        )
    repo.commit()
    code, found, said = check(repo)
    assert not {rule for rule, _ in found} - {"two-heads"}, said
    assert code == bool(found)


AUTOCOMMIT = "exec(\"with op.get_context().autocommit_block(): op.execute('CREATE TABLE b (id int)')\")"


@pytest.mark.parametrize(
    ("options", "up"),
    [
        ("version_table='Versions', version_table_schema='meta', ", AUTOCOMMIT),
        ("version_table='odd \"name\\\\', ", AUTOCOMMIT),
        ("transaction_per_migration=False, ", AUTOCOMMIT),
        ("transaction_per_migration=connection.begin() is None, ", B[2]),
    ],
)
def test_any_env(repo: Sandbox, options: str, up: str) -> None:
    repo.alembic(A, ("r2", "r1", up, B[3]), C)
    env = repo.read("migrations/env.py").replace("configure(", f"configure({options}", 1)
    repo.write("migrations/env.py", f"{env}    connection.commit()\n")
    project = "{directory: migrations, tool: alembic, before: 'CREATE SCHEMA meta;'}"
    repo.write("migseal.yaml", f"projects: {{m: {project}}}\n")
    repo.commit()
    code, found, said = check(repo)
    assert (code, found) == (0, []), said


def test_a_custom_table_is_seen_too(repo: Sandbox) -> None:
    add = execute("""INSERT INTO "Versions" VALUES ('zz')""")
    repo.alembic(A, ("r2", "r1", add, "pass"))
    env = repo.read("migrations/env.py").replace("configure(", "configure(version_table='Versions', ", 1)
    repo.write("migrations/env.py", env)
    repo.commit()
    code, found, said = check(repo)
    assert (code, found) == (1, [("stamped-history", "r2")]), said
    assert "Versions holds r2, zz instead of r2" in said


@pytest.mark.parametrize("at", ["", ", at: r1"])
def test_a_start_that_brings_version_tables(repo: Sandbox, at: str) -> None:
    repo.write("start.sql", f"CREATE TABLE a (id int);\n{DJANGO}{OWN if at else ''}")
    repo.write("migseal.yaml", (START % "alembic").replace("start.sql", f"start.sql{at}"))
    repo.alembic(A if at else (*A[:2], "pass", "pass"), B, C)
    repo.commit()
    code, found, said = check(repo)
    assert (code, found) == (0, []), said


@pytest.mark.parametrize(
    ("up", "down"),
    [
        (
            "CREATE TABLE schema_version (v int); INSERT INTO schema_version VALUES (1)",
            "DROP TABLE schema_version",
        ),
        ("CREATE TABLE goose_db_version AS SELECT 1 AS n", "DROP TABLE goose_db_version"),
        ("ALTER TABLE django_migrations ADD at date DEFAULT now()", "ALTER TABLE django_migrations DROP at"),
        ("ALTER TABLE django_migrations RENAME TO old", "ALTER TABLE old RENAME TO django_migrations"),
    ],
)
def test_a_table_that_comes_or_goes_or_is_an_applications(repo: Sandbox, up: str, down: str) -> None:
    repo.write("start.sql", DJANGO)
    repo.write("migseal.yaml", START % "alembic")
    hidden = up.replace("_", "' || '_' || '")
    back = down.replace("_", "' || '_' || '")
    mine = "schema_version" in up
    more = "'INSERT INTO schema_' || 'version VALUES (2)'" if mine else "'SELECT 1'"
    less = "'DELETE FROM schema_' || 'version WHERE v = 2'" if mine else "'SELECT 1'"
    repo.alembic(
        A,
        ("r2", "r1", execute(DYNAMIC.format(f"'{hidden}'")), execute(DYNAMIC.format(f"'{back}'"))),
        ("r3", "r2", execute(DYNAMIC.format(more)), execute(DYNAMIC.format(less))),
    )
    repo.commit()
    code, found, said = check(repo)
    assert (code, found) == (0, []), said
