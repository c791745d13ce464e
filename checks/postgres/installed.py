"""The PostgreSQL that is installed on this machine."""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from checks.errors import CannotCheckError
from checks.postgres import cluster, launch
from checks.postgres.binaries import Binaries, account, inspect, may_enter, output
from checks.postgres.server import OLDEST, Server

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from checks.postgres.settings import Settings
    from checks.postgres.states import State

NAME = "installed"
# Debian and Ubuntu; PGDG on Red Hat and SUSE; Homebrew on Apple silicon and Intel; Postgres.app; Alpine.
PLACES = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "usr/lib/postgresql*/bin",
    "opt/homebrew/opt/postgresql*/bin",
    "usr/local/opt/postgresql*/bin",
    "Applications/Postgres.app/Contents/Versions/*/bin",
    "usr/libexec/postgresql*",
    "usr/local/pgsql/bin",
)


def found() -> tuple[Binaries, ...]:
    """Find all servers that are installed and run, the newest first, PATH's first among equals."""
    binaries = [inspect(place) for place in dict.fromkeys(_places())]
    unique = dict.fromkeys(each for each in binaries if each and each.major >= OLDEST)
    return tuple(sorted(unique, key=lambda each: each.major, reverse=True))


def _places() -> list[Path]:
    on_path = shutil.which("postgres")
    told = _told(os.environ.get("PATH", ""))
    places = [Path(on_path).resolve().parent] if on_path else []
    places += [Path(told).resolve()] if told else []
    for pattern in PLACES:
        places += [place.resolve() for place in sorted(Path("/").glob(pattern), reverse=True)]
    return places


@cache
def _told(path: str) -> str:
    """Ask `pg_config`, found by a search path, where the programs are: once, since asking takes a process."""
    del path
    return output(["pg_config", "--bindir"])


def available(settings: Settings) -> str | None:
    """Say why no installed server will do, None if one will."""
    user = account()
    everything = found()
    if not everything:
        return "there is no PostgreSQL server on PATH or where packages put it"
    right = [each for each in everything if settings.major in (None, each.major)]
    if not right:
        versions = ", ".join(each.version for each in everything)
        return f"what is installed is PostgreSQL {versions}, not {settings.major}"
    if not _chosen(settings):
        assert user is not None
        return f"{right[0].directory} cannot be reached by the user {user.name}, as whom root must run it"
    return None


def _chosen(settings: Settings) -> Binaries | None:
    user = account()
    for each in found():
        if settings.major in (None, each.major) and (user is None or may_enter(each.directory, user)):
            return each
    return None


def kind(settings: Settings) -> str:
    """Name what a state of a database depends on in the server that will do."""
    binaries = _chosen(settings)
    return launch.kind(binaries, account()) if binaries else ""


def start(settings: Settings, state: State | None = None) -> AbstractContextManager[Server]:
    """Start the newest server that will do, for as long as the context lasts."""
    binaries = _chosen(settings)
    if binaries is None:
        raise CannotCheckError(f"no installed PostgreSQL: {available(settings)}", "install one")
    return cluster.start(binaries, NAME, state)
