"""Migrations in numbered SQL files, run one at a time as a plain runner does."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from checks.errors import CannotCheckError
from checks.migration import Failure
from checks.tools import limit
from checks.tools.refusals import raises
from checks.tools.sql import parts
from checks.tools.sql.files import understand
from checks.tools.sql.script import Look, run, sent, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import psycopg
    from psycopg.rows import TupleRow

    from checks.database import Database
    from checks.migration import File, History, Migration, Project, Sent

    Connect = Callable[[Database], psycopg.Connection[TupleRow]]


@contextmanager
def start(project: Project, root: Path, connect: Connect, history: History) -> Iterator[SqlWalk]:
    """Run migrations in a database that is ours; see `checks.tools.Walk`.

    Args:
        project: Whose migrations.
        root: The repository's root: files are read from the work tree.
        connect: Gives an autocommit connection that has been proved ours.
        history: Unused: each migration brings its files.
    """
    del history
    yield SqlWalk(project, root, connect)


class SqlWalk:
    """A walk over SQL files: each file gets a session of its own, so that no setting leaks to the next.

    Attributes:
        version_table: None: whoever runs such files elsewhere keeps the book there.
        lost_version_table: False, for the same reason.
        outside: Empty: files of SQL load no modules.
        heads: None, for the same reason.
        notes: Empty.
        at_commit: A statement to be run at the end of each transaction; empty for none.
        alone: What the last leg ran outside of transactions, and `at_commit` could not follow.
        records: Whether to note what a way up sends.
        sent: What the last way up sent, where that was noted: all of its part of the file.
    """

    def __init__(self, project: Project, root: Path, connect: Connect) -> None:
        self.version_table: tuple[str | None, str] | None = None
        self.lost_version_table = False
        self.outside: tuple[str, ...] = ()
        self.heads: tuple[str, ...] | None = None
        self.notes: tuple[str, ...] = ()
        self.at_commit = ""
        self.alone: tuple[str, ...] = ()
        self.records = False
        self.sent: tuple[Sent, ...] = ()
        self._project = project
        self._root = root
        self._database: Database | None = None
        self._connect = connect

    def enter(self, database: Database, *, traced: bool = False) -> None:
        """Say in which database to run."""
        del traced
        self._database = database

    def resume(self, version_table: tuple[str | None, str] | None, heads: tuple[str, ...] | None) -> None:
        """Make no difference: nothing is remembered from file to file."""

    def ground(self) -> None:
        """Make nothing: there are only the files."""

    def traces(self) -> dict[str, str]:
        """Give nothing: files of SQL read no others."""
        return {}

    def is_as_before(self, traces: Mapping[str, str]) -> bool:
        """Tell whether nothing was read."""
        return not traces

    def upgrade(self, migration: Migration, *, together: bool = False) -> Failure | None:
        """Run the way up, and say why it failed if it did.

        Args:
            migration: Which.
            together: Makes no difference: nothing is remembered from file to file.

        Raises:
            CannotCheckError: The file is not in the work tree.
        """
        del together
        understood = self._read(migration.file)
        if isinstance(understood, Failure):
            return understood
        self.sent = sent(understood.up) if self.records else ()
        return self._run(migration.file, understood.up)

    def downgrade(self, migration: Migration) -> Failure | None:
        """Run the way down, and say why it failed or what refuses it.

        Raises:
            CannotCheckError: The file is not in the work tree.
        """
        found = []
        for file in migration.files:
            understood = self._read(file)
            if isinstance(understood, Failure):
                return understood
            found.append(understood)
        way_down, file = parts.way_down(found), migration.files[-1]
        if way_down is None:
            return Failure("there is no way down", self._path(file), 1, refused=True)
        if way_down.refusal is not None:
            line, reason = way_down.refusal
            return Failure(reason or "it says that it is irreversible", self._path(file), line, refused=True)
        failure = self._run(file, way_down)
        return replace(failure, refused=True) if failure and raises(failure) else failure

    def _path(self, file: File) -> str:
        return f"{self._project.directory}/{file.path}" if self._project.directory else file.path

    def _read(self, file: File) -> parts.Parts | Failure:
        path = self._path(file)
        try:
            data = (self._root / path).read_bytes()
        except OSError as error:
            message = f"{path} cannot be read from the work tree: {error.strerror}"
            raise CannotCheckError(message, f"bring it back: git restore {path}") from error
        understood = understand(data)
        if isinstance(understood, parts.Parts):
            return understood
        line, reason = understood
        return Failure(reason, path, line)

    def _run(self, file: File, part: parts.Part) -> Failure | None:
        script = write(self._path(file), part)
        if isinstance(script, Failure):
            return script
        assert self._database is not None
        connection = self._connect(self._database)
        look = Look(self.at_commit)
        end = partial(limit.end, self._connect, self._database, connection.info.backend_pid)
        try:
            with limit.limited(self._project.timeout, connection, end) as hung:
                failure = run(connection, script, look)
        finally:
            self.alone = tuple(look.alone)
            connection.close()
        if failure is None or not hung:
            return failure
        return limit.failure(self._project, hung[0], script.path, failure.line)
