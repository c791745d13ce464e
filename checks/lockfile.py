"""migrations.lock: text <-> Lock, and what changed since the base. It is given text and never asks git."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from checks.document import Fields, Node, Source, fields, nearest, optional_text, parse, text, texts
from checks.migration import Change, Comparison, Downgrade, File, History, LockChange, Migration, Tier

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAME = "migrations.lock"
VERSION = "1"
HEADER = "# Written by `migseal lock`. What stands here is deployed: it never changes and never leaves."
PROJECT_KEYS = ("directory", "tool", "locked", "deployments")
ENTRY_KEYS = ("file", "sha256", "blob", "down", "down_sha256", "down_blob", "after", "depends", "downgrade")
SHA256 = re.compile(r"[0-9a-f]{64}")
BLOB = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
UNPRINTABLE = re.compile("[\x7f-\x9f\ufffe\uffff\u2028\u2029\ufeff]")


@dataclass(frozen=True)
class LockedProject:
    """A project as the lockfile knows it.

    Attributes:
        directory: Its migrations directory.
        tool: Its tool.
        locked: What is deployed, by version; `Migration.line` is the entry's line in the lockfile.
        deployments: "environment/release" -> the versions that the release brought there.
        lines: The line of each deployment.
    """

    directory: str
    tool: str
    locked: Mapping[str, Migration] = field(default_factory=dict)
    deployments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Lock:
    """A lockfile: projects by name."""

    projects: Mapping[str, LockedProject] = field(default_factory=dict)


def read(content: str, path: str = NAME) -> Lock:
    """Read a lockfile.

    Raises:
        CannotCheckError: Anything broken, with its line: a lockfile is never half read.
    """
    source = Source(path, f"bring it back with `git checkout HEAD -- {path}`, then run `migseal lock`")
    root = parse(content, source)
    if root is None:
        raise source.error(1, "the lockfile is empty")
    top = fields(root, "the lockfile", source, ("lockfile", "projects"))
    version = _required(top, "lockfile", "the lockfile", source, root)
    if version != VERSION:
        message = f'this lockfile has format "{version}", and this migseal reads "{VERSION}"'
        raise source.error(top["lockfile"], message, "pip install --upgrade migseal")
    projects = fields(top["projects"], "projects", source) if "projects" in top else {}
    return Lock({name: _project(node, f'project "{name}"', source) for name, node in projects.items()})


def write(lock: Lock) -> str:
    """Give a lock's text: one line a migration and one a deployment, sorted, all quoted.

    A path that is not UTF-8 cannot be encoded, and has no place in YAML: that is left to the caller.
    """
    lines = [HEADER, f'lockfile: "{VERSION}"', "projects:" if lock.projects else "projects: {}"]
    for name, project in sorted(lock.projects.items()):
        lines += [
            f"  {_quote(name)}:",
            f"    directory: {_quote(project.directory)}",
            f"    tool: {_quote(project.tool)}",
            "    locked:" if project.locked else "    locked: {}",
            *(f"      {_entry(migration)}" for _, migration in sorted(project.locked.items())),
            "    deployments:" if project.deployments else "    deployments: {}",
            *(
                f"      {_quote(key)}: {_list(versions)}"
                for key, versions in sorted(project.deployments.items())
            ),
        ]
    return "\n".join(lines) + "\n"


def known_files(locked: Mapping[str, Migration]) -> dict[tuple[str, str], Migration]:
    """Give the files that need no reading, as the lockfile tells all: (path, blob) -> migration."""
    return {(file.path, file.blob): replace(m, line=1) for m in locked.values() for file in m.files}


def compare(
    head: History, before: History | None, base: LockedProject | None, now: LockedProject | None
) -> Comparison:
    """Tell what happened to each migration since the base.

    Args:
        head: The history that is checked.
        before: The history of the base commit, None where there is none.
        base: The project in the base's lockfile: the authority on what is deployed.
        now: The project in the lockfile that is checked.
    """
    locked = dict(base.locked) if base else {}
    merged = {m.version: m for m in before.migrations if m.version not in locked} if before else {}
    relocked = dict(now.locked) if now else {}
    present = _by_version(head, {**merged, **locked})
    unreadable = {problem.path for problem in head.problems}  # told as such, not as deleted
    taken: set[str] = set()
    changes = []
    for tier, olds in ((Tier.LOCKED, locked), (Tier.MERGED, merged)):
        for version, old in olds.items():
            new = present.get(version) or _same_bytes(old, head, {*locked, *merged, *taken})
            if new is not None:
                taken.add(new.version)
            elif any(file.path in unreadable for file in old.files):
                continue
            rewritten = tier is Tier.LOCKED and _rewritten(relocked.get(version), old, new)
            changes.append(Change(head.project, tier, old, new, relocked=rewritten))
    changes += [Change(head.project, Tier.NEW, None, m) for m in head.migrations if m.version not in taken]
    order = {m.version: number for number, m in enumerate(head.migrations)}
    changes.sort(key=lambda change: order.get(change.after.version, -1) if change.after else -1)
    return Comparison(head, before, locked, tuple(changes))


def lock_changes(
    base: Lock | None, now: Lock | None, comparisons: Mapping[str, Comparison], path: str
) -> Iterator[LockChange]:
    """Tell what the lockfile lost or changed of the base's, and which of its new entries are not true.

    What a change of a migration already tells (a rewritten entry of an edited file) is left to it.
    """
    if now is None:
        if base is not None:
            yield LockChange("", "the lockfile", "was removed", path, 0)
        return
    for name, old in base.projects.items() if base else ():
        new = now.projects.get(name)
        if new is None:
            yield LockChange(name, f'project "{name}"', "was removed", path, 0)
        else:
            yield from _lost(name, old, new, comparisons.get(name), path)
    for name, new in now.projects.items():
        before = base.projects.get(name) if base else None
        for change in _untrue(name, before, new, comparisons.get(name), path):
            yield replace(change, adopting=base is None)


def _lost(
    name: str, old: LockedProject, new: LockedProject, comparison: Comparison | None, path: str
) -> Iterator[LockChange]:
    changes = {c.before.version: c for c in comparison.changes if c.before} if comparison else {}
    for version, entry in old.locked.items():
        other = new.locked.get(version)
        if version in changes and _tells(changes[version], other):
            continue
        if other is None:
            yield LockChange(name, f'migration "{version}"', "was removed", path, 0, version)
        elif _facts(other) != _facts(entry):
            yield LockChange(name, f'migration "{version}"', "was changed", path, other.line, version)
    for key, versions in old.deployments.items():
        if key not in new.deployments:
            yield LockChange(name, f'deployment "{key}"', "was removed", path, 0)
        elif set(new.deployments[key]) != set(versions):
            yield LockChange(name, f'deployment "{key}"', "was changed", path, new.lines.get(key, 0))
    if new.tool != old.tool:
        yield LockChange(name, f'the tool of project "{name}"', f"was changed to {new.tool}", path, 0)


def _untrue(
    name: str, old: LockedProject | None, new: LockedProject, comparison: Comparison | None, path: str
) -> Iterator[LockChange]:
    """Check the entries that are new: of a merged migration they must be the base's, of a new one head's."""
    if comparison is None:
        if old is None and new.locked:
            yield LockChange(name, f'project "{name}"', "is locked, and there is no such project", path, 0)
        return
    merged = {m.version: m for m in comparison.before.migrations} if comparison.before else {}
    present = {m.version: m for m in comparison.head.migrations}
    for version, entry in new.locked.items():
        if old and version in old.locked:
            continue
        true = merged.get(version) or present.get(version)
        if true is None:
            what = "is locked, and there is no such migration"
            yield LockChange(name, f'migration "{version}"', what, path, entry.line, version)
        elif not _agrees(entry, true) or not _blobs(entry) <= _blobs(
            merged.get(version), present.get(version)
        ):
            origin = "at the base" if version in merged else "in the file"
            what = f"is locked with other bytes or parents than it has {origin}"
            yield LockChange(name, f'migration "{version}"', what, path, entry.line, version)


def _blobs(*migrations: Migration | None) -> set[str]:
    """Give the blobs of files: an entry's must be real ones, since a file of that blob is not read again."""
    return {file.blob for migration in migrations if migration for file in migration.files}


