"""States of a database, kept between runs: the data directory of a server of ours, with the database in it.

A state is only ever a copy of what can be made anew. One that is damaged, or was made for other programs,
is never begun with: each start compares the bytes of its own copy with what was kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checks.postgres import cache
from checks.postgres.server import connect

if TYPE_CHECKING:
    from checks.database import Database
    from checks.postgres.server import Server

COPY = ("cp", "-a")  # keeps the owner
DATA = "data"
ABOUT = "about"
LOCK = "postmaster.pid"
LARGEST = 256 << 20  # bytes of one state: to copy more takes longer than most histories
MOST = 1 << 30  # bytes of all
# A copy of a running server's files is what it would find after a crash: then unlogged tables are emptied,
# tablespaces lie elsewhere, and what was set for the whole server would hold from its start.
FAITHFUL = """SELECT NOT EXISTS (SELECT FROM pg_class WHERE relpersistence = 'u')
AND NOT EXISTS (SELECT FROM pg_tablespace WHERE oid >= 16384)
AND NOT EXISTS (SELECT FROM pg_file_settings WHERE sourcefile ~ 'postgresql\\.auto\\.conf$')
AND NOT EXISTS (SELECT FROM pg_prepared_xacts)
AND ARRAY(SELECT datname FROM pg_database WHERE datname !~ '^(postgres|template[01])$') = ARRAY[%s::name]"""


@dataclass(frozen=True)
class State:
    """A state that was kept.

    Attributes:
        path: Its directory.
        dbname: The database's name.
        digest: Of the bytes of all files of the data directory.
        notes: What whoever kept it wants to know of it.
    """

    path: Path
    dbname: str
    digest: str
    notes: Mapping[str, Any]

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.path / DATA


def find(keys: Sequence[str]) -> Iterator[tuple[str, State]]:
    """Give the states that were kept under some keys, in the order of those, the latest used first.

    Of one that is damaged nothing stays.
    """
    place = _shelf()
    entries: dict[str, list[Path]] = {}
    for path in _entries(place) if place else ():
        entries.setdefault(path.name.partition("-")[0], []).append(path)
    for key in keys:
        for path in sorted(entries.get(key, ()), key=_used, reverse=True):
            state = _read(path)
            if state is None:
                cache.discard(path)
            else:
                yield key, state


def use(state: State) -> None:
    """Note that a state is used: those that are not go first."""
    with contextlib.suppress(OSError):
        os.utime(state.path)


def save(key: str, server: Server, database: Database, notes: Mapping[str, Any]) -> bool:
    """Keep a database's state while nobody writes in its server; tell whether that could be done.

    Args:
        key: What it depends on.
        server: A server of ours.
        database: The only database there that we made.
        notes: What to know of it, as JSON.
    """
    place, run = _shelf(), server.admin.socket
    if place is None or run is None or server.shared or not _is_faithful(server, database):
        return False
    name = f"{key}-{hashlib.sha256(json.dumps(notes, sort_keys=True).encode()).hexdigest()[:16]}"
    kept = cache.save(place, name, [Path(run) / DATA], COPY, lambda aside: _finish(aside, database, notes))
    _trim(place)
    return kept is not None


def _is_faithful(server: Server, database: Database) -> bool:
    """Write everything to the files, and tell whether they are all there is."""
    with contextlib.closing(connect(database)) as connection:
        row = connection.execute(FAITHFUL, (database.dbname,)).fetchone()
        connection.execute("CHECKPOINT")
    data = Path(server.admin.socket or "", DATA)
    return row == (True,) and weight(data) <= LARGEST


def _finish(aside: Path, database: Database, notes: Mapping[str, Any]) -> None:
    (aside / DATA / LOCK).unlink()
    body = json.dumps({"dbname": database.dbname, "digest": digest(aside / DATA), "notes": notes})
    (aside / ABOUT).write_text(f"{hashlib.sha256(body.encode()).hexdigest()}\n{body}", "utf-8")


def _read(path: Path) -> State | None:
    try:
        check, _, body = (path / ABOUT).read_text("utf-8").partition("\n")
        if check != hashlib.sha256(body.encode()).hexdigest():
            return None
        about = json.loads(body)
    except (OSError, ValueError):
        return None
    return State(path, about["dbname"], about["digest"], about["notes"])


def digest(data: Path) -> str:
    """Digest the names and bytes of all files of a directory."""
    found = hashlib.sha256()
    for path in sorted(_files(data)):
        with open(path, "rb") as file:  # noqa: PTH123 -- thousands of files at each start
            content = file.read()
        found.update(os.fsencode(f"{os.path.relpath(path, data)} {len(content)}\n"))
        found.update(content)
    return found.hexdigest()


def weight(path: Path) -> int:
    """Count the bytes of a directory's files."""
    return sum(os.lstat(file).st_size for file in _files(path))


def _files(top: Path) -> Iterator[str]:
    for folder, _, names in os.walk(top):
        for name in names:
            yield f"{folder}/{name}"


def kept() -> tuple[tuple[str, int, float], ...]:
    """Give name, bytes and time of last use (seconds since 1970) of all states, the latest used first."""
    place = _shelf()
    found = [] if place is None else [(path.name, weight(path), _used(path)) for path in _entries(place)]
    return tuple(sorted(found, key=lambda each: each[2], reverse=True))


def clear() -> None:
    """Take away what is kept between runs, but the programs, which somebody may run."""
    root = cache.directory()
    for name in (cache.STATES, cache.TEMPLATES):
        place = cache.shelf(root, name) if root else None
        for path in place.iterdir() if place else ():
            cache.discard(path)


def _trim(place: Path) -> None:
    """Take away what was not used for longest, until the rest is no more than is to be kept."""
    total = 0
    for path in sorted(_entries(place), key=_used, reverse=True):
        with contextlib.suppress(OSError):
            total += weight(path)
        if total > MOST:
            cache.discard(path)


def _entries(place: Path) -> list[Path]:
    return [path for path in place.iterdir() if not path.name.startswith(".")]


def _used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0


def _shelf() -> Path | None:
    root = cache.directory()
    return cache.shelf(root, cache.STATES) if root and shutil.which(COPY[0]) else None
