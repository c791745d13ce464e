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
from checks.document import nearest
from checks.errors import CannotCheckError, SeveralDatabasesError
from checks.migration import Comparison, Engine, Leg, Lint, Meeting, Migration, Race, Trip
from checks.report.outcome import count
from checks.roundtrip.aside import aside
from checks.roundtrip.basetree import Trees
from checks.roundtrip.deployed import deployed
from checks.roundtrip.meeting import in_question, meet
from checks.roundtrip.parts import MOST, split, told_once, travel_at_once
from checks.roundtrip.plan import Plan, plan
from checks.roundtrip.reveal import reveal
from checks.roundtrip.rides import rides
from checks.roundtrip.swapped import sweep
from checks.sensitive.judge import Settings

if TYPE_CHECKING:
    from checks.commands.situation import Situation
    from checks.postgres import Fleet, Server
    from checks.roundtrip.journey import Reveal
    from checks.roundtrip.stay import Stay

Bar = Callable[[Migration, Leg], None]


@dataclass(frozen=True)
class Made:
    """The trips that were made, what squawk says of them, what a user may want to know, and what kept us."""

    trips: tuple[Trip, ...] = ()
    notes: tuple[str, ...] = ()
    errors: tuple[CannotCheckError, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    races: tuple[Race, ...] = ()
    lints: tuple[Lint, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """How round trips are to be made.

    Attributes:
        everything: Take all migrations.
        jobs: How many parts of a long history may be taken at once; None for one a processor core.
        only: The versions whose trips are wanted, whatever became of them; empty for no such wish.
        stay: Keeps the database in which a leg failed, None to keep none.
        since: Where the state below what is new may be kept between runs, when we began to read files, in
            seconds since 1970; None where it may not.
    """

    everything: bool = False
    jobs: int | None = None
    since: float | None = None
    only: tuple[str, ...] = ()
    stay: Stay | None = None


def make_trips(situation: Situation, comparisons: Sequence[Comparison], wanted: Wanted) -> Made:
    """Make the round trips of what is new or changed, or of everything; no server is started for none.

    Args:
        situation: What there is.
        comparisons: The projects.
        wanted: How.

    Raises:
        CannotCheckError: No server, no interpreter, or a host on which code of the change must not run.
    """
    _refuse_unknown(wanted.only, comparisons)
    planned = (plan(c, everything=wanted.everything, only=wanted.only) for c in comparisons)
    plans = [made for made in planned if made.targets]
    questions = [c for c in comparisons if in_question(c) and not wanted.only]
    if not plans and not questions:
        return Made()
    refuse_unsafe(situation)
    sweep()
    settings = postgres.Settings(situation.config.major, situation.config.provider)
    with postgres.fleet(settings) as fleet:
        proof = Proof(fleet, at_once=not fleet.single and wanted.jobs != 1)
        asked = partial(_meetings, questions, proof, situation)
        ahead = aside(asked, "paths") if questions and proof.at_once else None
        done = _travel_all(plans, fleet, situation, wanted)
        met = ahead.result() if ahead else asked()
        first = done.notes or ((_server(fleet),) if met.meetings else ())
        first = (*first, *_partly(wanted))
        notes = (*first, *(note for meeting in met.meetings for note in meeting.notes))
    return Made(done.trips, notes, (*done.errors, *met.errors), met.meetings)


def _partly(wanted: Wanted) -> Iterator[str]:
    """Say what was left out, and what was left."""
    if wanted.only:
        yield f"only {', '.join(wanted.only)} was run: nothing else is proved"
    if wanted.stay is not None:
        yield from wanted.stay.notes or ("no leg failed, so no database is kept",)


def _refuse_unknown(versions: Sequence[str], comparisons: Sequence[Comparison]) -> None:
    """Refuse versions that no project has, with the nearest one that there is."""
    known = {migration.version for c in comparisons for migration in c.head.migrations}
    for version in versions:
        if version not in known:
            message = f"--only {version}: no migration has this version{nearest(version, known)}"
            raise CannotCheckError(message, "`migseal status` lists all")


def prove(situation: Situation, comparison: Comparison) -> Meeting | None:
    """See whether deployed databases and new ones come to the same; None where that cannot be told.

    Raises:
        CannotCheckError: No server, no interpreter, or a host on which code of the change must not run.
    """
    refuse_unsafe(situation)
    settings = postgres.Settings(situation.config.major, situation.config.provider)
    with postgres.fleet(settings) as fleet:
        found = _meetings_of(comparison, Proof(fleet, at_once=not fleet.single), situation)
        return next((meeting for meeting in found if not meeting.met), found[0] if found else None)


@dataclass(frozen=True)
class Proof:
    """What two paths need to meet.

    Attributes:
        fleet: Servers.
        at_once: Whether both paths are gone at the same time, each on a server of its own.
    """

    fleet: Fleet
    at_once: bool

    @property
    def servers(self) -> tuple[Callable[[], Server], ...]:
        """One for each path, none of which the round trips use; or one for both."""
        numbers = (MOST, MOST + 1) if self.at_once else (0,)
        return tuple(partial(self.fleet.server, number) for number in numbers)


def _travel_all(plans: Sequence[Plan], fleet: Fleet, situation: Situation, wanted: Wanted) -> Made:
    """Make the round trips of all projects, with each environment's variables."""
    made = Made()
    for one in plans:
        for name, variant in variants(situation, one):
            done = _in_each(variant, partial(_travel_whole, fleet, situation, name, wanted))
            notes = tuple(dict.fromkeys((*made.notes, *done.notes)))
            errors = (*made.errors, *done.errors)
            made = replace(made, trips=(*made.trips, *done.trips), notes=notes, errors=errors)
    return made


def _in_each(one: Plan, go: Callable[[Plan], Made]) -> Made:
    """Travel; and where env.py turns out to run several databases, in each of them by itself."""
    try:
        return go(one)
    except SeveralDatabasesError as several:
        made = Made()
        for engine in engines(several):
            project = replace(one.history.project, engine=engine)
            done = _or_why(partial(go, replace(one, history=replace(one.history, project=project))))
            made = replace(made, trips=(*made.trips, *done.trips), errors=(*made.errors, *done.errors))
            made = replace(made, notes=tuple(dict.fromkeys((*made.notes, *done.notes))))
        return made
    except CannotCheckError as error:
        return Made(errors=(error,))


def _or_why(go: Callable[[], Made]) -> Made:
    """Do something, or give what kept us from it."""
    try:
        return go()
    except CannotCheckError as error:
        return Made(errors=(error,))


def engines(several: SeveralDatabasesError) -> tuple[Engine, ...]:
    """Give the databases that env.py runs."""
    return tuple(Engine(number, name) for number, name in enumerate(several.names))


def _travel_whole(fleet: Fleet, situation: Situation, name: str, wanted: Wanted, one: Plan) -> Made:
    if wanted.stay is not None and wanted.stay.notes:
        return Made()  # the server is as it was left
    parts = split(one, 1 if fleet.single or wanted.stay else wanted.jobs or _cores())
    return _travel(parts, fleet, situation, name, wanted)


def refuse_unsafe(situation: Situation) -> None:
    """Refuse to run code of the change where it could read secrets."""
    if situation.promise is not None and situation.promise.unsafe:
        raise CannotCheckError(
            situation.promise.unsafe, "use --files-only here, and round trips on pull_request"
        )


def _meetings(questions: Sequence[Comparison], proof: Proof, situation: Situation) -> Made:
    """See for each project in question whether deployed databases and new ones come to the same."""
    made = Made()
    for comparison in questions:
        try:
            done = _meetings_of(comparison, proof, situation)
        except CannotCheckError as error:
            made = replace(made, errors=(*made.errors, error))
            continue
        made = replace(made, meetings=(*made.meetings, *done))
    return made


def _meetings_of(comparison: Comparison, proof: Proof, situation: Situation) -> tuple[Meeting, ...]:
    try:
        found = [_meet(comparison, proof, situation)]
    except SeveralDatabasesError as several:
        each = (_of(comparison, engine) for engine in engines(several))
        found = [_meet(one, proof, situation) for one in each]
    return tuple(meeting for meeting in found if meeting is not None)


def _of(comparison: Comparison, engine: Engine) -> Comparison:
    """Give a project's comparison for one of several databases."""
    head, before = comparison.head, comparison.before
    head = replace(head, project=replace(head.project, engine=engine))
    if before is not None:
        before = replace(before, project=replace(before.project, engine=engine))
    return replace(comparison, head=head, before=before)


def _meet(comparison: Comparison, proof: Proof, situation: Situation) -> Meeting | None:
    repository, commit = situation.repository, situation.base.commit
    base = partial(repository.commit, commit or "")  # without a commit nothing is in question
    trees = Trees(repository.root, situation.tree, base, repository.read_blob)
    return meet(comparison, proof.servers, trees)


def _cores() -> int:
    """Count the processor cores that we may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def variants(situation: Situation, one: Plan) -> Iterator[tuple[str, Plan]]:
    """Give the plan with the variables of each environment, where those differ."""
    seen: list[dict[str, str]] = []
    for name, values in (situation.config.environments or {"": {}}).items():
        if dict(values) not in seen:
            seen.append(dict(values))
            history = one.history
            project = replace(history.project, env={**history.project.env, **values})
            yield name, replace(one, history=replace(history, project=project))


def _travel(
    parts: Sequence[Plan], fleet: Fleet, situation: Situation, environment: str, wanted: Wanted
) -> Made:
    history, root, since = parts[0].history, situation.repository.root, wanted.since
    below = deployed(parts[0], root, fleet, since) if len(parts) == 1 and since is not None else None
    servers = [partial(fleet.server, number) for number in range(len(parts))]
    judges = _reveal(situation)
    places = [rides(server, history, root, below, wanted.stay, judges) for server in servers]
    with _bar(f"{history.project.name} {environment}".strip(), sum(map(_legs, parts))) as tell:
        journeys = travel_at_once(parts, places, tell)
    return Made(told_once(journeys), (_server(fleet), *journeys[0].notes))


def _reveal(situation: Situation) -> Reveal | None:
    """Give what judges new rows, unless nobody wants to hear of them."""
    config = situation.config
    if config.rules.get("sensitive-row") == "off":
        return None
    return partial(reveal, settings=Settings(config.sensitive_columns, config.sensitive_ignore))


def _server(fleet: Fleet) -> str:
    """Say on what it was run."""
    server = fleet.started[0] if fleet.started else fleet.server(0)
    said = f"round trips on PostgreSQL {server.version} ({server.provider})"
    if server.state is None:
        return said
    return f"{said}, begun with the kept state of {count(server.state.notes['migrations'], 'migration')}"


def _legs(one: Plan) -> int:
    """Count the legs of a journey in which all goes well."""
    targets = [m for m in one.order if m.version in one.targets]
    both_ways = sum(one.can_go_down(m) for m in targets)
    populated = 2 * both_ways if one.history.project.populate else 0
    return len(one.order) + 2 * both_ways + populated + (both_ways if one.to_empty else 0)


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
