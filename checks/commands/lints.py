"""What squawk-cli says of new migrations, where it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks import squawk
from checks.migration import Leg, Lint, Result, Step, Tier, Trip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from checks.commands.situation import Situation


def lints(situation: Situation, trips: Iterable[Trip], *, must: bool) -> tuple[Lint, ...]:
    """Let squawk look at what the new ones of some migrations sent on their first way up.

    Args:
        situation: What there is.
        trips: All that were made.
        must: Whether squawk must be there.

    Raises:
        CannotCheckError: It is not there and must be, or is there and does not work.
    """
    program = squawk.find()
    if program is None:
        if must:
            raise squawk.missing()
        return ()
    steps = tuple(_new(situation, trips))
    return squawk.lint(program, situation.repository.root, steps, situation.config.major) if steps else ()


def _new(situation: Situation, trips: Iterable[Trip]) -> Iterator[Step]:
    new = {
        (name, change.after.version)
        for name, comparison in situation.comparisons.items()
        for change in comparison.changes
        if change.tier is Tier.NEW and change.after is not None
    }
    for trip in trips:
        first = next((step for step in trip.steps if step.leg is Leg.UP and not step.to_empty), None)
        if first and first.result is Result.PASSED and (trip.project.name, trip.migration.version) in new:
            yield first
