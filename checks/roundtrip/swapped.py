"""A tree that is the repository's but for some files: made of links, in a temporary place."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "migseal-base-"
TRIES, PAUSE = 40, 0.05  # seconds between them

NEVER = {
    ".git",
    "__pycache__",
}  # what Python has made of other contents


@contextmanager
def swapped(root: Path, files: Mapping[str, bytes], without: Iterable[str]) -> Iterator[Path]:
    """Give a tree with other contents of some files, for as long as the context lasts.

    Folders that hold one of these files are real ones, with links to all else that is in them. Nothing is
    written to the repository itself.

    Args:
        root: The repository's root.
        files: The contents, by path from the root.
        without: Paths that are not there, unless they are among the files.
    """
    sweep()
    with _owned() as top:
        gone = {*files, *without}
        _mirror(root, top, gone, _folders(gone))
        for path, data in files.items():
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).write_bytes(data)
        yield top


@contextmanager
def _owned() -> Iterator[Path]:
    """Make a folder that is locked as long as we live: the lock of a killed process is gone with it.

    Where a signal ends us while another thread is in here, the folder goes as the interpreter ends.
    """
    while True:
        top = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
        atexit.register(_remove, top)
        with _locked(top) as ours:
            if ours and top.is_dir():  # else somebody has swept it before we had locked it
                try:
                    yield top
                finally:
                    _remove(top)
                return


def _remove(top: Path) -> None:
    """Remove a folder into which a thread, or a driver that is about to end, may still be writing."""
    for _ in range(TRIES):
        shutil.rmtree(top, ignore_errors=True)
        if not top.exists():
            return
        time.sleep(PAUSE)


def sweep() -> None:
    """Remove the trees of processes that were killed."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError), _locked(left) as ours:
            if ours and left.lstat().st_uid == os.geteuid():
                shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Lock a folder; tell whether nobody else has."""
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
    finally:
        os.close(place)


def _folders(paths: Iterable[str]) -> set[str]:
    """Give all folders on the way to some files; the root is ""."""
    return {"", *(str(parent) for path in paths for parent in Path(path).parents if str(parent) != ".")}


def _mirror(root: Path, top: Path, gone: set[str], folders: set[str]) -> None:
    for folder in sorted(folders):
        (top / folder).mkdir(parents=True, exist_ok=True)
        for entry in (root / folder).iterdir() if (root / folder).is_dir() else ():
            path = f"{folder}/{entry.name}" if folder else entry.name
            if path not in gone and path not in folders and entry.name not in NEVER:
                (top / path).symlink_to(entry.resolve() if entry.is_symlink() else entry)
