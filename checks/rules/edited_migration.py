"""A migration that is deployed or merged has other bytes now."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import Change, Tier, place
from checks.rules.rule import Rule, checkout


def judge(change: Change) -> Iterator[Finding]:
    """Yield a finding for an edit: an error for a locked migration, a warning for a merged one."""
    if change.before is None or change.after is None or not change.edited:
        return
    if change.reordered and change.project.tool == "alembic":
        return  # new parents are an edit too, and reordered-migration tells them better
    locked = change.tier is Tier.LOCKED
    version = change.before.version
    if locked:
        why = "is deployed and was edited: databases that ran it will never see the edit, new ones will"
    else:
        why = "is merged and was edited: whoever has run it already will not see the edit"
    mend = f"migseal restore {version}" if locked else checkout(change.project, change.before)
    told = "; the lockfile was rewritten to match, but the base's lockfile decides" if change.relocked else ""
    yield Finding(
        "edited-migration",
        Severity.ERROR if locked else Severity.WARNING,
        change.project.name,
        version,
        place(change.project, change.file or change.after.file),
        change.line,
        f"migration {version} {why}{told}",
        f"{mend}, and put the change into a new migration",
        alike=f"{why}{told}",
    )


RULE = Rule("edited-migration", Change, judge)
