from __future__ import annotations

from dataclasses import replace

import pytest
from histories import ALEMBIC, SQL

from checks.migration import (
    VERSION_TABLES,
    Change,
    Comparison,
    Edit,
    File,
    History,
    Kind,
    Migration,
    Project,
    Stamp,
    Tier,
)
from checks.rules.stamped_history import OTHERS, RULE

DELETE = Stamp("DELETE FROM alembic_version", "alembic_version", 7)
DROP = Stamp("DROP TABLE alembic_version", "alembic_version", 9, file=1, removes=True)


def migration(*stamps: Stamp, sha256: str = "") -> Migration:
    """Make one in two files."""
    return Migration("2", File("2.up.sql", sha256, ""), File("2.down.sql", "", ""), stamps=stamps)


def told(*changes: Change, base: tuple[Migration, ...] = ()) -> list[tuple[str, int]]:
    project = changes[0].project
    now = History(project, tuple(change.after for change in changes if change.after))
    comparison = Comparison(now, History(project, base), {}, changes)
    return [(finding.path, finding.line) for finding in RULE.judge(comparison)]


def new(*stamps: Stamp, project: Project = ALEMBIC) -> Change:
    return Change(project, Tier.NEW, None, migration(*stamps))


def edited(tier: Tier, kind: Kind | None, old: tuple[Stamp, ...] = ()) -> Change:
    """Make an edit after which a migration deletes from the table."""
    edit = Edit(kind) if kind else None
    return Change(ALEMBIC, tier, migration(*old), migration(*old, DELETE, sha256="other"), edit=edit)


def test_a_new_one_is_told_once_where_it_writes_first() -> None:
    assert told(new(DELETE)) == [("migrations/2.up.sql", 7)]
    assert told(new(DROP)) == [("migrations/2.down.sql", 9)]
    assert told(new(DELETE, DROP)) == [("migrations/2.up.sql", 7)]
    assert told(new()) == []


@pytest.mark.parametrize("tier", [Tier.LOCKED, Tier.MERGED])
@pytest.mark.parametrize(
    ("kind", "is_told"),
    [
        (Kind.UPGRADE, True),
        (Kind.DOWNGRADE, True),
        (None, True),
        (Kind.COMMENT, False),
        (Kind.FORMAT, False),
        (Kind.IMPORT, False),
    ],
)
def test_an_edit_is_told_by_what_it_brought(tier: Tier, kind: Kind | None, is_told: bool) -> None:
    change = edited(tier, kind)
    assert bool(told(change, base=(migration(),))) is is_told
    assert told(change, base=(migration(replace(DELETE, line=3)),)) == []
    assert told(replace(change, amended="it had been run by hand"), base=(migration(),)) == []


def test_what_did_not_change_or_is_gone_is_not_told() -> None:
    same = migration(DELETE)
    assert told(Change(ALEMBIC, Tier.MERGED, same, same), base=()) == []
    assert told(Change(ALEMBIC, Tier.MERGED, same, None), base=()) == []


@pytest.mark.parametrize("project", [ALEMBIC, SQL], ids=["alembic", "sql"])
@pytest.mark.parametrize("table", sorted(VERSION_TABLES))
def test_the_table_of_a_tool_that_was_left_may_go(project: Project, table: str) -> None:
    drops = Stamp(f"DROP TABLE {table}", table, 1, removes=True)
    assert bool(told(new(drops, project=project))) is (table not in OTHERS[project.tool])


def test_another_tools_history_is_not_written_either() -> None:
    writes = Stamp("INSERT INTO django_migrations", "django_migrations", 1)
    assert told(new(writes)) != []
    assert told(new(writes, project=SQL)) != []


def test_beside_alembic_schema_version_is_a_table_like_any_other() -> None:
    writes = Stamp("UPDATE schema_version", "schema_version", 1)
    assert told(new(writes)) == []
    assert told(new(writes, project=SQL)) != []


def test_stamp_is_told() -> None:
    assert told(new(Stamp("command.stamp()", "", 4))) == [("migrations/2.up.sql", 4)]
