"""What a trigger writes whenever its row is written: no downgrade can put that back, and need not."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from checks.migration import Effect
from checks.roundtrip.populate.hands import asked
from checks.roundtrip.populate.session import usual
from checks.roundtrip.populate.shape import literal, quoted
from checks.roundtrip.rows import written
from checks.roundtrip.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from psycopg import Connection

    from checks.migration import RowDifference
    from checks.roundtrip.contents import Content, Contents

    Rows = Iterable[Mapping[str, Any]]

PLACE = "SELECT ctid::text FROM ONLY {} row_ WHERE row_to_json(row_.*)::text = {} LIMIT 1"
PUT = """UPDATE ONLY {table} AS row_ SET {column} = put_.{column}
FROM json_populate_record(NULL::{table}, {put}::json) put_ WHERE row_.ctid = {place}
RETURNING now(), clock_timestamp(), row_to_json(row_.*)::text"""


def triggered(
    eye: Connection[Any], before: Contents, after: Contents, found: Iterable[RowDifference]
) -> dict[str, frozenset[str]]:
    """Give the columns, by table, whose new values are the time of a leg, and which a trigger writes.

    The server tells: an old value is put back, and in its place the time of that moment is there. All of it
    is undone.

    Args:
        eye: An autocommit connection.
        before: The rows that were there.
        after: Those that are there.
        found: In what they differ.
    """
    if before.taken is None or after.taken is None:
        return {}
    window = Window(before.taken, after.taken)
    told: dict[str, frozenset[str]] = {}
    for row in found:
        if row.effect is Effect.ALTERED and row.columns:
            were, are = before.tables[row.table], after.tables[row.table]
            olds = {column: _old(were, are, column, window) for column in row.columns}
            asks = {column: old for column, (old, of_now) in olds.items() if of_now}
            told[row.table] = _written(eye, row.table, were, are, asks) if asks else frozenset()
    return {table: columns for table, columns in told.items() if columns}


def _old(were: Content, are: Content, column: str, window: Window) -> tuple[object, bool]:
    """Give a value that a column no longer has, and tell whether all that it has instead is the time."""
    olds, news = ([row.get(column) for row in _read(content)] for content in (were, are))
    gone, come = _without(olds, news), _without(news, olds)
    old = next((value for value in gone if value is not None), None)
    return old, bool(come) and all(map(window.touches, come))


def _without(values: list[object], others: list[object]) -> list[object]:
    left = Counter(map(written, others))
    left.subtract(map(written, values))
    return [value for value in values if left[written(value)] < 0]


def _read(content: Content) -> Rows:
    return (json.loads(line, parse_float=Decimal) for line in content.lines)


def _written(
    eye: Connection[Any], table: str, were: Content, are: Content, olds: Mapping[str, object]
) -> frozenset[str]:
    """Put values into a row that was altered, and tell in which columns the time stands instead.

    It is an old value that is put there, and the one that it has: some triggers mind only one of the two.
    """
    known = set(were.lines)
    altered = next(line for line in are.lines if line not in known)
    with eye.transaction(force_rollback=True):
        found = asked(eye, PLACE.format(table, literal(altered)))
        usual(eye)
        row = json.loads(altered)
        return frozenset(
            column
            for column, old in olds.items()
            for (place,) in found or ()
            if any(_is_refused(eye, table, place, column, value) for value in (old, row[column]))
        )


def _is_refused(eye: Connection[Any], table: str, place: str, column: str, value: object) -> bool:
    """Tell whether a column holds the time after it was given a value, and not that value."""
    put = literal(json.dumps({column: value}, default=str))
    statement = PUT.format(table=table, column=quoted(column), put=put, place=f"{literal(place)}::tid")
    with eye.transaction(force_rollback=True):
        for begun, ended, line in asked(eye, statement) or ():
            now = json.loads(line)[column]
            return now != value and Window(begun, ended).touches(now)
    return False
