"""What the server tells of a leg that each tool runs."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from envs import ENV_PYS, HEAD

from checks.migration import Effect, File, History, Migration, Project
from checks.postgres.server import connect
from checks.roundtrip import testimony
from checks.roundtrip.catalog import compare
from checks.roundtrip.reader import snapshot
from checks.roundtrip.witness import NO_SUPERUSER, Watch
from checks.roundtrip.witness_sql import COUNTING, install
from checks.tools import sql
from checks.tools.sql.runs import SqlWalk
from checks.witness import Command, Lock, Timeout, Witness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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


def run_files(root: Path, database: Database, *texts: str) -> list[Witness]:
    """Run SQL files, and give what was told of each."""
    project = Project("app", "", "sql")
    migrations = []
    for number, text in enumerate(texts):
        (root / f"{number}.sql").write_text(text)
        migrations.append(Migration(str(number), File(f"{number}.sql", "", "")))
    with sql.walk(project, root, connect, History(project, tuple(migrations))) as walk:
        walk.enter(database)
        return listen(walk, database, migrations)


@pytest.fixture(params=["alembic", "sql"])
def legs(request: pytest.FixtureRequest, shop: AlembicProject, tmp_path: Path, database: Database) -> Legs:
    """Give what runs a history of SQL texts by a tool, and tells what the server said of each."""

    def by_alembic(*texts: str) -> list[Witness]:
        for number, text in enumerate(texts):
            shop.revision(f"r{number}", f"op.execute({text!r})", after=f"r{number - 1}" if number else None)
        with shop.walk(database) as walk:
            return listen(walk, database, shop.migrations)

    def by_files(*texts: str) -> list[Witness]:
        return run_files(tmp_path, database, *texts)

    return by_alembic if request.param == "alembic" else by_files


@pytest.mark.parametrize(("text", "touched"), UP.values(), ids=UP)
def test_the_tables_that_a_migration_touches(legs: Legs, text: str, touched: list[str]) -> None:
    first, second, after = legs("; ".join(TABLES), text, "SELECT 1")
    assert (first.complete, first.touched, after.touched) == (True, (), ())
    assert (second.complete, list(second.touched)) == (True, touched)


SCANS = {
    "SET NOT NULL": ("ALTER TABLE child ALTER id SET NOT NULL", True, True),
    "SET NOT NULL, proved": ("ALTER TABLE child ALTER proved SET NOT NULL", False, False),
    "CHECK": ("ALTER TABLE child ADD CHECK (id > 0)", True, True),
    "CHECK, not valid": ("ALTER TABLE child ADD CHECK (id > 0) NOT VALID", False, False),
    "VALIDATE": ("ALTER TABLE child VALIDATE CONSTRAINT late", True, False),
    "a column, and VALIDATE": ("ALTER TABLE child ADD x int, VALIDATE CONSTRAINT late", True, True),
    "UNIQUE": ("ALTER TABLE child ADD UNIQUE (id)", True, True),
    "PRIMARY KEY": ("ALTER TABLE child ADD PRIMARY KEY (id)", True, True),
    "UNIQUE, of an index": ("ALTER TABLE child ADD UNIQUE USING INDEX ready", False, False),
    "another collation": ('ALTER TABLE child ALTER note TYPE text COLLATE "C"', True, True),
    "a longer text": ("ALTER TABLE child ALTER code TYPE varchar(20)", False, False),
    "a foreign key": ("ALTER TABLE child ADD FOREIGN KEY (id) REFERENCES parent", True, False),
    "a column, and a foreign key": (
        "ALTER TABLE child ADD x int; ALTER TABLE child ADD FOREIGN KEY (id) REFERENCES parent",
        True,
        True,
    ),
    "another's key": ("ALTER TABLE other ADD x int; ALTER TABLE child VALIDATE CONSTRAINT late", True, False),
    "ATTACH": (
        "ALTER TABLE child NO INHERIT ancestor; ALTER TABLE whole ATTACH PARTITION child FOR VALUES IN ('a')",
        True,
        True,
    ),
    "a parent's column": ("ALTER TABLE ancestor ALTER id SET NOT NULL", True, True),
    "a parent's UNIQUE": ("ALTER TABLE ancestor ADD UNIQUE (id)", False, False),
    "a query before": ("SELECT count(*) FROM child; ALTER TABLE child ADD x int", False, False),
    "an index": ("CREATE INDEX ON child (id)", True, False),
    "TRUNCATE": ("TRUNCATE child; CREATE TABLE t (id int)", False, False),
    "LOCK": ("LOCK TABLE child", False, False),
    "a rewrite": ("ALTER TABLE child ALTER code TYPE int USING 1", False, True),
    "a domain": ("ALTER DOMAIN d ADD CHECK (value > 0)", True, False),
}
SCANNED = """CREATE DOMAIN d AS int; CREATE TABLE ancestor (id d); CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE child (note text, code varchar(9), proved int, CHECK (proved IS NOT NULL)) INHERITS (ancestor);
CREATE UNIQUE INDEX ready ON child (id); CREATE INDEX ON child (note); CREATE TABLE other (id int);
ALTER TABLE child ADD CONSTRAINT late CHECK (id > 0) NOT VALID;
CREATE TABLE whole (id d, note text, code varchar(9), proved int) PARTITION BY LIST (code);
"""


@pytest.mark.parametrize(("text", "scanned", "blocked"), SCANS.values(), ids=SCANS)
def test_what_is_scanned_and_who_waits_for_that(legs: Legs, text: str, scanned: bool, blocked: bool) -> None:
    # The first transaction of a session reports its counts in any case.
    _, _, told, after = legs(SCANNED, "SELECT 1", text, "ALTER TABLE child ALTER note SET DEFAULT ''")
    assert ("public.child" in (told.scanned or ()), "public.child" in told.blocked) == (scanned, blocked)
    assert (after.scanned, after.blocked) == ((), ())


def test_what_nobody_watched_is_not_counted_for_what_comes_after(
    shop: AlembicProject, database: Database
) -> None:
    texts = (SCANNED, "SELECT 1", "UPDATE child SET id = 1", "ALTER TABLE child ADD quick int")
    for number, text in enumerate(texts):
        shop.revision(f"r{number}", f"op.execute({text!r})", after=f"r{number - 1}" if number else None)
    *unwatched, last = shop.migrations
    with shop.walk(database) as walk, closing(connect(database)) as eye:
        watch = Watch(eye, walk)
        for migration in unwatched:
            watch.forget()
            assert walk.upgrade(migration) is None
        watch.open()
        assert walk.upgrade(last) is None
        told = watch.close()
    assert (told.scanned, told.blocked) == ((), ())


def test_a_server_that_counts_no_scans(tmp_path: Path, database: Database) -> None:
    with closing(connect(database)) as hand:
        hand.execute("CREATE TABLE child (id int)")
    (tmp_path / "0.sql").write_text("ALTER TABLE child ALTER id SET NOT NULL")
    project, migration = Project("app", "", "sql"), Migration("0", File("0.sql", "", ""))
    history = History(project, (migration,))
    with (
        sql.walk(project, tmp_path, connect, history) as walk,
        closing(connect(database)) as eye,
    ):
        walk.enter(database)
        watch = Watch(eye, walk)
        eye.execute(install(COUNTING - 1).encode())
        watch.open()
        assert walk.upgrade(migration) is None
        told = watch.close()
    assert (told.scanned, told.unread, told.complete) == (None, ("public.child",), True)


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
        mixed=("public.b",),
        blocked=("public.a",),
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
    _, told = run_files(tmp_path, database, "CREATE TABLE a (id int); CREATE TABLE b (id int)", text)
    assert {lock.table: lock.mode for lock in told.locks} == locks
    assert (told.transactions, told.autocommit) == how
    assert told.complete


LIMITS = {
    "nowhere": ("", "", 0),
    "session options, which Alembic does not know": (
        "",
        "context.configure(connection=connection, postgresql_set_session_options={'lock_timeout': '5s'})",
        0,
    ),
    "connect_args": ("connect_args={'options': '-c lock_timeout=5s'}, ", "", 5000),
    "the connection": (
        "",
        """connection.execute(text("SET lock_timeout = '5s'")); connection.commit()
    context.configure(connection=connection)""",
        5000,
    ),
    "the role": ("", "", 7000),
}


@pytest.mark.parametrize(("engine", "configure", "limit"), LIMITS.values(), ids=LIMITS)
def test_where_a_lock_timeout_is_set(
    shop: AlembicProject, database: Database, engine: str, configure: str, limit: int
) -> None:
    shop.env(
        HEAD.replace("poolclass=", f"{engine}poolclass=")
        + "with engine.connect() as connection:\n"
        + f"    {configure or 'context.configure(connection=connection)'}\n"
        + "    with context.begin_transaction():\n        context.run_migrations()\n"
    )
    shop.table("a")
    shop.revision("b", 'op.execute("ALTER TABLE a ADD b int")', after="a")
    if limit == LIMITS["the role"][2]:
        with closing(connect(database)) as hand:
            hand.execute(f"ALTER ROLE postgres IN DATABASE {database.dbname} SET lock_timeout = '7s'")
    with shop.walk(database) as walk:
        _, told = listen(walk, database, shop.migrations)
    assert told.lock_timeout == Timeout(limit, limit)


HARSH = {
    "the schema goes": "DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE t (id int)",
    "as a replica": "SET session_replication_role = replica; DROP TABLE child, parent",
    "nothing is granted": "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;"
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    "no search path": "SET search_path = ''; CREATE TABLE public.t (id int)",
    "a poor role": "CREATE ROLE poor; CREATE SCHEMA s AUTHORIZATION poor; SET ROLE poor;"
    "CREATE TABLE s.t (id int); ALTER TABLE s.t ADD x int; DROP TABLE s.t; RESET ROLE;"
    "DROP OWNED BY poor; DROP ROLE poor",
    "a role to the end": "SET LOCAL ROLE pg_monitor; CREATE TEMPORARY TABLE t (id int)",
    "event triggers of its own": "CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
    "CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION f(); CREATE TABLE t (id int); DROP TABLE t",
    "a language": "CREATE EXTENSION IF NOT EXISTS plpgsql; CREATE TABLE t (id int)",
    "many tables with long names": "DO $$BEGIN FOR n IN 1..300 LOOP EXECUTE"
    " format('CREATE TABLE %I (id int)', n || repeat(chr(233) || chr(34), 20)); END LOOP; END$$",
    "read only in the end": "CREATE TABLE t (id int); SET TRANSACTION READ ONLY",
    "serializable": "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; CREATE TABLE t (id int)",
    "nothing": "-- nothing",
}


@pytest.mark.parametrize("text", HARSH.values(), ids=HARSH)
def test_no_migration_is_broken_by_it_and_none_breaks_it(
    tmp_path: Path, database: Database, text: str
) -> None:
    _, harsh, after = run_files(tmp_path, database, "; ".join(TABLES), text, "CREATE TABLE last (id int)")
    assert (harsh.why_not, after.why_not) == ("", "")
    assert [command.name for command in after.commands] == ["public.last"]


def test_a_migration_that_silences_the_server_is_not_witnessed(legs: Legs) -> None:
    _, told = legs("CREATE TABLE a (id int)", "DROP EVENT TRIGGER migseal_sql_drop; DROP TABLE a")
    assert told.why_not == testimony.ASLEEP


def test_a_role_that_is_no_superuser_hears_nothing(database: Database) -> None:
    with closing(connect(database)) as eye:
        eye.execute("SET ROLE pg_monitor")
        watch = Watch(eye, SqlWalk(Project("app", "", "sql"), Path(), connect))
        watch.open()
        assert watch.close().why_not == NO_SUPERUSER


def test_the_catalog_shows_nothing_of_it(database: Database) -> None:
    with closing(connect(database)) as eye, closing(connect(database)) as other:
        before = snapshot(other)
        Watch(eye, SqlWalk(Project("app", "", "sql"), Path(), connect))
        assert snapshot(other) == before
        other.execute("REVOKE ALL ON FUNCTION pg_catalog.migseal_look() FROM PUBLIC")
        other.execute("CREATE FUNCTION pg_catalog.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        (found,) = compare(before, snapshot(other))
        assert (found.kind, found.effect) == ("function", Effect.LEFT)
