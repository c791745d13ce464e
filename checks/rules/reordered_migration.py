"""A migration that is deployed or merged declares other parents."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import Change, Tier, place
from checks.rules.rule import Rule, checkout

WHY = "databases that stand above the new place will never run what was slipped in below"
PROVED = "it was proved that deployed databases and new ones come to the same schema all the same"


def judge(change: Change) -> Iterator[Finding]:
    """Yield a finding where the parents changed: an error if locked, a warning if only merged."""
    if change.before is None or change.after is None or not change.reordered or change.amended:
        return
    locked = change.tier is Tier.LOCKED
    version = change.before.version
    old = ", ".join(change.before.after) or "nothing"
    new = ", ".join(change.after.after) or "nothing"
    state = "deployed" if locked else "merged"
    mend = f"migseal restore {version}" if locked else checkout(change.project, change.before)
    yield Finding(
        "reordered-migration",
        Severity.NOTE if change.proved else Severity.ERROR if locked else Severity.WARNING,
        change.project.name,
        version,
        place(change.project, change.after.file),
        change.after.line,
        f"migration {version} is {state} and was re-pointed: it came after {old}, now after {new}; "
        + (PROVED if change.proved else WHY),
        f"{mend}, and let new migrations come after the newest one",
    )


RULE = Rule("reordered-migration", Change, judge)
