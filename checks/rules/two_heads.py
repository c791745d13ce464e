"""The history has more heads than it had at the base."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from checks.finding import Finding, Severity
from checks.migration import Comparison, History, Migration, Tier, heads, place
from checks.rules.rule import Rule

WORDS = {Tier.LOCKED: "deployed", Tier.MERGED: "merged"}


def judge(comparison: Comparison) -> Iterator[Finding]:
    """Yield an error if there are more heads than before (or than one, where there was no history)."""
    now = heads(comparison.head)
    before = len(heads(comparison.before)) if comparison.before else 0
    if len(now) <= max(before, 1):
        return
    tiers = {change.after.version: change.tier for change in comparison.changes if change.after}
    told = next((head for head in now if tiers.get(head.version) is Tier.NEW), now[-1])
    names = [head.version for head in now]
    yield Finding(
        "two-heads",
        Severity.ERROR,
        comparison.project.name,
        told.version,
        place(comparison.project, told.file),
        told.line,
        f"the history has {len(now)} heads ({', '.join(names)}), and had {max(before, 1)}: "
        "`alembic upgrade head` will refuse to choose",
        _fix(comparison.head, told, tiers, only_one=len(now) == max(before, 1) + 1),
    )


def _fix(history: History, told: Migration, tiers: Mapping[str, Tier], *, only_one: bool) -> str:
    """Write the merge, and the other way: what is new can still come after what is not.

    Args:
        history: All revisions.
        told: The head that is told.
        tiers: How far each revision had come at the base.
        only_one: Whether no other head is new: those that were there on purpose are not merged.
    """
    now = heads(history)
    others = (head for head in now if head is not told)
    for other in sorted(others, key=lambda head: tiers.get(head.version) is Tier.NEW):
        first = _fork(history, told, other, tiers)
        if first is not None:
            merge = _merge(head for head in now if head in (told, other) or not only_one)
            where = f"{place(history.project, first.file)}:{first.after_line or first.line}"
            word = WORDS.get(tiers.get(other.version, Tier.NEW))
            never = f"; never re-point {other.version}, which is {word}" if word else ""
            return f'{merge}, or write `down_revision = "{other.version}"` at {where}{never}'
    return _merge(now)


def _merge(joined: Iterable[Migration]) -> str:
    return f"alembic merge -m merge {' '.join(head.version for head in joined)}"


def _fork(history: History, head: Migration, other: Migration, tiers: Mapping[str, Tier]) -> Migration | None:
    """Give the new migration with which a head's way parts from another's, None if there is no such one.

    Of one that comes after nothing it is not known from what it parts: it counts where there are two heads.
    """
    by_version = {migration.version: migration for migration in history.migrations}
    shared = _line(by_version, other)
    seen: set[str] = set()
    migration: Migration | None = head
    while migration and migration.version not in seen and tiers.get(migration.version) is Tier.NEW:
        seen.add(migration.version)
        if len(migration.parents) > 1:
            return None
        if not migration.parents:
            return migration if len(heads(history)) == 2 else None  # noqa: PLR2004 -- it can be no other's then
        if migration.parents[0] in shared:
            return migration
        migration = by_version.get(migration.parents[0])
    return None


def _line(by_version: Mapping[str, Migration], head: Migration) -> set[str]:
    """Give a migration's version, and those of all that it comes after."""
    found: set[str] = set()
    waiting = [head.version]
    while waiting:
        version = waiting.pop()
        if version not in found and version in by_version:
            found.add(version)
            waiting += by_version[version].parents
    return found


RULE = Rule("two-heads", Comparison, judge)
