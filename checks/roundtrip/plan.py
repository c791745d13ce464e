"""From a history to what is to be run: pure."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from dataclasses import dataclass

from checks.errors import CannotCheckError
from checks.migration import Comparison, Downgrade, History, Migration, Tier, downgrades_are_kept


@dataclass(frozen=True)
class Plan:
    """What to run of one project.

    Attributes:
        history: The project's migrations, in an order in which they can be run.
        order: Those that are run: all that the targets need, or all.
        targets: The versions whose round trip is to be proved.
        keeps_downgrades: Whether the project writes downgrades at all.
        to_empty: Whether to go down to an empty database at the end.
    """

    history: History
    order: tuple[Migration, ...]
    targets: frozenset[str]
    keeps_downgrades: bool
    to_empty: bool

    def can_go_down(self, migration: Migration) -> bool:
        """Tell whether a migration's downgrade is to be run."""
        if migration.downgrade is Downgrade.EMPTY:
            return self.keeps_downgrades
        return migration.downgrade in (Downgrade.PRESENT, Downgrade.NEEDLESS)


def plan(comparison: Comparison, *, everything: bool, only: Collection[str] = ()) -> Plan:
    """Plan the round trips of what is new or changed since the base, or of everything.

    Args:
        comparison: The project.
        everything: Take all migrations, and go down to empty at the end.
        only: Take these versions, whatever became of them, and no others; empty for no such wish.
    """
    history = comparison.head
    if only:
        everything, targets = False, set(only)
    elif everything:
        targets = {migration.version for migration in history.migrations}
    else:
        changed = (
            c.after for c in comparison.changes if c.tier is Tier.NEW or c.runs_otherwise or c.reordered
        )
        targets = {migration.version for migration in changed if migration is not None}
    order = after_start(history)
    _refuse_skipped(comparison, order)
    targets &= {migration.version for migration in order}
    return Plan(
        history,
        order if everything else _up_to_last(order, targets),
        frozenset(targets),
        downgrades_are_kept(comparison),
        everything,
    )


def _up_to_last(order: tuple[Migration, ...], targets: Collection[str]) -> tuple[Migration, ...]:
    """Leave out what comes after the last target: no trip needs it."""
    last = max((n for n, migration in enumerate(order, 1) if migration.version in targets), default=0)
    return order[:last]


def above(order: Collection[Migration], version: str, *, linear: bool) -> frozenset[str]:
    """Give what cannot be run if a migration fails: itself, and all that comes after it."""
    lost = {version}
    started = False
    for migration in order:
        started = started or migration.version == version
        if (linear and started) or lost & set(migration.after):
            lost.add(migration.version)
    return frozenset(lost)


def _refuse_skipped(comparison: Comparison, order: tuple[Migration, ...]) -> None:
    """Refuse a start that is not in the history, or that stands for what is new: that would prove nothing.

    Raises:
        CannotCheckError: It does.
    """
    project, start = comparison.project, comparison.project.start_at
    versions = [migration.version for migration in comparison.head.migrations]
    if start is None:
        return
    if start not in versions:
        near = difflib.get_close_matches(start, versions, n=1)
        message = f"projects.{project.name}.start.at: no migration has the version {start}"
        raise CannotCheckError(message, f"did you mean {near[0]}?" if near else "`migseal status` lists them")
    run = {migration.version for migration in order}
    for change in comparison.changes:
        if change.tier is Tier.NEW and change.after is not None and change.after.version not in run:
            message = (
                f"new migration {change.after.version} is at or below start.at ({start}): it is never proved"
            )
            raise CannotCheckError(message, f"let projects.{project.name}.start.at be a deployed version")


def after_start(history: History) -> tuple[Migration, ...]:
    """Leave out what the project's start stands for: a version and all that it comes after."""
    start = history.project.start_at
    if start is None:
        return history.migrations
    if history.linear:
        versions = [migration.version for migration in history.migrations]
        return history.migrations[versions.index(start) + 1 :] if start in versions else history.migrations
    done = {start}
    for migration in reversed(history.migrations):
        if migration.version in done:
            done |= set(migration.after)
    return tuple(migration for migration in history.migrations if migration.version not in done)
