"""Folders of numbered SQL files, with their way down in a second file, or under a line in the same one."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from checks.tools.sql.files import read
from checks.tools.sql.folders import find

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import Any

    from checks.database import Database
    from checks.migration import Edit, History, Project
    from checks.tools import Walk

__all__ = ["NAME", "ROUND_TRIPS", "ahead", "deploys", "find", "judge_edit", "read", "walk"]

NAME = "sql"
deploys = None  # whoever runs such files on a deploy is not here
ROUND_TRIPS = True


def judge_edit(before: Sequence[bytes], after: Sequence[bytes]) -> Edit:
    """Judge how a migration was edited; see `checks.tools.Tool`."""
    from checks.tools.sql.edit import edit as judged  # noqa: PLC0415 -- only where something was edited

    return judged(before, after)


def ahead(project: Project, root: Path) -> AbstractContextManager[None]:
    """Do nothing: files of SQL need nothing to be loaded."""
    del project, root
    return nullcontext()


def walk(
    project: Project,
    root: Path,
    connect: Callable[[Database], Any],
    history: History,
    *,
    home: Path | None = None,
) -> AbstractContextManager[Walk]:
    """Run migrations in a database that is ours; see `checks.tools.Walk`."""
    from checks.tools.sql.runs import start  # noqa: PLC0415 -- not needed by the file rules

    del home  # files of SQL need no interpreter
    return start(project, root, connect, history)
