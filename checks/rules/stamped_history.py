"""A migration writes the table in which a tool keeps what has run."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import VERSION_TABLES, Change, Comparison, Stamp, Tier, place
from checks.rules.rule import Rule

# Tables that are surely another tool's: a project that left that tool may drop its table, or move it.
OTHERS = {
    "alembic": VERSION_TABLES - {"alembic_version"},
    "sql": {"_prisma_migrations", "alembic_version", "django_migrations", "flyway_schema_history"},
}
# Beside Alembic, a table of this name is an application's own more often than another tool's.
ORDINARY = {"alembic": {"schema_version"}}
FIX = "take it out: only the tool writes that table; what a single database needs is done there once, by hand"


def judge(comparison: Comparison) -> Iterator[Finding]:
    """Yield an error for each migration that is new, or edited, and now writes a version table."""
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
        f"migration {migration.version} fakes what has run ({first.what}{more}): "
        "a database then says that it has what it never got, or runs again what it has",
        FIX,
    )


RULE = Rule("stamped-history", Comparison, judge, allowable=True)
