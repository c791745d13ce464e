"""The one way to the SQL reader: with the lines of the file, however a text was put together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from checks import sql as lexer
from checks.sensitive.literal import Cell, Columns, Reading
from checks.sensitive.sql import read

if TYPE_CHECKING:
    from collections.abc import Callable

    from checks.sensitive.python.values import Text

_AS_THEY_ARE = {lexer.Kind.SPACE, lexer.Kind.COMMENT, lexer.Kind.DATA, lexer.Kind.META}


def read_sql(text: Text, columns: Columns) -> Reading:
    """Read a text of SQL; its lines are those of the file."""
    if _regular(text):
        return read(text.text, columns, line=text.line)
    laid, starts = _laid(text)
    reading = read(laid, columns, line=1)

    def line(at: int) -> int:
        return text.line_at(starts[min(max(at, 1), len(starts)) - 1])

    rows = (
        replace(row, cells=_moved(row.cells, line), known=_moved(row.known, line)) for row in reading.rows
    )
    references = (replace(reference, line=line(reference.line)) for reference in reading.references)
    return Reading(tuple(rows), tuple(references))


def _regular(text: Text) -> bool:
    """Tell whether a line of the file begins after each line break of the text, and nowhere else."""
    if text.text.count("\n", 0, -1) != len(text.lines) - 1:
        return False
    return all(
        line == text.line + index and (not at or text.text[at - 1] == "\n")
        for index, (at, line) in enumerate(text.lines)
    )


def _laid(text: Text) -> tuple[str, list[int]]:
    """Break the text where a line of the file begins; give for each of its lines where that was before."""
    parts: list[str] = []
    starts = [0]
    for token in lexer.tokens(text.text):
        start = token.start + _opening(token)
        if token.kind not in _AS_THEY_ARE and text.line_at(start) != text.line_at(starts[-1]):
            parts.append("\n")
            starts.append(start)
        parts.append(token.text)
        if "\n" in token.text:
            starts.extend(token.start + at + 1 for at, char in enumerate(token.text) if char == "\n")
    return "".join(parts), starts


def _opening(token: lexer.Token) -> int:
    """Give the length of what opens a literal: its text may come from another line."""
    return token.text.find("'") + 1 if token.kind is lexer.Kind.STRING else 0


def _moved(cells: tuple[Cell, ...], line: Callable[[int], int]) -> tuple[Cell, ...]:
    return tuple(replace(cell, line=line(cell.line)) for cell in cells)
