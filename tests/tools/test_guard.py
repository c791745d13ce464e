"""A second real server stands by, with the address in every place where a project may find it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from checks.errors import CannotCheckError
from checks.postgres import PROVIDERS, Settings
from checks.postgres.server import connect, create
from checks.tools.alembic.troubles import masked
from checks.tools.alembic.variables import read_by, scrubbed
from checks.tools.alembic_driver.addresses import Allowed, refused_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.database import Database
    from checks.postgres.server import Server
    from tests.tools.conftest import AlembicProject

SETTINGS = ("log_connections = on", "log_statement = 'all'", "log_disconnections = on")


class Other:
    """Another live server, and what it saw."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._log = Path(database.socket or "", "server.log")
        self._begin = len(self._log.read_bytes())

    def saw(self) -> list[str]:
        """Give what it logged since, which is nothing if nobody came."""
        return self._log.read_bytes()[self._begin :].decode().splitlines()


@pytest.fixture(scope="module")
def other_database(server: Server) -> Iterator[Database]:
    with PROVIDERS[server.provider].start(Settings()) as second:
        fresh = create(second)
        with connect(fresh) as connection:
            for setting in SETTINGS:
                connection.execute(f"ALTER SYSTEM SET {setting}")
            connection.execute("SELECT pg_reload_conf()")
        with connect(fresh):
            pass
        yield fresh


@pytest.fixture
def other(other_database: Database, monkeypatch: pytest.MonkeyPatch) -> Other:
    """The second server, to which our whole environment leads."""
    live = other_database
    for name, value in {
        "PGHOST": live.host,
        "PGPORT": str(live.port),
        "PGUSER": live.user,
        "PGPASSWORD": live.password,
        "PGDATABASE": live.dbname,
        "DATABASE_URL": live.url(),
        "SHOP_DATABASE_URL": live.url(),
        "SHOP_STORE": live.url("postgresql+psycopg2"),
    }.items():
        monkeypatch.setenv(name, value)
    return Other(live)


@pytest.mark.postgres
def test_the_second_server_does_notice(other: Other) -> None:
    with connect(other.database) as connection:
        connection.execute("SELECT 'a visit'")
    assert any("a visit" in line for line in other.saw())
    assert any("connection authorized" in line for line in other.saw())


@pytest.mark.postgres
def test_our_own_environment_is_never_followed(
    shop: AlembicProject, database: Database, other: Other
) -> None:
    act = """
import os, psycopg, psycopg2
url = os.environ["DATABASE_URL"]
assert "SHOP_DATABASE_URL" not in os.environ
assert "SHOP_STORE" not in os.environ
psycopg2.connect("").close()
psycopg.connect().close()
psycopg2.connect(url.replace("+psycopg2", "")).close()
op.execute("CREATE TABLE here ()")
"""
    with shop.walk(database) as walk:
        assert walk.upgrade(shop.revision("a1", act)) is None
    with connect(database) as connection:
        assert connection.execute("SELECT to_regclass('here') IS NOT NULL").fetchone() == (True,)
    assert other.saw() == []


ENGINES = {
    "psycopg2": 'create_engine("postgresql+psycopg2://{address}")',
    "psycopg": 'create_engine("postgresql+psycopg://{address}")',
    "query": 'create_engine("postgresql+psycopg2://{user}:{password}@/{dbname}?host={host}&port={port}")',
    "two-hosts": 'create_engine("postgresql+psycopg2://{user}:{password}@/{dbname}?host={own}&host={host}:{port}")',
    "hostaddr": 'create_engine("postgresql+psycopg2://{user}@/{dbname}?hostaddr={host}&port={port}")',
    "socket": 'create_engine("postgresql+psycopg2://{user}@/{dbname}?host={socket}&port={port}")',
    "connect_args": 'create_engine("postgresql+psycopg2://", connect_args={args})',
    "creator": (
        'create_engine("postgresql+psycopg2://", '
        """creator=lambda: __import__("psycopg2").connect("{libpq}"))"""
    ),
    "creator-psycopg": (
        """create_engine("postgresql+psycopg://", creator=lambda: __import__("psycopg").connect("{libpq}"))"""
    ),
    "another-database": 'create_engine("postgresql+psycopg2://{ours}/postgres")',
    "sqlite": 'create_engine("sqlite:///shop.db")',
}


def words(database: Database, other: Database) -> dict[str, object]:
    """Give what the cases are filled in with: the second server's address, and our own."""
    parts = other.parameters()
    return {
        **parts,
        "host": other.host,
        "socket": other.socket,
        "address": other.url("").removeprefix("://"),
        "libpq": " ".join(f"{key}={value}" for key, value in {**parts, "host": other.host}.items()),
        "args": {key: str(value) for key, value in {**parts, "host": other.host}.items()},
        "own": f"{database.host}:{database.port}",
        "ours": database.url("").removeprefix("://").rpartition("/")[0],
    }


