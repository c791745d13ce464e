"""Which values fulfil the CHECKs: the server itself is asked, with constants in the columns' place."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from checks.roundtrip.populate.choice import merged
from checks.roundtrip.populate.hands import asked
from checks.roundtrip.populate.reading import named
from checks.roundtrip.populate.shape import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

    from checks.roundtrip.populate.choice import Choice, Option
    from checks.roundtrip.populate.shape import Column, Rule, Shape

MOST = 4000  # combinations that the server is asked for at once
BEST = 48
EMPTIEST = 16
LEAST = 2
ALONE = 60  # combinations that are asked for one by one
MARK = "migseal option"


def allowed(connection: Connection[Any], column: Column, values: Sequence[str]) -> list[str]:
    """Give those of some values that the server takes for a column's type."""
    if not values:
        return []
    casts = [f"CAST({literal(value)} AS {column.type.name})" for value in values]
    if asked(connection, "SELECT " + ", ".join(f"{cast} IS NULL" for cast in casts)) is not None:
        return list(values)
    pairs = zip(values, casts, strict=True)
    return [value for value, cast in pairs if asked(connection, f"SELECT {cast} IS NULL") is not None]


def solved(connection: Connection[Any], shape: Shape, choices: Sequence[Choice]) -> list[Choice]:
    """Bring choices down to what fulfils a table's rules.

    Args:
        connection: In a transaction.
        shape: The table.
        choices: One for each column or set of columns.

    Returns:
        The choices, those that a rule joins made one. A rule that nothing fulfils changes none: the server
        is to tell what it has against the rows.
    """
    left = list(choices)
    for rule in sorted(shape.rules, key=lambda rule: len(reads(shape, rule))):
        names = set(reads(shape, rule))
        concerned = [choice for choice in left if names & set(choice.columns)]
        if not concerned:
            continue
        parts = _capped(concerned)
        found = _fulfilling(connection, shape, rule, parts)
        if found:
            left = [choice for choice in left if choice not in concerned]
            left.append(merged(parts, _chosen(found, parts)))
    return left


def reads(shape: Shape, rule: Rule) -> tuple[str, ...]:
    """Give the columns that a rule reads, and those of which it reads what is generated."""
    generated = [shape.column(name).generated for name in rule.columns if shape.column(name).generated]
    behind = (name for expression in generated for name in named(expression, shape.columns))
    return tuple(dict.fromkeys((*rule.columns, *behind)))


def _capped(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Leave out the last options where there would be too many combinations, but never the emptiest."""
    most = max(LEAST, int(MOST ** (1 / len(choices))))
    return tuple(
        replace(choice, options=(*choice.options[: most - 1], choice.emptiest))
        if len(choice.options) > most
        else choice
        for choice in choices
    )


def _fulfilling(
    connection: Connection[Any], shape: Shape, rule: Rule, choices: Sequence[Choice]
) -> list[tuple[int, ...]]:
    """Give the combinations of options that fulfil a rule, the best first."""
    numbered = [list(enumerate(choice.options)) for choice in choices]
    found = asked(connection, _question(shape, rule, choices, numbered))
    if found is not None:
        return found
    combinations = islice(product(*numbered), ALONE)  # some of them are an error to the rule: each by itself
    answers = (
        asked(connection, _question(shape, rule, choices, [[each] for each in one])) for one in combinations
    )
    return [pick for answer in answers if answer for pick in answer]


def _question(
    shape: Shape, rule: Rule, choices: Sequence[Choice], options: Sequence[list[tuple[int, Option]]]
) -> str:
    marks = [quoted(f"{MARK} {at}") for at in range(len(choices))]
    sources = [
        _source(shape, choice, some, mark) for choice, some, mark in zip(choices, options, marks, strict=True)
    ]
    sources += [
        f"LATERAL (SELECT ({column.generated}) AS {quoted(column.name)}) {quoted(f'{MARK} {column.name}')}"
        for column in shape.columns
        if column.generated and column.name in rule.columns
    ]
    order = f"{' + '.join(marks)}, {', '.join(marks)}"
    where = f"({rule.expression}) IS NOT FALSE"
    return f"SELECT {', '.join(marks)} FROM {', '.join(sources)} WHERE {where} ORDER BY {order} LIMIT {MOST}"


def _source(shape: Shape, choice: Choice, options: list[tuple[int, Option]], mark: str) -> str:
    """Write a choice's options as a table of constants."""
    types = [shape.column(name).type.name for name in choice.columns]
    rows = (
        ", ".join(
            [
                str(at),
                *(f"CAST({literal(value)} AS {kind})" for value, kind in zip(option, types, strict=True)),
            ]
        )
        for at, option in options
    )
    names = ", ".join([mark, *map(quoted, choice.columns)])
    return f'(VALUES {", ".join(f"({row})" for row in rows)}) AS {mark[:-1]} row" ({names})'


def _chosen(picks: list[tuple[int, ...]], choices: Sequence[Choice]) -> list[tuple[int, ...]]:
    """Keep the best, and of the others those with the most NULLs."""
    rest = sorted(picks[BEST:], key=lambda pick: -_nulls(pick, choices))
    return [*picks[:BEST], *rest[:EMPTIEST]]


def _nulls(pick: tuple[int, ...], choices: Sequence[Choice]) -> int:
    return sum(choice.options[at].count(None) for choice, at in zip(choices, pick, strict=True))
