"""RULES, by hand: one file a rule, each a pure generator over one kind of value. No rule does I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from checks.finding import Finding, Severity
from checks.rules import (
    broken_history,
    changed_lockfile,
    deleted_migration,
    duplicate_version,
    edited_migration,
    failed_downgrade,
    failed_upgrade,
    leftover_at_empty,
    leftover_object,
    lost_version_table,
    missing_downgrade,
    moved_migration,
    out_of_order_migration,
    reordered_migration,
    two_heads,
    unreadable_migration,
)

if TYPE_CHECKING:
    from checks.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    edited_migration.RULE,
    deleted_migration.RULE,
    moved_migration.RULE,
    reordered_migration.RULE,
    out_of_order_migration.RULE,
    changed_lockfile.RULE,
    two_heads.RULE,
    duplicate_version.RULE,
    broken_history.RULE,
    unreadable_migration.RULE,
    missing_downgrade.RULE,
    failed_upgrade.RULE,
    failed_downgrade.RULE,
    leftover_object.RULE,
    leftover_at_empty.RULE,
    lost_version_table.RULE,
)

# One cause, one finding: where the first is found for a migration, the second says nothing new.
TELLS_MORE = {
    ("leftover-object", "missing-downgrade"),
    ("failed-downgrade", "missing-downgrade"),
    ("lost-version-table", "failed-upgrade"),
    ("lost-version-table", "failed-downgrade"),
    ("duplicate-version", "two-heads"),
    ("reordered-migration", "two-heads"),
    ("deleted-migration", "two-heads"),
    ("broken-history", "two-heads"),
    ("unreadable-migration", "two-heads"),
    ("unreadable-migration", "broken-history"),
}
OF_THE_HISTORY = {"two-heads", "broken-history"}  # they are about no single migration


def judge(
    rules: Iterable[Rule], values: Iterable[object], settings: Mapping[str, str]
) -> tuple[Finding, ...]:
    """Let each rule see each value of the kind it reads.

    Args:
        rules: The rules to apply.
        values: Whatever there is to judge: changes, histories, trips ...
        settings: A severity or "off" by rule, as the config has it.
    """
    values = tuple(values)
    found = [f for rule in rules for f in _apply(rule, values) if settings.get(rule.name) != "off"]
    told = tuple(dict.fromkeys(_once(found)))
    severities = {name: Severity(value) for name, value in settings.items() if value != "off"}
    return tuple(replace(f, severity=severities[f.rule]) if f.rule in severities else f for f in told)


def _apply(rule: Rule, values: tuple[object, ...]) -> Iterator[Finding]:
    for value in values:
        if isinstance(value, rule.reads):
            yield from rule.judge(value)


def _once(findings: list[Finding]) -> Iterator[Finding]:
    """Leave out what another finding has told."""
    told = {(f.rule, f.project, f.migration) for f in findings}
    anywhere = {(f.rule, f.project) for f in findings}
    for finding in findings:
        sources = [more for more, less in TELLS_MORE if less == finding.rule]
        if finding.rule in OF_THE_HISTORY:
            hidden = any((rule, finding.project) in anywhere for rule in sources)
        else:
            hidden = any((rule, finding.project, finding.migration) in told for rule in sources)
        if not hidden:
            yield finding
