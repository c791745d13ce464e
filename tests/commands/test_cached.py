from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from checks.postgres import cache, states
from checks.roundtrip import deployed

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Ran, Sandbox

    Reading = Callable[[], tuple[int, Ran]]

pytestmark = pytest.mark.postgres
BEGUN = "begun with the kept state of {}"
DEFECT = "CREATE TABLE new (id int);\n-- migrate:down\nSELECT 1;\n"
READING = """\
import os
from pathlib import Path
from alembic import op
import names

revision = "r1"
down_revision = None

def upgrade():
    with open({log!r}, "a") as log:
        log.write("ran ")
    texts = [path.read_text() for path in sorted(Path("migrations/rows").glob("*.txt"))]
    said = repr((names.NAME, os.environ.get("FLAVOUR"), texts)).replace("'", '"')
    op.execute(f"CREATE TABLE one AS SELECT '{{said}}' said")

def downgrade():
    op.execute("DROP TABLE one")
"""


@pytest.fixture(autouse=True)
def _few_are_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deployed, "LEAST", 1)
    monkeypatch.setattr(deployed, "TICK", 0)
    monkeypatch.setenv("MIGSEAL_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("CI", raising=False)


def old(repo: Sandbox) -> None:
    """Let all files have changed before the next check begins."""
    newest = max(path.stat().st_ctime for path in (*repo.root.rglob("*"), repo.root))
    while time.time() - newest < 0.02:
        time.sleep(0.005)


def proved(repo: Sandbox, *arguments: str) -> Ran:
    old(repo)
    return repo.run("check", *arguments)


def of_sql(repo: Sandbox) -> None:
    repo.locked("001_a", "002_b")
    repo.branch()
    repo.sql("003_new", DEFECT)


def kept() -> list[Path]:
    root = cache.directory()
    assert root is not None
    place = cache.shelf(root, cache.STATES)
    assert place is not None
    return sorted(place.iterdir())


def test_a_second_check_begins_with_the_state_of_the_first_and_finds_the_same(repo: Sandbox) -> None:
    of_sql(repo)
    first, second = proved(repo), proved(repo)
    assert BEGUN.format(2) not in first.out
    assert BEGUN.format("2 migrations") in second.out
    assert first.code == second.code == 1
    assert "table public.new is still there" in second.out
    assert first.out.count("\n") == second.out.count("\n")


def test_each_ride_begins_with_it_and_what_migrations_did_to_the_server_is_there(repo: Sandbox) -> None:
    repo.sql("001_a", "CREATE ROLE migseal_test_state;\n")
    repo.sql("002_b", "CREATE TABLE b (id int);\nALTER TABLE b OWNER TO migseal_test_state;\n")
    repo.locked()
    repo.branch()
    repo.sql("003_new", DEFECT)
    repo.sql("004_more", "CREATE TABLE more (id int);\n-- migrate:down\nDROP TABLE more;\n")
    first, second = proved(repo), proved(repo)
    assert BEGUN.format("2 migrations") in second.out
    assert first.code == second.code == 1, second.said
    assert "004" in second.out
    assert [line for line in second.out.splitlines() if "FAILED" in line or " failed " in line] == []


def test_what_is_more_is_run_on_top_and_kept_too(repo: Sandbox) -> None:
    of_sql(repo)
    proved(repo)
    repo.sql("003_new", "CREATE TABLE three (id int);\n-- migrate:down\nDROP TABLE three;\n")
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.git("switch", "--quiet", "main")
    repo.git("merge", "--quiet", "change")
    repo.branch("next")
    repo.sql("004_next", DEFECT)
    assert BEGUN.format("2 migrations") in proved(repo).out
    assert BEGUN.format("3 migrations") in proved(repo).out


def test_an_edit_below_is_run(repo: Sandbox) -> None:
    of_sql(repo)
    repo.git("switch", "--quiet", "main")
    repo.sql("002_merged", "CREATE TABLE m (id int);\n")
    proved(repo)
    repo.git("switch", "--quiet", "change")
    repo.sql("001_a", "CREATE TABLE t_001 (id int); -- the first\n")
    assert "begun with" not in proved(repo).out


@pytest.mark.parametrize("ci", ["true", "1"])
def test_in_ci_only_if_asked_for(repo: Sandbox, monkeypatch: pytest.MonkeyPatch, ci: str) -> None:
    monkeypatch.setenv("CI", ci)
    of_sql(repo)
    proved(repo)
    assert kept() == []
    proved(repo, "--cache")
    assert len(kept()) == 1
    assert "begun with" not in proved(repo).out
    assert "begun with" in proved(repo, "--cache").out
    monkeypatch.setenv("CI", "false")
    assert "begun with" not in proved(repo, "--no-cache").out


def timeless(ran: Ran) -> str:
    return re.sub(r"\d\.\d\d s", "", ran.out)


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


DAMAGES: dict[str, Callable[[Path], None]] = {
    "a bit of a table": lambda entry: flip(max((entry / "data" / "base").rglob("*"), key=_size)),
    "a cut table": lambda entry: cut(max((entry / "data" / "base").rglob("*"), key=_size)),
    "a lost file": lambda entry: (entry / "data" / "global" / "pg_control").unlink(),
    "one more file": lambda entry: (entry / "data" / "recovery.signal").write_text(""),
    "a bit of what is known": lambda entry: flip(entry / "about"),
    "nothing known": lambda entry: (entry / "about").unlink(),
    "an empty one": lambda entry: (entry / "about").write_bytes(b""),
}


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_one_is_made_anew(repo: Sandbox, damage: Callable[[Path], None]) -> None:
    of_sql(repo)
    first = proved(repo)
    (entry,) = kept()
    damage(entry)
    second = proved(repo)
    assert timeless(second) == timeless(first)
    assert BEGUN.format(2) in proved(repo).out


def test_a_run_that_is_killed_while_it_writes_leaves_nothing_that_counts(repo: Sandbox) -> None:
    repo.locked(*(f"{number:03}_x" for number in range(1, 45)))
    repo.branch()
    repo.sql("100_new", DEFECT)
    old(repo)
    for _ in range(3):
        command = [sys.executable, "-I", "-m", "checks", "check", "-C", str(repo.root)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as run:
            while run.poll() is None and not any(path.name.startswith(".") for path in kept()):
                time.sleep(0.001)
            run.send_signal(signal.SIGKILL)
    assert "begun with" not in proved(repo).out
    assert BEGUN.format(44) in proved(repo).out


def test_two_runs_at_once_keep_one(repo: Sandbox) -> None:
    repo.locked(*(f"{number:03}_x" for number in range(1, 45)))
    repo.branch()
    repo.sql("100_new", "CREATE TABLE new (id int);\n-- migrate:down\nDROP TABLE new;\n")
    old(repo)
    command = [sys.executable, "-I", "-m", "checks", "check", "-C", str(repo.root)]
    runs = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [run.wait() for run in runs] == [0, 0]
    assert len(kept()) == 1
    assert BEGUN.format(44) in proved(repo).out


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE UNLOGGED TABLE u AS SELECT 1 id",
        "ALTER SYSTEM SET work_mem = '8MB'",
    ],
)
def test_what_a_copy_would_not_hold_is_not_kept(repo: Sandbox, statement: str) -> None:
    repo.sql("001_a", f"-- migrate:no-transaction\n{statement};\n")
    repo.locked()
    repo.branch()
    repo.sql("003_new", DEFECT)
    proved(repo)
    assert kept() == []


