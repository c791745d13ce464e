"""A migration comes after one that is not there, or after itself."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import Comparison, Migration, place
from checks.rules.rule import Rule


def judge(comparison: Comparison) -> Iterator[Finding]:
    """Yield an error for each parent that is missing without a finding of its own, and for a circle."""
    history = comparison.head
    gone = {c.before.version for c in comparison.changes if c.before and c.after is None}
    unread = bool(history.problems)
    present = {migration.version for migration in history.migrations}
    seen: set[str] = set()
    circle = False
    for migration in history.migrations:
        missing = [v for v in migration.after if v not in present and v not in gone]
        late = [v for v in migration.after if v in present and v not in seen]
        if missing and not unread:
            yield _finding(comparison, migration, f"comes after {missing[0]}, which is not there")
        elif late and not circle:
            circle = True
            yield _finding(comparison, migration, f"comes after itself, by way of {late[0]}")
        seen.add(migration.version)


def _finding(comparison: Comparison, migration: Migration, what: str) -> Finding:
    return Finding(
        "broken-history",
        Severity.ERROR,
        comparison.project.name,
        migration.version,
        place(comparison.project, migration.file),
        migration.line,
        f"migration {migration.version} {what}: the tool cannot order the history, and will not run",
        "correct its parent (Alembic: down_revision), or bring the missing file back",
    )


RULE = Rule("broken-history", Comparison, judge)
