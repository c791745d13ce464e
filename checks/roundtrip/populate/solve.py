"""Which values fulfil the CHECKs: the server itself is asked, with constants in the columns' place."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

from checks.roundtrip.populate.choice import Choice, merged
from checks.roundtrip.populate.hands import asked
from checks.roundtrip.populate.question import ALONE, computed, computing, question, reads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

    from checks.roundtrip.populate.shape import Rule, Shape

MOST = 4000  # combinations that the server is asked for at once
BEST = 48
EMPTIEST = 16
LEAST = 2


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
        concerned = [choice for choice in left if set(reads(shape, rule)) & set(choice.columns)]
        parts = _capped(_with_computed(connection, shape, rule, concerned)) if concerned else ()
        found = _fulfilling(connection, shape, rule, parts) if parts else []
        if found:
            left = [choice for choice in left if choice not in concerned]
            left.append(merged(parts, _chosen(found, parts)))
    return left


def _with_computed(
    connection: Connection[Any], shape: Shape, rule: Rule, choices: Sequence[Choice]
) -> Sequence[Choice]:
    """Add what a rule of the form "column = expression" computes of the other columns."""
    own, others = computing(rule, choices)
    if own is None:
        return choices
    others = [choice.spread() for choice in others]
    new = Choice(own.columns, tuple(computed(connection, shape, rule, own, others)))
    for each in shape.rules if new.options else ():
        if set(reads(shape, each)) == set(own.columns):
            new = merged((new,), _fulfilling(connection, shape, each, [new]))
    added = replace(own, options=tuple(dict.fromkeys((*new.options, *own.options))))
    return [*others, added]


def _capped(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Leave out the last options where there would be too many combinations, but never the emptiest."""
    most = max(LEAST, int(MOST ** (1 / len(choices))))
    return tuple(choice.best(most) for choice in choices)


def _fulfilling(
    connection: Connection[Any], shape: Shape, rule: Rule, choices: Sequence[Choice]
) -> list[tuple[int, ...]]:
    """Give the combinations of options that fulfil a rule, the best first."""
    found = asked(connection, question(shape, rule, choices))
    if found is not None:
        return found[:MOST]
    numbers = product(*(range(len(choice.options)) for choice in choices))
    some = sorted(numbers, key=sum)[:ALONE]  # one of them is an error to the rule: each by itself
    return [pick for pick in some if asked(connection, question(shape, rule, choices, pick))]


def _chosen(picks: list[tuple[int, ...]], choices: Sequence[Choice]) -> list[tuple[int, ...]]:
    """Keep the best, and of the others those with the most NULLs."""
    rest = sorted(picks[BEST:], key=lambda pick: -_nulls(pick, choices))
    return [*picks[:BEST], *rest[:EMPTIEST]]


def _nulls(pick: tuple[int, ...], choices: Sequence[Choice]) -> int:
    return sum(choice.options[at].count(None) for choice, at in zip(choices, pick, strict=True))
