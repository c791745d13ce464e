"""Round trips: each target up, down and up again, and what the way down did not restore.

After a failed or dirty leg the next migration starts from a clean state, built upward in a new database, so
that one defect makes one finding.
"""

from __future__ import annotations

from collections.abc import Iterable

from checks.migration import Downgrade, Leg, Migration, Result, Step, Trip
from checks.roundtrip.fitting import fit
from checks.roundtrip.forward import forward, join
from checks.roundtrip.grown import is_there
from checks.roundtrip.journey import Journey, Others, Ride, Rides, State, Tell
from checks.roundtrip.legs import confirmed, is_dirty, judged, revealed, run, watched
from checks.roundtrip.plan import Plan, above
from checks.roundtrip.populated import populated

UNCLEAN = "rows that were made for it could not be taken away again"  # and there is no new database
NOT_UNDONE = (Result.FAILED, Result.REFUSED)
WHY_DOWN = {
    Downgrade.ABSENT: "it has no downgrade",
    Downgrade.REFUSED: "it refuses to be downgraded",
    Downgrade.EMPTY: "this project writes no downgrades",
}


def travel(plan: Plan, rides: Rides, tell: Tell, others: Others = tuple) -> Journey:
    """Make all the round trips of a plan.

    Args:
        plan: What to run.
        rides: Makes a new database and sets the tool to work on it, each time it is called.
        tell: Called before each leg.
        others: Gives the trips of the parts below, where this is one part of several.
    """
    journey = Journey(plan, tell, others)
    if not plan.targets:
        return journey
    stays = at_end = False
    while not (stays or at_end) and _is_unfinished(journey):
        with rides() as ride:
            journey.notes = ride.walk.notes
            at_end = _rebuild(journey, ride) and _go_on(journey, ride) and plan.to_empty
            if at_end:
                _down_to_empty(journey, ride)
            stays = ride.stays(journey.trips)
    if not stays:
        forward(journey, rides)
        fit(journey, rides)
    _tell_unreached(journey)
    return journey


def _is_unfinished(journey: Journey) -> bool:
    """Tell whether there is anything left to prove."""
    ahead = {migration.version for migration in journey.plan.order[journey.done :]}
    return journey.plan.to_empty or bool(ahead & journey.plan.targets - journey.lost)


def _rebuild(journey: Journey, ride: Ride) -> bool:
    """Bring a new database up to where we were; False if that fails, which then is told."""
    journey.done = max(journey.done, ride.ahead)
    for migration in journey.plan.order[ride.ahead : journey.done]:
        if migration.version not in journey.lost and not _pass(journey, ride, migration):
            return False
    return True


def _go_on(journey: Journey, ride: Ride) -> bool:
    """Take the migrations one by one; False as soon as the state is no longer clean."""
    before: State | None = None
    for migration in journey.plan.order[journey.done :]:
        if migration.version in journey.lost:
            journey.done += 1
        elif migration.version not in journey.plan.targets:
            journey.done += 1
            before = None
            if not _pass(journey, ride, migration):
                return False
        else:
            if not journey.lost:
                ride.keep(journey.done)
            journey.done += 1
            before = _target(journey, ride, migration, before or ride.look())
            if before is None:
                return False
    return True


def _target(journey: Journey, ride: Ride, migration: Migration, before: State) -> State | None:
    """Make a round trip; where made rows stayed in the database, the next one goes on with the same.

    Returns:
        The state at its end, None if it is not clean.
    """
    steps: list[Step] = []
    is_bare = migration.version in journey.bare
    after = _round(journey, ride, migration, before, steps)
    if is_bare:
        journey.bare.remove(migration.version)
        for step in steps:
            if step.leg is Leg.AGAIN or step.result is not Result.PASSED:
                join(journey, step)
    else:
        journey.trips.append(Trip(journey.plan.history.project, migration, tuple(steps)))
        journey.done -= migration.version in journey.bare
    return after


def _pass(journey: Journey, ride: Ride, migration: Migration) -> bool:
    """Run a migration that is only on the way; its failure is told once, and loses all above it."""
    ride.books.forget()
    ride.watch.forget()
    step = run(journey, ride, migration, Leg.UP, together=True)
    if step.result is Result.PASSED:
        return True
    journey.lost |= above(journey.plan.order, migration.version, linear=journey.plan.history.linear)
    if migration.version not in journey.told:
        journey.trips.append(Trip(step.project, migration, (step,)))
    return False


