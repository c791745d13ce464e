"""The judgement itself: how the contents of a migration's files differ, and which difference is the worst."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from checks.content import fingerprint
from checks.migration import Edit, Kind
from checks.tools.sql.edit.show import Verdict, show
from checks.tools.sql.edit.units import AT_MARGIN
from checks.tools.sql.edit.ways import File, Way, keys, read, settled
from checks.tools.sql.edit.wrappers import wrapped_alike

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ORDER = tuple(Kind)
_MILD = (Kind.FORMAT, Kind.COMMENT)


def edit(before: Sequence[bytes], after: Sequence[bytes]) -> Edit:
    """Judge how a migration was edited.

    Args:
        before: The contents of its files as `Migration.files` has them: one, or the way up and the way down.
        after: The same, as they are now.

    Returns:
        The kind, and the first few lines that show it; for equal contents a change of format without lines.
    """
    verdicts = tuple(_verdicts(before, after))
    if not verdicts:
        return Edit(Kind.FORMAT)
    return show(max(verdicts, key=lambda verdict: _ORDER.index(verdict.kind)))


def _verdicts(before: Sequence[bytes], after: Sequence[bytes]) -> Iterator[Verdict]:
    alone = len(before) == len(after) == 1
    for number, (old, new) in enumerate(zip_longest(before, after)):
        if old is None or new is None:
            kind = Kind.DOWNGRADE if number else Kind.UPGRADE
            yield Verdict(kind, 0 if new is None else number, old or b"", new or b"")
        elif old != new:
            yield from _judge(number, old, new, alone=alone)


def _judge(number: int, old: bytes, new: bytes, *, alone: bool) -> Iterator[Verdict]:
    if not old:
        yield Verdict(Kind.DOWNGRADE if number else Kind.UPGRADE, number, old, new)
        return
    yield Verdict(Kind.FORMAT, number, old, new)
    if fingerprint(old) == fingerprint(new):
        return
    was, now = read(old), read(new)
    if was is None or now is None:
        yield Verdict(Kind.UPGRADE, number, old, new)
    elif not (was.certain and now.certain):
        yield Verdict(Kind.DOWNGRADE if number else Kind.UPGRADE, number, old, new)
    else:
        yield from _judge_ways(number, (old, new), (was, now), alone=alone)


def _judge_ways(
    number: int, data: tuple[bytes, bytes], files: tuple[File, File], *, alone: bool
) -> Iterator[Verdict]:
    texts = files[0].text, files[1].text
    below = Kind.DOWNGRADE if number or (alone and _parted_alike(*files)) else Kind.UPGRADE
    for old, new, worst in (
        (files[0].up, files[1].up, Kind.DOWNGRADE if number else None),
        (files[0].down, files[1].down, below),
    ):
        kind = _kind(old, new)
        if kind is None:
            continue
        if worst is not None and kind not in _MILD:
            kind = worst
        yield Verdict(kind, number, *data, old, new, *texts)


def _parted_alike(old: File, new: File) -> bool:
    """Tell whether dbmate too finds the way down where we do: it does not in a line that is indented."""
    marks = {file.down.runs[0].key for file in (old, new) if file.down}
    return len(marks) == 1 and min(marks).startswith(AT_MARGIN)


def _kind(old: Way | None, new: Way | None) -> Kind | None:
    """Tell how two ways differ, None if at most in their format."""
    if old is None or new is None:
        return None if old is new else Kind.UPGRADE
    same = settled(keys(old.runs)) == settled(keys(new.runs))
    if not same and not wrapped_alike(old, new):
        return Kind.UPGRADE
    if old.reason != new.reason:
        return Kind.DOWNGRADE
    if not same or old.asked != new.asked:
        return Kind.TRANSACTION
    if keys(old.notes) != keys(new.notes):
        return Kind.COMMENT
    return None
