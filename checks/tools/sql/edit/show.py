"""The few lines of an edit that matter, statement by statement and then line by line."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from checks.migration import Edit, Kind
from checks.tools.excerpt import SHOWN, shared, speaks_of_secrets, unlike
from checks.tools.sql.edit.ways import keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checks.tools.sql.edit.units import Unit
    from checks.tools.sql.edit.ways import Way

Group = list["Piece"]


class Piece(NamedTuple):
    """What of a unit stands on one line, from 1."""

    key: str
    line: int


class Side(NamedTuple):
    """What is compared of a text: units in groups, and where the text's lines end."""

    groups: Sequence[list[Unit]] = ()
    breaks: Sequence[int] = ()

    def line(self, unit: Unit) -> int:
        """Give the line of a unit, from 1."""
        return bisect_left(self.breaks, unit.start) + 1

    def pieces(self, units: Sequence[Unit]) -> Group:
        """Part units where lines end."""
        return [piece for unit in units for piece in _pieces(unit, self.line(unit))]


class Verdict(NamedTuple):
    """A difference between two contents: with ways it is shown by their units, else by whole lines."""

    kind: Kind
    file: int
    old: bytes
    new: bytes
    old_way: Way | None = None
    new_way: Way | None = None
    old_text: str = ""
    new_text: str = ""


def show(verdict: Verdict) -> Edit:
    """Give the lines that matter."""
    texts = verdict.old.decode("utf-8-sig", "replace"), verdict.new.decode("utf-8-sig", "replace")
    old, new = (text.split("\n") for text in texts)
    gone, come, line = _found(verdict, old, new)
    if not gone and not come:
        line = min(shared(old, new) + 1, len(new)) if old != new else 1
    removed, added = (
        tuple(lines[at - 1].rstrip("\r") for at in found[:SHOWN])
        for lines, found in ((old, gone), (new, come))
    )
    secret = speaks_of_secrets(*texts)
    return Edit(verdict.kind, verdict.file, come[0] if come else line, removed, added, secret)


def _found(verdict: Verdict, old: list[str], new: list[str]) -> tuple[list[int], list[int], int]:
    """Give the lines that differ: by statements without semicolons, with them, or else as they stand."""
    gone, come, line = _compared(*_sides(verdict, ends=False))
    if not gone and not come:
        gone, come, line = _compared(*_sides(verdict, ends=True))
    if not gone and not come:
        gone, come, line = _as_they_stand(old, new)
    return gone, come, line


def _sides(verdict: Verdict, *, ends: bool) -> tuple[Side, Side]:
    """Give the units by which ways are shown, statement by statement, with or without semicolons."""
    if verdict.kind is Kind.FORMAT or (verdict.old_way is None and verdict.new_way is None):
        return Side(), Side()
    ways = ((verdict.old_way, verdict.old_text), (verdict.new_way, verdict.new_text))
    old, new = (Side(_statements(_seen(way, verdict.kind), ends=ends), _breaks(text)) for way, text in ways)
    return old, new


def _as_they_stand(old: list[str], new: list[str]) -> tuple[list[int], list[int], int]:
    gone, come, at = unlike(*([line.rstrip("\r") for line in lines] for lines in (old, new)))
    return [at + 1 for at in gone], [at + 1 for at in come], min(at + 1, len(new))


def _breaks(text: str) -> list[int]:
    return [match.start() for match in re.finditer("\n", text)]


def _seen(way: Way | None, kind: Kind) -> Sequence[Unit]:
    if way is None:
        return ()
    return way.notes if kind is Kind.COMMENT else way.telling


def _statements(units: Sequence[Unit], *, ends: bool) -> list[list[Unit]]:
    groups: list[list[Unit]] = [[]]
    for unit in units:
        if ends or unit[0] != ";":
            groups[-1].append(unit)
        if unit[0] == ";":
            groups.append([])
    return [group for group in groups if group]


def _compared(old: Side, new: Side) -> tuple[list[int], list[int], int]:
    """Give the lines that are gone, those that are new, and where the first of them is or was in the new."""
    gone: dict[int, None] = {}
    come: dict[int, None] = {}
    lost, found, place = unlike(*([tuple(keys(group)) for group in side.groups] for side in (old, new)))
    for some, others in _pairs([old.groups[at] for at in lost], [new.groups[at] for at in found]):
        were, are = (_by_line(pieces) for pieces in _trimmed(old.pieces(some), new.pieces(others)))
        less, more, _ = unlike(_keys(were), _keys(are))
        gone |= dict.fromkeys(were[at][0].line for at in less)
        come |= dict.fromkeys(are[at][0].line for at in more)
        if min(len(gone), len(come)) >= SHOWN:
            break
    ahead = new.groups[place : place + 1] or new.groups[-1:]
    return list(gone), list(come), new.line(ahead[0][0]) if ahead else 1


def _pairs(old: list[list[Unit]], new: list[list[Unit]]) -> Iterator[tuple[list[Unit], list[Unit]]]:
    """Put statements side by side if there are as many of them, and together if not."""
    if len(old) == len(new):
        yield from zip(old, new, strict=True)
    else:
        yield list(chain.from_iterable(old)), list(chain.from_iterable(new))


def _pieces(unit: Unit, line: int) -> Group:
    if "\n" not in unit.text:
        return [Piece(unit.key, line)]
    return [Piece(text, at) for at, text in enumerate(unit.text.split("\n"), line)]


def _keys(lines: list[Group]) -> list[tuple[str, ...]]:
    return [tuple(piece.key for piece in line) for line in lines]


def _by_line(pieces: Group) -> list[Group]:
    lines: dict[int, Group] = {}
    for piece in pieces:
        lines.setdefault(piece.line, []).append(piece)
    return list(lines.values())


def _trimmed(old: Group, new: Group) -> tuple[Group, Group]:
    """Leave out the equal pieces at the begin and end, but for one on a line to which others were added."""
    some, others = [piece.key for piece in old], [piece.key for piece in new]
    head = shared(some, others)
    tail = shared(some[head:][::-1], others[head:][::-1])
    ends = len(old) - tail, len(new) - tail
    if (head == ends[0]) != (head == ends[1]):
        long, end = (new, ends[1]) if head == ends[0] else (old, ends[0])
        if head and long[head - 1].line == long[head].line:
            head -= 1
        elif tail and long[end].line == long[end - 1].line:
            ends = ends[0] + 1, ends[1] + 1
    return old[head : ends[0]], new[head : ends[1]]
