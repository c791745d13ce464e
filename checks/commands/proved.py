"""What the round trips have shown of the files: it goes into the values that are judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from checks.migration import Change, Comparison, Downgrade, Leg, Migration, Refusal, Result
from checks.tools.refusals import reason_of

if TYPE_CHECKING:
    from checks.migration import Meeting, Step, Trip

UNPROVED = "nothing proves that what stands for it makes the same"

Refused = Mapping[tuple[str, str], Refusal]


def proved(values: Iterable[object], meetings: Iterable[Meeting], trips: Iterable[Trip]) -> Iterator[object]:
    """Mark what was proved to be harmless, and which downgrades turned out to refuse."""
    met = _met(tuple(meetings))
    refused = {key: refusal for trip in trips for key, refusal in _refusals(trip)}
    for value in values:
        if isinstance(value, Comparison):
            changes = tuple(_with_refusal(change, refused) for change in value.changes)
            yield replace(value, changes=changes, proved=value.proved or value.project.name in met)
        elif isinstance(value, Change):
            is_proved = value in met.get(value.project.name, ())
            yield _with_refusal(_with_proof(value, proved=is_proved), refused)
        else:
            yield value


def _met(meetings: Sequence[Meeting]) -> Mapping[str, tuple[Change, ...]]:
    """Give what is harmless in each project: where env.py runs several databases, in all of them."""
    apart = {meeting.project.name for meeting in meetings if not meeting.met}
    return {m.project.name: m.changes for m in meetings if m.project.name not in apart}


def _with_proof(change: Change, *, proved: bool) -> Change:
    """Say whether a change was proved to be harmless; without that, a squash retires nothing."""
    if change.retirement is not None and not change.retirement.void and not proved:
        change = replace(change, retirement=replace(change.retirement, void=UNPROVED))
    return replace(change, proved=proved)


def _refusals(trip: Trip) -> Iterator[tuple[tuple[str, str], Refusal]]:
    """Give what only running it has told: a downgrade that raises on purpose, in an `if` or elsewhere."""
    for step in trip.steps:
        if step.leg is Leg.DOWN and step.result is Result.REFUSED and step.failure is not None:
            yield (step.project.name, step.migration.version), _refusal(step)


def _refusal(step: Step) -> Refusal:
    migration, failure = step.migration, step.failure
    assert failure is not None
    file = len(migration.files) - 1
    own = bool(failure.path) and str(failure.path).endswith(migration.files[file].path)
    line = failure.line if own and failure.line else migration.down_line or migration.line
    name, _, text = failure.message.partition(": ")
    return Refusal(reason_of(text if name.isidentifier() else failure.message), line, file)


def _with_refusal(change: Change, refused: Refused) -> Change:
    if change.after is None or (change.project.name, change.after.version) not in refused:
        return change
    refusal = refused[change.project.name, change.after.version]
    return replace(change, after=_refusing(change.after, refusal))


def _refusing(migration: Migration, refusal: Refusal) -> Migration:
    return replace(migration, downgrade=Downgrade.REFUSED, refusal=migration.refusal or refusal)
