"""PostgreSQL's programs in a directory, and who may run them."""

from __future__ import annotations

import os
import pwd
import re
import stat
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from checks.errors import CannotCheckError

VERSION = re.compile(r"\) (?P<version>(?P<major>\d+)\S*)")
NAMES = ("postgres", "initdb")


@dataclass(frozen=True)
class Account:
    """A user of this machine.

    Attributes:
        name: As in the password database.
        uid: Its number.
        gid: Its first group's number.
    """

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Binaries:
    """A directory that holds `postgres` and `initdb`.

    Attributes:
        directory: Where they are, links resolved.
        version: Such as "15.18" or "19beta1".
        major: The version's first number.
        banner: The whole line of `postgres --version`, which also names the build.
    """

    directory: Path
    version: str
    major: int
    banner: str


def account() -> Account | None:
    """Give the user that runs the server: None for our own.

    PostgreSQL refuses to run as root, so that root needs another.

    Raises:
        CannotCheckError: We are root, and there is neither `postgres` nor `nobody`.
    """
    if os.geteuid() != 0:
        return None
    for entry in pwd.getpwall():
        if entry.pw_name == "postgres":
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        message = "PostgreSQL does not run as root, and this machine has no user postgres or nobody"
        raise CannotCheckError(message, "run migseal as an ordinary user, or: useradd postgres") from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def may_enter(path: Path, user: Account) -> bool:
    """Tell whether a user may pass through a directory and all above it, by owner and mode."""
    return all(_passes(place.stat(), user) for place in (path, *path.parents))


def _passes(status: os.stat_result, user: Account) -> bool:
    if status.st_uid == user.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == user.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


@cache
def inspect(directory: Path) -> Binaries | None:
    """Ask the `postgres` of a directory for its version: None if it is not there or does not run."""
    place = (directory / "postgres").resolve().parent
    if not all(os.access(place / name, os.X_OK) for name in NAMES):
        return None
    banner = output([str(place / "postgres"), "--version"])
    found = VERSION.search(banner)
    if found is None:
        return None
    return Binaries(place, found["version"], int(found["major"]), banner)


def output(command: list[str]) -> str:
    """Run a program and give what it prints, stripped: empty if it fails or is not there."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def extensions(binaries: Binaries) -> frozenset[str]:
    """Give the names of the extensions that come with these programs."""
    told = output([str(binaries.directory / "pg_config"), "--sharedir"])
    share = Path(told) if told else binaries.directory.parent / "share"
    return frozenset(path.stem for path in share.glob("extension/*.control"))
