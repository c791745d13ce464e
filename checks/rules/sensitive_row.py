"""Rows that a migration wrote hold a secret or personal data, and its text does not show it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from checks.finding import Finding, Severity
from checks.migration import Trip, place
from checks.rules.rule import Rule
from checks.rules.sensitive_insert import FIX, FIX_PERSONAL, MILD, PERSONAL, REVOKE, WHAT, WHY

if TYPE_CHECKING:
    from checks.sensitive.exposure import Revealed


def judge(trip: Trip) -> Iterator[Finding]:
    """Yield a finding for each column: an error, of e-mail and phone a warning; no value is ever told."""
    for step in trip.steps:
        for one in step.revealed:
            yield _finding(trip, one)


def _finding(trip: Trip, one: Revealed) -> Finding:
    rows = f"{one.number} row{'' if one.number == 1 else 's'}"
    migration = trip.migration
    return Finding(
        "sensitive-row",
        Severity.WARNING if one.kind in MILD else Severity.ERROR,
        trip.project.name,
        migration.version,
        place(trip.project, migration.file),
        migration.line,
        f"migration {migration.version} writes {rows} with {WHAT[one.kind]} into {one.table}.{one.column}, "
        f"by a loop, a helper or a file. {WHY}",
        FIX_PERSONAL if one.kind in PERSONAL else FIX + REVOKE,
        kind=one.kind.value,
        subjects=(f"{one.kind.value} in {one.table}.{one.column}",),
    )


RULE = Rule("sensitive-row", Trip, judge, allowable=True)
