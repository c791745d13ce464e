"""A migration file that cannot be read as what it should be."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import History, place
from checks.rules.rule import Rule


def judge(history: History) -> Iterator[Finding]:
    """Yield an error for each file that could not be read."""
    for problem in history.problems:
        yield Finding(
            "unreadable-migration",
            Severity.ERROR,
            history.project.name,
            "",
            place(history.project, problem.path),
            problem.line,
            f"this migration cannot be judged: {problem.reason}",
            "mend the file, or move it out of the migrations directory",
        )


RULE = Rule("unreadable-migration", History, judge)
