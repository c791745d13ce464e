"""A downgrade does not run."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import Leg, Result, Trip, place
from checks.rules.rule import Rule


def judge(trip: Trip) -> Iterator[Finding]:
    """Yield an error for a downgrade that failed; one that refuses on purpose is missing-downgrade's."""
    for step in trip.steps:
        failure = step.failure
        if step.leg is not Leg.DOWN or step.result is not Result.FAILED or failure is None:
            continue
        version = step.migration.version
        way = " on the way down to an empty database" if step.to_empty else ""
        statement = f" in: {failure.statement}" if failure.statement else ""
        yield Finding(
            "failed-downgrade",
            Severity.ERROR,
            step.project.name,
            version,
            failure.path or place(step.project, step.migration.file),
            failure.line or step.migration.line,
            f"the downgrade of {version} fails{way}: a release with it could not be rolled back: "
            f"{failure.message}{statement}",
            step.hint or "mend the downgrade, then run `migseal check` again",
            told_by="stamped-history" if step.stamped else "",
        )


RULE = Rule("failed-downgrade", Trip, judge, allowable=True)
