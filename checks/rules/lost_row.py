"""A downgrade did not bring back rows that were there before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from checks.migration import Effect, Trip
from checks.rules.rows import restored
from checks.rules.rule import Rule

if TYPE_CHECKING:
    from checks.finding import Finding

FIX = "let the upgrade keep what it deletes, in a table of its own say, and the downgrade put it back"


def judge(trip: Trip) -> Iterator[Finding]:
    """Yield an error that names the tables, and the keys of the first rows."""
    return restored("lost-row", Effect.LOST, trip, FIX)


RULE = Rule("lost-row", Trip, judge, allowable=True)
