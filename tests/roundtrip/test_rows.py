"""The rows of a database: what is read of a real one, and in which of them two differ."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from checks.postgres.server import connect
from checks.roundtrip import rows
from checks.roundtrip.rows import Table, clock, compare, read, unsteady
from checks.roundtrip.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from checks.database import Database
    from checks.roundtrip.rows import Rows

ONE, TWO = {"id": 1, "name": "a"}, {"id": 2, "name": "b"}


def table(*found: dict[str, Any], key: tuple[str, ...] = ("id",), digest: str = "") -> Table:
    return Table(key, found, digest)


def told(before: Table, after: Table, *without: str) -> list[str]:
    """Give the details of what differs in one table."""
    found = compare({"public.t": before}, {"public.t": after}, {("public.t", name) for name in without})
    return [difference.detail for difference in found]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(table(ONE, TWO), table(TWO, ONE), [], id="another order"),
        pytest.param(
            table({"id": 1, "name": "a"}), table({"name": "a", "id": 1}), [], id="another order of columns"
        ),
        pytest.param(table(ONE, TWO), table(ONE), ["gone: 1 row (id=2); new: 0 rows"], id="one less"),
        pytest.param(table(), table(ONE, TWO), ["gone: 0 rows; new: 2 rows (id=1; id=2)"], id="two more"),
        pytest.param(
            table(ONE), table({"id": 1, "name": "b"}), ["gone: 1 row (id=1); new: 1 row (id=1)"], id="a value"
        ),
        pytest.param(
            table(ONE, key=()), table(TWO, key=()), ["gone: 1 row; new: 1 row"], id="no key: no value is told"
        ),
        pytest.param(
            table(ONE, ONE, key=()),
            table(ONE, key=()),
            ["gone: 1 row; new: 0 rows"],
            id="one of two equal rows",
        ),
        pytest.param(
            table({"id": 1, "name": None}),
            table({"id": 1, "name": "null"}),
            ["gone: 1 row (id=1); new: 1 row (id=1)"],
            id="NULL is no text",
        ),
        pytest.param(
            table({"id": None}, key=()), table({}, key=()), ["gone: 1 row; new: 1 row"], id="no column"
        ),
        pytest.param(
            table({"a": 1, "b": 2, "c": 3}, key=("a", "b")),
            table(key=("a", "b")),
            ["gone: 1 row (a=1, b=2); new: 0 rows"],
            id="a key of two columns",
        ),
        pytest.param(
            table(*({"id": n} for n in range(4))),
            table(),
            ["gone: 4 rows (id=0; id=1; id=2 ...); new: 0 rows"],
            id="no more than three keys",
        ),
        pytest.param(
            table(*({"id": n} for n in range(3))),
            table(),
            ["gone: 3 rows (id=0; id=1; id=2); new: 0 rows"],
            id="three keys are all",
        ),
        pytest.param(
            table(digest="5 rows a"),
            table(digest="5 rows b"),
            ["gone: 0 rows; new: 0 rows"],
            id="another digest",
        ),
        pytest.param(table(digest="5 rows a"), table(digest="5 rows a"), [], id="the same digest"),
        pytest.param(
            table(ONE), table(digest="5 rows a"), ["gone: 1 row (id=1); new: 0 rows"], id="grown too large"
        ),
    ],
)
def test_rows_are_compared(before: Table, after: Table, expected: list[str]) -> None:
    assert told(before, after) == expected


def test_columns_can_be_left_out() -> None:
    late, early = {"id": 1, "made": "10:00"}, {"id": 1, "made": "09:00"}
    assert told(table(late), table(early), "made") == []
    assert told(table(late, late), table(early), "made") == ["gone: 1 row (id=1); new: 0 rows"]
    assert compare({"t": table(late)}, {"t": table(early)}, {("u", "made")})


def test_a_key_that_is_left_out_is_told_as_nothing() -> None:
    assert told(table(ONE), table(TWO), "id") == ["gone: 1 row (id=None); new: 1 row (id=None)"]


def test_tables_of_one_side_only_are_another_ones_business() -> None:
    assert compare({"public.a": table(ONE)}, {"public.b": table(ONE)}) == ()


def test_differences_name_their_tables_in_order() -> None:
    before: Rows = {name: table(ONE) for name in ("b.t", "a.t", "c.t")}
    after: Rows = {"c.t": table(ONE), "a.t": table(), "b.t": table()}
    found = compare(before, after)
    assert [(one.kind, one.name) for one in found] == [
        ("the content of table", "a.t"),
        ("the content of table", "b.t"),
    ]


def test_unsteady_columns_are_those_that_two_runs_fill_differently() -> None:
    one = {"a": table({"id": 1, "made": "9", "x": 0}), "b": table(ONE), "only": table(ONE)}
    other = {"a": table({"id": 1, "made": "8", "x": 0}), "b": table(ONE)}
    assert unsteady(one, other) == {("a", "made")}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param([{"a": 1}, {"a": 2}], [{"a": 2}, {"a": 1}], set(), id="order"),
        pytest.param([{"a": 1}, {"a": 1}], [{"a": 1}], {("t", "a")}, id="number"),
        pytest.param([{"a": None}], [{"a": "null"}], {("t", "a")}, id="NULL and a text"),
        pytest.param([{"a": 1}], [{"a": True}], {("t", "a")}, id="one and true"),
        pytest.param([{"a": 1, "b": 1}], [{"a": 1}], {("t", "b")}, id="a column of one side"),
        pytest.param([{"a": {"x": 1, "y": 2}}], [{"a": {"y": 2, "x": 1}}], set(), id="JSON in another order"),
    ],
)
def test_values_of_a_column(
    one: list[dict[str, Any]], other: list[dict[str, Any]], expected: set[tuple[str, str]]
) -> None:
    assert unsteady({"t": table(*one)}, {"t": table(*other)}) == expected


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection]:
    with connect(database) as opened:
        yield opened


def filled(connection: psycopg.Connection, *statements: str) -> Rows:
    """Read a database after some statements."""
    for statement in statements:
        connection.execute(statement.encode())
    return read(connection, None)


@pytest.mark.postgres
def test_the_rows_of_partitions_are_read_once(connection: psycopg.Connection) -> None:
    found = filled(
        connection,
        "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id)",
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)",
        "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)",
        "INSERT INTO p VALUES (1), (11), (12)",
    )
    assert {name: len(rows.rows) for name, rows in found.items()} == {"public.p1": 1, "public.p2": 2}
    assert found["public.p1"].key == ("id",)


@pytest.mark.postgres
def test_rows_of_a_child_are_not_its_parents(connection: psycopg.Connection) -> None:
    found = filled(
        connection,
        "CREATE TABLE parent (a int)",
        "CREATE TABLE child () INHERITS (parent)",
        "INSERT INTO child VALUES (1)",
    )
    assert {name: len(rows.rows) for name, rows in found.items()} == {"public.parent": 0, "public.child": 1}


@pytest.mark.postgres
def test_names_are_quoted(connection: psycopg.Connection) -> None:
    found = filled(
        connection,
        'CREATE SCHEMA "My ""Schema"""',
        'CREATE TABLE "My ""Schema"""."a.b; %s {}" ("the ""Key""" int, "{}" int, '
        'PRIMARY KEY ("{}", "the ""Key"""))',
        'INSERT INTO "My ""Schema"""."a.b; %s {}" VALUES (1, 2)',
    )
    (name,) = found
    assert name == 'My "Schema".a.b; %s {}'
    assert found[name].rows == ({'the "Key"': 1, "{}": 2},)
    assert set(found[name].key) == {'the "Key"', "{}"}


