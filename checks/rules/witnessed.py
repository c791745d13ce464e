"""What rules on the witness have in common: they judge the first way up, as the server saw it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from checks.finding import Finding, Severity
from checks.migration import Leg, Result, Step, Trip, place
from checks.rules.rule import MAXIMUM, Rule
from checks.witness import MILLISECONDS

if TYPE_CHECKING:
    from checks.witness import Timeout, Witness

WITNESS = "let it run where the server can tell: migseal.yaml's `postgres:`, or a superuser's URL"
RAN = (Result.PASSED, Result.DIFFERENT)
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")

Look = Callable[["Witness"], Iterator[str]]
LookAt = Callable[["Witness", int | None], Iterator[str]]
USUAL = {"no-lock-timeout": 5_000, "no-statement-timeout": 60_000}  # milliseconds that we would set


def on_the_witness(name: str, question: str, look: Look, fix: str) -> Rule:
    """Make a rule that judges what the server saw. It is off unless the config gives it a severity.

    Args:
        name: The rule's name.
        question: What was not proved where not all was seen, as a sentence's end.
        look: Yields what is wrong, as what follows the migration's name.
        fix: What mends it.

    Returns:
        A rule that says so where it could not look: what nobody saw has not passed.
    """

    def judge(trip: Trip) -> Iterator[Finding]:
        yield from _judge(trip, name, question, look, fix)

    return Rule(name, Trip, judge, Severity.WARNING, allowable=True, off=True)


def on_a_timeout(name: str, question: str, look: LookAt, fix: str) -> Rule:
    """Make a rule on the witness for which the config may set a maximum.

    Args:
        name: The rule's name.
        question: What was not proved where not all was seen, as a sentence's end.
        look: Yields what is wrong, by the maximum in milliseconds, None without one.
        fix: What mends it, with {} for the timeout to set.
    """

    def judge(trip: Trip, most: int | None = None) -> Iterator[Finding]:
        mend = fix.format(time(USUAL[name] if most is None else min(most, USUAL[name])))
        yield from _judge(trip, name, question, lambda witness: look(witness, most), mend)

    return Rule(
        name,
        Trip,
        judge,
        Severity.WARNING,
        settings=(MAXIMUM,),
        allowable=True,
        off=True,
        limited=lambda most, trip: judge(trip, most),
    )


def _judge(trip: Trip, name: str, question: str, look: Look, fix: str) -> Iterator[Finding]:
    step = next((step for step in trip.steps if step.leg is Leg.UP and not step.to_empty), None)
    if step is None or step.result not in RAN:
        return
    wrong = list(look(step.witness)) if step.witness else []
    for text in wrong:
        yield _finding(name, step, f"migration {step.migration.version} {text}", fix)
    if not wrong and (step.witness is None or step.witness.why_not):
        why = step.witness.why_not if step.witness else "nobody watched it"
        told = f"whether migration {step.migration.version} {question} was not seen: {why}"
        yield _finding(name, step, told, WITNESS, "not-witnessed")


def of_alembic(rule: Rule) -> Rule:
    """Let a rule judge only what a tool's own runner does, and not our running of plain files."""

    def judge(trip: Trip) -> Iterator[Finding]:
        if trip.project.tool == "alembic":
            yield from rule.judge(trip)

    return Rule(rule.name, Trip, judge, rule.severity, allowable=rule.allowable, off=rule.off)


def mode(lock: str) -> str:
    """Write a lock's mode as SQL and people do: ACCESS EXCLUSIVE."""
    return _WORD.sub(" ", lock.removesuffix("Lock")).upper()


def listed(names: tuple[str, ...]) -> str:
    """Write names with commas."""
    return ", ".join(names)


def time(milliseconds: int) -> str:
    """Write a time as PostgreSQL does: 90s, 2min."""
    units = ((unit, int(MILLISECONDS[unit])) for unit in ("d", "h", "min", "s", "ms"))
    return next(f"{milliseconds // one}{unit}" for unit, one in units if milliseconds % one == 0)


def above(timeout: Timeout, most: int | None) -> str:
    """Say that a timeout is longer than it may be; empty if it is not, or nothing tells."""
    if most is None or timeout.in_force is None or timeout.in_force <= most:
        return ""
    return f"of {time(timeout.in_force)}, and migseal.yaml allows {time(most)} at most"


def _finding(rule: str, step: Step, message: str, fix: str, kind: str = "") -> Finding:
    path = place(step.project, step.migration.file)
    line = step.migration.line
    version = step.migration.version
    return Finding(rule, Severity.WARNING, step.project.name, version, path, line, message, fix, kind=kind)
