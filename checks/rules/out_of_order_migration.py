"""A new migration comes before one that is deployed."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import Change, Comparison, History, Migration, Tier, place
from checks.rules.rule import Rule


def judge(comparison: Comparison) -> Iterator[Finding]:
    """Yield an error for each new migration that slips in before a locked one.

    Where a locked migration itself was re-pointed, reordered-migration tells it.
    """
    repointed = {c.before.version for c in comparison.changes if c.before and c.reordered}
    later = _later_locked(comparison.head, comparison.locked.keys() - repointed)
    for change in comparison.changes:
        migration = change.after
        if change.tier is Tier.NEW and migration is not None and migration.version in later:
            yield _finding(change, migration, later[migration.version], linear=comparison.head.linear)


def _finding(change: Change, migration: Migration, locked: str, *, linear: bool) -> Finding:
    fix = (
        "rename the file to a number or time after the newest migration's"
        if linear
        else f"let it come after the newest migration, and put what depends on it back: migseal restore {locked}"
    )
    return Finding(
        "out-of-order-migration",
        Severity.ERROR,
        change.project.name,
        migration.version,
        place(change.project, migration.file),
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
