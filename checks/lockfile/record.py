"""What the lockfile lost or changed since the base, and what in it is not true."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from checks.lockfile.alike import agrees, blobs, facts
from checks.migration import LockChange

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.lockfile.lock import Amendment, Lock, LockedProject, Retired
    from checks.migration import Change, Comparison, Migration


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
        what = _lost_entry(entry, changes.get(version), old, new)
        if what:
            subject = f'migration "{version}"'
            line = new.known[version].line if version in new.known else 0
            yield LockChange(name, subject, what, path, line, version)
    for version, gone in old.retired.items():
        subject, now = f'retired migration "{version}"', new.retired.get(version)
        if now is None:
            yield LockChange(name, subject, "was removed", path, 0, version)
        elif (
            now.by != gone.by
            or facts(now.migration) != facts(gone.migration)
            or not _is_kept(version, old, new)
        ):
            yield LockChange(name, subject, "was changed", path, now.migration.line, version)
    for key, versions in old.deployments.items():
        if key not in new.deployments:
            yield LockChange(name, f'deployment "{key}"', "was removed", path, 0)
        elif set(new.deployments[key]) != set(versions):
            yield LockChange(name, f'deployment "{key}"', "was changed", path, new.lines.get(key, 0))
    if new.tool != old.tool:
        yield LockChange(name, f'the tool of project "{name}"', f"was changed to {new.tool}", path, 0)


def _says_same(one: Retired, other: Retired) -> bool:
    return facts(one.migration) == facts(other.migration)


def _lost_entry(entry: Migration, change: Change | None, old: LockedProject, new: LockedProject) -> str:
    """Say what became of an entry, empty if it stays or if the migration's own finding tells it."""
    version = entry.version
    other, gone = new.locked.get(version), new.retired.get(version)
    kept = _is_kept(version, old, new)
    if gone is not None and facts(gone.migration) != facts(entry):
        return "was changed"
    if change is not None and kept and _tells(change, other):
        return ""
    if gone is not None:
        return "was retired, and its file is still there"
    if other is None:
        return "was removed"
    if facts(other) != facts(entry):
        return "was changed"
    return "" if kept else "has an amendment that was changed"


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
    for version, gone in new.retired.items():
        if old is None or version not in old.known:
            what = "is retired, and was never locked at the base"
            line = gone.migration.line
            yield LockChange(name, f'migration "{version}"', what, path, line, version)
    yield from _unfounded(name, old, new, path)
    for version, entry in new.locked.items():
        what = "" if old and version in old.known else _untrue_entry(entry, new, merged, present)
        if what:
            yield LockChange(name, f'migration "{version}"', what, path, entry.line, version)


def _unfounded(name: str, old: LockedProject | None, new: LockedProject, path: str) -> Iterator[LockChange]:
    """Check what is said of migrations: that they are deployed, and what is known to be wrong with them."""
    for key, versions in new.deployments.items():
        strange = [version for version in versions if version not in new.known]
        if strange:
            what = f"names {strange[0]}, which is not locked"
            yield LockChange(name, f'deployment "{key}"', what, path, new.lines.get(key, 0))
    deployed = (old or new).locked
    for version, rules in new.findings.items():
        added = sorted(rules.keys() - old.findings.get(version, {}).keys()) if old else []
        if version not in deployed:
            what = "has known findings, and was not deployed at the base: what is new has to be clean"
            yield LockChange(name, f'migration "{version}"', what, path, 0, version)
        elif added:
            what = f"has findings that are said to be known ({', '.join(added)})"
            yield LockChange(name, f'migration "{version}"', what, path, 0, version, honest=True)


def _untrue_entry(
    entry: Migration, new: LockedProject, merged: Mapping[str, Migration], present: Mapping[str, Migration]
) -> str:
    """Say what is not true of a new entry, empty if it is as it should be."""
    version = entry.version
    if version in new.amendments:
        return "is amended before it was locked at the base"
    true = merged.get(version) or present.get(version)
    if true is None:
        return "is locked, and there is no such migration"
    if agrees(entry, true) and blobs(entry) <= blobs(merged.get(version), present.get(version)):
        return ""
    origin = "at the base" if version in merged else "in the file"
    return f"is locked with other bytes or parents than it has {origin}"


def _is_kept(version: str, old: LockedProject, new: LockedProject) -> bool:
    """Tell whether the amendments that the base's lockfile has are still there, and what they began with."""
    accepted = old.amendments.get(version, ())
    others = new.amendments.get(version, ())
    if not accepted and not others:
        return True
    same = version in new.known and facts(new.recorded(version)) == facts(old.recorded(version))
    return same and [*map(_said, others)][: len(accepted)] == [*map(_said, accepted)]


def _paths(migration: Migration | None) -> list[str]:
    return [file.path for file in migration.files] if migration else []


def _said(amendment: Amendment) -> tuple[object, ...]:
    """Give what an amendment says, wherever it stands."""
    return (facts(amendment.before), facts(amendment.after), amendment.reason)


def _tells(change: Change, entry: Migration | None) -> bool:
    """Tell whether a finding about the migration itself covers its rewritten entry."""
    if change.deleted or change.renumbered:
        return True
    if change.amended:
        return (
            entry is not None
            and blobs(entry) <= blobs(change.after)
            and _paths(entry) == _paths(change.after)
        )
    if entry is None or change.before is None or change.after is None or not change.relocked:
        return False
    if change.edited or change.reordered:
        return True
    same_paths = [file.path for file in entry.files] == [file.path for file in change.after.files]
    return same_paths and facts(entry)[1:] == facts(change.before)[1:]
