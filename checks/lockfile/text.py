"""migrations.lock as text: read strictly, written one line a migration."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from checks.document import Fields, Items, Node, Source, fields, nearest, optional_text, parse, text, texts
from checks.lockfile.lock import Amendment, Lock, LockedProject, Retired
from checks.migration import Downgrade, File, Migration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAME = "migrations.lock"
VERSION = "1"
HEADER = "# Written by `migseal lock`. What stands here is deployed: it never changes and never leaves."
PROJECT_KEYS = ("directory", "tool", "locked", "retired", "deployments", "amended", "findings")
ENTRY_KEYS = ("file", "sha256", "blob", "down", "down_sha256", "down_blob", "after", "depends", "downgrade")
SHA256 = re.compile(r"[0-9a-f]{64}")
BLOB = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
UNPRINTABLE = re.compile("[\x7f-\x9f\ufffe\uffff\u2028\u2029\ufeff]")


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
            *(f"      {_entry(project.recorded(version))}" for version in sorted(project.locked)),
            *(["    retired:"] if project.retired else []),
            *(f"      {_retired(project, version)}" for version in sorted(project.retired)),
            *(["    amended:"] if project.amendments else []),
            *(f"      {_amended(version, found)}" for version, found in sorted(project.amendments.items())),
            *(["    findings:"] if project.findings else []),
            *(f"      {_findings(version, found)}" for version, found in sorted(project.findings.items())),
            "    deployments:" if project.deployments else "    deployments: {}",
            *(
                f"      {_quote(key)}: {_list(versions)}"
                for key, versions in sorted(project.deployments.items())
            ),
        ]
    return "\n".join(lines) + "\n"


def _project(node: Node, where: str, source: Source) -> LockedProject:
    found = fields(node, where, source, PROJECT_KEYS)
    locked = found.get("locked")
    deployments = found.get("deployments")
    entries = fields(locked, f"{where} locked", source) if locked else {}
    lines = locked.lines if isinstance(locked, Fields) else {}
    released = fields(deployments, f"{where} deployments", source) if deployments else {}
    recorded = {
        version: _read_entry(version, node, lines[version], source) for version, node in entries.items()
    }
    gone = dict(_read_retired(found.get("retired"), where, source))
    for version in recorded.keys() & gone.keys():
        raise source.error(gone[version].migration.line, f'migration "{version}" is locked and retired')
    before = {**recorded, **{version: retired.migration for version, retired in gone.items()}}
    amendments = dict(_amendments(found.get("amended"), before, where, source))
    known = {**before, **{version: accepted[-1].after for version, accepted in amendments.items()}}
    return LockedProject(
        _required(found, "directory", where, source, node),
        _required(found, "tool", where, source, node),
        {version: known[version] for version in recorded},
        {key: texts(value, f'deployment "{key}"', source) for key, value in released.items()},
        deployments.lines if isinstance(deployments, Fields) else {},
        amendments,
        {version: replace(retired, migration=known[version]) for version, retired in gone.items()},
        dict(_read_findings(found.get("findings"), where, source)),
    )


def _read_findings(
    node: Node | None, where: str, source: Source
) -> Iterator[tuple[str, Mapping[str, tuple[str, ...]]]]:
    for version, entry in (fields(node, f"{where} findings", source) if node else {}).items():
        subject = f'the findings of migration "{version}"'
        found = fields(entry, subject, source)
        yield version, {rule: texts(named, f"{subject}: {rule}", source) for rule, named in found.items()}


def _read_retired(node: Node | None, where: str, source: Source) -> Iterator[tuple[str, Retired]]:
    """Read what squashes have retired, and what stands for it."""
    entries = fields(node, f"{where} retired", source) if node else {}
    lines = node.lines if isinstance(node, Fields) else {}
    for version, entry in entries.items():
        found = fields(entry, f'migration "{version}"', source, (*ENTRY_KEYS, "by"))
        by = _required(found, "by", f'migration "{version}"', source, entry)
        yield version, Retired(_migration(version, found, entry, lines[version], source), by)


def _amendments(
    node: Node | None, recorded: Mapping[str, Migration], where: str, source: Source
) -> Iterator[tuple[str, tuple[Amendment, ...]]]:
    """Read what was accepted of each migration, each from where the one before had left it."""
    for version, items in fields(node, f"{where} amended", source).items() if node else ():
        if version not in recorded:
            raise source.error(items, f'migration "{version}" is amended, and neither locked nor retired')
        if not isinstance(items, Items) or not items.items:
            raise source.error(items, f'the amendments of migration "{version}" must be a list')
        accepted: list[Amendment] = []
        for item in items.items:
            accepted.append(_amendment(item, accepted[-1].after if accepted else recorded[version], source))
        yield version, tuple(accepted)


def _amendment(node: Node, before: Migration, source: Source) -> Amendment:
    where = f'the amendment of migration "{before.version}"'
    found = fields(node, where, source, ("was", *ENTRY_KEYS, "reason"))
    if texts(found.get("was"), f"{where} was", source) != tuple(file.sha256 for file in before.files):
        raise source.error(node, f"{where} is not from the bytes that were locked before it")
    reason = _required(found, "reason", where, source, node)
    if not reason.strip():
        raise source.error(found["reason"], f"{where} has no reason")
    return Amendment(before, _migration(before.version, found, node, before.line, source), reason, node.line)


def _read_entry(version: str, node: Node, line: int, source: Source) -> Migration:
    found = fields(node, f'migration "{version}"', source, ENTRY_KEYS)
    return _migration(version, found, node, line, source)


def _migration(version: str, found: Mapping[str, Node], node: Node, line: int, source: Source) -> Migration:
    where = f'migration "{version}"'
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
    return f"{_quote(migration.version)}: {{{', '.join(_words(migration))}}}"


def _retired(project: LockedProject, version: str) -> str:
    words = [*_words(project.recorded(version)), f"by: {_quote(project.retired[version].by)}"]
    return f"{_quote(version)}: {{{', '.join(words)}}}"


def _findings(version: str, found: Mapping[str, tuple[str, ...]]) -> str:
    words = (f"{_quote(rule)}: {_list(subjects)}" for rule, subjects in sorted(found.items()))
    return f"{_quote(version)}: {{{', '.join(words)}}}"


def _amended(version: str, amendments: tuple[Amendment, ...]) -> str:
    written = (
        ", ".join(
            [
                f"was: {_list(tuple(file.sha256 for file in amendment.before.files))}",
                *_words(amendment.after),
                f"reason: {_quote(amendment.reason)}",
            ]
        )
        for amendment in amendments
    )
    return f"{_quote(version)}: [{', '.join(f'{{{words}}}' for words in written)}]"


def _words(migration: Migration) -> list[str]:
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
    return words


def _list(texts: tuple[str, ...]) -> str:
    return f"[{', '.join(_quote(text) for text in texts)}]"


def _quote(text: str) -> str:
    escaped = json.dumps(text, ensure_ascii=False)
    return UNPRINTABLE.sub(lambda match: f"\\u{ord(match.group()):04x}", escaped)
