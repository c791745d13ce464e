"""What a real database's tables and sequences hold, and what became of that."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from checks.migration import Effect
from checks.postgres.server import connect
from checks.roundtrip import accounts, contents
from checks.roundtrip.contents import Accounts, Contents
from checks.roundtrip.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from checks.database import Database
    from checks.migration import RowDifference

BEFORE = """
CREATE TABLE plan (code text PRIMARY KEY, price numeric, note json);
INSERT INTO plan VALUES ('free', 0, '{}'), ('team', 1.10, '{"a": "\\u0000"}'), ('big', 100, NULL);
CREATE TABLE log (what text, t int);
INSERT INTO log VALUES ('a', 1), ('a', 1), ('b', 2);
CREATE TABLE made (id serial PRIMARY KEY, name text);
INSERT INTO made (name) VALUES ('x'), ('y');
CREATE TABLE pair (a int, b int, x text, PRIMARY KEY (b, a));
INSERT INTO pair VALUES (1, 2, 'p'), (3, 4, 'q');
CREATE TABLE empty (id int);
CREATE TABLE "Odd ""one" ("T" int PRIMARY KEY, row_ int);
INSERT INTO "Odd ""one" VALUES (1, 1);
CREATE TABLE parent (id int) PARTITION BY LIST (id);
CREATE TABLE "p 1" PARTITION OF parent FOR VALUES IN (1, 2);
INSERT INTO parent VALUES (1);
CREATE TABLE person (email text PRIMARY KEY);
INSERT INTO person VALUES ('anna@example.org');
"""


class Eye:
    """Looks at a database as a ride does."""

    def __init__(self, connection: psycopg.Connection, hand: psycopg.Connection) -> None:
        self.reader, self.held, self.hand = (
            Reader(connection),
            Accounts(connection, {"schema_migrations"}),
            hand,
        )

    def look(self) -> Contents:
        self.catalog = self.reader.read(None, (self.held.question,))
        return self.held.read((None, "alembic_version"), self.reader.beside[0])

    def found(self, statements: str) -> accounts.Found:
        before, were = self.look(), self.catalog
        self.hand.execute(statements.encode())
        after, are = self.look(), self.catalog
        sequences = were.names("sequence") & are.names("sequence")
        return accounts.compare(before, after, were.columns(), are.columns(), sequences)

    def rows(self, statements: str) -> tuple[RowDifference, ...]:
        return self.found(statements)[0]


@pytest.fixture
def eye(database: Database) -> Iterator[Eye]:
    with closing(connect(database)) as connection, closing(connect(database)) as hand:
        hand.execute(BEFORE.encode())
        yield Eye(connection, hand)


def told(difference: RowDifference) -> tuple[str, str, int, tuple[str, ...], tuple[str, ...]]:
    return (
        difference.effect.value,
        difference.table,
        difference.number,
        difference.keys,
        difference.columns,
    )


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        pytest.param("SELECT 1", [], id="nothing"),
        pytest.param(
            "INSERT INTO plan VALUES ('x', 1)", [("left", "public.plan", 1, ("code = x",), ())], id="left"
        ),
        pytest.param(
            "DELETE FROM plan WHERE price > 0",
            [("lost", "public.plan", 2, ("code = big", "code = team"), ())],
            id="lost",
        ),
        pytest.param(
            "UPDATE plan SET price = 1.1 WHERE code = 'team'",
            [("altered", "public.plan", 1, ("code = team",), ("price",))],
            id="a number of fewer digits",
        ),
        pytest.param("UPDATE plan SET price = price", [], id="rows in another place"),
        pytest.param(
            "DELETE FROM log WHERE ctid = (SELECT min(ctid) FROM log)",
            [("lost", "public.log", 1, (), ())],
            id="one of two equal rows",
        ),
        pytest.param(
            "UPDATE log SET t = 9 WHERE what = 'a'",
            [("altered", "public.log", 2, (), ("t",))],
            id="without a key, matched by the rest",
        ),
        pytest.param(
            "DELETE FROM made; INSERT INTO made (name) VALUES ('y'), ('x')",
            [("altered", "public.made", 2, ("id = 1", "id = 2"), ("id",))],
            id="with other keys, matched by the rest",
        ),
        pytest.param(
            "UPDATE pair SET x = 'z' WHERE a = 1",
            [("altered", "public.pair", 1, ("b = 2, a = 1",), ("x",))],
            id="a key of two columns, in its order",
        ),
        pytest.param(
            "INSERT INTO empty VALUES (1)", [("left", "public.empty", 1, (), ())], id="an empty table"
        ),
        pytest.param("TRUNCATE log", [("lost", "public.log", 3, (), ())], id="an emptied table"),
        pytest.param(
            'UPDATE "Odd ""one" SET row_ = 2',
            [("altered", 'public."Odd ""one"', 1, ("T = 1",), ("row_",))],
            id="odd names",
        ),
        pytest.param(
            "INSERT INTO parent VALUES (2)", [("left", 'public."p 1"', 1, (), ())], id="a partition"
        ),
        pytest.param("ALTER TABLE plan ADD x int DEFAULT 1", [], id="a column more is the catalog's to tell"),
        pytest.param("DROP TABLE plan", [], id="a table less, too"),
        pytest.param("CREATE TABLE n AS SELECT 1 AS x", [], id="a table more, too"),
        pytest.param(
            "ALTER TABLE plan DROP price; ALTER TABLE plan ADD price numeric",
            [("altered", "public.plan", 3, ("code = big", "code = free", "code = team"), ("price",))],
            id="a column that came back empty",
        ),
        pytest.param(
            "ALTER TABLE pair DROP x; ALTER TABLE pair ADD x text; UPDATE pair SET x = CASE a WHEN 1 THEN 'p'"
            " ELSE 'q' END",
            [],
            id="columns in another order",
        ),
        pytest.param(
            "CREATE TABLE alembic_version (v int); INSERT INTO alembic_version VALUES (1);"
            "CREATE TABLE schema_migrations (v int); INSERT INTO schema_migrations VALUES (1)",
            [],
            id="what tools keep",
        ),
        pytest.param(
            "DELETE FROM person", [("lost", "public.person", 1, ("email = an***",), ())], id="a person's key"
        ),
        pytest.param("BEGIN; INSERT INTO empty VALUES (1); ROLLBACK", [], id="rolled back"),
    ],
)
def test_what_became_of_rows(eye: Eye, statements: str, expected: list[object]) -> None:
    assert list(map(told, eye.rows(statements))) == expected


@pytest.mark.parametrize(
    ("statements", "mend"),
    [
        ("INSERT INTO plan VALUES ('x''', 1)", "DELETE FROM public.plan WHERE code IN ('x''');"),
        ("INSERT INTO plan SELECT i::text FROM generate_series(1, 9) i", ""),
        ("INSERT INTO made (name) VALUES ('z')", ""),  # elsewhere its number is another one
        ("INSERT INTO pair VALUES (7, 8)", ""),
        ("INSERT INTO person VALUES ('b@example.org')", ""),
        ('INSERT INTO "Odd ""one" VALUES (5)', 'DELETE FROM public."Odd ""one" WHERE "T" IN (5);'),
    ],
)
def test_a_statement_mends_rows_that_are_left(eye: Eye, statements: str, mend: str) -> None:
    (row,) = eye.rows(statements)
    assert (row.effect, row.mend) == (Effect.LEFT, mend)
    if mend:
        eye.hand.execute(mend.encode())
        assert not eye.rows(f"{statements}; {mend}")


def test_rows_of_a_large_table_are_compared_by_digest(eye: Eye, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "MOST", 2)
    (left,) = eye.rows("INSERT INTO log VALUES ('z', 9)")
    assert (left.effect, left.number, left.detail) == (Effect.LEFT, 0, "3 rows became 4")
    (lost,) = eye.rows("DELETE FROM log WHERE t = 9")
    assert (lost.effect, lost.detail) == (Effect.LOST, "4 rows became 3")
    (altered,) = eye.rows("UPDATE log SET t = 7 WHERE what = 'b'")
    assert (altered.effect, altered.detail) == (Effect.ALTERED, "other values")
    eye.hand.execute(b"UPDATE log SET t = 7")
    assert not eye.rows("ALTER TABLE log DROP what, ADD what text; UPDATE log SET what = 'w'")[1:]
    eye.hand.execute(b"UPDATE log SET what = 'w'")
    assert not eye.rows("ALTER TABLE log DROP t, ADD t int; UPDATE log SET t = 7")
    assert [row.detail for row in eye.rows("UPDATE plan SET price = 2")] == ["other values"]


@pytest.mark.parametrize(
    ("statement", "before", "after", "back"),
    [
        ("SELECT nextval('made_id_seq')", 2, 3, False),
        ("SELECT setval('made_id_seq', 1)", 2, 1, True),
        ("ALTER SEQUENCE made_id_seq RESTART", 2, None, True),
        ("SELECT nextval('down')", None, -1, False),
        ("SELECT nextval('down'), setval('down', -9)", None, -9, False),
    ],
)
def test_numbers_of_sequences_are_told_apart(
    eye: Eye, statement: str, before: int | None, after: int | None, *, back: bool
) -> None:
    eye.hand.execute(b"CREATE SEQUENCE down INCREMENT -1")
    rows, (sequence,) = eye.found(statement)
    assert rows == ()
    assert (sequence.before, sequence.after, sequence.back) == (before, after, back)


def test_a_sequence_that_is_gone_is_the_catalogs_to_tell(eye: Eye) -> None:
    assert eye.found("DROP TABLE made")[1] == ()
