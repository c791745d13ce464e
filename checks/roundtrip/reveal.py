"""What is sensitive in the rows that a migration wrote: no text shows what loops, helpers and files make."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from checks.sensitive.exposure import Kind, Revealed
from checks.sensitive.judge import Settings, judge
from checks.sensitive.literal import Cell, Place, Row

if TYPE_CHECKING:
    from checks.roundtrip.contents import Contents


def reveal(before: Contents, after: Contents, settings: Settings) -> tuple[Revealed, ...]:
    """Judge the rows that are there and were not, column by column.

    Args:
        before: What tables held before the leg.
        after: The same after it.
        settings: What the user adds.
    """
    found: dict[tuple[str, str, Kind], set[str]] = {}
    numbers: dict[tuple[str, str, Kind], int] = {}
    for table, row in _new(before, after):
        told = {(one.column, one.kind): one for one in judge([row], settings)}
        for (column, kind), one in told.items():
            key = (table, column, kind)
            found.setdefault(key, set()).add(one.secret)
            numbers[key] = numbers.get(key, 0) + 1
    return tuple(
        Revealed(kind, table, column, numbers[table, column, kind], frozenset(secrets))
        for (table, column, kind), secrets in sorted(found.items())
    )


def _new(before: Contents, after: Contents) -> Iterator[tuple[str, Row]]:
    for table, content in after.tables.items():
        known = frozenset(before.tables[table].lines) if table in before.tables else frozenset()
        bare = table.rpartition(".")[2].strip('"').lower()
        for line in content.lines:
            if line not in known:
                yield table, Row(Place.ROW, bare, tuple(_cells(json.loads(line))))


def _cells(row: dict[str, object]) -> Iterator[Cell]:
    for column, value in row.items():
        if isinstance(value, str):
            yield Cell(column.lower(), value, 1)
        elif isinstance(value, (dict, list)):
            yield Cell(column.lower(), json.dumps(value, ensure_ascii=False), 1)
        elif isinstance(value, int) and not isinstance(value, bool):
            yield Cell(column.lower(), str(value), 1)
