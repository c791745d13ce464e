"""New databases on the throwaway server, each with what a project needs before its first migration."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from checks import sql
from checks.errors import CannotCheckError
from checks.migration import Failure, History, Project
from checks.postgres.extensions import missing_extension_hint
from checks.postgres.server import Server, connect, create, drop
from checks.roundtrip.books import Books
from checks.roundtrip.contents import Accounts
from checks.roundtrip.grown import told
from checks.roundtrip.journey import Reveal, Ride, Rides, State
from checks.roundtrip.reader import Reader, ask, cells
from checks.roundtrip.seeds import sow
from checks.roundtrip.witness import Watch
from checks.tools import tool
from checks.tools.sql.parts import Part
from checks.tools.sql.script import Script, run, write

if TYPE_CHECKING:
    import psycopg
    from psycopg.rows import TupleRow

    from checks.database import Database
    from checks.roundtrip.contents import Contents
    from checks.roundtrip.deployed import Deployed
    from checks.roundtrip.stay import Stay
    from checks.tools import Walk

    Connection = psycopg.Connection[TupleRow]

ALREADY_THERE = "42710"
NO_ROOM = ("53100", "53200")  # on the disk, in memory
MISSING_EXTENSION = re.compile(r'extension "([^"]+)" is not available|extension/([\w-]+)\.control')
ROLE_IS_THERE = re.compile(r'role "([^"]+)" already exists')
ROLES = "SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_'"
VERSION_TABLE = "CREATE TABLE IF NOT EXISTS alembic_version (version_num varchar(255) PRIMARY KEY)"
STAMP = "INSERT INTO alembic_version SELECT %s WHERE NOT EXISTS (SELECT FROM alembic_version)"


@dataclass(frozen=True)
class _Sight:
    """All that looks at one database, and remembers what it saw."""

    eye: Connection
    walk: Walk
    watch: Watch
    reader: Reader
    books: Books
    accounts: Accounts

    def look(self) -> State:
        """Take the state, by one question where that will do."""
        own, suspects = self.walk.version_table, self.watch.suspects()
        asked = (self.books.question(), self.accounts.question(suspects))
        catalog = self.reader.read(own, asked, suspects)
        kept, filled = self.reader.beside or (None, None)
        self.books.see(kept)
        return State(catalog, self.accounts.read(own, filled, renamed=self.reader.renamed))

    def rows(self) -> Contents:
        """Take what tables and sequences hold, and nothing else."""
        question = self.accounts.question(self.watch.locked())
        (found,) = ask(self.eye, question.as_bytes(self.eye))
        return self.accounts.read(self.walk.version_table, cells(found))


def rides(
    server: Callable[[], Server],
    history: History,
    root: Path,
    deployed: Deployed | None = None,
    stay: Stay | None = None,
    reveal: Reveal | None = None,
) -> Rides:
    """Make what makes a new database and sets a project's tool to work on it.

    Args:
        server: Where; started when it is first asked for, while the tool is loading.
        history: The project's.
        root: The repository's root.
        deployed: What is kept of the migrations below the first target, None for nothing.
        stay: Keeps the database in which a leg failed, None to keep none.
        reveal: Tells what is sensitive in rows that are new; None where nobody asks.
    """
    project = history.project
    walk = tool(project.tool).walk
    roles_before = cache(lambda: roles_of(server()))

    @contextmanager
    def begin() -> Iterator[Ride]:
        with ExitStack() as cleaning, walk(project, root, connect, history) as at_work:
            begun = cleaning.enter_context(deployed.begun(at_work)) if deployed else None
            at = begun.server if begun else server()
            database, eye = cleaning.enter_context(
                resumed(begun.database) if begun else furnished(at, project, root, roles_before())
            )
            at_work.enter(database, traced=deployed is not None and deployed.is_wanted(begun))
            if begun is None:
                at_work.ground()
            watch = Watch(eye, at_work)
            reader, books = Reader(eye), Books(eye, project.tool, at_work)
            sight = _Sight(eye, at_work, watch, reader, books, Accounts(eye, books.others, watch))
            excuse = partial(refuse_what_is_ours, at)
            ride = Ride(at_work, eye, sight.look, books, watch, sight.look(), excuse, partial(told, eye))
            ride = replace(ride, sow=partial(sow, project, root, database, eye))
            ride = replace(ride, rows=sight.rows, reveal=reveal)
            if stay is not None:
                ride = replace(ride, stays=partial(stay.keeps, at, database))
            if deployed is not None:
                keep = deployed.keeper(at, database, at_work, begun)
                ride = replace(ride, ahead=begun.ahead if begun else 0, keep=keep)
            yield ride

    return begin


@contextmanager
def resumed(database: Database) -> Iterator[tuple[Database, Connection]]:
    """Take a database that its server began with, and goes with; and a connection to look at it."""
    with closing(connect(database)) as eye:
        yield database, eye


@contextmanager
def furnished(
    server: Server, project: Project, root: Path, roles: frozenset[str]
) -> Iterator[tuple[Database, Connection]]:
    """Make a new database with what a project needs first, and a connection to look at it.

    Args:
        server: Where.
        project: Whose.
        root: The repository's root.
        roles: Those that may stay when the database goes.
    """
    database = create(server)
    try:
        with closing(connect(database)) as eye:
            _furnish(eye, server, project, root)
            yield database, eye
    finally:
        _clean(server, database, roles)


def _clean(server: Server, database: Database, roles: frozenset[str]) -> None:
    """Drop what a ride has made; on a server of ours, which goes away as a whole, as far as that is easy."""
    if database.dbname in server.staying:
        return
    try:
        drop(server, database)
    except CannotCheckError:  # a subscription that a migration left, for one
        if server.shared:
            raise
    try:
        left = roles_of(server) - roles
    except CannotCheckError:  # it is gone, which whoever looks next will tell with its last words
        return
    _drop_roles(server, left)


def refuse_what_is_ours(server: Server, failure: Failure) -> None:
    """Raise if a migration failed for want of what the server should have: room, or an extension.

    Raises:
        CannotCheckError: It did.
    """
    if failure.sqlstate in NO_ROOM:
        where = failure.path or "a migration"
        raise CannotCheckError(
            f"the throwaway server has no room left, in {where}:{failure.line or 1}: {failure.message}",
            "set TMPDIR to a folder on a disk with more room, or free some",
        )
    refuse_missing_extension(server, failure)


def refuse_missing_extension(server: Server, failure: Failure) -> None:
    """Raise if a migration failed only for want of an extension that this server does not have.

    Raises:
        CannotCheckError: It did; the hint names the provider that has it.
    """
    match = MISSING_EXTENSION.search(failure.message)
    if match:
        name = match[1] or match[2]
        raise CannotCheckError(
            f"the {server.provider} PostgreSQL {server.version} has no extension {name}, "
            f"which {failure.path or 'a migration'}:{failure.line or 1} needs",
            missing_extension_hint(server, name),
        )


def refuse_role_that_stays(server: Server, failure: Failure) -> None:
    """Raise if a migration failed only since a role is there already: on a shared server they stay.

    Raises:
        CannotCheckError: It did.
    """
    match = ROLE_IS_THERE.search(failure.message)
    if match and server.shared and failure.sqlstate == ALREADY_THERE:
        raise CannotCheckError(
            f"the role {match[1]} is on the given server already, where a database that we made before, or "
            "somebody else, has left it: roles belong to the server as a whole",
            "let a server of migseal's own be used here: in migseal.yaml, `postgres: {provider: embedded}`",
        )


def _furnish(connection: Connection, server: Server, project: Project, root: Path) -> None:
    """Run a project's `before` and its `start`."""
    for statement in sql.statements(project.before):
        failure = run(connection, Script("migseal.yaml", 1, (statement,), in_transaction=False))
        if failure is not None and failure.sqlstate != ALREADY_THERE:
            refuse_missing_extension(server, failure)
            message = f"projects.{project.name}.before fails: {failure.message} in: {statement.text}"
            raise CannotCheckError(message, "mend `before` in migseal.yaml")
    if project.start_sql is None:
        return
    try:
        text = (root / project.start_sql).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        message = f"projects.{project.name}.start.sql: {project.start_sql} cannot be read: {error}"
        raise CannotCheckError(
            message, "give the path of an SQL file, relative to the repository's root"
        ) from error
    script = write(project.start_sql, Part(text, 1, in_transaction=False, refusal=None))
    failure = script if isinstance(script, Failure) else run(connection, script)
    if failure is not None:
        message = f"{project.start_sql}:{failure.line}: the start fails: {failure.message}"
        raise CannotCheckError(message, "mend the file: plain SQL, as `pg_dump` writes it")
    if project.tool == "alembic" and project.start_at is not None:
        connection.execute("SET search_path = public")
        connection.execute(VERSION_TABLE)
        connection.execute(STAMP, (project.start_at,))


def roles_of(server: Server) -> frozenset[str]:
    """Give the roles of a server of ours; of a shared one none, as they are not ours to drop."""
    if server.shared:
        return frozenset()
    with closing(connect(server.admin)) as connection:
        return frozenset(name for (name,) in connection.execute(ROLES))


def _drop_roles(server: Server, names: frozenset[str]) -> None:
    """Drop the roles that migrations made: they outlive the database, and would be there next time."""
    if not names:
        return
    from psycopg import Error  # noqa: PLC0415 -- loaded by connect() already
    from psycopg.sql import SQL, Identifier  # noqa: PLC0415 -- the same

    with closing(connect(server.admin)) as connection:
        for name in sorted(names):
            try:
                connection.execute(SQL("DROP OWNED BY {}").format(Identifier(name)))
                connection.execute(SQL("DROP ROLE {}").format(Identifier(name)))
            except Error as error:
                message = f"the role {name} that a migration made cannot be dropped again: {error}"
                raise CannotCheckError(
                    message, "let the migration not make objects outside its database"
                ) from error
