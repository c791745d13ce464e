"""The person's format: what is wrong, where, why, and what mends it; then the round trips as a table."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import groupby

import click

from checks.finding import Finding, Severity
from checks.migration import Leg, Result, Step
from checks.report.outcome import Outcome, count, verdict

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}
TOGETHER = 4  # so many findings alike are one
NAMED = 3  # and so many of their files are named
WIDTH = 120


def write(outcome: Outcome, *, colour: bool = False) -> str:
    """Write an outcome for a person, in colour only if asked."""
    lines = [*outcome.heading, ""] if outcome.heading else []
    for group in _groups(outcome.findings):
        lines += [*_finding(group, colour=colour), ""]
    if outcome.steps:
        lines += [*_steps(outcome.steps), ""]
    if outcome.error is not None:
        lines += [_paint("error: ", "red", colour=colour) + outcome.error, f"    fix: {outcome.hint}", ""]
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
    place = f"{first.path}:{first.line}" if first.line else first.path
    rule = _paint(first.rule, None, colour=colour)
    if len(group) == 1:
        return [f"{place}: {severity}: {rule}", f"    {first.message}", f"    fix: {first.fix}"]
    files = ", ".join(finding.path for finding in group[:NAMED])
    more = f" and {len(group) - NAMED} more" if len(group) > NAMED else ""
    return [
        f"{place}: {severity}: {rule} ({count(len(group), 'migration')} alike)",
        f"    each {first.alike}",
        f"    files: {files}{more}",
        f"    fix: for each: {first.fix}",
    ]


def _steps(steps: tuple[Step, ...]) -> list[str]:
    from rich.console import Console  # noqa: PLC0415 -- only where there is a table
    from rich.table import Table  # noqa: PLC0415 -- the same
    from rich.text import Text  # noqa: PLC0415 -- the same

    table = Table(box=None, pad_edge=False, header_style="")
    for title in ("round trip", *(leg.value for leg in Leg), "why not"):
        table.add_column(title, no_wrap=title != "why not")
    for (project, version, to_empty), legs in groupby(steps, key=_trip):
        found = list(legs)
        cells = {step.leg: _cell(step) for step in found}
        why = next((step.reason for step in found if step.reason), "")
        name = f"  {project} {version}{' (to empty)' if to_empty else ''}"
        table.add_row(*(Text(word) for word in (name, *(cells.get(leg, "-") for leg in Leg), why)))
    console = Console(
        file=io.StringIO(), width=WIDTH, color_system=None, force_terminal=False, highlight=False
    )
    with console.capture() as captured:
        console.print(table)
    return [line.rstrip() for line in captured.get().splitlines()]


def _trip(step: Step) -> tuple[str, str, bool]:
    return (step.project.name, step.migration.version, step.to_empty)


def _cell(step: Step) -> str:
    return f"{step.seconds:.2f} s" if step.result is Result.PASSED else step.result.value


def _paint(text: str, tone: str | None, *, colour: bool) -> str:
    return click.style(text, fg=tone, bold=True) if colour else text
