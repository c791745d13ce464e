"""Where the characters of a string literal stand in the file: escapes, line breaks and pieces."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

_PIECE = re.compile(r"([A-Za-z]{0,2})('''|\"\"\"|'|\")")
_BETWEEN = re.compile(r"(?:\s|\\\n|#[^\n]*|[()])*+")
_ESCAPE = re.compile(
    r"\\(?:\n()|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}\n]*\}|.)", re.DOTALL
)
_INNER = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|[{}]")
_LITERAL = re.compile(r"\{\{|\}\}|\{")
Marks = tuple[tuple[int, int], ...]


class Source:
    """The text of a file, by its lines."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def lines(self) -> list[str]:
        """The lines, as the parser counts them."""
        return self.text.split("\n")

    def segment(self, node: ast.expr) -> str:
        """Give the text of a node."""
        end_line, end = node.end_lineno or node.lineno, node.end_col_offset or 0
        lines = self.lines[node.lineno - 1 : end_line]
        lines[-1] = _bytes(lines[-1], None, end)
        lines[0] = _bytes(lines[0], node.col_offset, None)
        return "\n".join(lines)

    def marks(self, node: ast.Constant, length: int) -> Marks:
        """Give where the lines of the file begin in a literal that is `length` characters long."""
        if node.lineno == node.end_lineno:
            return ((0, node.lineno),)
        chunks = list(_chunks(self.segment(node), node.lineno))
        return _merged(chunks, length, node.lineno)

    def parts(self, node: ast.JoinedStr) -> list[list[tuple[int, int]]]:
        """Give for each stretch between the holes of an f-string its pieces: (length, line)."""
        stretches: list[list[tuple[int, int]]] = [[]]
        if node.lineno == node.end_lineno:
            return stretches
        for length, line in _chunks(self.segment(node), node.lineno):
            if length < 0:
                stretches.append([])
            else:
                stretches[-1].append((length, line))
        return stretches


def marks_of(chunks: list[tuple[int, int]], length: int, line: int) -> Marks:
    """Give the marks of a stretch of an f-string; `line` is what is known if it has none."""
    return _merged(chunks, length, line)


def _bytes(line: str, start: int | None, end: int | None) -> str:
    return line[start:end] if line.isascii() else line.encode()[start:end].decode("utf-8", "replace")


def _merged(chunks: list[tuple[int, int]], length: int, line: int) -> Marks:
    marks: list[tuple[int, int]] = []
    offset = 0
    for size, at in chunks:
        if size > 0 and offset < length and (not marks or marks[-1][1] != at):
            marks.append((offset, at))
        offset += max(size, 0)
    return ((0, marks[0][1]), *marks[1:]) if marks else ((0, line),)


def _chunks(segment: str, line: int) -> Iterator[tuple[int, int]]:
    """Give (length in the value, line) of each piece of each line; a hole has the length -1."""
    at = 0
    while at < len(segment):
        between = _BETWEEN.match(segment, at)
        assert between
        line += between.group().count("\n")
        piece = _PIECE.match(segment, between.end())
        if not piece:
            return
        prefix, quote = piece.group(1).lower(), piece.group(2)
        start = piece.end()
        end = _end(segment, start, quote, "f" in prefix)
        for chunk in _lines(segment[start:end], "r" in prefix, "f" in prefix):
            yield (chunk[0], line + chunk[1])
        line += segment.count("\n", start, end)
        at = end + len(quote)


def _end(segment: str, at: int, quote: str, formatted: bool) -> int:
    """Find the quote that closes a piece; of an f-string, not one that stands in a hole."""
    stop = re.compile(rf"\\.|{quote}" + (r"|\{\{|\{" if formatted else ""), re.DOTALL)
    while found := stop.search(segment, at):
        if found.group() == quote:
            return found.start()
        at = _after_hole(segment, found.end()) if found.group() == "{" else found.end()
    return len(segment)


def _after_hole(text: str, at: int) -> int:
    depth = 1
    while depth and (found := _INNER.search(text, at)):
        depth += {"{": 1, "}": -1}.get(found.group(), 0)
        at = found.end()
    return at if not depth else len(text)


def _lines(body: str, raw: bool, formatted: bool) -> Iterator[tuple[int, int]]:
    """Give (length in the value, number of the line from 0) of each line of one piece's body."""
    at = line = 0
    for start, end in _stretches(body) if formatted else ((0, len(body)),):
        if start > at:
            yield -1, line
            line += body.count("\n", at, start)
        for length, breaks in _lengths(body[start:end], raw, formatted):
            yield length, line
            line += breaks
        at = end
    if at < len(body):
        yield -1, line


def _stretches(body: str) -> Iterator[tuple[int, int]]:
    """Give the stretches of an f-string that are not holes; one stands between any two holes."""
    start = at = 0
    while found := _LITERAL.search(body, at):
        if found.group() != "{":
            at = found.end()
            continue
        yield start, found.start()
        start = at = _after_hole(body, found.end())
    if start < len(body):
        yield start, len(body)


def _lengths(stretch: str, raw: bool, formatted: bool) -> Iterator[tuple[int, int]]:
    if "\\" in stretch and not raw:
        stretch = _ESCAPE.sub(lambda found: "\r" if found.group(1) is not None else "?", stretch)
    if formatted:
        stretch = stretch.replace("{{", "?").replace("}}", "?")
    for text in re.split(r"(?<=[\n\r])", stretch):
        yield len(text.rstrip("\r")), int(text[-1:] in ("\n", "\r"))
