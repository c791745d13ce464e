from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from histories import SQL

from checks.migration import File, Leg, Migration
from checks.postgres import PROVIDERS, Settings
from checks.postgres.server import connect, create
from checks.roundtrip.books import Books
from checks.roundtrip.reader import Reader
from checks.tools.sql.runs import SqlWalk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.database import Database

pytestmark = pytest.mark.postgres

MIGRATION = Migration("7", File("7.sql", "", ""))
TABLES = """
CREATE SCHEMA "Odd";
CREATE TABLE "Odd".goose_db_version (b text, note text, at timestamptz);
INSERT INTO "Odd".goose_db_version VALUES ('<a> & "b" \\ ''é', NULL, now()), ('', repeat('é', 3000), NULL);
CREATE TABLE schema_migrations (n int);
INSERT INTO schema_migrations VALUES (1), (1);
CREATE TABLE django_migrations (n int);
CREATE VIEW schema_version AS SELECT 1 AS n;
CREATE TEMPORARY TABLE flyway_schema_history (n int);
"""


@pytest.fixture(params=["installed", "embedded"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Make a database with odd tables, on each kind of server: one of them knows no XML."""
    provider = PROVIDERS[request.param]
    if reason := provider.available(Settings()):
        pytest.skip(reason)
    with provider.start(Settings()) as server:
        made = create(server)
        with closing(connect(made)) as hand:
            hand.execute(TABLES.encode())
            yield made


def told(books: Books, database: Database, statement: str) -> list[str]:
    """Run a statement as a leg, and tell what was seen."""
    books.open()
    with closing(connect(database)) as hand:
        hand.execute(statement.encode())
    return [stamped.what for stamped in books.close(MIGRATION, Leg.UP, None)]


def test_what_becomes_of_rows_of_any_kind(database: Database) -> None:
    with closing(connect(database)) as eye:
        Reader(eye)
        books = Books(eye, "sql", SqlWalk(SQL, Path(), connect))
        assert told(books, database, "SELECT 1") == []
        one = "DELETE FROM schema_migrations WHERE ctid = (SELECT min(ctid) FROM schema_migrations)"
        assert told(books, database, one) == ["schema_migrations lost 1 row"]
        more = "INSERT INTO django_migrations VALUES (1), (2)"
        assert told(books, database, more) == ["django_migrations gained 2 rows"]
        last = "UPDATE \"Odd\".goose_db_version SET note = note || 'é' WHERE b = ''"
        assert told(books, database, last) == ["goose_db_version lost 1 row and gained 1 row"]
        first = "UPDATE \"Odd\".goose_db_version SET note = 'x' WHERE b <> ''"
        assert told(books, database, first) == ["goose_db_version lost 1 row and gained 1 row"]
        assert told(books, database, "INSERT INTO schema_migrations VALUES (7)") == []
        assert told(books, database, "DROP TABLE django_migrations, schema_migrations") == []


def test_what_was_asked_beside_the_catalog_is_not_asked_again(database: Database) -> None:
    with closing(connect(database)) as eye:
        reader = Reader(eye)
        books = Books(eye, "sql", SqlWalk(SQL, Path(), connect))
        books.open()
        with closing(connect(database)) as hand:
            hand.execute(b"INSERT INTO schema_migrations VALUES (2)")
            reader.read(beside=(books.question(),))
            books.see(reader.beside[0])
            hand.execute(b"INSERT INTO schema_migrations VALUES (3)")
        (seen,) = books.close(MIGRATION, Leg.UP, None)
        assert seen.what == "schema_migrations gained 1 row"
        books.forget()
        books.open()
        assert told(books, database, "SELECT 1") == []


def test_what_we_may_not_read_is_not_told(database: Database) -> None:
    with closing(connect(database)) as hand:
        hand.execute(b"CREATE ROLE migseal_reader NOLOGIN")
        try:
            with closing(connect(database)) as eye:
                books = Books(eye, "sql", SqlWalk(SQL, Path(), connect))
                eye.execute(b"SET ROLE migseal_reader")
                assert told(books, database, "TRUNCATE schema_migrations") == []
        finally:
            hand.execute(b"DROP ROLE migseal_reader")
