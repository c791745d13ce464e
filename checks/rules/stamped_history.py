"""A migration writes the table in which a tool keeps what has run."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import (
    ORDINARY,
    VERSION_TABLES,
    Change,
    Comparison,
    Leg,
    Stamp,
    Stamped,
    Step,
    Tier,
    Trip,
    place,
)
from checks.rules.rule import Rule

# Tables that are surely another tool's: a project that left that tool may drop its table, or move it.
OTHERS = {
    "alembic": VERSION_TABLES - {"alembic_version"},
    "sql": {"_prisma_migrations", "alembic_version", "django_migrations", "flyway_schema_history"},
}
FIX = "take it out: only the tool writes that table; what a single database needs is done there once, by hand"
UNSEEN = f"find what writes it, a DO block, a function or a helper's code, and {FIX}"


def judge(value: Comparison | Trip) -> Iterator[Finding]:
    """Yield an error for each migration that writes a version table, by its text or by what happened."""
    yield from _of_text(value) if isinstance(value, Comparison) else _of_trip(value)


def _of_text(comparison: Comparison) -> Iterator[Finding]:
    """Tell each migration that is new, or edited, and now writes a version table."""
    known = {m.version: m.stamps for m in comparison.before.migrations} if comparison.before else {}
    for change in comparison.changes:
        before = () if change.before is None else known.get(change.before.version, ())
        told = {stamp.what for stamp in before}
        stamps = [stamp for stamp in _stamps(change) if stamp.what not in told]
        if stamps:
            yield _finding(change, stamps)


def _stamps(change: Change) -> Iterator[Stamp]:
    """Give what a change may have brought."""
    if change.after is None or not (change.tier is Tier.NEW or change.runs_otherwise) or change.amended:
        return
    tool = change.project.tool
    for stamp in change.after.stamps:
        left = stamp.removes and stamp.table in OTHERS.get(tool, ())
        if not left and stamp.table not in ORDINARY.get(tool, ()):
            yield stamp


def _finding(change: Change, stamps: list[Stamp]) -> Finding:
    assert change.after is not None
    migration, first = change.after, stamps[0]
    others = len({stamp.what for stamp in stamps}) - 1
    more = f" and {others} more such" if others else ""
    return Finding(
        "stamped-history",
        Severity.ERROR,
        change.project.name,
        migration.version,
        place(change.project, migration.files[first.file]),
        first.line,
        _message(migration.version, f"{first.what}{more}"),
        FIX,
    )


def _of_trip(trip: Trip) -> Iterator[Finding]:
    """Tell what happened to a version table that the text says nothing of; what it says is judged there."""
    said = {stamp.table for stamp in trip.migration.stamps}
    for step in trip.steps:
        for stamped in step.stamped:
            if not said & {stamped.table, ""}:
                yield _happened(step, stamped)
                return


def _happened(step: Step, stamped: Stamped) -> Finding:
    migration, down = step.migration, step.leg is Leg.DOWN
    return Finding(
        "stamped-history",
        Severity.ERROR,
        step.project.name,
        migration.version,
        place(step.project, migration.files[-1 if down else 0]),
        max(1, migration.down_line) if down else migration.line,
        _message(migration.version, stamped.what),
        UNSEEN,
    )


def _message(version: str, what: str) -> str:
    return (
        f"migration {version} fakes what has run ({what}): "
        "a database then says that it has what it never got, or runs again what it has"
    )


RULE = Rule("stamped-history", (Comparison, Trip), judge, allowable=True)
