"""Migrations that misbehave: each ends as a failure or not at all, and the next one does not notice."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sandbox import processes_of

from checks.tools.alembic import process

if TYPE_CHECKING:
    from checks.database import Database
    from tests.tools.conftest import AlembicProject

pytestmark = pytest.mark.postgres

PIPES = "[n for n in map(int, os.listdir('/proc/self/fd')) if os.path.exists(f'/proc/self/fd/{n}')]"
GARBLE = f"""
import os, stat, fcntl, time
for number in {PIPES}:
    if stat.S_ISFIFO(os.fstat(number).st_mode) and fcntl.fcntl(number, fcntl.F_GETFL) & os.O_WRONLY:
        os.write(number, b"{{}}\\n")
time.sleep(60)
"""
MEMORY = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (3 << 30, resource.RLIM_INFINITY))
bytearray(4 << 30)
"""
# What it does, and how that is told; the next migration runs in any case.
FAILS = {
    "KeyboardInterrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "GeneratorExit": ("raise GeneratorExit", "GeneratorExit"),
    "StopIteration": ("next(iter(()))", "StopIteration"),
    "stdin": ("input()", "EOFError: EOF when reading a line"),
    "recursion": ("f = lambda: f()\nf()", "RecursionError: maximum recursion depth exceeded"),
    "memory": (MEMORY, "MemoryError"),
    "alarm": ("import signal, time\nsignal.alarm(1)\ntime.sleep(60)", "the process was killed by SIGALRM in"),
    "abort": ("import os\nos.abort()", "the process was killed by SIGABRT in the middle of this migration"),
    "our pipe": (GARBLE.replace("{}\\n", "no reply\\n"), "the process wrote into the pipe on which migseal"),
    "a number in our pipe": (GARBLE.replace("{}\\n", "1\\n"), "the process wrote into the pipe on which"),
    "its own time limit": (
        "op.execute('SET statement_timeout = 1')\nop.execute('SELECT pg_sleep(60)')",
        "QueryCanceled: canceling statement due to statement timeout",
    ),
}
# What does no harm by itself, and would to what comes next.
PASSES = {
    "alarm": "import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.3)",
    "no stdout": "import sys\nsys.stdout = None",
    "closed stdout": "import os, sys\nsys.stdout.close()\nsys.stderr.close()\nos.closerange(0, 3)",
    "warnings": "import warnings\nwarnings.simplefilter('error')",
    "threads": "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()",
    "search path": "op.execute('CREATE SCHEMA IF NOT EXISTS s')\nop.execute('SET search_path = s, public')",
    "time limit": "op.execute('SET statement_timeout = 100')",
    "temporary table": "op.execute('CREATE TEMP TABLE work (id int)')",
    "role": "op.execute('SET ROLE postgres')\nop.execute('SET default_transaction_isolation = serializable')",
}
NEXT = """
import sys, time, warnings
print("next")
print("next", file=sys.stderr)
warnings.warn("not an error", DeprecationWarning)
op.execute("SELECT pg_sleep(0.5)")
op.execute("CREATE TABLE next (id int)")
"""


@pytest.mark.parametrize(("act", "message"), FAILS.values(), ids=FAILS)
def test_it_is_told_and_the_next_one_runs(
    shop: AlembicProject, database: Database, act: str, message: str
) -> None:
    good, bad = shop.table("good"), shop.revision("bad", act, after="good")
    with shop.walk(database) as walk:
        assert walk.upgrade(good) is None
        failure = walk.upgrade(bad)
        assert failure is not None
        assert failure.message.startswith(message)
        assert failure.path == "migrations/versions/bad.py"
        assert walk.downgrade(good) is None


@pytest.mark.parametrize("act", PASSES.values(), ids=PASSES)
def test_the_next_one_finds_nothing_of_it(shop: AlembicProject, database: Database, act: str) -> None:
    first, second = shop.revision("a1", act), shop.revision("a2", NEXT, "op.execute('DROP TABLE next')", "a1")
    with shop.walk(database) as walk:
        for migration in (first, second):
            assert walk.upgrade(migration) is None
            assert walk.downgrade(migration) is None
            assert walk.upgrade(migration) is None


def test_a_process_that_dies_between_two_legs_is_no_fault_of_the_next(
    shop: AlembicProject, database: Database
) -> None:
    late = 'import os, threading\nthreading.Timer(0.2, os._exit, (3,)).start()\nopen("begun", "w").close()'
    first, second = shop.revision("a1", late), shop.table("a2", after="a1")
    with shop.walk(database) as walk:
        assert walk.upgrade(first) is None
        time.sleep(2)
        assert walk.upgrade(second) is None


def test_a_fork_that_comes_back_is_no_second_reply(shop: AlembicProject, database: Database) -> None:
    """What it does in the session that both share nobody knows; each order is answered once."""
    shop.options["timeout"] = 20
    bad, good = shop.revision("bad", "import os\nos.fork()"), shop.table("good")
    with shop.walk(database) as walk:
        walk.upgrade(bad)
        for _ in range(3):
            assert walk.upgrade(good) is None
            assert walk.downgrade(good) is None


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
@pytest.mark.parametrize("deaf", ["", "signal.signal(signal.SIGTERM, signal.SIG_IGN); "], ids=["", "deaf"])
@pytest.mark.parametrize("session", [True, False], ids=["its own session", "our session"])
def test_a_child_that_stays_is_ended(
    shop: AlembicProject, database: Database, session: bool, deaf: str
) -> None:
    word = f"stray-{os.getpid()}-{time.monotonic_ns()}"
    child = f"import signal, time; {deaf}open('{shop.root}/begun', 'w').close(); time.sleep(300)"
    shop.revision(
        "a1",
        "import os, subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}], start_new_session={session},"
        f" env={{**os.environ, 'WORD': {word!r}}})\n"
        f"while not os.path.exists('{shop.root}/begun'): time.sleep(0.05)",
    )
    with shop.walk(database) as walk:
        assert walk.upgrade(shop.migrations[0]) is None
        assert processes_of(word)
    assert is_gone(word)


def is_gone(word: str) -> bool:
    until = time.monotonic() + 20
    while processes_of(word) and time.monotonic() < until:
        time.sleep(0.05)
    return not processes_of(word)


def test_endless_output_does_not_fill_the_disk(
    shop: AlembicProject, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "MOST_OUTPUT", 1 << 20)
    act = """
import os, sys, time
most, until = 0, time.monotonic() + 30
while os.fstat(1).st_size >= most and time.monotonic() < until:
    most = os.fstat(1).st_size
    print("x" * 100_000)
    time.sleep(0.1)
raise RuntimeError(f"{os.fstat(1).st_size < most} {most}")
"""
    bad = shop.revision("bad", act)
    with shop.walk(database) as walk:
        failure = walk.upgrade(bad)
        assert failure is not None
        assert failure.message.startswith("RuntimeError: True")
