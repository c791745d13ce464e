"""TOOLS: one module a tool, by its path: it finds projects, reads histories, walks them up and down."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from checks.database import Database
    from checks.migration import Edit, Failure, History, Migration, Project, Sent, Tree


# What migrations read beside their own files, and a digest of each: as JSON can hold it.
Traces = Mapping[str, str]


class Walk(Protocol):
    """A tool at work on one database: it takes migrations up and down, one at a time.

    It may load what it needs while the database is still being made, of which `enter` then tells it.

    Attributes:
        version_table: The tool's own table, (schema or None, name), known after the first leg; or None.
        lost_version_table: Whether that table was gone after the last leg.
        outside: Modules of the project's that were loaded from the repository, where another tree is run.
        heads: What the tool has written into that table, as it believes; None before that, or without one.
        notes: What a user may want to know of how it runs, such as the interpreter that was chosen.
        at_commit: A statement to be run at the end of each transaction of a leg; empty for none.
        alone: What the last leg ran outside of transactions, where a wanted `at_commit` could not follow.
        records: Whether to note what a way up sends.
        sent: What the last way up sent, where that was noted.
    """

    version_table: tuple[str | None, str] | None
    lost_version_table: bool
    outside: tuple[str, ...]
    heads: tuple[str, ...] | None
    notes: tuple[str, ...]
    at_commit: str
    alone: tuple[str, ...]
    records: bool
    sent: tuple[Sent, ...]

    def enter(self, database: Database, *, traced: bool = False) -> None:
        """Say, once and before the first leg, in which database to run: no other can be reached.

        Args:
            database: Which.
            traced: Whether to note what the legs read, which makes them slower.
        """

    def resume(self, version_table: tuple[str | None, str] | None, heads: tuple[str, ...] | None) -> None:
        """Say what the attributes of these names were after the last leg that was run in the database."""

    def traces(self) -> Traces | None:
        """Give what the legs have read so far; None where that cannot be told."""

    def is_as_before(self, traces: Traces) -> bool:
        """Tell whether all that legs have read another time is as it was then."""

    def ground(self) -> None:
        """Let the project make, in a new database, what it makes before its first migration."""

    def upgrade(self, migration: Migration, *, together: bool = False) -> Failure | None:
        """Run a migration, commit, and say why it failed if it did.

        Args:
            migration: Which.
            together: Whether it runs as one of many, as on a new database, and not by itself, as in a
                deploy: a tool may remember what the others of its run did.
        """

    def downgrade(self, migration: Migration) -> Failure | None:
        """Undo a migration, commit, and say why it failed if it did."""


class Deploy(Protocol):
    """One upgrade of a database to the newest, as a deploy runs it; it can be held.

    Attributes:
        planned: The versions that it is about to run, by what it has read of what has run.
        ran: Those that it has run.
        ended: Whether it has come to its end.
        failure: Why it failed, None if it did not.
    """

    planned: tuple[str, ...]
    ran: tuple[str, ...]
    ended: bool
    failure: Failure | None

    def go_on(self) -> None:
        """Go on to where a transaction has ended, or is to begin, and it is held; or to its end."""


Deploys = Callable[["Project", Path, Callable[["Database"], Any], "Database"], AbstractContextManager[Deploy]]


class Tool(Protocol):
    """What a module in TOOLS offers.

    Attributes:
        NAME: What the config calls it.
        deploys: Makes ready to upgrade a database as a deploy does; None where no program of ours can.
    """

    NAME: str
    deploys: Deploys | None

    def find(self, tree: Tree) -> tuple[Project, ...]:
        """Find the projects of this tool in a tree."""

    def read(self, project: Project, tree: Tree, known: Mapping[tuple[str, str], Migration]) -> History:
        """Read a project's history; files that `known` holds, by path and blob, are not read again."""

    def judge_edit(self, before: Sequence[bytes], after: Sequence[bytes]) -> Edit:
        """Judge how a migration was edited, by the contents of its files as `Migration.files` has them."""

    def ahead(self, project: Project, root: Path) -> AbstractContextManager[None]:
        """Begin to load what the next walk of a project needs; what no walk has taken ends with the context.

        Args:
            project: Whose, with all its variables.
            root: The repository's root.
        """

    def walk(
        self,
        project: Project,
        root: Path,
        connect: Callable[[Database], Any],
        history: History,
        *,
        home: Path | None = None,
    ) -> AbstractContextManager[Walk]:
        """Make ready to run migrations in a database that is ours.

        Args:
            project: Whose.
            root: The top of the tree of files that is run.
            connect: Gives an autocommit connection that has been proved ours.
            history: The project's migrations in that tree.
            home: The repository's root, where that tree is none of its own: interpreters are found there.
        """


TOOLS: dict[str, str] = {
    "alembic": "checks.tools.alembic",
    "sql": "checks.tools.sql",
}


def tool(name: str) -> Tool:
    """Load a tool: a hook waits for no other than those that its repository uses."""
    return cast("Tool", importlib.import_module(TOOLS[name]))


def find(tree: Tree) -> dict[str, Project]:
    """Find all projects in a tree, by name; two that would have one name get their directories as names."""
    found = [project for name in TOOLS for project in tool(name).find(tree)]
    names = [project.name for project in found]
    unique = [
        p if names.count(p.name) == 1 else replace(p, name=p.directory.replace("/", "-") or p.tool)
        for p in found
    ]
    return {project.name: project for project in unique}
