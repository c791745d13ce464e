"""A downgrade drops the table in which the tool keeps its version."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import Trip, place
from checks.rules.rule import Rule


def judge(trip: Trip) -> Iterator[Finding]:
    """Yield an error where the tool's own table is gone after a leg."""
    for step in trip.steps:
        if step.lost_version_table:
            version = step.migration.version
            failure = step.failure
            yield Finding(
                "lost-version-table",
                Severity.ERROR,
                step.project.name,
                version,
                (failure.path if failure else None) or place(step.project, step.migration.file),
                (failure.line if failure else None) or step.migration.line,
                f"the {'downgrade' if step.leg == 'down' else 'upgrade'} of {version} drops the tool's own "
                "version table: the tool no longer knows where the database stands",
                "drop only what the migration made: no DROP SCHEMA ... CASCADE, no metadata.drop_all()",
            )


RULE = Rule("lost-version-table", Trip, judge)
