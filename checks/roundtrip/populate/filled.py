"""What was made, and what is being made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection

    from checks.roundtrip.populate.fit import Fit
    from checks.roundtrip.populate.sequences import Sequence
    from checks.roundtrip.populate.shape import Reference, Row, Shape


@dataclass(frozen=True)
class Made:
    """What was put into one table.

    Attributes:
        shape: The table.
        rows: The rows, every column as a text.
        before: How many it had before.
    """

    shape: Shape
    rows: tuple[Row, ...]
    before: int


@dataclass(frozen=True)
class Filled:
    """What was made.

    Attributes:
        rows: How many rows were made in each table, by "schema.table"; a partitioned table's are those of
            its partitions, which stand here, too.
        unmade: Why no row could be made, by table.
        fewer: Why there are fewer rows than usual, by table: what the server said of the first refused one.
        made: The rows themselves, parents first.
        sequences: Where those stood that were moved: the last value, and whether it had been given out.
        strays: Tables that triggers or rules changed, which are not put back.
        given: Those of the rows that the user's own seeds put in.
        sources: These seeds: files, and the command.
        has: The tables, by number, that have rows of seeds.
    """

    rows: Mapping[str, int]
    unmade: Mapping[str, str]
    fewer: Mapping[str, str] = field(default_factory=dict)
    made: tuple[Made, ...] = ()
    sequences: Mapping[str, tuple[int, bool]] = field(default_factory=dict)
    strays: tuple[str, ...] = ()
    given: Mapping[str, int] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    has: frozenset[int] = frozenset()


@dataclass
class Work:
    """What has been done so far.

    Attributes:
        connection: In a transaction.
        unicode: Whether the database takes every character.
        shapes: All tables that are known, by number.
        counts: How many rows each had.
        left: Those that are still to be filled.
        rows: Those that were made, by table.
        known: Those that were there and may be referred to, by table.
        unmade: Why there are no rows, by table.
        fewer: Why there are fewer than usual, by table.
        sequences: Where they stand.
        drawn: The numbers that they gave, by table and column.
        moved: Where those that gave some stood before.
        later: Foreign keys that were left NULL, since what they refer to was not yet there.
        fits: What rows have to hold, by the full names of tables.
        ahead: Whether rows were only foreseen when others referred to them.
        start: The number from which keys are counted that no sequence gives.
    """

    connection: Connection[Any]
    unicode: bool
    shapes: Mapping[int, Shape]
    counts: Mapping[int, int]
    left: set[int]
    sequences: dict[str, Sequence]
    rows: dict[int, list[Row]] = field(default_factory=dict)
    known: dict[int, list[Row]] = field(default_factory=dict)
    unmade: dict[int, str] = field(default_factory=dict)
    fewer: dict[int, str] = field(default_factory=dict)
    drawn: dict[tuple[int, str], list[str]] = field(default_factory=dict)
    moved: dict[str, tuple[int, bool]] = field(default_factory=dict)
    later: list[tuple[Shape, Reference]] = field(default_factory=list)
    fits: Mapping[str, Fit] = field(default_factory=dict)
    ahead: bool = False
    start: int = 1
