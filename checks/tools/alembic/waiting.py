"""Drivers that load Alembic while nobody knows yet in which database it will run."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.tools.alembic.process import Process
from checks.tools.alembic.start import environ, folder, preferred
from checks.tools.interpreter import choose

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from checks.migration import Project
    from checks.tools.interpreter import Interpreter


@dataclass(frozen=True)
class Waiting:
    """A driver that was started for a project, and the interpreter that was chosen."""

    project: Project
    root: Path
    interpreter: Interpreter
    process: Process


_waiting: list[Waiting] = []
_lock = threading.Lock()  # parts of a history are walked in threads


@contextmanager
def ahead(project: Project, root: Path) -> Iterator[None]:
    """Start a driver for the next walk of a project; if none takes it, it ends with the context."""
    interpreter = choose(project, root, os.environ)
    try:
        process = start(project, root, interpreter)
    except OSError:  # the walk says so
        yield
        return
    one = Waiting(project, root, interpreter, process)
    _waiting.append(one)
    try:
        yield
    finally:
        if take(project, root) is one:
            process.close(gently=False)


def take(project: Project, root: Path) -> Waiting | None:
    """Give the driver that was started for a project, once."""
    with _lock:
        found = next((one for one in _waiting if one.project == project and one.root == root), None)
        if found is not None:
            _waiting.remove(found)
    return found


def start(project: Project, root: Path, interpreter: Interpreter) -> Process:
    """Start a driver.

    Raises:
        OSError: The interpreter cannot be started.
    """
    place = root / folder(project, root)
    return Process(interpreter.path, place, environ(project), preferred(project, root))
