"""A migration that fails on rows, behind a way down that has to be mended first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox import Sandbox

pytestmark = pytest.mark.postgres

START = (
    "CREATE TABLE a (id serial PRIMARY KEY, name text);"
    " CREATE TABLE b (id serial PRIMARY KEY, a_id int REFERENCES a)"
)
DIRTY = ("ALTER TABLE a ADD x int NOT NULL; CREATE INDEX a_name ON a (name)", "ALTER TABLE a DROP x")
FAILS = ("ALTER TABLE a ADD x int NOT NULL", "ALTER TABLE a DROP y")
SOUND = ("ALTER TABLE a ADD x int", "SELECT 1")
UNIQUE = ("CREATE UNIQUE INDEX a_u ON a (name)", "SELECT 1")
AFTER = ("ALTER TABLE b ADD y int NOT NULL", "ALTER TABLE b DROP y")


def write(repo: Sandbox, tool: str, *migrations: tuple[str, str]) -> None:
    for number, (up, down) in enumerate(((START, "DROP TABLE b, a"), *migrations), 1):
        if tool == "sql":
            repo.sql(f"00{number}_a", f"{up};\n-- migrate:down\n{down};\n")
        else:
            parent = f"00{number - 1}" if number > 1 else None
            repo.alembic((f"00{number}", parent, f"op.execute({up!r})", f"op.execute({down!r})"))
        if number == 1:
            repo.commit()
            assert repo.run("lock").code == 0
            repo.commit()
            repo.branch()


def found(repo: Sandbox) -> list[tuple[str, str]]:
    document = json.loads(repo.run("check", "--output", "json").out)
    return [(f["migration"], f["rule"]) for f in document["findings"] if f["severity"] == "error"]


@pytest.mark.parametrize("tool", ["sql", "alembic"])
@pytest.mark.parametrize(
    ("migrations", "expected"),
    [
        ((DIRTY,), [("002", "fails-on-rows"), ("002", "leftover-object")]),
        ((FAILS,), [("002", "failed-downgrade"), ("002", "fails-on-rows")]),
        ((SOUND,), [("002", "leftover-object")]),
        (
            (SOUND, UNIQUE, AFTER),
            [
                ("002", "leftover-object"),
                ("003", "fails-on-rows"),
                ("003", "leftover-object"),
                ("004", "fails-on-rows"),
            ],
        ),
        ((("DROP TABLE b", ""), AFTER[::-1]), [("002", "leftover-object"), ("003", "failed-upgrade")]),
    ],
    ids=["dirty", "fails", "sound", "several", "lost"],
)
def test_what_fails_on_rows_does_not_hide_behind_a_broken_downgrade(
    repo: Sandbox, tool: str, migrations: tuple[tuple[str, str], ...], expected: list[tuple[str, str]]
) -> None:
    write(repo, tool, *migrations)
    assert sorted(found(repo)) == expected


def test_rows_of_one_migration_are_not_in_the_way_of_the_next(repo: Sandbox) -> None:
    fails = ("ALTER TABLE a ADD z int NOT NULL", "ALTER TABLE a DROP z")
    write(repo, "sql", SOUND, fails, UNIQUE)
    assert sorted(found(repo)) == [
        ("002", "leftover-object"),
        ("003", "fails-on-rows"),
        ("004", "fails-on-rows"),
        ("004", "leftover-object"),
    ]
