"""Databases that ran the base's migrations and new ones come to different schemas."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import Change, Difference, Effect, Meeting, Tier, place
from checks.rules.rule import Rule, checkout

WORDS = {
    Effect.LEFT: "is only in new databases",
    Effect.LOST: "is only in deployed ones",
    Effect.ALTERED: "is another in new databases",
    Effect.REORDERED: "has its columns in another order in new databases",
    Effect.GROWN: "is another in new databases",
    Effect.OWNED: "is of its own, beside its parent's, in new databases",
}
SHOWN = 8


def judge(meeting: Meeting) -> Iterator[Finding]:
    """Yield a finding where both ways lead to different databases, or one of them leads nowhere."""
    if meeting.met:
        return
    first = next((change for change in meeting.changes if change.baseline), meeting.changes[0])
    migration = first.after or first.before
    assert migration is not None
    project = meeting.project
    covered = tuple(m.version for c in (first, *meeting.changes) if (m := c.before or c.after))
    covered = tuple(dict.fromkeys(covered))
    what = "in the place of" if first.baseline else "changed too:"
    more = f" ({what} {', '.join(covered[1:SHOWN])})" if len(covered) > 1 else ""
    line = first.edit.line if first.edit else 1
    yield Finding(
        "diverging-histories",
        Severity.ERROR if meeting.locked else Severity.WARNING,
        project.name,
        migration.version,
        place(project, migration.file),
        line if first.after else 0,
        f"{_happened(first)}{more}, and deployed databases and new ones differ: {_told(meeting)}",
        _mend(first),
        covers=covered,
    )


def _mend(change: Change) -> str:
    if change.before is None:
        return f"let {change.after.version if change.after else ''} come after the newest migration"
    restore = f"migseal restore {change.before.version}"
    if change.baseline:
        version = change.before.version
        return f"let {version} make what deployed databases have; or take the squash back: {restore}"
    if change.tier is not Tier.LOCKED:
        restore = checkout(change.project, change.before)
    return restore if change.deleted else f"{restore}, and put the change into a new migration"


def _happened(change: Change) -> str:
    """Say what was done to a migration."""
    if change.before is None:
        version = change.after.version if change.after else ""
        return f"new migration {version} comes before what is there"
    if change.baseline:
        return f"migration {change.before.version} is the baseline of a squash"
    state = "deployed" if change.tier is Tier.LOCKED else "merged"
    if change.deleted or change.renumbered:
        what = "is gone"
    else:
        what = "was re-pointed" if change.reordered else "was edited"
    return f"migration {change.before.version} is {state} and {what}"


def _told(meeting: Meeting) -> str:
    if meeting.failure is not None and meeting.failed is not None:
        where = "a deployed database" if meeting.deployed else "a new one"
        failure = meeting.failure
        statement = f" in: {failure.statement}" if failure.statement else ""
        return f"{meeting.failed.version} fails on {where}: {failure.message}{statement}"
    real = [d for d in meeting.differences if not d.effect.mild]
    more = f"; and {len(real) - SHOWN} more" if len(real) > SHOWN else ""
    return "; ".join(tell(difference) for difference in real[:SHOWN]) + more


def tell(difference: Difference) -> str:
    """Say a difference, with which side has it."""
    subject = f"{difference.kind} {difference.name}"
    detail = f" ({difference.detail})" if difference.detail else ""
    return f"{subject} {WORDS[difference.effect]}{detail}"


RULE = Rule("diverging-histories", Meeting, judge)
