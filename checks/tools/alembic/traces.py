"""What a driver has read, with a digest of each: to tell another time whether it is as it was."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

ABSENT = "absent"
EVERYTHING = "*"
# What a shell changes by itself from one command to the next.
RESTLESS = frozenset({"_", "SHLVL", "PWD", "OLDPWD", "COLUMNS", "LINES", "WINDOWID", "RANDOM", "SECONDS"})
INSTALLED = (".dist-info", ".egg-info", ".egg-link", ".pth")
COMPILED = ("__pycache__", ".pyc", ".pyo")


class Reading:
    """What one driver has read so far.

    Attributes:
        environ: The variables that it was started with.
        interpreter: Which Python it is.
        migrations: Gives the project's migration files, real paths: whoever keeps a state knows of them.
    """

    def __init__(
        self, environ: Mapping[str, str], interpreter: Path, migrations: Callable[[], Collection[str]]
    ) -> None:
        self.environ = environ
        self.interpreter = interpreter
        self.migrations = migrations
        self._read: set[str] = {f"interpreter {interpreter}"}

    def take(self, news: Iterable[Iterable[str]]) -> None:
        """Take what the driver tells: kinds and names."""
        self._read.update(f"{kind} {name}" for kind, name in news)

    def told(self) -> dict[str, str] | None:
        """Give a digest of each; None if some of it cannot be followed."""
        if any(each.startswith("stranger ") for each in self._read):
            return None
        known = {f"file {path}" for path in self.migrations()}
        return {each: self._digest(each) for each in sorted(self._read - known) if self._matters(each)}

    def is_same(self, traces: Mapping[str, str]) -> bool:
        """Tell whether what was read once is as it was then."""
        mine = f"interpreter {self.interpreter}" in traces
        return mine and all(self._digest(each) == digest for each, digest in traces.items())

    def _matters(self, each: str) -> bool:
        kind, _, name = each.partition(" ")
        return kind != "variable" or name not in RESTLESS

    def _digest(self, each: str) -> str:
        kind, _, name = each.partition(" ")
        return _variable(name, self.environ) if kind == "variable" else DIGESTS[kind](name)


def _variable(name: str, environ: Mapping[str, str]) -> str:
    if name == EVERYTHING:
        return _hashed("\n".join(sorted(environ.keys() - RESTLESS)).encode())
    value = environ.get(name)
    return ABSENT if value is None else _hashed(os.fsencode(value))


def _file(path: str) -> str:
    try:
        return _hashed(Path(path).read_bytes())
    except OSError:
        return ABSENT


def _folder(path: str) -> str:
    return _names(path, lambda name: not name.endswith(COMPILED))


def _packages(path: str) -> str:
    return _names(path, lambda name: name.endswith(INSTALLED))


def _names(path: str, counts: Callable[[str], bool]) -> str:
    try:
        return _hashed("\n".join(sorted(filter(counts, os.listdir(path)))).encode(errors="surrogateescape"))  # noqa: PTH208 -- names are all that is wanted
    except OSError:
        return ABSENT


def _python(path: str) -> str:
    try:
        status = Path(path).stat()
    except OSError:
        return ABSENT
    return f"{status.st_size} {status.st_mtime_ns}"


def _hashed(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


DIGESTS: Mapping[str, Callable[[str], str]] = {
    "file": _file,
    "folder": _folder,
    "packages": _packages,
    "python": _python,
    "interpreter": lambda _: "",
}
