"""Rules of the form "column = expression", as the server writes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = re.compile(r'\(*("(?:[^"]|"")+"|[a-z_][\w$]*)\)*(?:::[\w ."]+)?\)*', re.IGNORECASE)


def computes(expression: str, column: str) -> str:
    """Give what a rule computes a column of; empty if it does not.

    Args:
        expression: The rule's.
        column: The column's name.
    """
    sides = _sides(expression)
    for side, other in zip(sides, reversed(sides), strict=True):
        name = NAME.fullmatch(side.strip())
        if name and name.group(1).strip('"').replace('""', '"') == column:
            return other
    return ""


def _sides(expression: str) -> list[str]:
    """Part an equation; empty if the expression is none, or more than one."""
    text = expression.strip()
    while text.startswith("(") and _closing(text) == len(text) - 1:
        text = text[1:-1].strip()
    places = [at for at in _outside(text) if text.startswith(" = ", at)]
    words = {word for at in _outside(text) for word in (" AND ", " OR ", "NOT ") if text.startswith(word, at)}
    if len(places) != 1 or words or text.startswith("NOT "):
        return []
    return [text[: places[0]], text[places[0] + 3 :]]


def _closing(text: str) -> int:
    """Give the place of the parenthesis that closes the first."""
    outside = set(_outside(text[1:]))
    return next((at for at in range(1, len(text)) if at - 1 in outside and text[at] == ")"), -1)


def _outside(text: str) -> Iterator[int]:
    """Give the places that are in no parentheses and no quotes."""
    depth, quote = 0, ""
    for at, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
            continue
        if depth <= 0:
            yield at
        depth += (letter in "([") - (letter in ")]")
        quote = letter if letter in "'\"" else ""
