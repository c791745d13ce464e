"""Our side of the Alembic walk: one driver in the project's interpreter, one order a leg."""

from __future__ import annotations

import os
import posixpath
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from checks.migration import Failure, Sent
from checks.tools import limit
from checks.tools.alembic import troubles
from checks.tools.alembic.process import EndedError, HungError, Message, Process
from checks.tools.alembic.start import environ, files, folder
from checks.tools.alembic.traces import Reading
from checks.tools.alembic.variables import address, rendered
from checks.tools.alembic.waiting import start, take
from checks.tools.interpreter import Interpreter, choose, without_alembic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from checks.database import Database
    from checks.errors import CannotCheckError
    from checks.migration import History, Migration, Project

LOAD_SECONDS = 60  # the least that env.py and all that it imports may take


SCHEMAS = (
    "SELECT nspname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
    " WHERE relname = %s AND relkind IN ('r', 'p') AND relpersistence <> 't'"
)


@contextmanager
def walk(
    project: Project,
    root: Path,
    connect: Callable[[Database], Any],
    history: History,
    *,
    home: Path | None = None,
    by_search: bool = False,
) -> Iterator[Walk]:
    """Run migrations through the project's own env.py.

    Args:
        project: Whose migrations.
        root: The repository's root, absolute.
        connect: Gives an autocommit connection that has been proved ours.
        history: The project's migrations.
        home: The repository's root, where `root` is the top of another tree of its files.
        by_search: Whether the driver finds its steps by Alembic's own search, one run of env.py each.

    Raises:
        CannotCheckError: There is no interpreter, or none with Alembic.
    """
    waiting = None if home else take(project, root)
    interpreter = waiting.interpreter if waiting else choose(project, home or root, os.environ)
    walking = Walk(project, root, connect, interpreter, home=home, by_search=by_search)
    walking.history = history
    try:
        walking.begin(waiting.process if waiting else None)
        yield walking
    except BaseException:
        walking.close(gently=False)
        raise
    walking.close(gently=True)


