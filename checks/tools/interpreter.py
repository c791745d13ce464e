"""Which Python runs a project's migrations: the one that has its dependencies, not ours."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from checks.errors import CannotCheckError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.migration import Project

POETRY_SECONDS = 60


@dataclass(frozen=True)
class Interpreter:
    """A Python, and why it was chosen.

    Attributes:
        path: Its executable, absolute; a virtual environment's own link is not followed.
        why: The end of the sentence "it was chosen because it is ...".
    """

    path: Path
    why: str


def choose(project: Project, root: Path, environ: Mapping[str, str]) -> Interpreter:
    """Choose the interpreter for a project's migrations; nothing is run but `poetry env info`.

    Args:
        project: Whose migrations.
        root: The repository's root.
        environ: Our environment.

    Raises:
        CannotCheckError: Nothing was found, or the config names one that is not there.
    """
    if project.python is not None:
        return _configured(project, project.python, root)
    candidates = (
        _activated(environ),
        _beside(project, root),
        _of_poetry(project, root, environ),
        _ours(),
        _on_path(environ),
    )
    found = next(filter(None, candidates), None)
    if found is None:
        message = f"{project.name}: no Python interpreter was found to run its migrations."
        raise CannotCheckError(message, setting(project))
    return found


def setting(project: Project) -> str:
    """Give the words that say how to name the interpreter in the config."""
    return (
        "Name the interpreter that has the project's dependencies in migseal.yaml:\n"
        f'projects:\n  {project.name}:\n    python: ".venv/bin/python"'
    )


def without_alembic(project: Project, interpreter: Interpreter, reason: str) -> CannotCheckError:
    """Make the error for an interpreter that cannot import Alembic.

    Args:
        project: Whose migrations.
        interpreter: The one that was chosen.
        reason: What the import said.
    """
    message = (
        f"{project.name}: {interpreter.path} has no usable Alembic ({reason}).\n"
        f"It was chosen because it is {interpreter.why}."
    )
    return CannotCheckError(message, f"Install alembic there, or another: {setting(project)}")


def lacking(project: Project, interpreter: Interpreter, module: str | None) -> str:
    """Say how an interpreter gets a package that it lacks, empty where that is not what it lacks.

    Args:
        project: Whose migrations.
        interpreter: The one that was chosen.
        module: What could not be imported, None for something else.
    """
    if not module or "." in module:  # of a package that is there
        return ""
    return (
        f"{interpreter.path} has no {module}; it was chosen because it is {interpreter.why}.\n"
        f"Install what the project needs there, or another: {setting(project)}"
    )


def _configured(project: Project, python: str, root: Path) -> Interpreter:
    path = root / Path(python).expanduser()
    found = _executable(path) if path.is_dir() else path
    if found is None or not os.access(found, os.X_OK) or found.is_dir():
        message = f'{project.name}: there is no interpreter at python: "{python}" (looked for {path}).'
        raise CannotCheckError(message, setting(project))
    return Interpreter(found, f'python: "{python}" in the config')


def _executable(environment: Path) -> Path | None:
    """Give the Python of a virtual environment, None if the directory is not one."""
    for name in ("bin/python", "bin/python3", "Scripts/python.exe"):
        path = environment / name
        if path.is_file() and os.access(path, os.X_OK):
            return path
    return None


def _is_tools_own(environment: Path) -> bool:
    """Tell whether an environment is ours or one that pre-commit made, not the project's."""
    ours = environment.resolve() == Path(sys.prefix).resolve()
    return ours or environment.name.startswith("py_env-")


def _activated(environ: Mapping[str, str]) -> Interpreter | None:
    value = environ.get("VIRTUAL_ENV")
    if not value or _is_tools_own(Path(value)):
        return None
    path = _executable(Path(value))
    return None if path is None else Interpreter(path, "the active virtual environment (VIRTUAL_ENV)")


def _directories(project: Project, root: Path) -> Iterator[Path]:
    """Give the project's directory and the configuration file's, each with those above it up to the root."""
    starts = [root / project.directory, *([(root / project.ini_file).parent] if project.ini_file else [])]
    chains = [[place, *place.parents] for place in starts]
    seen: dict[Path, None] = {}
    for chain in chains:
        seen.update(dict.fromkeys(place for place in chain if place.is_relative_to(root)))
    yield from seen


def _beside(project: Project, root: Path) -> Interpreter | None:
    for directory in _directories(project, root):
        for name in (".venv", "venv"):
            path = _executable(directory / name)
            if path is not None:
                place = (directory / name).relative_to(root).as_posix()
                return Interpreter(path, f"the virtual environment {place} of the repository")
    return None


def _of_poetry(project: Project, root: Path, environ: Mapping[str, str]) -> Interpreter | None:
    poetry = shutil.which("poetry", path=environ.get("PATH", ""))
    places = (place for place in _directories(project, root) if (place / "poetry.lock").is_file())
    directory = next(places, None)
    if poetry is None or directory is None:
        return None
    value = environ.get("VIRTUAL_ENV")
    # Poetry takes an active environment for the project's: ours and pre-commit's are not.
    hidden = {"VIRTUAL_ENV"} if value and _is_tools_own(Path(value)) else set()
    told = {name: text for name, text in environ.items() if name not in hidden}
    try:
        answer = subprocess.run(
            [poetry, "env", "info", "--path"],
            cwd=directory,
            env=told,
            text=True,
            capture_output=True,
            check=False,
            timeout=POETRY_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    place = answer.stdout.strip()
    path = _executable(Path(place)) if answer.returncode == 0 and place else None
    return None if path is None else Interpreter(path, "what `poetry env info` names")


def _ours() -> Interpreter | None:
    """Give the interpreter that runs us, if migseal was installed into the project's own environment."""
    spec = importlib.util.find_spec("alembic")
    if spec is None or spec.origin is None:  # a directory of that name is no Alembic
        return None
    return Interpreter(Path(sys.executable), "the one that migseal runs in, and alembic is there")


def _on_path(environ: Mapping[str, str]) -> Interpreter | None:
    for directory in environ.get("PATH", "").split(os.pathsep):
        if not directory or _is_tools_own(Path(directory).parent):
            continue
        for name in ("python3", "python"):
            found = shutil.which(name, path=directory)
            if found:
                return Interpreter(Path(found).absolute(), "the first Python on PATH")
    return None
