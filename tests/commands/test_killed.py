"""Whatever ends a check, at whatever moment: its exit code is right, and nothing of it is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sandbox import directories_of, processes_of

if TYPE_CHECKING:
    from sandbox import Sandbox

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc"),
]

SHARED_MEMORY = Path("/proc/sysvipc/shm")
PATIENCE = 60  # seconds, on the busiest machine
CODES = {signal.SIGINT: {130, -2}, signal.SIGTERM: {143, -15}, signal.SIGKILL: {-9}}
SLOW = 'op.execute("SELECT pg_sleep(0.05)")'


@dataclass
class Check:
    """A check in a process group of its own, and all that was seen of it."""

    child: subprocess.Popen[str]
    marker: str
    scratch: Path
    servers: set[int] = field(default_factory=set)
    directories: set[str] = field(default_factory=set)

    def see(self) -> list[int]:
        """Look at its processes, and give those that are there now."""
        found = processes_of(self.marker)
        self.directories |= directories_of(found)
        for directory in self.directories:
            try:  # a server has an environment of its own
                self.servers.add(int((Path(directory) / "data/postmaster.pid").read_text().split()[0]))
            except (OSError, IndexError, ValueError):
                continue
        return found

    def left(self) -> list[object]:
        """Give what is there: processes, directories, temporary files, segments of shared memory."""
        there = [each for each in self.directories if Path(each).exists()]
        segments = [line for line in self._segments() if int(line.split()[4]) in self.servers]
        alive = [server for server in self.servers if Path(f"/proc/{server}").exists()]
        return [*self.see(), *alive, *there, *self.scratch.iterdir(), *segments]

    @staticmethod
    def _segments() -> list[str]:
        return SHARED_MEMORY.read_text().splitlines()[1:] if SHARED_MEMORY.exists() else []

    def leaves_nothing(self, *, but: str = "") -> bool:
        """Wait until nothing is left; a file of one name may stay."""
        until = time.monotonic() + PATIENCE
        while left := [each for each in self.left() if not (but and but in str(each))]:
            if time.monotonic() > until:
                raise AssertionError(left)
            time.sleep(0.1)
        return True


def start(repo: Sandbox, scratch: Path, *arguments: str) -> Check:
    scratch.mkdir(exist_ok=True)
    marker = f"migseal-mark-{os.getpid()}-{time.monotonic_ns()}"
    child = subprocess.Popen(
        [sys.executable, "-I", "-m", "checks", "check", *arguments],
        cwd=repo.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, "MIGSEAL_TEST_MARK": marker, "TMPDIR": str(scratch)},
    )
    return Check(child, marker, scratch)


def history(repo: Sandbox, number: int = 8) -> None:
    """Write revisions that take a little while each."""
    revisions = [(f"r{n:03}", f"r{n - 1:03}" if n else None, SLOW, SLOW) for n in range(number)]
    repo.alembic(*revisions)


def end(check: Check, number: signal.Signals) -> None:
    """Send a signal to its process group, as a terminal does, and see that it ends well."""
    os.killpg(check.child.pid, number)
    said, _ = check.child.communicate(timeout=PATIENCE)
    assert "Traceback" not in said, said
    assert check.child.returncode in CODES[number] | {0}, said
    assert check.leaves_nothing(but="migseal-base-")


def at_moments(repo: Sandbox, scratch: Path, number: signal.Signals, moments: int, *arguments: str) -> None:
    """End a check at so many moments that are spread over the time that it takes."""
    begun = time.monotonic()
    whole = start(repo, scratch, *arguments)
    assert whole.child.communicate(timeout=PATIENCE * 3) is not None
    took = time.monotonic() - begun
    for moment in range(moments):
        check = start(repo, scratch, *arguments)
        until = time.monotonic() + took * (moment + 0.5) / moments
        while time.monotonic() < until and check.child.poll() is None:
            check.see()
            time.sleep(0.02)
        if check.child.poll() is None:
            end(check, number)
        check.child.communicate()
    assert repo.process("check", *arguments).code == 0


@pytest.mark.parametrize("number", CODES, ids=lambda number: number.name)
def test_a_signal_at_any_moment(repo: Sandbox, tmp_path: Path, number: signal.Signals) -> None:
    history(repo)
    at_moments(repo, tmp_path / "scratch", number, 3, "--all")


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("number", CODES, ids=lambda number: number.name)
def test_a_signal_at_many_moments(repo: Sandbox, tmp_path: Path, number: signal.Signals, jobs: int) -> None:
    history(repo, 8 if jobs == 1 else 110)
    at_moments(repo, tmp_path / "scratch", number, 12, "--all", "--jobs", str(jobs))


@pytest.mark.parametrize("victim", ["server", "session"])
def test_a_server_that_is_killed_under_way(repo: Sandbox, tmp_path: Path, victim: str) -> None:
    repo.alembic(("r1", None, 'op.execute("SELECT pg_sleep(60)")', "pass"))
    check = start(repo, tmp_path / "scratch", "--all")
    until = time.monotonic() + PATIENCE
    while not (sessions := at_work(check)) and time.monotonic() < until:
        time.sleep(0.05)
    os.kill(next(iter(check.servers)) if victim == "server" else sessions[0], signal.SIGKILL)
    said, _ = check.child.communicate(timeout=PATIENCE)
    assert "Traceback" not in said
    assert check.child.returncode == 2, said
    assert "PostgreSQL" in said
    assert check.leaves_nothing()


def at_work(check: Check) -> list[int]:
    """Give the sessions of a check's servers that are in a SELECT: they tell it on their command line."""
    check.see()
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            parent = int((place.parent / "stat").read_text().rpartition(")")[2].split()[1])
            title = place.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if parent in check.servers and "migseal_" in title and "SELECT" in title:
            found.append(int(place.parent.name))
    return found


def test_four_at_once(repo: Sandbox, tmp_path: Path) -> None:
    history(repo, 3)
    checks = [start(repo, tmp_path / f"scratch{n}", "--all") for n in range(4)]
    for check in checks:
        said, _ = check.child.communicate(timeout=PATIENCE * 3)
        assert check.child.returncode == 0, said
        assert check.leaves_nothing()


# In a namespace of its own, so that nobody else sees it, and it goes with the process.
SMALL = (
    'mount -t tmpfs -o size=1m none /dev/shm && mount -t tmpfs -o mode=1777,size={} none /mnt && exec "$@"'
)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root mounts a disk")
@pytest.mark.parametrize("size", ["20m", "90m"], ids=["no server fits", "it fills up"])
def test_a_full_disk_cannot_be_checked(repo: Sandbox, size: str) -> None:
    rows = "CREATE TABLE t AS SELECT repeat(md5(n::text), 30) AS a FROM generate_series(1, 400000) n"
    repo.alembic(("r1", None, f'op.execute("{rows}")', 'op.execute("DROP TABLE t")'))
    script = SMALL.format(size)
    words = ["unshare", "--mount", "sh", "-c", script, "sh", sys.executable, "-I", "-m", "checks", "check"]
    if subprocess.run([*words[:5], "true"], check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    done = subprocess.run(
        [*words, "--all"],
        cwd=repo.root,
        env={**os.environ, "TMPDIR": "/mnt"},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE * 3,
    )
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    assert done.returncode == 2, said
    assert "set TMPDIR to a folder on a disk with more room" in said, said
