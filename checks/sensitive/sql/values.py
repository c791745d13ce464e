"""Expressions: the literals of a value, the functions that they go through, and what is only compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.sensitive.sql import calls, quotes, sheet
from checks.sensitive.sql.concatenation import joined
from checks.sensitive.sql.gathered import Gathered, Query, Target
from checks.sensitive.sql.origin import DEEPEST_TEXT, STATEMENT, composed
from checks.sensitive.sql.sheet import Span, inside, level, split
from checks.sql import Kind

if TYPE_CHECKING:
    from checks.sensitive.sql.origin import Literal

_DEEPEST = 40  # brackets, before structure is given up
_COMPARES = frozenset(
    (
        "=",
        "<>",
        "!=",
        "<",
        ">",
        "<=",
        ">=",
        "~",
        "~*",
        "!~",
        "!~*",
        "~~",
        "@>",
        "<@",
        "LIKE",
        "ILIKE",
        "IN",
        "BETWEEN",
        "SIMILAR",
        "IS",
    )
)
_PATTERNS = frozenset(("LIKE", "ILIKE", "SIMILAR", "~", "~*", "!~", "!~*", "~~"))
_JOINS = frozenset(("AND", "OR"))
_KEY_AFTER = frozenset(("->", "->>", "#>", "#>>", "#-", "?", "?|", "?&", "-", "ZONE", "UESCAPE", "ESCAPE"))
_NO_CALL = frozenset(
    (
        "IN",
        "ANY",
        "ALL",
        "SOME",
        "VALUES",
        "AND",
        "OR",
        "NOT",
        "EXISTS",
        "AS",
        "OVER",
        "FILTER",
        "ROW",
        "BY",
        "END",
        "USING",
        "ON",
        "THEN",
        "ELSE",
        "WHEN",
        "SELECT",
        "FROM",
        "WHERE",
        "LIKE",
        "ILIKE",
        "RETURNING",
        "DISTINCT",
        "BETWEEN",
        "IS",
        "SET",
        "WITH",
        "INTO",
        "COALESCE",
        "NULLIF",
        "GREATEST",
        "LEAST",
        "LATERAL",
        "DEFAULT",
        "RETURN",
        "IF",
        "ELSIF",
        "WHILE",
        "EXECUTE",
        "QUERY",
        "PERFORM",
        "CALL",
        "JOIN",
        "UNION",
        "EXCEPT",
        "INTERSECT",
    )
)
_TYPE_WORDS = frozenset(("VARYING", "PRECISION", "WITH", "WITHOUT", "TIME", "ZONE"))


def value(span: Span, target: Target, into: Gathered, depth: int = 0) -> None:
    """Gather the literals of an expression that goes into a column."""
    span = sheet.unwrapped(span)
    if span.end - span.start == 1:
        if (found := sheet.literal(span, span.start)) and not _is_statement(span, found[0], target, into):
            into.put(found[0], target)
    elif depth > _DEEPEST:
        _flat(span, target, into)
    elif span.first in ("SELECT", "WITH", "VALUES"):
        table = into.table if target.column else None
        into.queries.append(Query(span, table, lambda _, __: target, {}, depth + 1))
    else:
        _expression(span, target, into, depth)


def compared(span: Span, into: Gathered, depth: int = 0) -> None:
    """Gather what a condition compares, as known: each literal with the column on the other side."""
    if depth > _DEEPEST:
        _flat(span, Target(), into)
        return
    for negated in split(span, *_JOINS):
        part = sheet.unwrapped(negated.skip(negated.first == "NOT"))
        if any(span.sheet.words[index] in _JOINS for index in level(part)):
            compared(part, into, depth + 1)
        else:
            _comparison(part, into, depth)


def _expression(span: Span, target: Target, into: Gathered, depth: int) -> None:
    words = span.sheet.words
    present = {words[index] for index in level(span)}
    if "," in present:
        for part in split(span, ","):
            value(part, target, into, depth + 1)
    elif present & _JOINS or present & _COMPARES:
        compared(span, into, depth + 1)
    elif any(word.startswith("||") for word in present):
        for part in joined(split(span, *(word for word in present if word.startswith("||"))), target, into):
            value(part, target, into, depth + 1)
    else:
        _operands(span, target, into, depth)


def _comparison(span: Span, into: Gathered, depth: int) -> None:
    at = sheet.find(span, _COMPARES)
    before, after = span.between(span.start, at), span.between(at + 1, span.end)
    through = ("like",) if at < span.end and span.sheet.words[at] in _PATTERNS else ()
    target = Target(_subject(before) or _subject(after), through)
    cells, into.cells = into.cells, []
    for side in (before, after):
        value(side, target, into, depth + 1)
    into.known += into.cells
    into.cells = cells


def _subject(span: Span) -> str:
    """Give the column that a side of a comparison is about: `u.name`, `lower(name)`, `data->>'name'`."""
    words, subject = span.sheet.words, ""
    for index in range(span.start, span.end):
        before = words[index - 1] if index > span.start else ""
        if before in ("->", "->>") and sheet.is_string(span, index):
            subject = span.sheet.tokens[index].text.strip("'").lower()
        elif before != "::" and words[index + 1 : index + 2] != ["("] and words[index] not in _NO_CALL:
            subject = sheet.name(span, index - span.start) or subject
    return subject


def _operands(span: Span, target: Target, into: Gathered, depth: int) -> None:
    index = span.start
    while index < span.end:
        word = span.sheet.words[index]
        if found := sheet.literal(span, index):
            if not _is_key(span, index):
                _put(span, found[1], found[0], target, into)
            index = found[1]
        elif word == "::":
            index = _after_type(span, index + 1)
        else:
            if word in ("(", "["):
                _bracket(span, index, target, into, depth)
            elif word == "CASE" and index in span.sheet.close:
                _case(inside(span, index), target, into, depth)
            index = sheet.closed(span, index) + 1


def _is_statement(span: Span, found: Literal, target: Target, into: Gathered) -> bool:
    """Leave SQL that is an argument of a function in a query to be read, and tell whether it is that."""
    depth = span.sheet.origin.depth
    if target.column or not target.through or depth >= DEEPEST_TEXT or not STATEMENT.match(found.text):
        return False
    part = (found.text, found.line, quotes.keeps_lines(span.sheet.tokens[span.start]))
    into.texts.append(composed([part], depth + 1, {}))
    return True


def _put(span: Span, after: int, found: Literal, target: Target, into: Gathered) -> None:
    cast = span.sheet.words[after : min(after + 2, span.end)]
    before = span.sheet.words[max(after - 2, 0) : after - 1]
    if cast == ["::", "HSTORE"] or before == ["HSTORE"]:
        calls.unpack(found, target, into)
    else:
        into.put(found, target)


def _is_key(span: Span, index: int) -> bool:
    """Tell whether a literal is no value, but says which part of a document or which time zone is meant."""
    before = span.sheet.words[index - 1] if index > span.start else ""
    return before in _KEY_AFTER and (before != "-" or span.sheet.tokens[index].kind is not Kind.NUMBER)


def _after_type(span: Span, index: int) -> int:
    words = span.sheet.words
    index += 1
    while index < span.end:
        if words[index] == ".":
            index += 2
        elif words[index] in _TYPE_WORDS:
            index += 1
        elif words[index] in ("(", "["):
            index = sheet.closed(span, index) + 1
        else:
            break
    return index


def _bracket(span: Span, index: int, target: Target, into: Gathered, depth: int) -> None:
    inner = inside(span, index)
    before = span.sheet.words[index - 1] if index > span.start else ""
    if span.sheet.words[index] == "[":
        if before in ("ARRAY", "[", ",", ""):
            value(inner, target, into, depth + 1)
        return
    function = sheet.name(span, index - 1 - span.start) if index > span.start else ""
    if not function or before in _NO_CALL:
        value(inner, target, into, depth + 1)
        return
    for part, part_target in calls.arguments(function, inner, target, into):
        value(part, part_target, into, depth + 1)


def _case(span: Span, target: Target, into: Gathered, depth: int) -> None:
    """Read `CASE subject WHEN condition THEN value ... ELSE value END`."""
    subject = ""
    for part, word in _alternatives(span):
        if word in ("THEN", "ELSE"):
            value(part, target, into, depth + 1)
        elif word == "WHEN" and subject:
            cells, into.cells = into.cells, []
            value(part, Target(subject), into, depth + 1)
            into.known += into.cells
            into.cells = cells
        elif word == "WHEN":
            compared(part, into, depth + 1)
        else:
            subject = _subject(part)


def _alternatives(span: Span) -> list[tuple[Span, str]]:
    parts, start, word = [], span.start, ""
    for index in level(span):
        if span.sheet.words[index] in ("WHEN", "THEN", "ELSE"):
            parts.append((span.between(start, index), word))
            start, word = index + 1, span.sheet.words[index]
    return [*parts, (span.between(start, span.end), word)]


def _flat(span: Span, target: Target, into: Gathered) -> None:
    """Gather all literals of a part without a look at what stands around them."""
    index = span.start
    while index < span.end:
        found = sheet.literal(span, index)
        if found:
            into.put(found[0], target)
        index = found[1] if found else index + 1
