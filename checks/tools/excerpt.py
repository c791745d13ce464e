"""The few lines of an edit that matter, for a finding to show."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from checks.migration import Edit, Kind

SHOWN = 3  # lines of either side
LONGEST = 20_000  # lines that are compared; beyond it only the first that differs is found


def excerpt(kind: Kind, old: str, new: str, remark: str = "", file: int = 0) -> Edit:
    """Make an edit's value of both texts.

    Args:
        kind: What was judged.
        old: The text as it was.
        new: As it is.
        remark: What a line of mere comment begins with: such lines are not shown if the edit is worse.
        file: The number of the file in `Migration.files`.
    """
    were, are = old.splitlines(), new.splitlines()
    shown = (_numbered(were, remark), _numbered(are, remark))
    removed, added, line = _differing(*shown)
    if not (removed or added):  # only in remarks, or in nothing that a line shows
        removed, added, line = _differing(_numbered(were, ""), _numbered(are, ""))
    return Edit(kind, file, line, removed[:SHOWN], added[:SHOWN])


def _numbered(lines: Sequence[str], remark: str) -> list[tuple[int, str]]:
    kept = ((number, line.strip()) for number, line in enumerate(lines, 1))
    return [(number, line) for number, line in kept if line and not (remark and line.startswith(remark))]


def _differing(
    old: list[tuple[int, str]], new: list[tuple[int, str]]
) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """Give the lines that are gone, those that are new, and the place of the first in the new text."""
    were, are = [line for _, line in old], [line for _, line in new]
    matcher = SequenceMatcher(None, were[:LONGEST], are[:LONGEST], autojunk=False)
    blocks = [block for block in matcher.get_opcodes() if block[0] != "equal"]
    removed = tuple(line for _, begin, end, _, _ in blocks for line in were[begin:end])
    added = tuple(line for _, _, _, begin, end in blocks for line in are[begin:end])
    at = blocks[0][3] if blocks else 0
    line = new[min(at, len(new) - 1)][0] if new else 1
    return removed, added, line
