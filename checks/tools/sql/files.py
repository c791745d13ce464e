"""From a folder of numbered SQL files to a history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.content import decode, fingerprint
from checks.migration import File, History, Migration, Problem
from checks.tools.sql import allows, names, parts, runners, stamps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.migration import Project, Tree


def read(project: Project, tree: Tree, known: Mapping[tuple[str, str], Migration]) -> History:
    """Read the migrations of a folder, in the order of their numbers.

    Args:
        project: Whose folder.
        tree: The repository's files.
        known: What was read before, by path in the project's directory and blob id: it is not read again.

    Returns:
        The history; what cannot be read is among its problems, and not among its migrations.
    """
    found, lost = names.pairs(_names(project, tree))
    outcomes = [_migration(project, tree, known, pair) for pair in found]
    orphans = [Problem(name.path, 1, "there is no file for the way up beside it") for name in lost]
    return History(
        project=project,
        migrations=tuple(outcome for outcome in outcomes if isinstance(outcome, Migration)),
        problems=(*(outcome for outcome in outcomes if isinstance(outcome, Problem)), *orphans),
        linear=True,
        runner=runners.of_folder(project, tree, found, known),
    )


def understand(data: bytes) -> parts.Parts | tuple[int, str]:
    """Part a file's bytes, or give the line, from 1, where that is impossible, and why."""
    text = decode(data)
    if not isinstance(text, str):
        return text
    nul = text.find("\0")
    if nul >= 0:
        return text.count("\n", 0, nul) + 1, "it holds a NUL byte, which PostgreSQL takes nowhere"
    return parts.split(text)


def _prefix(project: Project) -> str:
    return f"{project.directory}/" if project.directory else ""


def _names(project: Project, tree: Tree) -> list[names.Name]:
    prefix = _prefix(project)
    inside = (path.removeprefix(prefix) for path in tree.paths() if path.startswith(prefix))
    return [name for name in map(names.parse, inside) if name is not None]


def _migration(
    project: Project, tree: Tree, known: Mapping[tuple[str, str], Migration], pair: names.Pair
) -> Migration | Problem:
    prefix = _prefix(project)
    blobs = tuple((name.path, tree.blob(prefix + name.path)) for name in pair.names)
    before = known.get(blobs[0])
    if before and tuple((file.path, file.blob) for file in before.files) == blobs:
        return before
    return _read(prefix, tree, pair.up.version, blobs)


def _read(prefix: str, tree: Tree, version: str, blobs: tuple[tuple[str, str], ...]) -> Migration | Problem:
    files: list[File] = []
    found: list[parts.Parts] = []
    contents: list[bytes] = []
    for path, blob in blobs:
        try:
            data = tree.read(prefix + path)
        except (KeyError, OSError) as error:
            return Problem(path, 1, f"it cannot be read: {error}")
        understood = understand(data)
        if not isinstance(understood, parts.Parts):
            return Problem(path, *understood)
        files.append(File(path, fingerprint(data), blob))
        found.append(understood)
        contents.append(data)
    down_file = files[1] if len(files) > 1 else None
    down = parts.way_down(found)
    line = down.line if down else 0
    return Migration(
        version,
        files[0],
        down_file,
        downgrade=parts.downgrade(found),
        down_line=line,
        stamps=stamps.of_files(version, contents, line),
        allows=allows.of_files(contents),
        refusal=parts.refusal(found),
    )
