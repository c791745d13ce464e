"""Not a rule: how the rules about rows tell what became of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from checks.finding import Finding, Severity
from checks.migration import Effect, Leg, Result, Step, Trip, place

if TYPE_CHECKING:
    from checks.migration import RowDifference

SHOWN = 8


def restored(rule: str, effect: Effect, trip: Trip, fix: str) -> Iterator[Finding]:
    """Yield an error where a downgrade left rows in one way.

    Args:
        rule: The rule's name.
        effect: What became of the rows.
        trip: The round trip.
        fix: What to do where no statement mends it.
    """
    for step in trip.steps:
        rows = tuple(row for row in step.rows if row.effect is effect)
        if step.leg is Leg.DOWN and step.result is Result.DIFFERENT and rows and not step.to_empty:
            mends = " ".join(row.mend for row in rows) if all(row.mend for row in rows) else ""
            told = f"add to the downgrade: {mends}" if mends else fix
            yield finding(rule, step, f"the downgrade of {step.migration.version} {tell(rows)}", told, rows)


def finding(rule: str, step: Step, message: str, fix: str, rows: Sequence[RowDifference]) -> Finding:
    """Make an error about rows, at the place where the way down begins."""
    return Finding(
        rule,
        Severity.ERROR,
        step.project.name,
        step.migration.version,
        place(step.project, step.migration.down_file or step.migration.file),
        step.migration.down_line or 1,
        message,
        fix,
        kind=rows[0].effect.value,
        subjects=tuple(f"rows of {row.table}" for row in rows),
    )


def tell(rows: Sequence[RowDifference]) -> str:
    """Say what became of rows of one effect: "leaves 2 rows in public.plan (id = 1; id = 2)"."""
    verb = {
        Effect.LEFT: "leaves rows that were not there",
        Effect.LOST: "does not bring back rows that were there",
        Effect.ALTERED: "does not restore the values of rows",
    }[rows[0].effect]
    more = f"; and of {len(rows) - SHOWN} more tables" if len(rows) > SHOWN else ""
    return f"{verb}: {'; '.join(map(told, rows[:SHOWN]))}{more}"


def told(row: RowDifference) -> str:
    """Say how many rows of which table: "2 rows of public.plan (id = 1; id = 2)"."""
    if not row.number:
        return f"{row.table} ({row.detail})"
    number = f"{row.number} row{'' if row.number == 1 else 's'}"
    what = f"{', '.join(row.columns)} in {number}" if row.columns else number
    more = "; ..." if row.number > len(row.keys) else ""
    keys = f" ({'; '.join(row.keys)}{more})" if row.keys else ""
    return f"{what} of {row.table}{keys}"
