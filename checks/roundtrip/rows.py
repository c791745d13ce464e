"""The rows of a database: everything in a throwaway one was put there by migrations."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from checks.migration import Difference, Effect
from checks.roundtrip.window import Window

if TYPE_CHECKING:
    from datetime import datetime

    import psycopg
    from psycopg.rows import TupleRow

    Connection = psycopg.Connection[TupleRow]

MOST = 20_000  # rows of a table that are compared one by one; of a larger one a digest tells
NAMED = 3
NOW = "now"
CLOCK = "SELECT pg_catalog.clock_timestamp()"
# What belongs to an extension is its own; a partitioned table's rows are those of its partitions.
TABLES = """
SELECT n.nspname, c.relname,
       (SELECT coalesce(array_agg(a.attname::text ORDER BY a.attnum), '{}')
        FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a
          ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
        WHERE i.indrelid = c.oid AND i.indisprimary)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't'
  AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2
"""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """What is in a table.

    Attributes:
        key: The columns of its primary key.
        rows: All rows, in no order, each value as PostgreSQL writes it in JSON; empty if there are too many.
        digest: Of all rows, where there are too many.
    """

    key: tuple[str, ...]
    rows: tuple[Row, ...]
    digest: str = ""


Rows = Mapping[str, Table]


def clock(connection: Connection) -> datetime:
    """Give the server's time."""
    return connection.execute(CLOCK).fetchall()[0][0]  # type: ignore[no-any-return]


def read(
    connection: Connection,
    version_table: tuple[str | None, str] | None,
    begun: datetime | None = None,
) -> Rows:
    """Read all rows of a database.

    Args:
        connection: An autocommit connection.
        version_table: The tool's own table, which is left out: (schema or None, name).
        begun: When the database was made, by the server's clock: times from then on are read as "now".
    """
    from psycopg.sql import SQL, Identifier  # noqa: PLC0415 -- loaded by whoever made the connection

    found = {}
    window = Window(begun, clock(connection)) if begun else None
    for schema, name, key in connection.execute(TABLES).fetchall():
        if version_table is not None and name == version_table[1] and version_table[0] in (None, schema):
            continue
        query = SQL("SELECT pg_catalog.to_jsonb(row_.*)::text FROM ONLY {} row_").format(
            Identifier(schema, name)
        )
        lines = [line for (line,) in connection.execute(query)]
        found[f"{schema}.{name}"] = _table(tuple(key), lines, window)
    return found


def _table(key: tuple[str, ...], lines: list[str], window: Window | None) -> Table:
    rows = (_steadied(json.loads(line, parse_float=Decimal), window) for line in lines)
    if len(lines) <= MOST:
        return Table(key, tuple(rows))
    steady = sorted(map(written, rows))
    digest = hashlib.sha256("\n".join(steady).encode()).hexdigest()
    return Table(key, (), f"{len(lines)} rows {digest}")


def _steadied(row: Row, window: Window | None) -> Row:
    """Put a word in the place of the times at which the row itself was made."""
    if window is None:
        return row
    return {column: NOW if window.holds(value) else value for column, value in row.items()}


def unsteady(one: Rows, other: Rows) -> frozenset[tuple[str, str]]:
    """Give the columns, with their tables, that two runs of the same fill differently: now(), random."""
    return frozenset(
        (name, column)
        for name in one.keys() & other.keys()
        for column in _columns(one[name]) | _columns(other[name])
        if _values(one[name], column) != _values(other[name], column)
    )


def compare(before: Rows, after: Rows, without: Collection[tuple[str, str]] = ()) -> tuple[Difference, ...]:
    """Name the tables in whose rows two databases differ; those that only one of them has aside.

    Args:
        before: The rows that should be there.
        after: The rows that are there.
        without: Columns, with their tables, that are not compared.
    """
    return tuple(_differences(before, after, without))


def _differences(before: Rows, after: Rows, without: Collection[tuple[str, str]]) -> Iterator[Difference]:
    for name in sorted(before.keys() & after.keys()):
        one, other = before[name], after[name]
        ignored = {column for table, column in without if table == name}
        were, are = _counted(one, ignored), _counted(other, ignored)
        lost, left = were - are, are - were
        if lost or left or one.digest != other.digest:
            detail = f"gone: {_told(lost, one.key)}; new: {_told(left, other.key)}"
            yield Difference(Effect.ALTERED, "the content of table", name, detail)


def _counted(table: Table, ignored: set[str]) -> Counter[str]:
    """Count equal rows; a row without the columns that are not compared."""
    kept = ({column: value for column, value in row.items() if column not in ignored} for row in table.rows)
    return Counter(map(written, kept))


def _told(rows: Counter[str], key: tuple[str, ...]) -> str:
    """Say how many rows these are, and the keys of the first: values may be nobody's business."""
    number = sum(rows.values())
    words = f"{number} row{'' if number == 1 else 's'}"
    if not key or not rows:
        return words
    parsed = [json.loads(row) for row in sorted(rows)[:NAMED]]
    keys = (", ".join(f"{column}={row.get(column)}" for column in key) for row in parsed)
    more = " ..." if len(rows) > NAMED else ""
    return f"{words} ({'; '.join(keys)}{more})"


def _columns(table: Table) -> set[str]:
    return {column for row in table.rows for column in row}


def _values(table: Table, column: str) -> Counter[str]:
    return Counter(written(row.get(column)) for row in table.rows)


def written(value: object) -> str:
    """Write a value so that equal ones are equal texts; of a number every digit counts, as in a numeric."""
    return json.dumps(value, sort_keys=True, default=lambda number: f"{number} (number)")
