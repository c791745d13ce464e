"""Sequences that lag behind the columns that they number: the next row that is inserted would fail."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from checks.migration import Difference, Effect

if TYPE_CHECKING:
    import psycopg
    from psycopg.rows import TupleRow

    Connection = psycopg.Connection[TupleRow]

# Those that count up, with the value that each gives next, and the column that owns it.
OWNED = """
SELECT s.schemaname, s.sequencename, coalesce(s.last_value + s.increment_by, s.start_value),
       n.nspname, t.relname, a.attname
FROM pg_catalog.pg_sequences s
JOIN pg_catalog.pg_namespace sn ON sn.nspname = s.schemaname
JOIN pg_catalog.pg_class c ON c.relname = s.sequencename AND c.relnamespace = sn.oid
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
 AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i')
JOIN pg_catalog.pg_class t ON t.oid = d.refobjid
JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE s.increment_by > 0
  AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
"""
DETAIL = "its next value is taken by a row already, so that the next insert fails"


def lagging(connection: Connection) -> frozenset[str]:
    """Give the sequences whose next value a row has already.

    Args:
        connection: An autocommit connection.
    """
    from psycopg.sql import SQL, Identifier  # noqa: PLC0415 -- loaded by whoever made the connection

    found = set()
    for schema, name, following, table_schema, table, column in connection.execute(OWNED).fetchall():
        query = SQL("SELECT EXISTS (SELECT FROM {} WHERE {} >= %s)")
        taken = query.format(Identifier(table_schema, table), Identifier(column))
        if connection.execute(taken, (following,)).fetchall()[0][0]:
            found.add(f"{schema}.{name}")
    return frozenset(found)


def compare(before: Collection[str], after: Collection[str]) -> Iterator[Difference]:
    """Name the sequences that lag in one database and not in the other."""
    for name in sorted(set(after) - set(before)):
        yield Difference(Effect.ALTERED, "sequence", name, DETAIL)
    for name in sorted(set(before) - set(after)):
        yield Difference(Effect.ALTERED, "sequence", name, f"in deployed databases {DETAIL}")
