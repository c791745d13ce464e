"""Measure how long it takes to judge 100 edited migrations of 300 lines, and print ratios.

Run by `make bench`. Processor time of this process, medians of several runs, and both sides take turns.
The other side is what nobody can do without: to parse both texts, or to part them into tokens.
"""

from __future__ import annotations

import ast
import gc
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # -I leaves it out

import edited

from checks import sql
from checks.commands import GARBAGE
from checks.migration import Edit, Kind
from checks.tools.alembic import judge_edit as judge_revision
from checks.tools.sql import judge_edit as judge_script

FILES = 100
TIMES = 5
WANTED = 1.0  # seconds for all files
Pairs = Sequence[tuple[str, str]]
Judge = Callable[[Sequence[bytes], Sequence[bytes]], Edit]


def main() -> None:
    """Measure every kind of edit of both tools."""
    gc.set_threshold(GARBAGE)
    revisions = [edited.revision(number) for number in range(1, FILES + 1)]
    pairs = {"format": list(zip(revisions, edited.formatted(revisions), strict=True))}
    pairs |= {name: [(text, edit(text)) for text in revisions] for name, edit in edited.PYTHON.items()}
    measure("Alembic", pairs, judge_revision, ast.parse)
    scripts = [edited.script(number) for number in range(1, FILES + 1)]
    pairs = {"format": [(text, edited.respaced(text)) for text in scripts]}
    pairs |= {name: [(text, edit(text)) for text in scripts] for name, edit in edited.SQL.items()}
    measure("SQL", pairs, judge_script, lambda text: list(sql.tokens(text)))


def measure(tool: str, edits: dict[str, Pairs], judge: Judge, floor: Callable[[str], object]) -> None:
    """Print the figures of a tool: a pattern that Python keeps for the next call is compiled before."""
    for name, pairs in edits.items():
        kinds = {judged(judge, *pair) for pair in pairs[:3]}
        if kinds != {Kind(name.partition(" ")[0] if name != "everything" else "upgrade")}:
            sys.exit(f"{tool}: {name} is judged {kinds}")
        taken = [(seconds(judge_all, judge, pairs), seconds(read_all, floor, pairs)) for _ in range(TIMES)]
        ours, theirs = (statistics.median(side) for side in zip(*taken, strict=True))
        words = f"{ours:.2f} s / {theirs:.2f} s for {FILES} files; wanted: under {WANTED} s"
        print(f"{tool}, {name}: {ours / theirs:.2f} times reading both texts ({words})")


def judge_all(judge: Judge, pairs: Pairs) -> None:
    """Judge all edits."""
    for pair in pairs:
        judged(judge, *pair)


def judged(judge: Judge, old: str, new: str) -> Kind:
    """Judge one edit."""
    return judge([old.encode()], [new.encode()]).kind


def read_all(read: Callable[[str], object], pairs: Pairs) -> None:
    """Read all texts."""
    for pair in pairs:
        for text in pair:
            read(text)


def seconds(work: Callable[..., None], *arguments: object) -> float:
    """Give the processor's seconds that some work takes."""
    begin = time.process_time()
    work(*arguments)
    return time.process_time() - begin


if __name__ == "__main__":
    main()
