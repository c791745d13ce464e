"""A new migration that cannot be undone, where the others can."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import Comparison, Downgrade, Tier, downgrades_are_kept, place
from checks.rules.rule import Rule

WORDS = {
    Downgrade.ABSENT: "has no downgrade",
    Downgrade.EMPTY: "has a downgrade that does nothing",
    Downgrade.REFUSED: "refuses to be downgraded",
}


def judge(comparison: Comparison) -> Iterator[Finding]:
    """Yield a warning for each new migration without a downgrade; off where no locked one has any."""
    if not downgrades_are_kept(comparison):
        return
    for change in comparison.changes:
        migration = change.after
        if change.tier is Tier.NEW and migration and migration.downgrade in WORDS:
            yield Finding(
                "missing-downgrade",
                Severity.WARNING,
                comparison.project.name,
                migration.version,
                place(comparison.project, migration.file),
                migration.line,
                f"new migration {migration.version} {WORDS[migration.downgrade]}: "
                "a release with it cannot be rolled back",
                "write the downgrade, or set `rules: {missing-downgrade: off}`",
            )


RULE = Rule("missing-downgrade", Comparison, judge, Severity.WARNING, allowable=True)
