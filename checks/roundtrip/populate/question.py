"""Questions to the server with constants in the columns' place."""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING, Any

from checks.roundtrip.populate.equation import computes
from checks.roundtrip.populate.hands import asked
from checks.roundtrip.populate.reading import named
from checks.roundtrip.populate.shape import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from psycopg import Connection

    from checks.roundtrip.populate.choice import Choice, Option
    from checks.roundtrip.populate.shape import Column, Rule, Shape

MARK = "migseal option"
ALONE = 60  # combinations that are asked for one by one


def allowed(connection: Connection[Any], column: Column, values: Sequence[str]) -> list[str]:
    """Give those of some values that the server takes for a column's type."""
    if not values:
        return []
    casts = [f"CAST({literal(value)} AS {column.type.name})" for value in values]
    if asked(connection, "SELECT " + ", ".join(f"{cast} IS NULL" for cast in casts)) is not None:
        return list(values)
    pairs = zip(values, casts, strict=True)
    return [value for value, cast in pairs if asked(connection, f"SELECT {cast} IS NULL") is not None]


def reads(shape: Shape, rule: Rule) -> tuple[str, ...]:
    """Give the columns that a rule reads, and those of which it reads what is generated."""
    generated = [shape.column(name).generated for name in rule.columns if shape.column(name).generated]
    behind = (name for expression in generated for name in named(expression, shape.columns))
    return tuple(dict.fromkeys((*rule.columns, *behind)))


def question(shape: Shape, rule: Rule, choices: Sequence[Choice], pick: Sequence[int] | None = None) -> str:
    """Write the question which combinations of options fulfil a rule, the best first.

    Args:
        shape: The table.
        rule: The rule.
        choices: What its columns may hold.
        pick: The number of the only option of each that is asked for; None asks for all.
    """
    names = [quoted(f"{MARK} {at}") for at in range(len(choices))]
    tables = ", ".join(_tables(shape, rule, choices, pick))
    where = f"({rule.expression}) IS NOT FALSE"
    order = f"{' + '.join(names)}, {', '.join(names)}"
    return f"SELECT {', '.join(names)} FROM {tables} WHERE {where} ORDER BY {order}"


def _tables(
    shape: Shape, rule: Rule, choices: Sequence[Choice], pick: Sequence[int] | None = None
) -> Iterator[str]:
    """Write the options as tables of constants, and what is generated of them."""
    for at, choice in enumerate(choices):
        options = enumerate(choice.options)
        yield _table(shape, choice, at, [each for each in options if pick is None or each[0] == pick[at]])
    for column in shape.columns:
        if column.generated and column.name in rule.columns:
            value = f"SELECT ({column.generated}) AS {quoted(column.name)}"
            yield f"LATERAL ({value}) {quoted(f'{MARK} of {column.name}')}"


def _table(shape: Shape, choice: Choice, at: int, options: Sequence[tuple[int, Option]]) -> str:
    types = [shape.column(name).type.name for name in choice.columns]
    rows = (
        [str(number), *(cast(value, kind) for value, kind in zip(option, types, strict=True))]
        for number, option in options
    )
    values = ", ".join(f"({', '.join(row)})" for row in rows)
    names = ", ".join(map(quoted, (f"{MARK} {at}", *choice.columns)))
    return f"(VALUES {values}) AS {quoted(f'{MARK} row {at}')} ({names})"


def cast(value: str | None, kind: str) -> str:
    """Write a value as a constant of a type."""
    return f"CAST({literal(value)} AS {kind})"


def computing(rule: Rule, choices: Sequence[Choice]) -> tuple[Choice | None, list[Choice]]:
    """Tell which column a rule of the form "column = expression" computes, and what of; None if none."""
    for choice in choices:
        others = [each for each in choices if each is not choice]
        if (
            len(choice.columns) == 1
            and others
            and not choice.borrowed
            and computes(rule.expression, *choice.columns)
        ):
            return choice, others
    return None, list(choices)


def computed(
    connection: Connection[Any], shape: Shape, rule: Rule, own: Choice, others: Sequence[Choice]
) -> list[Option]:
    """Give the values that a rule computes of a few options of others."""
    kind = shape.column(own.columns[0]).type.name
    value = f"SELECT CAST(({computes(rule.expression, *own.columns)}) AS {kind})::text"
    names = " + ".join(quoted(f"{MARK} {at}") for at in range(len(others)))
    found = asked(connection, f"{value} FROM {', '.join(_tables(shape, rule, others))} ORDER BY {names}")
    if found is None:  # one of them is too much for the type
        picks = product(*(range(len(choice.options)) for choice in others))
        tables = (", ".join(_tables(shape, rule, others, pick)) for pick in islice(picks, ALONE))
        found = [row for each in tables for row in asked(connection, f"{value} FROM {each}") or ()]
    return list(dict.fromkeys((each,) for (each,) in found if each is not None))