def _by_version(history: History, known: Mapping[str, Migration]) -> dict[str, Migration]:
    """Give the migration of each version; of several, the one that stands where it was known to stand."""
    found: dict[str, Migration] = {}
    for migration in history.migrations:
        old = known.get(migration.version)
        if migration.version not in found or (old and old.file.path == migration.file.path):
            found[migration.version] = migration
    return found


def _tells(change: Change, entry: Migration | None) -> bool:
    """Tell whether a finding about the migration itself covers its rewritten entry."""
    if change.deleted or change.renumbered:
        return True
    if entry is None or change.before is None or change.after is None or not change.relocked:
        return False
    if change.edited or change.reordered:
        return True
    same_paths = [file.path for file in entry.files] == [file.path for file in change.after.files]
    return same_paths and _facts(entry)[1:] == _facts(change.before)[1:]


def _facts(migration: Migration) -> tuple[object, ...]:
    """Give all that an entry says: its paths, and the rest."""
    paths = [file.path for file in migration.files]
    hashes = [(file.sha256, file.blob) for file in migration.files]
    return (paths, hashes, set(migration.after), set(migration.depends), migration.downgrade)


def _rewritten(entry: Migration | None, old: Migration, new: Migration | None) -> bool:
    """Tell whether an entry was rewritten, to say what the migration is now."""
    return entry is not None and _facts(entry) != _facts(old) and _agrees(entry, new)


