"""What the server tells of a leg that each tool runs."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from envs import ENV_PYS, HEAD

from checks.migration import File, History, Migration, Project
from checks.postgres.server import connect
from checks.roundtrip.witness import Watch
from checks.tools import sql
from checks.witness import Command, Lock, Timeout, Witness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from checks.database import Database
    from checks.tools import Walk
    from tests.tools.conftest import AlembicProject

    Legs = Callable[..., list[Witness]]

pytestmark = pytest.mark.postgres

TABLES = ("CREATE TABLE parent (id int PRIMARY KEY)", "CREATE TABLE child (id int, note text)")
UP = {
    "reads": ("SELECT count(*) FROM child", ["public.child"]),
    "updates": ("UPDATE child SET note = id::text", ["public.child"]),
    "references": (
        "ALTER TABLE child ADD FOREIGN KEY (id) REFERENCES parent",
        ["public.child", "public.parent"],
    ),
    "locks": ("LOCK TABLE parent IN SHARE MODE", ["public.parent"]),
    "truncates": ("TRUNCATE child", ["public.child"]),
    "drops": ("DROP TABLE child, parent", ["public.child", "public.parent"]),
    "renames": ("ALTER TABLE child RENAME TO kid", ["public.child"]),
    "indexes": ("CREATE INDEX ON child (id)", ["public.child"]),
    "adds a new table": ("CREATE TABLE other (id int)", []),
    "fills a new one": ("CREATE TABLE other AS SELECT id FROM parent", ["public.parent"]),
    "in a block": ("DO $$BEGIN EXECUTE 'UPDATE child SET id = 1'; END$$", ["public.child"]),
    "as another": ("SET ROLE pg_monitor; RESET ROLE; UPDATE child SET id = 1", ["public.child"]),
}


def listen(walk: Walk, database: Database, migrations: Iterable[Migration]) -> list[Witness]:
    """Take migrations up, and give what was told of each."""
    found = []
    with closing(connect(database)) as eye:
        watch = Watch(eye, walk)
        for migration in migrations:
            watch.open()
            assert walk.upgrade(migration) is None
            found.append(watch.close())
    return found


@pytest.fixture(params=["alembic", "sql"])
def legs(request: pytest.FixtureRequest, shop: AlembicProject, tmp_path: Path, database: Database) -> Legs:
    """Give what runs a history of SQL texts by a tool, and tells what the server said of each."""

    def by_alembic(*texts: str) -> list[Witness]:
        for number, text in enumerate(texts):
            shop.revision(f"r{number}", f"op.execute({text!r})", after=f"r{number - 1}" if number else None)
        with shop.walk(database) as walk:
            return listen(walk, database, shop.migrations)

    def by_files(*texts: str) -> list[Witness]:
        project = Project("app", "files", "sql")
        (tmp_path / "files").mkdir()
        migrations = []
        for number, text in enumerate(texts):
            (tmp_path / f"files/{number}.sql").write_text(text)
            migrations.append(Migration(str(number), File(f"{number}.sql", "", "")))
        with sql.walk(project, tmp_path, connect, History(project, tuple(migrations))) as walk:
            walk.enter(database)
            return listen(walk, database, migrations)

    return by_alembic if request.param == "alembic" else by_files


@pytest.mark.parametrize(("text", "touched"), UP.values(), ids=UP)
def test_the_tables_that_a_migration_touches(legs: Legs, text: str, touched: list[str]) -> None:
    first, second, after = legs("; ".join(TABLES), text, "SELECT 1")
    assert (first.complete, first.touched, after.touched) == (True, (), ())
    assert (second.complete, list(second.touched)) == (True, touched)


def test_names_are_those_of_before_the_leg(legs: Legs) -> None:
    told = legs(
        "CREATE TABLE a (id int)",
        "ALTER TABLE a RENAME TO b; CREATE SCHEMA s; ALTER TABLE b SET SCHEMA s",
        'ALTER SCHEMA s RENAME TO "T"',
        'UPDATE "T".b SET id = 1',
        'DROP TABLE "T".b; CREATE TABLE b (id int)',
        "DROP TABLE b",
    )
    assert [witness.touched for witness in told] == [
        (),
        ("public.a",),
        (),
        ('"T".b',),
        ('"T".b',),
        ("public.b",),
    ]


def test_what_is_told_of_a_leg(legs: Legs) -> None:
    _, told = legs(
        "CREATE TABLE a (id int, gone int); CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE b (id int)",
        "SET LOCAL lock_timeout = '3s'; SELECT pg_advisory_xact_lock(1);"
        "ALTER TABLE a DROP gone, ALTER id TYPE bigint; DROP TYPE mood; UPDATE b SET id = 2;"
        "SET LOCAL lock_timeout = '1min'; SET LOCAL statement_timeout = 500",
    )
    column = Command("ALTER TABLE", "table column", "public.a.gone", dropped=True)
    mood = Command("DROP TYPE", "type", "public.mood", dropped=True)
    assert told == Witness(
        commands=(column, Command("ALTER TABLE", "table", "public.a"), mood),
        dropped=(column, mood),
        rewritten=("public.a",),
        locks=(
            Lock("public.a", ("ShareLock", "AccessExclusiveLock")),
            Lock("public.b", ("RowExclusiveLock",)),
        ),
        touched=("public.a", "public.b"),
        lock_timeout=Timeout(at_lock=3000, at_commit=60_000),
        statement_timeout=Timeout(at_lock=0, at_commit=500),
        advisory=True,
        transactions=1,
    )
    assert told.written == ("public.b",)


def test_what_comes_and_goes_within_a_leg_was_not_there_before(legs: Legs) -> None:
    (told,) = legs(
        "CREATE TABLE a (id int); ALTER TABLE a ADD b text; ALTER TABLE a ALTER id TYPE text;"
        "ALTER TABLE a DROP b; DROP TABLE a; CREATE VIEW v AS SELECT 1; DROP VIEW v;"
        "CREATE TEMPORARY TABLE t (id int); DROP TABLE t"
    )
    assert (told.dropped, told.rewritten, told.locks, told.touched) == ((), (), (), ())
    assert [command.name for command in told.commands if command.dropped] == [
        "public.a.b",
        "public.a",
        "public.v",
    ]


@pytest.mark.parametrize(("env", "scheme"), ENV_PYS.values(), ids=ENV_PYS)
def test_whatever_the_env_py(shop: AlembicProject, database: Database, env: str, scheme: str) -> None:
    shop.url = f"{scheme}://somebody:secret@db.invalid/shop"
    shop.ini()
    if env:
        shop.env(env)
    shop.table("a")
    shop.revision("b", 'op.execute("UPDATE a SET id = 1")', after="a")
    with shop.walk(database) as walk:
        first, second = listen(walk, database, shop.migrations)
    assert first == Witness(
        commands=(*first.commands[:-1], Command("CREATE TABLE", "table", "public.a")),
        lock_timeout=Timeout(None, 0),
        statement_timeout=Timeout(None, 0),
        transactions=1,
    )
    assert all(command.kind == "schema" for command in first.commands[:-1])  # what env.py itself makes
    assert second.locks == (Lock("public.a", ("RowExclusiveLock",)),)
    assert (second.transactions, second.autocommit, second.why_not) == (1, False, "")


CONCURRENTLY = "CREATE INDEX CONCURRENTLY i ON a (id)"


@pytest.mark.parametrize("scheme", ["psycopg2", "psycopg", "asyncpg"])
def test_an_autocommit_block(shop: AlembicProject, database: Database, scheme: str) -> None:
    env, url = ENV_PYS[scheme]
    shop.url = f"{url}://somebody:secret@db.invalid/shop"
    shop.ini()
    if env:
        shop.env(env)
    shop.revision("a", 'op.execute("CREATE TABLE a (id int)"); op.execute("CREATE TABLE b (id int)")')
    body = (
        "op.execute('UPDATE b SET id = 1')\nwith op.get_context().autocommit_block():\n    op.execute({!r})"
    )
    shop.revision("b", body.format(CONCURRENTLY), after="a")
    shop.revision("c", body.format("UPDATE a SET id = 1"), after="b")
    with shop.walk(database) as walk:
        _, index, update = listen(walk, database, shop.migrations)
    assert index.locks == (
        Lock("public.a", ("ShareUpdateExclusiveLock",)),
        Lock("public.b", ("RowExclusiveLock",)),
    )
    assert (index.autocommit, index.transactions, index.complete) == (True, 3, True)
    assert (
        update.why_not
        == "nobody could look at the locks of a statement outside of a transaction: UPDATE a SET id = 1"
    )


def test_an_engine_in_autocommit(shop: AlembicProject, database: Database) -> None:
    shop.env(
        HEAD.replace("poolclass=", "isolation_level='AUTOCOMMIT', poolclass=")
        + "with engine.connect() as connection:\n    context.configure(connection=connection)\n"
        "    context.run_migrations()\n"
    )
    shop.table("a")
    shop.revision("b", 'op.execute("ALTER TABLE a ADD b int")', after="a")
    with shop.walk(database) as walk:
        _, told = listen(walk, database, shop.migrations)
    assert told.locks == (Lock("public.a", ("AccessExclusiveLock",)),)
    assert (told.autocommit, told.complete) == (True, True)


FILES = {
    "its own transactions": (
        "BEGIN; UPDATE a SET id = 1; COMMIT; BEGIN; LOCK TABLE b; END;",
        {"public.a": "RowExclusiveLock", "public.b": "AccessExclusiveLock"},
        (2, False),
    ),
    "none": (
        "-- migseal: no-transaction\nUPDATE a SET id = 1; ALTER TABLE b ADD c int;",
        {"public.a": "RowExclusiveLock", "public.b": "AccessExclusiveLock"},
        (2, True),
    ),
    "concurrently": (CONCURRENTLY, {"public.a": "ShareUpdateExclusiveLock"}, (1, True)),
    "rolled back": (
        "BEGIN; DROP TABLE a; ROLLBACK; BEGIN; DROP TABLE b; COMMIT",
        {"public.b": "AccessExclusiveLock"},
        (1, False),
    ),
    "to a savepoint": (
        "SAVEPOINT s; DROP TABLE a; ROLLBACK TO s; DROP TABLE b",
        {"public.b": "AccessExclusiveLock"},
        (1, False),
    ),
}


@pytest.mark.parametrize(("text", "locks", "how"), FILES.values(), ids=FILES)
def test_a_file_with_transactions_of_its_own(
    tmp_path: Path, database: Database, text: str, locks: dict[str, str], how: tuple[int, bool]
) -> None:
    project = Project("app", "", "sql")
    migrations = [Migration(name, File(f"{name}.sql", "", "")) for name in ("1", "2")]
    (tmp_path / "1.sql").write_text("CREATE TABLE a (id int); CREATE TABLE b (id int);")
    (tmp_path / "2.sql").write_text(text)
    with sql.walk(project, tmp_path, connect, History(project, tuple(migrations))) as walk:
        walk.enter(database)
        _, told = listen(walk, database, migrations)
    assert {lock.table: lock.mode for lock in told.locks} == locks
    assert (told.transactions, told.autocommit) == how
    assert told.complete
