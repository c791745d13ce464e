"""The history has more heads than it had at the base."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import Comparison, Tier, heads, place
from checks.rules.rule import Rule


def judge(comparison: Comparison) -> Iterator[Finding]:
    """Yield an error if there are more heads than before (or than one, where there was no history)."""
    now = heads(comparison.head)
    before = len(heads(comparison.before)) if comparison.before else 0
    if len(now) <= max(before, 1):
        return
    new = {c.after.version for c in comparison.changes if c.after and c.tier is Tier.NEW}
    told = next((head for head in now if head.version in new), now[-1])
    names = [head.version for head in now]
    yield Finding(
        "two-heads",
        Severity.ERROR,
        comparison.project.name,
        told.version,
        place(comparison.project, told.file),
        told.line,
        f"the history has {len(now)} heads ({', '.join(names)}), and had {max(before, 1)}: "
        "`alembic upgrade head` will refuse to choose",
        f"alembic merge -m merge {' '.join(names)}, or let {told.version} come after the other head",
    )


RULE = Rule("two-heads", Comparison, judge)
