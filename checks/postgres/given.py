"""A server that runs already, named by a URL: we make databases of our own there, and drop only those."""

from __future__ import annotations

import os
import re
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

from checks.database import Database
from checks.errors import CannotCheckError
from checks.postgres.server import OLDEST, Server, address, drop, reach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.postgres.settings import Settings
    from checks.postgres.states import State

NAME = "given"
VARIABLE = "MIGSEAL_DATABASE_URL"
LIKE = f"{VARIABLE}=postgresql://user:password@host:5432/postgres"
DRIVER = re.compile(r"^(postgres(?:ql)?)\+\w+://")  # as SQLAlchemy writes it
PARTS = {"host", "port", "user", "password", "dbname"}
HARMLESS = {"sslmode": {"disable", "allow", "prefer"}}  # what libpq does without them reaches the same server


def available(settings: Settings) -> str | None:
    """Say why the URL's server will not do, None if it will.

    Raises:
        CannotCheckError: There is a URL, and it cannot be read or reached.
    """
    url = _url(settings)
    if not url:
        return f"{VARIABLE} is not set"
    if settings.major is None:
        return None
    admin, version, major = _meet(url)
    return (
        None if major == settings.major else f"{address(admin)} is PostgreSQL {version}, not {settings.major}"
    )


def kind(settings: Settings) -> str:
    """Give nothing: a server that others use has no state that is ours to keep."""
    del settings
    return ""


@contextmanager
def start(settings: Settings, state: State | None = None) -> Iterator[Server]:
    """Use the URL's server; what we made there is dropped at the end. It begins with no state.

    Raises:
        CannotCheckError: It cannot be reached, is too old, or not what is wanted.
    """
    del state
    reason = available(settings)
    if reason is not None:
        raise CannotCheckError(f"no given PostgreSQL: {reason}", f"export {LIKE}")
    admin, version, major = _meet(_url(settings))
    if major < OLDEST:
        message = f"{address(admin)} is PostgreSQL {version}, and {OLDEST} is the oldest that will do"
        raise CannotCheckError(message, "give a newer one")
    server = Server(NAME, version, major, admin, secrets.token_hex(16), shared=True)
    try:
        yield server
    finally:
        for name in sorted(server.created - server.staying):
            drop(server, server.database(name))


def _url(settings: Settings) -> str:
    return settings.url or os.environ.get(VARIABLE, "")


def _meet(url: str) -> tuple[Database, str, int]:
    admin = _read(url)
    with reach(admin) as connection:
        row = connection.execute("SHOW server_version").fetchone()
        assert row is not None
        return admin, str(row[0]).split()[0], connection.info.server_version // 10000


def _read(url: str) -> Database:
    import psycopg  # noqa: PLC0415  # lazily: the file rules never need it
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415  # the same

    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(DRIVER.sub(r"\1://", url)).items()}
    except psycopg.Error:  # its text may hold the password
        raise CannotCheckError("the URL of the given PostgreSQL cannot be read", f"write {LIKE}") from None
    _refuse_what_is_lost(parts)
    _refuse_what_is_missing(parts)
    port = int(parts.get("port") or 5432)
    password, name = parts.get("password", ""), parts.get("dbname") or "postgres"
    return Database(parts["host"], port, parts["user"], password, name, token="")


def _refuse_what_is_lost(parts: dict[str, str]) -> None:
    lost = {name for name in parts.keys() - PARTS if parts[name] not in HARMLESS.get(name, ())}
    if lost:
        names = ", ".join(sorted(lost))
        message = (
            f"the URL of the given PostgreSQL has {names}, which cannot be handed on to the project's code"
        )
        raise CannotCheckError(message, f"write {LIKE}")


def _refuse_what_is_missing(parts: dict[str, str]) -> None:
    for name in ("host", "user"):
        if not parts.get(name):  # libpq would take it from the environment, which may mean another server
            message = f"the URL of the given PostgreSQL names no {name}"
            raise CannotCheckError(message, f"write {LIKE}")
    if re.search(r"[/,@]", parts["host"]) or not re.fullmatch(r"\d*", parts.get("port", "")):
        message = "the URL of the given PostgreSQL must name one host and one port that take TCP connections"
        raise CannotCheckError(message, f"write {LIKE}")