def _agrees(entry: Migration | None, migration: Migration | None) -> bool:
    """Tell whether a lock entry says what a migration is; paths aside, since versions are the keys."""
    if entry is None or migration is None:
        return entry is migration
    same_bytes = [file.sha256 for file in entry.files] == [file.sha256 for file in migration.files]
    same_graph = (set(entry.after), set(entry.depends)) == (set(migration.after), set(migration.depends))
    return same_bytes and same_graph


def _same_bytes(old: Migration, head: History, known: set[str]) -> Migration | None:
    hashes = [file.sha256 for file in old.files]
    same = (m for m in head.migrations if [file.sha256 for file in m.files] == hashes)
    return next((m for m in same if m.version not in known), None)


def _project(node: Node, where: str, source: Source) -> LockedProject:
    found = fields(node, where, source, PROJECT_KEYS)
    locked = found.get("locked")
    deployments = found.get("deployments")
    entries = fields(locked, f"{where} locked", source) if locked else {}
    lines = locked.lines if isinstance(locked, Fields) else {}
    released = fields(deployments, f"{where} deployments", source) if deployments else {}
    return LockedProject(
        _required(found, "directory", where, source, node),
        _required(found, "tool", where, source, node),
        {version: _read_entry(version, entry, lines[version], source) for version, entry in entries.items()},
        {key: texts(value, f'deployment "{key}"', source) for key, value in released.items()},
        deployments.lines if isinstance(deployments, Fields) else {},
    )


def _read_entry(version: str, node: Node, line: int, source: Source) -> Migration:
    where = f'migration "{version}"'
    found = fields(node, where, source, ENTRY_KEYS)
    return Migration(
        version,
        _file(found, ("file", "sha256", "blob"), where, source, node),
        _file(found, ("down", "down_sha256", "down_blob"), where, source, node) if "down" in found else None,
        texts(found.get("after"), f"{where} after", source),
        texts(found.get("depends"), f"{where} depends", source),
        _downgrade(found.get("downgrade"), where, source),
        line,
    )


def _downgrade(node: Node | None, where: str, source: Source) -> Downgrade:
    written = optional_text(node, f"{where} downgrade", source)
    if node is None or written is None:
        return Downgrade.PRESENT
    if written not in list(Downgrade):
        raise source.error(node, f"{where}: downgrade is {written}{nearest(written, list(Downgrade))}")
    return Downgrade(written)


def _file(
    found: Mapping[str, Node], keys: tuple[str, str, str], where: str, source: Source, node: Node
) -> File:
    path, sha256, blob = (_required(found, key, where, source, node) for key in keys)
    for key, value, digits in ((keys[1], sha256, SHA256), (keys[2], blob, BLOB)):
        if not digits.fullmatch(value):
            raise source.error(found[key], f"{where}: {key} is not a hash: {value}")
    return File(path, sha256, blob)


def _required(found: Mapping[str, Node], key: str, where: str, source: Source, node: Node) -> str:
    if key not in found:
        raise source.error(node, f"{where} has no {key}")
    return text(found[key], f"{where} {key}", source)


def _entry(migration: Migration) -> str:
    pairs = [("file", migration.file.path), ("sha256", migration.file.sha256), ("blob", migration.file.blob)]
    if migration.down_file:
        down = migration.down_file
        pairs += [("down", down.path), ("down_sha256", down.sha256), ("down_blob", down.blob)]
    words = [f"{key}: {_quote(value)}" for key, value in pairs]
    words.append(f"after: {_list(migration.after)}")
    if migration.depends:
        words.append(f"depends: {_list(migration.depends)}")
    if migration.downgrade is not Downgrade.PRESENT:
        words.append(f'downgrade: "{migration.downgrade}"')
    return f"{_quote(migration.version)}: {{{', '.join(words)}}}"


def _list(texts: tuple[str, ...]) -> str:
    return f"[{', '.join(_quote(text) for text in texts)}]"


def _quote(text: str) -> str:
    escaped = json.dumps(text, ensure_ascii=False)
    return UNPRINTABLE.sub(lambda match: f"\\u{ord(match.group()):04x}", escaped)
