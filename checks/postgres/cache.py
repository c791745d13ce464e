"""Things that are slow to make, kept between runs where nobody else can change them.

Each entry lies on a shelf of the cache directory, is made aside and renamed into place, and carries a
manifest of its files' names and sizes, so that a partial or damaged one is made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import stat
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MANIFEST = "manifest"
ABANDONED = 3600  # seconds after which what was begun aside is nobody's
UNUSED = 30 * 86400  # seconds after which an entry is not worth its megabytes
TEMPLATES = "templates"
PROGRAMS = "programs"
STATES = "states"
MODES = {TEMPLATES: 0o700, PROGRAMS: 0o755, STATES: 0o700}  # other users run the programs


def directory() -> Path | None:
    """Give the cache directory, made if need be: None where there is no safe one."""
    try:
        return made(_wanted(), 0o700)
    except RuntimeError:  # no home at all
        return None


def made(path: Path, mode: int = 0o755) -> Path | None:
    """Give a directory with its links resolved, made if need be: None if it is not ours alone."""
    try:
        path.mkdir(mode=mode, parents=True, exist_ok=True)
        return path.resolve() if safe(path.resolve()) else None
    except OSError:
        return None


def _wanted() -> Path:
    if named := os.environ.get("MIGSEAL_CACHE"):
        return Path(named).absolute()
    xdg = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(xdg) if Path(xdg).is_absolute() else Path.home() / ".cache") / "migseal"


def safe(path: Path) -> bool:
    """Tell whether nobody but us and root can put something else at a path, or into it."""
    status = path.lstat()
    mine = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    return mine and not status.st_mode & 0o022 and all(map(_holds, path.resolve().parents))


def _holds(parent: Path) -> bool:
    status = parent.stat()
    for_others = status.st_mode & stat.S_IWOTH and not status.st_mode & stat.S_ISVTX
    return status.st_uid in (0, os.geteuid()) and not for_others


def shelf(root: Path, name: str) -> Path | None:
    """Give a shelf of a cache directory, made if need be: None if it is not ours alone."""
    path = root / name
    try:
        path.mkdir(mode=MODES[name], exist_ok=True)
        status = path.lstat()
    except OSError:
        return None
    right = stat.S_IMODE(status.st_mode) == MODES[name] and os.access(path, os.W_OK)
    return path if right and safe(path) else None


def find(place: Path, name: str) -> Path | None:
    """Give an entry that is whole, None if there is none."""
    entry = place / name
    try:
        whole = (entry / MANIFEST).read_text("ascii") == manifest(entry)
    except (OSError, UnicodeDecodeError):
        return None
    return entry if whole else None


def manifest(entry: Path) -> str:
    """Digest the names and sizes of an entry's files."""
    lines: list[str] = []
    for folder, folders, files in os.walk(entry):
        lines += [f"{folder}/{name}/" for name in folders]
        for name in files:
            path = os.path.join(folder, name)  # noqa: PTH118  # a thousand files at each start
            lines.append(f"{path} {os.lstat(path).st_size}")
    own = f"{entry}/{MANIFEST} "
    text = "\n".join(sorted(line.removeprefix(str(entry)) for line in lines if not line.startswith(own)))
    return hashlib.sha256(os.fsencode(text)).hexdigest()


def save(
    place: Path,
    name: str,
    sources: Sequence[Path],
    copy: Sequence[str],
    finish: Callable[[Path], None] = lambda _: None,
) -> Path | None:
    """Keep copies of directories as an entry; the first of two runs at once wins.

    Args:
        place: The shelf.
        name: The entry's name.
        sources: What to copy, each under its own name.
        copy: The command that copies, to which sources and the target are added.
        finish: Called with the copies' directory before it gets its name.

    Returns:
        The entry, or None if it could not be kept, for want of room say.
    """
    _sweep(place)
    aside = place / f".{secrets.token_hex(6)}"
    try:
        aside.mkdir(mode=MODES[place.name])
        subprocess.run([*copy, *map(str, sources), str(aside)], check=True, capture_output=True, umask=0o022)
        finish(aside)
        (aside / MANIFEST).write_text(manifest(aside), "ascii")
        _put(aside, place / name)
    except (OSError, subprocess.CalledProcessError):
        return find(place, name)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return find(place, name)


def _put(aside: Path, entry: Path) -> None:
    if find(entry.parent, entry.name) is None:
        discard(entry)
    with contextlib.suppress(OSError):  # another run was first
        aside.rename(entry)


def discard(entry: Path) -> None:
    """Take an entry away, at once for whoever looks for it, then its files."""
    doomed = entry.with_name(f".{secrets.token_hex(6)}")
    with contextlib.suppress(OSError):
        entry.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)


def _sweep(place: Path) -> None:
    for path in place.iterdir():
        with contextlib.suppress(OSError):
            age = time.time() - path.lstat().st_mtime
            if age > (ABANDONED if path.name.startswith(".") else UNUSED):
                shutil.rmtree(path, ignore_errors=True)