@pytest.fixture
def reading(repo: Sandbox, tmp_path: Path) -> Reading:
    """Make an Alembic project that reads this and that; a check tells how often its first migration ran."""
    log = tmp_path / "log"
    repo.alembic(("r2", "r1", 'op.execute("CREATE TABLE two ()")', 'op.execute("DROP TABLE two")'))
    repo.write("migrations/versions/r1.py", READING.format(log=str(log)))
    repo.write("migrations/rows/a.txt", "a")
    repo.write("names.py", "NAME = 'n'\n")
    repo.write("alembic.ini", "[alembic]\nscript_location = migrations\nprepend_sys_path = .\n")
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    text = 'revision = "r3"\ndown_revision = "r2"\n\ndef upgrade():\n    pass\n\ndef downgrade():\n    pass\n'
    repo.write("migrations/versions/r3.py", text)

    def check() -> tuple[int, Ran]:
        log.unlink(missing_ok=True)
        ran = proved(repo)
        assert ran.code == 0, ran.said
        return (log.read_text() if log.exists() else "").count("ran"), ran

    return check


def test_alembics_deployed_part_is_not_run_again(reading: Reading, repo: Sandbox) -> None:
    assert reading()[0] == 1
    assert reading()[0] == 0
    repo.write("README.md", "of no interest")
    text = repo.read("migrations/versions/r3.py").replace("r3", "r4").replace("r2", "r3")
    repo.write("migrations/versions/r4.py", text)
    times, ran = reading()
    assert times == 0
    assert BEGUN.format(2) in ran.out
    assert "r4" in ran.out


