"""A downgrade left rows that were not there before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from checks.migration import Effect, Trip
from checks.rules.rows import restored
from checks.rules.rule import Rule

if TYPE_CHECKING:
    from checks.finding import Finding

FIX = "let the downgrade delete what the upgrade inserted"


def judge(trip: Trip) -> Iterator[Finding]:
    """Yield an error that names the tables, and the keys of the first rows."""
    return restored("leftover-row", Effect.LEFT, trip, FIX)


RULE = Rule("leftover-row", Trip, judge, allowable=True)
