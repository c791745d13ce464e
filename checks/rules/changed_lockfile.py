"""The lockfile lost or changed what the base's lockfile has, or locks what is not so."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import LockChange
from checks.rules.rule import Rule


def judge(change: LockChange) -> Iterator[Finding]:
    """Yield an error for each change of the lockfile that is no honest addition; of some that are, a note."""
    if change.honest:
        yield _seen(change)
        return
    yield Finding(
        "changed-lockfile",
        Severity.ERROR,
        change.project,
        change.version,
        change.path,
        change.line,
        f"{change.subject} {change.what} in {change.path}: the lockfile is the record of what is deployed, "
        "and only grows",
        f"git rm --force {change.path}, then migseal init"
        if change.adopting
        else f"git checkout <base> -- {change.path}, then migseal lock",
        alike=change.what,
    )


def _seen(change: LockChange) -> Finding:
    return Finding(
        "changed-lockfile",
        Severity.NOTE,
        change.project,
        change.version,
        change.path,
        change.line,
        f"{change.subject} {change.what} in {change.path}: it counts once it is merged",
        f"nothing, if it is so; else git checkout <base> -- {change.path}, then migseal lock",
        alike=change.what,
    )


RULE = Rule("changed-lockfile", LockChange, judge)
