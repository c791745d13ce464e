"""The choices that a table's columns have before its CHECKs are asked."""

from __future__ import annotations

import re
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from checks.roundtrip.populate.choice import Choice
from checks.roundtrip.populate.hands import said, tried
from checks.roundtrip.populate.hints import hints
from checks.roundtrip.populate.numbers import WHOLE
from checks.roundtrip.populate.question import allowed, cast, reads
from checks.roundtrip.populate.subject import Subject
from checks.roundtrip.populate.values import WORDS, values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from psycopg import Connection

    from checks.roundtrip.populate.choice import Option
    from checks.roundtrip.populate.shape import Column, Reference, Row, Shape, Type

MOST = 200
COUNTED = re.compile(r"(?:^|_)(?:id|ID)s?$|[a-z]I[dD]$")
LIST = re.compile(r" = ANY \(+ARRAY\[")  # as the server writes IN (...)
ROWS = 12  # combinations of parents' rows


def free(connection: Connection[Any], shape: Shape, column: Column, first: int, *, unicode: bool) -> Choice:
    """Give the choice of a column whose values are ours to make.

    Args:
        connection: In a transaction.
        shape: The column's table.
        column: The column.
        first: The number from which keys are counted.
        unicode: Whether the database takes every character.
    """
    subject = _subject(shape, column, first, unicode=unicode)
    made = list(dict.fromkeys(islice(values(column.type, column.modifier, subject), MOST)))
    good = made if _is_sure(column.type, subject) else allowed(connection, column, made)
    options = tuple((value,) for value in good)
    nulls = [(None,)] if shape.nullable(column.name) else []
    return Choice((column.name,), (*options, *nulls), listed=is_listed(shape, column))


def is_listed(shape: Shape, column: Column) -> bool:
    """Tell whether a type or a CHECK may list all values of a column."""
    return _lists(column.type) or any(
        column.name in rule.columns and LIST.search(rule.expression) for rule in shape.rules
    )


def _lists(kind: Type) -> bool:
    """Tell whether a type is an enum, or a domain of one, or of a list."""
    if kind.sort == "d" and any(map(LIST.search, kind.checks)):
        return True
    return kind.sort == "e" or (kind.sort == "d" and kind.inner is not None and _lists(kind.inner))


def refusal(connection: Connection[Any], shape: Shape, column: Column) -> str:
    """Give what the server has against the first value that we know for a column; empty if we know none."""
    subject = _subject(shape, column, 1, unicode=False)
    for value in values(column.type, column.modifier, subject):
        answer = tried(connection, f"SELECT {cast(value, column.type.name)} IS NULL")
        return "" if isinstance(answer, list) else said(answer)
    return ""


def _is_sure(kind: Type, subject: Subject) -> bool:
    """Tell whether the server takes all values of a type, so that it need not be asked."""
    if kind.sort == "e" or kind.short in (*WORDS, *WHOLE, "numeric", "bool"):
        return True
    return kind.builtin and kind.short != "xml" and not subject.checked


def _subject(shape: Shape, column: Column, first: int, *, unicode: bool) -> Subject:
    rules = (rule.expression for rule in shape.rules if column.name in reads(shape, rule))
    texts = [*rules, *_domain_checks(column.type)]
    keyed = any(column.name in key.columns for key in shape.keys)
    return Subject(
        table=shape.full_name,
        column=column.name,
        counted=keyed or bool(COUNTED.search(column.name)),
        first=first,
        unicode=unicode,
        hints=hints(texts),
        checked=bool(texts),
    )


def _domain_checks(kind: Type) -> Iterator[str]:
    """Give the CHECKs of the domains of which a type is made."""
    yield from kind.checks
    for part in (*([kind.inner] if kind.inner else []), *(part for part, _ in kind.fields)):
        yield from _domain_checks(part)


def referring(shape: Shape, references: Sequence[Reference], parents: Mapping[int, Sequence[Row]]) -> Choice:
    """Give the choice of columns that refer to other rows, and have columns in common.

    Args:
        shape: The table.
        references: Its foreign keys that belong together.
        parents: The rows that may be referred to, by their table.
    """
    columns = tuple(dict.fromkeys(name for each in references for name in each.columns))
    joined = list(islice(_joined(references, parents), ROWS))
    options = [tuple(row[name] for name in columns) for row in joined]
    emptied = [
        option
        for row in (joined or [dict.fromkeys(columns)])[:1]
        for option in _emptied(shape, columns, references, row)
    ]
    return Choice(columns, tuple(dict.fromkeys((*options, *emptied))), borrowed=True)


def _joined(references: Sequence[Reference], parents: Mapping[int, Sequence[Row]]) -> Iterator[Row]:
    """Give values that refer to a row by each foreign key at once."""
    for rows in product(*(parents[each.parent] for each in references)):
        found: Row = {}
        for each, parent in zip(references, rows, strict=True):
            pairs = zip(each.columns, each.targets, strict=True)
            if any(found.setdefault(name, parent[target]) != parent[target] for name, target in pairs):
                break
        else:
            if None not in found.values():
                yield found


def _emptied(
    shape: Shape, columns: tuple[str, ...], references: Sequence[Reference], row: Row
) -> Iterator[Option]:
    """Give the row with NULLs: for each foreign key alone, and for all."""
    everything = [name for each in references for name in each.columns]
    for names in (*(each.columns for each in references), everything):
        nulls = {name for name in names if shape.nullable(name)}
        option = tuple(None if name in nulls else row[name] for name in columns)
        if all(_is_free(shape, dict(zip(columns, option, strict=True)), each) for each in references):
            yield option


def _is_free(shape: Shape, values: Row, reference: Reference) -> bool:
    """Tell whether a foreign key lets the values of a row through, or those with NULLs in their place."""
    mine = {name: values[name] for name in reference.columns}
    empty = [name for name, value in mine.items() if value is None]
    if any(not shape.nullable(name) for name in empty):
        return False
    return not reference.full or len(empty) in (0, len(mine))


def together(references: Iterable[Reference]) -> list[list[Reference]]:
    """Sort foreign keys into those that have columns in common."""
    groups: list[list[Reference]] = []
    for reference in references:
        mine = set(reference.columns)
        touching = [group for group in groups if any(mine & set(each.columns) for each in group)]
        groups = [group for group in groups if group not in touching]
        groups.append([*(each for group in touching for each in group), reference])
    return groups
