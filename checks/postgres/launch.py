"""One start of one server: what it runs with, and the process that owns it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from checks.errors import CannotCheckError
from checks.postgres import cache, states, supervisor
from checks.postgres.server import connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from checks.database import Database
    from checks.postgres.binaries import Account, Binaries

NO_SPACE = "No space left on device"
READY_SECONDS = 60
STAY_SECONDS = 4 * 3600
POLL_SECONDS = 0.005
DAMAGED = "its data directory is not as it was kept"
SUPERUSER = "postgres"
COPY = ("cp", "-a")  # keeps the owner; 0.10 s for a template, shutil.copytree 0.13 s and its import
INITDB = (
    f"--username={SUPERUSER}",
    "--encoding=UTF8",
    "--locale=C",
    "--text-search-config=english",  # as initdb chooses it where the locale is English
    "--wal-segsize=1",
    "--auth-local=trust",  # the socket lies in a 0700 directory
    "--auth-host=scram-sha-256",
    "--no-sync",
)
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "wal_level": "logical",  # with less, CREATE PUBLICATION warns and logical slots are refused
    "dynamic_shared_memory_type": "mmap",  # in the data directory, so that nothing of it can outlive that
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "jit": "off",
    "shared_buffers": "16MB",  # each dropped table is looked for in all of them
    "max_locks_per_transaction": "512",  # 4000 tables in one transaction are too many for 64
    "min_wal_size": "2MB",
    "max_wal_size": "128MB",
}


# What a migration lets the server itself connect to (a subscription, dblink, a foreign server) is refused by
# its libpq before it says who it is, unless the migration's own connection string says otherwise.
ALONE = {
    "PGSSLMODE": "verify-full",
    "PGSSLROOTCERT": "/nonexistent/migseal-connects-to-no-other-server",
    "PGREQUIREPEER": "migseal-connects-to-no-other-server",
}


class DownError(Exception):
    """The server did not come up; the text is what it said."""


@dataclass(frozen=True)
class Run:
    """What one start is about.

    Attributes:
        binaries: Which programs.
        user: As whom, None for ourselves.
        directory: Of this run alone: data, socket and log.
        admin: The address it will have.
        stays: Set when it is to outlive us for a while.
    """

    binaries: Binaries
    user: Account | None
    directory: Path
    admin: Database
    stays: threading.Event = field(default_factory=threading.Event, compare=False)

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.directory / "data"

    @property
    def key(self) -> str:
        """The name of the template that fits: of these programs, made this way, owned by this user."""
        return template_key(self.binaries, self.user)


def template_key(binaries: Binaries, user: Account | None) -> str:
    """Name what `initdb` of these programs makes for a user."""
    made_by = (binaries.banner, str(binaries.directory), INITDB, user)
    digest = hashlib.sha256(repr(made_by).encode()).hexdigest()
    return f"{binaries.version}-{digest[:16]}"


def kind(binaries: Binaries, user: Account | None) -> str:
    """Name all that a state of a database depends on in its server."""
    return f"{template_key(binaries, user)} {OPTIONS!r}"


@contextmanager
def running(
    run: Run, template: Path | None, shelf: Path | None, digest: str | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server for as long as the context lasts.

    Args:
        run: Which.
        template: A data directory to begin with, None to make one.
        shelf: Where to keep the one that was made.
        digest: What `states.digest` gives of that directory, where it must be as it was; None for any.

    Yields:
        The process that owns the server: it has ended if the server has.

    Raises:
        DownError: The server does not come up.
    """
    with _supervised(run, _plan(run, template)) as process:
        _await_prepared(process)
        if template is None and shelf is not None:
            cache.save(shelf, run.key, [run.data], COPY)
        if digest is not None and digest != states.digest(run.data):  # of the copy: nobody can change that
            raise DownError(DAMAGED)
        assert process.stdin is not None
        process.stdin.write(b"serve\n")
        _await_ready(process, run)
        _set_password(run.admin)
        yield process


