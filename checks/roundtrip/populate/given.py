"""Rows that others put in: which tables have them, and what takes them away again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.roundtrip.populate.filled import Filled, Made
from checks.roundtrip.populate.reading import read
from checks.roundtrip.populate.sequences import sequences
from checks.roundtrip.populate.session import count, unqualified

if TYPE_CHECKING:
    from psycopg import Connection

    from checks.roundtrip.populate.sequences import Sequence
    from checks.roundtrip.populate.shape import Shape

OWN = """
SELECT c.oid::bigint, c.oid::regclass::text, c.relkind
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'S') AND c.relpersistence <> 't'
  AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
"""


@dataclass(frozen=True)
class Standing:
    """How many rows there are.

    Attributes:
        shapes: All tables, by number.
        counts: How many rows each has; those that may not be read are left out.
        sequences: Where they stand.
    """

    shapes: Mapping[int, Shape]
    counts: Mapping[int, int]
    sequences: Mapping[str, Sequence]


def standing(connection: Connection[Any]) -> Standing:
    """Count the rows of all tables.

    Args:
        connection: An autocommit connection.
    """
    with connection.transaction():
        unqualified(connection)
        found = connection.execute(OWN).fetchall()
        shapes, _ = read(connection, [oid for oid, _, sort in found if sort != "S"])
        counts = count(connection, shapes.values())
        return Standing(
            shapes, counts, sequences(connection, [name for _, name, sort in found if sort == "S"])
        )


def given(before: Standing, after: Standing, sources: tuple[str, ...]) -> Filled:
    """Tell what was put in, as if it had been made.

    Args:
        before: How it was.
        after: How it is.
        sources: What put it in.

    Returns:
        With `strays` for the tables that had rows already: only all of a table's rows can be taken away.
    """
    more = {oid: number - before.counts.get(oid, 0) for oid, number in after.counts.items()}
    changed = {oid: number for oid, number in more.items() if number}
    rows = {after.shapes[oid].full_name: number for oid, number in changed.items() if number > 0}
    new = [oid for oid in changed if not before.counts.get(oid, 0)]
    moved = {n: (s.last, s.given) for n, s in before.sequences.items() if after.sequences.get(n) != s}
    return Filled(
        rows=rows,
        unmade={},
        made=tuple(Made(after.shapes[oid], (), 0) for oid in new),
        sequences=moved,
        strays=tuple(sorted(after.shapes[oid].full_name for oid in changed if oid not in new)),
        given=rows,
        sources=sources,
        has=frozenset(_filled(after, changed)),
    )


def _filled(after: Standing, changed: Mapping[int, int]) -> set[int]:
    """Give the tables that got rows, and the partitioned ones whose rows those are."""
    whole = {oid for oid, shape in after.shapes.items() if set(shape.leaves) & changed.keys()}
    return {oid for oid, number in changed.items() if number > 0} | whole


def joined(given: Filled, made: Filled) -> Filled:
    """Put rows that were given, and those that were made after them, together."""
    return Filled(
        rows={**made.rows, **given.rows},
        unmade=made.unmade,
        fewer=made.fewer,
        made=(*given.made, *made.made),
        sequences={**made.sequences, **given.sequences},
        strays=(*given.strays, *made.strays),
        given=given.given,
        sources=given.sources,
        has=given.has,
    )
