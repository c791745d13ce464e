"""What migrations write that nobody may read in a repository: their files, and those that they load."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING

from checks.content import decode
from checks.migration import Tier, place
from checks.sensitive.exposure import Exposure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from checks.commands.situation import Situation
    from checks.migration import Change, Comparison, History, Step, Tree, Trip
    from checks.sensitive.exposure import Revealed, Sensitive
    from checks.sensitive.scan import Tables


def exposures(situation: Situation, *, everything: bool) -> Iterator[Exposure]:
    """Give what is sensitive in the migrations that are new or run otherwise; or in all of them."""
    for comparison in situation.comparisons.values():
        wanted = [change for change in comparison.changes if everything or _is_new(change)]
        if wanted:
            yield from _of_changes(situation, comparison, wanted)


def _is_new(change: Change) -> bool:
    return change.tier is Tier.NEW or change.runs_otherwise


def _of_changes(situation: Situation, comparison: Comparison, wanted: list[Change]) -> Iterator[Exposure]:
    from checks.sensitive.judge import Settings  # noqa: PLC0415 -- only where something is new
    from checks.sensitive.scan import scan  # noqa: PLC0415 -- the same

    tree, config = situation.tree, situation.config
    settings = Settings(config.sensitive_columns, config.sensitive_ignore)
    before = _before(tree, comparison.head)
    for migration in [change.after for change in wanted if change.after]:
        columns = partial(_columns, before, migration.version)
        for file in migration.files:
            path = place(comparison.project, file)
            text = _read(tree, path)
            if isinstance(text, str):  # else another rule tells it
                for leak in scan(path, text, partial(_read, tree), columns, settings):
                    yield Exposure(comparison.project.name, migration.version, leak)


def unseen(trips: Iterable[Trip], values: Iterable[object]) -> Iterator[Trip]:
    """Leave out of the rows that trips revealed what the text of their migration shows by itself."""
    shown: dict[tuple[str, str], list[Sensitive]] = {}
    for value in values:
        if isinstance(value, Exposure):
            shown.setdefault((value.project, value.version), []).extend(value.found)
    for trip in trips:
        known = shown.get((trip.project.name, trip.migration.version), [])
        yield replace(trip, steps=tuple(_without(step, known) for step in trip.steps)) if known else trip


def _without(step: Step, shown: list[Sensitive]) -> Step:
    left = tuple(one for one in step.revealed if not _shows(shown, one))
    return replace(step, revealed=left)


def _shows(shown: list[Sensitive], one: Revealed) -> bool:
    """Tell whether a text shows the same values, or as many of that column: a hash of what it shows, say."""
    table = one.table.rpartition(".")[2].strip('"').lower()
    of_column = [found for found in shown if (found.table, found.column) == (table, one.column)]
    return one.secrets <= {found.secret for found in shown} or one.number <= len(of_column)


def _columns(before: Callable[[], Mapping[str, Tables]], version: str, table: str) -> tuple[str, ...] | None:
    return before().get(version, {}).get(table)


def _before(tree: Tree, history: History) -> Callable[[], Mapping[str, Tables]]:
    """Give what knows the tables that are there before each migration; it reads files when asked."""
    from checks.sensitive.scan import tables  # noqa: PLC0415 -- only where something is new

    @cache
    def states() -> dict[str, Tables]:
        now: Tables = {}
        found = {}
        for migration in history.migrations:
            found[migration.version] = now
            path = place(history.project, migration.file)
            text = _read(tree, path)
            now = tables([(path, text)], now) if isinstance(text, str) else now
        return found

    return states


def _read(tree: Tree, path: str) -> str | tuple[int, str] | None:
    try:
        return decode(tree.read(path))
    except KeyError:
        return None
