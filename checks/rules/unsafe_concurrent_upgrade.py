"""Two upgrades of one database that begin together do not both end well."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import Race
from checks.rules.rule import Rule

FIX = (
    "take a lock in env.py before Alembic reads what has run, and keep it to the end: "
    'connection.execute(text("SELECT pg_advisory_lock(8421)")) and connection.commit(), '
    "then context.configure(...)"
)


def judge(race: Race) -> Iterator[Finding]:
    """Yield an error if one of the two failed, did not end, or ran what the other one ran."""
    told = _told(race)
    if told:
        yield Finding(
            "unsafe-concurrent-upgrade",
            Severity.ERROR,
            race.project.name,
            "",
            race.path,
            race.line,
            f"of two upgrades that begin together {told}: a deploy of several instances begins them so",
            FIX,
        )


def _told(race: Race) -> str:
    if race.failure is not None:
        statement = f" in: {race.failure.statement}" if race.failure.statement else ""
        message = " ".join(race.failure.message.split())
        return f"one fails, as the other has run {', '.join(race.planned)} meanwhile ({message}{statement})"
    if race.endless:
        return "one does not end"
    return f"both run {', '.join(race.twice)}" if race.twice else ""


RULE = Rule("unsafe-concurrent-upgrade", Race, judge)
