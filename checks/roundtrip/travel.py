"""Round trips: each target up, down and up again, and what the way down did not restore.

After a failed or dirty leg the next migration starts from a clean state, built upward in a new database, so
that one defect makes one finding.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from checks.migration import Difference, Downgrade, Effect, Failure, Leg, Migration, Result, Step, Trip
from checks.roundtrip import accounts
from checks.roundtrip.catalog import Catalog, compare
from checks.roundtrip.grown import is_there, parted, staying
from checks.roundtrip.plan import Plan, above

if TYPE_CHECKING:
    from checks.roundtrip.books import Books
    from checks.roundtrip.contents import Contents
    from checks.roundtrip.witness import Watch
    from checks.tools import Walk

MISSING_ROLE = re.compile(r'role "([^"]+)" does not exist')
NOT_UNDONE = (Result.FAILED, Result.REFUSED)
SEQUENCES = "sequence"  # the catalog's section
MISSING_OBJECT = ("42P01", "3F000", "42704", "42883")  # table, schema, type, function
WHY_DOWN = {
    Downgrade.ABSENT: "it has no downgrade",
    Downgrade.REFUSED: "it refuses to be downgraded",
    Downgrade.EMPTY: "this project writes no downgrades",
}


@dataclass(frozen=True)
class State:
    """All that a database is at one moment."""

    catalog: Catalog
    contents: Contents


@dataclass(frozen=True)
class Ride:
    """A tool at work on a database of its own, and our eye on it.

    Attributes:
        walk: The tool.
        look: Takes the state.
        books: Our eye on the version tables.
        watch: Our ear: what the server tells of a leg.
        empty: The state before the first migration.
        excuse: Raises if a failure is our server's and not the migration's: a missing extension.
        grown: Takes an enum type that has grown for altered, unless nothing could have taken that back.
        ahead: How many migrations of the plan's order the database began with.
        keep: Told how many of them are in it before the first target, when nobody is at work.
    """

    walk: Walk
    look: Callable[[], State]
    books: Books
    watch: Watch
    empty: State
    excuse: Callable[[Failure], None]
    grown: Callable[[tuple[Difference, ...]], tuple[Difference, ...]]
    ahead: int = 0
    keep: Callable[[int], None] = lambda _: None


Rides = Callable[[], AbstractContextManager[Ride]]
Tell = Callable[[Migration, Leg], None]
Others = Callable[[], Iterable[Trip]]


@dataclass
class Journey:
    """What has been done so far.

    Attributes:
        plan: What is to be run.
        tell: Called before each leg, for a progress bar.
        others: Gives the trips of the parts below this one, once they have ended.
        trips: The trips that have ended.
        lost: The versions that cannot be reached, since one below them fails.
        told: The versions whose upgrade fails by itself; run together with others it may still pass.
        done: How many of the plan's order are behind us.
        notes: What the tool said of how it runs.
    """

    plan: Plan
    tell: Tell
    others: Others
    trips: list[Trip] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    done: int = 0
    notes: tuple[str, ...] = ()


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
    while _is_unfinished(journey):
        with rides() as ride:
            journey.notes = ride.walk.notes
            if _rebuild(journey, ride) and _go_on(journey, ride) and plan.to_empty:
                _down_to_empty(journey, ride)
                break
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
            steps: list[Step] = []
            before = _round(journey, ride, migration, before or ride.look(), steps)
            journey.trips.append(Trip(journey.plan.history.project, migration, tuple(steps)))
            if before is None:
                return False
    return True


def _pass(journey: Journey, ride: Ride, migration: Migration) -> bool:
    """Run a migration that is only on the way; its failure is told once, and loses all above it."""
    ride.books.forget()
    ride.watch.forget()
    step = _leg(journey, ride, migration, Leg.UP, together=True)
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
    up, _ = _watched(journey, ride, migration, Leg.UP)
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
    down, after = _watched(journey, ride, migration, Leg.DOWN)
    if down.result is not Result.PASSED or after is None:
        steps.append(down)
        return None
    down = _judged(ride, down, before, after)
    steps.append(down)
    if _is_dirty(down):
        reason = "the downgrade has to be mended first"
        steps.append(Step(down.project, migration, Leg.AGAIN, Result.SKIPPED, reason=reason))
        return None
    again, at_end = _watched(journey, ride, migration, Leg.AGAIN)
    if down.reason and is_there(again.failure):
        again = Step(down.project, migration, Leg.AGAIN, Result.SKIPPED, reason=down.reason)
    steps.append(again)
    return at_end if again.result is Result.PASSED else None


def _watched(journey: Journey, ride: Ride, migration: Migration, leg: Leg) -> tuple[Step, State | None]:
    """Run a leg, and look at what it left: at the tables of versions, and after the first one at all."""
    ride.books.open()
    ride.watch.open()
    step = _leg(journey, ride, migration, leg)
    witness = ride.watch.close()
    step = replace(step, witness=witness) if step.result is Result.PASSED else step
    state = ride.look() if leg is not Leg.UP and step.result is Result.PASSED else None
    stamped = () if step.lost_version_table else ride.books.close(migration, leg, step.failure)
    return (replace(step, result=Result.FAILED, stamped=stamped) if stamped else step), state


def _down_to_empty(journey: Journey, ride: Ride) -> None:
    """Undo everything; what is left and no single downgrade had left is told once, at the last one."""
    project = journey.plan.history.project
    trips = (*journey.others(), *journey.trips)
    broken = {step.migration.version for trip in trips for step in trip.steps if _is_broken(step)}
    last: Step | None = None
    for migration in reversed(journey.plan.order):
        if migration.version in journey.lost:
            continue
        if migration.version in broken or not journey.plan.can_go_down(migration):
            return
        ride.watch.forget()
        # Nobody looks at the tables of versions: they were looked at when the same was undone by itself.
        last = _leg(journey, ride, migration, Leg.DOWN, to_empty=True)
        if last.result is not Result.PASSED:
            journey.trips.append(Trip(project, migration, (last,)))
            return
    if last is None:
        return
    last = _judged(ride, last, ride.empty, ride.look())
    if last.result is Result.DIFFERENT:
        journey.trips.append(Trip(project, last.migration, (last,)))


def _leg(
    journey: Journey,
    ride: Ride,
    migration: Migration,
    leg: Leg,
    *,
    to_empty: bool = False,
    together: bool = False,
) -> Step:
    journey.tell(migration, leg)
    start = time.monotonic()
    walk = ride.walk
    failure = walk.downgrade(migration) if leg is Leg.DOWN else walk.upgrade(migration, together=together)
    seconds = time.monotonic() - start
    if failure is not None:
        ride.excuse(failure)
    lost = ride.walk.lost_version_table
    if failure is None and not lost:
        result = Result.PASSED
    else:
        result = Result.REFUSED if failure is not None and failure.refused else Result.FAILED
    return Step(
        journey.plan.history.project,
        migration,
        leg,
        result,
        seconds,
        failure,
        to_empty=to_empty,
        lost_version_table=lost,
        reason=failure.message.splitlines()[0] if failure and failure.message else "",
        hint=_hint(failure, journey, migration) if failure else "",
    )


def _judged(ride: Ride, step: Step, before: State, after: State) -> Step:
    """Compare two states; the tool's own table may have been there before we knew its name."""
    schema, table = ride.walk.version_table or (None, "")
    own = f".{schema}.{table}" if schema else f".{table}"
    found = compare(before.catalog, after.catalog)
    found = tuple(d for d in found if not (table and d.kind == "table" and f".{d.name}".endswith(own)))
    found, grown = parted(ride.grown(found))
    rows, sequences = _counted(before, after)
    result = Result.DIFFERENT if found or rows else step.result
    reason = staying(grown) or step.reason
    return replace(step, result=result, differences=found, rows=rows, sequences=sequences, reason=reason)


