"""Rules on the witness: off unless set, and never passed by what nobody saw."""

from __future__ import annotations

from dataclasses import replace

import pytest
from histories import ALEMBIC, SQL, numbered

from checks.config import Config, judging
from checks.migration import Leg, Result, Step, Trip
from checks.rules import RULES, judge
from checks.witness import Lock, Timeout, Witness

OFF = [rule.name for rule in RULES if rule.off]
UNSEEN = Step(ALEMBIC, numbered("001_a"), Leg.UP, Result.PASSED, witness=Witness(why_not="the moon"))


def trip(step: Step) -> Trip:
    return Trip(step.project, step.migration, (step,))


def test_which_rules_are_off() -> None:
    assert OFF == [
        "no-lock-timeout",
        "no-statement-timeout",
        "no-migration-lock",
        "rewrites-table",
        "blocks-reads",
        "schema-and-data-together",
        "drops-in-upgrade",
    ]


@pytest.mark.parametrize("name", OFF)
def test_what_nobody_saw_has_not_passed(name: str) -> None:
    assert judge(RULES, [trip(UNSEEN)], {}) == ()
    (found,) = judge(RULES, [trip(UNSEEN)], {name: "warning"})
    assert (found.rule, found.kind) == (name, "not-witnessed")
    assert "was not seen: the moon" in found.message


@pytest.mark.parametrize("name", OFF)
def test_only_a_first_way_up_that_passed_is_judged(name: str) -> None:
    others = [
        replace(UNSEEN, leg=Leg.AGAIN),
        replace(UNSEEN, result=Result.SKIPPED, witness=None),
        replace(UNSEEN, result=Result.PASSED, to_empty=True),
    ]
    assert [f for step in others for f in judge(RULES, [trip(step)], {name: "error"}) if f.rule == name] == []


LOCK = Lock("public.users", ("AccessExclusiveLock",))


@pytest.mark.parametrize("name", ["lock", "statement"])
@pytest.mark.parametrize(
    ("timeout", "told"),
    [
        (Timeout(0, 5_000), "without a {}_timeout"),
        (Timeout(90_000, 0), "with a {}_timeout of 90s, and migseal.yaml allows 2s at most"),
        (Timeout(None, 120_000), "with a {}_timeout of 2min, and migseal.yaml allows 2s at most"),
        (Timeout(2_000), ""),
        (Timeout(), ""),
    ],
)
def test_a_timeout_above_the_maximum_is_told_with_both(name: str, timeout: Timeout, told: str) -> None:
    saw = replace(Witness(locks=(LOCK,)), **{f"{name}_timeout": timeout})
    rule = f"no-{name}-timeout"
    found = judge(RULES, [trip(replace(UNSEEN, witness=saw))], {rule: "error", f"{rule}.max": "2000"})
    assert [told.format(name) in finding.message for finding in found] == [True] * bool(told)
    assert all(f"SET {name}_timeout = '2s'" in finding.fix for finding in found)
    assert len(judge(RULES, [trip(replace(UNSEEN, witness=saw))], {rule: "error"})) == ("without" in told)


@pytest.mark.parametrize(
    ("scanned", "mode", "told"),
    [(None, "AccessExclusiveLock", 1), ((), "AccessExclusiveLock", 0), (None, "ShareLock", 0)],
)
def test_a_scan_that_no_server_tells_has_not_passed(
    scanned: tuple[str, ...] | None, mode: str, told: int
) -> None:
    saw = Witness(locks=(Lock("public.users", (mode,)),), scanned=scanned)
    found = judge(RULES, [trip(replace(UNSEEN, witness=saw))], {"blocks-reads": "error"})
    assert ["was not seen: PostgreSQL tells that from 15 on" in one.message for one in found] == [True] * told


def test_files_are_run_by_others_than_us() -> None:
    of_sql = replace(UNSEEN, project=SQL)
    assert judge(RULES, [trip(of_sql)], {"no-migration-lock": "error"}) == ()


@pytest.mark.parametrize(
    ("base", "head", "judged"),
    [
        ({}, {"blocks-reads": "note"}, "note"),
        ({"blocks-reads": "warning"}, {}, "warning"),
        ({"blocks-reads": "warning"}, {"blocks-reads": "off"}, "warning"),
        ({"blocks-reads": "note"}, {"blocks-reads": "error"}, "error"),
    ],
)
def test_a_rule_that_is_off_is_looser_than_any_setting(
    base: dict[str, str], head: dict[str, str], judged: str
) -> None:
    assert judging(Config(rules=base), Config(rules=head), OFF).rules == {"blocks-reads": judged}
