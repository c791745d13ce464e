from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from envs import ASYNC_ENV, BEGIN, ENV_PYS, HEAD

from checks.errors import CannotCheckError, SeveralDatabasesError
from checks.migration import Failure
from checks.postgres.server import connect

if TYPE_CHECKING:
    from checks.database import Database
    from checks.migration import Migration
    from checks.tools.alembic.runs import Walk
    from tests.tools.conftest import AlembicProject

pytestmark = pytest.mark.postgres

both_ways = pytest.mark.parametrize("by_search", [False, True], ids=["steps", "search"])


def ask(database: Database, query: str) -> list[str]:
    with connect(database) as connection:
        return [str(row[0]) for row in connection.execute(query)]


def tables(database: Database) -> list[str]:
    query = """SELECT tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
               AND tablename NOT IN ('alembic_version', 'versions') ORDER BY 1"""
    return ask(database, query)


def versions(database: Database, table: str = "alembic_version") -> list[str]:
    return sorted(ask(database, f"SELECT version_num FROM {table}"))


def there_and_back(walk: Walk, migration: Migration) -> None:
    assert walk.upgrade(migration) is None
    assert walk.downgrade(migration) is None
    assert walk.upgrade(migration) is None


@both_ways
@pytest.mark.parametrize(("env", "scheme"), ENV_PYS.values(), ids=ENV_PYS)
def test_each_leg_is_committed_whatever_the_env_py(
    shop: AlembicProject, database: Database, env: str, scheme: str, by_search: bool
) -> None:
    shop.url = f"{scheme}://somebody:secret@db.invalid/shop"
    shop.ini()
    if env:
        shop.env(env)
    first, second = shop.table("a1"), shop.table("a2", after="a1")
    with shop.walk(database, by_search=by_search) as walk:
        walk.ground()
        schemas = ask(database, "SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_)'")
        assert sorted(schemas) == (["meta", "public"] if "CREATE SCHEMA" in env else ["public"])
        for step, expected in (
            (lambda: walk.upgrade(first), ["a1"]),
            (lambda: walk.downgrade(first), []),
            (lambda: walk.upgrade(first), ["a1"]),
            (lambda: walk.upgrade(second), ["a1", "a2"]),
            (lambda: walk.downgrade(second), ["a1"]),
            (lambda: walk.upgrade(second), ["a1", "a2"]),
        ):
            assert step() is None
            assert tables(database) == expected
        in_meta = "versions" in env
        assert walk.version_table == (("meta", "versions") if in_meta else (None, "alembic_version"))
    assert versions(database, "meta.versions" if in_meta else "alembic_version") == ["a2"]


@pytest.mark.parametrize(
    "env",
    [
        """
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.execute("SET LOCAL lock_timeout = '7s'")
        context.run_migrations()
""",
        """
with engine.begin() as connection:
    connection.execute(text("SET LOCAL lock_timeout = '7s'"))
    context.configure(connection=connection)
    context.run_migrations()
""",
    ],
    ids=["alembic-s", "own"],
)
def test_what_env_py_sets_in_its_transaction_holds_for_every_leg(
    shop: AlembicProject, database: Database, env: str
) -> None:
    shop.env(HEAD + env)
    act = 'assert op.get_bind().exec_driver_sql("SHOW lock_timeout").scalar() == "7s"'
    shop.revision("a1", act, act)
    shop.revision("a2", act, act, after="a1")
    with shop.walk(database) as walk:
        for migration in shop.migrations:
            there_and_back(walk, migration)
    assert versions(database) == ["a2"]


@both_ways
def test_branches_merges_two_heads_and_dependencies(
    shop: AlembicProject, database: Database, by_search: bool
) -> None:
    shop.table("root")
    shop.table("west", after="root")
    shop.table("east", after="root")
    shop.table("merged", after=("west", "east"))
    shop.table("other", head="depends_on = 'west'")
    shop.table("alone", after="other")
    with shop.walk(database, by_search=by_search) as walk:
        for migration in shop.migrations:
            there_and_back(walk, migration)
        assert versions(database) == ["alone", "merged"]
        for migration in reversed(shop.migrations):
            assert walk.downgrade(migration) is None
    assert tables(database) == []
    assert versions(database) == []


