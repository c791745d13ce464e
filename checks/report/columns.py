"""A table in plain text; to load a library that writes any table would take longer than all of ours."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import zip_longest
from unicodedata import east_asian_width

GAP = 2  # spaces between columns
LEAST = 20  # characters that the last column has, however long the others are


def columns(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Write rows under each other, each column as wide as it has to be, the last one in several lines.

    Args:
        rows: Cells of one line each; every row has as many.
        width: Of the whole table, in characters of a terminal.
    """
    *others, last = zip(*rows, strict=True)
    widths = [max(map(_width, column)) + GAP for column in others]
    room = max(width - sum(widths), LEAST)
    lines = []
    for *cells, words in zip(*others, last, strict=True):
        begin = "".join(cell + " " * (w - _width(cell)) for cell, w in zip(cells, widths, strict=True))
        wrapped = textwrap.wrap(words, room) or [""]
        for head, tail in zip_longest([begin], wrapped, fillvalue=" " * sum(widths)):
            lines.append((head + tail).rstrip())
    return lines


def _width(text: str) -> int:
    return len(text) + sum(east_asian_width(character) in "WF" for character in text)
