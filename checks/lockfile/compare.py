"""What happened to each migration since the base."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.lockfile.alike import agrees, facts
from checks.lockfile.retire import retire
from checks.migration import Change, Comparison, History, Migration, Tier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.lockfile.lock import LockedProject


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
    retired = {version: gone.migration for version, gone in base.retired.items()} if base else {}
    first_day = base or now
    known = first_day.findings if first_day else {}
    return Comparison(head, before, locked, retire(changes, before, base, now), retired, known)


def _by_version(history: History, known: Mapping[str, Migration]) -> dict[str, Migration]:
    """Give the migration of each version; of several, the one that stands where it was known to stand."""
    found: dict[str, Migration] = {}
    for migration in history.migrations:
        old = known.get(migration.version)
        if migration.version not in found or (old and old.file.path == migration.file.path):
            found[migration.version] = migration
    return found


def _rewritten(entry: Migration | None, old: Migration, new: Migration | None) -> bool:
    """Tell whether an entry was rewritten, to say what the migration is now."""
    return entry is not None and facts(entry) != facts(old) and agrees(entry, new)


def _accepted(now: LockedProject | None, old: Migration, new: Migration | None) -> str:
    """Give the reason of the amendments that lead from what is deployed to what is here, empty without."""
    if now is None or new is None:
        return ""
    amendments = now.amendments.get(old.version, ())
    since = next((n for n, amendment in enumerate(amendments) if agrees(amendment.before, old)), None)
    if since is None or not agrees(amendments[-1].after, new):
        return ""
    return "; ".join(amendment.reason for amendment in amendments[since:])


def _same_bytes(old: Migration, head: History, known: set[str]) -> Migration | None:
    hashes = [file.sha256 for file in old.files]
    same = (m for m in head.migrations if [file.sha256 for file in m.files] == hashes)
    return next((m for m in same if m.version not in known), None)
