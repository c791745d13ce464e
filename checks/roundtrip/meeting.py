"""Two paths meet: what deployed databases will be, and what a new one will be, must be the same.

Path A is that of a deployed database: the base's files to the base's head, then what is new to it of head's
files. Path B is that of a new one: head's files on an empty database.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial

from checks.migration import (
    Change,
    Comparison,
    Failure,
    History,
    Kind,
    Meeting,
    Migration,
    Tier,
    heads,
    place,
)
from checks.roundtrip.basetree import Trees, arrive_from, standing
from checks.roundtrip.ground import ground, start_file, unseen
from checks.roundtrip.paths import BrokenPathError, Servers, Stretch, arrive, between, both
from checks.roundtrip.plan import after_start
from checks.roundtrip.swapped import swapped

# What does not change the way up. An import may: whether it works is only seen when it is run.
ELSEWHERE = {Kind.FORMAT, Kind.COMMENT, Kind.DOWNGRADE}


def in_question(comparison: Comparison) -> tuple[Change, ...]:
    """Give the changes after which deployed databases and new ones may differ."""
    if comparison.before is None or not comparison.before.migrations:
        return ()
    late = _slipped_in(comparison, {c.after.version for c in comparison.changes if c.after and c.before})
    return tuple(change for change in comparison.changes if _matters(change) or change in late)


def _matters(change: Change) -> bool:
    if change.tier is Tier.NEW or (change.amended and not change.baseline):
        return False
    if change.baseline or change.deleted or change.renumbered or change.reordered:
        return True
    return change.edited and (change.edit is None or change.edit.kind not in ELSEWHERE)


def _slipped_in(comparison: Comparison, known: Collection[str]) -> tuple[Change, ...]:
    """Give what is new and comes before one of some versions."""
    later: set[str] = set()
    for migration in reversed(comparison.head.migrations):
        if comparison.head.linear:
            later |= {migration.version} if later or migration.version in known else set()
        elif migration.version in known or migration.version in later:
            later |= set(migration.after)
    new = (change for change in comparison.changes if change.tier is Tier.NEW and change.after)
    return tuple(change for change in new if change.after and change.after.version in later)


def meet(comparison: Comparison, servers: Servers, trees: Trees) -> Meeting | None:
    """Go both paths, and compare where they lead; None where that proves nothing, or nothing is in question.

    Args:
        comparison: The project at the base and now.
        servers: Where: one server for each path, as roles are a server's; or one for both, in turn.
        trees: Head's files, and what the base's are made of.

    Raises:
        CannotCheckError: A tool cannot be run.
    """
    changes = in_question(comparison)
    before, head = comparison.before, comparison.head
    if not changes or before is None:
        return None
    late = _slipped_in(comparison, comparison.locked.keys())
    locked = any(change.tier is Tier.LOCKED or change in late for change in changes)
    meeting = Meeting(comparison.project, changes, locked=locked)
    lost = _lost_head(before, head)
    if lost is not None:
        return replace(meeting, failed=lost, failure=_cannot_locate(lost), deployed=True)
    as_deployed, as_new = ground(comparison, before, trees)
    if _proves_nothing(comparison, before, unseen(before, as_new)):
        return None
    deployed, files = _deployed(comparison, before, trees)
    deployed = replace(deployed, project=replace(as_deployed, directory=before.project.directory))
    files = {**files, **start_file(as_deployed, trees)}
    applied = _applied(before, head)
    on_top = tuple(m for m in after_start(head) if m.version not in applied)
    gone = (place(head.project, file) for m in head.migrations for file in m.files)
    with swapped(trees.root, files, gone) as old:
        at_base = Stretch(deployed, old, after_start(deployed))
        path_a = (at_base, Stretch(head, trees.root, on_top))
        stand = partial(standing, trees, before, deployed, files)
        go_a = partial(arrive_from, servers[0], trees.root, path_a, stand)
        go_b = partial(arrive, servers[-1], (Stretch(head, trees.root, after_start(head)),))
        try:
            was, will_be = both(go_a, go_b, at_once=len(servers) > 1)
            return replace(meeting, differences=between(was, will_be, go_b), notes=was.notes)
        except BrokenPathError as broken:
            if broken.stretch is at_base:
                return None  # the base itself cannot be built: what a change does to it cannot be told
            there = broken.stretch is path_a[1]
            return replace(
                meeting, failed=broken.migration, failure=broken.failure, deployed=there, notes=broken.notes
            )


def _proves_nothing(comparison: Comparison, before: History, unseen: Collection[str]) -> bool:
    """Tell whether the base lost what is deployed, or a change is of what no path runs."""
    versions = {migration.version for migration in before.migrations}
    changed = {change.before.version for change in in_question(comparison) if change.before}
    return not comparison.locked.keys() <= versions or bool(changed & set(unseen))


def _lost_head(before: History, head: History) -> Migration | None:
    """Give the version that deployed databases stand at and that a tool with a graph will not find."""
    known = {migration.version for migration in head.migrations}
    return None if head.linear else next((m for m in heads(before) if m.version not in known), None)


def _cannot_locate(lost: Migration) -> Failure:
    return Failure(f"Can't locate revision identified by '{lost.version}', at which deployed databases stand")


def _applied(before: History, head: History) -> set[str]:
    """Give the versions that a tool takes for applied: recorded ones, or where it has a graph, all below."""
    if head.linear:
        return {migration.version for migration in before.migrations}
    applied = {migration.version for migration in heads(before)}
    for migration in reversed(head.migrations):
        applied |= set(migration.after) if migration.version in applied else set()
    return applied


def _accepted(comparison: Comparison) -> dict[str, Migration]:
    """Give the migrations whose edit is accepted: deployed databases are said to be as if they had run it.

    Not where a squash retires something: there the baseline, and all that is not retired, has to make what
    the deployed files made.
    """
    if any(change.baseline or change.retirement for change in comparison.changes):
        return {}
    return {c.before.version: c.after for c in comparison.changes if c.amended and c.before and c.after}


def _deployed(comparison: Comparison, before: History, trees: Trees) -> tuple[History, Mapping[str, bytes]]:
    """Give the base's history as deployed databases ran it, with its files by their paths from the root.

    What is locked counts as the lockfile has it, even where the base's own files are others; what was
    edited and is accepted, as it is now.
    """
    accepted = _accepted(comparison)
    known = {**comparison.locked, **accepted}
    migrations = tuple(known.get(m.version, m) for m in before.migrations)
    project = replace(comparison.project, directory=before.project.directory)
    own = (
        (place(project, f), trees.read(f.blob))
        for m in migrations
        if m.version not in accepted
        for f in m.files
    )
    files = {path: data for path, data in own if data is not None}
    now = (place(comparison.project, file) for m in accepted.values() for file in m.files)
    files |= {path: (trees.root / path).read_bytes() for path in now}
    return replace(before, project=project, migrations=migrations), files
