"""The order in which tables are filled: those that others refer to first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from checks.roundtrip.populate.shape import Shape


def wanted(shapes: Mapping[int, Shape], asked: Collection[int], counts: Mapping[int, int]) -> set[int]:
    """Give the tables that are to be filled: those asked for, and all that they need.

    Args:
        shapes: All that is known.
        asked: Those asked for.
        counts: How many rows are there; a table with rows needs no more for the sake of those below it.
    """
    found: set[int] = set()
    new = set(asked)
    while new:
        found |= new
        parents = {each.parent for oid in new for each in shapes[oid].references}
        new = {oid for oid in parents - found if not counts.get(oid)}
    return found


def ordered(shapes: Mapping[int, Shape], tables: Collection[int]) -> Iterator[int]:
    """Give tables so that each comes after those that it refers to, as far as that can be.

    Where some refer to each other in a ring, one comes first whose foreign keys into the ring may be NULL.
    """
    left = [oid for oid in shapes if oid in tables]
    firm = {oid: _parents(shapes, oid, firm=True) for oid in left}
    every = {oid: _parents(shapes, oid, firm=False) for oid in left}
    while left:
        ahead = set(left)
        free = [oid for oid in left if not every[oid] & ahead - {oid}]
        free = free or [oid for oid in left if not firm[oid] & ahead - {oid}][:1] or left[:1]
        yield from free
        left = [oid for oid in left if oid not in free]


def _parents(shapes: Mapping[int, Shape], oid: int, *, firm: bool) -> set[int]:
    """Give the tables that one refers to, partitions for those that they are of."""
    shape = shapes[oid]
    return {
        table
        for each in shape.references
        if not firm or not any(map(shape.nullable, each.columns))
        for table in (each.parent, *shapes[each.parent].leaves)
    }
