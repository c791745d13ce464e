"""Two migrations have one version, or one has a version that was retired."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from checks.finding import Finding, Severity
from checks.migration import Comparison, History, Migration, Tier, place
from checks.rules.rule import Rule, renumber


def judge(comparison: Comparison) -> Iterator[Finding]:
    """Yield an error for each migration after the first of a version, which is the one that was there before.

    In numbered files `1` and `001` are one version.
    """
    history = comparison.head
    old = [change.before.file.path for change in comparison.changes if change.before]
    new = {change.after.version for change in comparison.changes if change.after and change.tier is Tier.NEW}
    retired = {_key(history, version) for version in comparison.retired}
    for migration in history.migrations:
        if _key(history, migration.version) in retired:
            yield _revived(history, migration)
    step = 0
    for group in _same(history):
        first, *others = sorted(group, key=lambda m: (m.file.path not in old, m.version in new))
        for other in others:
            step += 1
            yield _finding(history, first, other, step)


def _same(history: History) -> Iterable[list[Migration]]:
    groups: dict[str, list[Migration]] = defaultdict(list)
    for migration in history.migrations:
        groups[_key(history, migration.version)].append(migration)
    return groups.values()


def _key(history: History, version: str) -> str:
    return version.lstrip("0") or "0" if history.linear and version.isdigit() else version


def _revived(history: History, migration: Migration) -> Finding:
    """Tell of a version that a squash has retired."""
    return Finding(
        "duplicate-version",
        Severity.ERROR,
        history.project.name,
        migration.version,
        place(history.project, migration.file),
        migration.line,
        f"version {migration.version} was retired by a squash, and is used again: databases that ran the "
        "retired one take it for done, or for another",
        renumber(history, migration) or "give it a version of its own",
    )


def _finding(history: History, first: Migration, other: Migration, step: int) -> Finding:
    taken = place(history.project, first.file)
    command = renumber(history, other, step)
    return Finding(
        "duplicate-version",
        Severity.ERROR,
        history.project.name,
        other.version,
        place(history.project, other.file),
        other.line,
        f"version {other.version} is taken by {taken}: the tool will run one of the two, or neither",
        command or f"give it a version of its own, and let it come after {first.version}",
    )


RULE = Rule("duplicate-version", Comparison, judge)
