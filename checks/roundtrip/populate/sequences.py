"""Sequences: where they stand, and setting them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.roundtrip.populate.hands import asked
from checks.roundtrip.populate.shape import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from psycopg import Connection

ONE = """
SELECT {name}, s.last_value, s.is_called, p.seqincrement, p.seqmin, p.seqmax
FROM {sequence} s, pg_sequence p WHERE p.seqrelid = {name}::regclass
"""


@dataclass(frozen=True)
class Sequence:
    """A sequence.

    Attributes:
        last: The last value.
        given: Whether it has been given out.
        step: From one value to the next.
        least: The smallest value.
        most: The largest.
    """

    last: int
    given: bool
    step: int
    least: int
    most: int

    def following(self, number: int) -> Iterator[int]:
        """Give the next few values, fewer where it ends."""
        first = self.last + self.step * self.given
        values = (first + self.step * each for each in range(number))
        return (value for value in values if self.least <= value <= self.most)


def sequences(connection: Connection[Any], names: Iterable[str]) -> dict[str, Sequence]:
    """Tell where sequences stand, in one question; those that may not be read are left out.

    Args:
        connection: In a transaction.
        names: Their names as SQL writes them.
    """
    queries = [ONE.format(name=literal(name), sequence=name) for name in names]
    found = asked(connection, " UNION ALL ".join(queries)) if queries else []
    if found is None:
        found = [row for query in queries for row in asked(connection, query) or ()]
    return {name: Sequence(*values) for name, *values in found}


def set_all(connection: Connection[Any], wanted: Mapping[str, tuple[int, bool]]) -> bool:
    """Set sequences; tell whether all of them are there.

    Args:
        connection: In a transaction.
        wanted: The last value of each, and whether it has been given out.
    """
    calls = [f"setval({literal(name)}, {last}, {given})" for name, (last, given) in wanted.items()]
    if not calls or asked(connection, f"SELECT {', '.join(calls)}") is not None:
        return True
    missing = [call for call in calls if asked(connection, f"SELECT {call}") is None]
    return not missing
