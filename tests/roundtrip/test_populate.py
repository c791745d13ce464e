"""Made rows: of every type, within every constraint, and gone again without a trace."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from checks.postgres.server import connect, create, drop
from checks.roundtrip.populate import clear, fill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    import psycopg

    from checks.database import Database
    from checks.postgres.server import Server
    from checks.roundtrip.populate import Filled

    Connection = psycopg.Connection[Any]

pytestmark = pytest.mark.postgres

TYPES = (
    *("boolean", "smallint", "integer", "bigint", "numeric", "numeric(6,2)", "numeric(1,0)", "numeric(3,3)"),
    *("numeric(12,0)", "real", "double precision", "money", "text", "varchar", "varchar(1)", "varchar(2)"),
    *("varchar(30)", "varchar(200)", "char(1)", "char(10)", "bpchar", "name", '"char"', "bytea", "date"),
    *("time", "time(0)", "timetz", "timestamp", "timestamptz", "timestamptz(3)", "interval", "uuid", "inet"),
    *("cidr", "macaddr", "macaddr8", "bit", "bit(5)", "bit varying", "bit varying(3)", "tsvector", "tsquery"),
    *("point", "line", "lseg", "box", "path", "polygon", "circle", "oid", "xid", "xid8", "cid", "tid"),
    *("pg_lsn", "pg_snapshot", "txid_snapshot", "jsonpath", "json", "jsonb", "int2vector", "oidvector"),
    *("regclass", "regtype", "regproc", "regprocedure", "regnamespace", "regrole", "regconfig", "regoper"),
    *("regoperator", "regdictionary", "regcollation", "aclitem", "refcursor", "int4range", "int8range"),
    *("numrange", "tsrange", "tstzrange", "daterange", "int4multirange", "datemultirange", "tstzmultirange"),
    *("text[]", "varchar(2)[]", "integer[][]", "jsonb[]", "bytea[]", "point[]", "box[]", "int4range[]"),
    *('s."Mood"', 's."Mood"[]', "s.pair", "s.pair[]", "s.nested", "s.word", "s.word[]", "s.wordrange"),
    *("s.span", "public.citext", "public.hstore", "public.ltree", "public.lquery", "public.cube"),
)
MADE = """
CREATE EXTENSION citext SCHEMA public; CREATE EXTENSION hstore SCHEMA public;
CREATE EXTENSION ltree SCHEMA public; CREATE EXTENSION cube SCHEMA public;
CREATE SCHEMA s;
CREATE TYPE s."Mood" AS ENUM ('so-so', 'a "good" one');
CREATE TYPE s.pair AS (a integer, b varchar(5));
CREATE TYPE s.nested AS (pair s.pair, moods s."Mood"[], at timestamptz, "of" text);
CREATE DOMAIN s.word AS varchar(20) CHECK (VALUE ~ '^[a-z]{3,}$');
CREATE DOMAIN s.span AS int4range NOT NULL;
CREATE TYPE s.wordrange AS RANGE (subtype = text);
"""


@pytest.fixture
def hand(database: Database) -> Iterator[Connection]:
    with closing(connect(database)) as connection:
        connection.execute("SELECT set_config('search_path', '', false)")
        yield connection


def made(hand: Connection, statements: str, *tables: str) -> Filled:
    """Run statements in the schema "public", then fill tables."""
    hand.execute(f"SET search_path = public; {statements}; SET search_path = ''".encode())
    return fill(hand, tables)


def column(hand: Connection, table: str, expression: str) -> list[Any]:
    """Give an expression of each row, in the order in which they were put there."""
    query = f"SELECT {expression} FROM public.{table} ORDER BY ctid"
    return [value for (value,) in hand.execute(query.encode())]


@pytest.fixture(scope="module")
def furnished(server: Server) -> Iterator[Connection]:
    """Make a database with types of its own, which all tests of types share: it takes its time."""
    database = create(server)
    with closing(connect(database)) as connection:
        connection.execute(MADE.encode())
        connection.execute("SELECT set_config('search_path', '', false)")
        yield connection
    drop(server, database)


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_has_values(kind: str, furnished: Connection) -> None:
    hand = furnished
    hand.execute(b"DROP TABLE IF EXISTS public.t")
    filled = made(hand, f"CREATE TABLE t (id integer PRIMARY KEY, x {kind}, y {kind} NOT NULL)", "public.t")
    listed = 1 if kind == 's."Mood"' else 0  # a row more, with the label that is in none
    assert (filled.rows, filled.unmade, filled.fewer) == ({"public.t": 3 + listed}, {}, {})
    assert column(hand, "t", "id") == [1, 2, 3, 4][: 3 + listed]
    if kind != "s.span":
        assert column(hand, "t", "x IS NULL")[:3] == [False, False, True]
    assert column(hand, "t", "x::text IS NOT DISTINCT FROM (SELECT x::text FROM public.t WHERE id = 1)")[1]
    assert clear(hand, filled)
    assert column(hand, "t", "id") == []


def test_every_type_is_there_at_once(furnished: Connection) -> None:
    hand = furnished
    hand.execute(b"DROP TABLE IF EXISTS public.t")
    columns = ", ".join(f"c{number} {kind}" for number, kind in enumerate(TYPES))
    filled = made(hand, f"CREATE TABLE t ({columns}); CREATE TABLE u (LIKE t)", "public.t", "public.u")
    assert filled.rows == {"public.t": 4, "public.u": 4}
    shared = f"t.c{TYPES.index('text')} = u.c{TYPES.index('text')}"
    assert hand.execute(f"SELECT FROM public.t t JOIN public.u u ON {shared}".encode()).fetchall() == []
    assert clear(hand, filled)


@pytest.mark.parametrize(
    ("kind", "holds"),
    [
        pytest.param("varchar(50)", "length(x) = 40 AND x !~ '^[0-9]+$' AND x <> lower(x)", id="a long text"),
        pytest.param("varchar(50)", "octet_length(x) > length(x)", id="a text that is not ASCII"),
        pytest.param("integer", "x > 32767", id="does not fit into a smallint"),
        pytest.param("bigint", "x > 2147483647", id="does not fit into an integer"),
        pytest.param("numeric(8,3)", "x <> round(x, 2) AND x >= 1000", id="all decimals"),
        pytest.param("timestamptz", "x <> date_trunc('milliseconds', x)", id="microseconds"),
        pytest.param("jsonb", "jsonb_typeof(x) = 'object'", id="an object"),
    ],
)
def test_values_are_nasty(kind: str, holds: str, hand: Connection) -> None:
    made(hand, f"CREATE TABLE t (x {kind} NOT NULL)", "public.t")
    assert column(hand, "t", holds) == [True, True, True]


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param("x text NOT NULL CHECK (x IN ('new', 'it''s', 'C:\\old'))", id="IN"),
        pytest.param("x varchar(9) NOT NULL CHECK (x = 'only')", id="="),
        pytest.param("x integer NOT NULL CHECK (x BETWEEN 3 AND 5)", id="BETWEEN"),
        pytest.param("x integer NOT NULL CHECK (x < -17)", id="a negative number"),
        pytest.param("x numeric(3,2) NOT NULL CHECK (x > 0 AND x < 1)", id="between 0 and 1"),
        pytest.param("x real NOT NULL CHECK (x > 0.25 AND x < 0.5)", id="between two fractions"),
        pytest.param("x integer NOT NULL CHECK (x % 7 = 3 AND x < 100)", id="a remainder"),
        pytest.param("x text NOT NULL CHECK (length(x) = 7)", id="a length"),
        pytest.param("x text NOT NULL CHECK (char_length(x) > 100)", id="longer than usual"),
        pytest.param("x text NOT NULL CHECK (x = lower(x) AND x !~ '[^a-z]')", id="lower case"),
        pytest.param("x text NOT NULL CHECK (x ~ '^[A-Z]{3}-[0-9]{4}(/[a-f]+)?$')", id="a pattern"),
        pytest.param("x text NOT NULL CHECK (x ~ '^[[:alpha:]_][[:alnum:]_]*$')", id="classes"),
        pytest.param(r"x text NOT NULL CHECK (x ~* '^\w+@\w+\.\w{2,}$')", id="an address"),
        pytest.param("x text NOT NULL CHECK (x LIKE 'ab_%z')", id="LIKE"),
        pytest.param("x text NOT NULL CHECK (x ILIKE 'http%')", id="ILIKE"),
        pytest.param("x date NOT NULL CHECK (x > '2150-06-07')", id="a later day"),
        pytest.param("x timestamptz NOT NULL CHECK (x < '1970-01-01')", id="an earlier time"),
        pytest.param("x bytea NOT NULL CHECK (octet_length(x) = 32)", id="a number of bytes"),
        pytest.param("x jsonb NOT NULL CHECK (jsonb_typeof(x) = 'array')", id="a JSON array"),
        pytest.param("x jsonb NOT NULL CHECK (x ? 'name' AND x ? 'size')", id="JSON keys"),
        pytest.param("x text[] NOT NULL CHECK (cardinality(x) = 3)", id="a number of elements"),
        pytest.param("x text[] NOT NULL CHECK (x <@ ARRAY['r', 'w'])", id="elements"),
        pytest.param("x interval NOT NULL CHECK (x < '1 minute')", id="an interval"),
        pytest.param("x inet NOT NULL CHECK (family(x) = 6)", id="a kind of address"),
        pytest.param("x date NOT NULL, y date NOT NULL CHECK (x < y)", id="one before the other"),
        pytest.param("x date NOT NULL, y date NOT NULL CHECK (x > y)", id="one after the other"),
        pytest.param("x text NOT NULL, y text NOT NULL CHECK (x = y)", id="one like the other"),
        pytest.param("x integer, y text, CHECK (num_nonnulls(x, y) = 1)", id="one of two"),
        pytest.param("x integer, y text, CHECK ((x IS NULL) = (y IS NULL))", id="both or none"),
        pytest.param("x text NOT NULL CHECK (x IN ('a', 'b')), y int CHECK (x = 'a' OR y > 5)", id="either"),
        pytest.param(
            "x int NOT NULL, y int GENERATED ALWAYS AS (x * 2) STORED CHECK (y < 9)", id="generated"
        ),
        pytest.param(
            "x int NOT NULL CHECK (x > 10), y int NOT NULL CHECK (y > x), z int NOT NULL CHECK (z > x + y)",
            id="three columns",
        ),
        pytest.param("x public.positive NOT NULL CHECK (x < 4)", id="a domain of a domain"),
        pytest.param("x text NOT NULL CHECK (public.is_word(x))", id="a function that raises"),
    ],
)
def test_checks_are_fulfilled(columns: str, hand: Connection) -> None:
    before = """
    CREATE DOMAIN whole AS integer CHECK (VALUE >= 0);
    CREATE DOMAIN positive AS whole CHECK (VALUE > 0);
    CREATE FUNCTION word() RETURNS text LANGUAGE sql AS $$ SELECT '^[a-z]+$' $$;
    CREATE FUNCTION is_word(text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
      IF $1 !~ word() THEN RAISE 'no word'; END IF; RETURN true; END $$;"""
    filled = made(hand, f"{before} CREATE TABLE t ({columns})", "public.t")
    assert (filled.unmade, filled.fewer) == ({}, {})
    first, second, _, *more = column(hand, "t", "t::text")
    assert first == second
    assert bool(more) == (" IN (" in columns and " OR " not in columns)
    assert clear(hand, filled)


def test_every_listed_value_is_in_a_row(hand: Connection) -> None:
    tables = """
    CREATE TYPE mood AS ENUM ('a', 'b', 'c', 'd');
    CREATE DOMAIN temper AS mood;
    CREATE DOMAIN word AS varchar(8) CHECK (VALUE IN ('x', 'y', 'z'));
    CREATE DOMAIN our_word AS word NOT NULL;
    CREATE DOMAIN digit AS int CHECK (VALUE IN (3, 5, 7, 9));
    CREATE TABLE p (id serial PRIMARY KEY, mood mood NOT NULL, word text CHECK (word IN ('x', 'y', 'z')),
      short varchar(8) CHECK (short IN ('x', 'y', 'z')));
    CREATE TABLE d (word word, our our_word, digit digit, temper temper);
    CREATE TABLE t (mood mood UNIQUE, p int NOT NULL REFERENCES p);"""
    filled = made(hand, tables, "public.t", "public.p", "public.d")
    numbers = {made.shape.name: len(made.rows) for made in filled.made}
    assert numbers == {"p": 5, "t": 5, "d": 6}
    listed = {"p": {"mood": "abcd", "word": "xyz", "short": "xyz"}, "t": {"mood": "abcd"}}
    listed |= {"d": {"word": "xyz", "our": "xyz", "digit": "3579", "temper": "abcd"}}
    for table, columns in listed.items():
        for name, values in columns.items():
            found = {value for value in column(hand, table, f"{name}::text") if value}
            assert found == set(values), name
    assert column(hand, "p", "id") == [1, 2, 3, 4, 5]
    assert clear(hand, filled)


REFERENCES = """
SELECT format('SELECT FROM %s c WHERE (%s) IS NOT NULL AND NOT EXISTS (SELECT FROM %s p WHERE (%s) = (%s))',
  conrelid::regclass, own, confrelid::regclass, own, targets)
FROM pg_constraint, LATERAL (
  SELECT string_agg('c.' || quote_ident(a.attname), ', ' ORDER BY n),
         string_agg('p.' || quote_ident(b.attname), ', ' ORDER BY n)
  FROM unnest(conkey, confkey) WITH ORDINALITY u (own, target, n)
  JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = own
  JOIN pg_attribute b ON b.attrelid = confrelid AND b.attnum = target
) names (own, targets)
WHERE contype = 'f'
"""


def dangling(hand: Connection) -> list[str]:
    """Give the questions for rows that refer to none, of which there are some."""
    return [
        query for (query,) in hand.execute(REFERENCES.encode()) if hand.execute(query.encode()).fetchall()
    ]


SERIAL = "id serial PRIMARY KEY"


@pytest.mark.parametrize(
    ("statements", "tables", "expected"),
    [
        pytest.param(f"CREATE TABLE a ({SERIAL})", "a", {"a": 3}, id="a serial"),
        pytest.param(
            "CREATE TABLE a (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY)", "a", {"a": 3}, id="identity"
        ),
        pytest.param(
            "CREATE TABLE a (x text NOT NULL UNIQUE, y text NOT NULL, z text NOT NULL, UNIQUE (y, z))",
            "a",
            {"a": 3},
            id="unique columns",
        ),
        pytest.param(
            "CREATE TABLE a (x text NOT NULL); CREATE UNIQUE INDEX ON a (lower(x))",
            "a",
            {"a": 3},
            id="a unique expression",
        ),
        pytest.param(
            "CREATE TABLE a (x text NOT NULL, y bool NOT NULL); CREATE UNIQUE INDEX ON a (x) WHERE y",
            "a",
            {"a": 3},
            id="a partial unique index",
        ),
        pytest.param(
            "CREATE TABLE a (x text NOT NULL); CREATE UNIQUE INDEX ON a (substr(x, 2, 4))",
            "a",
            {"a": 1},
            id="an expression that makes one of all",
        ),
        pytest.param(
            "CREATE TABLE a (x tstzrange NOT NULL, EXCLUDE USING gist (x WITH &&))",
            "a",
            {"a": 3},
            id="exclusion",
        ),
        pytest.param("CREATE TABLE a (x bool NOT NULL UNIQUE)", "a", {"a": 2}, id="two at most"),
        pytest.param("CREATE TABLE a (x int PRIMARY KEY CHECK (x = 1))", "a", {"a": 1}, id="one at most"),
        pytest.param("CREATE TABLE a ()", "a", {"a": 3}, id="no columns"),
        pytest.param(
            f"CREATE TABLE a ({SERIAL}); CREATE TABLE b (x int NOT NULL REFERENCES a);"
            "CREATE TABLE c (x int NOT NULL UNIQUE REFERENCES a, y int REFERENCES a)",
            "c",
            {"a": 3, "c": 3},
            id="parents, and nothing that is not asked for",
        ),
        pytest.param(
            "CREATE TABLE a (x int, y text, z uuid UNIQUE, PRIMARY KEY (x, y));"
            "CREATE TABLE b (x int, y text, z uuid NOT NULL REFERENCES a (z),"
            " FOREIGN KEY (x, y) REFERENCES a)",
            "b",
            {"a": 3, "b": 3},
            id="composite, and to a key that is not primary",
        ),
        pytest.param(
            "CREATE TABLE t (id int PRIMARY KEY);"
            "CREATE TABLE a (t int REFERENCES t, id int, PRIMARY KEY (t, id));"
            "CREATE TABLE b (t int NOT NULL REFERENCES t, a int NOT NULL, b int, UNIQUE (t, a),"
            " FOREIGN KEY (t, a) REFERENCES a, FOREIGN KEY (t, b) REFERENCES a MATCH FULL)",
            "b",
            {"t": 3, "a": 3, "b": 3},
            id="foreign keys that share a column",
        ),
        pytest.param(
            "CREATE TABLE a (x int, y int, PRIMARY KEY (x, y));"
            "CREATE TABLE b (x int, y int, FOREIGN KEY (x, y) REFERENCES a MATCH FULL)",
            "b",
            {"a": 3, "b": 3},
            id="all or none",
        ),
        pytest.param(
            f"CREATE TABLE a ({SERIAL}, up int REFERENCES a, top int NOT NULL REFERENCES a)",
            "a",
            {"a": 3},
            id="to itself",
        ),
        pytest.param(
            f"CREATE TABLE a ({SERIAL}, b int); CREATE TABLE b ({SERIAL}, a int NOT NULL REFERENCES a);"
            "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b",
            "a",
            {"a": 3, "b": 3},
            id="a ring that begins with NULL",
        ),
        pytest.param(
            f"CREATE TABLE a ({SERIAL}, b int NOT NULL);"
            f"CREATE TABLE b ({SERIAL}, a int NOT NULL REFERENCES a);"
            "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b",
            "b",
            {"a": 3, "b": 3},
            id="a ring without NULL",
        ),
        pytest.param(
            "CREATE TABLE a (x text, y int) PARTITION BY LIST (x);"
            "CREATE TABLE a1 PARTITION OF a DEFAULT; CREATE TABLE a2 PARTITION OF a FOR VALUES IN ('p', 'q')",
            "a",
            {"a": 3, "a2": 3},
            id="partitions by list",
        ),
        pytest.param(
            "CREATE TABLE a (x timestamptz NOT NULL, id bigint GENERATED ALWAYS AS IDENTITY,"
            " PRIMARY KEY (x, id)) PARTITION BY RANGE (x);"
            "CREATE TABLE a1 PARTITION OF a FOR VALUES FROM ('2031-05-01') TO ('2031-06-01');"
            "CREATE TABLE b (x timestamptz, id bigint, FOREIGN KEY (x, id) REFERENCES a)",
            "b",
            {"a": 3, "a1": 3, "b": 3},
            id="partitions by range",
        ),
        pytest.param(
            "CREATE TABLE a (x int NOT NULL) PARTITION BY HASH (x);"
            "CREATE TABLE a1 PARTITION OF a FOR VALUES WITH (MODULUS 2, REMAINDER 1) PARTITION BY LIST (x);"
            "CREATE TABLE a2 PARTITION OF a1 DEFAULT",
            "a",
            {"a": 3, "a1": 3, "a2": 3},
            id="partitions of partitions",
        ),
        pytest.param(
            "CREATE TABLE a (x int CHECK (x > 5)); CREATE TABLE b (y text) INHERITS (a)",
            "b",
            {"b": 3},
            id="inheritance",
        ),
        pytest.param(
            "CREATE TABLE a (x int); ALTER TABLE a ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
            "a",
            {"a": 3},
            id="row security",
        ),
        pytest.param(
            "CREATE TABLE a (x int); CREATE TABLE b (x int);"
            "CREATE RULE r AS ON INSERT TO a DO INSTEAD INSERT INTO b VALUES (new.x);"
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;"
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f()",
            "a",
            {"a": 3},
            id="rules and triggers that sleep",
        ),
        pytest.param("CREATE UNLOGGED TABLE a (x int)", "a", {"a": 3}, id="unlogged"),
        pytest.param(
            "CREATE TABLE a (x int); CREATE PUBLICATION p FOR TABLE a", "a", {"a": 3}, id="published, no key"
        ),
        pytest.param(
            "CREATE DOMAIN d AS text CHECK (VALUE = md5('x')); CREATE TABLE a (x d NOT NULL"
            " DEFAULT md5('x'))",
            "a",
            {"a": 3},
            id="no value but the default",
        ),
        pytest.param(
            "CREATE TABLE a (p int NOT NULL, n int NOT NULL, t int NOT NULL CHECK (t = p * n),"
            ' CHECK (n > 20), "u v" text NOT NULL, w text NOT NULL CHECK (lower("u v") = w), CHECK (p > 2))',
            "a",
            {"a": 3},
            id="columns that are computed of others",
        ),
    ],
)
def test_constraints_are_kept(
    statements: str, tables: str, expected: dict[str, int], hand: Connection
) -> None:
    filled = made(hand, statements, f"public.{tables}")
    assert {name.removeprefix("public."): number for name, number in filled.rows.items()} == expected
    assert not filled.unmade
    assert not dangling(hand)
    assert clear(hand, filled)
    assert all(column(hand, name, "1") == [] for name in expected)


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        pytest.param("SELECT 1", "no such table", id="not there"),
        pytest.param("CREATE VIEW a AS SELECT 1", "a view has no rows", id="a view"),
        pytest.param(
            "CREATE TABLE a (x int) PARTITION BY LIST (x)", "without partitions", id="without partitions"
        ),
        pytest.param("CREATE TABLE a (x int NOT NULL CHECK (x < 1 AND x > 1))", "a_x_check", id="impossible"),
        pytest.param(
            "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;"
            "CREATE FOREIGN TABLE a (x int) SERVER s",
            "a foreign table's rows live on another server",
            id="a foreign table",
        ),
        pytest.param(
            "CREATE DOMAIN d AS text CHECK (VALUE = md5('x') || '!'); CREATE TABLE a (x d NOT NULL)",
            "no value is known for its column x of type public.d: value for domain d violates",
            id="a type of which no value is known",
        ),
        pytest.param(
            "CREATE TABLE b (x int PRIMARY KEY CHECK (x <> x)); CREATE TABLE a (y int NOT NULL REFERENCES b)",
            "its column y must refer to a row of public.b, which has none",
            id="a parent that cannot be made",
        ),
        pytest.param(
            "CREATE TABLE a (id int PRIMARY KEY, b int NOT NULL);"
            "CREATE TABLE b (id int PRIMARY KEY, a int NOT NULL REFERENCES a, CHECK (a + id < 0 AND id > 9));"
            "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b",
            "its foreign key a_b_fkey would refer to a row of public.b that could not be made",
            id="a ring of which one table cannot be made",
        ),
        pytest.param(
            "CREATE TABLE a (x int); CREATE RULE r AS ON INSERT TO a DO INSTEAD NOTHING;"
            "ALTER TABLE a ENABLE ALWAYS RULE r",
            "cannot perform INSERT RETURNING",
            id="a rule that takes the rows elsewhere",
        ),
        pytest.param(
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not today'; END $$;"
            "CREATE TABLE a (x int); CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f();"
            "ALTER TABLE a ENABLE ALWAYS TRIGGER t",
            "not today",
            id="a trigger that raises",
        ),
        pytest.param(
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;"
            "CREATE TABLE a (x int); CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f();"
            "ALTER TABLE a ENABLE ALWAYS TRIGGER t",
            "the server took the rows, but they are not there",
            id="a trigger that drops rows",
        ),
    ],
)
def test_what_cannot_be_made_is_told(statements: str, reason: str, hand: Connection) -> None:
    filled = made(hand, statements, "public.a")
    assert "public.a" not in filled.rows
    assert reason in filled.unmade["public.a"]
    assert clear(hand, filled)


def test_no_more_than_the_made_rows_go(hand: Connection) -> None:
    filled = made(
        hand,
        "CREATE TABLE a (id serial PRIMARY KEY, x text); INSERT INTO a (x) VALUES ('mine'), (NULL);"
        "CREATE TABLE b (y int, z text); INSERT INTO b VALUES (70001, NULL), (NULL, NULL);"
        "CREATE TABLE c (a int REFERENCES a)",
        *("public.a", "public.b", "public.c"),
    )
    assert column(hand, "a", "id") == [1, 2, 3, 4, 5]
    assert filled.rows == {"public.a": 3, "public.b": 3, "public.c": 3}
    assert clear(hand, filled)
    assert column(hand, "a", "x") == ["mine", None]
    assert column(hand, "b", "y") == [70001, None]
    assert hand.execute(b"SELECT nextval('public.a_id_seq')").fetchone() == (3,)


def test_a_parent_with_rows_is_left_alone(hand: Connection) -> None:
    filled = made(
        hand,
        "CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (77);"
        "CREATE TABLE b (a int NOT NULL REFERENCES a)",
        "public.b",
    )
    assert filled.rows == {"public.b": 3}
    assert column(hand, "b", "a") == [77, 77, 77]


def test_the_same_schema_has_the_same_rows(hand: Connection) -> None:
    filled = made(hand, "CREATE TABLE a (id serial PRIMARY KEY, x text, y uuid, z float)", "public.a")
    first = column(hand, "a", "a::text")
    assert clear(hand, filled)
    assert fill(hand, ["public.a"]) == filled
    assert column(hand, "a", "a::text") == first


def test_rows_are_tied_in_rings(hand: Connection) -> None:
    made(
        hand,
        f"CREATE TABLE a ({SERIAL}, b int, up int REFERENCES a);"
        f"CREATE TABLE b ({SERIAL}, a int NOT NULL REFERENCES a);"
        "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b",
        "public.a",
    )
    assert hand.execute(b"SELECT id, b, up FROM public.a ORDER BY id").fetchall() == [
        *((1, 1, None), (2, 1, 1), (3, None, None)),
    ]


def test_a_sequence_that_lags_is_passed(hand: Connection) -> None:
    filled = made(
        hand,
        "CREATE TABLE a (id serial PRIMARY KEY); INSERT INTO a VALUES (2), (3), (90)",
        "public.a",
    )
    assert column(hand, "a", "id") == [2, 3, 90, 1, 91, 92]
    assert clear(hand, filled)
    assert hand.execute(b"SELECT last_value, is_called FROM public.a_id_seq").fetchone() == (1, False)


@pytest.mark.parametrize(
    ("statement", "exact"),
    [
        pytest.param("UPDATE public.a SET x = 'other'", True, id="changed, but told by its key"),
        pytest.param("DELETE FROM public.a WHERE id = 2", False, id="gone"),
        pytest.param("UPDATE public.b SET y = 5", False, id="changed, and without a key"),
        pytest.param("DROP TABLE public.a CASCADE", False, id="dropped"),
        pytest.param("INSERT INTO public.c VALUES (9)", True, id="another in a table that was empty"),
        pytest.param("INSERT INTO public.b VALUES (9)", False, id="another in a table that was not"),
    ],
)
def test_what_came_in_between(statement: str, exact: bool, hand: Connection) -> None:
    filled = made(
        hand,
        "CREATE TABLE a (id serial PRIMARY KEY, x text); INSERT INTO a (x) VALUES ('mine');"
        "CREATE TABLE b (y int); INSERT INTO b VALUES (1); CREATE TABLE c (z int)",
        *("public.a", "public.b", "public.c"),
    )
    hand.execute(statement.encode())
    assert clear(hand, filled) is exact


def test_what_a_trigger_changes_elsewhere_is_not_taken_back(hand: Connection) -> None:
    filled = made(
        hand,
        "CREATE TABLE a (x int); CREATE TABLE log (x int);"
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO public.log VALUES (1); RETURN NULL; END $$;"
        "CREATE TRIGGER t AFTER INSERT ON a FOR EACH ROW EXECUTE FUNCTION f();"
        "ALTER TABLE a ENABLE ALWAYS TRIGGER t",
        "public.a",
    )
    assert filled.strays == ("public.log",)
    assert not clear(hand, filled)


@pytest.fixture
def plain(hand: Connection) -> Iterator[Connection]:
    """Be an ordinary role that may do anything in its database, but not forbid triggers."""
    role = f"role_{hand.info.dbname}"
    hand.execute(f"CREATE ROLE {role}; GRANT ALL ON SCHEMA public TO {role}".encode())
    hand.execute(f"SET SESSION AUTHORIZATION {role}".encode())
    yield hand
    hand.execute(b"RESET SESSION AUTHORIZATION")
    hand.execute(f"DROP OWNED BY {role}; DROP ROLE {role}".encode())


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param("", id="parents"),
        pytest.param("ALTER TABLE b ADD FOREIGN KEY (a) REFERENCES a ON DELETE RESTRICT", id="a ring"),
        pytest.param(
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN new.x = 'set'; RETURN new; END $$;"
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f()",
            id="a trigger",
        ),
    ],
)
def test_an_ordinary_role_makes_rows_too(statements: str, plain: Connection) -> None:
    filled = made(
        plain,
        f"CREATE TABLE b ({SERIAL}, a int); CREATE TABLE a ({SERIAL}, x text, b int NOT NULL REFERENCES b);"
        + statements,
        "public.a",
    )
    assert (filled.rows, filled.unmade) == ({"public.a": 3, "public.b": 3}, {})
    assert not dangling(plain)
    assert clear(plain, filled)
    assert column(plain, "a", "x") + column(plain, "b", "a") == []


def test_a_table_that_may_not_be_read_is_left_alone(hand: Connection, plain: Connection) -> None:
    hand.execute(b"RESET SESSION AUTHORIZATION; CREATE TABLE public.a (x int); CREATE TABLE public.b (x int)")
    role = f"role_{hand.info.dbname}"
    hand.execute(f"INSERT INTO public.a VALUES (1); GRANT ALL ON public.b TO {role}".encode())
    hand.execute(f"GRANT INSERT ON public.a TO {role}; SET SESSION AUTHORIZATION {role}".encode())
    filled = fill(plain, ["public.a", "public.b"])
    assert (filled.rows, filled.unmade) == ({"public.b": 3}, {"public.a": "its rows may not be read"})
    assert clear(plain, filled)
