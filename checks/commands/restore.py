"""migseal restore: bring a deployed migration's bytes back."""

from __future__ import annotations

import os
import shlex
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checks import lockfile
from checks.commands import options
from checks.commands.lock import write
from checks.commands.situation import Situation, look
from checks.content import fingerprint
from checks.document import nearest
from checks.errors import CannotCheckError
from checks.lockfile import Lock
from checks.migration import File, Migration, Project, place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class Target:
    """A locked migration of a project, as the base's lockfile has it, or else the lockfile here."""

    project: Project
    migration: Migration


@click.command(
    "restore", epilog="\b\nExamples:\n  migseal restore 3f2a9c1d\n  migseal restore db/migrations/001_a.sql\n"
)
@click.argument("wanted", metavar="VERSION|FILE")
@options.directory
@click.option("--base", metavar="REF", help="Take the lockfile of where REF and HEAD part.")
@options.config
def command(wanted: str, directory: Path, base: str | None, config: Path | None) -> int:
    """Bring a locked migration back as it was deployed: its files, and its entry in the lockfile."""
    situation = look(directory, os.environ, base=base, config=config)
    with closing(situation.repository):
        target = _find(situation, wanted, directory)
        for file in target.migration.files:
            path = place(target.project, file)
            _write(situation.repository.root, path, _bytes(situation, target, file))
            click.echo(f"restored {path}")
        for path in _elsewhere(situation, target):
            (situation.repository.root / path).unlink(missing_ok=True)
            click.echo(f"removed {path}, where it stood under that version")
        if _restore_entry(situation, target):
            click.echo(f"restored the entry of {target.migration.version} in {lockfile.NAME}")
        click.echo("now stage it: git add --all -- " + " ".join(_touched(situation, target)))
    return 0


def _touched(situation: Situation, target: Target) -> list[str]:
    files = [place(target.project, file) for file in target.migration.files]
    return [shlex.quote(path) for path in (*files, *_elsewhere(situation, target), lockfile.NAME)]


def _find(situation: Situation, wanted: str, directory: Path) -> Target:
    targets = list(_targets(situation))
    found = [t for t in targets if t.migration.version == wanted]
    if not found:
        names = {wanted, _from_root(situation, directory / wanted)}
        found = [t for t in targets if any(place(t.project, file) in names for file in t.migration.files)]
    if not found:
        _refuse_retired(situation, wanted)
        versions = [target.migration.version for target in targets]
        raise CannotCheckError(
            f"{wanted} is not locked{nearest(wanted, versions)}, so there is nothing to restore",
            "`migseal status` lists what is; for the rest, git has it: git checkout <commit> -- <file>",
        )
    if len(found) > 1:
        places = ", ".join(place(target.project, target.migration.file) for target in found)
        raise CannotCheckError(f"{wanted} stands for several migrations: {places}", "give one of these files")
    return found[0]


def _refuse_retired(situation: Situation, wanted: str) -> None:
    """Say so where a squash that is merged has retired what is wanted."""
    for project in (situation.base_lock or situation.lock or Lock()).projects.values():
        gone = project.retired.get(wanted)
        if gone is not None:
            message = f"{wanted} is retired, and {gone.by} stands for it: it does not come back"
            raise CannotCheckError(message, f"see what it was with: git show {gone.migration.file.blob[:12]}")


def _targets(situation: Situation) -> Iterator[Target]:
    lock = situation.base_lock or situation.lock or Lock()
    for name, locked in lock.projects.items():
        comparison = situation.comparisons.get(name)
        project = comparison.project if comparison else Project(name, locked.directory, locked.tool)
        for migration in locked.locked.values():
            yield Target(project, migration)


def _from_root(situation: Situation, path: Path) -> str:
    """Give a path from the repository's root; only its folder's links are followed, as it may be gone."""
    real = Path(os.path.normpath(path.parent.resolve() / path.name))
    root = situation.repository.root.resolve()
    return real.relative_to(root).as_posix() if real.is_relative_to(root) else ""


def _bytes(situation: Situation, target: Target, file: File) -> bytes:
    data = situation.repository.read_blob(file.blob)
    if data is None:
        raise CannotCheckError(
            f"{place(target.project, file)} as deployed (blob {file.blob[:12]}) is not in this clone",
            "run `git fetch --unshallow` in a shallow clone, `git fetch --refetch` in a partial one",
        )
    if fingerprint(data) != file.sha256:
        raise CannotCheckError(
            f"{place(target.project, file)}: its blob is not what its sha256 in {lockfile.NAME} says",
            f"git checkout HEAD -- {lockfile.NAME}",
        )
    return data


def _write(root: Path, name: str, data: bytes) -> None:
    """Write a file of the work tree; a link that leads out of it, or in a circle, is replaced."""
    path = root / name
    try:
        circle = Path(os.path.realpath(path)).is_symlink()
        if circle or (path.is_symlink() and not _is_ours(root, path)):
            path.unlink()
        if not _is_ours(root, path):
            raise CannotCheckError(f"{name} is not a file of this repository", f"mend {lockfile.NAME}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise CannotCheckError(f"{name} cannot be written: {error.strerror}", "make it writable") from error


def _is_ours(root: Path, path: Path) -> bool:
    """Tell whether a path leads into the work tree, and not into git's own files."""
    real, top = Path(os.path.realpath(path)), Path(os.path.realpath(root))  # resolve() fails on a link loop
    return real.is_relative_to(top) and ".git" not in real.relative_to(top).parts


def _elsewhere(situation: Situation, target: Target) -> Iterator[str]:
    """Give the files that hold the same version at another place, or its bytes under another version."""
    comparison = situation.comparisons.get(target.project.name)
    kept = {place(target.project, file) for file in target.migration.files}
    for change in comparison.changes if comparison else ():
        if change.before and change.after and change.before.version == target.migration.version:
            yield from (p for file in change.after.files if (p := place(target.project, file)) not in kept)


def _restore_entry(situation: Situation, target: Target) -> bool:
    """Put a rewritten or lost entry back as the base has it."""
    lock, name, version = situation.lock, target.project.name, target.migration.version
    if lock is None or situation.base_lock is None or name not in lock.projects:
        return False
    project = lock.projects[name]
    entries: Mapping[str, Migration] = {**project.locked, version: target.migration}
    of_base = situation.base_lock.projects[name].amendments
    amendments = {v: found for v, found in project.amendments.items() if v != version}
    amendments |= {version: of_base[version]} if version in of_base else {}
    retired = {v: gone for v, gone in project.retired.items() if v != version}
    mended = replace(project, locked=entries, amendments=amendments, retired=retired)
    new = replace(lock, projects={**lock.projects, name: mended})
    if lockfile.write(new) == lockfile.write(lock):
        return False
    write(situation.repository.root / lockfile.NAME, new)
    return True
