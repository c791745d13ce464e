"""Measure migseal against other tools that look at the same: pg_dump, pytest-alembic."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import history
from turns import MIGSEAL, in_turns, run, seconds, show

from checks.postgres import Settings, fleet
from checks.postgres.server import Server, connect, create
from checks.roundtrip.reader import Reader

if TYPE_CHECKING:
    from checks.database import Database

TABLES = """DO $$ BEGIN FOR n IN 1..{} LOOP EXECUTE format('
  CREATE TABLE t%1$s (id int PRIMARY KEY, name varchar(40) NOT NULL DEFAULT %2$L,
    price numeric CHECK (price >= 0), made timestamptz DEFAULT now(), of int REFERENCES t1);
  CREATE INDEX t%1$s_by_name ON t%1$s (name)', n, 'x'); END LOOP; END $$"""
PACKAGES = ("pytest-alembic", "alembic", "sqlalchemy", "psycopg[binary]", "pytest")
# pytest-alembic gives env.py a connection of its own, and asks for models to compare with.
ENV = """\
from alembic import context
from sqlalchemy import MetaData, engine_from_config, pool

section = context.config.get_section(context.config.config_ini_section)
engine = context.config.attributes.get("connection") or engine_from_config(
    section, prefix="sqlalchemy.", poolclass=pool.NullPool
)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=MetaData())
    with context.begin_transaction():
        context.run_migrations()
"""
TEST = """\
import pytest
import sqlalchemy
from pytest_alembic.tests.experimental import test_downgrade_leaves_no_trace

@pytest.fixture
def alembic_engine():
    return sqlalchemy.create_engine({url!r})
"""


def catalog(tables: int) -> None:
    """Measure the catalog of a large schema, read for the first time, against pg_dump."""
    with fleet(Settings()) as servers:
        server = servers.server(0)
        dump = _pg_dump(server)
        if dump is None:
            print(f"catalog of {tables} tables: not measured, as there is no pg_dump {server.major} here")
            return
        database = create(server)
        with closing(connect(database)) as connection:
            connection.execute(TABLES.format(tables).encode())
            connection.execute("ANALYZE")
        command = [dump, "--schema-only", f"--dbname={database.url()}"]
        ours, theirs = in_turns(lambda: _read(database), lambda: run(command, Path()), 5)
        show(f"catalog of {tables} tables", ours, "pg_dump --schema-only", theirs, 0.25)


def _read(database: Database) -> None:
    with closing(connect(database)) as connection:
        Reader(connection).read()


def _pg_dump(server: Server) -> str | None:
    """Give a pg_dump of a server's major version: another one refuses, or does something else."""
    found = [shutil.which("pg_dump"), f"/usr/lib/postgresql/{server.major}/bin/pg_dump"]
    for path in filter(None, found):
        try:
            said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
        except OSError:
            continue
        if f") {server.major}." in said.stdout:
            return path
    return None


def no_trace(project: Path, revisions: int) -> None:
    """Measure the round trips of a whole history against pytest-alembic's test of the same."""
    python = _environment(project.parent / "pytest-alembic")
    if python is None:
        print("pytest-alembic: not measured, as it cannot be installed here")
        return
    history.write(project, revisions)
    (project / "migrations" / "env.py").write_text(ENV)
    history.commit(project, "all")
    with fleet(Settings()) as servers:
        database = create(servers.server(0))
        (project / "test_trace.py").write_text(TEST.format(url=database.url("postgresql+psycopg")))
        ours = min(seconds(lambda: run([*MIGSEAL, "check", "--all"], project)) for _ in range(3))
        theirs = seconds(lambda: run([str(python), "-m", "pytest", "-q", "test_trace.py"], project))
    name = "pytest-alembic's test_downgrade_leaves_no_trace"
    show(f"check --all, {revisions} revisions", ours, name, theirs, 0.1)


def _environment(place: Path) -> Path | None:
    """Make a virtual environment with pytest-alembic, None where that cannot be done."""
    python = place / "bin" / "python"
    for command in (
        [sys.executable, "-m", "venv", str(place)],
        [str(python), "-m", "pip", "install", "--quiet", *PACKAGES],
    ):
        if subprocess.run(command, capture_output=True, check=False).returncode:
            return None
    return python
