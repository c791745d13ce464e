"""A migration that is deployed or merged is gone."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import Change, Migration, Tier, place
from checks.rules.rule import Rule, checkout

PROVED = "it was proved that deployed databases and new ones come to the same schema and rows"
UNPROVED = "only a check with a database proves that deployed databases and new ones come to the same"


def judge(change: Change) -> Iterator[Finding]:
    """Yield a finding for a migration that is gone: an error if it was locked, a warning if only merged."""
    if change.before is None or change.after is not None:
        return
    if change.retirement is not None and not change.retirement.void:
        yield _retired(change, change.before, change.retirement.by)
        return
    locked = change.tier is Tier.LOCKED
    version = change.before.version
    why = (
        "is deployed and its file is gone: databases that ran it stand at a version that nobody knows"
        if locked
        else "is merged and its file is gone: whoever has run it stands at a version that nobody knows"
    )
    if change.retirement is not None:
        why += f"; its retirement does not count: {change.retirement.void}"
    path = place(change.project, change.before.file)
    mend = f"migseal restore {version}" if locked else checkout(change.project, change.before)
    yield Finding(
        "deleted-migration",
        Severity.ERROR if locked else Severity.WARNING,
        change.project.name,
        version,
        path,
        0,
        f"migration {version} {why}",
        f"migseal squash --upto {change.retirement.by}, or {mend}"
        if change.retirement
        else f"{mend}; to undo it, write a new migration",
        alike=why,
    )


def _retired(change: Change, migration: Migration, by: str) -> Finding:
    """Tell of a squash: a note where it was proved, a warning where nothing was run that could prove it."""
    why = f"was retired, and {by} stands for it: " + (PROVED if change.proved else UNPROVED)
    return Finding(
        "deleted-migration",
        Severity.NOTE if change.proved else Severity.WARNING,
        change.project.name,
        migration.version,
        place(change.project, migration.file),
        0,
        f"migration {migration.version} {why}",
        f"nothing; to take the squash back: migseal restore {migration.version}"
        if change.proved
        else "migseal check, without --files-only",
        kind="retired",
        alike=why,
    )


RULE = Rule("deleted-migration", Change, judge)
