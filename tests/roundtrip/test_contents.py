"""What a real database's tables and sequences hold, and what became of that."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, cast

import pytest

from checks.migration import Effect
from checks.postgres.server import connect
from checks.roundtrip import accounts, contents
from checks.roundtrip.contents import Accounts, Contents
from checks.roundtrip.reader import Reader
from checks.roundtrip.witness import Watch
from checks.roundtrip.witness_sql import LOOK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg

    from checks.database import Database
    from checks.migration import RowDifference
    from checks.tools import Walk

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


class Hand:
    """What a tool at work has for those who watch it."""

    at_commit = ""
    alone = ()
    version_table = None


class Eye:
    """Looks at a database as a ride does."""

    def __init__(self, connection: psycopg.Connection, hand: psycopg.Connection) -> None:
        self.watch = Watch(connection, cast("Walk", Hand()))
        self.reader, self.held, self.hand = (
            Reader(connection),
            Accounts(connection, {"schema_migrations"}, self.watch),
            hand,
        )

    def look(self) -> Contents:
        suspects = self.watch.suspects()
        self.catalog = self.reader.read(None, (self.held.question(suspects),), suspects)
        answer = self.reader.beside[0]
        return self.held.read((None, "alembic_version"), answer, renamed=self.reader.renamed)

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


TOLD = """CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql
AS 'BEGIN INSERT INTO empty VALUES (7); RETURN NULL; END'"""
DEFERRED = """CREATE CONSTRAINT TRIGGER tell AFTER INSERT ON log DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION tell()"""
STEPS = f"""
UPDATE plan SET price = 3 WHERE code = 'free'
SELECT 1
INSERT INTO made (name) VALUES ('z')
SAVEPOINT s; UPDATE plan SET price = 4; ROLLBACK TO s; INSERT INTO empty VALUES (1)
SAVEPOINT s; SELECT setval('made_id_seq', 90); ROLLBACK TO s
CREATE TABLE child (plan text REFERENCES plan ON DELETE CASCADE ON UPDATE CASCADE)
INSERT INTO child VALUES ('free')
UPDATE plan SET code = 'none' WHERE code = 'free'
DELETE FROM plan WHERE code = 'none'
{" ".join(TOLD.split())}
CREATE TRIGGER tell AFTER INSERT ON log FOR EACH ROW EXECUTE FUNCTION tell()
INSERT INTO log VALUES ('c', 3)
DROP TRIGGER tell ON log; {" ".join(DEFERRED.split())}
INSERT INTO log VALUES ('d', 4)
DROP TRIGGER tell ON log
CREATE TYPE mood AS ENUM ('ok', 'sad'); CREATE TABLE felt (mood mood); INSERT INTO felt VALUES ('ok')
ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'
CREATE TYPE spot AS (x int); CREATE TABLE seen (spot spot); INSERT INTO seen VALUES (ROW(1))
ALTER TYPE spot RENAME ATTRIBUTE x TO y
ALTER TYPE spot ADD ATTRIBUTE z int
DROP TABLE seen; DROP TYPE spot
CREATE SCHEMA shop; CREATE TABLE shop.t (a int PRIMARY KEY); INSERT INTO shop.t VALUES (1)
ALTER SCHEMA shop RENAME TO store
ALTER TABLE store.t RENAME a TO b
ALTER TABLE store.t RENAME TO u
ALTER TABLE store.u DROP CONSTRAINT t_pkey
ALTER TABLE store.u SET SCHEMA public
INSERT INTO parent VALUES (2)
CREATE TABLE p3 PARTITION OF parent FOR VALUES IN (3); INSERT INTO parent VALUES (3)
TRUNCATE log, made RESTART IDENTITY
DO 'BEGIN BEGIN UPDATE pair SET x = 9; RAISE division_by_zero; EXCEPTION WHEN OTHERS THEN NULL; END; END'
DROP TABLE plan CASCADE
"""
HIDDEN = """
CREATE TABLE at_once (x int); INSERT INTO log VALUES ('e', 5)
UPDATE pair SET x = 'hidden'
SELECT nextval('made_id_seq')
COMMENT ON TABLE pair IS 'x'; DELETE FROM pair
"""


def as_a_whole(found: Contents) -> object:
    tables = {
        name: (held.key, held.chosen, sorted(held.lines), held.digest) for name, held in found.tables.items()
    }
    return tables, dict(found.sequences)


@pytest.fixture
def oracle(database: Database, eye: Eye) -> Iterator[Callable[[], object]]:
    """Give what reads everything each time; it must not write, as one who watches would."""
    with closing(connect(database)) as connection:
        Reader(connection)
        accounts_of_all = Accounts(connection, {"schema_migrations"}, eye.watch)
        yield lambda: as_a_whole(accounts_of_all.read((None, "alembic_version")))


def watched(hand: psycopg.Connection, statements: str) -> None:
    """Run statements as a tool does that is watched: with a look before the end."""
    hand.execute(b"BEGIN")
    hand.execute(statements.encode())
    hand.execute(LOOK.encode())
    hand.execute(b"COMMIT")


def test_what_nobody_wrote_is_known_without_reading_it_again(eye: Eye, oracle: Callable[[], object]) -> None:
    eye.look()
    for statements in STEPS.strip().splitlines():
        watched(eye.hand, statements)
        assert as_a_whole(eye.look()) == oracle(), statements


def test_what_was_done_unwatched_is_read(eye: Eye, oracle: Callable[[], object]) -> None:
    eye.look()
    for statements in HIDDEN.strip().splitlines():
        eye.hand.execute(statements.encode())
        watched(eye.hand, "UPDATE plan SET price = price + 1")
        assert as_a_whole(eye.look()) == oracle(), statements


def test_a_deferred_trigger_that_is_gone_when_we_look(eye: Eye, oracle: Callable[[], object]) -> None:
    watched(eye.hand, TOLD)
    eye.look()
    for statements in (DEFERRED, "INSERT INTO log VALUES ('d', 4)", "DROP TRIGGER tell ON log"):
        watched(eye.hand, statements)
    assert as_a_whole(eye.look()) == oracle()


def test_only_what_was_locked_is_read_again(eye: Eye) -> None:
    eye.look()
    watched(eye.hand, "UPDATE plan SET price = 3 WHERE code = 'free'")
    before = eye.held.asked
    eye.look()
    assert eye.held.asked - before == 1


def test_a_sequence_that_is_gone_is_the_catalogs_to_tell(eye: Eye) -> None:
    assert eye.found("DROP TABLE made")[1] == ()
