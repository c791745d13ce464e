"""Owns one server and its directory, and outlives whoever started it.

Run by its path with `python -I -S`, hence the standard library only. It ends the server and removes the
directory as soon as its standard input ends, which happens when the parent closes it and also when the
parent is killed. Whatever ends a run, this is the one way it ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, TypedDict

GRACE = 6  # seconds; after SIGQUIT, PostgreSQL itself kills stubborn children after five
PATIENCE = 60  # seconds; a cold initdb needs one or two
LOG = "server.log"
PREPARED = "prepared"
STAY = "stay"  # and for how many seconds, whatever becomes of the parent
LAST_LINES = 20


class Plan(TypedDict):
    """What to run, in words that survive a command line.

    Attributes:
        directory: A path where nothing is yet; made here, removed here.
        uid: Who owns it and runs the server, None for whoever we are.
        gid: The group of that user.
        prepare: Commands to run first, each with whether that user runs it.
        serve: The server's command, which runs until the end.
        environment: All environment variables of these commands.
    """

    directory: str
    uid: int | None
    gid: int | None
    prepare: list[tuple[bool, list[str]]]
    serve: list[str]
    environment: dict[str, str]


class StoppedError(Exception):
    """The parent is gone, or wants us to end."""


def tell(text: str) -> None:
    """Send the parent a line; it may be gone, which standard input will show."""
    with contextlib.suppress(OSError):
        os.write(1, f"{text}\n".encode())


def spawn(plan: Plan, command: list[str], log: IO[bytes], *, as_user: bool) -> subprocess.Popen[bytes]:
    """Start a command in the plan's directory, as the plan's user if wanted."""
    other = as_user and plan["uid"] is not None
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd=plan["directory"],
        env=plan["environment"],
        user=plan["uid"] if other else None,
        group=plan["gid"] if other else None,
        extra_groups=[] if other else None,
        start_new_session=True,  # a signal to our group is ours to pass on, after our own order
        umask=0o077,
    )


def wait(wakeup: int, child: subprocess.Popen[bytes] | None = None) -> int:
    """Wait for a child's end, or without one for the parent's line.

    Returns:
        The child's exit code, or 0 for the line.

    Raises:
        StoppedError: Standard input ended, a signal came, or the time is over that the parent gave us.
    """
    until = None
    while child is None or child.poll() is None:
        watched = [0, wakeup] if until is None else [wakeup]
        ready, _, _ = select.select(watched, [], [], until and max(0.0, until - time.monotonic()))
        if not ready or (wakeup in ready and set(os.read(wakeup, 64)) - {signal.SIGCHLD}):
            raise StoppedError
        if 0 in ready:
            word, *seconds = os.read(0, 64).decode().split() or [""]
            if not word:
                raise StoppedError
            if child is None:
                return 0
            until = time.monotonic() + float(seconds[0]) if word == STAY else None
    return child.returncode


def reap(child: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait for a child's end, and end it if that takes too long."""
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def prepare(plan: Plan, log: IO[bytes], wakeup: int) -> int:
    """Run the commands that make the data directory, up to the first that fails.

    None is cut short within reason: a killed initdb leaves segments of shared memory, and takes a second.
    """
    for as_user, command in plan["prepare"]:
        child = spawn(plan, command, log, as_user=as_user)
        try:
            code = wait(wakeup, child)
        finally:
            reap(child, PATIENCE)
        if code:
            return code
    return 0


def run(plan: Plan, log: IO[bytes], wakeup: int) -> int:
    """Run the server until it ends or someone ends it, which SIGQUIT does at once and cleanly."""
    child = spawn(plan, plan["serve"], log, as_user=True)
    try:
        return wait(wakeup, child)
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGQUIT)
        reap(child, GRACE)


def serve(plan: Plan, log: IO[bytes], wakeup: int) -> int:
    """Prepare, let the parent look, then run the server."""
    if code := prepare(plan, log, wakeup):
        return code
    tell(PREPARED)
    wait(wakeup)
    return run(plan, log, wakeup)


def release(book: Path) -> None:
    """Remove the segment of shared memory of a server that was killed: one that ended has no book."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        segment = int(book.read_text("utf-8").splitlines()[6].split()[1])
        import ctypes  # noqa: PLC0415  # seldom needed

        ctypes.CDLL(None).shmctl(segment, 0, None)  # 0: IPC_RMID


def tail(path: Path) -> str:
    """Give the last lines of the log."""
    return "\n".join(path.read_text("utf-8", "replace").splitlines()[-LAST_LINES:])


def supervise(plan: Plan, wakeup: int) -> int:
    """Do all of it in a directory that exists no longer than this."""
    directory = Path(plan["directory"])
    directory.mkdir(mode=0o700)
    try:
        with (directory / LOG).open("xb") as log:
            if plan["uid"] is not None and plan["gid"] is not None:
                os.chown(directory, plan["uid"], plan["gid"])
            code = serve(plan, log, wakeup)
        tell(f"it ended with code {code}\n{tail(directory / LOG)}")
    except StoppedError:
        return 0
    finally:
        release(directory / "data" / "postmaster.pid")
        os.chdir("/")
        shutil.rmtree(directory, ignore_errors=True)
    return 1


def listen() -> int:
    """Turn signals into bytes of a pipe, which is given back."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    return reading


if __name__ == "__main__":
    sys.exit(supervise(json.loads(sys.argv[1]), listen()))
