"""The corpus of what must be told and what must not, through the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sensitive.corpus.build import negatives, positives, write

if TYPE_CHECKING:
    from sensitive.corpus.case import Wanted

SCAN = [sys.executable, "-I", "-m", "checks", "scan", "--output", "json"]
LEAST = 0.95  # of the lines
Told = dict[tuple[str, int], set[str]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Wanted], Told, Told]:
    """Give what must be told, what was told of these files, and what was told of the others."""
    folder = tmp_path_factory.mktemp("corpus")
    wanted = write(folder / "positive", positives())
    write(folder / "negative", negatives())
    return wanted, scanned(folder / "positive"), scanned(folder / "negative")


def scanned(folder: Path) -> Told:
    done = subprocess.run([*SCAN, "."], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    return by_line(json.loads(done.stdout)["findings"])


def by_line(findings: Iterable[dict[str, Any]]) -> Told:
    told: Told = {}
    for finding in findings:
        told.setdefault((finding["path"], finding["line"]), set()).add(finding["kind"])
    return told


def listed(lines: Iterable[object]) -> str:
    return "\n".join(map(str, lines))


def test_nearly_all_lines_are_told(told: tuple[list[Wanted], Told, Told]) -> None:
    wanted, found, _ = told
    lines = {(one.path, one.line) for one in wanted}
    missed = sorted(lines - found.keys())
    assert len(missed) <= (1 - LEAST) * len(lines), f"{len(missed)} of {len(lines)} lines\n{listed(missed)}"


def test_the_lines_have_their_kinds(told: tuple[list[Wanted], Told, Told]) -> None:
    wanted, found, _ = told
    missed = [one for one in wanted if not one.kinds & found.get((one.path, one.line), set())]
    assert len(missed) <= (1 - LEAST) * len(wanted), f"{len(missed)} of {len(wanted)}\n{listed(missed)}"


def test_no_other_line_is_told(told: tuple[list[Wanted], Told, Told]) -> None:
    wanted, found, others = told
    assert not others, listed(others.items())
    extra = found.keys() - {(one.path, one.line) for one in wanted}
    assert not extra, listed(sorted(extra))