@both_ways
def test_autocommit_block(shop: AlembicProject, database: Database, by_search: bool) -> None:
    shop.revision("mood", "op.execute(\"CREATE TYPE mood AS ENUM ('ok')\")", 'op.execute("DROP TYPE mood")')
    up = """
    with op.get_context().autocommit_block():
        op.execute("ALTER TYPE mood ADD VALUE IF NOT EXISTS 'sad'")
    op.execute("CREATE TABLE felt (mood mood DEFAULT 'sad')")
    """
    shop.revision("sad", up, 'op.execute("DROP TABLE felt")', after="mood")
    with shop.walk(database, by_search=by_search) as walk:
        for migration in shop.migrations:
            there_and_back(walk, migration)
    assert ask(database, "SELECT unnest(enum_range(NULL::mood))") == ["ok", "sad"]


def test_one_run_of_env_py_takes_all_legs_after_the_first(shop: AlembicProject, database: Database) -> None:
    shop.env("open('runs', 'a').write('x')\n" + SYNC)
    shop.table("a1")
    shop.table("a2", after="a1")
    with shop.walk(database) as walk:
        for migration in shop.migrations:
            there_and_back(walk, migration)
    assert (shop.root / "runs").read_text() == "xx"


def test_between_legs_no_lock_is_held(shop: AlembicProject, database: Database) -> None:
    first = shop.table("a1")
    shop.table("a2", after="a1")
    with shop.walk(database) as walk:
        for migration in shop.migrations:
            assert walk.upgrade(migration) is None
            query = "SELECT count(*) FROM pg_locks WHERE pid <> pg_backend_pid() AND relation IS NOT NULL"
            assert ask(database, query) == ["0"]
        assert walk.downgrade(shop.migrations[1]) is None
        assert walk.downgrade(first) is None


@both_ways
def test_a_failing_upgrade_names_file_line_statement_and_state(
    shop: AlembicProject, database: Database, by_search: bool
) -> None:
    shop.table("a1")
    bad = shop.revision("bad", 'op.execute("ALTER TABLE missing ADD x int")', after="a1")
    with shop.walk(database, by_search=by_search) as walk:
        assert walk.upgrade(shop.migrations[0]) is None
        failure = walk.upgrade(bad)
        assert failure == Failure(
            'UndefinedTable: relation "missing" does not exist',
            "migrations/versions/bad.py",
            7,
            "ALTER TABLE missing ADD x int",
            "42P01",
        )
        there_and_back_again = walk.downgrade(shop.migrations[0])
        assert there_and_back_again is None
        assert walk.upgrade(shop.migrations[0]) is None
    assert tables(database) == ["a1"]


@pytest.mark.parametrize("scheme", ["asyncpg", "psycopg"])
def test_an_async_driver_s_error_is_as_short(shop: AlembicProject, database: Database, scheme: str) -> None:
    shop.url = f"postgresql+{scheme}://u:p@db.invalid/shop"
    shop.ini()
    shop.env(ASYNC_ENV)
    bad = shop.revision("bad", 'op.execute("DROP TABLE missing")')
    with shop.walk(database) as walk:
        failure = walk.upgrade(bad)
    assert failure is not None
    assert failure.message in (
        'UndefinedTable: table "missing" does not exist',
        'UndefinedTableError: table "missing" does not exist',
    )
    assert (failure.sqlstate, failure.statement) == ("42P01", "DROP TABLE missing")
    assert (failure.path, failure.line) == ("migrations/versions/bad.py", 7)


def test_detail_and_hint_of_the_server_are_told(shop: AlembicProject, database: Database) -> None:
    up = 'op.execute("CREATE TABLE a (id int PRIMARY KEY); CREATE VIEW v AS SELECT id FROM a")'
    shop.revision("a1", up, 'op.execute("DROP TABLE a")')
    with shop.walk(database) as walk:
        assert walk.upgrade(shop.migrations[0]) is None
        failure = walk.downgrade(shop.migrations[0])
    assert failure is not None
    assert failure.message.splitlines() == [
        "DependentObjectsStillExist: cannot drop table a because other objects depend on it",
        "DETAIL: view v depends on table a",
        "HINT: Use DROP ... CASCADE to drop the dependent objects too.",
    ]
    assert not failure.refused


