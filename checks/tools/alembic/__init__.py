"""Alembic: read with `ast` for the file rules, run in the project's own interpreter for round trips."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checks.tools.alembic.files import find, read

if TYPE_CHECKING:
    from checks.database import Database
    from checks.migration import History, Project
    from checks.tools import Walk

__all__ = ["NAME", "find", "read", "walk"]

NAME = "alembic"


def walk(
    project: Project, root: Path, connect: Callable[[Database], Any], history: History
) -> AbstractContextManager[Walk]:
    """Run migrations through the project's own env.py; see `checks.tools.Walk`."""
    from checks.tools.alembic.runs import walk as start  # noqa: PLC0415 -- not needed by the file rules

    return start(project, root, connect, history)
