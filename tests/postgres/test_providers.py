from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

import psycopg
import pytest

from checks.errors import CannotCheckError
from checks.postgres import PROVIDERS, Settings, fleet
from checks.postgres.server import connect, create, drop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from checks.database import Database
    from checks.postgres.binaries import Account
    from checks.postgres.server import Server

    Starts = Callable[[], AbstractContextManager[Server]]
    Eventually = Callable[[Callable[[], bool]], None]
    Alive = Callable[[int], bool]

pytestmark = pytest.mark.postgres

OURS = ("installed", "embedded")
PIDS = "SELECT pid FROM pg_stat_activity"
CHILD = """
import sys, time
from checks.postgres import PROVIDERS, Settings
from checks.postgres.server import connect, create, drop
with PROVIDERS[sys.argv[1]].start(Settings()) as server:
    database = create(server)
    with connect(database) as connection:
        pids = [str(row[0]) for row in connection.execute("SELECT pid FROM pg_stat_activity")]
    with open(f"{server.admin.socket}/data/postmaster.pid") as lines:
        print(server.admin.socket, lines.readline().strip(), *pids, flush=True)
    if sys.argv[2] == "stay":
        time.sleep(600)
    drop(server, database)
"""


@pytest.fixture(params=PROVIDERS)
def starts(request: pytest.FixtureRequest) -> Starts:
    """What starts a server of the provider under test."""
    name = request.param
    settings = Settings()
    if name == "given":
        settings = Settings(url=cast("Server", request.getfixturevalue("server")).admin.url())
    if reason := PROVIDERS[name].available(settings):
        pytest.skip(f"{name}: {reason}")
    return lambda: PROVIDERS[name].start(settings)


@pytest.fixture(params=OURS)
def own(request: pytest.FixtureRequest) -> str:
    """A provider that starts a server of its own."""
    if reason := PROVIDERS[request.param].available(Settings()):
        pytest.skip(f"{request.param}: {reason}")
    return str(request.param)


@contextmanager
def child(command: list[str], **options: object) -> Iterator[subprocess.Popen[str]]:
    """Run a process in a group of its own, which is killed at the end."""
    keywords = {"stdout": subprocess.PIPE, "text": True, "start_new_session": True, **options}
    with subprocess.Popen(command, **keywords) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def traces(server: Server) -> list[int]:
    """Give the processes of a server of ours."""
    with connect(server.admin) as connection:
        pids = [row[0] for row in connection.execute(PIDS) if row[0] != connection.info.backend_pid]
    first = Path(str(server.admin.socket), "data", "postmaster.pid").read_text().splitlines()[0]
    return [*pids, int(first)]


def test_the_version_is_the_servers(starts: Starts) -> None:
    with starts() as server:
        database = create(server)
        with connect(database) as connection:
            row = connection.execute("SELECT current_setting('server_version')").fetchone()
            assert row is not None
            assert row[0].split()[0] == server.version
            assert connection.info.server_version // 10000 == server.major


def test_each_database_answers_with_the_token(starts: Starts) -> None:
    with starts() as server:
        database = create(server)
        for reach in (connect(database), psycopg.connect(database.url())):
            with reach as connection:
                assert connection.execute("SHOW migseal.token").fetchone() == (database.token,)
        assert len(database.token) == 32


def test_two_at_once_do_not_meet(starts: Starts) -> None:
    with starts() as first, starts() as second:
        mine, others = create(first), create(second)
        assert mine.url() != others.url()
        assert first.token != second.token
        with pytest.raises(CannotCheckError, match="not made by this run"):
            drop(first, others)
        connect(mine).close()
        connect(others).close()


def test_databases_do_not_outlive_the_context(starts: Starts) -> None:
    with starts() as server:
        database = create(server)
    with pytest.raises(CannotCheckError, match="cannot connect"):
        connect(database)


def test_nor_an_exception(starts: Starts) -> None:
    seen: list[Database] = []

    def fail() -> None:
        with starts() as server:
            seen.append(create(server))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with pytest.raises(CannotCheckError, match="cannot connect"):
        connect(seen[0])


def test_no_process_and_no_directory_is_left(own: str, alive: Alive) -> None:
    with PROVIDERS[own].start(Settings()) as server:
        pids, directory = traces(server), Path(str(server.admin.socket))
        assert all(map(alive, pids))
        assert directory.is_dir()
    assert not any(map(alive, pids))
    assert not directory.exists()


