"""A statement laid out: its tokens, their words, which brackets belong together, and the parts of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from checks.sensitive.sql import quotes
from checks.sensitive.sql.origin import Literal, Origin
from checks.sql import Kind, Token

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_CLOSES = {")": "(", "]": "[", "END": "CASE"}
_LITERAL = frozenset((Kind.STRING, Kind.DOLLAR, Kind.NUMBER))


@dataclass(frozen=True)
class Sheet:
    """A statement's tokens.

    Attributes:
        tokens: All but space and comments.
        words: Of each token its word in upper case, or its characters as they stand.
        close: Of each bracket the index of what closes it, or the end; a CASE that has an END is one, too.
        origin: The text that it stands in.
    """

    tokens: list[Token]
    words: list[str]
    close: dict[int, int]
    origin: Origin

    def line(self, index: int) -> int:
        """Give the line of a token, from 1."""
        return self.origin.line(self.tokens[index].start)


class Span(NamedTuple):
    """A part of a statement: from one token to before another."""

    sheet: Sheet
    start: int
    end: int

    def __bool__(self) -> bool:
        """Tell whether anything stands in it."""
        return self.start < self.end

    @property
    def first(self) -> str:
        """The first word; empty if there is none."""
        return self.word(0)

    def word(self, at: int) -> str:
        """Give the word at a place from 0 in the part; empty after its end."""
        return self.sheet.words[self.start + at] if self.start + at < self.end else ""

    def words(self, count: int) -> list[str]:
        """Give its first words."""
        return self.sheet.words[self.start : min(self.start + count, self.end)]

    def skip(self, count: int) -> Span:
        """Give it without its first tokens."""
        return self.between(self.start + count, self.end)

    def between(self, start: int, end: int) -> Span:
        """Give another part of the same statement, inside of this one."""
        return Span(self.sheet, min(start, self.end), min(end, self.end))


def lay(tokens: list[Token], origin: Origin) -> Span:
    """Lay a statement out."""
    words = [token.text.upper() if token.kind is Kind.WORD else token.text for token in tokens]
    close: dict[int, int] = {}
    opened: list[int] = []
    for index, word in enumerate(words):
        if word in ("(", "[", "CASE"):
            opened.append(index)
        elif word in _CLOSES:
            _close(words, opened, close, index)
    close.update((index, len(tokens)) for index in opened if words[index] != "CASE")
    return Span(Sheet(tokens, words, close, origin), 0, len(tokens))


def _close(words: list[str], opened: list[int], close: dict[int, int], index: int) -> None:
    wanted = _CLOSES[words[index]]
    while wanted != "CASE" and opened and words[opened[-1]] == "CASE":
        opened.pop()
    if opened and words[opened[-1]] == wanted:
        close[opened.pop()] = index


def level(span: Span, start: int | None = None) -> Iterator[int]:
    """Give the indexes of a part's tokens that stand in no bracket within it, and of the brackets."""
    index = span.start if start is None else start
    close = span.sheet.close
    while index < span.end:
        yield index
        index = close.get(index, index) + 1


def find(span: Span, wanted: Collection[str], start: int | None = None) -> int:
    """Give the index of the first of some words outside of brackets; the part's end if there is none."""
    words = span.sheet.words
    return next((index for index in level(span, start) if words[index] in wanted), span.end)


def split(span: Span, *wanted: str) -> list[Span]:
    """Give the parts between some words or signs outside of brackets."""
    words, parts, start = span.sheet.words, [], span.start
    for index in level(span):
        if words[index] in wanted:
            parts.append(span.between(start, index))
            start = index + 1
    return [*parts, span.between(start, span.end)] if span else []


def inside(span: Span, index: int) -> Span:
    """Give what stands in the bracket that opens at an index."""
    return span.between(index + 1, span.sheet.close.get(index, span.end))


def closed(span: Span, index: int) -> int:
    """Give the index of what closes the bracket at an index; its own if nothing does."""
    return span.sheet.close.get(index, index)


def unwrapped(span: Span) -> Span:
    """Give a part without the brackets that stand around the whole of it."""
    start, end = span.start, span.end
    close = span.sheet.close
    while start < end and span.sheet.words[start] == "(" and close.get(start) == end - 1:
        start, end = start + 1, end - 1
    return Span(span.sheet, start, end)


def name(span: Span, at: int = 0) -> str:
    """Give the identifier at a place from 0 in a part, lower case; empty if there is none."""
    return quotes.name(span.sheet.tokens[span.start + at]) if span.start + at < span.end else ""


def names(span: Span) -> tuple[str, ...]:
    """Give the first identifier of each part between commas: `(a, "B", c[1])` has a, b and c."""
    return tuple(
        next(filter(None, (name(part, at) for at in range(part.end - part.start))), "")
        for part in split(span, ",")
    )


def last_name(span: Span) -> str:
    """Give the last identifier of a part, as of `public."User"`; empty if there is none."""
    found = (quotes.name(span.sheet.tokens[at]) for at in range(span.end - 1, span.start - 1, -1))
    return next(filter(None, found), "")


def is_string(span: Span, index: int) -> bool:
    """Tell whether a string or a parameter that stands for one is at an index."""
    return span.start <= index < span.end and (
        span.sheet.tokens[index].kind in (Kind.STRING, Kind.DOLLAR) or _bound(span.sheet, index) is not None
    )


def literal(span: Span, index: int) -> tuple[Literal, int] | None:
    """Give the literal at an index, and the index after it: a string may go on in the next token."""
    sheet = span.sheet
    token = sheet.tokens[index]
    if token.kind not in _LITERAL:
        bound = _bound(sheet, index)
        return None if bound is None else (bound, index + 1)
    after = index + 1
    if token.kind is not Kind.STRING:
        return Literal(quotes.string(token), sheet.line(index)), after
    while after < span.end and sheet.tokens[after].kind is Kind.STRING:
        after += 1
    texts, escape = sheet.tokens[index:after], "\\"
    if sheet.words[after : after + 1] == ["UESCAPE"] and is_string(span, after + 1):
        escape, after = quotes.string(sheet.tokens[after + 1]), after + 2
    return Literal("".join(quotes.string(part, escape) for part in texts), sheet.line(index)), after


def _bound(sheet: Sheet, index: int) -> Literal | None:
    binds = sheet.origin.binds
    if not binds or (index and sheet.words[index - 1] == "."):
        return None
    token = sheet.tokens[index]
    return binds.get(token.text.lower() if token.kind is Kind.WORD else token.text)
