"""Up and down, a migration loses or alters what rows of deployed tables hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from checks.finding import Finding, Severity
from checks.migration import Effect, Leg, Result, RowDifference, Step, Trip
from checks.rules.rows import SHOWN, finding
from checks.rules.rule import Rule

WORDS = {Effect.LEFT: "{} new in {}", Effect.LOST: "{} gone from {}", Effect.ALTERED: "{} altered in {}"}
LOST = "up and down, {} does not give back what rows of deployed tables hold"
MADE = "the downgrade of {} makes rows that deployed tables did not have"
ALLOW = "migseal: allow data-loss: WHY"
MAY_GO = f"say why they may go: `{ALLOW}`"
FIX = (
    "let the upgrade keep the old values, in a column or table of their own, until nobody needs them, and "
    f"the downgrade bring them back; or {MAY_GO}"
)
ADDED = "let the upgrade and the downgrade make no rows out of rows that had none"
FIX_MADE = f"let the downgrade make no rows out of rows that had none, or say why it may: `{ALLOW}`"
DROPPED = f"keep what is dropped until the next release, or {MAY_GO}"


def judge(trip: Trip) -> Iterator[Finding]:
    """Yield what is lost: a warning where the upgrade plainly drops the column or table, else an error.

    It is a warning where the downgrade makes rows: those that were made for this may lack what it puts back.
    """
    for step in trip.steps:
        if step.leg is Leg.POPULATED_DOWN and step.result is Result.DIFFERENT and step.rows:
            gone = _dropped(trip)
            rows = tuple(row for row in step.rows if not _is_of_trigger(row, trip))
            plain = tuple(row for row in rows if _is_dropped(row, gone))
            other = tuple(row for row in rows if row not in plain)
            if other and all(row.of_down for row in other) and not _is_given(step):
                yield replace(_finding(step, other, FIX_MADE, MADE), severity=Severity.WARNING, kind="made")
            elif other:
                added = all(row.effect is Effect.LEFT for row in other)
                yield _finding(step, other, ADDED if added else FIX)
            if plain:
                yield replace(_finding(step, plain, DROPPED), severity=Severity.WARNING, kind="dropped")


def _is_given(step: Step) -> bool:
    return step.population is not None and step.population.all_given


def _dropped(trip: Trip) -> frozenset[str]:
    """Give the tables and columns of before that the upgrade drops."""
    seen = (step.witness for step in trip.steps if step.leg is Leg.UP and step.witness is not None)
    return frozenset(command.name for witness in seen for command in witness.dropped)


def _is_of_trigger(row: RowDifference, trip: Trip) -> bool:
    """Tell whether rows came into a table that no leg touched: a trigger put them there, as into a log."""
    seen = [step.witness for step in trip.steps if step.witness is not None]
    known = len(seen) > 1 and all(witness.complete for witness in seen)
    return known and row.effect is Effect.LEFT and all(row.table not in each.touched for each in seen)


def _is_dropped(row: RowDifference, gone: frozenset[str]) -> bool:
    if row.table in gone:
        return True
    names = [{f"{row.table}.{column}", f'{row.table}."{column}"'} for column in row.columns]
    return bool(names) and all(name & gone for name in names)


def _finding(step: Step, rows: Sequence[RowDifference], fix: str, said: str = LOST) -> Finding:
    version = step.migration.version
    more = f"; and of {len(rows) - SHOWN} more tables" if len(rows) > SHOWN else ""
    told = "; ".join(map(_told, rows[:SHOWN]))
    message = f"{said.format(version)}: {told}{more} (of rows that were made to see it)"
    return finding("data-loss", step, message, fix, rows)


def _told(row: RowDifference) -> str:
    rows = f"{row.number} row{'' if row.number == 1 else 's'}" if row.number else row.detail
    if row.columns:
        return f"{', '.join(row.columns)} of {rows} in {row.table}"
    return WORDS[row.effect].format(rows, row.table)


RULE = Rule("data-loss", Trip, judge, allowable=True)
