"""Every shape of a history, through the command line: clean, and with one migration that leaves something."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sandbox import Ran, Sandbox

pytestmark = pytest.mark.postgres

INI = "[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql+{driver}://u:p@db.invalid/shop\n"
HEAD = """\
from alembic import context
from sqlalchemy import create_engine, engine_from_config, pool, text

section = context.config.get_section(context.config.config_ini_section, {})
engine = engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)
"""
PLAIN = (
    HEAD
    + """\
with engine.connect() as connection:
    context.configure(connection=connection{options})
    with context.begin_transaction():
        {within}
        context.run_migrations()
"""
)
BEGUN = (
    HEAD
    + """\
with engine.connect() as connection:
    with connection.begin():
        connection.execute(text("SET LOCAL search_path = shop, public"))
        context.configure(connection=connection, include_schemas=True, version_table_schema="public")
        context.run_migrations()
"""
)
SEARCH_PATH = (
    HEAD
    + """\
with engine.connect() as connection:
    connection.execute(text("SET search_path = shop"))
    connection.commit()
    connection.dialect.default_schema_name = "shop"
    context.configure(connection=connection, include_schemas=True)
    with context.begin_transaction():
        context.run_migrations()
"""
)
ONLINE_AND_OFFLINE = (
    HEAD
    + """\
