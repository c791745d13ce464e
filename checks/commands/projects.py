"""The projects of a repository: of the config, of the lockfile, or found; and their histories."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from checks import tools
from checks.errors import CannotCheckError
from checks.migration import History, Migration, Problem, Project, Tree, place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.config import Config
    from checks.lockfile import Lock, LockedProject


def of_head(tree: Tree, config: Config, lock: Lock | None, before: Config | None) -> dict[str, Project]:
    """Give the projects: of the config, else found; one that is only locked stays: it cannot vanish."""
    locked = dict(lock.projects) if lock else {}
    stays = {name for name, project in locked.items() if _stands(project, tree)}
    if config.projects:
        found = _as_locked(config.projects, locked)
    else:
        named = _named(tools.find(tree), locked, stays)
        found = {name: _as_set(project, config) for name, project in named.items()}
    configured = before.projects if before else {}
    for name, project in locked.items():
        known = configured.get(name) or Project(name, project.directory, project.tool)
        mine = found.setdefault(name, _as_set(known, config))
        if name in stays:
            found[name] = _unmoved(mine, project, known, tree)
    return found


def _as_set(project: Project, config: Config) -> Project:
    """Give a project that is not in the config what the config says of all."""
    return replace(project, timeout=config.timeout, populate=config.populate, seed=config.seed)


def _as_locked(configured: Mapping[str, Project], locked: Mapping[str, LockedProject]) -> dict[str, Project]:
    """Give a project that has a new name in the config the one that the lockfile knows it by."""
    free = {(p.directory, p.tool): name for name, p in locked.items() if name not in configured}
    named = {}
    for name, project in configured.items():
        known = name if name in locked else free.get((project.directory, project.tool), name)
        named[known] = replace(project, name=known)
    return named


def _stands(project: LockedProject, tree: Tree) -> bool:
    """Tell whether any locked file is still where it was: then nothing has moved, whatever a config says."""
    present = set(tree.paths())
    whose = Project("", project.directory, project.tool)
    return any(place(whose, file) in present for m in project.locked.values() for file in m.files)


def _unmoved(mine: Project, locked: LockedProject, before: Project, tree: Tree) -> Project:
    """Keep a project at its place, with its tool and configuration: else a copy could be shown instead."""
    if (mine.directory, mine.tool) != (locked.directory, locked.tool):
        raise CannotCheckError(
            f"project {mine.name} is configured as {mine.tool} in {mine.directory or '.'}, and its locked "
            f"migrations still stand in {locked.directory or '.'} ({locked.tool})",
            "move all of them, or correct `directory` and `tool` in migseal.yaml",
        )
    if before.ini_file is not None and before.ini_file in tree.paths():
        return replace(mine, ini_file=before.ini_file)
    return mine


def _named(
    found: Mapping[str, Project], locked: Mapping[str, LockedProject], stays: set[str]
) -> dict[str, Project]:
    """Give found projects the names that the lockfile has for them: by directory, or the only one left."""
    by_directory = {(p.directory, p.tool): name for name, p in locked.items()}
    named = {}
    homeless = []
    for name, project in found.items():
        homonym = name if name in locked and name not in stays else None
        known = by_directory.get((project.directory, project.tool)) or homonym
        if known is not None:
            named[known] = replace(project, name=known)
        else:
            homeless.append(project)
    for project in homeless:
        gone = locked.keys() - stays - named.keys()
        free = [name for name in locked if name in gone and locked[name].tool == project.tool]
        alone = sum(other.tool == project.tool for other in homeless) == 1
        name = free[0] if alone and len(free) == 1 else project.name
        name = name if name not in locked or name in gone else f"{project.directory}-{project.tool}"
        named[name] = replace(project, name=name)
    return named


def of_base(project: Project, locked: LockedProject | None, base_config: Config | None) -> Project:
    """Give a project as it was at the base: its config's, else as its lockfile knows it."""
    places = {(project.directory, project.tool), (locked.directory, locked.tool)} if locked else set()
    named = base_config.projects if base_config else {}
    configured = named.get(project.name)
    configured = configured or next((p for p in named.values() if (p.directory, p.tool) in places), None)
    if configured is not None:
        return replace(configured, name=project.name)
    if base_config is not None:
        project = replace(project, start_sql=None, start_at=None, before="")
    if locked is not None and (locked.directory, locked.tool) != (project.directory, project.tool):
        return replace(project, directory=locked.directory, tool=locked.tool, ini_file=None)
    return project


def read(project: Project, tree: Tree, known: Mapping[tuple[str, str], Migration]) -> History:
    """Read a project's history; the files of a submodule, or of a link to outside, are not here.

    Raises:
        CannotCheckError: A lockfile names a tool that only another migseal knows.
    """
    if project.tool not in tools.TOOLS:
        message = f"project {project.name} is locked with the tool {project.tool}, which this migseal lacks"
        raise CannotCheckError(message, "pip install --upgrade migseal")
    history = tools.tool(project.tool).read(project, tree, known)
    if project.directory not in tree.paths():
        return history
    reason = "it is a link to outside of the repository, or a submodule: its files are not in this repository"
    return replace(history, problems=(*history.problems, Problem(".", 1, reason)))
