"""Run whole processes, in turns, and show the ratio of what they take."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from checks.postgres.server import Server, create, drop

MIGSEAL = [sys.executable, "-I", "-m", "checks"]
BOTH_WAYS = """
import sys
from alembic import command
from alembic.config import Config
config = Config("alembic.ini")
config.set_main_option("sqlalchemy.url", sys.argv[1])
command.upgrade(config, "head")
if len(sys.argv) > 2: command.downgrade(config, "base")
"""


def alembic(server: Server, project: Path, *way: str) -> None:
    """Run Alembic itself on a database of its own."""
    database = create(server)
    run([sys.executable, "-I", "-c", BOTH_WAYS, database.url(), *way], project)
    drop(server, database)


def run(command: Sequence[str], directory: Path) -> None:
    """Run a command to its end; a finding, too, ends the benchmark: what is measured must be clean."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")


def in_turns(ours: Callable[[], None], theirs: Callable[[], None], times: int) -> tuple[float, float]:
    """Give the median seconds of two things that are done in turns, after once each to warm the caches."""
    taken = [(seconds(ours), seconds(theirs)) for _ in range(times + 1)][1:]
    return statistics.median(pair[0] for pair in taken), statistics.median(pair[1] for pair in taken)


def median(work: Callable[[], None], times: int) -> float:
    """Give the median seconds of some runs, after one that warms the caches."""
    return statistics.median([seconds(work) for _ in range(times + 1)][1:])


def seconds(work: Callable[[], None]) -> float:
    """Give the seconds that a run takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def show(what: str, taken: float, other: str, other_taken: float, wanted: float) -> None:
    """Print a ratio, with what it should be at most."""
    ratio = taken / other_taken
    figures = f"{taken:.2f} s / {other_taken:.2f} s; wanted: at most {wanted}"
    print(f"{what}: {ratio:.2f} times {other} ({figures})")
