"""A new migration that cannot be undone, where the others can."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import Comparison, Downgrade, Migration, Tier, downgrades_are_kept, place
from checks.rules.rule import Rule

WORDS = {
    Downgrade.ABSENT: "has no downgrade",
    Downgrade.EMPTY: "has a downgrade that does nothing",
    Downgrade.REFUSED: "refuses to be downgraded, and does not say why",
}


def judge(comparison: Comparison) -> Iterator[Finding]:
    """Yield a warning for each new migration without a downgrade; off where no locked one has any.

    One that says why there is no way back is accepted: that is a note, so that whoever reviews it sees it.
    """
    if not downgrades_are_kept(comparison):
        return
    for change in comparison.changes:
        migration = change.after
        if change.tier is Tier.NEW and migration and migration.downgrade in WORDS:
            reason = migration.refusal.reason if migration.refusal else ""
            yield _accepted(comparison, migration, reason) if reason else _missing(comparison, migration)


def _missing(comparison: Comparison, migration: Migration) -> Finding:
    told = f"new migration {migration.version} {WORDS[migration.downgrade]}"
    fix = "write the downgrade, or say why there can be none: `migseal: irreversible: WHY` in a comment"
    return _finding(
        comparison, migration, Severity.WARNING, f"{told}: a release with it cannot be rolled back", fix
    )


def _accepted(comparison: Comparison, migration: Migration, reason: str) -> Finding:
    told = f"new migration {migration.version} cannot be undone, and says why: {reason}"
    fix = "nothing, if the reason holds; else write the downgrade"
    return _finding(comparison, migration, Severity.NOTE, told, fix, reason)


def _finding(
    comparison: Comparison,
    migration: Migration,
    severity: Severity,
    message: str,
    fix: str,
    reason: str = "",
) -> Finding:
    refusal = migration.refusal
    return Finding(
        "missing-downgrade",
        severity,
        comparison.project.name,
        migration.version,
        place(comparison.project, migration.files[refusal.file] if refusal else migration.file),
        refusal.line if refusal else migration.line,
        message,
        fix,
        allowed=reason,
    )


RULE = Rule("missing-downgrade", Comparison, judge, Severity.WARNING, allowable=True)