class Walk:
    """One way through a history, in one database.

    Attributes:
        version_table: Alembic's own table, (schema or None, name), known after the first leg.
        lost_version_table: Whether the last leg removed that table.
        outside: Modules that the tree holds and that were loaded from the repository itself, by name.
        heads: The versions that Alembic has recorded there by its own account, None before the first leg.
        notes: Which interpreter was chosen, and why.
        history: The project's migrations, None where that is not known.
        at_commit: A statement to be run at the end of each transaction of a leg; empty for none.
        alone: What the last leg ran outside of transactions, where `at_commit` was wanted.
        records: Whether to note what a way up sends.
        sent: What the last way up sent, where that was noted; what went past SQLAlchemy is not seen.
    """

    def __init__(
        self,
        project: Project,
        root: Path,
        connect: Callable[[Database], Any],
        interpreter: Interpreter,
        *,
        home: Path | None = None,
        by_search: bool = False,
        deploys: bool = False,
    ) -> None:
        self.version_table: tuple[str | None, str] | None = None
        self.lost_version_table = False
        self.outside: tuple[str, ...] = ()
        self.heads: tuple[str, ...] | None = None
        self.notes: tuple[str, ...] = (
            f"project {project.name}: run by {interpreter.path}, {interpreter.why}",
        )
        self.history: History | None = None
        self.at_commit = ""
        self.alone: tuple[str, ...] = ()
        self.records = False
        self.sent: tuple[Sent, ...] = ()
        self._project = project
        self._root = root
        self._home = home
        self._database: Database | None = None
        self._connect = connect
        self._interpreter = interpreter
        self._by_search = by_search
        self._deploys = deploys
        self._process: Process | None = None
        self._loaded = False
        self._reading: Reading | None = None
        self._within = False  # in a run of env.py: whatever happens next is a migration's doing

    def ground(self) -> None:
        """Let env.py make what it makes before the first migration.

        Raises:
            CannotCheckError: env.py cannot be run, or tried to connect to another database.
        """
        process = self._started()
        process.send({"leg": "ground"})
        try:
            reply = self._receive(process)
        except EndedError as ended:
            raise self._over(process, ended) from ended
        except HungError as hung:
            raise self._stuck(process) from hung
        schema, name = reply["version_table"]
        self.version_table = (schema, name)
        self._take_news(reply)

    def upgrade(self, migration: Migration, *, together: bool = False) -> Failure | None:
        """Run a migration, commit, and say why it failed if it did.

        Args:
            migration: Which.
            together: Whether it runs as one of many. Alembic then remembers which types the others made,
                and does not make them again; in a run of its own it would try to.

        Raises:
            CannotCheckError: env.py cannot be run, or tried to connect to another database.
        """
        return self._leg("up", migration, together=together)

    def downgrade(self, migration: Migration) -> Failure | None:
        """Undo a migration, commit, and say why it failed if it did.

        Raises:
            CannotCheckError: env.py cannot be run, or tried to connect to another database.
        """
        return self._leg("down", migration)

    def close(self, *, gently: bool) -> None:
        """End the driver.

        Args:
            gently: Whether env.py may come to its own end first.
        """
        process, self._process = self._process, None
        if process is not None:
            process.close(gently=gently)

    def ask(self, order: Message) -> Message:
        """Send the driver an order, and wait for the reply.

        Raises:
            CannotCheckError: env.py tried to connect to another database.
            EndedError: The driver ended instead.
        """
        process = self._started()
        process.send(order)
        return self._receive(process)

    def _leg(self, leg: str, migration: Migration, *, together: bool = False) -> Failure | None:
        self.lost_version_table = False
        process = self._started()
        order = {"leg": leg, "version": migration.version, "together": together}
        process.send({**order, "at_commit": self.at_commit, "records": self.records})
        try:
            reply = self._receive(process)
            if "begun" in reply:
                self._within = True
                schema, name = reply["version_table"]
                self.version_table = (schema, name)
                reply = self._receive(process)
        except EndedError as ended:
            return self._ended(process, ended, migration)
        except HungError:
            return self._hung(process, migration)
        self._within = "done" in reply and not reply["by_env"]
        return self._outcome(reply, migration)

    def begin(self, process: Process | None = None) -> None:
        """Start a driver, which loads Alembic while we do something else.

        Args:
            process: One that was started ahead.

        Raises:
            CannotCheckError: The interpreter cannot be started.
        """
        try:
            process = process or start(self._project, self._root, self._interpreter)
        except OSError as error:
            raise without_alembic(self._project, self._interpreter, str(error)) from error
        self._process = process
        self._loaded = self._within = False
        if self._database is not None:
            process.send(self._setup(self._database))

    def enter(self, database: Database, *, traced: bool = False) -> None:
        """Tell the driver where to run."""
        self._database = database
        self._reading = self._new_reading() if traced else None
        if self._process is not None:
            self._process.send(self._setup(database))

    def resume(self, version_table: tuple[str | None, str] | None, heads: tuple[str, ...] | None) -> None:
        """Say what is known of the database already."""
        self.version_table, self.heads = version_table, heads

    def traces(self) -> dict[str, str] | None:
        """Give what the legs have read so far, None where that cannot be told."""
        return self._reading.told() if self._reading else None

    def is_as_before(self, traces: Mapping[str, str]) -> bool:
        """Tell whether all that legs have read another time is as it was then."""
        return self._new_reading().is_same(traces)

    def _new_reading(self) -> Reading:
        return Reading(
            environ(self._project), self._interpreter.path, partial(files, self.history, self._root)
        )

    def _started(self) -> Process:
        """Give the driver, and wait until it has loaded Alembic; start a new one if there is none."""
        if self._process is not None and self._process.has_ended():
            self.close(gently=False)  # between two legs: by what an earlier one left running
        if self._process is None:
            self.begin()
        process = self._process
        assert process is not None
        if not self._loaded:
            try:
                self._receive(process)
            except HungError as hung:
                self.close(gently=False)
                raise troubles.hung(self._project, "Alembic was not loaded", LOAD_SECONDS) from hung
            except EndedError as ended:
                tail = process.tail()
                self.close(gently=False)
                raise without_alembic(self._project, self._interpreter, f"it {ended}: {tail}") from ended
            self._loaded = True
        return process

    def _setup(self, database: Database) -> Message:
        project = self._project
        begun_in = folder(project, self._root)
        return {
            "root": str(self._root),
            "home": str(self._home) if self._home else None,
            "directory": str(self._root / project.directory),
            "ini": posixpath.relpath(project.ini_file, begun_in or ".") if project.ini_file else None,
            "driver": project.driver,
            "env": rendered({**address(database), **project.env}, database),
            "options": rendered(project.ini, database),
            "host": database.host,
            "port": database.port,
            "dbname": database.dbname,
            "socket": database.socket,
            "token": database.token,
            "url": database.url(""),
            "by_search": self._by_search,
            "traced": self._reading is not None,
            "deploy": self._deploys,
            "x": list(rendered(dict(zip(project.x, project.x, strict=True)), database).values()),
            "engine": project.engine.number if project.engine else None,
        }

    def _receive(self, process: Process) -> Message:
        """Wait for a reply; one that says that nothing can be checked is raised."""
        seconds = self._project.timeout
        reply = process.receive(seconds if self._within else max(seconds, LOAD_SECONDS))
        if "missing" in reply:
            reason = f"{reply['missing']}, in Python {reply['python']}"
            self.close(gently=False)
            raise without_alembic(self._project, self._interpreter, reason)
        if "refused" in reply:
            self.close(gently=False)
            raise troubles.refused(self._project, self._root, reply["refused"]["address"])
        if "broken" in reply:
            tail = process.tail()
            self.close(gently=False)
            raise troubles.broken(self._project, self._root, self._interpreter, reply["broken"], tail)
        return reply

    def _outcome(self, reply: Message, migration: Migration) -> Failure | None:
        if "failed" in reply:
            failed = dict(reply["failed"])
            self.lost_version_table = failed.pop("lost_version_table")
            return troubles.failure(failed)
        if reply["by_env"] and reply["heads"] != reply["stood"] == self._committed():
            self.close(gently=False)
            return troubles.not_committed(self._path(migration))
        self.heads = tuple(reply["heads"])
        self.alone = tuple(reply["alone"])
        self.sent = tuple(Sent(**each) for each in reply["sent"])
        self._take_news(reply)
        return None

    def _take_news(self, reply: Message) -> None:
        self.outside += tuple(reply["outside"])
        if self._reading is not None:
            self._reading.take(reply["traces"])

    def _committed(self) -> list[str]:
        """Look with our own eyes at the versions that are committed, on any search path."""
        from psycopg import errors, sql  # noqa: PLC0415 -- slow, and only a walk needs it

        assert self.version_table is not None
        assert self._database is not None
        schema, name = self.version_table
        found: list[str] = []
        with self._connect(self._database) as connection:
            schemas = [(schema,)] if schema else connection.execute(SCHEMAS, (name,)).fetchall()
            for (place,) in schemas:
                query = sql.SQL("SELECT version_num FROM {}").format(sql.Identifier(place, name))
                with suppress(errors.UndefinedTable):
                    found += [version for (version,) in connection.execute(query)]
        return sorted(found)

    def _ended(self, process: Process, ended: EndedError, migration: Migration) -> Failure:
        if not self._within:
            raise self._over(process, ended) from ended
        self.close(gently=False)
        return Failure(f"the process {ended} in the middle of this migration", self._path(migration))

    def _over(self, process: Process, ended: EndedError) -> CannotCheckError:
        tail = process.tail()
        self.close(gently=False)
        return troubles.ended(self._project, self._root, str(ended), tail)

    def _hung(self, process: Process, migration: Migration) -> Failure:
        """End what takes too long, on both sides, and say what it was at."""
        if not self._within:
            raise self._stuck(process)
        frames, doing = self._halted(process)
        path = self._path(migration)
        line = troubles.line_of(self._root / path, frames, self._root / folder(self._project, self._root))
        return limit.failure(self._project, doing, path, line)

    def _stuck(self, process: Process) -> CannotCheckError:
        frames, _ = self._halted(process)
        return troubles.hung(self._project, "env.py came to no migration", LOAD_SECONDS, frames)

    def _halted(self, process: Process) -> tuple[list[tuple[str, int]], limit.Hung]:
        """End what takes too long, and tell where it was and what the server was doing for it."""
        assert self._database is not None
        frames = process.frames()
        doing = limit.end(self._connect, self._database)
        self.close(gently=False)
        return frames, doing

    def _path(self, migration: Migration) -> str:
        return "/".join(filter(None, (self._project.directory, migration.file.path)))
