"""A downgrade did not restore the values of rows, or the number that a sequence gives next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from checks.finding import Finding, Severity
from checks.migration import Effect, Leg, Step, Trip, place
from checks.rules.rows import SHOWN, restored
from checks.rules.rule import Rule

if TYPE_CHECKING:
    from checks.migration import SequenceDifference

FIX = "let the downgrade compute the old values, or let the upgrade keep them in a column or table of its own"


def judge(trip: Trip) -> Iterator[Finding]:
    """Yield an error that names the tables and columns; a sequence that went back is a note."""
    yield from restored("altered-row", Effect.ALTERED, trip, FIX)
    for step in trip.steps:
        back = tuple(one for one in step.sequences if one.back)
        if step.leg is Leg.DOWN and back and not (step.rows or step.to_empty):
            yield _of_sequences(step, back)


def _of_sequences(step: Step, back: Sequence[SequenceDifference]) -> Finding:
    version = step.migration.version
    more = f"; and {len(back) - SHOWN} more" if len(back) > SHOWN else ""
    return Finding(
        "altered-row",
        Severity.NOTE,
        step.project.name,
        version,
        place(step.project, step.migration.down_file or step.migration.file),
        step.migration.down_line or 1,
        f"after the downgrade of {version} sequences give numbers again that they have given: "
        f"{'; '.join(map(_told, back[:SHOWN]))}{more}",
        "see that no row has these numbers",
        kind="sequence",
        subjects=tuple(f"sequence {one.sequence}" for one in back),
    )


def _told(one: SequenceDifference) -> str:
    after = "none" if one.after is None else one.after
    return f"the last one of {one.sequence} was {one.before} and is {after}"


RULE = Rule("altered-row", Trip, judge, allowable=True)
