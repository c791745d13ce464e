"""Choices: the values that columns may take, those that belong together in one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.roundtrip.populate.shape import Row

ENDS = 2  # options that are kept of either end
Option = tuple["str | None", ...]


@dataclass(frozen=True)
class Choice:
    """Columns, and what they may hold.

    Attributes:
        columns: Their names.
        options: Values for them, the best first. An option with fewer NULLs comes before those with more.
        listed: Whether the type or a CHECK lists the values, so that each is to be seen.
        borrowed: Whether another table's rows, or a sequence, decide: better not varied for its own sake.
    """

    columns: tuple[str, ...]
    options: tuple[Option, ...]
    borrowed: bool = False
    listed: bool = False

    def row(self, option: Option) -> Row:
        """Give an option's values by column."""
        return dict(zip(self.columns, option, strict=True))

    @property
    def emptiest(self) -> Option:
        """Give the option with the most NULLs."""
        return max(self.options, key=lambda option: option.count(None))

    def best(self, most: int) -> Choice:
        """Leave out all options but some of the best, and the emptiest."""
        if len(self.options) <= most:
            return self
        return replace(self, options=(*self.options[: most - 1], self.emptiest))

    def spread(self) -> Choice:
        """Keep some of the best options, and some of the others, which are smaller if they are numbers."""
        full = [option for option in self.options if None not in option]
        some = (*full[:ENDS], *full[-ENDS:], self.emptiest)
        return replace(self, options=tuple(dict.fromkeys(some)))


def merged(choices: tuple[Choice, ...], picks: list[tuple[int, ...]]) -> Choice:
    """Make one choice of several.

    Args:
        choices: The several.
        picks: The options that go together: of each choice the number of one.
    """
    columns = tuple(column for choice in choices for column in choice.columns)
    options = [
        tuple(value for choice, at in zip(choices, pick, strict=True) for value in choice.options[at])
        for pick in picks
    ]
    ordered = sorted(options, key=lambda option: option.count(None))  # stable: the best first within
    listed = len(choices) == 1 and choices[0].listed
    return Choice(columns, tuple(ordered), any(choice.borrowed for choice in choices), listed)
