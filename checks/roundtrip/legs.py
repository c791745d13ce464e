"""One leg of a round trip, and what it left behind."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from checks.migration import Failure, Leg, Migration, Result, Step
from checks.roundtrip import accounts
from checks.roundtrip.catalog import compare
from checks.roundtrip.discreet import discreet
from checks.roundtrip.grown import parted, staying
from checks.roundtrip.triggered import triggered
from checks.sensitive.exposure import Kind

if TYPE_CHECKING:
    from checks.roundtrip.journey import Journey, Ride, State
    from checks.witness import Command

MISSING_ROLE = re.compile(r'role "([^"]+)" does not exist')
MISSING_OBJECT = ("42P01", "3F000", "42704", "42883")  # table, schema, type, function
MAKES_TYPE = re.compile(r"\s*CREATE\s+TYPE\b", re.IGNORECASE)
ALREADY_THERE = "42710"
TYPE_IS_THERE = (
    "make no type that is there: postgresql.ENUM(..., create_type=False). On a new database it may pass: "
    "there Alembic runs it together with the migration that made the type, and in a deploy it does not"
)
MADE_UP = (Kind.TOKEN, Kind.PASSWORD_HASH)
SEQUENCES = "sequence"  # the catalog's section


def watched(journey: Journey, ride: Ride, migration: Migration, leg: Leg) -> tuple[Step, State | None]:
    """Run a leg, and look at what it left: at the tables of versions, and after the first one at all."""
    ride.books.open()
    ride.watch.open()
    ride.walk.records = leg is Leg.UP
    step = run(journey, ride, migration, leg)
    ride.walk.records = False
    state = ride.look() if leg is not Leg.UP and step.result is Result.PASSED else None
    stamped = () if step.lost_version_table else ride.books.close(migration, leg, step.failure)
    witness = ride.watch.close()
    if step.result is Result.PASSED:
        step = replace(step, witness=witness, sent=ride.walk.sent if leg is Leg.UP else ())
    return (replace(step, result=Result.FAILED, stamped=stamped) if stamped else step), state


def revealed(ride: Ride, step: Step, before: State) -> Step:
    """Look at the rows that a way up has written, if it has written any."""
    if ride.reveal is None or ride.rows is None or step.result is not Result.PASSED:
        return step
    seen = step.witness
    if seen is not None and seen.complete and not (seen.written or any(map(_makes_table, seen.commands))):
        return step
    return replace(step, revealed=ride.reveal(before.contents, ride.rows()))


def confirmed(ride: Ride, step: Step, before: State, again: State | None) -> Step:
    """Leave out what the server or the migration made up: no second run makes it again, and nobody knows it.

    Args:
        ride: What ran it.
        step: The way up, with what it revealed.
        before: The state before it.
        again: The state after the second way up; None where there was none: what looks made up is left out.
    """
    if not step.revealed or ride.reveal is None:
        return step
    if again is None:
        return replace(step, revealed=tuple(one for one in step.revealed if one.kind not in MADE_UP))
    known = {secret for one in ride.reveal(before.contents, again.contents) for secret in one.secrets}
    kept = tuple(replace(one, secrets=one.secrets & known) for one in step.revealed)
    return replace(step, revealed=tuple(one for one in kept if one.secrets))


def _makes_table(command: Command) -> bool:
    return command.kind == "table" and not command.dropped


def run(
    journey: Journey,
    ride: Ride,
    migration: Migration,
    leg: Leg,
    *,
    to_empty: bool = False,
    together: bool = False,
) -> Step:
    """Run a leg.

    Args:
        journey: On which it is one.
        ride: What runs it.
        migration: Which.
        leg: Which way.
        to_empty: Whether it is on the way down to an empty database.
        together: Whether it is run as one of many, as on a new database.
    """
    journey.tell(migration, leg)
    start = time.monotonic()
    walk = ride.walk
    failure = walk.downgrade(migration) if leg.downward else walk.upgrade(migration, together=together)
    seconds = time.monotonic() - start
    if failure is not None:
        ride.excuse(failure)
        failure = discreet(failure)
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
        hint=_hint(failure, journey, migration, leg) if failure else "",
    )


def judged(ride: Ride, step: Step, before: State, after: State) -> Step:
    """Compare two states; the tool's own table may have been there before we knew its name."""
    schema, table = ride.walk.version_table or (None, "")
    own = f".{schema}.{table}" if schema else f".{table}"
    found = compare(before.catalog, after.catalog)
    found = tuple(d for d in found if not (table and d.kind == "table" and f".{d.name}".endswith(own)))
    found, grown = parted(ride.grown(found))
    rows, sequences = _counted(ride, before, after)
    result = Result.DIFFERENT if found or rows else step.result
    reason = staying(grown) or step.reason
    return replace(step, result=result, differences=found, rows=rows, sequences=sequences, reason=reason)


def _counted(ride: Ride, before: State, after: State) -> accounts.Found:
    """Compare what tables and sequences hold, where that is not plainly the same.

    A time that a trigger writes at each update is aside.
    """
    if before.contents == after.contents:
        return (), ()
    were, are = before.catalog.columns(), after.catalog.columns()
    known = before.catalog.names(SEQUENCES) & after.catalog.names(SEQUENCES)
    found = accounts.compare(before.contents, after.contents, were, are, known)
    aside = triggered(ride.eye, before.contents, after.contents, found[0])
    if not aside:
        return found
    rest = {table: {*columns} - aside.get(table, frozenset()) for table, columns in were.items()}
    return accounts.compare(before.contents, after.contents, rest, are, known)


def is_dirty(step: Step) -> bool:
    """Tell whether a way down left more than another order of columns, and other numbers to come."""
    return bool(step.rows) or any(not d.effect.mild for d in step.differences)


def _hint(failure: Failure, journey: Journey, migration: Migration, leg: Leg) -> str:
    """Say what mends a failure that may not be the migration's own fault."""
    if failure.hint:
        return failure.hint
    project = journey.plan.history.project
    role = MISSING_ROLE.search(failure.message)
    if role:
        line = f"projects: {project.name}: before: 'CREATE ROLE \"{role[1]}\";'"
        return f"let the role exist before the first migration: in migseal.yaml, `{line}`"
    made = failure.sqlstate == ALREADY_THERE and MAKES_TYPE.match(failure.statement or "")
    if made and leg is Leg.UP and project.tool == "alembic":
        return TYPE_IS_THERE
    first = migration.version == journey.plan.order[0].version and leg is Leg.UP
    if first and project.start_sql is None and failure.sqlstate in MISSING_OBJECT:
        return (
            "mend the upgrade; or, if this history does not begin with an empty database, say what it begins "
            "with: in migseal.yaml, "
            f" `projects: {project.name}: start: {{sql: FILE}}`"
        )
    return ""
