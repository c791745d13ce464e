"""Measure migseal against what it stands on, and print ratios: machines are noisy.

Run by `make bench`. Whole processes, medians of several runs. Both sides take turns: a machine that is fast
in one minute and slow in the next would otherwise tell more of itself than of us.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # -I leaves it out

import history
import others
from turns import MIGSEAL, alembic, in_turns, median, run, show

from checks.postgres import Settings, fleet


def main() -> None:
    """Run all benchmarks."""
    with tempfile.TemporaryDirectory(prefix="migseal-bench-") as folder:
        os.environ["MIGSEAL_CACHE"] = f"{folder}/cache"
        os.environ["MIGSEAL_SQUAWK"] = "no"  # a program of others', of which Alembic runs none
        hook(Path(folder) / "hook")
        trips(Path(folder) / "trips", 200)
        kept(Path(folder) / "kept", 200, 1.0)
        kept(Path(folder) / "kept-long", 1000, 0.6)
        paths(Path(folder) / "paths", 200)
        growth(Path(folder))
        others.catalog(1000)
        others.no_trace(Path(folder) / "no-trace", 200)


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
        show(f"check --all, {revisions} revisions", everything, "upgrade head + downgrade base", both, 3)
        newest = max((project / "migrations" / "versions").glob("*.py"))
        text = newest.read_text()
        newest.unlink()
        history.commit(project, "without the newest")
        newest.write_text(text)
        check = [*MIGSEAL, "check", "--no-cache"]
        one, up = in_turns(lambda: run(check, project), lambda: alembic(server, project), 7)
        show(f"check of one new on top of {revisions - 1}, nothing kept", one, "upgrade head", up, 2)


def kept(project: Path, revisions: int, wanted: float) -> None:
    """Measure a check of one new migration on top of a kept state, against Alembic from the beginning."""
    locked(project, revisions)
    history.write(project.parent / f"more{revisions}", revisions + 1)
    name = f"migrations/versions/{history.revision(revisions)}_step.py"
    (project / name).write_bytes((project.parent / f"more{revisions}" / name).read_bytes())
    with fleet(Settings()) as servers:
        server = servers.server(0)
        check = [*MIGSEAL, "check", "--cache"]
        one, up = in_turns(lambda: run(check, project), lambda: alembic(server, project), 9)
        show(f"check of one new on the kept state of {revisions}", one, "upgrade head", up, wanted)


def paths(project: Path, revisions: int) -> None:
    """Measure a check of an edit in the middle of what is deployed: two paths, and its round trip."""
    locked(project, revisions)
    run(["git", "switch", "--quiet", "--create", "change"], project)
    edited = project / "migrations" / "versions" / f"{history.revision(revisions // 2)}_step.py"
    marker = "def upgrade():\n"
    edited.write_text(edited.read_text().replace(marker, f"{marker}    op.execute('SELECT 1')\n"))
    with fleet(Settings()) as servers:
        server = servers.server(0)
        check = [*MIGSEAL, "check", "--no-cache"]
        both, up = in_turns(lambda: run(check, project), lambda: alembic(server, project), 7)
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


if __name__ == "__main__":
    main()
