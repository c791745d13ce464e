"""A migration does not run, or not a second time after its downgrade."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import Leg, Result, Step, Trip, place
from checks.rules.rule import Rule

LEGS = (Leg.UP, Leg.AGAIN)


def judge(trip: Trip) -> Iterator[Finding]:
    """Yield an error for an upgrade that failed."""
    for step in trip.steps:
        if step.result is Result.FAILED and step.failure is not None and step.leg in LEGS:
            yield _finding(step)


def _finding(step: Step) -> Finding:
    version = step.migration.version
    failure = step.failure
    assert failure is not None
    if step.leg is Leg.AGAIN:
        told = (
            f"migration {version} fails when run again after its downgrade: a roll-back could not be retried"
        )
    else:
        told = f"migration {version} fails to run: the deploy would stop here"
    statement = f" in: {failure.statement}" if failure.statement else ""
    return Finding(
        "failed-upgrade",
        Severity.ERROR,
        step.project.name,
        version,
        failure.path or place(step.project, step.migration.file),
        failure.line or step.migration.line,
        f"{told}: {failure.message}{statement}",
        step.hint or "mend the upgrade, then run `migseal check` again",
        kind=step.leg.value,
        told_by="stamped-history" if step.stamped else "",
    )


RULE = Rule("failed-upgrade", Trip, judge)
