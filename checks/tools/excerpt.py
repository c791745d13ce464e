"""The few lines of an edit that matter, for a finding to show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence

from checks.migration import SECRET, Edit, Kind

SHOWN = 3  # lines of either side


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
    return Edit(kind, file, line, removed[:SHOWN], added[:SHOWN], speaks_of_secrets(old, new))


def speaks_of_secrets(*texts: str) -> bool:
    """Tell whether any text has a word such as password."""
    return any(SECRET.search(text) for text in texts)


def _numbered(lines: Sequence[str], remark: str) -> list[tuple[int, str]]:
    kept = ((number, line.strip()) for number, line in enumerate(lines, 1))
    return [(number, line) for number, line in kept if line and not (remark and line.startswith(remark))]


def _differing(
    old: list[tuple[int, str]], new: list[tuple[int, str]]
) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """Give the lines that are gone, those that are new, and the place of the first in the new text."""
    were, are = [line for _, line in old], [line for _, line in new]
    gone, come, at = unlike(were, are)
    line = new[min(at, len(new) - 1)][0] if new else 1
    return tuple(were[at] for at in gone), tuple(are[at] for at in come), line


def unlike(old: Sequence[Hashable], new: Sequence[Hashable]) -> tuple[list[int], list[int], int]:
    """Tell which things differ, in a time that is linear in their number.

    Returns:
        The numbers of those that are gone, of those that are new, and of the first that differs in the new;
        where things only stand in another order, all from the first to the last that moved.
    """
    head = shared(old, new)
    tail = shared(old[head:][::-1], new[head:][::-1])
    were, are = old[head : len(old) - tail], new[head : len(new) - tail]
    gone, come = list(_surplus(were, are)), list(_surplus(are, were))
    if not gone and not come:
        gone, come = list(range(len(were))), list(range(len(are)))
    return [head + at for at in gone], [head + at for at in come], head


def shared(old: Sequence[object], new: Sequence[object]) -> int:
    """Give how many first ones are equal."""
    pairs = zip(old, new, strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(old), len(new)))


def _surplus(some: Sequence[Hashable], others: Sequence[Hashable]) -> Iterator[int]:
    """Give the numbers of those that are not, or less often, among the others."""
    left = Counter(others)
    for at, thing in enumerate(some):
        left[thing] -= 1
        if left[thing] < 0:
            yield at
