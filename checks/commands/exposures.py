"""What migrations write that nobody may read in a repository: their files, and those that they load."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from checks.content import decode
from checks.migration import Tier, place
from checks.sensitive.exposure import Exposure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from checks.commands.situation import Situation
    from checks.migration import Change, Comparison, Step, Tree, Trip
    from checks.sensitive.exposure import Revealed, Sensitive
    from checks.sensitive.literal import Columns


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
    columns = _columns(tree, comparison)
    for change in wanted:
        for file in change.after.files if change.after else ():
            path = place(change.project, file)
            text = _text(tree, path)
            for leak in scan(path, text or "", lambda path: _text(tree, path), columns, settings):
                yield Exposure(change.project.name, change.after.version if change.after else "", leak)


def unseen(trips: Iterable[Trip], values: Iterable[object]) -> Iterator[Trip]:
    """Leave out of the rows that trips revealed what the text of their migration shows by itself."""
    shown: dict[tuple[str, str], list[Sensitive]] = {}
    for value in values:
        if isinstance(value, Exposure):
            shown.setdefault((value.project, value.version), []).append(value.leak.found)
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


def _columns(tree: Tree, comparison: Comparison) -> Columns:
    """Give what knows the columns of tables that migrations make; their files are read when it is asked."""
    from checks.sensitive.scan import makes  # noqa: PLC0415 -- only where something is new

    project = comparison.project

    @cache
    def texts() -> list[tuple[str, str]]:
        paths = [place(project, file) for one in comparison.head.migrations for file in one.files]
        return [(path, text) for path in paths if (text := _text(tree, path)) is not None]

    @cache
    def columns(table: str) -> tuple[str, ...] | None:
        named = [(path, text) for path, text in texts() if table in text.lower()] if table else []
        found = [made[table] for path, text in named if table in (made := makes(path, text))]
        return found[-1] if found else None

    return columns


def _text(tree: Tree, path: str) -> str | None:
    """Read a file; one that is not UTF-8 is told by another rule."""
    try:
        text = decode(tree.read(path))
    except KeyError:
        return None
    return text if isinstance(text, str) else None
