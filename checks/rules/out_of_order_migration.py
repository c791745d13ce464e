"""A new migration comes before one that is deployed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from checks.finding import Finding, Severity
from checks.migration import Comparison, History, Migration, Tier, place
from checks.rules.rule import Rule, renumber


def judge(comparison: Comparison) -> Iterator[Finding]:
    """Yield an error for each new migration that slips in before a locked one.

    It is a warning where the project's runner surely runs it late, and a note where it was proved that this
    does no harm; a runner that refuses it refuses it all the same. Where a locked migration itself was
    re-pointed, reordered-migration tells it.
    """
    repointed = {c.before.version for c in comparison.changes if c.before and c.reordered}
    later = _later_locked(comparison.head, comparison.locked.keys() - repointed)
    new = [change.after for change in comparison.changes if change.after and change.tier is Tier.NEW]
    late = [migration for migration in new if migration.version in later]
    for step, migration in enumerate(late, 1):
        locked, runner = later[migration.version], comparison.head.runner
        finding = _finding(comparison.head, migration, locked, step)
        runs = runner is None or runner.runs_late
        yield _proved(finding, comparison.head, locked) if comparison.proved and runs else finding


def _proved(finding: Finding, history: History, locked: str) -> Finding:
    """Make a note of a finding that was proved to be harmless."""
    unsure = history.linear and history.runner is None
    message = (
        f"new migration {finding.migration} comes before {locked}, which is deployed; it was proved that "
        "databases which run it last, and new ones which run it in its place, come to the same schema and "
        f"rows{'; a runner that skips it, as golang-migrate does, never gets there' if unsure else ''}"
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
        Severity.WARNING if history.runner and history.runner.runs_late else Severity.ERROR,
        history.project.name,
        migration.version,
        place(history.project, migration.file),
        migration.line,
        f"new migration {migration.version} comes before {locked}, which is deployed: "
        f"{_outcome(history, locked)}",
        fix,
    )


def _outcome(history: History, locked: str) -> str:
    """Say what becomes of it."""
    runner = history.runner
    if runner is None:
        skips, runs = (" (as golang-migrate does)", " (as sqlx does)") if history.linear else ("", "")
        return (
            f"databases that are past that point will skip it{skips}, or run it in another order than new "
            f"ones{runs}"
        )
    name = f"{runner.name}{f' without {runner.option}' if runner.option else ''}"
    if runner.runs_late:
        return f"{name} runs it there after {locked}, and before it on new databases: they may differ then"
    return f"{name} refuses it there, and with it all that comes after: the deploy stops"


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
