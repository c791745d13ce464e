"""One object of a catalog: its names, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES = ("object", "subject")
# What the server calls them in full, and a person does not.
KINDS = {
    "table constraint": "constraint",
    "statistics object": "extended statistics",
    "foreign-data wrapper": "foreign data wrapper",
}


@dataclass(frozen=True)
class Entry:
    """An object as one catalog has it, or what is said of one: a comment, its privileges.

    Attributes:
        section: The section of the query that it comes from.
        kind: What a person calls it.
        name: Its qualified name, quoted where SQL needs it.
        key: The system catalog and the name: no two objects share it.
        within: The keys of what it goes away with.
        clones: The keys of what it is a copy of, on a partition or by inheritance.
        values: What is known of it, by label; None where it is not set.
    """

    section: str
    kind: str
    name: str
    key: str
    within: tuple[str, ...]
    clones: tuple[str, ...]
    values: Mapping[str, Any]

    @property
    def home(self) -> str:
        """The name of what it is within: a column's table, a table's schema."""
        return self.within[0].partition(" ")[2] if self.within else ""

    @property
    def short(self) -> str:
        """Its name without that of what it is within."""
        return self.name.removesuffix(f" on {self.home}").removeprefix(f"{self.home}.")

    @property
    def about(self) -> tuple[str, str] | None:
        """The kind and name of the object that it only says something of."""
        if "subject" not in self.values:
            return None
        word = self.values["object"]
        kind = "column" if word.endswith(" column") else KINDS.get(word, word)
        return kind, self.values["subject"]

    @property
    def subject(self) -> str:
        """The key of the object that it is about: its own, unless it only says something of another."""
        return self.within[0] if self.about else self.key

    def blank(self) -> Entry:
        """Give the same with nothing known but the names."""
        values = {label: value if label in NAMES else None for label, value in self.values.items()}
        return replace(self, values=values)
