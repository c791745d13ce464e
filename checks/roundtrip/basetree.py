"""The base's whole tree: where its migrations cannot be loaded beside the application of the change."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from checks.errors import CannotLoadError
from checks.migration import Failure, History, Project, Tree, place
from checks.roundtrip.paths import BrokenPathError, State, Stretch, Stretches, arrive
from checks.roundtrip.swapped import swapped
from checks.tools import tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from checks.postgres.server import Server

    Stand = Callable[[], AbstractContextManager[tuple[History, Path]]]

# What Python says where a module, or something in it, is gone or another.
OF_PYTHON = re.compile(r"(Import|ModuleNotFound|Attribute|Name|Type)Error\b")
SHOWN = 5  # modules that are named
WHOLE = (
    "project {}: the base's migrations do not load beside this change's application ({}), so for the "
    "deployed databases they ran in a tree of all files of the base"
)
OUTSIDE = (
    "project {}: there, {} came from the work tree all the same, where an editable install or a search path "
    "leads: the base's migrations ran with what this change makes of it"
)


@dataclass(frozen=True)
class Trees:
    """All files of the repository.

    Attributes:
        root: Where those lie that are checked.
        head: Those that are checked.
        base: Gives those of the base commit.
        read: Gives a blob's bytes, for the base's migrations.
    """

    root: Path
    head: Tree
    base: Callable[[], Tree]
    read: Callable[[str], bytes | None]


def arrive_from(server: Callable[[], Server], root: Path, path: Stretches, stand: Stand) -> State:
    """Go the deployed databases' path; where its first stretch cannot be loaded, in the base's whole tree.

    Args:
        server: Where.
        root: The repository's root.
        path: The stretches, the base's first.
        stand: Makes the base's whole tree: `standing`.

    Raises:
        BrokenPathError: A migration fails, and not for want of another application.
        CannotCheckError: A tool cannot be run, in neither tree.
    """
    try:
        return arrive(server, path)
    except (CannotLoadError, BrokenPathError) as error:
        if not _wants_another_tree(error, path[0]):
            raise
        with stand() as (history, top):
            stretch = Stretch(history, top, path[0].migrations, home=root)
            return _again(server, (stretch, *path[1:]), error)


def _again(server: Callable[[], Server], path: Stretches, before: CannotLoadError | BrokenPathError) -> State:
    """Go a path whose first stretch stands in another tree now; if that fails too, it is as it was."""
    told = partial(notes, path[0].history.project, before.args[0])
    try:
        state = arrive(server, path)
    except CannotLoadError as error:
        raise (before if error.root == path[0].root else error) from error
    except BrokenPathError as broken:
        if broken.stretch is path[0]:
            raise before from broken
        broken.notes = told(())
        raise
    return replace(state, notes=told(state.outside))


def _wants_another_tree(error: CannotLoadError | BrokenPathError, stretch: Stretch) -> bool:
    """Tell whether a stretch failed for want of the application that its migrations were written for."""
    if isinstance(error, CannotLoadError):
        return error.root == stretch.root
    return error.stretch is stretch and _is_of_python(error.failure)


def _is_of_python(failure: Failure) -> bool:
    return failure.sqlstate is None and OF_PYTHON.match(failure.message) is not None


@contextmanager
def standing(
    trees: Trees, before: History, deployed: History, files: Mapping[str, bytes]
) -> Iterator[tuple[History, Path]]:
    """Give the deployed history and the top of a tree of the base's files, as long as the context lasts.

    What git does not know, such as a virtual environment, is there as well. Nothing is written to the
    repository itself.

    Args:
        trees: All files of the repository.
        before: The base's history.
        deployed: The same as deployed databases ran it.
        files: The files of its migrations, by their paths from the root.
    """
    base = trees.base()
    own = {place(before.project, file) for migration in before.migrations for file in migration.files}
    read = ((path, _read(base, path)) for path in base.paths() if path not in own)
    contents = {path: data for path, data in read if data is not None}
    unread = set(base.paths()) - own - contents.keys()  # a submodule, for one, stays as it lies there
    gone = (path for path in trees.head.paths() if path not in unread and not contents.keys() & _above(path))
    project = replace(deployed.project, ini_file=_ini_file(before.project, base))
    with swapped(trees.root, {**contents, **files}, gone) as top:
        yield replace(deployed, project=project), top


def notes(project: Project, why: str, outside: Sequence[str]) -> tuple[str, ...]:
    """Say that the base's tree was taken, and which modules came from elsewhere.

    Args:
        project: Whose.
        why: What kept the base's migrations from being loaded in the other tree.
        outside: Modules that the base's tree has and that were loaded from the repository.
    """
    whole = WHOLE.format(project.name, why.splitlines()[0])
    if not outside:
        return (whole,)
    more = f" and {len(outside) - SHOWN} more" if len(outside) > SHOWN else ""
    return whole, OUTSIDE.format(project.name, f"{', '.join(outside[:SHOWN])}{more}")


def _above(path: str) -> set[str]:
    """Give the folders on the way to a file: at the base one of them may have been a file itself."""
    return {str(parent) for parent in PurePosixPath(path).parents}


def _read(tree: Tree, path: str) -> bytes | None:
    try:
        return tree.read(path)
    except KeyError:
        return None


def _ini_file(project: Project, base: Tree) -> str | None:
    """Give the configuration file that the base has, which may have had another name then."""
    if project.ini_file is None or project.ini_file in base.paths():
        return project.ini_file
    found = tool(project.tool).find(base)
    return next((p.ini_file for p in found if p.directory == project.directory), None)
