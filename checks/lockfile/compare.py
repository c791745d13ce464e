"""What changed since the base: of the migrations, and of the lockfile itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from checks.migration import Change, Comparison, History, LockChange, Migration, Tier

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.lockfile.lock import Lock, LockedProject


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
            reason = _accepted(now, old, new) if tier is Tier.LOCKED else ""
            rewritten = tier is Tier.LOCKED and not reason and _rewritten(relocked.get(version), old, new)
            changes.append(Change(head.project, tier, old, new, relocked=rewritten, amended=reason))
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
        if version in changes and _tells(changes[version], other) and _is_kept(version, old, new):
            continue
        subject = f'migration "{version}"'
        if other is None:
            yield LockChange(name, subject, "was removed", path, 0, version)
        elif _facts(other) != _facts(entry):
            yield LockChange(name, subject, "was changed", path, other.line, version)
        elif not _is_kept(version, old, new):
            yield LockChange(name, f"an amendment of {subject}", "was changed", path, other.line, version)
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
        if version in new.amendments:
            what = "is amended before it was locked at the base"
            yield LockChange(name, f'migration "{version}"', what, path, entry.line, version)
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


def _is_kept(version: str, old: LockedProject, new: LockedProject) -> bool:
    """Tell whether the amendments that the base's lockfile has are still there, and what they began with."""
    accepted = old.amendments.get(version, ())
    others = new.amendments.get(version, ())
    if not accepted and not others:
        return True
    same = version in new.locked and _facts(new.recorded(version)) == _facts(old.recorded(version))
    return same and others[: len(accepted)] == accepted


def _tells(change: Change, entry: Migration | None) -> bool:
    """Tell whether a finding about the migration itself covers its rewritten entry."""
    if change.deleted or change.renumbered:
        return True
    if change.amended:
        return entry is not None and _blobs(entry) <= _blobs(change.after)
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


def _accepted(now: LockedProject | None, old: Migration, new: Migration | None) -> str:
    """Give the reason of the amendments that lead from what is deployed to what is here, empty without."""
    if now is None or new is None:
        return ""
    amendments = now.amendments.get(old.version, ())
    since = next((n for n, amendment in enumerate(amendments) if _agrees(amendment.before, old)), None)
    if since is None or not _agrees(amendments[-1].after, new):
        return ""
    return "; ".join(amendment.reason for amendment in amendments[since:])


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
