"""A running server, and the databases we make on it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from checks.errors import CannotCheckError

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg
    from psycopg.rows import TupleRow

    from checks.database import Database
    from checks.postgres.states import State

IDENTITY = "SELECT current_database(), coalesce(current_setting('migseal.token', true), '')"
# Each of these would otherwise come from a PG* variable: an address above all, and what changes answers.
PLAIN = {"hostaddr": "", "options": "", "client_encoding": "utf8", "application_name": "migseal"}
SECONDS = 10
SUBSCRIPTIONS = (
    "SELECT s.subname FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid"
    " WHERE d.datname = pg_catalog.current_database()"
)
# Without its slot, which is on another server, and which nobody may reach from here.
RELEASE = (
    "ALTER SUBSCRIPTION {} DISABLE",
    "ALTER SUBSCRIPTION {} SET (slot_name = NONE)",
    "DROP SUBSCRIPTION {}",
)
NEEDS_CREATEDB = "the role needs CREATEDB, and nobody may be connected to the template"
NEEDS_SET = "as a superuser: GRANT SET ON PARAMETER migseal.token TO the role, or give a superuser's URL"
HAS_STRATEGY = 15
OLDEST = 13  # before it, DROP DATABASE cannot end the connections of others


class Name(str):
    """A name in a statement, to be quoted as one."""

    __slots__ = ()


@dataclass(frozen=True)
class Server:
    """A server on which we may make databases.

    Attributes:
        provider: The provider's name in `checks.postgres.PROVIDERS`.
        version: Such as "15.18".
        major: The version's first number.
        admin: The database from which others are made; on a shared server it is not ours and has no token.
        token: What `SHOW migseal.token` answers in every database of ours.
        shared: Whether others use the server too: our databases then have random names.
        created: The names of the databases that we made and have not dropped.
        state: What it began with, None for nothing.
        staying: The names of those of our databases that are not to be dropped.
        stay: Lets the server outlive us for a while, and says how it ends.
    """

    provider: str
    version: str
    major: int
    admin: Database
    token: str
    shared: bool = False
    created: set[str] = field(default_factory=set, compare=False)
    state: State | None = None
    staying: set[str] = field(default_factory=set, compare=False)
    stay: Callable[[], str] = field(default=lambda: "", compare=False)

    def database(self, name: str) -> Database:
        """Give the address of a database that we made here."""
        return replace(self.admin, dbname=name, token=self.token)


def create(server: Server, name: str | None = None, template: str | None = None) -> Database:
    """Make a database, empty or as a copy of another of ours.

    Args:
        server: Where.
        name: Its name; None gives a random one, which on a shared server is the only choice.
        template: The database to copy, one of ours, which nobody may be connected to.

    Raises:
        CannotCheckError: The server refuses, or the name is not ours to choose.
    """
    if name is not None and server.shared:
        message = f"on the given server our databases have random names, so that none can be named {name}"
        raise CannotCheckError(message, "name no database, or use another provider")
    if template is not None and template not in server.created:
        raise CannotCheckError(
            f"{template} was not made by this run, so it is not copied", "copy one that was"
        )
    dbname = name or f"migseal_{secrets.token_hex(8)}"
    _copy(server, dbname, template or "template0")
    server.created.add(dbname)
    if server.shared:
        statement = "ALTER DATABASE {} SET migseal.token = {}"
        _execute(server, NEEDS_SET, statement, Name(dbname), server.token)
    return server.database(dbname)


def _copy(server: Server, name: str, template: str) -> None:
    # Measured on servers of ours: copying files takes half the time of copying through the WAL.
    quick = " STRATEGY file_copy" if server.major >= HAS_STRATEGY and not server.shared else ""
    _execute(server, NEEDS_CREATEDB, f"CREATE DATABASE {{}} TEMPLATE {{}}{quick}", Name(name), Name(template))


def _execute(server: Server, hint: str, statement: str, *values: str) -> None:
    import psycopg  # noqa: PLC0415  # lazily: the file rules never need it
    from psycopg import sql  # noqa: PLC0415  # the same

    quoted = [sql.Identifier(each) if isinstance(each, Name) else sql.Literal(each) for each in values]
    with reach(server.admin) if server.shared else connect(server.admin) as connection:
        try:
            connection.execute(sql.SQL(statement).format(*quoted))
        except psycopg.Error as error:
            message = f"{address(server.admin)} ({server.provider}) refuses: {str(error).strip()}"
            raise CannotCheckError(message, hint) from error


def drop(server: Server, database: Database) -> None:
    """Drop a database of ours and end its connections; one that is gone already is no error.

    Raises:
        CannotCheckError: We did not make it, or the server refuses.
    """
    if database.dbname not in server.created:
        message = f"{address(database)} was not made by this run, so it is not dropped"
        raise CannotCheckError(message, "drop it yourself if you want that")
    hint = f"drop it yourself: DROP DATABASE {database.dbname} WITH (FORCE)"
    statement = "DROP DATABASE IF EXISTS {} WITH (FORCE)"
    try:
        _execute(server, hint, statement, Name(database.dbname))
    except CannotCheckError as error:
        if not _released(database, error):
            raise
        _execute(server, hint, statement, Name(database.dbname))
    server.created.discard(database.dbname)


def _released(database: Database, error: CannotCheckError) -> bool:
    """Drop what keeps a database of ours from being dropped: its subscriptions; tell whether that was it."""
    import psycopg  # noqa: PLC0415  # lazily: the file rules never need it
    from psycopg import sql  # noqa: PLC0415  # the same

    if not isinstance(error.__cause__, psycopg.errors.ObjectInUse):
        return False
    with connect(database) as connection:
        for (name,) in connection.execute(SUBSCRIPTIONS).fetchall():
            for statement in RELEASE:
                connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
    return True


def address(database: Database) -> str:
    """Give a database's address as a person may read it: no password."""
    return replace(database, password="").url()


def connect(database: Database) -> psycopg.Connection[TupleRow]:
    """Connect to a database of ours, in autocommit; the caller closes it.

    Raises:
        CannotCheckError: It cannot be reached, or is not ours.
    """
    connection = reach(database)
    try:
        if connection.execute(IDENTITY).fetchone() == (database.dbname, database.token) and database.token:
            return connection
    except BaseException:
        connection.close()
        raise
    connection.close()
    message = f"{address(database)} is not a database that this run made, so nothing was done there"
    raise CannotCheckError(message, "check who else uses that address, and run it again")


def reach(database: Database) -> psycopg.Connection[TupleRow]:
    """Connect to any address in autocommit, whoever it belongs to; the caller closes it.

    Raises:
        CannotCheckError: It cannot be reached.
    """
    import psycopg  # noqa: PLC0415  # lazily: the file rules never need it

    local = {"sslmode": "disable", "gssencmode": "disable"} if database.socket else {}
    parameters: dict[str, str | int | None] = {**database.parameters(), **PLAIN, **local}
    try:
        return psycopg.connect(autocommit=True, connect_timeout=SECONDS, **parameters)  # type: ignore[arg-type]
    except psycopg.Error as error:
        message = f"cannot connect to {address(database)}: {str(error).strip()}"
        raise CannotCheckError(message, "check that the server runs and the address is right") from error