CHANGES: dict[str, tuple[str, str]] = {
    "a module": ("names.py", "NAME = 'm'\n"),
    "a file that is read": ("migrations/rows/a.txt", "b"),
    "a file in a folder that is listed": ("migrations/rows/b.txt", "b"),
    "env.py": ("migrations/env.py", "\n# changed\n"),
    "the ini file": ("alembic.ini", "\n# changed\n"),
}


@pytest.mark.parametrize(("path", "text"), CHANGES.values(), ids=CHANGES.keys())
def test_it_is_run_again_if_what_it_read_has_changed(
    reading: Reading, repo: Sandbox, path: str, text: str
) -> None:
    reading()
    before = repo.read(path) if text.startswith("\n") else ""
    repo.write(path, before + text)
    assert reading()[0] == 1
    assert reading()[0] == 0


def test_it_is_run_again_with_another_environment(reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    reading()
    monkeypatch.setenv("OF_NO_INTEREST", "1")
    assert reading()[0] == 0
    monkeypatch.setenv("FLAVOUR", "sweet")
    assert reading()[0] == 1
    assert reading()[0] == 0
    monkeypatch.delenv("FLAVOUR")
    assert reading()[0] == 0


def test_what_starts_another_program_is_not_kept(reading: Reading, repo: Sandbox) -> None:
    repo.write("names.py", "import subprocess\nNAME = subprocess.check_output(['date'], text=True)\n")
    assert reading()[0] == 1
    assert reading()[0] == 1


def test_what_was_written_while_it_ran_is_not_kept(repo: Sandbox, reading: Reading) -> None:
    repo.write("names.py", "import pathlib\nNAME = 'n'\npathlib.Path(__file__).touch()\n")
    assert reading()[0] == 1
    assert kept() == []


def test_what_was_not_used_for_longest_goes_first(repo: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    of_sql(repo)
    proved(repo)
    (first,) = kept()
    monkeypatch.setattr(states, "MOST", int(1.5 * states.weight(first)))
    os.utime(first, (0, time.time() - 100))
    repo.git("stash", "--quiet", "--include-untracked")
    repo.git("switch", "--quiet", "main")
    repo.locked("003_c")
    repo.sql("004_new", DEFECT)
    proved(repo)
    (second,) = kept()
    assert second != first


def test_the_command_shows_and_clears(repo: Sandbox) -> None:
    of_sql(repo)
    proved(repo)
    shown = repo.process("cache")
    assert shown.code == 0
    assert "MB of states" in shown.out
    assert "used 0.0 days ago" in shown.out
    assert repo.process("cache", "clear").code == 0
    assert kept() == []
    assert "begun with" not in proved(repo).out
