"""What a driver is started with: where, with which variables, and what it may load at once."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from checks.errors import CannotCheckError
from checks.migration import place
from checks.tools.alembic.configuration import start_folder
from checks.tools.alembic.variables import plain, scrubbed

if TYPE_CHECKING:
    from pathlib import Path

    from checks.migration import History, Project

URL = re.compile(r"^\s*sqlalchemy\.url\s*[=:]\s*postgres(?:ql)?\+(\w+)://", re.MULTILINE)


def environ(project: Project) -> dict[str, str]:
    """Give all environment variables that a driver has before there is a database."""
    return {**scrubbed(os.environ), **plain(project.env)}


def folder(project: Project, root: Path) -> str:
    """Give the folder that Alembic is started in: from it the script location must be found.

    Raises:
        CannotCheckError: The configuration cannot be read.
    """
    return start_folder(_text(project, root), project.ini_file, project.directory) if project.ini_file else ""


def preferred(project: Project, root: Path) -> str:
    """Give the database driver that the project's URL names, empty where none is named."""
    found = URL.search(_text(project, root)) if project.ini_file else None
    return project.driver or (found[1] if found else "")


def files(history: History | None, root: Path) -> frozenset[str]:
    """Give the real paths of all migrations."""
    migrations = history.migrations if history else ()
    return frozenset(os.path.realpath(root / place(history.project, m.file)) for m in migrations if history)


def _text(project: Project, root: Path) -> str:
    assert project.ini_file is not None
    try:
        return (root / project.ini_file).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        message = f"{project.ini_file} cannot be read: {error.strerror}"
        raise CannotCheckError(message, f"correct `ini_file` of {project.name}") from error
