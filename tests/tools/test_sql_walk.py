from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from checks import sql as lexer
from checks.errors import CannotCheckError
from checks.migration import Failure, History, Migration, Project
from checks.postgres.server import connect
from checks.tools import sql
from checks.tools.sql.script import Script, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from checks.database import Database
    from checks.migration import Tree
    from checks.tools import Walk

pytestmark = pytest.mark.postgres


class Folder:
    """The files below a directory."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(p.relative_to(self.root).as_posix() for p in self.root.rglob("*") if p.is_file()))

    def blob(self, path: str) -> str:
        return path

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()


class Team:
    """A folder of migrations, and a walk over it."""

    def __init__(self, root: Path, database: Database) -> None:
        self.root = root
        self.database = database
        self.project = Project("app", "db/migrations", "sql")
        (root / "db/migrations").mkdir(parents=True)

    def history(self) -> History:
        tree: Tree = Folder(self.root)
        return sql.read(self.project, tree, {})

    def walk(self) -> Walk:
        walked: Walk
        with sql.walk(self.project, self.root, connect, self.history()) as walked:
            walked.enter(self.database)
            return walked

    def write(self, name: str, text: str) -> Migration:
        """Write a file, and give the migration of its version."""
        (self.root / "db/migrations" / name).write_bytes(text.encode())
        version = name.partition("_")[0].partition(".")[0]
        (migration,) = [m for m in self.history().migrations if m.version == version]
        return migration

    def up(self, text: str, name: str = "1_a.sql") -> Failure | None:
        return self.walk().upgrade(self.write(name, text))

    def ask(self, query: str) -> object:
        with closing(connect(self.database)) as connection:
            row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None

    def there(self, name: str) -> bool:
        return self.ask(f"SELECT to_regclass('{name}')") is not None


@pytest.fixture
def team(tmp_path: Path, database: Database) -> Team:
    return Team(tmp_path, database)


def failed(failure: Failure | None) -> Failure:
    assert failure is not None
    return failure


def test_up_and_down_in_two_files(team: Team) -> None:
    team.write("1_a.up.sql", "CREATE TABLE a (x int);\nCREATE TABLE b (x int);\n")
    migration = team.write("1_a.down.sql", "DROP TABLE b;\nDROP TABLE a;\n")
    walk = team.walk()
    assert walk.upgrade(migration) is None
    assert team.there("a")
    assert team.there("b")
    assert walk.downgrade(migration) is None
    assert not team.there("a")
    assert walk.upgrade(migration) is None
    assert (walk.version_table, walk.lost_version_table, walk.notes) == (None, False, ())


def test_up_and_down_in_one_file(team: Team) -> None:
    migration = team.write("1_a.sql", "-- migrate:up\nCREATE TABLE a ();\n-- migrate:down\nDROP TABLE a;\n")
    walk = team.walk()
    assert walk.upgrade(migration) is None
    assert team.there("a")
    assert walk.downgrade(migration) is None
    assert not team.there("a")


def test_down_in_a_folder(team: Team) -> None:
    (team.root / "db/migrations/1_a").mkdir()
    (team.root / "db/migrations/1_a/up.sql").write_text("CREATE TABLE a ();")
    migration = team.write("1_a/down.sql", "DROP TABLE a;")
    walk = team.walk()
    assert walk.upgrade(migration) is None
    assert walk.downgrade(migration) is None
    assert not team.there("a")


def test_an_empty_file(team: Team) -> None:
    assert team.up("-- nothing\n") is None


def test_a_failure_tells_all(team: Team) -> None:
    failure = team.up("\ufeff-- é\r\nCREATE TABLE a (x int);\r\n\r\nSELECT 'é;',\r\n  nothing\r\nFROM a;\r\n")
    assert failure == Failure(
        message='column "nothing" does not exist',
        path="db/migrations/1_a.sql",
        line=5,
        statement="SELECT 'é;',\r\n  nothing\r\nFROM a",
        sqlstate="42703",
    )
    assert not team.there("a")


def test_detail_and_hint_are_told(team: Team) -> None:
    failure = failed(
        team.up("CREATE TABLE a (x int PRIMARY KEY);\nINSERT INTO a VALUES (1);\nINSERT INTO a VALUES (1);")
    )
    assert "Detail: Key (x)=(1) already exists." in failure.message
    failure = failed(team.up("SELECT length(1);"))
    assert "Hint: No function matches" in failure.message


def test_a_failure_in_the_way_down_has_its_line_in_the_file(team: Team) -> None:
    text = "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 1;\nDROP TABLE a;\n"
    failure = failed(team.walk().downgrade(team.write("1_a.sql", text)))
    assert (failure.line, failure.statement, failure.sqlstate) == (5, "DROP TABLE a", "42P01")


@pytest.mark.parametrize("body", ["$$ BEGIN\n  RAISE 'no';\nEND $$", "$$\nBEGIN RAISE 'no';\nEND $$"])
def test_a_failure_in_a_block_has_its_line(team: Team, body: str) -> None:
    failure = failed(team.up(f"SELECT 1;\nDO\n{body};\n"))
    assert (failure.message, failure.line) == ("no", 4)


def test_a_failure_in_a_function_has_the_line_of_its_caller(team: Team) -> None:
    text = (
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\nRAISE 'no';\nEND $$;\nSELECT f();\n"
    )
    assert failed(team.up(text)).line == 5


def test_a_long_statement_is_shortened(team: Team) -> None:
    assert len(failed(team.up(f"SELECT nothing, '{'x' * 1000}';")).statement or "") == 300


def test_a_failure_at_commit(team: Team) -> None:
    text = (
        "CREATE TABLE a (x int PRIMARY KEY);\n"
        "CREATE TABLE b (x int REFERENCES a DEFERRABLE INITIALLY DEFERRED);\n"
        "INSERT INTO b VALUES (1);\n"
    )
    failure = failed(team.up(text))
    assert failure.message.startswith("at the end of the transaction: insert or update on table")
    assert (failure.statement, failure.sqlstate) == (None, "23503")
    assert not team.there("a")


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE a ();\nCREATE INDEX CONCURRENTLY i ON nothing (x);",
        "-- migseal: no-transaction\nCREATE TABLE a ();\nSELECT nothing;",
        "-- migrate:up transaction:false\nCREATE TABLE a ();\nSELECT nothing;",
        "-- no-transaction\nCREATE TABLE a ();\nSELECT nothing;",
        "BEGIN;\nCREATE TABLE a ();\nCOMMIT;\nBEGIN;\nSELECT nothing;\nCOMMIT;",
    ],
)
def test_without_a_transaction_of_ours_the_rest_stays(team: Team, text: str) -> None:
    assert failed(team.up(text)).sqlstate is not None
    assert team.there("a")


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE a (x int);\nCREATE INDEX CONCURRENTLY i ON a (x);\nVACUUM a;",
        "BEGIN;\nCREATE TABLE a ();\nEND;",
    ],
)
def test_what_needs_no_transaction_of_ours_runs(team: Team, text: str) -> None:
    assert team.up(text) is None
    assert team.there("a")


def test_each_part_has_its_own_transaction_option(team: Team) -> None:
    text = (
        "-- migrate:up transaction:false\nCREATE TABLE a ();\nSELECT nothing;\n"
        "-- migrate:down\nDROP TABLE a;\nSELECT nothing;\n"
    )
    migration = team.write("1_a.sql", text)
    walk = team.walk()
    assert failed(walk.upgrade(migration)).line == 3
    assert failed(walk.downgrade(migration)).line == 6
    assert team.there("a")


def test_no_transaction_is_for_the_part_that_says_so(team: Team) -> None:
    up, down = (
        "CREATE TABLE a ();\nSELECT nothing;\n",
        "-- migseal: no-transaction\nDROP TABLE b;\nSELECT nothing;\n",
    )
    walk = team.walk()
    assert team.up("CREATE TABLE b ();", "0_b.sql") is None
    migration = team.write("1_a.sql", f"{up}-- migrate:down\n{down}")
    assert failed(walk.upgrade(migration)).line == 2
    assert failed(walk.downgrade(migration)).line == 6
    assert not team.there("a")
    assert not team.there("b")


def test_the_way_down_may_come_first(team: Team) -> None:
    text = "-- migrate:down\nDROP TABLE a;\nSELECT nothing;\n-- migrate:up\nCREATE TABLE a ();\n"
    migration = team.write("1_a.sql", text)
    walk = team.walk()
    assert walk.upgrade(migration) is None
    assert failed(walk.downgrade(migration)).line == 3
    assert team.there("a")


def test_nothing_is_left_even_before_the_session_ends(team: Team) -> None:
    found = lexer.statements("CREATE TEMP TABLE a (); BEGIN; SELECT pg_advisory_lock(1);")
    with closing(connect(team.database)) as connection:
        assert failed(run(connection, Script("1_a.sql", 1, found, in_transaction=False))).line == 1
        assert team.ask("SELECT count(*) FROM pg_class WHERE relpersistence = 't'") == 0
        assert team.ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0


def test_savepoints_need_our_transaction(team: Team) -> None:
    assert team.up("CREATE TABLE a ();\nSAVEPOINT s;\nDROP TABLE a;\nROLLBACK TO s;") is None
    assert team.there("a")


def test_a_file_that_ends_inside_its_transaction(team: Team) -> None:
    failure = failed(team.up("SELECT 1;\nBEGIN;\nCREATE TABLE a ();\n"))
    assert (failure.line, failure.statement) == (2, "BEGIN")
    assert "ends inside a transaction" in failure.message
    assert not team.there("a")


def test_copy(team: Team) -> None:
    copied = "CREATE TABLE a (x int, y text);\nCOPY a FROM stdin;\n1\ta;é%\n2\t\\N\n\\.\n"
    assert team.up(f"{copied}INSERT INTO a VALUES (3, '%s');\n") is None
    assert team.ask("SELECT string_agg(x || coalesce(y, '-'), ' ' ORDER BY x) FROM a") == "1a;é% 2- 3%s"


def test_a_failure_in_copied_rows_has_their_line(team: Team) -> None:
    failure = failed(team.up("CREATE TABLE a (x int);\nCOPY a\nFROM stdin;\n1\nb\n\\.\n"))
    assert (failure.line, failure.statement, failure.sqlstate) == (5, "COPY a\nFROM stdin", "22P02")


def test_copy_to_nowhere_is_a_failure(team: Team) -> None:
    failure = failed(team.up("CREATE TABLE a ();\nCOPY a TO stdout;\n"))
    assert failure.line == 2
    assert team.up("CREATE TABLE a ();") is None


@pytest.mark.parametrize(
    "command", ["\\i other.sql", "\\set x 1", "\\set ON_ERROR_STOP off", "\\connect x", "\\gexec"]
)
def test_psql_commands_cannot_be_run(team: Team, command: str) -> None:
    failure = failed(team.up(f"CREATE TABLE a ();\n{command}\n"))
    assert (failure.line, failure.statement) == (2, command)
    assert failure.message.startswith(f"{command.partition(' ')[0]} is a command of psql")
    assert not team.there("a")


def test_harmless_psql_commands_are_left_out(team: Team) -> None:
    lines = ["echo hi; there", "timing on", "pset pager off", "restrict abc", "unrestrict abc"]
    lines += ["set ON_ERROR_STOP on", "set ON_ERROR_STOP 1", "set QUIET", "encoding UTF8", "x"]
    assert team.up("".join(f"\\{line}\n" for line in lines) + "CREATE TABLE a ();") is None
    assert team.there("a")


@pytest.mark.parametrize("name", [":schema", "{{ schema }}", "${schema}", ":'schema'"])
def test_a_placeholder_is_named(team: Team, name: str) -> None:
    failure = failed(team.up(f"CREATE SCHEMA\n{name};\n"))
    assert f"\n{name} is for psql or another program to fill in" in failure.message
    assert failure.sqlstate == "42601"


def test_a_syntax_error_without_a_placeholder(team: Team) -> None:
    failure = failed(team.up("CREATE SCHEMA\n1;\n"))
    assert (failure.message, failure.line) == ('syntax error at or near "1"', 2)


@pytest.mark.parametrize(
    "leak",
    [
        "SET search_path = ''",
        "SELECT set_config('search_path', '', false)",
        "SET ROLE pg_monitor",
        "SET default_transaction_read_only = on",
        "CREATE TEMP TABLE b ()",
        "SET client_encoding = 'LATIN1'",
        "PREPARE p AS SELECT 1",
        "SELECT pg_advisory_lock(1)",
    ],
)
def test_a_session_is_not_shared(team: Team, leak: str) -> None:
    first, second = team.write("1_a.sql", f"{leak};"), team.write("2_b.sql", "CREATE TABLE b (é int);")
    walk = team.walk()
    assert walk.upgrade(first) is None
    assert team.ask("SELECT count(*) FROM pg_class WHERE relpersistence = 't'") == 0
    assert team.ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0
    assert walk.upgrade(second) is None
    assert (
        team.ask("SELECT attname FROM pg_attribute WHERE attrelid = 'public.b'::regclass AND attnum = 1")
        == "é"
    )


@pytest.mark.parametrize("prefix", ["", "-- migseal: no-transaction\n"])
def test_a_killed_connection_is_a_failure(team: Team, prefix: str) -> None:
    first = team.write(
        "1_a.sql", f"{prefix}CREATE TABLE a ();\nSELECT pg_terminate_backend(pg_backend_pid());\nSELECT 1;"
    )
    second = team.write("2_b.sql", "CREATE TABLE b ();")
    walk = team.walk()
    failure = failed(walk.upgrade(first))
    assert (failure.sqlstate, failure.path) == ("57P01", "db/migrations/1_a.sql")
    assert walk.upgrade(second) is None
    assert team.there("a") is bool(prefix)


def test_a_failure_does_not_harm_the_next(team: Team) -> None:
    first, second = (
        team.write("1_a.sql", "BEGIN; SELECT nothing;"),
        team.write("2_b.sql", "CREATE TABLE b ();"),
    )
    walk = team.walk()
    assert failed(walk.upgrade(first)).sqlstate == "42703"
    assert walk.upgrade(second) is None


def test_a_refused_way_down(team: Team) -> None:
    text = "SELECT 1;\n-- migrate:down\n-- migseal: irreversible: the rows are gone\nDROP TABLE a;\n"
    failure = team.walk().downgrade(team.write("1_a.sql", text))
    assert failure == Failure("the rows are gone", "db/migrations/1_a.sql", 3, refused=True)


def test_no_way_down(team: Team) -> None:
    failure = failed(team.walk().downgrade(team.write("1_a.sql", "SELECT 1;")))
    assert failure.refused


def test_a_file_that_left_the_work_tree(team: Team) -> None:
    migration = team.write("1_a.sql", "SELECT 1;")
    (team.root / "db/migrations/1_a.sql").unlink()
    with pytest.raises(CannotCheckError, match=r"db/migrations/1_a\.sql cannot be read") as raised:
        team.walk().upgrade(migration)
    assert "git restore" in raised.value.hint


def test_a_file_that_became_no_text(team: Team) -> None:
    migration = team.write("1_a.sql", "SELECT 1;")
    (team.root / "db/migrations/1_a.sql").write_bytes(b"\n\xff")
    assert failed(team.walk().upgrade(migration)).line == 2


def test_the_database_is_free_between_legs(team: Team) -> None:
    opened = []

    def watched(database: Database) -> object:
        opened.append(connect(database))
        return opened[-1]

    start: Callable[[Database], object] = watched
    first, second = team.write("1_a.sql", "SELECT 1;"), team.write("2_b.sql", "SELECT nothing;")
    with sql.walk(team.project, team.root, start, team.history()) as walk:
        walk.enter(team.database)
        for number, migration in enumerate((first, second), 1):
            walk.upgrade(migration)
            assert [connection.closed for connection in opened] == [True] * number
