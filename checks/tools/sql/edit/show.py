"""The few lines of an edit that matter, statement by statement and then line by line."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from checks.migration import Edit, Kind
from checks.tools.excerpt import SHOWN, shared, unlike

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checks.tools.sql.edit.units import Unit
    from checks.tools.sql.edit.ways import Way

Group = list["Piece"]


class Piece(NamedTuple):
    """What of a unit stands on one line, from 1."""

    key: str
    line: int


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
    return Edit(verdict.kind, verdict.file, come[0] if come else line, removed, added)


def _found(verdict: Verdict, old: list[str], new: list[str]) -> tuple[list[int], list[int], int]:
    """Give the lines that differ: by statements without semicolons, with them, or else as they stand."""
    gone, come, line = _compared(*_groups(verdict, ends=False))
    if not gone and not come:
        gone, come, line = _compared(*_groups(verdict, ends=True))
    if not gone and not come:
        groups = (
            [[Piece(text.rstrip("\r"), at)] for at, text in enumerate(lines, 1)] for lines in (old, new)
        )
        gone, come, line = _compared(*groups)
    return gone, come, line


def _whole(lines: list[str]) -> list[Group]:
    return [[Piece(text.rstrip("\r"), at)] for at, text in enumerate(lines, 1)]


def _groups(verdict: Verdict, *, ends: bool) -> tuple[list[Group], list[Group]]:
    """Give the pieces by which ways are shown, statement by statement, with or without semicolons."""
    if verdict.kind is Kind.FORMAT or (verdict.old_way is None and verdict.new_way is None):
        return [], []
    ways = ((verdict.old_way, verdict.old_text), (verdict.new_way, verdict.new_text))
    old, new = (_statements(_seen(way, verdict.kind), text, ends=ends) for way, text in ways)
    return old, new


def _seen(way: Way | None, kind: Kind) -> Sequence[Unit]:
    if way is None:
        return ()
    return way.notes if kind is Kind.COMMENT else way.telling


def _statements(units: Sequence[Unit], text: str, *, ends: bool) -> list[Group]:
    lines = [match.start() for match in re.finditer("\n", text)]
    groups: list[Group] = [[]]
    for unit in units:
        if ends or unit.key != ";":
            groups[-1] += _pieces(unit, bisect_left(lines, unit.start) + 1)
        if unit.key == ";":
            groups.append([])
    return [group for group in groups if group]


def _pieces(unit: Unit, line: int) -> Group:
    if "\n" not in unit.text:
        return [Piece(unit.key, line)]
    return [Piece(text, at) for at, text in enumerate(unit.text.split("\n"), line)]


def _compared(old: list[Group], new: list[Group]) -> tuple[list[int], list[int], int]:
    """Give the lines that are gone, those that are new, and where the first of them is or was in the new."""
    gone: dict[int, None] = {}
    come: dict[int, None] = {}
    lost, found, place = _unlike(old, new)
    for some, others in _pairs([old[at] for at in lost], [new[at] for at in found]):
        were, are = (_by_line(pieces) for pieces in _trimmed(some, others))
        less, more, _ = _unlike(were, are)
        gone |= dict.fromkeys(were[at][0].line for at in less)
        come |= dict.fromkeys(are[at][0].line for at in more)
        if min(len(gone), len(come)) >= SHOWN:
            break
    ahead = new[place : place + 1] or new[-1:]
    return list(gone), list(come), ahead[0][0].line if ahead else 1


def _unlike(old: list[Group], new: list[Group]) -> tuple[list[int], list[int], int]:
    return unlike(*([tuple(piece.key for piece in group) for group in groups] for groups in (old, new)))


def _pairs(old: list[Group], new: list[Group]) -> Iterator[tuple[Group, Group]]:
    """Put groups side by side if there are as many of them, and together if not."""
    if len(old) == len(new):
        yield from zip(old, new, strict=True)
    else:
        yield list(chain.from_iterable(old)), list(chain.from_iterable(new))


def _by_line(pieces: Group) -> list[Group]:
    lines: dict[int, Group] = {}
    for piece in pieces:
        lines.setdefault(piece.line, []).append(piece)
    return list(lines.values())


def _trimmed(old: Group, new: Group) -> tuple[Group, Group]:
    """Leave out the equal pieces at the begin and end, but for one on a line to which others were added."""
    keys = [piece.key for piece in old], [piece.key for piece in new]
    head = shared(*keys)
    tail = shared(keys[0][head:][::-1], keys[1][head:][::-1])
    ends = len(old) - tail, len(new) - tail
    if (head == ends[0]) != (head == ends[1]):
        long, end = (new, ends[1]) if head == ends[0] else (old, ends[0])
        if head and long[head - 1].line == long[head].line:
            head -= 1
        elif tail and long[end].line == long[end - 1].line:
            ends = ends[0] + 1, ends[1] + 1
    return old[head : ends[0]], new[head : ends[1]]