def offline():
    context.configure(url=context.config.get_main_option("sqlalchemy.url"), literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()

def online():
    with engine.connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()

offline() if context.is_offline_mode() else online()
"""
)
ASYNC = """\
import asyncio
from alembic import context
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import async_engine_from_config

section = context.config.get_section(context.config.config_ini_section, {})

def run(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()

async def main():
    engine = async_engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()

asyncio.run(main())
"""


def env(options: str = "", within: str = "pass") -> str:
    return PLAIN.replace("{options}", f", {options}" if options else "").replace("{within}", within)


def configured(more: str) -> str:
    known = "directory: migrations, tool: alembic, ini_file: alembic.ini"
    return f"projects: {{shop: {{{known}, {more}}}}}\n"


@dataclass(frozen=True)
class Revision:
    """A revision: its version, parents, bodies, and what else its head declares."""

    version: str
    after: object = None
    up: str = "pass"
    down: str = "pass"
    head: str = ""

    def text(self) -> str:
        ways = {"upgrade": self.up, "downgrade": self.down}
        bodies = (
            f"def {name}():\n" + "".join(f"    {s}\n" for s in body.split("\n"))
            for name, body in ways.items()
        )
        head = f"revision = {self.version!r}\ndown_revision = {self.after!r}\n{self.head}\n"
        return "import sqlalchemy as sa\nfrom alembic import op\n\n" + head + "\n".join(bodies)


def table(version: str, after: object = None, head: str = "", schema: str = "") -> Revision:
    """Give a revision that makes a table of its name."""
    name = f"{schema}.{version}" if schema else version
    return Revision(
        version,
        after,
        f'op.execute("CREATE TABLE {name} (id int)")',
        f'op.execute("DROP TABLE {name}")',
        head,
    )


@dataclass(frozen=True)
class Shape:
    """A history in a shape: what is deployed and what is new, and all that is around it.

    Attributes:
        deployed: The base's revisions.
        new: Those of the change, the last of which makes the table `last`.
        env: env.py.
        files: Other files, in place of the ordinary ones.
        versions: The folder of the revisions.
        config: migseal.yaml.
        driver: The driver in alembic.ini.
    """

    deployed: tuple[Revision, ...]
    new: tuple[Revision, ...]
    env: str = env()
    files: dict[str, str] = field(default_factory=dict)
    versions: Callable[[str], str] = lambda _: "migrations/versions"
    config: str = ""
    driver: str = "psycopg"


ROOT, LAST = table("root"), table("last", "root")
ORM = """from sqlalchemy.orm import Session, declarative_base
Base = declarative_base()
class Row(Base):
    __tablename__ = "root"
    id = sa.Column(sa.Integer, primary_key=True)
session = Session(bind=op.get_bind())
session.add(Row(id=7))
session.commit()"""
ORM_DOWN = 'op.get_bind().execute(sa.text("DELETE FROM root WHERE id = 7"))'
BATCH = """with op.batch_alter_table("root") as batch:
    batch.add_column(sa.Column("email", sa.Text(), server_default=""))
    batch.create_index("by_email", ["email"])"""
BATCH_DOWN = """with op.batch_alter_table("root") as batch:
    batch.drop_index("by_email")
    batch.drop_column("email")"""
CONCURRENTLY = """with op.get_context().autocommit_block():
    op.create_index("by_id", "root", ["id"], postgresql_concurrently=True)"""
CONCURRENTLY_DOWN = """with op.get_context().autocommit_block():
    op.drop_index("by_id", postgresql_concurrently=True)"""
CONDITION = """if op.get_context().as_sql:
    raise RuntimeError("not here")
if sa.inspect(op.get_bind()).has_table("root"):
    op.execute("ALTER TABLE root ADD x int")"""

ARGUMENT = """from alembic import context
op.execute("CREATE TABLE " + context.get_x_argument(True)["t"] + " ()")"""
OF_ENVIRONMENT = """engine = create_engine(
    __import__("os").environ["DATABASE_URL"].replace("postgresql:", "postgresql+psycopg:"),
    poolclass=pool.NullPool,
)
"""
PLACES = INI + "path_separator = os\nversion_locations = %(here)s/migrations/a:%(here)s/migrations/b\n"

SHAPES = {
    "branches and a merge": Shape(
        (ROOT, table("west", "root"), table("east", "root")),
        (Revision("merged", ("west", "east")), table("last", "merged")),
    ),
    "several bases": Shape((ROOT, table("other")), (table("next", "other"), table("last", "root"))),
    "depends_on": Shape((ROOT, table("other")), (table("last", "root", "depends_on = 'other'"),)),
    "depends_on a label": Shape(
        (ROOT, table("other", None, "branch_labels = ('shop',)")),
        (table("last", "root", "depends_on = 'shop'"),),
    ),
    "two heads": Shape((ROOT, table("west", "root"), table("east", "root")), (table("last", "west"),)),
    "a block without a transaction": Shape(
        (ROOT,), (Revision("index", "root", CONCURRENTLY, CONCURRENTLY_DOWN), table("last", "index"))
    ),
    "a transaction for each": Shape(
        (ROOT,), (table("next", "root"), table("last", "next")), env("transaction_per_migration=True")
    ),
    "a block in a transaction for each": Shape(
        (ROOT,),
        (Revision("index", "root", CONCURRENTLY, CONCURRENTLY_DOWN), table("last", "index")),
        env("transaction_per_migration=True"),
    ),
    "a transaction of env.py's, a search path and schemas": Shape(
        (Revision("root", None, 'op.execute("CREATE SCHEMA shop")', 'op.execute("DROP SCHEMA shop")'),),
        (table("next", "root", schema="shop"), table("last", "next")),
        BEGUN,
    ),
    "a search path for all": Shape(
        (ROOT,),
        (LAST,),
        SEARCH_PATH,
        config=configured("before: CREATE SCHEMA shop"),
    ),
    "the version table in a schema": Shape(
        (ROOT,),
        (LAST,),
        env('version_table_schema="meta", version_table="versions"'),
        config=configured("before: CREATE SCHEMA meta"),
    ),
    "async, asyncpg": Shape((ROOT,), (LAST,), ASYNC, driver="asyncpg"),
    "async, psycopg": Shape((ROOT,), (LAST,), ASYNC),
    "empty ones": Shape((ROOT,), (Revision("void", "root"), table("last", "void"))),
    "a session": Shape((ROOT,), (Revision("rows", "root", ORM, ORM_DOWN), table("last", "rows"))),
    "a batch": Shape((ROOT,), (Revision("batch", "root", BATCH, BATCH_DOWN), table("last", "batch"))),
    "conditions": Shape(
        (ROOT,),
        (
            Revision("maybe", "root", CONDITION, 'op.execute("ALTER TABLE root DROP x")'),
            table("last", "maybe"),
        ),
        ONLINE_AND_OFFLINE,
    ),
    "arguments": Shape(
        (ROOT,),
        (
            Revision(
                "x",
                "root",
                ARGUMENT,
                'op.execute("DROP TABLE acme")',
            ),
            table("last", "x"),
        ),
        config=configured('x: ["t=acme"]'),
    ),
    "here": Shape((ROOT,), (LAST,), files={"alembic.ini": INI.replace("migrations", "%(here)s/migrations")}),
    "a section": Shape((ROOT,), (LAST,), files={"alembic.ini": INI.replace("[alembic]", "[shop]")}),
    "a package": Shape(
        (ROOT,),
        (LAST,),
        files={
            "alembic.ini": INI.replace("= migrations", "= shop:migrations") + "prepend_sys_path = .\n",
            "shop/__init__.py": "",
            "shop/migrations/__init__.py": "",
        },
        versions=lambda _: "shop/migrations/versions",
    ),
    "several places": Shape(
        (ROOT,),
        (LAST,),
        files={"alembic.ini": PLACES},
        versions=lambda version: "migrations/b" if version == "last" else "migrations/a",
    ),
    "folders in folders": Shape(
        (ROOT,),
        (LAST,),
        files={"alembic.ini": INI + "recursive_version_locations = true\n"},
        versions=lambda version: f"migrations/versions/2024/{version}",
    ),
    "pyproject.toml": Shape(
        (ROOT,),
        (LAST,),
        HEAD.partition("section")[0] + OF_ENVIRONMENT + env().removeprefix(HEAD),
        files={
            "alembic.ini": "",
            "pyproject.toml": '[tool.alembic]\nscript_location = "%(here)s/migrations"\n',
        },
    ),
}


def write(repo: Sandbox, shape: Shape, revisions: tuple[Revision, ...]) -> None:
    folder = shape.versions("").rpartition("/")[0] if "shop/" in shape.versions("") else "migrations"
    files = {"alembic.ini": INI, f"{folder}/env.py": shape.env, f"{folder}/script.py.mako": "", **shape.files}
    for path, text in files.items():
        if text or not path.endswith(".ini"):
            repo.write(path, text.replace("{driver}", shape.driver) if path.endswith(".ini") else text)
    for revision in revisions:
        repo.write(f"{shape.versions(revision.version)}/{revision.version}.py", revision.text())
    if shape.config:
        repo.write("migseal.yaml", shape.config)


def check(repo: Sandbox, *arguments: str) -> tuple[Ran, dict[str, Any]]:
    ran = repo.run("check", "--output", "json", *arguments)
    return ran, json.loads(ran.out)


def legs(document: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for step in document["steps"]:
        found[step["migration"]] = f"{found.get(step['migration'], '')} {step['result']}".strip()
    return found


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_shape(repo: Sandbox, shape: Shape) -> None:
    write(repo, shape, shape.deployed)
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    write(repo, shape, shape.new)
    ran, document = check(repo)
    assert (ran.code, document["findings"]) == (0, []), ran.said
    assert {version: set(told.split()) for version, told in legs(document).items()} == {
        r.version: {"passed"} for r in shape.new
    }
    ran, document = check(repo, "--all", "--jobs", "1")
    assert (ran.code, document["findings"]) == (0, []), ran.said
    last = shape.new[-1]
    write(repo, shape, (Revision("last", last.after, last.up, 'op.execute("SELECT 1")', last.head),))
    ran, document = check(repo)
    (finding,) = document["findings"]
    assert (ran.code, finding["rule"], finding["migration"]) == (1, "leftover-object", "last")
    assert finding["message"].endswith(".last is still there")


MAKES = 'connection.execute(text("CREATE SCHEMA IF NOT EXISTS shop"))'
CONFIGURE = "    context.configure"
GROUNDS = {
    "commits": PLAIN.replace(CONFIGURE, f"    {MAKES}\n    connection.commit()\n{CONFIGURE}"),
    "begins": BEGUN.replace('connection.execute(text("SET', f'{MAKES}\n        connection.execute(text("SET'),
    "within": PLAIN.replace("{within}", 'context.execute("CREATE SCHEMA IF NOT EXISTS shop")'),
    "rows": PLAIN.replace(
        CONFIGURE,
        '    connection.execute(text("CREATE TABLE IF NOT EXISTS seen (n int)"))\n'
        '    connection.execute(text("INSERT INTO seen SELECT 1 WHERE NOT EXISTS (SELECT FROM seen)"))\n'
        f"    connection.commit()\n{CONFIGURE}",
    ),
}


@pytest.mark.parametrize("kind", GROUNDS)
def test_what_env_py_makes_before_the_first_migration_is_no_migrations(repo: Sandbox, kind: str) -> None:
    made = GROUNDS[kind].replace("{options}", "").replace("{within}", "pass")
    shape = Shape((ROOT,), (LAST,), made)
    write(repo, shape, (ROOT, LAST))
    ran, document = check(repo, "--all")
    assert (ran.code, document["findings"]) == (0, []), ran.said
