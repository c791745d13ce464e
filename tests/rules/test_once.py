"""One cause, one finding; and what is switched off or made milder in the config."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from histories import graph, revision

from checks.finding import Finding, Severity
from checks.migration import Trip
from checks.rules import OF_THE_HISTORY, RULES, TELLS_MORE, judge
from checks.rules.rule import Rule, family

NAMES = {rule.name for rule in RULES}


def finder(name: str, migration: str = "1", project: str = "shop", told_by: str = "") -> Rule:
    """A rule that finds one thing in any text."""

    def find(_: str) -> Iterator[Finding]:
        yield Finding(name, Severity.ERROR, project, migration, "path", 1, "message", "fix", told_by=told_by)

    return Rule(name, str, find)


def found(*rules: Rule, **settings: str) -> list[str]:
    return [
        f.rule for f in judge(rules, ["any"], {name.replace("_", "-"): v for name, v in settings.items()})
    ]


def test_the_table_speaks_of_rules_that_exist() -> None:
    assert {family(name) for pair in TELLS_MORE for name in pair} | OF_THE_HISTORY <= NAMES


@pytest.mark.parametrize(("more", "less"), sorted(TELLS_MORE))
def test_what_another_tells_is_left_out(more: str, less: str) -> None:
    assert found(finder(less), finder(more)) == [more]
    assert found(finder(less)) == [less]
    assert found(finder(less), finder(more, project="other")) == [less, more]
    assert (found(finder(less), finder(more, migration="2")) == [more]) is (less in OF_THE_HISTORY)


@pytest.mark.parametrize(("more", "less"), sorted(TELLS_MORE))
def test_what_is_switched_off_hides_nothing(more: str, less: str) -> None:
    assert found(finder(less), finder(more), **{more: "off"}) == [less]


@pytest.mark.parametrize(("more", "less"), sorted(TELLS_MORE))
def test_what_is_milder_hides_nothing(more: str, less: str) -> None:
    assert found(finder(less), finder(more), **{more: "warning"}) == [less, more]


def test_a_finding_may_be_told_by_another_rule() -> None:
    less, more = finder("failed-upgrade", told_by="stamped-history"), finder("stamped-history")
    assert found(less, more) == ["stamped-history"]
    assert found(finder("failed-upgrade"), more) == ["failed-upgrade", "stamped-history"]
    assert found(less, more, **{"stamped-history": "warning"}) == ["failed-upgrade", "stamped-history"]
    assert found(less) == ["failed-upgrade"]


def test_a_rule_may_read_several_kinds() -> None:
    assert found(replace(finder("two-heads"), reads=(bytes, str))) == ["two-heads"]


def test_what_is_known_hides_nothing() -> None:
    comparison = replace(graph([revision("1")], [revision("1")]), known={"1": {"leftover-object": ()}})
    rules = [finder("missing-downgrade"), replace(finder("leftover-object"), reads=(str, Trip))]
    found = judge(rules, ["any", comparison], {})
    assert [(f.rule, f.known) for f in found] == [("missing-downgrade", False), ("leftover-object", True)]


def test_the_same_finding_twice_is_one() -> None:
    assert found(finder("two-heads"), finder("two-heads")) == ["two-heads"]


def test_a_severity_of_the_config_is_taken() -> None:
    findings = judge([finder("two-heads"), finder("failed-upgrade")], ["any"], {"two-heads": "note"})
    assert [finding.severity for finding in findings] == [Severity.NOTE, Severity.ERROR]


def test_a_rule_sees_only_what_it_reads() -> None:
    assert judge([finder("two-heads")], [1, b"bytes"], {}) == ()
