"""Histories in a few words, for tests of rules with values."""

from __future__ import annotations

from collections.abc import Sequence

from checks.lockfile import LockedProject, compare
from checks.migration import Comparison, File, History, Migration, Project
from checks.tools.order import upgrade_order

ALEMBIC = Project("shop", "migrations", "alembic")
SQL = Project("shop", "migrations", "sql")


def revision(version: str, *after: str, depends: tuple[str, ...] = ()) -> Migration:
    """Make an Alembic revision."""
    file = File(f"versions/{version}.py", f"{version} {after} {depends}", "")
    return Migration(version, file, after=(*after, *depends), depends=depends)


def numbered(name: str) -> Migration:
    """Make an SQL migration from its file's name."""
    return Migration(name.partition("_")[0], File(f"{name}.sql", name, ""))


def graph(now: Sequence[Migration], base: Sequence[Migration] = ()) -> Comparison:
    """Compare an Alembic history with what was deployed, all of it locked."""
    head, before = (History(ALEMBIC, upgrade_order(migrations)) for migrations in (now, base))
    return compare(head, before, LockedProject("migrations", "alembic", {m.version: m for m in base}), None)


def line(now: Sequence[str], base: Sequence[str] = ()) -> Comparison:
    """Compare a folder of SQL files with what was deployed, in the order in which they are given."""
    head, before = (History(SQL, tuple(map(numbered, names)), linear=True) for names in (now, base))
    locked = {migration.version: migration for migration in before.migrations}
    return compare(head, before, LockedProject("migrations", "sql", locked), None)
