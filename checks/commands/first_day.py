"""What is found in a history on the first day: it is recorded, so that only what is new fails."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from checks.commands.check import Asked, of_files, with_trips
from checks.errors import CannotCheckError
from checks.finding import Finding, Severity
from checks.report import text
from checks.report.outcome import Outcome, count
from checks.rules import RULES, every
from checks.rules.known import first_day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.commands.situation import Situation
    from checks.lockfile import Lock


def with_findings(situation: Situation, lock: Lock) -> Lock:
    """Give a lock with what round trips find today in all that it holds; say what that is, or what kept us.

    Args:
        situation: What there is.
        lock: The lockfile; what it does not hold is new, and has to be clean.
    """
    click.echo("running every migration up, down and up again, to record what is found in them today ...")
    everything = Asked(everything=True, baseline=False)
    try:
        judgement = with_trips(situation, of_files(situation, Outcome(), everything), everything)
    except CannotCheckError as error:
        _could_not(error.message, error.hint)
        return lock
    outcome = judgement.outcome
    if outcome.error is not None:
        _could_not(outcome.error, outcome.hint)
    found = every(RULES, judgement.values, situation.config.rules)
    recorded, number = _recorded(lock, first_day(RULES, found, judgement.values))
    if number:
        told = count(number, "finding")
        click.echo(f"recorded {told} of today: `migseal check --all --no-baseline` shows all")
    _show_others(outcome, recorded)
    return recorded


def _recorded(lock: Lock, found: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]]) -> tuple[Lock, int]:
    """Put findings of locked migrations into a lock, and count them."""
    projects, number = dict(lock.projects), 0
    for name, project in lock.projects.items():
        mine = {version: rules for (whose, version), rules in found.items() if whose == name}
        findings = {version: rules for version, rules in mine.items() if version in project.locked}
        number += sum(map(len, findings.values()))
        projects[name] = replace(project, findings=findings)
    return replace(lock, projects=projects), number


def _could_not(message: str, hint: str) -> None:
    click.echo(f"what is found today is not recorded: {message}")
    click.echo(f"  fix: {hint}\n  then: migseal init --baseline")


def _show_others(outcome: Outcome, lock: Lock) -> None:
    """Show what fails all the same: it is not of what is locked, or it keeps us from looking."""
    others = tuple(f for f in outcome.findings if f.severity is Severity.ERROR and not _is_recorded(f, lock))
    if others:
        click.echo("\nthis is not recorded, and has to be mended:\n")
        click.echo(text.write(Outcome(findings=others)), nl=False)


def _is_recorded(finding: Finding, lock: Lock) -> bool:
    project = lock.projects.get(finding.project)
    return project is not None and finding.rule in project.findings.get(finding.migration, {})
