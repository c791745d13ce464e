"""What migrations allow by a comment of their own: which findings that reaches, and what it came to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from checks.finding import Finding, Severity
from checks.migration import Allow, Change, Comparison, Leg, Migration, Project, Result, Tier, Trip
from checks.rules.rule import FAMILY, family

if TYPE_CHECKING:
    from checks.rules.rule import Rule

# A way down to empty on which all went well is not told: an allow of these is never known to be needless.
# Nor of squawk, which may not be there.
UNTOLD = {"leftover-at-empty", "squawk"}


@dataclass(frozen=True)
class Exemption:
    """An allow, and what came of it.

    Attributes:
        project: Whose migration.
        migration: Which.
        tier: How far it had come at the base.
        allow: What its comment says.
        holds: Whether the migration is as it came, so that its comments may allow anything.
        names: The names of all rules.
        rule: The rule that it names, None if there is no such rule.
        meant: Whether the rule found something in the migration, allowed or not.
        judged: Whether the rule has looked at all there is to see in the migration.
    """

    project: Project
    migration: Migration
    tier: Tier
    allow: Allow
    holds: bool
    names: tuple[str, ...]
    rule: Rule | None
    meant: bool = False
    judged: bool = False

    @property
    def counts(self) -> bool:
        """It takes the edge off what its rule finds."""
        return self.holds and bool(self.allow.reason) and self.rule is not None and self.rule.allowable


def exemptions(
    rules: Sequence[Rule],
    values: Sequence[object],
    findings: Iterable[Finding],
    settings: Mapping[str, str],
) -> Iterator[Exemption]:
    """Give what the comments of migrations allow.

    Args:
        rules: All rules.
        values: All that was judged.
        findings: What was found, before any of it was allowed.
        settings: A severity or "off" by rule, as the config has it.
    """
    by_name = {rule.name: rule for rule in rules}
    found = {_target(finding) for finding in findings}
    seen = set(_proved(values))
    for change, migration, allow in _allows(values):
        rule, key = _named(by_name, allow.rule), (change.project.name, migration.version)
        at_work = rule is not None and rule.name not in UNTOLD and settings.get(rule.name) != "off"
        yield Exemption(
            change.project,
            migration,
            change.tier,
            allow,
            holds=not change.edited or bool(change.amended),
            names=tuple(by_name),
            rule=rule,
            meant=(allow.rule, *key) in found,
            judged=at_work and rule is not None and (rule.reads is Comparison or key in seen),
        )


def _named(rules: Mapping[str, Rule], name: str) -> Rule | None:
    """Give the rule of a name, or the one that finds what has such a name."""
    rule = rules.get(family(name))
    return rule if rule is not None and (name == rule.name or FAMILY in rule.settings) else None


def allowed(findings: Iterable[Finding], given: Iterable[Exemption]) -> Iterator[Finding]:
    """Make notes of the findings that are allowed where they are: what is allowed is never hidden."""
    reasons: dict[tuple[str, ...], dict[str, None]] = {}
    for one in given:
        if one.counts:
            key = (one.allow.rule, one.project.name, one.migration.version)
            reasons.setdefault(key, {})[one.allow.reason] = None
    for finding in findings:
        rule, *where = _target(finding)
        found = {r: None for name in (rule, family(rule)) for r in reasons.get((name, *where), ())}
        told = "; ".join(found)
        yield excused(finding, told) if told else finding


def excused(finding: Finding, reason: str) -> Finding:
    """Make a note of a finding that is allowed, with the reason."""
    return replace(
        finding,
        severity=Severity.NOTE,
        message=f"{finding.message} (allowed here: {reason})",
        fix=f"nothing, if the reason holds; else: {finding.fix}",
        alike="",
        allowed=reason,
    )


def _target(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.project, finding.migration


def _allows(values: Iterable[object]) -> Iterator[tuple[Change, Migration, Allow]]:
    for value in values:
        for change in value.changes if isinstance(value, Comparison) else ():
            migration = change.after
            if migration is not None:
                yield from ((change, migration, allow) for allow in migration.allows)


def _proved(values: Iterable[object]) -> Iterator[tuple[str, str]]:
    """Give the migrations that were taken down in a round trip, and came to its end."""
    for value in values:
        if isinstance(value, Trip) and any(
            step.leg is Leg.DOWN and step.result in (Result.PASSED, Result.DIFFERENT) and not step.to_empty
            for step in value.steps
        ):
            yield value.project.name, value.migration.version
