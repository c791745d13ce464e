"""Squashes: which deployed migrations may go, since a baseline stands for them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from checks.migration import Change, History, Migration, Retirement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from checks.lockfile.lock import LockedProject, Retired


def below(version: str, locked: Mapping[str, Migration], before: History | None) -> frozenset[str]:
    """Give the versions that a database which stands at a version has run, too: all that come before it.

    Args:
        version: Which.
        locked: What is deployed.
        before: The history at the base, which has the order where the versions make it.
    """
    if before is not None and before.linear:
        order = [migration.version for migration in before.migrations]
        return frozenset(order[: order.index(version)] if version in order else ())
    found: set[str] = set()
    todo = [version]
    while todo:
        migration = locked.get(todo.pop())
        new = set(migration.after) - found if migration else set()
        found |= new
        todo += new
    return frozenset(found)


def lagging(deployments: Mapping[str, tuple[str, ...]], version: str) -> tuple[str, ...]:
    """Give the environments that something was deployed to, and not yet a version."""
    environments = dict.fromkeys(key.partition("/")[0] for key in deployments)
    return tuple(
        environment
        for environment in environments
        if not any(
            version in versions
            for key, versions in deployments.items()
            if key.partition("/")[0] == environment
        )
    )


def retire(
    changes: Sequence[Change], before: History | None, base: LockedProject | None, now: LockedProject | None
) -> tuple[Change, ...]:
    """Mark what the lockfile has retired since the base, and the baselines that stand for it.

    Args:
        changes: All changes of a project.
        before: The history at the base.
        base: The project in the base's lockfile.
        now: The project in the lockfile that is checked.
    """
    if base is None or now is None:
        return tuple(changes)
    fresh = {version: gone for version, gone in now.retired.items() if version in base.locked}
    baselines = {gone.by for gone in fresh.values()}
    kept = {change.before.version: change for change in changes if change.before}
    found = []
    for change in changes:
        version = change.before.version if change.before else ""
        if change.deleted and version in fresh:
            gone = fresh[version]
            void = _void(gone, kept.get(gone.by), base, before)
            found.append(replace(change, retirement=Retirement(gone.by, void)))
        else:
            found.append(replace(change, baseline=version in baselines and bool(change.amended)))
    return tuple(found)


def _void(gone: Retired, baseline: Change | None, base: LockedProject, before: History | None) -> str:
    """Say why a retirement does not count, empty if it does."""
    version, by = gone.migration.version, gone.by
    if baseline is None or baseline.deleted or baseline.renumbered or by not in base.locked:
        return f"{by}, which is to stand for it, is not there, or was never locked"
    if version not in below(by, base.locked, before):
        return f"it does not come before {by}, which is to stand for it"
    if (baseline.edited or baseline.reordered) and not baseline.amended:
        return f"the lockfile does not accept {by} as it is now"
    late = lagging(base.deployments, by)
    return (
        f"{', '.join(late)} has not got {by} yet, and would stand at a version that is gone" if late else ""
    )