def test_nor_after_an_interrupt(own: str, alive: Alive) -> None:
    seen: list[tuple[list[int], Path]] = []

    def interrupt() -> None:
        with PROVIDERS[own].start(Settings()) as server:
            seen.append((traces(server), Path(str(server.admin.socket))))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt()
    ((pids, directory),) = seen
    assert not any(map(alive, pids))
    assert not directory.exists()


def test_nor_after_a_kill(own: str, alive: Alive, eventually: Eventually) -> None:
    with child([sys.executable, "-c", CHILD, own, "stay"]) as process:
        assert process.stdout is not None
        directory, *pids = process.stdout.readline().split()
        assert alive(int(pids[0]))
        os.killpg(process.pid, signal.SIGKILL)
        eventually(lambda: not any(alive(int(pid)) for pid in pids) and not Path(directory).exists())


def test_nor_after_a_kill_while_the_first_data_directory_is_made(
    own: str, short: Path, eventually: Eventually
) -> None:
    (short / "tmp").mkdir(mode=0o755)
    script = f"from checks.postgres import cluster\ncluster.SHARED_MEMORY /= 'none'\n{CHILD}"
    environment = {**os.environ, "TMPDIR": str(short / "tmp"), "MIGSEAL_CACHE": str(short / "cache")}
    with child([sys.executable, "-c", script, own, "stay"], env=environment) as process:
        eventually(lambda: any((short / "tmp").glob("migseal-*/data/global")))
        os.killpg(process.pid, signal.SIGKILL)
        eventually(lambda: not any((short / "tmp").iterdir()))


def test_the_supervisor_itself_ends_its_server_when_asked(
    own: str, alive: Alive, eventually: Eventually
) -> None:
    with child([sys.executable, "-c", CHILD, own, "stay"]) as process:
        assert process.stdout is not None
        directory, *pids = process.stdout.readline().split()
        found = subprocess.run(
            ["ps", "-o", "ppid=", "-p", pids[0]], capture_output=True, text=True, check=True
        )
        os.kill(int(found.stdout), signal.SIGTERM)
        eventually(lambda: not any(alive(int(pid)) for pid in pids) and not Path(directory).exists())


def test_an_ordinary_user_can(
    own: str, short: Path, other_user: Account, public_python: tuple[str, dict[str, str]]
) -> None:
    python, environment = public_python
    home = short / "home"
    home.mkdir()
    os.chown(home, other_user.uid, other_user.gid)
    done = subprocess.run(
        [python, "-c", CHILD, own, "leave"],
        env={"HOME": str(home), "PATH": os.environ["PATH"], **environment},
        user=other_user.uid,
        group=other_user.gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not Path(done.stdout.split()[0]).exists()
    assert [path.stat().st_uid for path in home.glob(".cache/migseal/templates/*/data")] == [other_user.uid]


def test_a_major_that_is_not_there_is_told_with_every_reason(server: Server) -> None:
    with pytest.raises(CannotCheckError) as caught:
        fleet(Settings(major=7, url=server.admin.url())).__enter__()
    for name in PROVIDERS:
        assert f"\n  {name}: " in caught.value.message
    assert f"is PostgreSQL {server.version}, not 7" in caught.value.message
    assert 'pip install "migseal[embedded]"' in caught.value.hint
    assert "MIGSEAL_DATABASE_URL" in caught.value.hint


def test_a_provider_can_be_forced_and_no_other_steps_in(ours: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIGSEAL_DATABASE_URL", raising=False)
    with fleet(Settings(provider=ours)) as servers:
        assert servers.server(0).provider == ours
    with pytest.raises(CannotCheckError, match="given: MIGSEAL_DATABASE_URL is not set"):
        fleet(Settings(provider="given")).__enter__()


def test_an_unknown_provider_is_told_with_the_nearest() -> None:
    with pytest.raises(CannotCheckError, match="no provider 'instaled'") as caught:
        fleet(Settings(provider="instaled")).__enter__()
    assert "did you mean installed?" in caught.value.hint


@pytest.mark.parametrize("name", OURS)
def test_starting_another_major_directly_is_refused_too(name: str) -> None:
    with pytest.raises(CannotCheckError, match=f"no {name} PostgreSQL"):
        PROVIDERS[name].start(Settings(major=7))
