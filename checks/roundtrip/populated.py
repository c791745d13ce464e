"""What is new once more, with rows in the tables that it touches: deployed tables are not empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from checks.migration import Leg, Migration, Population, Result, Step, Trip
from checks.roundtrip.legs import is_dirty, judged, run
from checks.roundtrip.populate import Filled, clear, fill

if TYPE_CHECKING:
    from checks.roundtrip.journey import Journey, Ride, Rides, State

MANY = 40  # tables: so many are filled where the server does not tell which ones are touched
NUMBER = "SELECT to_regclass(%s)::oid::bigint"
ONE_WAY = (Result.REFUSED, Result.SKIPPED)
NOT_REACHED = "a migration below it fails on the rows that were made"


def populated(journey: Journey, ride: Ride, up: Step, before: State) -> tuple[tuple[Step, ...], bool]:
    """Take a migration that was up and down up and down once more, with rows in the tables that it touches.

    Args:
        journey: On which it is.
        ride: Where nothing is left of it.
        up: How it went up.
        before: The state in which the database is.

    Returns:
        The steps, none where it touches nothing; and whether the database is as it was.
    """
    filled = _filled(journey, ride, up, before)
    if filled is None:
        return (), True
    if not filled.rows:
        return (_unmade(up, filled),), True
    full = ride.look()
    steps = [_leg(journey, ride, up.migration, Leg.POPULATED_UP, filled)]
    if steps[0].result is Result.PASSED:
        down = _leg(journey, ride, up.migration, Leg.POPULATED_DOWN, filled)
        passed = down.result is Result.PASSED
        steps.append(_lossy(judged(ride, down, full, ride.look())) if passed else down)
    stays = ride.stays((Trip(up.project, up.migration, tuple(steps)),))
    return tuple(steps), not stays and _is_clean(ride, steps[-1], filled, before)


def _lossy(step: Step) -> Step:
    """Forget what was NULL and is not: there was nothing to lose."""
    rows = tuple(row for row in step.rows if not row.of_null)
    different = rows or step.differences
    return replace(step, rows=rows, result=step.result if different else Result.PASSED)


def _is_clean(ride: Ride, last: Step, filled: Filled, before: State) -> bool:
    """Take the rows away; tell whether that leaves the database as it was."""
    if not clear(ride.eye, filled):
        return False
    left = judged(ride, replace(last, result=Result.PASSED), before, ride.look())
    return not is_dirty(left)


def forward(journey: Journey, rides: Rides) -> None:
    """Take those up that cannot go down, with rows in the tables that they touch, in databases of their own.

    The steps join the trips of the journey.
    """
    waiting = dict(_one_way(journey))
    while waiting:
        with rides() as ride:
            last = max(n for n, m in enumerate(journey.plan.order) if m.version in waiting)
            for migration in journey.plan.order[ride.ahead : last + 1]:
                if migration.version not in journey.lost and not _go(journey, ride, migration, waiting):
                    break
            if ride.stays(journey.trips):
                return


def _one_way(journey: Journey) -> Mapping[str, Step]:
    """Give the steps up of what did not go down again, or not without leaving what cannot be taken back."""
    populate = journey.plan.history.project.populate
    return {trip.migration.version: trip.steps[0] for trip in journey.trips if populate and _is_one_way(trip)}


def _is_one_way(trip: Trip) -> bool:
    up, *others = trip.steps
    if up.result is not Result.PASSED or not others:
        return False
    down = others[0]
    stays = down.leg is Leg.DOWN and down.result is Result.PASSED and bool(down.reason)
    return stays or [step.result in ONE_WAY for step in others] == [True]


def _go(journey: Journey, ride: Ride, migration: Migration, waiting: dict[str, Step]) -> bool:
    """Take one migration up; False where it fails."""
    up = waiting.pop(migration.version, None)
    filled = _filled(journey, ride, up, ride.look()) if up else None
    if up is None or filled is None:
        step = run(journey, ride, migration, Leg.UP, together=True)
        if step.result is not Result.PASSED:
            _give_up(journey, waiting)
        return step.result is Result.PASSED
    step = _leg(journey, ride, migration, Leg.POPULATED_UP, filled)
    _join(journey, step if filled.rows else _unmade(up, filled))
    return step.result is Result.PASSED


def _give_up(journey: Journey, waiting: dict[str, Step]) -> None:
    """Say of all that wait that they are not reached: what is below fails on rows that were made for it."""
    for up in waiting.values():
        _join(
            journey,
            replace(up, leg=Leg.POPULATED_UP, result=Result.SKIPPED, reason=NOT_REACHED, witness=None),
        )
    waiting.clear()


def _join(journey: Journey, step: Step) -> None:
    """Add a step to the trip of its migration."""
    for place, trip in enumerate(journey.trips):
        if trip.migration.version == step.migration.version:
            journey.trips[place] = Trip(trip.project, trip.migration, (*trip.steps, step))
            return


def _filled(journey: Journey, ride: Ride, up: Step, before: State) -> Filled | None:
    """Make rows in the tables that a migration touches; None where there are none."""
    if not journey.plan.history.project.populate:
        return None
    touched: tuple[str, ...] = ()
    if up.witness is not None:
        touched = up.witness.touched if up.witness.complete else tuple(before.catalog.columns())[:MANY]
    numbers = [ride.eye.execute(NUMBER, (name,)).fetchall()[0][0] for name in touched]
    found = [number for number in numbers if number is not None]
    return fill(ride.eye, found) if found else None


def _leg(journey: Journey, ride: Ride, migration: Migration, leg: Leg, filled: Filled) -> Step:
    ride.books.forget()
    ride.watch.forget()
    step = run(journey, ride, migration, leg)
    told = f"no rows could be made in {_reasons(filled)}" if filled.unmade else ""
    population = Population(filled.rows, filled.unmade)
    return replace(step, population=population, reason=step.reason or told)


def _unmade(up: Step, filled: Filled) -> Step:
    return Step(
        up.project,
        up.migration,
        Leg.POPULATED_UP,
        Result.SKIPPED,
        population=Population(filled.rows, filled.unmade),
        reason=f"no rows could be made in {_reasons(filled)}",
    )


def _reasons(filled: Filled) -> str:
    return "; ".join(f"{table}: {reason}" for table, reason in filled.unmade.items())
