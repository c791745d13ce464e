"""The catalog: a database's schema as plain lines, and what differs between two of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.roundtrip.catalog_sql import SECTIONS
from checks.roundtrip.difference import ORDER, differences
from checks.roundtrip.entry import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from checks.migration import Difference


def compare(before: Catalog, after: Catalog) -> tuple[Difference, ...]:
    """Name the objects in which two catalogs differ, as what became of `before`.

    Args:
        before: The state that should be there.
        after: The state that is there.

    Returns:
        One difference an object; what went or came with another object is not named again.
    """
    lost: list[Entry] = []
    left: list[Entry] = []
    for name in SECTIONS:
        were, are = before.texts.get(name, {}), after.texts.get(name, {})
        if were == are:
            continue
        old, new = _lines(were, are), _lines(are, were)
        lost.extend(_entries(name, old - new))
        left.extend(_entries(name, new - old))
    return differences(lost, left)


def _lines(texts: Mapping[int, str], others: Mapping[int, str]) -> set[str]:
    """Give the lines of the texts that are not the same in the other catalog."""
    return {
        line for relation, text in texts.items() if others.get(relation) != text for line in text.split("\n")
    }


def _entries(section: str, lines: Iterable[str]) -> Iterable[Entry]:
    """Read a section's lines."""
    labels, catalog = SECTIONS[section].labels, SECTIONS[section].catalog
    for line in lines:
        kind, name, within, clones, *values = json.loads(line)
        homes = within if isinstance(within, list) else [within]
        yield Entry(
            section=section,
            kind=kind,
            name=name,
            key=f"{catalog} {name}",
            within=tuple(home for home in homes if home),
            clones=tuple(clones or ()),
            values=dict(zip(labels, values, strict=True)),
        )


@dataclass(frozen=True)
class Catalog:
    """A schema at one moment.

    Attributes:
        texts: Each section's lines, in no order, by the number (oid) of the relation that they belong to, 0
            if to none: a JSON array of an object's kind, name, what it goes away with, what it is a copy of,
            and what is known of it. Sections without objects are not there.
    """

    texts: Mapping[str, Mapping[int, str]]

    def names(self, section: str) -> frozenset[str]:
        """Give the qualified names of a section's objects."""
        texts = self.texts.get(section, {}).values()
        return frozenset(json.loads(line)[1] for text in texts for line in text.split("\n"))

    def columns(self) -> dict[str, tuple[str, ...]]:
        """Give the columns of each table, in their order, by the table's qualified name."""
        texts = self.texts.get(ORDER, {}).values()
        tables = _entries(ORDER, (line for text in texts for line in text.split("\n")))
        return {table.name: tuple(map(_unquoted, table.values["columns"])) for table in tables}


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