def _counted(before: State, after: State) -> accounts.Found:
    """Compare what tables and sequences hold, where that is not plainly the same."""
    if before.contents == after.contents:
        return (), ()
    were, are = before.catalog, after.catalog
    known = were.names(SEQUENCES) & are.names(SEQUENCES)
    return accounts.compare(before.contents, after.contents, were.columns(), are.columns(), known)


def _is_broken(step: Step) -> bool:
    return step.result in NOT_UNDONE or _is_dirty(step)


def _is_dirty(step: Step) -> bool:
    """Tell whether a way down left more than another order of columns, and other numbers to come."""
    return bool(step.rows) or any(d.effect is not Effect.REORDERED for d in step.differences)


def _hint(failure: Failure, journey: Journey, migration: Migration) -> str:
    """Say what mends a failure that may not be the migration's own fault."""
    if failure.hint:
        return failure.hint
    project = journey.plan.history.project
    role = MISSING_ROLE.search(failure.message)
    if role:
        line = f"projects: {project.name}: before: 'CREATE ROLE \"{role[1]}\";'"
        return f"let the role exist before the first migration: in migseal.yaml, `{line}`"
    first = migration.version == journey.plan.order[0].version
    if first and project.start_sql is None and failure.sqlstate in MISSING_OBJECT:
        return (
            "mend the upgrade; or, if this history does not begin with an empty database, say what it begins "
            "with: in migseal.yaml, "
            f" `projects: {project.name}: start: {{sql: FILE}}`"
        )
    return ""


def _tell_unreached(journey: Journey) -> None:
    """Say which targets were never run, since one below them fails."""
    project = journey.plan.history.project
    seen = {trip.migration.version for trip in journey.trips}
    for migration in journey.plan.order:
        if migration.version in (journey.lost & journey.plan.targets) - seen:
            step = Step(project, migration, Leg.UP, Result.SKIPPED, reason="a migration below it fails")
            journey.trips.append(Trip(project, migration, (step,)))
