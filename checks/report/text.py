"""The person's format: what is wrong, where, why, and what mends it; then the round trips as a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

import click

from checks.finding import Finding, Severity
from checks.migration import Leg, Result, Step
from checks.report.columns import columns
from checks.report.outcome import Outcome, count, verdict
from checks.report.witness import tell

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}
TOGETHER = 4  # so many findings alike are one
NAMED = 3  # and so many of their files are named
WIDTH = 120
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def write(outcome: Outcome, *, colour: bool = False) -> str:
    """Write an outcome for a person, in colour only if asked."""
    lines = [*map(_on_one_line, outcome.heading), ""] if outcome.heading else []
    for group in _groups(outcome.findings):
        lines += [*_finding(group, colour=colour), ""]
    if outcome.steps:
        lines += [*_steps(outcome.steps), "", *_witnessed(outcome.steps)]
    if outcome.error is not None:
        first, *others = _printable(outcome.error).splitlines() or [""]
        lines += [_paint("error: ", "red", colour=colour) + first, *(f"    {line}" for line in others)]
        lines += [*_indented(f"fix: {outcome.hint}"), ""]
    tone = "green" if outcome.result == "passed" else "red"
    lines.append(_paint(verdict(outcome), tone, colour=colour))
    return "\n".join(lines) + "\n"


def _groups(findings: tuple[Finding, ...]) -> Iterator[tuple[Finding, ...]]:
    """Put many findings alike together, in the place of the first."""

    def alike(finding: Finding) -> tuple[str, ...]:
        return (finding.rule, finding.severity, finding.project, finding.alike)

    sizes = {key: len(list(group)) for key, group in groupby(sorted(findings, key=alike), key=alike)}
    seen = set()
    for finding in findings:
        key = alike(finding)
        if not finding.alike or sizes[key] < TOGETHER:
            yield (finding,)
        elif key not in seen:
            seen.add(key)
            yield tuple(other for other in findings if alike(other) == key)


def _finding(group: tuple[Finding, ...], *, colour: bool) -> list[str]:
    first = group[0]
    severity = _paint(first.severity.value, COLOURS[first.severity], colour=colour)
    place = _on_one_line(f"{first.path}:{first.line}" if first.line else first.path)
    rule = _paint(first.rule, None, colour=colour)
    if len(group) == 1:
        told = [f"{place}: {severity}: {rule}"] if place else [f"{severity}: {rule}"]
        return [*told, *_indented(first.message), *_indented(f"fix: {first.fix}")]
    files = ", ".join(_on_one_line(finding.path) for finding in group[:NAMED])
    more = f" and {len(group) - NAMED} more" if len(group) > NAMED else ""
    return [
        f"{place}: {severity}: {rule} ({count(len(group), 'migration')} alike)",
        f"    each {first.alike}",
        f"    files: {files}{more}",
        f"    fix: for each: {first.fix}",
    ]


def _indented(text: str) -> list[str]:
    return [f"    {line}" for line in _printable(text).splitlines()]


def _printable(text: str) -> str:
    """Write control characters as escapes: what is told may come from a stranger's file or database."""
    return CONTROL.sub(lambda match: repr(match.group())[1:-1], text)


def _on_one_line(text: str) -> str:
    return _printable(text).replace("\n", "\\n")


def _steps(steps: tuple[Step, ...]) -> list[str]:
    ran = {step.leg for step in steps}
    legs = [leg for leg in Leg if leg in ran or not leg.populated]
    rows = [("round trip", *(leg.value for leg in legs), "why not")]
    trips = [tuple(legs) for _, legs in groupby(steps, key=_trip)]
    for unreached, group in groupby(
        trips, key=lambda trip: len(trip) == 1 and trip[0].result is Result.SKIPPED
    ):
        found = list(group)
        for trip in found[:1] if unreached else found:
            cells = {step.leg: _cell(step) for step in trip}
            why = next((step.reason for step in trip if step.reason), "")
            more = f" and {len(found) - 1} more" if unreached and len(found) > 1 else ""
            rows.append((f"  {_name(trip[0])}{more}", *(cells.get(leg, "-") for leg in legs), why))
    return columns(rows, WIDTH)


def _witnessed(steps: tuple[Step, ...]) -> list[str]:
    """Tell in a line what each migration did on its first way up, as the server saw it."""
    first = [step for step in steps if step.leg is Leg.UP and step.witness and not step.to_empty]
    lines = [f"  {_name(step)}: {tell(step.witness)}" for step in first if step.witness]
    return [*map(_on_one_line, ["what they did", *lines]), ""] if lines else []


def _name(step: Step) -> str:
    engine = f" {step.project.engine.name}" if step.project.engine else ""
    return f"{step.project.name}{engine} {step.migration.version}{' (to empty)' if step.to_empty else ''}"


def _trip(step: Step) -> tuple[str, str, str, bool]:
    engine = step.project.engine.name if step.project.engine else ""
    return (step.project.name, engine, step.migration.version, step.to_empty)


def _cell(step: Step) -> str:
    return f"{step.seconds:.2f} s" if step.result is Result.PASSED else step.result.value


def _paint(text: str, tone: str | None, *, colour: bool) -> str:
    return click.style(text, fg=tone, bold=True) if colour else text
