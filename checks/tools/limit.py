"""A leg that takes too long: what it was doing in our database, and the end of it."""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.errors import CannotCheckError
from checks.migration import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from checks.database import Database
    from checks.migration import Project

HINT = (
    "let it take less long, or raise `timeout` in migseal.yaml, at its top or of the project: `timeout: {}`"
)
SHOWN = 300  # characters of a statement
GRACE_SECONDS = 5.0
POLL_SECONDS = 0.02
# What the project's own sessions do; ours have a name, but for the one that runs a file.
DOING = """
SELECT query, (SELECT left(b.query, 300) FROM pg_stat_activity b
               WHERE b.pid = ANY (pg_blocking_pids(a.pid)) LIMIT 1)
FROM pg_stat_activity a
WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()
  AND backend_type = 'client backend' AND (application_name <> 'migseal' OR pid = %(own)s)
ORDER BY query_start LIMIT 1"""
END = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND (application_name <> 'migseal' OR pid = %(own)s)"""


@dataclass(frozen=True)
class Hung:
    """What a leg was doing when its time was over.

    Attributes:
        statement: The statement that the server was at, empty if it was at none.
        holder: The last statement of the session whose lock that one waited for, empty if it waited for none.
    """

    statement: str = ""
    holder: str = ""


def end(connect: Callable[[Database], Any], database: Database, own: int = 0) -> Hung:
    """See what the sessions of a leg do, and end them.

    Args:
        connect: Gives an autocommit connection that has been proved ours.
        database: Where.
        own: The process on the server of the session in which a file of ours is run, 0 where there is none.
    """
    from psycopg import Error  # noqa: PLC0415 -- the file rules do without

    try:
        with connect(database) as eye:
            found = eye.execute(DOING, {"own": own}).fetchone()
            until = time.monotonic() + GRACE_SECONDS
            while eye.execute(END, {"own": own}).fetchall() and time.monotonic() < until:
                time.sleep(POLL_SECONDS)
    except (Error, CannotCheckError):  # the server is gone, or at its end: there is nothing to be seen
        return Hung()
    return Hung(*(str(text or "") for text in found)) if found else Hung()


def failure(project: Project, hung: Hung, path: str, line: int | None) -> Failure:
    """Make the failure of a leg that was ended.

    Args:
        project: Whose.
        hung: What it was doing.
        path: Its file, relative to the repository's root.
        line: The line that it was at, where known.
    """
    message = f"it was not done after {project.timeout} s, and was ended"
    if hung.holder:
        message += (
            f"; it waited for a lock of its own other session, whose last statement was: {hung.holder}\n"
        )
    elif not hung.statement:
        message += "; the database had nothing to do for it then"
    statement = hung.statement if len(hung.statement) <= SHOWN else f"{hung.statement[:SHOWN]} ..."
    return Failure(message, path, line, statement or None, hint=HINT.format(2 * project.timeout))


@contextmanager
def limited(seconds: float, session: Any, end: Callable[[], Hung]) -> Iterator[list[Hung]]:  # noqa: ANN401 -- psycopg's
    """End, from another thread, what runs in a session and takes too long.

    Args:
        seconds: How long it may take.
        session: The connection in which it runs.
        end: Ends it on the server, and says what it was doing.

    Yields:
        What it was doing, as soon as it was ended.
    """
    told: list[Hung] = []
    over = threading.Event()

    def ring() -> None:
        told.append(end())
        if not over.wait(GRACE_SECONDS):
            _cut(session)

    timer = threading.Timer(seconds, ring)
    timer.daemon = True
    timer.start()
    try:
        yield told
    finally:
        over.set()
        timer.cancel()
        timer.join()


def _cut(session: Any) -> None:  # noqa: ANN401 -- psycopg's
    """Close our end of a session whose server does not, so that nobody waits for it."""
    with suppress(Exception), socket.socket(fileno=os.dup(session.pgconn.socket)) as line:
        line.shutdown(socket.SHUT_RDWR)
