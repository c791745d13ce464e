from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest
from sandbox import processes_of

from checks.migration import Project
from checks.tools.alembic import ahead
from checks.tools.alembic.waiting import take

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = Project("app", "migrations", "alembic", env={"MARK": "waiting-{url}"})


@pytest.fixture
def mark(monkeypatch: pytest.MonkeyPatch) -> str:
    word = f"migseal-waits-{os.getpid()}-{time.monotonic_ns()}"
    monkeypatch.setenv("MIGSEAL_TEST_MARK", word)
    return word


def test_a_driver_that_nobody_takes_ends(tmp_path: Path, mark: str) -> None:
    with ahead(PROJECT, tmp_path):
        assert len(processes_of(mark)) == 1
    assert processes_of(mark) == []


def test_one_is_taken_once_and_for_its_project_alone(tmp_path: Path, mark: str) -> None:
    with ahead(PROJECT, tmp_path):
        assert take(Project("other", "migrations", "alembic"), tmp_path) is None
        assert take(PROJECT, tmp_path / "elsewhere") is None
        taken = take(PROJECT, tmp_path)
        assert taken is not None
        assert take(PROJECT, tmp_path) is None
    assert len(processes_of(mark)) == 1
    taken.process.close(gently=False)
    assert processes_of(mark) == []