@pytest.mark.postgres
def test_what_is_no_table_of_the_migrations_is_left_out(connection: psycopg.Connection) -> None:
    found = filled(
        connection,
        "CREATE TABLE ours (a int)",
        "CREATE TABLE theirs (a int)",
        "ALTER EXTENSION plpgsql ADD TABLE theirs",
        "CREATE TEMP TABLE passing (a int)",
        "CREATE VIEW v AS SELECT 1 AS a",
        "CREATE MATERIALIZED VIEW m AS SELECT 1 AS a",
        "CREATE SEQUENCE s",
        "CREATE UNLOGGED TABLE quick (a int)",
    )
    assert found.keys() == {"public.ours", "public.quick"}


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("version_table", "left"),
    [
        (None, {"public.alembic_version", "app.alembic_version"}),
        ((None, "alembic_version"), set()),
        (("app", "alembic_version"), {"public.alembic_version"}),
        (("app", "other"), {"public.alembic_version", "app.alembic_version"}),
    ],
)
def test_the_version_table_is_left_out(
    connection: psycopg.Connection, version_table: tuple[str | None, str] | None, left: set[str]
) -> None:
    connection.execute("CREATE TABLE alembic_version (a int)")
    connection.execute("CREATE SCHEMA app")
    connection.execute("CREATE TABLE app.alembic_version (a int)")
    assert read(connection, version_table).keys() == left


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        ("jsonb", """'{"b": [1, null], "a": 1.50}'""", {"a": Decimal("1.50"), "b": [1, None]}),
        ("json", """'{"b": 1,   "a": 2}'""", {"a": 2, "b": 1}),
        ("bytea", r"'\x00ff'", "\\x00ff"),
        ("float8", "0.1::float8 + 0.2", Decimal("0.30000000000000004")),
        ("float8", "'NaN'", "NaN"),
        ("numeric", "'1e3'", 1000),
        ("text", "NULL", None),
        ("text", r"E'a\nb\\'", "a\nb\\"),
        ("int[]", "'{1,NULL}'", [1, None]),
        ("uuid", "'00000000-0000-0000-0000-000000000001'", "00000000-0000-0000-0000-000000000001"),
        ("date", "'infinity'", "infinity"),
    ],
)
def test_values_are_read_as_the_server_writes_them(
    connection: psycopg.Connection, type_: str, value: str, expected: object
) -> None:
    found = filled(connection, f"CREATE TABLE t (a {type_})", f"INSERT INTO t VALUES ({value})")
    assert found["public.t"] == Table((), ({"a": expected},))


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("value", "other"), [("0.1234567890123456789", "0.123456789012345678"), ("1.0", "1")]
)
def test_every_digit_of_a_number_counts(connection: psycopg.Connection, value: str, other: str) -> None:
    before = filled(connection, "CREATE TABLE t (a numeric)", f"INSERT INTO t VALUES ({value})")
    assert compare(before, before) == ()
    after = filled(connection, f"UPDATE t SET a = {other}")
    assert len(compare(before, after)) == 1
    assert unsteady(before, after) == {("public.t", "a")}


