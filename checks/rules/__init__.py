"""RULES, by hand: one file a rule, each a pure generator over one kind of value. No rule does I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from checks.finding import Finding, Severity
from checks.migration import Engine, Meeting, Trip
from checks.rules import (
    altered_row,
    blocks_reads,
    broken_history,
    broken_numbering,
    changed_lockfile,
    data_loss,
    deleted_migration,
    diverging_histories,
    drops_in_upgrade,
    duplicate_version,
    edited_migration,
    failed_downgrade,
    failed_upgrade,
    fails_on_rows,
    leftover_at_empty,
    leftover_object,
    leftover_row,
    lost_row,
    lost_version_table,
    missing_downgrade,
    moved_migration,
    no_lock_timeout,
    no_migration_lock,
    no_statement_timeout,
    out_of_order_migration,
    reordered_migration,
    rewrites_table,
    schema_and_data_together,
    sensitive_insert,
    sensitive_row,
    squawk,
    stamped_history,
    two_heads,
    unreadable_migration,
    unsafe_concurrent_upgrade,
    void_allow,
)
from checks.rules.exemption import allowed, exemptions
from checks.rules.known import known
from checks.rules.rule import MAXIMUM, family

if TYPE_CHECKING:
    from checks.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    edited_migration.RULE,
    deleted_migration.RULE,
    moved_migration.RULE,
    reordered_migration.RULE,
    out_of_order_migration.RULE,
    diverging_histories.RULE,
    changed_lockfile.RULE,
    two_heads.RULE,
    duplicate_version.RULE,
    broken_history.RULE,
    unreadable_migration.RULE,
    missing_downgrade.RULE,
    stamped_history.RULE,
    broken_numbering.RULE,
    sensitive_insert.RULE,
    sensitive_row.RULE,
    failed_upgrade.RULE,
    failed_downgrade.RULE,
    leftover_object.RULE,
    leftover_row.RULE,
    lost_row.RULE,
    altered_row.RULE,
    fails_on_rows.RULE,
    data_loss.RULE,
    leftover_at_empty.RULE,
    lost_version_table.RULE,
    unsafe_concurrent_upgrade.RULE,
    no_lock_timeout.RULE,
    no_statement_timeout.RULE,
    no_migration_lock.RULE,
    rewrites_table.RULE,
    blocks_reads.RULE,
    schema_and_data_together.RULE,
    drops_in_upgrade.RULE,
    squawk.RULE,
    void_allow.RULE,
)

# One cause, one finding: where the first is found for a migration, the second says nothing new. What is worse
# is told all the same: a config that makes the first milder does not hide the second.
TELLS_MORE = {
    ("diverging-histories", "edited-migration"),
    ("diverging-histories", "reordered-migration"),
    ("diverging-histories", "out-of-order-migration"),
    ("diverging-histories", "deleted-migration"),
    ("leftover-object", "missing-downgrade"),
    ("data-loss", "missing-downgrade"),
    ("leftover-row", "missing-downgrade"),
    ("lost-row", "missing-downgrade"),
    ("altered-row", "missing-downgrade"),
    ("rewrites-table", "blocks-reads"),
    ("schema-and-data-together", "blocks-reads"),
    ("failed-downgrade", "missing-downgrade"),
    ("lost-version-table", "failed-upgrade"),
    ("lost-version-table", "failed-downgrade"),
    ("stamped-history", "lost-version-table"),
    ("duplicate-version", "broken-numbering"),
    ("out-of-order-migration", "broken-numbering"),
    ("no-lock-timeout", "squawk/require-lock-timeout"),
    ("no-statement-timeout", "squawk/require-statement-timeout"),
    ("drops-in-upgrade", "squawk/ban-drop-column"),
    ("drops-in-upgrade", "squawk/ban-drop-table"),
    ("rewrites-table", "squawk/changing-column-type"),
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
        settings: A severity or "off" by rule, or by rule and setting, as the config has it; without one, a
            rule has its own severity, or is off; under "RULE.max" its maximum in milliseconds.
    """
    rules, values = tuple(rules), tuple(values)
    settings = {**{rule.name: "off" for rule in rules if rule.off}, **settings}
    found = tuple(every(rules, values, settings))
    given = tuple(exemptions(rules, values, found, settings))
    told = [*known(rules, allowed(found, given), values), *every(rules, given, settings)]
    return tuple(dict.fromkeys(_once(told)))


def every(
    rules: tuple[Rule, ...], values: tuple[object, ...], settings: Mapping[str, str]
) -> Iterator[Finding]:
    """Give all that the rules find, also what is allowed, known, or told by another; see `judge`."""
    settings = {**{rule.name: "off" for rule in rules if rule.off}, **settings}
    limits = {rule.name: settings.get(f"{rule.name}.{MAXIMUM}") for rule in rules}
    found = (_set(f, settings) for rule in rules for f in _apply(rule, values, limits[rule.name]))
    return (finding for finding in found if finding is not None)


def _set(finding: Finding, settings: Mapping[str, str]) -> Finding | None:
    """Give a finding the severity that the config sets for it; None if that is "off".

    What its rule itself accepts for the migration's own reason stays a note.
    """
    of_rule = settings.get(finding.rule, settings.get(family(finding.rule)))
    severity = settings.get(f"{finding.rule}.{finding.setting}", of_rule)
    if severity == "off":
        return None
    return finding if severity is None or finding.allowed else replace(finding, severity=Severity(severity))


def _apply(rule: Rule, values: tuple[object, ...], limit: str | None) -> Iterator[Finding]:
    judge_ = partial(rule.limited, int(limit)) if rule.limited and limit else rule.judge
    for value in values:
        if isinstance(value, rule.reads):
            engine = value.project.engine if isinstance(value, (Trip, Meeting)) else None
            yield from (_placed(finding, engine) for finding in judge_(value))


def _placed(finding: Finding, engine: Engine | None) -> Finding:
    """Name the database, where env.py runs several."""
    told = f"database {engine.name}: {finding.message}" if engine else finding.message
    return replace(finding, message=told)


def _once(findings: list[Finding]) -> Iterator[Finding]:
    """Leave out what another finding has told; one that is allowed, or known, hides nothing that is not."""
    told: dict[tuple[str, ...], int] = {}
    for f in (finding for finding in findings if not (finding.allowed or finding.known)):
        keys = ((f.rule, f.project), *((f.rule, f.project, version) for version in (f.migration, *f.covers)))
        told |= {key: max(told.get(key, 0), f.severity.rank) for key in keys}
    for finding in findings:
        sources = [finding.told_by, *(more for more, less in TELLS_MORE if less == finding.rule)]
        of = (finding.project,) if finding.rule in OF_THE_HISTORY else (finding.project, finding.migration)
        if not any(told.get((rule, *of), -1) >= finding.severity.rank for rule in sources):
            yield finding
