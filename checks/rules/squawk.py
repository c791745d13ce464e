"""squawk-cli finds something in the SQL that a new migration sent."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import Lint, place
from checks.rules.rule import FAMILY, Rule

NAME = "squawk"
UNREAD = "syntax-error"
# What stands in no migration: the server itself tells what was in force.
TIMEOUTS = {"require-lock-timeout": "lock_timeout", "require-statement-timeout": "statement_timeout"}


def judge(lint: Lint) -> Iterator[Finding]:
    """Yield it, as squawk says it; what squawk cannot read, and the server could, is a note."""
    step, rule = lint.step, lint.rule
    timeout = getattr(step.witness, TIMEOUTS.get(rule, ""), None)
    if timeout is not None and timeout.in_force:
        return
    version, unread = step.migration.version, rule == UNREAD
    said = f"squawk cannot read it, and has not looked at it: {lint.message}" if unread else lint.message
    yield Finding(
        f"{NAME}/{rule}",
        Severity.NOTE if unread else Severity.WARNING,
        step.project.name,
        version,
        place(step.project, step.migration.file),
        lint.line,
        f"migration {version}: {said}",
        lint.help or f"see https://squawkhq.com/docs/{rule}",
        alike=f"{rule}: {said}",
    )


RULE = Rule(NAME, Lint, judge, Severity.WARNING, settings=(FAMILY,), allowable=True)
