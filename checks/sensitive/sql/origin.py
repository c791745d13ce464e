"""A text to be read as SQL, and where its characters come from: a file, a body, several literals."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DEEPEST_TEXT = 4  # texts in texts that are read
STATEMENT = re.compile(
    r"\s*(?:INSERT\s+INTO|UPDATE\s+\S+\s+SET|MERGE\s+INTO|WITH|CREATE|ALTER|DO)\s", re.IGNORECASE
)


class Literal(NamedTuple):
    """A literal's value, and the line where it begins, from 1."""

    text: str
    line: int


@dataclass(frozen=True)
class Origin:
    """A text with its lines.

    Attributes:
        text: The characters.
        starts: Offsets where another line begins, ascending; the first is 0.
        lines: The line of each of them, from 1.
        binds: What its parameters and variables stand for, where that is a literal: "$1", ":name", "name".
        body: Whether it is a routine's: plpgsql may stand in it.
        depth: How many texts it stands in.
    """

    text: str
    starts: Sequence[int]
    lines: Sequence[int]
    binds: dict[str, Literal] = field(default_factory=dict)
    body: bool = False
    depth: int = 0

    def line(self, offset: int) -> int:
        """Give the line, from 1, of an offset in the text."""
        return self.lines[bisect_right(self.starts, offset) - 1]


def plain(text: str, line: int, binds: dict[str, Literal] | None = None, depth: int = 0) -> Origin:
    """Make a text whose lines follow each other from the given one on."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    return Origin(text, starts, range(line, line + len(starts)), {} if binds is None else binds, depth=depth)


def composed(
    parts: Iterable[tuple[str, int, bool]], depth: int, binds: dict[str, Literal], *, body: bool = False
) -> Origin:
    """Make a text of parts: each with its first line, and whether its lines are those of its source."""
    texts, at = list[str](), 0
    starts, lines = [0], [1]
    for text, line, follows in parts:
        starts.append(at)
        lines.append(line)
        if follows:
            ends = [at + match.end() for match in re.finditer("\n", text)]
            starts += ends
            lines += range(line + 1, line + 1 + len(ends))
        texts.append(text)
        at += len(text)
    return Origin("".join(texts), starts, lines, binds, body, depth=depth)
