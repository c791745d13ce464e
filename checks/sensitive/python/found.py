"""What was found so far, and which literals are given already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from checks.sensitive.literal import Cell, Place, Reading, Reference, Row
from checks.sensitive.python.values import Bound, Many, Map, Path, Record, Text, Value

if TYPE_CHECKING:
    from checks.sensitive.python.scope import Budget

DEEPEST = 12  # how deep a value of one column is looked into
KINDS = (".csv", ".tsv", ".json", ".yaml", ".yml", ".sql", ".txt", ".jsonl", ".psql", ".dat")
Cells = Iterable[tuple[str, Value]]


@dataclass(slots=True)
class Found:
    """What was found so far.

    Attributes:
        budget: Of steps through what values share.
        rows: What goes into tables and settings.
        later: What stands alone, with its literals: given only if no row has them.
        references: Files that are read.
        used: The literals of the rows, as `id` of their nodes.
        seen: The literals that were looked at.
        executed: The texts that were read as SQL.
        characters: How many of SQL may still be read.
        statements: Texts that are SQL, but were not executed where we could see it.
    """

    budget: Budget
    characters: Budget
    rows: list[Row] = field(default_factory=list)
    later: list[tuple[Row, tuple[int, ...]]] = field(default_factory=list)
    references: dict[tuple[str, bool], Reference] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)
    executed: set[tuple[int, str]] = field(default_factory=set)
    statements: list[Text] = field(default_factory=list)

    def row(self, place: Place, table: str, cells: Cells, known: Iterable[tuple[str, Text]] = ()) -> None:
        """Keep what goes into one row."""
        given = list(cells)
        for path in (value for _, value in given if isinstance(value, Path)):
            self.read(path, table)
        held = tuple(cell for name, value in given for cell in self.cells(name, value))
        if held:
            self.rows.append(Row(place, table, held, tuple(_cell(*pair) for pair in known)))
            self.used.update(origin for _, text in known for origin in text.origins)

    def cells(self, name: str, value: Value, depth: int = 0) -> Iterator[Cell]:
        """Give the literals of a value: of JSON each has the innermost key as its column."""
        if not self.budget.spend(1) or depth > DEEPEST:
            return
        if isinstance(value, Text) and value.known:
            self.used.update(value.origins)
            yield _cell(name, value)
        elif isinstance(value, Bound):
            yield from self.cells(name, value.text, depth + 1)
        elif isinstance(value, Many):
            for item in value.items:
                yield from self.cells(name, item, depth + 1)
        elif isinstance(value, Map | Record):
            document = isinstance(value, Map)
            for key, item in (value if isinstance(value, Map) else value.cells).items:
                for cell in self.cells(key or name, item, depth + 1):
                    yield replace(cell, inner=True) if document and key and not cell.inner else cell

    def keys(self, held: Map) -> None:
        """Take the keys of a mapping for what they are: names of columns."""
        self.used.update(origin for key in held.keys.values() for origin in key.origins)

    def alone(self, name: str, text: Text) -> None:
        """Keep what stands in no table."""
        place = Place.NAMED if name else Place.LOOSE
        self.seen.update(text.origins)
        self.later.append((Row(place, "", (_cell(name, text),)), text.origins))

    def read(self, path: Path, table: str, columns: tuple[str, ...] = ()) -> None:
        """Keep a file of data that is read, and where its rows go if that is told."""
        if not path.path.lower().endswith(KINDS):
            return
        self.used.update(path.origins)
        known = self.references.get((path.path, path.beside))
        if known is None or (table and not known.table):
            self.references[path.path, path.beside] = Reference(
                path.path, path.line, table, path.beside, columns
            )

    def reading(self) -> Reading:
        """Give all of it, in the order of the lines."""
        alone = [row for row, origins in self.later if not self.used.issuperset(origins)]
        rows = dict.fromkeys(row for row in (*self.rows, *alone) if row.cells or row.known)
        references = sorted(self.references.values(), key=lambda reference: reference.line)
        return Reading(
            tuple(sorted(rows, key=lambda row: (*row.cells, *row.known)[0].line)), tuple(references)
        )


def _cell(name: str, text: Text) -> Cell:
    return Cell(name.lower(), text.text, text.line, text.through)