REFUSALS = {
    "not-implemented": ("raise NotImplementedError", True),
    "any-raise": ('raise RuntimeError(\n    "this cannot be undone"\n)', True),
    "of-one-database": ("def downgrade_a():\n    raise ValueError('no')\ndowngrade_a()", True),
    "in-a-condition": ("if True:\n    raise ValueError('no')", True),
    "because-of-another": (
        "try:\n    op.execute('DROP TABLE x')\nexcept Exception:\n    raise RuntimeError",
        False,
    ),
    "of-a-nested-function": ("def inner():\n    raise ValueError('no')\ninner()", False),
    "by-a-library": ("import json\njson.loads('{')", False),
    "by-the-server": ("op.execute('DROP TABLE x')", False),
    "by-mistake": ("undefined_name", False),
}


@pytest.mark.parametrize(("down", "refused"), REFUSALS.values(), ids=REFUSALS)
def test_refused_downgrades(shop: AlembicProject, database: Database, down: str, refused: bool) -> None:
    migration = shop.revision("a1", "pass", down)
    with shop.walk(database) as walk:
        assert walk.upgrade(migration) is None
        failure = walk.downgrade(migration)
    assert failure is not None
    assert failure.refused is refused
    assert failure.path == "migrations/versions/a1.py"


def test_an_upgrade_never_refuses(shop: AlembicProject, database: Database) -> None:
    migration = shop.revision("a1", "raise NotImplementedError")
    with shop.walk(database) as walk:
        failure = walk.upgrade(migration)
    assert failure == Failure("NotImplementedError", "migrations/versions/a1.py", 7, unwanted_value=True)


@both_ways
def test_an_exception_that_env_py_hides_is_a_failure(
    shop: AlembicProject, database: Database, by_search: bool
) -> None:
    hiding = """
with engine.connect() as connection:
    context.configure(connection=connection)
    try:
        with context.begin_transaction():
            context.run_migrations()
    except Exception:
        print("never mind")
"""
    shop.env(HEAD + hiding)
    shop.table("a1")
    bad = shop.revision("bad", "1 / 0", after="a1")
    with shop.walk(database, by_search=by_search) as walk:
        assert walk.upgrade(shop.migrations[0]) is None
        failure = walk.upgrade(bad)
        assert failure == Failure("ZeroDivisionError: division by zero", "migrations/versions/bad.py", 7)
        assert walk.downgrade(shop.migrations[0]) is None


@pytest.mark.parametrize("first", [False, True], ids=["later", "first"])
@pytest.mark.parametrize(
    ("act", "message"),
    [
        ("import sys; sys.exit(3)", "sys.exit(3) was called"),
        # A child of its own still holds our pipes open.
        (
            "import os, time; os.fork() or time.sleep(60); os._exit(5)",
            "the process ended with exit code 5 in the middle of this migration",
        ),
        ("import os; os._exit(4)", "the process ended with exit code 4 in the middle of this migration"),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            "the process was killed by SIGKILL in the middle of this migration",
        ),
    ],
    ids=["sys.exit", "fork", "os._exit", "kill"],
)
def test_a_migration_that_ends_the_process(
    shop: AlembicProject, database: Database, act: str, message: str, first: bool
) -> None:
    bad = shop.revision("bad", act)
    good = shop.table("good")
    with shop.walk(database) as walk:
        if not first:
            assert walk.upgrade(good) is None
            assert walk.downgrade(good) is None
        failure = walk.upgrade(bad)
        assert failure is not None
        assert (failure.message, failure.path) == (message, "migrations/versions/bad.py")
        assert walk.upgrade(good) is None
    assert tables(database) == ["good"]


def test_a_migration_that_kills_its_connection(shop: AlembicProject, database: Database) -> None:
    good = shop.table("good")
    bad = shop.revision("bad", 'op.execute("SELECT pg_terminate_backend(pg_backend_pid())")', after="good")
    with shop.walk(database) as walk:
        assert walk.upgrade(good) is None
        failure = walk.upgrade(bad)
        assert failure is not None
        assert failure.message.startswith("OperationalError: server closed the connection unexpectedly\n")
        assert walk.downgrade(good) is None
    assert tables(database) == []


