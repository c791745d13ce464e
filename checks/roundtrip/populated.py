"""What is new once more, with rows in the tables that it touches: deployed tables are not empty."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from checks.migration import Effect, Leg, Migration, Population, Result, Step, Trip
from checks.roundtrip.legs import is_dirty, judged, run
from checks.roundtrip.populate import Filled, clear, fill, joined

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.migration import RowDifference
    from checks.roundtrip.journey import Journey, Ride, State
    from checks.roundtrip.populate import Fit

MANY = 40  # tables: so many are filled where the server does not tell which ones are touched
NUMBER = "SELECT to_regclass(%s)::oid::bigint"
SINCE = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
YOUNGER = "SELECT count(*) FROM {} WHERE xmin::text::bigint >= %s"


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
    filled = filled_for(journey, ride, up, before)
    if filled is None:
        return (), True
    if not filled.rows:
        return (unmade(up, filled),), True
    steps = steps_with(journey, ride, up, filled, down=True)
    stays = ride.stays((Trip(up.project, up.migration, steps),))
    return steps, not stays and _is_clean(ride, steps[-1], filled, before)


def steps_with(journey: Journey, ride: Ride, up: Step, filled: Filled, *, down: bool) -> tuple[Step, ...]:
    """Take a migration up with the rows that were made; and down again, if that is asked for."""
    full = ride.look()
    step = leg_with(journey, ride, up.migration, Leg.POPULATED_UP, filled)
    if not down or step.result is not Result.PASSED:
        return (step,)
    since = ride.eye.execute(SINCE).fetchall()[0][0]
    back = leg_with(journey, ride, up.migration, Leg.POPULATED_DOWN, filled)
    if back.result is not Result.PASSED:
        return step, back
    back = _lossy(judged(ride, back, full, ride.look()))
    return step, replace(back, rows=tuple(_dated(ride, row, since) for row in back.rows))


def _dated(ride: Ride, row: RowDifference, since: int) -> RowDifference:
    """Tell of rows that came whether the way down made them: as many are younger than its beginning."""
    if row.effect is not Effect.LEFT or not row.number:
        return row
    from psycopg import sql  # noqa: PLC0415 -- loaded by whoever made the eye

    question = sql.SQL(YOUNGER).format(sql.SQL(row.table.replace("%", "%%")))
    ((younger,),) = ride.eye.execute(question, (since,)).fetchall()
    return replace(row, of_down=younger >= row.number)


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


def filled_for(
    journey: Journey,
    ride: Ride,
    up: Step,
    before: State,
    fits: Mapping[str, Fit] | None = None,
    start: int = 1,
) -> Filled | None:
    """Put rows into the tables that a migration touches: the user's own, else made ones; None for none.

    The keys of made ones that no sequence gives are counted from `start`.
    """
    if not journey.plan.history.project.populate:
        return None
    found = touched(ride, up, before)
    given = ride.sow(up.migration, bool(found))
    if given is None:
        return fill(ride.eye, found, fits, start=start) if found else None
    rest = [number for number in found if number not in given.has]
    return joined(given, fill(ride.eye, rest, fits, start=start)) if rest else given


def touched(ride: Ride, up: Step, before: State) -> list[int]:
    """Give the numbers of the tables that a migration touches."""
    names: tuple[str, ...] = ()
    if up.witness is not None:
        names = up.witness.touched if up.witness.complete else tuple(before.catalog.columns())[:MANY]
    numbers = [ride.eye.execute(NUMBER, (name,)).fetchall()[0][0] for name in names]
    return [number for number in numbers if number is not None]


def leg_with(journey: Journey, ride: Ride, migration: Migration, leg: Leg, filled: Filled) -> Step:
    """Run a leg, and tell of the rows that were made before it."""
    ride.books.forget()
    ride.watch.forget()
    step = run(journey, ride, migration, leg)
    told = f"no rows could be made in {_reasons(filled)}" if filled.unmade else ""
    population = _population(filled)
    return replace(step, population=population, reason=step.reason or told)


def unmade(up: Step, filled: Filled) -> Step:
    """Say that no rows could be made, and why."""
    return Step(
        up.project,
        up.migration,
        Leg.POPULATED_UP,
        Result.SKIPPED,
        population=_population(filled),
        reason=f"no rows could be made in {_reasons(filled)}",
    )


def _reasons(filled: Filled) -> str:
    return "; ".join(f"{table}: {reason}" for table, reason in filled.unmade.items())


def _population(filled: Filled) -> Population:
    return Population(filled.rows, filled.unmade, given=filled.given, sources=filled.sources)
