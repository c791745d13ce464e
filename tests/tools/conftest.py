from __future__ import annotations

import os
import sys
import textwrap
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from checks.migration import File, History, Migration, Project
from checks.postgres.server import connect
from checks.tools.alembic.runs import walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from checks.database import Database
    from checks.tools.alembic.runs import Walk

# Another interpreter may stand in for the project's: one with older versions of Alembic and SQLAlchemy.
PYTHON = os.environ.get("MIGSEAL_TEST_PYTHON", sys.executable)

SYNC_ENV = """
from alembic import context
from sqlalchemy import engine_from_config, pool

section = context.config.get_section(context.config.config_ini_section, {})
engine = engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=None)
    with context.begin_transaction():
        context.run_migrations()
"""


@dataclass
class AlembicProject:
    """A tiny Alembic project in a temporary directory, and the ways to run it."""

    root: Path
    url: str = "postgresql+psycopg2://somebody:secret@db.invalid/shop"
    options: dict[str, object] = field(default_factory=dict)
    migrations: list[Migration] = field(default_factory=list)

    def write(self, path: str, text: str) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(textwrap.dedent(text), encoding="utf-8")

    def ini(self, *lines: str) -> None:
        head = ["[alembic]", "script_location = migrations", f"sqlalchemy.url = {self.url}"]
        self.write("alembic.ini", "\n".join([*head, *lines, ""]))

    def env(self, text: str) -> None:
        self.write("migrations/env.py", text)

    def revision(
        self, version: str, up: str = "pass", down: str = "pass", after: object = None, head: str = ""
    ) -> Migration:
        """Write a revision; `up` and `down` are the bodies of its functions."""
        body = f"from alembic import op\nrevision = {version!r}\ndown_revision = {after!r}\n"
        body += f"{textwrap.dedent(head)}\n"
        for name, text in (("upgrade", up), ("downgrade", down)):
            body += f"\ndef {name}():\n{textwrap.indent(textwrap.dedent(text).strip(), '    ')}\n"
        path = f"versions/{version}.py"
        self.write(f"migrations/{path}", body)
        self.migrations.append(Migration(version, File(path, "", "")))
        return self.migrations[-1]

    def table(self, name: str, after: object = None, head: str = "") -> Migration:
        """Write a revision that makes a table and is named as it is."""
        up, down = f'op.execute("CREATE TABLE {name} (id int)")', f'op.execute("DROP TABLE {name}")'
        return self.revision(name, up, down, after, head)

    @property
    def project(self) -> Project:
        settings = {"ini_file": "alembic.ini", "python": PYTHON, **self.options}
        return Project("shop", "migrations", "alembic", **settings)  # type: ignore[arg-type]

    @contextmanager
    def walk(self, database: Database, *, by_search: bool = False) -> Iterator[Walk]:
        history = History(self.project, tuple(self.migrations))
        with walk(self.project, self.root, connect, history, by_search=by_search) as walking:
            walking.enter(database)
            yield walking


@pytest.fixture
def shop(tmp_path: Path) -> AlembicProject:
    """A project with an ordinary env.py and no revisions yet."""
    project = AlembicProject(tmp_path)
    project.ini()
    project.env(SYNC_ENV)
    (tmp_path / "migrations/versions").mkdir()
    return project
