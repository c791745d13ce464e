"""A migration that is deployed or merged is gone."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import Change, Tier, place
from checks.rules.rule import Rule, checkout


def judge(change: Change) -> Iterator[Finding]:
    """Yield a finding for a migration that is gone: an error if it was locked, a warning if only merged."""
    if change.before is None or change.after is not None:
        return
    locked = change.tier is Tier.LOCKED
    version = change.before.version
    why = (
        "is deployed and its file is gone: databases that ran it stand at a version that nobody knows"
        if locked
        else "is merged and its file is gone: whoever has run it stands at a version that nobody knows"
    )
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
        f"{mend}; to undo it, write a new migration",
        alike=why,
    )


RULE = Rule("deleted-migration", Change, judge)