def _round(
    journey: Journey, ride: Ride, migration: Migration, before: State, steps: list[Step]
) -> State | None:
    """Take one migration up, down and up again; give the state at its end, None if it is not clean."""
    at_end = _both_ways(journey, ride, migration, before, steps)
    again = steps[-1].leg is Leg.AGAIN and at_end is not None
    steps[0] = confirmed(ride, steps[0], before, at_end if again else None)
    return at_end


def _both_ways(
    journey: Journey, ride: Ride, migration: Migration, before: State, steps: list[Step]
) -> State | None:
    up, _ = watched(journey, ride, migration, Leg.UP)
    up = revealed(ride, up, before)
    steps.append(up)
    if steps[-1].result is not Result.PASSED:
        journey.told.add(migration.version)
        return None
    if not journey.plan.can_go_down(migration):
        refused = migration.downgrade is Downgrade.REFUSED
        result = Result.REFUSED if refused else Result.SKIPPED
        why = WHY_DOWN[migration.downgrade]
        steps.append(Step(journey.plan.history.project, migration, Leg.DOWN, result, reason=why))
        return ride.look()
    down, after = watched(journey, ride, migration, Leg.DOWN)
    if down.result is not Result.PASSED or after is None:
        steps.append(down)
        return None
    down = judged(ride, down, before, after)
    steps.append(down)
    if is_dirty(down):
        reason = "the downgrade has to be mended first"
        steps.append(Step(down.project, migration, Leg.AGAIN, Result.SKIPPED, reason=reason))
        return None
    if not (down.reason or migration.version in journey.bare):  # something stays; or it has been done
        full, clean = populated(journey, ride, up, before)
        steps += full
        if not clean:
            journey.bare.add(migration.version)
            return None
    again, at_end = watched(journey, ride, migration, Leg.AGAIN)
    if down.reason and is_there(again.failure):
        again = Step(down.project, migration, Leg.AGAIN, Result.SKIPPED, reason=down.reason)
    steps.append(again)
    return at_end if again.result is Result.PASSED else None


def _down_to_empty(journey: Journey, ride: Ride) -> None:
    """Undo everything; what is left and no single downgrade had left is told once, at the last one.

    Where each way down has restored all that there is to see, this has been proved step by step.
    """
    project = journey.plan.history.project
    trips = (*journey.others(), *journey.trips)
    if _has_all_restored(journey.plan, trips):
        return
    steps = (step for trip in trips for step in trip.steps if not step.leg.populated)
    broken = {step.migration.version for step in steps if _is_broken(step)}
    last: Step | None = None
    for migration in reversed(journey.plan.order):
        if migration.version in journey.lost:
            continue
        if migration.version in broken or not journey.plan.can_go_down(migration):
            return
        ride.watch.forget()
        # Nobody looks at the tables of versions: they were looked at when the same was undone by itself.
        last = run(journey, ride, migration, Leg.DOWN, to_empty=True)
        if last.result is not Result.PASSED:
            journey.trips.append(Trip(project, migration, (last,)))
            return
    if last is None:
        return
    last = judged(ride, last, ride.empty, ride.look())
    if last.result is Result.DIFFERENT:
        journey.trips.append(Trip(project, last.migration, (last,)))


def _has_all_restored(plan: Plan, trips: Iterable[Trip]) -> bool:
    """Tell whether each migration of a plan has restored all, the order of columns, too."""
    downs = [step for trip in trips for step in trip.steps if step.leg is Leg.DOWN]
    exact = {
        s.migration.version for s in downs if s.result is Result.PASSED and not (s.sequences or s.reason)
    }
    return exact >= {migration.version for migration in plan.order}


def _is_broken(step: Step) -> bool:
    return step.result in NOT_UNDONE or is_dirty(step)


def _tell_unreached(journey: Journey) -> None:
    """Say which targets were never run, since one below them fails; and which ones not again."""
    project = journey.plan.history.project
    for migration in journey.plan.order:
        if migration.version in journey.bare:
            join(journey, Step(project, migration, Leg.AGAIN, Result.SKIPPED, reason=UNCLEAN))
    seen = {trip.migration.version for trip in journey.trips}
    for migration in journey.plan.order:
        if migration.version in (journey.lost & journey.plan.targets) - seen:
            step = Step(project, migration, Leg.UP, Result.SKIPPED, reason="a migration below it fails")
            journey.trips.append(Trip(project, migration, (step,)))
