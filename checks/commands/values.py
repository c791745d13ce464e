"""All that the rules about files judge, and what is said of it above their findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks import lockfile
from checks.commands.exposures import exposures
from checks.report.outcome import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.commands.situation import Situation


def values_of(situation: Situation, *, everything: bool = False) -> Iterator[object]:
    """Give everything that rules about files judge; what migrations write, of all if that is asked for."""
    for comparison in situation.comparisons.values():
        yield comparison
        yield comparison.head
        yield from comparison.changes
    yield from exposures(situation, everything=everything)
    yield from lockfile.lock_changes(
        situation.base_lock, situation.lock, situation.comparisons, lockfile.NAME
    )


def heading(situation: Situation) -> tuple[str, ...]:
    """Say what judges, and what there is."""
    lines = [situation.judge]
    for name, comparison in situation.comparisons.items():
        numbers = dict.fromkeys(("locked", "merged", "new"), 0)
        for change in comparison.changes:
            numbers[change.tier] += 1
        told = ", ".join(f"{number} {tier}" for tier, number in numbers.items())
        where = comparison.project.directory or "."
        lines.append(f"project {name} ({comparison.project.tool}, {where}): {told}")
    if not situation.comparisons:
        lines.append(
            "no migrations found: name their directory in migseal.yaml, or see `migseal init --help`"
        )
    return tuple(lines)


def known(number: int) -> Iterator[str]:
    """Say that something is not told."""
    if number:
        what = count(number, "known finding")
        yield f"{what} in deployed migrations not shown: `migseal check --all --no-baseline` shows all"
