"""A migration runs on empty tables, and fails where they have rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from checks.finding import Finding, Severity
from checks.migration import Failure, Leg, Result, Step, Trip, place
from checks.rules.rule import Rule

FIXES = {
    "23502": "add the column with a default; or without NOT NULL, fill it, then set NOT NULL",
    "23503": "delete or mend the rows that refer to nothing first, or add the constraint NOT VALID",
    "23505": "delete or merge the rows that are equal first",
    "23514": "mend the rows that do not hold first, or add the constraint NOT VALID",
    "22001": "shorten the values first, or let the column be as long as before",
    "22003": "see that all values fit, or keep the wider type",
    "22P02": "convert the values with USING, and see to those that do not convert first",
    "42804": "convert the values with USING, and see to those that do not convert first",
}
FIX = "let the migration deal with rows that are there"
FIX_UNFILLED = "fill every row before SET NOT NULL: what it is filled from may itself be NULL"
FAILS = "fails as soon as its tables have rows"
NOT_TAKEN = "could not be tried with rows: its own code does not take a value that was made for this"
TAKEN = f"{FAILS}: it inserts a key that a row has which was made for this"
FITTING = f"{FAILS}, unless each of them fits: "
FIX_FITTING = "{}; if all deployed rows fit, say so: `migseal: allow fails-on-rows: WHY`"
SETS_NOT_NULL = re.compile(r"\s*ALTER\b.*\bSET\s+NOT\s+NULL\b", re.IGNORECASE | re.DOTALL)
NOT_NULL_VIOLATION = "23502"
RAISED = "P0001"
DOES = re.compile(r"\s*DO\b", re.IGNORECASE)
NOT_OF_ENCODING = "22021"  # of bytes, in convert_from()
FIX_KEY = (
    "insert ON CONFLICT, or with keys that the database gives; if deployed tables have no such row, say so: "
    "`migseal: allow fails-on-rows: WHY`"
)
FIX_VALUE = f"{FIX}; if deployed ones hold no such value, say so: `migseal: allow fails-on-rows: WHY`"


def judge(trip: Trip) -> Iterator[Finding]:
    """Yield an error with what the server said, and with the rows that were made.

    It is a warning where Python code or a DO block of the migration did not take a value, or the bytes of
    one were to be text: what texts, documents and bytes mean to an application stands in no schema. So it is
    where the migration inserts a key that a made row has, and where it passed with rows that fit: whether all
    deployed ones do, stands in no schema either.
    """
    again = {step.failure.message for step in trip.steps if step.leg is Leg.AGAIN and step.failure}
    for step in trip.steps:
        failure = step.failure if step.leg.populated and step.result is Result.FAILED else None
        if failure is not None and failure.message not in again:  # else it is not for the rows that it fails
            yield _finding(step)


def _finding(step: Step) -> Finding:
    version, failure = step.migration.version, step.failure
    assert failure is not None
    down = step.leg is Leg.POPULATED_DOWN
    what = f"the downgrade of {version}" if down else f"migration {version}"
    why = "a release with it could not be rolled back" if down else "the deploy would stop here"
    fits = step.population.fits if step.population else {}
    mild, fix = ("", "") if step.population and step.population.all_given else _mild(failure, fits)
    told = f"{what} {mild or f'{FAILS}: {why}'}"
    statement = f" in: {failure.statement}" if failure.statement else ""
    file = step.migration.down_file or step.migration.file if down else step.migration.file
    return Finding(
        "fails-on-rows",
        Severity.WARNING if mild else Severity.ERROR,
        step.project.name,
        version,
        failure.path or place(step.project, file),
        failure.line or step.migration.line,
        f"{told}: {failure.message}{statement} ({_rows(step)})",
        fix or _fix(failure),
        kind="down" if down else "up",
    )


def _mild(failure: Failure, fits: Mapping[str, str]) -> tuple[str, str]:
    """Give why deployed rows may well let it pass, and what to do; empty where nothing speaks for that."""
    if fits:
        columns = {words: ", ".join(c for c in sorted(fits) if fits[c] == words) for words in fits.values()}
        told = "; ".join(f"{names} {words}" for words, names in columns.items())
        return f"{FITTING}{told}", FIX_FITTING.format(_fix(failure))
    raised = failure.sqlstate == RAISED and DOES.match(failure.statement or "")
    if failure.unwanted_value or raised or failure.sqlstate == NOT_OF_ENCODING:
        return NOT_TAKEN, FIX_VALUE
    return (TAKEN, FIX_KEY) if failure.of_inserted_key else ("", "")


def _fix(failure: Failure) -> str:
    if failure.sqlstate == NOT_NULL_VIOLATION and SETS_NOT_NULL.match(failure.statement or ""):
        return FIX_UNFILLED
    return FIXES.get(failure.sqlstate or "", FIX)


def _rows(step: Step) -> str:
    rows = step.population.rows if step.population else {}
    told = "with " + ", ".join(f"{number} rows in {table}" for table, number in sorted(rows.items()))
    sources = step.population.sources if step.population else ()
    return f"{told}; of {', '.join(sources)}" if sources else told


RULE = Rule("fails-on-rows", Trip, judge, allowable=True)
