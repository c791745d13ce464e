"""Texts put together: `'a' || name || 'b'`, concat(...), format(...): one literal, with holes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.sensitive.literal import HOLE
from checks.sensitive.sql import sheet
from checks.sensitive.sql.origin import Literal
from checks.sensitive.sql.sheet import Span, level
from checks.sql import Kind

if TYPE_CHECKING:
    from checks.sensitive.sql.gathered import Gathered, Target

PLACEHOLDER = re.compile(r"%(?:(\d++)\$)?(?:-?(?:\d++|\*(?:\d++\$)?))?([sIL%])")


def atom(span: Span) -> Literal | None:
    """Give the literal that an expression is, with or without brackets and a type."""
    span = _uncast(span)
    found, index = None, span.start
    while index < span.end:
        literal = sheet.literal(span, index)
        word = span.sheet.words[index]
        if literal:
            if found:
                return None
            found, index = literal[0], literal[1]
        elif word == "::" or span.sheet.tokens[index].kind in (Kind.WORD, Kind.QUOTED):
            index += 1
        elif word in ("(", "[") and found:
            index = sheet.closed(span, index) + 1
        else:
            return None
    return found


def _uncast(span: Span) -> Span:
    span = sheet.unwrapped(span)
    while span.words(2) == ["CAST", "("] and sheet.closed(span, span.start + 1) == span.end - 1:
        inner = sheet.inside(span, span.start + 1)
        span = sheet.unwrapped(inner.between(inner.start, sheet.find(inner, ("AS",))))
    return span


def joined(parts: list[Span], target: Target, into: Gathered) -> list[Span]:
    """Gather what parts are together, and give those that are still to be looked at by themselves."""
    texts, left, line = [], [], 0
    known = [atom(part) for part in parts]
    lengthens = any(found and not _is_object(found.text) for found in known)
    for part, found in zip(parts, known, strict=True):
        if found is None or _is_document(part) or (not lengthens and _is_object(found.text)):
            left.append(part)
            texts.append(HOLE)
        else:
            line = line or found.line
            texts.append(found.text)
    if line:
        into.put(Literal("".join(texts), line), target)
    return left


def formatted(parts: list[Span], target: Target, into: Gathered) -> list[Span]:
    """Gather what format('...', ...) gives, and give the arguments that are still to be looked at."""
    template = atom(parts[0]) if parts else None
    if template is None:
        return parts
    known = [atom(part) for part in parts[1:]]
    into.put(Literal(filled(template.text, known), template.line), target)
    return [part for part, found in zip(parts[1:], known, strict=True) if found is None]


def filled(template: str, known: list[Literal | None]) -> str:
    """Put what is known into a template of format()."""
    places = iter(range(len(known)))

    def fill(match: re.Match[str]) -> str:
        if match[2] == "%":
            return "%"
        at = int(match[1][:6]) - 1 if match[1] else next(places, -1)
        found = known[at] if 0 <= at < len(known) else None
        return HOLE if found is None else found.text

    return PLACEHOLDER.sub(fill, template)


def _is_document(span: Span) -> bool:
    """Tell whether a literal is JSON or an hstore by its type: `||` merges it with another."""
    words = {span.sheet.words[index] for index in level(sheet.unwrapped(span))}
    return bool(words & {"JSON", "JSONB", "HSTORE"})


def _is_object(text: str) -> bool:
    text = text.strip()
    return text[:1] == "{" and text[-1:] == "}"
