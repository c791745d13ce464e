"""What failed on made rows once more, with rows that fit: a text is rarely made as an enum wants it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from checks.migration import Failure, Leg, Result, Step, Trip
from checks.roundtrip.forward import climb, pass_by
from checks.roundtrip.populate import Fit, clear, learn, shapes
from checks.roundtrip.populated import filled_for, steps_with, touched

if TYPE_CHECKING:
    from checks.roundtrip.journey import Journey, Ride, Rides

# No such value of a type (22P02, 2200M and 2200N of XML), none of a CHECK or a domain, no such key.
UNFIT = ("22P02", "2200M", "2200N", "23514", "23503")
FAR = 30_001  # a key that hardly a migration inserts, and the smallest type holds

Known = dict[str, dict[str, Fit]]  # by migration, by table


def fit(journey: Journey, rides: Rides) -> None:
    """Take those up again that failed on made values, with values that fit, in databases of their own.

    What then passes fails on some rows only, and its step tells on which; what fails in another way fails on
    any rows, and its step tells that failure. What inserted a key that a made row had, and passes where rows
    have keys that are far from it, has passed: whoever inserts rows chooses keys that no sequence gives.
    """
    failed = {trip.migration.version: failure for trip in journey.trips if (failure := _failure(trip))}
    steps = {trip.migration.version: trip.steps[0] for trip in journey.trips}
    known: Known = {version: {} for version, failure in failed.items() if failure.of_inserted_key}

    def first(ride: Ride, up: Step) -> bool:
        return _learn(journey, ride, up, failed[up.migration.version], known)

    def then(ride: Ride, up: Step) -> bool:
        return _try(journey, ride, up, known[up.migration.version])

    unfit = [version for version in failed if version not in known]
    climb(journey, rides, {version: steps[version] for version in unfit}, first)
    climb(journey, rides, {version: steps[version] for version in known}, then)


def _failure(trip: Trip) -> Failure | None:
    """Give why a migration failed on made rows, where others may be taken."""
    steps = (step for step in trip.steps if step.leg is Leg.POPULATED_UP)
    failures = (step.failure for step in steps if step.population and not step.population.all_given)
    return next(
        (each for each in failures if each and (each.sqlstate in UNFIT or each.of_inserted_key)), None
    )


def _learn(journey: Journey, ride: Ride, up: Step, failure: Failure, known: Known) -> bool:
    before = shapes(ride.eye, touched(ride, up, ride.look()))
    if not pass_by(journey, ride, up.migration):
        return False
    fits, filled = learn(ride.eye, before, failure.message)
    if fits:
        known[up.migration.version] = fits
    return clear(ride.eye, filled)


def _try(journey: Journey, ride: Ride, up: Step, fits: dict[str, Fit]) -> bool:
    """Take a migration up with rows that fit, and down if it can; False, as its database is used up."""
    filled = filled_for(journey, ride, up, ride.look(), fits, 1 if fits else FAR)
    if filled is not None and filled.rows:
        place, trip = next((n, t) for n, t in enumerate(journey.trips) if t.migration == up.migration)
        down = any(step.leg is Leg.DOWN and step.result is Result.PASSED for step in trip.steps)
        passed, *others = steps_with(journey, ride, up, filled, down=down)
        steps = (_told(step, passed, fits) for step in trip.steps)
        journey.trips[place] = replace(trip, steps=(*steps, *others))
    return False


def _told(step: Step, again: Step, fits: dict[str, Fit]) -> Step:
    """Let a step that failed on made rows tell what came of rows that fit."""
    if step.leg is not Leg.POPULATED_UP or step.population is None:
        return step
    if again.result is not Result.PASSED or not fits:
        return again
    told = {f"{table}.{column}": words for table, fit in fits.items() for column, words in fit.told.items()}
    return replace(step, population=replace(step.population, fits=told))
