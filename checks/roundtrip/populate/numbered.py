"""Keys that count: what a sequence gives next, or what comes after the largest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from checks.roundtrip.populate.draft import LISTED, ROWS
from checks.roundtrip.populate.hands import asked
from checks.roundtrip.populate.options import is_listed
from checks.roundtrip.populate.shape import literal, quoted

if TYPE_CHECKING:
    from checks.roundtrip.populate.filled import Work
    from checks.roundtrip.populate.shape import Column, Shape

COUNTED = ("int2", "int4", "int8", "numeric")


def first(work: Work, shape: Shape) -> int:
    """Give the number from which a table's keys are to be counted: after all that are there."""
    if not work.counts.get(shape.oid):
        return work.start
    keyed = {name for key in shape.keys for name in key.columns}
    columns = [c for c in shape.columns if c.name in keyed and c.type.short in COUNTED]
    if not columns:
        return work.start
    largest = ", ".join(f"max({quoted(column.name)})::bigint" for column in columns)
    found = asked(work.connection, f"SELECT greatest({largest}, 0) + 1 FROM {shape.sql}")
    return max(found[0][0], work.start) if found else work.start


def drawn(work: Work, shape: Shape, column: Column) -> list[str]:
    """Give the next numbers of a column's sequence, but those that rows have already.

    The sequence is to move, as it does in production: what a migration inserts is to meet none of our rows.
    """
    place = (shape.oid, column.name)
    if place not in work.drawn:
        number = ROWS + (LISTED if any(is_listed(shape, each) for each in shape.columns) else 0)
        numbers = _next(work, column.sequence, number) if column.sequence in work.sequences else []
        work.drawn[place] = _without_taken(work, shape, column, numbers)
    return work.drawn[place]


def _next(work: Work, name: str, number: int) -> list[str]:
    sequence = work.sequences[name]
    numbers = list(sequence.following(number))
    if numbers:
        work.moved.setdefault(name, (sequence.last, sequence.given))
        work.sequences[name] = replace(sequence, last=numbers[-1], given=True)
    return [str(number) for number in numbers]


def _without_taken(work: Work, shape: Shape, column: Column, numbers: list[str]) -> list[str]:
    if not work.counts.get(shape.oid) or not numbers:
        return numbers
    name = quoted(column.name)
    where = f"{name}::text IN ({', '.join(map(literal, numbers))})"
    taken = {
        value
        for (value,) in asked(work.connection, f"SELECT {name}::text FROM {shape.sql} WHERE {where}") or ()
    }
    start = max(first(work, shape), int(numbers[-1]) + 1)
    more = (str(start + step) for step in range(len(taken)))
    return [*(number for number in numbers if number not in taken), *more]
