from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from checks.roundtrip import race

if TYPE_CHECKING:
    from sandbox import Ran, Sandbox

pytestmark = pytest.mark.postgres

HEAD = """\
from alembic import context
from sqlalchemy import engine_from_config, pool, text

section = context.config.get_section(context.config.config_ini_section)
engine = engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)
"""
ORDINARY = """
with engine.connect() as connection:
    {before}
    context.configure(connection=connection, {options})
    with context.begin_transaction():
        {within}
        context.run_migrations()
"""
SESSION = 'connection.execute(text("SELECT pg_advisory_lock(7)")); connection.commit()'
XACT = 'connection.execute(text("SELECT pg_advisory_xact_lock(7)"))'
LOOP = """import time
    while not connection.scalar(text("SELECT pg_try_advisory_lock(7)")):
        connection.rollback()
        time.sleep(0.2)
    connection.commit()"""
GIVES_UP = """import sys
    if not connection.scalar(text("SELECT pg_try_advisory_lock(7)")):
        sys.exit("somebody else migrates")
    connection.commit()"""
EACH = "transaction_per_migration=True"
ASYNC = """
import asyncio
from sqlalchemy.ext.asyncio import async_engine_from_config

def run(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        {within}
        context.run_migrations()

async def main():
    engine = async_engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)

asyncio.run(main())
"""


def env(before: str = "pass", within: str = "pass", options: str = "", frame: str = ORDINARY) -> str:
    return HEAD + frame.format(before=before, within=within, options=options)


def table(name: str) -> tuple[str, str]:
    return f'op.execute("CREATE TABLE {name} (id int)")', f'op.execute("DROP TABLE {name}")'


IN_THE_MIDDLE = (
    "with op.get_context().autocommit_block(): op.execute('SELECT 1')\n    " + table("b")[0],
    table("b")[1],
)


def check(repo: Sandbox, *arguments: str) -> tuple[Ran, dict[str, Any]]:
    ran = repo.run("check", "--concurrent", "--output", "json", *arguments)
    return ran, json.loads(ran.out)


def history(
    repo: Sandbox, env_py: str, second: tuple[str, str] = table("b"), driver: str = "psycopg"
) -> None:
    """Write a history of which the first migration is in the base."""
    repo.alembic(("r1", None, *table("a")))
    repo.write(
        "alembic.ini", f"[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql+{driver}://\n"
    )
    repo.write("migrations/env.py", env_py)
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    repo.alembic(("r2", "r1", *second), ("r3", "r2", *table("d")))
    repo.write(
        "alembic.ini", f"[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql+{driver}://\n"
    )
    repo.write("migrations/env.py", env_py)


SAFE = {
    "session lock": (env(SESSION), table("b"), "psycopg"),
    "session lock, each its transaction": (env(SESSION, options=EACH), table("b"), "psycopg2"),
    "transaction's lock, one transaction": (env(within=XACT), table("b"), "psycopg"),
    "asks until it gets it": (env(LOOP), table("b"), "psycopg"),
    "async": (env(within=XACT, frame=ASYNC), table("b"), "asyncpg"),
    "session lock, and a block without a transaction": (env(SESSION), IN_THE_MIDDLE, "psycopg"),
}
UNSAFE = {
    "none": (env(), table("b"), "psycopg"),
    "none, each its transaction": (env(options=EACH), table("b"), "psycopg2"),
    "none, and statements that could run twice": (
        env(),
        (table("b")[0].replace("TABLE", "TABLE IF NOT EXISTS"), table("b")[1]),
        "psycopg",
    ),
    "none, async": (env(frame=ASYNC), table("b"), "asyncpg"),
    "taken by the migration": (
        env(),
        (f"op.execute('SELECT pg_advisory_xact_lock(7)'); {table('b')[0]}", table("b")[1]),
        "psycopg",
    ),
    "gone with a transaction in the middle": (env(within=XACT), IN_THE_MIDDLE, "psycopg"),
    "gives up": (env(GIVES_UP), table("b"), "psycopg"),
}


@pytest.mark.parametrize(("env_py", "second", "driver"), SAFE.values(), ids=SAFE)
def test_two_upgrades_that_wait_for_each_other(
    repo: Sandbox, monkeypatch: pytest.MonkeyPatch, env_py: str, second: tuple[str, str], driver: str
) -> None:
    monkeypatch.setattr(race, "PATIENCE_SECONDS", 5.0)
    history(repo, env_py, second, driver)
    ran, document = check(repo)
    assert (ran.code, document["findings"]) == (0, []), ran.said


@pytest.mark.parametrize(("env_py", "second", "driver"), UNSAFE.values(), ids=UNSAFE)
def test_two_upgrades_that_disturb_each_other(
    repo: Sandbox, env_py: str, second: tuple[str, str], driver: str
) -> None:
    history(repo, env_py, second, driver)
    ran, document = check(repo)
    assert ran.code == 1, ran.said
    (finding,) = document["findings"]
    assert finding["rule"] == "unsafe-concurrent-upgrade"
    assert finding["path"] == "migrations/env.py"
    assert "context.run_migrations()" in env_py.splitlines()[finding["line"] - 1]
    assert "of two upgrades that begin together one fails" in finding["message"]
    assert "r2, r3" in finding["message"]


def test_from_an_empty_database_where_nothing_is_new(repo: Sandbox) -> None:
    repo.alembic(("r1", None, *table("a")))
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    ran, document = check(repo)
    assert [finding["rule"] for finding in document["findings"]] == ["unsafe-concurrent-upgrade"]
    assert document["steps"] == []
    repo.write(
        "migrations/env.py", env(SESSION).replace("engine_from_config(section", "engine_from_config(section")
    )
    ran, document = check(repo)
    assert (ran.code, document["findings"]) == (0, [])


def test_an_upgrade_that_fails_by_itself_tells_nothing_of_two(repo: Sandbox) -> None:
    history(repo, env(SESSION), ('op.execute("ALTER TABLE nothing ADD x int")', 'op.execute("SELECT 1")'))
    ran, document = check(repo)
    assert ran.code == 2
    assert [finding["rule"] for finding in document["findings"]] == ["failed-upgrade"]
    assert "fails without another one beside it, too" in document["error"]["message"]


def test_sql_files_have_no_runner_to_be_tried(repo: Sandbox) -> None:
    repo.locked("001_a")
    ran, document = check(repo)
    assert ran.code == 2
    assert "no such project" in document["error"]["message"]
    repo.alembic(("r1", None, *table("z")))
    repo.write("other/migrations/001_a.sql", "SELECT 1;\n")
    repo.git("rm", "-q", "--cached", "-r", "migrations")
    said = repo.run("check", "--concurrent").out
    assert "two upgrades at once were not tried" in said


def test_it_goes_with_no_check_of_files_only(repo: Sandbox) -> None:
    assert repo.run("check", "--concurrent", "--files-only").code == 2