@pytest.mark.postgres
def test_generated_values_and_equal_rows_are_read(connection: psycopg.Connection) -> None:
    found = filled(
        connection,
        "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED)",
        "INSERT INTO t VALUES (1), (1)",
    )
    assert found["public.t"].rows == ({"a": 1, "b": 2}, {"a": 1, "b": 2})


@pytest.mark.postgres
def test_a_dropped_column_is_not_read(connection: psycopg.Connection) -> None:
    found = filled(connection, "CREATE TABLE t AS SELECT 1 AS a, 2 AS b", "ALTER TABLE t DROP COLUMN a")
    assert found["public.t"].rows == ({"b": 2},)


@pytest.mark.postgres
def test_of_a_large_table_a_digest_tells(
    connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MOST", 2)
    exact = filled(connection, "CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1), (2)")
    assert (len(exact["public.t"].rows), exact["public.t"].digest) == (2, "")
    large = filled(connection, "INSERT INTO t VALUES (3)")["public.t"]
    assert (large.key, large.rows, large.digest.split()[:2]) == (("id",), (), ["3", "rows"])
    again = filled(connection, "TRUNCATE t", "INSERT INTO t VALUES (3), (1), (2)")["public.t"]
    assert again == large
    other = filled(connection, "UPDATE t SET id = 4 WHERE id = 3")["public.t"]
    assert other.digest != large.digest
    assert json.dumps(told(large, other)) == '["gone: 0 rows; new: 0 rows"]'


@pytest.mark.postgres
@pytest.mark.parametrize("most", [1, 9])
def test_a_time_of_the_run_itself_is_now(
    connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(rows, "MOST", most)
    columns = "a timestamptz, b timestamp, c timestamptz, d text, e date"
    values = "now(), clock_timestamp() AT TIME ZONE 'UTC', '2020-01-01'::timestamptz, 'x', CURRENT_DATE"
    states = []
    for _ in range(2):
        connection.execute("DROP TABLE IF EXISTS t")
        begun = clock(connection)
        connection.execute(f"CREATE TABLE t ({columns})")
        connection.execute(f"INSERT INTO t SELECT {values} FROM generate_series(1, 3)")
        states.append(read(connection, None, begun))
    assert compare(*states) == ()
    if most > 1:
        first = states[0]["public.t"].rows[0]
        assert (first["a"], first["b"], first["c"][:10], first["d"]) == ("now", "now", "2020-01-01", "x")


def test_only_a_time_within_the_run_is_now() -> None:
    window = Window(datetime(2026, 1, 1, 12, tzinfo=UTC), datetime(2026, 1, 1, 12, 0, 5, tzinfo=UTC))
    held = ["2026-01-01T12:00:01+00:00", "2026-01-01T12:00:01.5", "2026-01-01T14:00:02+02:00"]
    others = [
        "2026-01-01T11:59:59",
        "2026-01-01T12:00:06",
        "2026-01-01",
        "2026-01-01T12:00:01 or so",
        5,
        None,
    ]
    assert [window.holds(value) for value in (*held, *others)] == [True] * 3 + [False] * 6


def test_a_day_and_a_time_of_day_may_be_of_now() -> None:
    window = Window(datetime(2026, 1, 1, 12, tzinfo=UTC), datetime(2026, 1, 1, 12, 0, 5, tzinfo=UTC))
    touched = ["2026-01-01T12:00:01+00:00", "2026-01-01", "12:00:01.5", "12:00:01+00"]
    others = ["2026-01-01T12:00:06", "2026-01-02", "12:00:06", "1", "", 5, None]
    assert [window.touches(value) for value in (*touched, *others)] == [True] * 4 + [False] * 7


def test_a_column_may_have_the_name_of_anything(connection: psycopg.Connection) -> None:
    connection.execute("CREATE TABLE named (t int, row_ int); INSERT INTO named VALUES (1, 2)")
    assert read(connection, None)["public.named"].rows == ({"t": 1, "row_": 2},)
