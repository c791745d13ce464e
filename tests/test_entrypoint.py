from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import entrypoint

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({}, ["check", "--output", "text", "--output", "github"]),
        ({"COMMAND": "check", "FAIL_ON": "warning"}, ["check", "--fail-on", "warning"]),
        ({"COMMAND": "check-files", "BASE": "main"}, ["check", "--files-only", "--base", "main"]),
        ({"COMMAND": "check", "CONFIG": "a b.yaml"}, ["check", "--config", "a b.yaml"]),
        ({"COMMAND": "lock"}, ["lock"]),
        (
            {"COMMAND": "lock", "RELEASE": "v1", "ENVIRONMENT": "staging", "FAIL_ON": "error", "BASE": "x"},
            ["lock", "--release", "v1", "--environment", "staging"],
        ),
    ],
)
def test_inputs_become_a_command_line(
    monkeypatch: pytest.MonkeyPatch, inputs: dict[str, str], words: list[str]
) -> None:
    for name in list(os.environ):
        if name.startswith("MIGSEAL_"):
            monkeypatch.delenv(name)
    for name, value in inputs.items():
        monkeypatch.setenv(f"MIGSEAL_{name}", value)
    formats = ["--output", "text", "--output", "github"]
    assert [w for w in entrypoint.arguments([]) if w not in formats] == [w for w in words if w not in formats]
    assert (words[0] == "check") == (entrypoint.arguments([])[-4:] == formats)


def test_arguments_are_taken_as_they_are() -> None:
    assert entrypoint.arguments(["status", "-C", "x"]) == ["status", "-C", "x"]


@pytest.mark.slow
def test_it_makes_an_environment_once_and_runs_migseal_in_it(tmp_path: Path) -> None:
    environment = {**os.environ, "RUNNER_TOOL_CACHE": str(tmp_path)}
    command = [sys.executable, "-I", str(ROOT / "entrypoint.py"), "--version"]
    for _ in range(2):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.stdout.startswith("migseal "), done.stderr
    (made,) = (tmp_path / "migseal").iterdir()
    assert (made / "ready").exists()
