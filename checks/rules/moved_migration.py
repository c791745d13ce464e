"""A migration that is deployed stands at another path, or its bytes under another version."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import Change, Tier, place
from checks.rules.rule import Rule, rename


def judge(change: Change) -> Iterator[Finding]:
    """Yield a note for a move, an error where the bytes of a locked migration got a new version."""
    if change.before is None or change.after is None or not (change.moved or change.renumbered):
        return
    if change.edited:
        return  # edited-migration or reordered-migration tells it; a second file alone is no move
    old, new = place(change.project, change.before.file), place(change.project, change.after.file)
    version = change.before.version
    if change.renumbered:
        locked = change.tier is Tier.LOCKED
        severity = Severity.ERROR if locked else Severity.WARNING
        ran = "deployed" if locked else "merged"
        message = (
            f"migration {version} is {ran} and stands under version {change.after.version} now: "
            "databases that ran it will run it again"
        )
        files = zip(change.after.files, change.before.files, strict=True)
        moves = rename(change.project, ((now.path, then.path) for now, then in files))
        fix = f"migseal restore {version}" if locked else moves
    elif change.tier is Tier.LOCKED:
        severity = Severity.NOTE
        message = f"migration {version} was moved from {old}: its version is the same, so nothing runs again"
        fix = "nothing to do"
    else:
        return
    yield Finding("moved-migration", severity, change.project.name, version, new, 1, message, fix)


RULE = Rule("moved-migration", Change, judge)
