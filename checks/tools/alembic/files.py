"""Alembic's projects and their histories, from files that are only read."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from checks.errors import CannotCheckError
from checks.migration import History, Migration, Problem, Project, Tree
from checks.tools.alembic.configuration import Options, options_of, read_options
from checks.tools.alembic.revision import read_revision
from checks.tools.order import project_name, upgrade_order

SKIPPED = re.compile(r"\.#|__init__\.py$")  # as Alembic's own pattern of revision files


def find(tree: Tree) -> tuple[Project, ...]:
    """Find projects: an alembic.ini, [tool.alembic] in a pyproject.toml, or what `alembic init` makes."""
    paths = tree.paths()
    present = set(paths)
    projects: dict[str, Project] = {}
    for path in paths:
        if posixpath.basename(path) in ("alembic.ini", "pyproject.toml"):
            found: tuple[Options, ...] = ()
            with suppress(CannotCheckError):  # a project that is known reads its own, and says what is wrong
                found = read_options(tree, path)
            for options in found:
                project = Project(
                    project_name(options.directory), options.directory, "alembic", ini_file=path
                )
                projects.setdefault(options.directory, project)
    for path in paths:
        directory = posixpath.dirname(path)
        if posixpath.basename(path) == "script.py.mako" and f"{directory}/env.py".lstrip("/") in present:
            projects.setdefault(directory, Project(project_name(directory), directory, "alembic"))
    return tuple(projects.values())


def read(project: Project, tree: Tree, known: Mapping[tuple[str, str], Migration]) -> History:
    """Read a project's revisions.

    Args:
        project: Which.
        tree: The files.
        known: What files of a given path (in the project's directory) and blob hold: they are not read again.
    """
    options = options_of(project, tree)
    migrations: list[Migration] = []
    problems = list(_not_here(project, options, tree))
    labels: dict[str, str] = {}
    for path in _revision_files(options, tree):
        inside = _inside(path, project.directory)
        migration = known.get((inside, tree.blob(path)))
        if migration is None:
            revision = read_revision(tree, path, inside)
            if isinstance(revision, Problem):
                problems.append(revision)
                continue
            migration = revision.migration
            labels.update(dict.fromkeys(revision.labels, migration.version))
        migrations.append(migration)
    versions = {migration.version for migration in migrations}
    if known and any(dep not in versions and dep not in labels for m in migrations for dep in m.depends):
        return read(project, tree, {})  # a branch label that a file not read again may declare
    resolved = [_resolve_labels(migration, versions, labels) for migration in migrations]
    return History(project, upgrade_order(resolved), tuple(problems))


def _inside(path: str, directory: str) -> str:
    if not directory:
        return path
    inside = path.startswith(f"{directory}/")
    return path[len(directory) + 1 :] if inside else posixpath.relpath(path, directory)


def _resolve_labels(migration: Migration, versions: set[str], labels: Mapping[str, str]) -> Migration:
    """Put versions in the place of branch labels that depends_on names."""
    if all(name in versions or name not in labels for name in migration.after):
        return migration

    def version(name: str) -> str:
        return name if name in versions else labels.get(name, name)

    after = tuple(version(name) for name in migration.after)
    return replace(migration, after=after, depends=tuple(version(name) for name in migration.depends))


def _not_here(project: Project, options: Options, tree: Tree) -> Iterator[Problem]:
    present = set(tree.paths())
    for location in options.locations:
        if location in present:
            reason = "it is a link to outside of the repository, or a submodule: its files are not here"
            yield Problem(_inside(location, project.directory), 1, reason)
    for path in present if options.sourceless else ():
        if path.endswith((".pyc", ".pyo")) and any(path.startswith(f"{one}/") for one in options.locations):
            yield Problem(_inside(path, project.directory), 1, "it is compiled: nobody can read what it does")


def _revision_files(options: Options, tree: Tree) -> Iterator[str]:
    for path in tree.paths():
        if not path.endswith(".py") or SKIPPED.match(posixpath.basename(path)):
            continue
        directory = posixpath.dirname(path)
        for location in options.locations:
            if directory == location or (options.recursive and directory.startswith(f"{location}/")):
                yield path
                break
