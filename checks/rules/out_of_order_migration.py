"""A new migration comes before one that is deployed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from checks.finding import Finding, Severity
from checks.migration import Comparison, History, Migration, Tier, place
from checks.rules.rule import Rule, renumber


def judge(comparison: Comparison) -> Iterator[Finding]:
    """Yield an error for each new migration that slips in before a locked one.

    Where a locked migration itself was re-pointed, reordered-migration tells it.
    """
    repointed = {c.before.version for c in comparison.changes if c.before and c.reordered}
    later = _later_locked(comparison.head, comparison.locked.keys() - repointed)
    new = [change.after for change in comparison.changes if change.after and change.tier is Tier.NEW]
    late = [migration for migration in new if migration.version in later]
    for step, migration in enumerate(late, 1):
        finding = _finding(comparison.head, migration, later[migration.version], step)
        yield _proved(finding, later[migration.version]) if comparison.proved else finding


def _proved(finding: Finding, locked: str) -> Finding:
    """Make a note of a finding that was proved to be harmless."""
    message = (
        f"new migration {finding.migration} comes before {locked}, which is deployed; it was proved that "
        "databases which run it last, and new ones which run it in its place, come to the same schema and "
        "rows"
    )
    return replace(finding, severity=Severity.NOTE, message=message, fix=f"nothing, or: {finding.fix}")


def _finding(history: History, migration: Migration, locked: str, step: int) -> Finding:
    if history.linear:
        command = renumber(history, migration, step)
        fix = command or "rename the file to a number or time after the newest migration's"
    else:
        fix = f"migseal restore {locked}, and let {migration.version} come after the newest migration"
    return Finding(
        "out-of-order-migration",
        Severity.ERROR,
        history.project.name,
        migration.version,
        place(history.project, migration.file),
        migration.line,
        f"new migration {migration.version} comes before {locked}, which is deployed: databases that are "
        "past that point will skip it, or run it in another order than new ones",
        fix,
    )


def _later_locked(history: History, locked: set[str]) -> dict[str, str]:
    """Give for each migration the nearest locked one that comes after it."""
    found: dict[str, str] = {}
    next_locked = ""
    for migration in reversed(history.migrations):
        version = migration.version
        if history.linear:
            if next_locked:
                found[version] = next_locked
            next_locked = version if version in locked else next_locked
            continue
        reached = version if version in locked else found.get(version, "")
        if reached:
            found |= dict.fromkeys(migration.after, reached)
    return found


RULE = Rule("out-of-order-migration", Comparison, judge)
