from __future__ import annotations

import pytest
from histories import SQL, numbered

from checks.migration import Downgrade, History, Leg, Result, Step, Trip
from checks.roundtrip.journey import Journey
from checks.roundtrip.parts import split, told_once
from checks.roundtrip.plan import Plan


def whole(number: int, *skipped: int) -> Plan:
    history = History(SQL, tuple(numbered(f"{n:04}_a") for n in range(number)), linear=True)
    targets = frozenset(m.version for m in history.migrations if int(m.version) not in skipped)
    return Plan(history, history.migrations, targets, keeps_downgrades=True, to_empty=True)


@pytest.mark.parametrize(("number", "jobs", "parts"), [(99, 4, 1), (100, 4, 2), (1000, 1, 1), (1000, 9, 4)])
def test_a_short_history_is_not_worth_a_second_server(number: int, jobs: int, parts: int) -> None:
    assert len(split(whole(number), jobs)) == parts


@pytest.mark.parametrize("jobs", [2, 3, 4])
def test_parts_have_all_targets_once_and_only_the_last_goes_down_to_empty(jobs: int) -> None:
    plan = whole(401, 0, 7, 399, 400)
    parts = split(plan, jobs)
    assert sum(len(part.targets) for part in parts) == len(plan.targets)
    assert frozenset().union(*(part.targets for part in parts)) == plan.targets
    assert [part.to_empty for part in parts] == [False] * (jobs - 1) + [True]
    assert parts[-1].order == plan.order
    for part in parts[:-1]:
        assert part.order == plan.order[: len(part.order)]
        assert part.order[-1].version in part.targets
    sizes = [len(part.targets) for part in parts]
    assert sizes == sorted(sizes, reverse=True)
    assert min(sizes) > len(plan.targets) / jobs / 2


def trip(version: int, leg: Leg, result: Result, *, to_empty: bool = False) -> Trip:
    migration = numbered(f"{version:04}_a")
    return Trip(SQL, migration, (Step(SQL, migration, leg, result, to_empty=to_empty),))


def journey(*trips: Trip) -> Journey:
    return Journey(whole(1), lambda _migration, _leg: None, tuple, list(trips))


def test_a_failure_that_every_part_meets_is_told_once() -> None:
    failed = trip(3, Leg.UP, Result.FAILED)
    passed = trip(4, Leg.UP, Result.PASSED)
    at_empty = trip(4, Leg.DOWN, Result.FAILED, to_empty=True)
    assert told_once([journey(passed, failed), journey(failed, at_empty)]) == (passed, failed, at_empty)


def test_a_failure_that_only_another_part_meets_is_told_too() -> None:
    passed, failed = trip(3, Leg.UP, Result.PASSED), trip(3, Leg.UP, Result.FAILED)
    assert told_once([journey(passed), journey(failed)]) == (passed, failed)


def test_downgrades_stay_what_they_are() -> None:
    plan = whole(100)
    assert all(part.can_go_down(numbered("0001_a")) for part in split(plan, 2))
    assert numbered("0001_a").downgrade is Downgrade.PRESENT
