"""What a check came to: the one value that every format writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.finding import Finding, Severity

if TYPE_CHECKING:
    from checks.migration import Step


@dataclass(frozen=True)
class Outcome:
    """The end of a check.

    Attributes:
        findings: What was found, errors first.
        steps: The legs that were run, in order.
        base: The base commit, None where there is none.
        fail_on: From which severity on the check fails.
        known: How many more the lockfile knows from the first day: they are not among the findings.
        heading: What judged and what was looked at, a line each.
        error: What kept us from looking, None if nothing did.
        hint: What mends the error.
    """

    findings: tuple[Finding, ...] = ()
    steps: tuple[Step, ...] = ()
    base: str | None = None
    fail_on: Severity = Severity.ERROR
    known: int = 0
    heading: tuple[str, ...] = ()
    error: str | None = None
    hint: str = ""

    @property
    def result(self) -> str:
        """Say it in a word: passed, failed or error."""
        if self.error is not None:
            return "error"
        bad = any(finding.severity.rank >= self.fail_on.rank for finding in self.findings)
        return "failed" if bad else "passed"


def by_severity(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Order findings: errors first, then by place."""
    return tuple(sorted(findings, key=lambda f: (-f.severity.rank, f.path, f.line, f.rule, f.migration)))


def count(number: int, noun: str) -> str:
    """Say a number of things: "1 error", "2 errors"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def verdict(outcome: Outcome) -> str:
    """Say the result with its numbers: "failed: 2 errors, 1 warning"."""
    if outcome.error is not None:
        return "error: nothing was proved"
    numbers = [
        count(number, severity.value)
        for severity in reversed(Severity)
        if (number := sum(finding.severity is severity for finding in outcome.findings))
    ]
    return f"{outcome.result}: {', '.join(numbers) or 'nothing found'}"
