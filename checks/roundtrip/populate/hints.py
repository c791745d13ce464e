"""What the text of a CHECK tells of the values that it lets through; the server has the last word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from checks.roundtrip.populate.pattern import likes, matches

if TYPE_CHECKING:
    from collections.abc import Iterable

STRING = re.compile(r"(E?)'((?:[^']|'')*)'", re.IGNORECASE)
NUMBER = re.compile(r"(?<![\w.$])\d{1,30}(?:\.\d{1,30})?")
WHOLE = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?")
QUOTED = re.compile(r'"(?:[^"]|"")+"')
LONGEST = 10_000


@dataclass(frozen=True)
class Hints:
    """What stands in the expressions about a column.

    Attributes:
        strings: The string constants, and strings that fit the patterns among them.
        numbers: The numbers, their neighbours, and what lies halfway between them.
        lengths: The lengths that may be meant.
    """

    strings: tuple[str, ...] = ()
    numbers: tuple[Decimal, ...] = ()
    lengths: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self.strings or self.numbers)


def hints(expressions: Iterable[str]) -> Hints:
    """Read expressions."""
    strings: list[str] = []
    numbers: set[Decimal] = set()
    for expression in expressions:
        found = [_constant(match) for match in STRING.finditer(expression)]
        strings += found
        strings += [fit for text in found if "~" in expression for fit in (*matches(text), *likes(text))]
        rest = QUOTED.sub("", STRING.sub("", expression))
        numbers |= {Decimal(match.group()) for match in NUMBER.finditer(rest)}
        numbers |= {-number for number in numbers if f"-{number}" in rest}
        numbers |= {Decimal(text) for text in found if WHOLE.fullmatch(text)}
    lengths = {int(number) + step for number in numbers for step in (-1, 0, 1) if 0 <= number <= LONGEST}
    return Hints(
        tuple(dict.fromkeys(strings)),
        tuple(_around(sorted(numbers))),
        tuple(sorted((length for length in lengths if length >= 0), reverse=True)),
    )


def _constant(match: re.Match[str]) -> str:
    text = match.group(2).replace("''", "'")
    return text.replace("\\\\", "\\") if match.group(1) else text


def _around(numbers: list[Decimal]) -> Iterable[Decimal]:
    """Give numbers, then what lies beside and between them."""
    yield from numbers
    for number in numbers:
        yield number + 1
        yield number - 1
    for one, other in pairwise(numbers):
        yield (one + other) / 2
