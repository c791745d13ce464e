"""Bodies of routines and texts that are executed: SQL in a literal, to be read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.sensitive.literal import HOLE, Cell, Place, Row
from checks.sensitive.sql import quotes, sheet
from checks.sensitive.sql.concatenation import PLACEHOLDER, atom
from checks.sensitive.sql.gathered import Gathered, Target
from checks.sensitive.sql.origin import DEEPEST_TEXT, STATEMENT, Literal, composed
from checks.sensitive.sql.sheet import Span, inside, level, split
from checks.sensitive.sql.values import value
from checks.sql import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

_Part = tuple[str, int, bool]  # a text, its first line, whether its lines are those of its source
_STARTS = frozenset(("BEGIN", "DECLARE", "THEN", "ELSE", "LOOP", "ATOMIC", ";"))
_READ = frozenset(("", "sql", "plpgsql"))
_CONTROLS = frozenset(
    ("IF", "ELSIF", "WHILE", "FOR", "FOREACH", "CASE", "WHEN", "RAISE", "RETURN", "EXCEPTION")
)
_CONTROLS |= {
    "ASSERT",
    "DELETE",
    "CALL",
    "OPEN",
    "FETCH",
    "MOVE",
    "EXIT",
    "CONTINUE",
    "GET",
    "NOTIFY",
    "COMMENT",
}
_QUOTES = frozenset(("QUOTE_LITERAL", "QUOTE_NULLABLE"))


def block(span: Span, into: Gathered) -> None:
    """Leave the body of a DO to be read."""
    for index in level(span):
        if sheet.is_string(span, index) and span.sheet.words[index - 1] != "LANGUAGE":
            _body(span, index, _language(span), into)
            return


def routine(span: Span, into: Gathered) -> None:
    """Leave the body of a function to be read, and gather the defaults of its parameters."""
    bracket = sheet.find(span, ("(",))
    for part in split(inside(span, bracket), ","):
        at = sheet.find(part, ("DEFAULT", "=", ":="))
        value(part.between(at + 1, part.end), Target(sheet.name(part)), into)
    into.close_loose()
    returned(span.between(min(bracket, span.end), span.end), into)


def returned(span: Span, into: Gathered) -> None:
    """Leave the body of a function to be read, given what follows its parameters."""
    at = sheet.find(span, ("AS",))
    if sheet.is_string(span, at + 1):
        _body(span, at + 1, _language(span), into)
    elif (at := sheet.find(span, ("ATOMIC", "RETURN"))) < span.end:
        into.spans += pieces(span.between(at, span.end))


def pieces(span: Span) -> Iterator[Span]:
    """Give the statements that stand in a piece of plpgsql up to a semicolon: `IF a THEN INSERT ...`."""
    words, start, merges = span.sheet.words, span.start, False
    for index in level(span):
        if words[index] in _STARTS and not (merges and words[index] == "THEN"):
            yield span.between(start, index)
            start, merges = index + 1, False
        merges = merges or words[index] == "MERGE"
    yield span.between(start, span.end)


def execute(span: Span, into: Gathered) -> None:
    """Leave the text of an EXECUTE to be read, with what USING puts into it."""
    end = sheet.find(span, ("INTO", "USING"), span.start + 1)
    using = sheet.find(span, ("USING",), end)
    arguments = split(span.between(using + 1, sheet.find(span, ("INTO",), using)), ",")
    known = {f"${at}": found for at, part in enumerate(arguments, 1) if (found := atom(part))}
    parts = list(_texts(span.between(span.start + 1, end)))
    if span.sheet.origin.depth >= DEEPEST_TEXT or all(text == HOLE for text, *_ in parts):
        value(span.skip(1), Target(), into)
        into.close_loose()
        return
    into.texts.append(composed(parts, span.sheet.origin.depth + 1, known))
    for part in arguments:
        if atom(part) is None:
            value(part, Target(), into)
    into.close_loose()


def assignment(span: Span, into: Gathered) -> bool:
    """Gather `name type := value`, and tell whether it is one."""
    words = span.sheet.words
    at = next((index for index in level(span) if words[index] in (":=", "=", "DEFAULT")), span.end)
    if at >= span.end or not sheet.name(span) or span.first in _CONTROLS:
        return False
    end = 0
    while span.word(end + 1) == ".":
        end += 2
    right = span.between(at + 1, span.end)
    found = atom(right)
    if found and STATEMENT.match(found.text) and span.sheet.origin.depth < DEEPEST_TEXT:
        into.texts.append(composed(_texts(right), span.sheet.origin.depth + 1, {}))
        return True
    if found:
        span.sheet.origin.binds[sheet.name(span, end)] = found
    value(right, Target(sheet.name(span, end)), into)
    into.close_loose()
    return True


def _language(span: Span) -> str:
    at = sheet.find(span, ("LANGUAGE",)) + 1
    if at >= span.end:
        return ""
    return sheet.name(span, at - span.start) or quotes.string(span.sheet.tokens[at]).lower()


def _body(span: Span, index: int, language: str, into: Gathered) -> None:
    origin = span.sheet.origin
    token = span.sheet.tokens[index]
    text, line = quotes.string(token), origin.line(token.start)
    if language in _READ and origin.depth < DEEPEST_TEXT:
        part = (text, line, quotes.keeps_lines(token))
        into.texts.append(composed([part], origin.depth + 1, {}, body=True))
        return
    cells = (Cell("", row, at) for at, row in enumerate(text.split("\n"), line) if row.strip())
    into.rows += [Row(Place.LOOSE, "", (cell,)) for cell in cells]


def _texts(span: Span) -> Iterator[_Part]:
    """Give the texts of an expression that is SQL, each with its place; what is not known is a hole."""
    for part in map(sheet.unwrapped, split(sheet.unwrapped(span), "||")):
        if part.words(2) == ["FORMAT", "("]:
            yield from _format(split(inside(part, part.start + 1), ","))
        elif part.first in _QUOTES and part.word(1) == "(":
            yield _quoted(atom(inside(part, part.start + 1)))
        elif found := atom(part):
            yield from _strings(part, found)
        else:
            yield (HOLE, 1, False)


def _strings(span: Span, found: Literal) -> Iterator[_Part]:
    tokens = [
        token
        for token in span.sheet.tokens[span.start : span.end]
        if token.kind in (Kind.STRING, Kind.DOLLAR)
    ]
    for token in tokens:
        yield quotes.string(token), span.sheet.origin.line(token.start), quotes.keeps_lines(token)
    if not tokens:
        yield found.text, found.line, False


def _quoted(found: Literal | None) -> _Part:
    return ("'" + found.text.replace("'", "''") + "'", found.line, False) if found else (HOLE, 1, False)


def _format(parts: list[Span]) -> Iterator[_Part]:
    """Give the texts of format('...', ...), each argument with its own place."""
    template = next(_strings(parts[0], Literal("", 1)), None) if parts else None
    if template is None:
        yield (HOLE, 1, False)
        return
    text, line, follows = template
    known, places, start = [atom(part) for part in parts[1:]], iter(range(len(parts))), 0
    for match in PLACEHOLDER.finditer(text):
        yield text[start : match.start()], line, follows
        line += text.count("\n", start, match.start()) if follows else 0
        start = match.end()
        at = int(match[1][:6]) - 1 if match[1] else next(places, -1) if match[2] != "%" else -1
        found = known[at] if 0 <= at < len(known) else None
        yield _filled(match[2], found, line)
    yield text[start:], line, follows


def _filled(sign: str, found: Literal | None, line: int) -> _Part:
    if sign == "%":
        return ("%", line, False)
    if sign == "L":
        return _quoted(found)
    return (found.text, found.line, False) if found else (HOLE, line, False)