def _plan(run: Run, template: Path | None) -> supervisor.Plan:
    programs = run.binaries.directory
    initdb = [str(programs / "initdb"), f"--pgdata={run.data}", *INITDB]
    copy = [*COPY, str(template), str(run.directory)]
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {
        "directory": str(run.directory),
        "uid": run.user.uid if run.user else None,
        "gid": run.user.gid if run.user else None,
        "prepare": [(True, initdb)] if template is None else [(False, copy)],
        "serve": [str(programs / "postgres"), "-D", str(run.data), *_options(run)],
        "environment": {**kept, **ALONE, "LC_ALL": "C"},
    }


def _options(run: Run) -> list[str]:
    own = {
        "port": str(run.admin.port),
        "unix_socket_directories": f'"{run.directory}"',
        "migseal.token": run.admin.token,
    }
    return [word for name, value in {**OPTIONS, **own}.items() for word in ("-c", f"{name}={value}")]


@contextmanager
def _supervised(run: Run, plan: supervisor.Plan) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", supervisor.__file__, json.dumps(plan)],
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd="/",
        start_new_session=True,
    )
    try:
        yield process
    finally:
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()
        if run.stays.is_set():
            process.returncode = 0  # it is no longer ours to wait for
        else:
            process.wait()
            shutil.rmtree(run.directory, ignore_errors=True)  # there only if the supervisor itself was killed


def said(process: subprocess.Popen[bytes]) -> str:
    """Give what the supervisor said when it ended."""
    assert process.stdout is not None
    return process.stdout.read().decode("utf-8", "replace").strip()


def is_ready(run: Run) -> bool:
    """Tell whether the server takes connections."""
    try:
        lines = (run.data / "postmaster.pid").read_text("utf-8").splitlines()
    except OSError:
        return False
    return [line.strip() for line in lines[7:8]] == ["ready"]  # the line that pg_ctl waits for too


def has_ended(process: subprocess.Popen[bytes], run: Run) -> bool:
    """Tell whether the server ended by itself; if so, its supervisor's last words are there."""
    if not is_ready(run):
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(supervisor.GRACE)
    return process.poll() is not None


def stay(process: subprocess.Popen[bytes], run: Run) -> str:
    """Let a server outlive us for a while, and give the command that ends it sooner."""
    assert process.stdin is not None
    process.stdin.write(f"{supervisor.STAY} {STAY_SECONDS}\n".encode())
    run.stays.set()
    return f"`kill {process.pid}` ends it; it ends by itself after {STAY_SECONDS / 3600:g} hours"


def last_words(run: Run) -> str:
    """Give the end of a server's log."""
    log = run.directory / supervisor.LOG
    with contextlib.suppress(OSError):
        lines = log.read_text("utf-8", "replace").splitlines()
        full = [line for line in lines[: -supervisor.LAST_LINES] if NO_SPACE in line][:1]
        return "\n".join([*full, *lines[-supervisor.LAST_LINES :]])
    return ""


def _await_prepared(process: subprocess.Popen[bytes]) -> None:
    import psycopg  # noqa: F401, PLC0415  # it is needed next, and now is time for its 0.1 s

    assert process.stdout is not None
    line = process.stdout.readline().decode("utf-8", "replace")
    if line.strip() != supervisor.PREPARED:
        raise DownError(line + said(process))


def _await_ready(process: subprocess.Popen[bytes], run: Run) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not is_ready(run):
        if process.poll() is not None:
            raise DownError(said(process))
        if time.monotonic() > deadline:
            last = supervisor.tail(run.directory / supervisor.LOG)
            raise DownError(f"it is not ready after {READY_SECONDS} s\n{last}")
        time.sleep(POLL_SECONDS)


def _set_password(admin: Database) -> None:
    import psycopg  # noqa: PLC0415  # lazily: the file rules never need it

    try:
        with connect(admin) as connection:
            connection.execute(f"ALTER ROLE {SUPERUSER} PASSWORD '{admin.password}'")
    except (CannotCheckError, psycopg.Error) as error:
        raise DownError(str(error)) from error
