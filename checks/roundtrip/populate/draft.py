"""Rows as nasty as a table lets them be: two that are equal, and one with as many NULLs as may be."""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from checks.roundtrip.populate.choice import Choice, Option
    from checks.roundtrip.populate.shape import Key, Row

ROWS = 3
LISTED = 8  # values of a list that are seen, one in each row; those of a longer list are not
TRIES = 400  # combinations of options in which two rows may differ
OTHERS = 24  # other rows that are put in the place of one that the server refuses


def drafted(choices: Sequence[Choice], keys: Sequence[Key]) -> list[Row]:
    """Make up to three rows that no key forbids, as far as can be told from the columns alone.

    There are more where a column's values are listed, so that each of them is in a row.
    """
    rows: list[Row] = []
    for number in range(ROWS):
        _add(choices, keys, rows, {choice: _wanted(choice, number) for choice in choices})
    unseen = {choice: _unseen(choice, rows) for choice in choices}
    for number in range(max(map(len, unseen.values()), default=0)):
        picked = {choice: [*some[number:], choice.options[0]][0] for choice, some in unseen.items()}
        _add(choices, keys, rows, picked)
    return rows


def _unseen(choice: Choice, rows: Sequence[Row]) -> list[Option]:
    """Give the listed values that are in no row."""
    if not choice.listed or len(choice.options) > LISTED:
        return []
    seen = {tuple(row[name] for name in choice.columns) for row in rows}
    return [option for option in choice.options if option not in seen]


def _add(
    choices: Sequence[Choice], keys: Sequence[Key], rows: list[Row], picked: dict[Choice, Option]
) -> None:
    """Add a row of what was picked, but where a key wants another."""
    looked: list[Key] = []
    for key in sorted(keys, key=lambda key: len(key.columns)):
        looked.append(key)
        if _taken(key, _joined(picked), rows):
            free = (
                other
                for other in _varied(choices, key.columns, picked)
                if not any(_taken(each, _joined(other), rows) for each in looked)
            )
            picked = next(free, picked)
    row = _joined(picked)
    if not any(_taken(key, row, rows) for key in keys):
        rows.append(row)


def _wanted(choice: Choice, number: int) -> Option:
    """Give the option that a row would have if nothing were forbidden."""
    if number < ROWS - 1:
        return choice.options[0]
    if None in choice.emptiest:
        return choice.emptiest
    return choice.options[0 if choice.borrowed else min(1, len(choice.options) - 1)]


def _joined(picked: dict[Choice, Option]) -> Row:
    return {name: value for choice, option in picked.items() for name, value in choice.row(option).items()}


def _taken(key: Key, row: Row, rows: Sequence[Row]) -> bool:
    """Tell whether another row has a row's key."""
    mine = [row.get(name) for name in key.columns]
    if not mine or (None in mine and not key.nulls):
        return False
    return any([other.get(name) for name in key.columns] == mine for other in rows)


def _varied(
    choices: Sequence[Choice], columns: Collection[str], picked: dict[Choice, Option]
) -> Iterator[dict[Choice, Option]]:
    """Give rows that differ in a key: first in what is ours to make, then in one choice, then in more."""
    concerned = [choice for choice in choices if set(choice.columns) & set(columns)]
    for choice in sorted(concerned, key=lambda choice: choice.borrowed):
        yield from ({**picked, choice: option} for option in choice.options)
    several = product(*(choice.options for choice in concerned))
    for options in islice(several, TRIES):
        yield {**picked, **dict(zip(concerned, options, strict=True))}


def others(choices: Sequence[Choice], row: Row, columns: Collection[str]) -> Iterator[Row]:
    """Give rows like one that the server refused, but for the columns that it has something against."""
    picked = {choice: tuple(row[name] for name in choice.columns) for choice in choices}
    tried = [_joined(picked)]
    for other in islice(_varied(choices, columns, picked), TRIES):
        candidate = _joined(other)
        if candidate not in tried:
            tried.append(candidate)
            yield candidate
        if len(tried) > OTHERS:
            return
