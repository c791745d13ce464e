"""Alembic: read with `ast` for the file rules, run in the project's own interpreter for round trips."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checks.tools.alembic.files import find, read

if TYPE_CHECKING:
    from checks.database import Database
    from checks.migration import Edit, History, Project
    from checks.tools import Deploy, Walk

__all__ = ["NAME", "ahead", "deploys", "find", "judge_edit", "read", "walk"]

NAME = "alembic"


def judge_edit(before: Sequence[bytes], after: Sequence[bytes]) -> Edit:
    """Judge how a migration was edited; see `checks.tools.Tool`."""
    from checks.tools.alembic.kinds import edit as judged  # noqa: PLC0415 -- only where something was edited

    return judged(before, after)


def ahead(project: Project, root: Path) -> AbstractContextManager[None]:
    """Start a driver that loads Alembic; see `checks.tools.Tool`."""
    from checks.tools.alembic.waiting import ahead as begin  # noqa: PLC0415 -- not needed by the file rules

    return begin(project, root)


def walk(
    project: Project,
    root: Path,
    connect: Callable[[Database], Any],
    history: History,
    *,
    home: Path | None = None,
) -> AbstractContextManager[Walk]:
    """Run migrations through the project's own env.py; see `checks.tools.Walk`."""
    from checks.tools.alembic.runs import walk as start  # noqa: PLC0415 -- not needed by the file rules

    return start(project, root, connect, history, home=home)


def deploys(
    project: Project, root: Path, connect: Callable[[Database], Any], database: Database
) -> AbstractContextManager[Deploy]:
    """Upgrade a database as a deploy does; see `checks.tools.Deploy`."""
    from checks.tools.alembic.deploy import start  # noqa: PLC0415 -- seldom needed

    return start(project, root, connect, database)
