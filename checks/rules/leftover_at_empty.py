"""After all downgrades something is still there that no single downgrade had left."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import Result, Trip, place
from checks.rules.leftover_object import SHOWN, mending, subjects, tell
from checks.rules.rule import Rule


def judge(trip: Trip) -> Iterator[Finding]:
    """Yield an error for what is left at an empty database."""
    for step in trip.steps:
        if step.result is not Result.DIFFERENT or not step.to_empty:
            continue
        told = "; ".join(tell(difference) for difference in step.differences[:SHOWN])
        more = f"; and {len(step.differences) - SHOWN} more" if len(step.differences) > SHOWN else ""
        yield Finding(
            "leftover-at-empty",
            Severity.ERROR,
            step.project.name,
            step.migration.version,
            place(step.project, step.migration.down_file or step.migration.file),
            step.migration.line,
            f"after all downgrades the database is not empty: {told}{more}",
            mending(step.differences),
            subjects=subjects(step.differences),
        )


RULE = Rule("leftover-at-empty", Trip, judge, allowable=True)
