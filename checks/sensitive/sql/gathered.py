"""What is gathered from a statement: literals, rows that are whole, and what is still to be read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from checks.sensitive.literal import Cell, Place, Reference, Row

if TYPE_CHECKING:
    from checks.sensitive.sql.origin import Literal, Origin
    from checks.sensitive.sql.sheet import Span


class Target(NamedTuple):
    """Where a value goes: a column, empty if not known, through functions, outermost first."""

    column: str = ""
    through: tuple[str, ...] = ()


# Tells where the items of a query go, by their place from 0 and the name that they have there.
Targets = Callable[[int, str], Target]


class Named(NamedTuple):
    """A query with a name (WITH name (columns) AS query), columns empty if not told."""

    span: Span
    columns: tuple[str, ...]


class Query(NamedTuple):
    """A query that stands in a statement.

    Attributes:
        span: The query, without the brackets around it.
        table: Where its rows go, empty if not known; None for nowhere.
        targets: Where its items go.
        named: The queries that it can name.
        depth: How many queries it stands in.
    """

    span: Span
    table: str | None
    targets: Targets
    named: Mapping[str, Named]
    depth: int = 0


@dataclass
class Gathered:
    """What has been found, and what is still to be read: queries, statements of a statement, other texts.

    The table is the one that the statement at hand writes, empty if not known; None for none.
    """

    table: str | None = None
    cells: list[Cell] = field(default_factory=list)
    known: list[Cell] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)
    queries: deque[Query] = field(default_factory=deque)
    spans: deque[Span] = field(default_factory=deque)
    texts: list[Origin] = field(default_factory=list)

    def put(self, found: Literal, target: Target) -> None:
        """Gather a literal that goes somewhere."""
        self.cells.append(Cell(target.column, found.text, found.line, target.through))

    def close(self, place: Place, table: str) -> None:
        """Make a row of the literals since the last one, if there are any."""
        if self.cells or self.known:
            self.rows.append(Row(place, table, tuple(self.cells), tuple(self.known)))
            self.cells, self.known = [], []

    def close_loose(self) -> None:
        """Give the literals since the last row as what has no table: by their name, or else loose."""
        named = tuple(cell for cell in self.cells if cell.column)
        loose = [cell for cell in self.cells if not cell.column]
        loose += [Cell("", cell.text, cell.line, cell.through) for cell in self.known]
        self.cells, self.known = [], []
        if named:
            self.rows.append(Row(Place.NAMED, "", named))
        if loose:
            self.rows.append(Row(Place.LOOSE, "", tuple(loose)))


def by_name(_: int, name: str) -> Target:
    """Tell that the items of a query go where their name says."""
    return Target(name)
