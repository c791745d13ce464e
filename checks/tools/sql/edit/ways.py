"""A file's ways up and down, by what counts in them."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from checks import sql as lexer
from checks.content import decode
from checks.tools.sql.edit.units import Reader, Unit
from checks.tools.sql.parts import Part, Parts, split

if TYPE_CHECKING:
    from collections.abc import Sequence

_ASKS = re.compile(r"(?:no|disable)-transaction|transaction(?:al)?:\s*(?:true|false)", re.IGNORECASE)
_REFUSES = re.compile(r"--\s*migseal:\s*irreversible")
_META = re.compile(r"\\")


class Way(NamedTuple):
    """One way of a file: what is run, and its comments; the units' offsets are the file's."""

    part: Part
    start: int
    runs: tuple[Unit, ...]
    notes: tuple[Unit, ...]

    @property
    def reason(self) -> str | None:
        """Why there is no way back, as a comment says."""
        return self.part.refusal[1] if self.part.refusal else None

    @property
    def asked(self) -> tuple[bool, tuple[tuple[str, bool], ...]]:
        """What comments ask about the transaction; sqlx reads one only where its file begins."""
        asks = tuple((note.key, note.start == 0) for note in self.notes if _ASKS.search(note.text))
        return self.part.in_transaction, asks

    @property
    def telling(self) -> Sequence[Unit]:
        """What is run, and the comments that say how."""
        found = [note for note in self.notes if _ASKS.search(note.text) or _REFUSES.match(note.text)]
        return sorted((*self.runs, *found), key=attrgetter("start")) if found else self.runs


class File(NamedTuple):
    """A file's ways; in an uncertain one, tokens are not the whole truth."""

    text: str
    up: Way
    down: Way | None
    certain: bool


def read(data: bytes) -> File | None:
    """Read a content, None if it is no SQL of ours."""
    text = decode(data)
    if not isinstance(text, str) or "\0" in text:
        return None
    tokens = list(lexer.tokens(text))
    parts = split(text, tokens)
    if not isinstance(parts, Parts):
        return None
    reader = Reader(text)
    reader.read(tokens)
    up, down = parts.up, parts.down
    cut = len(text) - len(down.text) if down else len(text)
    certain = reader.sure() and len(up.text) == cut and text.startswith(up.text)
    below = _way(reader, down, cut, len(text)) if down else None
    return File(text, _way(reader, up, 0, cut), below, certain)


def _way(reader: Reader, part: Part, start: int, end: int) -> Way:
    return Way(part, start, _between(reader.runs, start, end), _between(reader.notes, start, end))


def _between(units: Sequence[Unit], start: int, end: int) -> tuple[Unit, ...]:
    """Give the units of a part; each begins behind the one before it."""
    first, last = (bisect_left(units, offset, key=attrgetter("start")) for offset in (start, end))
    return tuple(units[first:last])


def keys(units: Sequence[Unit]) -> list[str]:
    """Give the keys of units."""
    return [unit[0] for unit in units]


def settled(found: list[str]) -> list[str]:
    """Leave out the semicolons that end nothing, or the last statement; psql's lines may need them."""
    if any(map(_META.match, found)):
        return found
    kept = [key for before, key in pairwise((";", *found)) if key != ";" or before != ";"]
    return kept[:-1] if kept[-1:] == [";"] else kept
