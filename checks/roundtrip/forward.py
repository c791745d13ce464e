"""Up with rows, in databases of their own: what has no way down, or one that has to be mended first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from checks.migration import Leg, Migration, Result, Step, Trip
from checks.roundtrip.legs import is_dirty, run
from checks.roundtrip.populate import clear
from checks.roundtrip.populated import filled_for, leg_with, unmade

if TYPE_CHECKING:
    from checks.roundtrip.journey import Journey, Ride, Rides

    Visit = Callable[[Ride, Step], bool]

NOT_DOWN = (Result.FAILED, Result.REFUSED, Result.SKIPPED)
NOT_REACHED = "a migration below it fails on the rows that were made"


def forward(journey: Journey, rides: Rides) -> None:
    """Take those up that did not go down, or not without leaving something, with rows in their tables.

    The steps join the trips of the journey.
    """
    populate = journey.plan.history.project.populate
    waiting = {t.migration.version: t.steps[0] for t in journey.trips if populate and _is_one_way(t)}

    def visit(ride: Ride, up: Step) -> bool:
        return _go(journey, ride, up)

    for up in climb(journey, rides, waiting, visit):
        skipped = replace(up, leg=Leg.POPULATED_UP, result=Result.SKIPPED, reason=NOT_REACHED, witness=None)
        join(journey, skipped)


def _is_one_way(trip: Trip) -> bool:
    """Tell whether a migration went up, and was never tried with rows."""
    up, *others = trip.steps
    if up.result is not Result.PASSED or not others or any(step.leg.populated for step in others):
        return False
    down = others[0]
    return down.result in NOT_DOWN or is_dirty(down) or bool(down.reason)


def climb(journey: Journey, rides: Rides, waiting: dict[str, Step], visit: Visit) -> tuple[Step, ...]:
    """Go up in new databases, and stop at each migration that waits.

    Args:
        journey: On which they are.
        rides: Makes the databases.
        waiting: How each went up, by its version; empty when all is done.
        visit: Takes the migration up by itself; False if nothing else is to be run in its database.

    Returns:
        Those that could not be reached.
    """
    while waiting:
        number = len(waiting)
        with rides() as ride:
            _climb_once(journey, ride, waiting, visit)
            if ride.stays(journey.trips) or len(waiting) == number:
                return tuple(waiting.values())
    return ()


def _climb_once(journey: Journey, ride: Ride, waiting: dict[str, Step], visit: Visit) -> None:
    last = max(n for n, m in enumerate(journey.plan.order) if m.version in waiting)
    for migration in journey.plan.order[ride.ahead : last + 1]:
        if migration.version in journey.lost:
            continue
        up = waiting.pop(migration.version, None)
        if not (visit(ride, up) if up else pass_by(journey, ride, migration)):
            return


def pass_by(journey: Journey, ride: Ride, migration: Migration) -> bool:
    """Take a migration up that is only on the way; tell whether it passed."""
    ride.books.forget()
    ride.watch.forget()
    return run(journey, ride, migration, Leg.UP, together=True).result is Result.PASSED


def _go(journey: Journey, ride: Ride, up: Step) -> bool:
    """Take one migration up, with rows; False where it fails, or where they could not be taken away again."""
    filled = filled_for(journey, ride, up, ride.look())
    if filled is None:
        return pass_by(journey, ride, up.migration)
    step = leg_with(journey, ride, up.migration, Leg.POPULATED_UP, filled)
    join(journey, step if filled.rows else unmade(up, filled))
    return step.result is Result.PASSED and clear(ride.eye, filled)


def join(journey: Journey, step: Step) -> None:
    """Add a step to the trip of its migration."""
    for place, trip in enumerate(journey.trips):
        if trip.migration.version == step.migration.version:
            journey.trips[place] = Trip(trip.project, trip.migration, (*trip.steps, step))
            return
