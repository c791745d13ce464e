"""A long journey in parts, which are taken at once, each on a server of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from dataclasses import replace
from functools import partial
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from checks.roundtrip.aside import aside
from checks.roundtrip.travel import travel

if TYPE_CHECKING:
    from checks.migration import Leg, Migration, Result, Trip
    from checks.roundtrip.journey import Journey, Rides, Tell
    from checks.roundtrip.plan import Plan

LEAST = 50  # targets: for fewer, one more server and one more driver cost as much as they save
MOST = 4
# A later part first runs what is below it. Measured: that takes a sixth of the time of the same round trips.
SHRINKING = 5 / 6


class StoppedError(Exception):
    """Another part cannot go on, so that this one need not."""


def split(plan: Plan, jobs: int) -> tuple[Plan, ...]:
    """Split a plan's targets, in their order, into parts that take about as long as each other.

    Args:
        plan: What to run.
        jobs: How many parts there may be; a short plan has fewer.
    """
    targets = [migration.version for migration in plan.order if migration.version in plan.targets]
    number = min(jobs, MOST, len(targets) // LEAST)
    if number <= 1:
        return (plan,)
    weights = tuple(accumulate(SHRINKING**part for part in range(number)))
    ends = [0, *(round(len(targets) * weight / weights[-1]) for weight in weights)]
    parts = [_part(plan, targets[begin:end]) for begin, end in pairwise(ends)]
    return (*parts[:-1], replace(plan, targets=parts[-1].targets))


def _part(plan: Plan, targets: list[str]) -> Plan:
    """Give the part that ends with the last of some targets."""
    versions = [migration.version for migration in plan.order]
    order = plan.order[: versions.index(targets[-1]) + 1]
    return replace(plan, order=order, targets=frozenset(targets), to_empty=False)


def travel_at_once(parts: Sequence[Plan], rides: Sequence[Rides], tell: Tell) -> tuple[Journey, ...]:
    """Make the round trips of all parts, each in a thread of its own.

    Args:
        parts: What `split` gave.
        rides: For each part, what makes its databases: on a server of its own, since roles are a server's.
        tell: Called before each leg, by several threads.
    """
    if len(parts) == 1:
        return (travel(parts[0], rides[0], tell),)
    stop = threading.Event()
    journeys: list[Future[Journey]] = []

    def tell_on(migration: Migration, leg: Leg) -> None:
        if stop.is_set():
            raise StoppedError
        tell(migration, leg)

    def below() -> Iterator[Trip]:
        """Give the trips of all parts but the last, once they have ended."""
        return (trip for journey in journeys[: len(parts) - 1] for trip in journey.result().trips)

    for number, (part, made) in enumerate(zip(parts, rides, strict=True), 1):
        journeys.append(aside(partial(travel, part, made, tell_on, below), f"part {number}"))
    try:
        for ended in wait(journeys, return_when=FIRST_EXCEPTION).done:
            ended.result()
    except Exception:
        stop.set()
        wait(journeys)  # else what comes next would meet their roles
        raise
    return tuple(journey.result() for journey in journeys)


def told_once(journeys: Sequence[Journey]) -> tuple[Trip, ...]:
    """Give the trips of all parts; what several parts met on their way up is told once."""
    told: dict[tuple[str, Leg, Result, bool], Trip] = {}
    for journey in journeys:
        for trip in journey.trips:
            first = trip.steps[0]
            told.setdefault((trip.migration.version, first.leg, first.result, first.to_empty), trip)
    return tuple(told.values())
