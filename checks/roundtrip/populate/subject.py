"""What a value is made for."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

from checks.roundtrip.populate.hints import Hints


@dataclass(frozen=True)
class Subject:
    """A column, as the makers of its values see it.

    Attributes:
        table: The table's full name.
        column: The column's name.
        counted: Whether it looks like a number that stands for a row: a key, or a name that ends in "id".
        first: The number from which such numbers start.
        unicode: Whether the database takes every character.
        hints: What its CHECKs tell.
        checked: Whether it has CHECKs, so that more kinds of values are to be tried.
    """

    table: str
    column: str
    counted: bool = False
    first: int = 1
    unicode: bool = True
    hints: Hints = field(default_factory=Hints)
    checked: bool = False

    @property
    def tag(self) -> str:
        """Give three letters that hardly another column has."""
        number = zlib.crc32(f"{self.table}.{self.column}".encode())
        return "".join(chr(ord("a") + number // 26**place % 26) for place in range(3))
