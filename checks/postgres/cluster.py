"""Start a server of our own from a directory of programs, whatever it takes."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import tempfile
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from checks.database import Database
from checks.errors import CannotCheckError
from checks.postgres import cache
from checks.postgres.binaries import Account, Binaries, account, may_enter
from checks.postgres.launch import (
    NO_SPACE,
    SUPERUSER,
    DownError,
    Run,
    has_ended,
    last_words,
    running,
    said,
    stay,
)
from checks.postgres.server import Server

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from checks.postgres.states import State

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # all that we put there is in a 0700 directory of random name
SHORT = Path("/tmp")  # noqa: S108  # the same
ROOM = 1 << 30  # bytes; a default container has 64 MB of shared memory
SOCKET_LIMIT = 103  # bytes, on macOS; Linux has four more
LONGEST = "migseal-0123456789/.s.PGSQL.65535.lock"
PORT_TAKEN = "Address already in use"
TRIES = 5


@contextmanager
def start(binaries: Binaries, provider: str, state: State | None = None) -> Iterator[Server]:
    """Start a server that ends, with all its files, when the context does or we die.

    Args:
        binaries: Of which programs.
        provider: Whose.
        state: What to begin with; where that is damaged it goes, and the server begins with nothing.

    Raises:
        CannotCheckError: It does not come up, or ended early; the message has its log's last lines.
    """
    with ExitStack() as stack:
        run, process, begun = _come_up(stack, binaries, state)
        created = {begun.dbname} if begun else set()
        try:
            version, major, token = binaries.version, binaries.major, run.admin.token
            ends = partial(stay, process, run)
            yield Server(provider, version, major, run.admin, token, created=created, state=begun, stay=ends)
        except Exception as error:
            if has_ended(process, run):
                raise _complaint(binaries, "ended", said(process)) from error
            if _is_lost_session(error):
                raise _complaint(binaries, "ended our session", last_words(run)) from error
            raise


def _come_up(
    stack: ExitStack, binaries: Binaries, state: State | None
) -> tuple[Run, subprocess.Popen[bytes], State | None]:
    reason = ""
    for _ in range(TRIES):
        run, shelf = _next_run(binaries), _templates()
        if state is not None:
            try:
                return run, stack.enter_context(running(run, state.data, None, state.digest)), state
            except DownError as error:
                if PORT_TAKEN not in str(error):
                    cache.discard(state.path)
                    state = None
            continue
        template = cache.find(shelf, run.key) if shelf else None
        try:
            return run, stack.enter_context(running(run, template and template / "data", shelf)), None
        except DownError as error:
            reason = str(error)
        if PORT_TAKEN in reason:
            continue
        if template is None:
            break
        cache.discard(template)
    raise _complaint(binaries, "does not start", reason)


def _is_lost_session(error: Exception) -> bool:
    from psycopg import DatabaseError, OperationalError  # noqa: PLC0415  # lazily: the file rules never need it

    said_nothing = isinstance(error, DatabaseError) and error.sqlstate is None
    return said_nothing or isinstance(error, OperationalError)


def _complaint(binaries: Binaries, what: str, log: str) -> CannotCheckError:
    message = f"PostgreSQL {binaries.version} in {binaries.directory} {what}: {log}"
    if NO_SPACE in log:
        return CannotCheckError(message, "set TMPDIR to a folder on a disk with more room, or free some")
    return CannotCheckError(
        message, "mend what its log says, or choose another with postgres: {provider: ...}"
    )


def _next_run(binaries: Binaries) -> Run:
    user = account()
    directory = place(user) / f"migseal-{secrets.token_hex(5)}"
    password, token = secrets.token_urlsafe(18), secrets.token_hex(16)
    admin = Database("127.0.0.1", _free_port(), SUPERUSER, password, "postgres", token, str(directory))
    return Run(binaries, user, directory, admin)


def _templates() -> Path | None:
    root = cache.directory()
    return cache.shelf(root, cache.TEMPLATES) if root else None


def place(user: Account | None) -> Path:
    """Choose where a run's directory goes: in memory if it has room, else a short temporary path."""
    room = SHARED_MEMORY.is_dir() and shutil.disk_usage(SHARED_MEMORY).free >= ROOM
    usual = Path(tempfile.gettempdir()).absolute()
    for each in (SHARED_MEMORY, usual) if room else (usual,):
        fits = len(os.fsencode(each / LONGEST)) <= SOCKET_LIMIT
        if fits and os.access(each, os.W_OK) and (user is None or may_enter(each, user)):
            return each
    return SHORT


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
