"""The round trips of a check: the same servers for all projects, with a progress bar on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from checks import postgres
from checks.errors import CannotCheckError
from checks.migration import Comparison, Leg, Meeting, Migration, Trip
from checks.roundtrip.meeting import in_question, meet
from checks.roundtrip.parts import split, told_once, travel_at_once
from checks.roundtrip.plan import Plan, plan
from checks.roundtrip.rides import rides

if TYPE_CHECKING:
    from checks.commands.situation import Situation
    from checks.postgres import Fleet

Bar = Callable[[Migration, Leg], None]


@dataclass(frozen=True)
class Made:
    """The trips that were made, what a user may want to know of how, and what kept a project from it."""

    trips: tuple[Trip, ...] = ()
    notes: tuple[str, ...] = ()
    errors: tuple[CannotCheckError, ...] = ()
    meetings: tuple[Meeting, ...] = ()


def make_trips(
    situation: Situation, comparisons: Sequence[Comparison], *, everything: bool, jobs: int | None = None
) -> Made:
    """Make the round trips of what is new or changed, or of everything; no server is started for none.

    Args:
        situation: What there is.
        comparisons: The projects.
        everything: Take all migrations.
        jobs: How many parts of a long history may be taken at once; None for one a processor core.

    Raises:
        CannotCheckError: No server, no interpreter, or a host on which code of the change must not run.
    """
    plans = [made for c in comparisons if (made := plan(c, everything=everything)).targets]
    questions = [c for c in comparisons if in_question(c)]
    if not plans and not questions:
        return Made()
    _refuse_unsafe(situation)
    settings = postgres.Settings(situation.config.major, situation.config.provider)
    trips: list[Trip] = []
    errors: list[CannotCheckError] = []
    notes: list[str] = []
    with postgres.fleet(settings) as fleet:
        for one in plans:
            for name, variant in _variants(situation, one):
                parts = split(variant, 1 if fleet.single else jobs or _cores())
                try:
                    done = _travel(parts, fleet, situation, name)
                except CannotCheckError as error:
                    errors.append(error)
                    continue
                trips += done.trips
                notes += [note for note in done.notes if note not in notes]
        meetings = list(_meetings(questions, fleet, situation, errors))
        notes = list(dict.fromkeys([*notes, *([_server(fleet)] if meetings else [])]))
    return Made(tuple(trips), tuple(notes), tuple(errors), tuple(meetings))


def prove(situation: Situation, comparison: Comparison) -> Meeting | None:
    """See whether deployed databases and new ones come to the same; None where that cannot be told.

    Raises:
        CannotCheckError: No server, no interpreter, or a host on which code of the change must not run.
    """
    _refuse_unsafe(situation)
    repository = situation.repository
    with postgres.fleet(postgres.Settings(situation.config.major, situation.config.provider)) as fleet:
        return meet(comparison, partial(fleet.server, 0), repository.root, repository.read_blob)


def _refuse_unsafe(situation: Situation) -> None:
    if situation.promise is not None and situation.promise.unsafe:
        raise CannotCheckError(
            situation.promise.unsafe, "use --files-only here, and round trips on pull_request"
        )


def _meetings(
    questions: Sequence[Comparison], fleet: Fleet, situation: Situation, errors: list[CannotCheckError]
) -> Iterator[Meeting]:
    """See for each project in question whether deployed databases and new ones come to the same."""
    repository = situation.repository
    for comparison in questions:
        try:
            meeting = meet(comparison, partial(fleet.server, 0), repository.root, repository.read_blob)
        except CannotCheckError as error:
            errors.append(error)
            continue
        if meeting is not None:
            yield meeting


def _cores() -> int:
    """Count the processor cores that we may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _variants(situation: Situation, one: Plan) -> Iterator[tuple[str, Plan]]:
    """Give the plan with the variables of each environment, where those differ."""
    seen: list[dict[str, str]] = []
    for name, values in (situation.config.environments or {"": {}}).items():
        if dict(values) not in seen:
            seen.append(dict(values))
            history = one.history
            project = replace(history.project, env={**history.project.env, **values})
            yield name, replace(one, history=replace(history, project=project))


def _travel(parts: Sequence[Plan], fleet: Fleet, situation: Situation, environment: str) -> Made:
    history, root = parts[0].history, situation.repository.root
    places = [rides(partial(fleet.server, number), history, root) for number in range(len(parts))]
    with _bar(f"{history.project.name} {environment}".strip(), sum(map(_legs, parts))) as tell:
        journeys = travel_at_once(parts, places, tell)
    return Made(told_once(journeys), (_server(fleet), *journeys[0].notes))


def _server(fleet: Fleet) -> str:
    """Say on what it was run."""
    server = fleet.server(0)
    return f"round trips on PostgreSQL {server.version} ({server.provider})"


def _legs(one: Plan) -> int:
    """Count the legs of a journey in which all goes well."""
    targets = [m for m in one.order if m.version in one.targets]
    both_ways = sum(one.can_go_down(m) for m in targets)
    return len(one.order) + 2 * both_ways + (both_ways if one.to_empty else 0)


@contextmanager
def _bar(title: str, total: int) -> Iterator[Bar]:
    """Show a progress bar on stderr, if that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _migration, _leg: None
        return
    from rich.console import Console  # noqa: PLC0415 -- only on a terminal
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=total)

        def tell(migration: Migration, leg: Leg) -> None:
            progress.update(task, advance=1, description=f"{title}: {migration.version} {leg}")

        yield tell
