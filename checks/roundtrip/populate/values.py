"""Values for a column, the best first: of any type, also of those that are made of others."""

from __future__ import annotations

import json
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from checks.roundtrip.populate.numbers import WHOLE, decimals, floats, whole
from checks.roundtrip.populate.scalars import simple
from checks.roundtrip.populate.words import texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from checks.roundtrip.populate.shape import Type
    from checks.roundtrip.populate.subject import Subject

WORDS = ("text", "varchar", "bpchar", "name", "citext")
SOME = 8
MANY = 20  # elements that an array may be asked to have


def values(kind: Type, modifier: int, subject: Subject) -> Iterator[str]:
    """Give values as PostgreSQL reads them; not all need be right, where it is the server that knows.

    Args:
        kind: The type.
        modifier: Its limit as the catalog has it, -1 if none.
        subject: What they are for.
    """
    if kind.sort == "d" and kind.inner:
        yield from values(kind.inner, kind.modifier, subject)
    elif kind.sort == "e":
        yield from kind.labels
    elif kind.array and kind.inner:
        yield from _arrays(kind.inner, modifier, subject)
    elif kind.sort in "rm" and kind.inner:
        yield from _ranges(kind, subject)
    elif kind.sort == "c":
        yield from _composites(kind, subject)
    else:
        yield from _scalars(kind, modifier, subject)


def _scalars(kind: Type, modifier: int, subject: Subject) -> Iterator[str]:
    if kind.short in WORDS:
        yield from texts(subject, kind.short, modifier)
    elif kind.short in WHOLE:
        yield from whole(subject, kind.short)
    elif kind.short == "numeric":
        yield from decimals(subject, modifier)
    elif kind.short in ("float4", "float8"):
        yield from floats(subject, kind.short)
    elif kind.short in ("json", "jsonb"):
        yield from _documents(subject)
    else:
        yield from simple(subject, kind.short, modifier)


def _documents(subject: Subject) -> Iterator[str]:
    """Give objects, and other documents only where a CHECK may want them."""
    keys = {text: text for text in subject.hints.strings}
    for number in range(SOME):
        named = {subject.column: f"É of {subject.table}", "Number": number + 1.5}
        yield json.dumps({**named, **keys}, ensure_ascii=not subject.unicode)
    if subject.checked:
        yield from ("{}", "[]", '["a"]', '"a"', "1", "true", json.dumps(dict.fromkeys(keys, 1)))
        yield json.dumps({key: [] for key in keys})
        yield json.dumps({key: {} for key in keys})
        yield from (json.dumps(text) for text in subject.hints.strings)


def _arrays(element: Type, modifier: int, subject: Subject) -> Iterator[str]:
    """Give arrays of two, and of other lengths where a CHECK may want them."""
    some = list(islice(values(element, modifier, subject), SOME + len(subject.hints.strings) * 2 + SOME))
    array = partial(_array, ";" if element.short == "box" else ",")
    yield from (array((one, other)) for one, other in zip(some, [*some[1:], *some[:1]], strict=True))
    if subject.checked:
        yield from (array((one,)) for one in some)
        yield "{}"
        for length in subject.hints.lengths:
            yield array((some * length)[: min(length, MANY)])
        yield from subject.hints.strings


def _array(delimiter: str, elements: Iterable[str]) -> str:
    return "{" + delimiter.join(map(_part, elements)) + "}"


def _ranges(kind: Type, subject: Subject) -> Iterator[str]:
    """Give ranges, none of which meets another but the last: that has no end."""
    inner = kind.inner
    assert inner is not None
    if kind.sort == "m":
        yield from (f"{{{each}}}" for each in _ranges(inner, subject))
        return
    bounds = list(islice(values(inner, -1, subject), SOME))
    pairs = zip(bounds[::2], bounds[1::2], strict=False)
    yield from (f"[{_part(one)},{_part(other)})" for one, other in pairs)
    yield from (f"[{_part(one)},)" for one in bounds[-1:])
    if subject.checked:
        yield from ("empty", "(,)")


def _composites(kind: Type, subject: Subject) -> Iterator[str]:
    for number in range(SOME):
        parts = (_nth(part, modifier, subject, number) for part, modifier in kind.fields)
        yield "(" + ",".join("" if part is None else _part(part) for part in parts) + ")"


def _nth(kind: Type, modifier: int, subject: Subject, number: int) -> str | None:
    """Give one of the values of a part; the parts of a composite may be of too few values."""
    some = list(islice(values(kind, modifier, subject), SOME))
    return some[number % len(some)] if some else None


def _part(value: str) -> str:
    """Write a value as a part of an array, a range or a composite."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