def is_refused(shop: AlembicProject, database: Database, other: Other) -> str:
    """Walk one leg; it must end at once and leave nothing on the second server."""
    migration = shop.migrations[-1] if shop.migrations else shop.table("a1")
    with pytest.raises(CannotCheckError) as caught, shop.walk(database) as walk:
        walk.upgrade(migration)
    assert "env.py tried to connect to " in caught.value.message
    assert other.database.password not in caught.value.message + caught.value.hint
    assert '"{url}"' in caught.value.hint
    assert [line for line in other.saw() if "connection" in line or "statement" in line] == []
    with connect(database) as connection:
        assert connection.execute("SELECT to_regclass('a1')").fetchone() == (None,)
    return caught.value.message


@pytest.mark.postgres
@pytest.mark.parametrize("case", ENGINES.values(), ids=ENGINES)
def test_an_env_py_with_an_address_of_its_own(
    shop: AlembicProject, database: Database, other: Other, case: str
) -> None:
    made = case.format(**words(database, other.database))
    shop.env(f"""
from alembic import context
from sqlalchemy import create_engine

with ({made}).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
""")
    message = is_refused(shop, database, other)
    if "sqlite" in case:
        assert "connect to sqlite (" in message
    elif "{socket}" not in case and "/postgres" not in case:
        assert f"{other.database.port}/{other.database.dbname}" in message


@pytest.mark.postgres
def test_an_async_env_py_with_an_address_of_its_own(
    shop: AlembicProject, database: Database, other: Other
) -> None:
    shop.env(f"""
import asyncio
from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

async def main():
    async with create_async_engine("{other.database.url("postgresql+asyncpg")}").connect() as connection:
        context.configure(connection=connection)

asyncio.run(main())
""")
    is_refused(shop, database, other)


RAW = {
    "psycopg2": 'import psycopg2; psycopg2.connect("{libpq}")',
    "psycopg2-by-name": 'from psycopg2 import connect; connect(host="{host}", port={port}, dbname="d")',
    "psycopg2-pool": 'from psycopg2.pool import SimpleConnectionPool as P; P(1, 2, "{libpq}")',
    "psycopg": 'import psycopg; psycopg.connect("{libpq}")',
    "psycopg-class": 'from psycopg import Connection; Connection.connect(host="{host}", port={port})',
    "psycopg-async": 'import asyncio, psycopg; asyncio.run(psycopg.AsyncConnection.connect("{libpq}"))',
    "asyncpg": 'import asyncio, asyncpg; asyncio.run(asyncpg.connect("postgresql://{address}"))',
    "asyncpg-pool": """
import asyncio, asyncpg
async def main():
    async with asyncpg.create_pool("postgresql://{address}", min_size=1):
        pass
asyncio.run(main())
""",
    "variables": """
import os, psycopg2
os.environ.update(PGHOST="{host}", PGPORT="{port}", PGUSER="{user}", PGDATABASE="{dbname}")
psycopg2.connect("")
""",
    "service": 'import os, psycopg2; os.environ["PGSERVICE"] = "shop"; psycopg2.connect("")',
    "swallowed": """
import psycopg2
try:
    psycopg2.connect("{libpq}")
except BaseException:
    pass
""",
    "in-a-thread": """
import threading, psycopg2
thread = threading.Thread(target=lambda: psycopg2.connect("{libpq}"))
thread.start()
thread.join()
""",
}


@pytest.mark.postgres
@pytest.mark.parametrize("act", RAW.values(), ids=RAW)
def test_a_migration_that_connects_by_itself(
    shop: AlembicProject, database: Database, other: Other, act: str
) -> None:
    shop.revision("a1", act.format(**words(database, other.database)))
    is_refused(shop, database, other)


@pytest.mark.postgres
@pytest.mark.parametrize("name", ["psycopg2", "psycopg"])
def test_a_name_imported_before_the_guard_is_guarded_too(
    shop: AlembicProject, database: Database, other: Other, name: str
) -> None:
    shop.write("lib/sitecustomize.py", f"import builtins, {name}\nbuiltins.early = {name}.connect\n")
    shop.options["env"] = {"PYTHONPATH": "lib"}
    shop.revision("a1", 'early("{libpq}")'.format(**words(database, other.database)))
    is_refused(shop, database, other)


@pytest.mark.postgres
def test_a_server_that_does_not_know_our_token_gets_only_that_question(
    shop: AlembicProject, database: Database, other: Other
) -> None:
    """The last line: something connects past every patch."""
    address = words(database, other.database)["libpq"]
    shop.env(f"""
from alembic import context
from psycopg2 import extensions
from sqlalchemy import create_engine

engine = create_engine("postgresql+psycopg2://", creator=lambda: extensions.connection("{address}"))
with engine.connect() as connection:
    context.configure(connection=connection)
    context.run_migrations()
""")
    migration = shop.table("a1")
    with pytest.raises(CannotCheckError) as caught, shop.walk(database) as walk:
        walk.upgrade(migration)
    assert f"{other.database.host}:{other.database.port}/{other.database.dbname}" in caught.value.message
    statements = [line.partition("statement: ")[2] for line in other.saw() if "statement: " in line]
    assert statements == ["BEGIN", "SHOW migseal.token"]


