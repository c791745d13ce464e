"""A downgrade left, lost or altered something."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import Difference, Effect, Result, Step, Trip, place
from checks.rules.rule import Rule

WORDS = {
    Effect.LEFT: "is still there",
    Effect.LOST: "is gone, and was there before",
    Effect.ALTERED: "is not as it was",
    Effect.REORDERED: "has its columns in another order",
}
SHOWN = 8


def judge(trip: Trip) -> Iterator[Finding]:
    """Yield an error that names all that a downgrade did not restore; column order alone is a note."""
    for step in trip.steps:
        if step.result is Result.DIFFERENT and not step.to_empty:
            real = tuple(d for d in step.differences if d.effect is not Effect.REORDERED)
            order = tuple(d for d in step.differences if d.effect is Effect.REORDERED)
            if real:
                yield _finding(step, real, Severity.ERROR)
            elif order:
                yield _finding(step, order, Severity.NOTE)


def tell(difference: Difference) -> str:
    """Say a difference as a person would: "enum type public.mood is still there"."""
    subject = f"{difference.kind} {difference.name}"
    return f"{subject}: {difference.detail}" if difference.detail else f"{subject} {WORDS[difference.effect]}"


def _finding(step: Step, differences: tuple[Difference, ...], severity: Severity) -> Finding:
    version = step.migration.version
    told = "; ".join(tell(difference) for difference in differences[:SHOWN])
    more = f"; and {len(differences) - SHOWN} more" if len(differences) > SHOWN else ""
    mend = " ".join(d.mend for d in differences if d.mend)
    if severity is Severity.NOTE:
        fix = "nothing to do, unless something reads the columns by their order"
    else:
        fix = f"add to the downgrade: {mend}" if mend else "let the downgrade restore what was there"
    return Finding(
        "leftover-object",
        severity,
        step.project.name,
        version,
        place(step.project, step.migration.down_file or step.migration.file),
        step.migration.down_line or 1,
        f"the downgrade of {version} does not restore what was there: {told}{more}",
        fix,
        kind=differences[0].effect.value,
    )


RULE = Rule("leftover-object", Trip, judge)