@both_ways
def test_prints_closed_outputs_and_another_directory_disturb_nothing(
    shop: AlembicProject, database: Database, by_search: bool
) -> None:
    acts = {
        "a1": 'print("{}" * 100000)',
        "a2": "import os; os.chdir('/')",
        "a3": "import sys; sys.stdout.close()",
        "a4": "import os; os.dup2(os.open(os.devnull, os.O_RDONLY), 1)",
    }
    after = None
    for version, act in acts.items():
        shop.revision(version, act, after=after)
        after = version
    last = shop.table("z", after="a4")
    with shop.walk(database, by_search=by_search) as walk:
        for migration in shop.migrations:
            there_and_back(walk, migration)
        assert walk.downgrade(last) is None


def test_a_migration_that_closes_our_pipes_is_a_failure(shop: AlembicProject, database: Database) -> None:
    bad = shop.revision("bad", "import os; os.closerange(3, 64)")
    with shop.walk(database) as walk:
        failure = walk.upgrade(bad)
    assert failure is not None
    assert "in the middle of this migration" in failure.message


NEVER_COMMITS = """
with engine.connect() as connection:
    connection.execute(text("SELECT 1"))
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


@both_ways
def test_an_env_py_that_does_not_commit(shop: AlembicProject, database: Database, by_search: bool) -> None:
    shop.env(HEAD + NEVER_COMMITS)
    migration = shop.table("a1")
    with shop.walk(database, by_search=by_search) as walk:
        failure = walk.upgrade(migration)
    assert failure is not None
    assert failure.message.startswith("env.py did not commit")
    assert "connection.commit()" in failure.message
    assert tables(database) == []


def test_an_error_at_env_py_s_own_commit_is_the_leg_s(shop: AlembicProject, database: Database) -> None:
    shop.env(HEAD + BEGIN)
    up = """op.execute("CREATE TABLE a (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
op.execute("INSERT INTO a VALUES (1), (1)")"""
    shop.revision("a1", up)
    with shop.walk(database) as walk:
        failure = walk.upgrade(shop.migrations[0])
    assert failure is not None
    assert failure.sqlstate == "23505"
    assert failure.path == "migrations/env.py"


LOSSES = {
    "drop": 'op.execute("DROP TABLE alembic_version")',
    "cascade": 'op.execute("DROP SCHEMA public CASCADE"); op.execute("CREATE SCHEMA public")',
}


@both_ways
@pytest.mark.parametrize("down", LOSSES.values(), ids=LOSSES)
def test_a_lost_version_table(shop: AlembicProject, database: Database, down: str, by_search: bool) -> None:
    migration = shop.revision("a1", "pass", down)
    with shop.walk(database, by_search=by_search) as walk:
        assert walk.upgrade(migration) is None
        assert not walk.lost_version_table
        failure = walk.downgrade(migration)
        assert failure is not None
        assert failure.sqlstate == "42P01"
        assert walk.lost_version_table


def test_a_changed_search_path_is_no_lost_version_table(shop: AlembicProject, database: Database) -> None:
    migration = shop.revision("a1", "pass", "op.execute(\"SELECT set_config('search_path', '', false)\")")
    with shop.walk(database) as walk:
        assert walk.upgrade(migration) is None
        failure = walk.downgrade(migration)
        assert failure is not None
        assert failure.sqlstate == "42P01"
        assert not walk.lost_version_table


def test_models_of_the_application_are_found_by_prepend_sys_path(
    shop: AlembicProject, database: Database
) -> None:
    shop.write("alembic.py", "raise SystemExit('the project has a file of that name')")
    shop.write("src/store/__init__.py", "NAME = 'goods'")
    shop.ini("prepend_sys_path = src")
    shop.env("import store\n" + SYNC + "\nassert store.NAME")
    migration = shop.table("goods")
    with shop.walk(database) as walk:
        there_and_back(walk, migration)


def test_the_driver_s_own_folder_is_not_on_the_path(shop: AlembicProject, database: Database) -> None:
    shop.env("import sys\nassert not [p for p in sys.path if 'alembic_driver' in p], sys.path\n" + SYNC)
    with shop.walk(database) as walk:
        assert walk.upgrade(shop.table("a1")) is None


def test_without_an_ini_file(shop: AlembicProject, database: Database) -> None:
    (shop.root / "alembic.ini").unlink()
    shop.options["ini_file"] = None
    with shop.walk(database) as walk:
        there_and_back(walk, shop.table("a1"))


def test_a_pyproject_and_a_directory_of_its_own(shop: AlembicProject, database: Database) -> None:
    (shop.root / "alembic.ini").rename(shop.root / "old.ini")
    shop.write("pyproject.toml", '[tool.alembic]\nscript_location = "%(here)s/migrations"\n')
    shop.options["ini_file"] = "pyproject.toml"
    with shop.walk(database) as walk:
        there_and_back(walk, shop.table("a1"))


def test_the_section_whose_directory_it_is(shop: AlembicProject, database: Database) -> None:
    text = "[alembic]\nscript_location = elsewhere\n[shop]\nscript_location = %(here)s/migrations\n"
    shop.write("alembic.ini", text + "sqlalchemy.url = x\n")
    with shop.walk(database) as walk:
        there_and_back(walk, shop.table("a1"))


def test_templates_fill_variables_and_options(shop: AlembicProject, database: Database) -> None:
    shop.options["env"] = {"SHOP_DB": "{url}", "SHOP_NAME": "{host}/{dbname}/{other}", "PYTHONPATH": "lib"}
    shop.options["ini"] = {"shop.name": "100% {user}", "sqlalchemy.echo": "false"}
    shop.ini("[shop]", "key = value")
    shop.write("lib/shop_settings.py", "import os\nurl = os.environ['SHOP_DB']")
    checks = f"""
import os
import shop_settings
from alembic import context
assert shop_settings.url == context.config.get_main_option("sqlalchemy.url"), shop_settings.url
assert os.environ["SHOP_NAME"] == "{database.host}/{database.dbname}/{{other}}"
assert context.config.get_section_option("shop", "name") == "100% {database.user}"
assert context.config.get_main_option("sqlalchemy.echo") == "false"
assert context.config.cmd_opts.revision == "heads"
"""
    shop.env(checks + SYNC)
    with shop.walk(database) as walk:
        assert walk.upgrade(shop.table("a1")) is None


@pytest.mark.parametrize("driver", ["psycopg2", "psycopg", "asyncpg"])
def test_the_driver_of_the_url(shop: AlembicProject, database: Database, driver: str) -> None:
    shop.url = "driver://user:pass@localhost/dbname"
    shop.ini()
    shop.options["driver"] = driver
    shop.env(ASYNC_ENV if driver == "asyncpg" else SYNC)
    check = f'assert op.get_bind().dialect.driver.startswith("{driver}"), op.get_bind().dialect.driver'
    with shop.walk(database) as walk:
        assert walk.upgrade(shop.revision("a1", check)) is None


@pytest.mark.parametrize("env", [ASYNC_ENV, ""], ids=["async", "sync"])
def test_without_a_hint_a_driver_that_can_be_imported_is_taken(
    shop: AlembicProject, database: Database, env: str
) -> None:
    shop.url = "driver://user:pass@localhost/dbname"
    shop.ini()
    shop.env(env or SYNC)
    with shop.walk(database) as walk:
        assert walk.upgrade(shop.table("a1")) is None


def cannot_check(shop: AlembicProject, database: Database) -> CannotCheckError:
    migration = shop.table("a1")
    with pytest.raises(CannotCheckError) as caught, shop.walk(database) as walk:
        walk.upgrade(migration)
    assert tables(database) == []
    return caught.value


def test_a_missing_variable_is_named_with_the_lines_to_add(shop: AlembicProject, database: Database) -> None:
    shop.write("settings.py", "import os\nURL = os.environ['SHOP_URL']\n")
    shop.ini("prepend_sys_path = .")
    shop.env("import os\nfrom settings import URL\nos.getenv('SHOP_KEY')\n" + SYNC)
    error = cannot_check(shop, database)
    assert error.message.splitlines() == [
        "shop: env.py could not be run: KeyError: 'SHOP_URL'",
        "  migrations/env.py:2 in <module>",
        "  settings.py:2 in <module>",
    ]
    lines = ["projects:", "  shop:", "    env:", '      SHOP_URL: "{url}"', '      SHOP_KEY: "{url}"']
    assert error.hint.splitlines()[1:] == lines


def test_arguments_of_the_command_line(shop: AlembicProject, database: Database) -> None:
    shop.options["x"] = ("tenant=a", "url={url}", "at={host}", "flag")
    read = "given = context.get_x_argument(as_dictionary=True)"
    check = f"""
{read}
assert given == {{"tenant": "a", "url": URL, "at": "{database.host}", "flag": ""}}, given
"""
    url = 'from alembic import context\nURL = context.config.get_main_option("sqlalchemy.url")\n'
    shop.env(url + check + SYNC)
    up = f"from alembic import context\n{read}\nop.execute(f\"CREATE TABLE {{given['tenant']}} (id int)\")"
    with shop.walk(database) as walk:
        assert walk.upgrade(shop.revision("a1", up)) is None
    assert tables(database) == ["a"]


@pytest.mark.parametrize(
    ("env", "line"),
    [
        ("context.get_x_argument(as_dictionary=True)['tenant']", 'x: ["tenant=VALUE"]'),
        ("if not context.get_x_argument(): raise ValueError('name a tenant')", 'x: ["NAME=VALUE"]'),
    ],
)
def test_a_missing_argument_is_told_with_the_line_to_add(
    shop: AlembicProject, database: Database, env: str, line: str
) -> None:
    shop.env("from alembic import context\n" + env)
    assert cannot_check(shop, database).hint.splitlines()[-1].strip() == line


def test_a_module_off_the_path_is_named_with_its_place(shop: AlembicProject, database: Database) -> None:
    shop.write("src/store/__init__.py", "")
    shop.env("import store\n" + SYNC)
    error = cannot_check(shop, database)
    assert "ModuleNotFoundError: No module named 'store'" in error.message
    assert 'PYTHONPATH: "src"' in error.hint


def test_a_package_that_is_not_installed_is_told_with_the_interpreter(
    shop: AlembicProject, database: Database
) -> None:
    shop.env("import asyncpg_of_ours\n" + SYNC)
    error = cannot_check(shop, database)
    assert "No module named 'asyncpg_of_ours'" in error.message
    assert f"{sys.executable} has no asyncpg_of_ours" in error.hint
    assert error.hint.splitlines()[-1].strip().startswith("python: ")


def test_a_name_that_a_package_lacks_is_no_package(shop: AlembicProject, database: Database) -> None:
    shop.env("from sqlalchemy import nothing_here\n" + SYNC)
    assert cannot_check(shop, database).hint.startswith("Mend migrations/env.py")


def test_an_async_env_py_with_a_sync_driver_gets_a_hint(shop: AlembicProject, database: Database) -> None:
    shop.env(ASYNC_ENV)
    assert 'driver: "asyncpg"' in cannot_check(shop, database).hint


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ("print('nothing to do')", ["without calling context.run_migrations()", "nothing to do"]),
        ("import os; os._exit(9)", ["the process ended with exit code 9"]),
        ("import sys; sys.exit('no')", ["sys.exit('no') was called", "migrations/env.py:1"]),
        ("def broken(:", ["SyntaxError", "migrations/env.py:1"]),
        ("raise ValueError('postgresql://me:hunter2@db/shop')", ["postgresql://me:***@db/shop"]),
    ],
    ids=["nothing", "os._exit", "sys.exit", "syntax", "password"],
)
def test_an_env_py_that_cannot_be_run(
    shop: AlembicProject, database: Database, env: str, words: list[str]
) -> None:
    shop.env(env)
    error = cannot_check(shop, database)
    assert [word for word in words if word not in error.message] == []
    assert error.hint


MULTIDB = """
for name in ("one", "two"):
    with engine.connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
"""

MULTIDB_AT_ONCE = """
connections = [engine.connect(), engine.connect()]
transactions = [connection.begin() for connection in connections]
try:
    for connection in connections:
        context.configure(connection=connection)
        context.run_migrations()
    for transaction in transactions:
        transaction.commit()
finally:
    for connection in connections:
        connection.close()
"""


@pytest.mark.parametrize("env", [MULTIDB, MULTIDB_AT_ONCE], ids=["one-after-another", "at-once"])
def test_several_databases_in_one_run(shop: AlembicProject, database: Database, env: str) -> None:
    shop.env(HEAD + env)
    migration = shop.table("a1")
    with pytest.raises(SeveralDatabasesError, match="more than once") as caught, shop.walk(database) as walk:
        walk.upgrade(migration)
    assert caught.value.names == ("1", "2")


def test_a_revision_that_cannot_be_imported(shop: AlembicProject, database: Database) -> None:
    shop.revision("bad", head="import nothing_of_that_name")
    error = cannot_check(shop, database)
    assert "nothing_of_that_name" in error.message
    assert "migrations/versions/bad.py:4" in error.message


def test_an_interpreter_without_alembic(shop: AlembicProject, database: Database) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", shop.root / "bare"], check=True)
    shop.options["python"] = "bare/bin/python"
    error = cannot_check(shop, database)
    assert "bare/bin/python has no usable Alembic (No module named 'alembic'" in error.message
    assert 'python: "bare/bin/python" in the config' in error.message
    assert 'python: ".venv/bin/python"' in error.hint


def test_notes_name_the_interpreter(shop: AlembicProject, database: Database) -> None:
    with shop.walk(database) as walk:
        assert str(shop.project.python) in walk.notes[0]


def processes(word: str) -> list[str]:
    listed = subprocess.run(
        ["ps", "-ww", "-eo", "pid,args"], capture_output=True, text=True, check=True
    ).stdout
    return [line for line in listed.splitlines() if word in line]


def is_gone(word: str) -> bool:
    for _ in range(100):
        if not processes(word):
            return True
        time.sleep(0.1)
    return False


def test_nothing_is_left_of_a_walk(shop: AlembicProject, database: Database) -> None:
    word = f"stray-{os.getpid()}"
    sleeper = f'[sys.executable, "-c", "import time; time.sleep(300)", "{word}"]'
    shop.env(f"import subprocess, sys; subprocess.Popen({sleeper})\n" + SYNC)
    migration = shop.table("a1")
    with shop.walk(database) as walk:
        assert walk.upgrade(migration) is None
        assert processes(word)
    assert is_gone(word)


@pytest.mark.parametrize("where", ["between legs", "in a leg"])
def test_a_killed_parent_leaves_no_driver(shop: AlembicProject, database: Database, where: str) -> None:
    """The child that walks is killed; its driver ends by itself."""
    up = "pass" if where == "between legs" else 'open("begun", "w").close(); import time; time.sleep(300)'
    shop.revision("a1", up)
    word = f"-orphan-{os.getpid()}"
    shop.write("walker.py", WALKER)
    arguments = [str(shop.root), repr(database), word]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    child = subprocess.Popen([sys.executable, str(shop.root / "walker.py"), *arguments], env=environ)
    for _ in range(200):
        if (shop.root / "begun").exists():
            break
        time.sleep(0.1)
    driver = [line for line in processes("alembic_driver") if f" {child.pid} " in f" {parent_of(line)} "]
    assert driver
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert is_gone(driver[0])


def parent_of(line: str) -> str:
    pid = line.split(maxsplit=1)[0]
    command = ["ps", "-o", "ppid=", "-p", pid]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


WALKER = """
import sys
import time
from pathlib import Path

from checks.database import Database
from checks.migration import File, History, Migration, Project
from checks.postgres.server import connect
from checks.tools.alembic.runs import walk

root = Path(sys.argv[1])
project = Project("shop", "migrations", "alembic", ini_file="alembic.ini", python=sys.executable)
migration = Migration("a1", File("versions/a1.py", "", ""))
with walk(project, root, connect, History(project, (migration,))) as walking:
    walking.enter(eval(sys.argv[2]))
    walking.upgrade(migration)
    (root / "begun").touch()
    time.sleep(300)
"""

SYNC = """
from alembic import context
from sqlalchemy import engine_from_config, pool

section = context.config.get_section(context.config.config_ini_section, {})
engine = engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