@pytest.mark.postgres
def test_our_own_server_may_be_reached_in_every_way(shop: AlembicProject, database: Database) -> None:
    shop.url = "postgresql+psycopg2://u:p@db.invalid/shop"
    act = f"""
import asyncio, os
import asyncpg, psycopg, psycopg2
local = dict(host="localhost", port={database.port}, user="{database.user}", password="{database.password}")
name = "{database.dbname}"
psycopg2.connect(dbname=name, **local).close()
psycopg2.connect(database=name, **{{**local, "host": "{database.socket}"}}).close()
psycopg.connect(dbname=name, **local).close()
async def main():
    await (await asyncpg.connect(database=name, **local)).close()
    await (await asyncpg.connect(database=name, **{{**local, "host": "{database.socket}"}})).close()
    await (await psycopg.AsyncConnection.connect(dbname=name, **local)).close()
asyncio.run(main())
"""
    with shop.walk(database) as walk:
        assert walk.upgrade(shop.revision("a1", act)) is None


ALLOWED = Allowed("127.0.0.1", 5433, "ours", "/run/ours")
OURS = {"host": "127.0.0.1", "port": 5433, "dbname": "ours"}


@pytest.mark.parametrize(
    "given",
    [
        OURS,
        {**OURS, "host": "LOCALHOST", "port": "5433"},
        {**OURS, "host": "/run/ours"},
        {**OURS, "host": "/run/../run/ours"},
        {"hostaddr": "127.0.0.1", "port": 5433, "database": "ours"},
        {**OURS, "host": "localhost,127.0.0.1"},
        {**OURS, "host": ["localhost", "127.0.0.1"], "port": [5433, 5433]},
        {"host": "localhost", "port": 5433, "user": "ours"},
    ],
)
def test_addresses_that_are_ours(given: dict[str, object]) -> None:
    assert refused_address(ALLOWED, given, {}) is None


@pytest.mark.parametrize(
    ("given", "environ", "shown"),
    [
        ({}, {}, "the default socket:5432/None"),
        ({**OURS, "port": 5432}, {}, "127.0.0.1:5432/ours"),
        ({"host": "127.0.0.1", "dbname": "ours"}, {}, "127.0.0.1:5432/ours"),
        ({**OURS, "host": "db"}, {}, "db:5433/ours"),
        ({**OURS, "host": "127.0.0.1,db"}, {}, "127.0.0.1,db:5433/ours"),
        ({**OURS, "host": "127.0.0.1,"}, {}, "127.0.0.1,:5433/ours"),
        ({**OURS, "port": "5433,"}, {}, "127.0.0.1:5433,5432/ours"),
        ({**OURS, "hostaddr": "10.0.0.1"}, {}, "127.0.0.1:5433/ours"),
        ({**OURS, "host": "/run/theirs"}, {}, "/run/theirs:5433/ours"),
        ({**OURS, "dbname": "theirs"}, {}, "127.0.0.1:5433/theirs"),
        ({**OURS, "service": "shop"}, {}, "service shop"),
        (OURS, {"PGSERVICE": "shop"}, "service shop"),
        (OURS, {"PGHOSTADDR": "10.0.0.1"}, "127.0.0.1:5433/ours"),
        ({}, {"PGHOST": "db", "PGPORT": "5433", "PGDATABASE": "ours"}, "db:5433/ours"),
    ],
)
def test_addresses_that_are_not(given: dict[str, object], environ: dict[str, str], shown: str) -> None:
    assert refused_address(ALLOWED, given, environ) == shown


def test_variables_that_lead_to_a_database_are_scrubbed() -> None:
    named = [
        *("PGHOST", "PGSERVICE", "PGSERVICEFILE", "SHOP_DSN", "DSN", "DB_URL", "POSTGRES_URL"),
        *("DATABASE_URL", "SHOP_DATABASE_URL", "shop_database_url"),
        *("SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_URL", "SQLALCHEMY_URI"),
    ]
    held = {"STORE": "postgresql+asyncpg://a:b@db/shop", "OTHER": "mysql://a:b@db/shop"}
    kept = {"PATH": "/bin", "HOME": "/", "PYTHONPATH": ".", "SITE_URL": "https://example.com", "PG": "13"}
    assert scrubbed({**dict.fromkeys(named, "x"), **held, **kept}) == kept


def test_variables_that_env_py_reads() -> None:
    source = """
import os
from os import environ, getenv
os.environ["A"], os.environ.get("B", ""), os.getenv("C")
environ["D"], getenv("E"), environ.pop("F"), os.environ["A"]
os.environ[name], other["G"], {}.get("H"), os.getenv()
"""
    assert read_by(source) == ("A", "B", "C", "D", "E", "F")
    assert read_by("def broken(:") == ()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://me:hunter2@db/shop", "postgresql://me:***@db/shop"),
        ("x postgresql+psycopg2://me:hun%402@db:1/shop y", "x postgresql+psycopg2://me:***@db:1/shop y"),
        ("host=db password=hunter2 user=me", "host=db password=*** user=me"),
        ("password='hunter 2' user=me", "password=*** user=me"),
        ("postgresql://me@db/shop?x=y", "postgresql://me@db/shop?x=y"),
    ],
)
def test_passwords_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown
