"""What was found on the first day in what is deployed: it is counted, and told only to who asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from checks.finding import Finding, Severity
from checks.migration import Change, Comparison, Kind, Leg, Result, Tier, Trip

if TYPE_CHECKING:
    from checks.rules.rule import Rule

BLOCKS = "failed-upgrade"  # what comes above it may never have been proved


def known(rules: Iterable[Rule], findings: Iterable[Finding], values: Sequence[object]) -> Iterator[Finding]:
    """Mark the findings that the lockfile knows of a migration since the first day.

    It is of no weight what it says of rules that are not about round trips.
    """
    recorded = {key: (found, change) for key, found, change in _recorded(values)}
    blocked, of_trips = set(_blocked(values)), _of_trips(rules)
    for finding in findings:
        found, change = recorded.get((finding.project, finding.migration), ({}, None))
        about = change is not None and finding.rule in of_trips and finding.rule in found
        same = about and change is not None and _is_same(finding, found[finding.rule], change)
        yield replace(finding, known=same and not _matters(finding, blocked))


def _is_same(finding: Finding, subjects: Sequence[str], change: Change) -> bool:
    """Tell whether a finding is the recorded one: after an edit only where it names the same objects.

    Whoever has edited the downgrade is told all that is wrong with it.
    """
    if change.edited and not change.amended:
        way_up = change.edit is None or change.edit.kind is not Kind.DOWNGRADE
        return way_up and bool(finding.subjects) and set(finding.subjects) <= set(subjects)
    return set(finding.subjects) <= set(subjects)


def first_day(
    rules: Iterable[Rule], findings: Iterable[Finding], values: Sequence[object]
) -> Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]]:
    """Give what may be recorded of some findings, by project and version, and by rule: the objects named.

    It is what round trips found: what files alone show, such as an unreadable one, keeps us from looking.
    """
    of_trips = _of_trips(rules)
    blocked = set(_blocked(values))
    found: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
    for finding in findings:
        bad = finding.severity.rank > Severity.NOTE.rank
        if bad and finding.migration and finding.rule in of_trips and not _matters(finding, blocked):
            by_rule = found.setdefault((finding.project, finding.migration), {})
            by_rule[finding.rule] = tuple(sorted({*by_rule.get(finding.rule, ()), *finding.subjects}))
    return found


def _of_trips(rules: Iterable[Rule]) -> frozenset[str]:
    return frozenset(rule.name for rule in rules if Trip in _kinds(rule))


def _kinds(rule: Rule) -> tuple[type, ...]:
    return rule.reads if isinstance(rule.reads, tuple) else (rule.reads,)


def _recorded(
    values: Iterable[object],
) -> Iterator[tuple[tuple[str, str], Mapping[str, tuple[str, ...]], Change]]:
    for value in values:
        if not isinstance(value, Comparison):
            continue
        for change in value.changes if value.known else ():
            migration = change.after
            if migration is not None and change.tier is not Tier.NEW and not change.baseline:
                key = (change.project.name, migration.version)
                yield key, value.known.get(migration.version, {}), change


def _blocked(values: Iterable[object]) -> Iterator[str]:
    """Give the projects in which a failing upgrade kept others from being run."""
    for value in values:
        if isinstance(value, Trip) and any(
            step.leg is Leg.UP and step.result is Result.SKIPPED for step in value.steps
        ):
            yield value.project.name


def _matters(finding: Finding, blocked: Iterable[str]) -> bool:
    return finding.rule == BLOCKS and finding.project in blocked
