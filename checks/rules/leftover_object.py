"""A downgrade left, lost or altered something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from checks.finding import Finding, Severity
from checks.migration import Difference, Effect, Result, Step, Trip, place
from checks.rules.rule import Rule

WORDS = {
    Effect.LEFT: "is still there",
    Effect.LOST: "is gone, and was there before",
    Effect.ALTERED: "is not as it was",
    Effect.REORDERED: "has its columns in another order",
    Effect.GROWN: "has new values",
    Effect.OWNED: "is of its own now, beside its parent's",
}
SHOWN = 8
DROPPED = ("view", "materialized view", "trigger", "policy", "rule", "constraint", "index", "column")
LAST = len(DROPPED)  # from here on: functions, types, sequences, schemas, extensions
# What holds nothing of its own: it can be dropped and made again, whether it was renamed or replaced.
BARE = ("constraint", "domain constraint", "index", "trigger", "policy", "rule")


def judge(trip: Trip) -> Iterator[Finding]:
    """Yield an error that names all that a downgrade did not restore; what nothing restores is a note."""
    for step in trip.steps:
        if step.result is Result.DIFFERENT and not step.to_empty:
            real = tuple(d for d in step.differences if not d.effect.mild)
            mild = tuple(d for d in step.differences if d.effect.mild)
            if real:
                yield _finding(step, real, Severity.ERROR)
            elif mild:
                yield _finding(step, mild, Severity.NOTE)


def tell(difference: Difference) -> str:
    """Say a difference as a person would: "enum type public.mood is still there"."""
    subject = f"{difference.kind} {difference.name}"
    return f"{subject}: {difference.detail}" if difference.detail else f"{subject} {WORDS[difference.effect]}"


def subjects(differences: tuple[Difference, ...]) -> tuple[str, ...]:
    """Name the objects: the same ones make the same finding, whatever differs in them."""
    return tuple(f"{difference.kind} {difference.name}" for difference in differences)


def mending(differences: tuple[Difference, ...]) -> str:
    """Say what mends differences: statements that run in their order, and drop no data that was renamed.

    Where one thing is gone and another of its kind is there, it may be the same thing under a new name.
    """
    renamed = {_sort(d) for d in differences if d.effect is Effect.LOST}
    renamed &= {_sort(d) for d in differences if d.effect is Effect.LEFT}
    unsure = {sort for sort in renamed if sort[0] not in BARE or not _is_mended(sort, differences)}
    sure = [part for d in differences if d.mend and _sort(d) not in unsure for part in _parts(d)]
    tables = [d.name for d in sure if _drops_table(d)]
    together = [f"DROP TABLE {', '.join(tables)};"] if tables else []
    drops = [d for d in sure if d.effect is Effect.LEFT and not _drops_table(d)]
    before = [d.mend for d in sorted(drops, key=_rank) if _rank(d) < LAST]
    after = [_dropped(d, sure) for d in sorted(drops, key=_rank) if _rank(d) >= LAST]
    others = [d.mend for d in sure if d.effect is Effect.LOST]
    others += [d.mend for d in sure if d.effect is Effect.ALTERED]
    statements = " ".join([*before, *together, *after, *others])
    told = [f"add to the downgrade: {statements}"] if statements else []
    kinds = sorted({kind for kind, _ in unsure})
    told += [f"rename the {kind} back if it was renamed, else restore it by hand" for kind in kinds]
    return " and ".join(told) or "let the downgrade restore what was there"


def _is_mended(sort: tuple[str, str], differences: tuple[Difference, ...]) -> bool:
    return all(difference.mend for difference in differences if _sort(difference) == sort)


def _parts(difference: Difference) -> list[Difference]:
    """Take apart what drops a thing and makes it again: a column of it may have to go in between."""
    drop, found, create = difference.mend.partition("; ")
    if difference.effect is not Effect.ALTERED or difference.kind not in BARE or " DROP " not in f" {drop} ":
        return [difference]
    left = replace(difference, effect=Effect.LEFT, mend=f"{drop};")
    return [left, replace(difference, mend=create)] if found else [difference]


def _dropped(difference: Difference, others: list[Difference]) -> str:
    """Drop a sequence or a function with the defaults that it is in, which another statement mends then."""
    used = any(d.kind == "column" and difference.name in d.detail for d in others)
    if used and difference.kind in ("sequence", "function"):
        return f"{difference.mend.rstrip(';')} CASCADE;"
    return difference.mend


def _sort(difference: Difference) -> tuple[str, str]:
    """Give what a thing may have been renamed within: its kind, and for what a table has, the table."""
    name = difference.name
    if difference.kind == "column":
        return difference.kind, name.rpartition(".")[0]
    return difference.kind, name.partition(" on ")[2]


def _drops_table(difference: Difference) -> bool:
    return difference.effect is Effect.LEFT and difference.mend == f"DROP TABLE {difference.name};"


def _rank(difference: Difference) -> int:
    """Order what is dropped: what depends on tables before them, what tables depend on after them."""
    return DROPPED.index(difference.kind) if difference.kind in DROPPED else len(DROPPED)


def _harmless(differences: tuple[Difference, ...]) -> str:
    if any(difference.effect is Effect.REORDERED for difference in differences):
        return "nothing to do, unless something reads the columns by their order"
    return "nothing to do: what has stood once without its parent stays the child's own"


def _finding(step: Step, differences: tuple[Difference, ...], severity: Severity) -> Finding:
    version = step.migration.version
    told = "; ".join(tell(difference) for difference in differences[:SHOWN])
    more = f"; and {len(differences) - SHOWN} more" if len(differences) > SHOWN else ""
    fix = _harmless(differences) if severity is Severity.NOTE else mending(differences)
    return Finding(
        "leftover-object",
        severity,
        step.project.name,
        version,
        place(step.project, step.migration.down_file or step.migration.file),
        step.migration.down_line or 1,
        f"the downgrade of {version} does not restore what was there: {told}{more}",
        fix,
        kind=differences[0].effect.value,
        subjects=subjects(differences),
    )


RULE = Rule("leftover-object", Trip, judge, allowable=True)
