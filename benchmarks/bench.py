"""Measure migseal against what it stands on, and print ratios: machines are noisy.

Run by `make bench`. Whole processes, medians of several runs. Both sides take turns: a machine that is fast
in one minute and slow in the next would otherwise tell more of itself than of us.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # -I leaves it out

import history

from checks.postgres import Settings, fleet
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


def main() -> None:
    """Run all benchmarks."""
    with tempfile.TemporaryDirectory(prefix="migseal-bench-") as folder:
        hook(Path(folder) / "hook")
        trips(Path(folder) / "trips", 200)
        paths(Path(folder) / "paths", 200)
        growth(Path(folder))


def hook(project: Path) -> None:
    """Measure the commit hook: 500 locked migrations and one that is staged."""
    locked(project, 500)
    history.write(project.parent / "more", 501)
    name = f"{history.revision(500)}_step.py"
    source = project.parent / "more" / "migrations" / "versions" / name
    (project / "migrations" / "versions" / name).write_bytes(source.read_bytes())
    subprocess.run(["git", "add", "--all"], cwd=project, check=True)
    check, imports = in_turns(
        lambda: run([*MIGSEAL, "check", "--staged", "--files-only"], project),
        lambda: run([sys.executable, "-I", "-c", "import yaml, git"], project),
        15,
    )
    show("hook, 500 locked and 1 staged", check, "import yaml, git", imports, 2.5)
    print(f"  the hook takes {check:.3f} s (wanted: under 0.35 s)")


def trips(project: Path, revisions: int) -> None:
    """Measure round trips of a whole history, and of one new migration on top of it."""
    history.write(project, revisions)
    history.commit(project, "all")
    with fleet(Settings()) as servers:
        server = servers.server(0)
        everything, both = in_turns(
            lambda: run([*MIGSEAL, "check", "--all"], project), lambda: alembic(server, project, "down"), 7
        )
        show(f"check --all, {revisions} revisions", everything, "upgrade head + downgrade base", both, 4)
        newest = max((project / "migrations" / "versions").glob("*.py"))
        text = newest.read_text()
        newest.unlink()
        history.commit(project, "without the newest")
        newest.write_text(text)
        one, up = in_turns(lambda: run([*MIGSEAL, "check"], project), lambda: alembic(server, project), 7)
        show(f"check of one new on top of {revisions - 1}", one, "upgrade head", up, 2)


def paths(project: Path, revisions: int) -> None:
    """Measure a check of an edit in the middle of what is deployed: two paths, and its round trip."""
    locked(project, revisions)
    run(["git", "switch", "--quiet", "--create", "change"], project)
    edited = project / "migrations" / "versions" / f"{history.revision(revisions // 2)}_step.py"
    marker = "def upgrade():\n"
    edited.write_text(edited.read_text().replace(marker, f"{marker}    op.execute('SELECT 1')\n"))
    with fleet(Settings()) as servers:
        server = servers.server(0)
        both, up = in_turns(lambda: run([*MIGSEAL, "check"], project), lambda: alembic(server, project), 7)
        show(f"two paths on {revisions}, one edited", both, "upgrade head", up, 3.2)


def growth(folder: Path) -> None:
    """Measure how the cost of a revision grows with their number."""
    costs = []
    for revisions in (50, 100, 200, 400):
        project = folder / f"growth{revisions}"
        history.write(project, revisions)
        history.commit(project, "all")
        taken = median(partial(run, [*MIGSEAL, "check", "--all"], project), 3)
        costs.append(f"{revisions}: {1000 * taken / revisions:.0f} ms")
    print(f"cost of a revision, by their number: {', '.join(costs)}")


def locked(project: Path, revisions: int) -> None:
    """Make a project whose history is locked."""
    history.write(project, revisions)
    history.commit(project, "all")
    run([*MIGSEAL, "init", "--no-baseline"], project)
    history.commit(project, "lock")


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


if __name__ == "__main__":
    main()
