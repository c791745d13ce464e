"""The servers at hand, of every major: what is installed, the wheel, and what `make servers` fetched."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from checks.postgres import PROVIDERS, Settings, cluster
from checks.postgres.binaries import Binaries, account, inspect, may_enter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.postgres.server import Server

MAJORS = (14, 15, 16, 17, 18)
USUAL = (15, 18)  # what Debian has, and the wheel
BY_MAJOR = [pytest.param(major, marks=() if major in USUAL else pytest.mark.slow) for major in MAJORS]
FETCHED = Path(__file__).parent.parent / ".venv" / "servers"


def lacking(major: int) -> str | None:
    """Say why there is no server of a major, None if there is one."""
    if _provider(major) or _fetched(major):
        return None
    note = FETCHED / f"{major}.txt"
    told = note.read_text(encoding="utf-8").strip() if note.is_file() else "`make servers` fetches it"
    return f"PostgreSQL {major} is not at hand: {told}"


@contextmanager
def started(major: int) -> Iterator[Server]:
    """Start a server of a major that is at hand."""
    provider, fetched = _provider(major), _fetched(major)
    if provider:
        with PROVIDERS[provider].start(Settings(major)) as server:
            yield server
        return
    assert fetched, lacking(major)
    with _reachable(fetched) as binaries, cluster.start(binaries, "installed") as server:
        yield server


def _provider(major: int) -> str | None:
    offers = (name for name in ("installed", "embedded") if not PROVIDERS[name].available(Settings(major)))
    return next(offers, None)


def _fetched(major: int) -> Binaries | None:
    return inspect(FETCHED / str(major) / "bin")


@contextmanager
def _reachable(binaries: Binaries) -> Iterator[Binaries]:
    """Give programs that the user as whom root runs servers can reach: a copy if need be."""
    user = account()
    if user is None or may_enter(binaries.directory, user):
        yield binaries
        return
    with tempfile.TemporaryDirectory(prefix="ms-") as name:
        Path(name).chmod(0o755)
        shutil.copytree(binaries.directory.parent, Path(name) / "pg", symlinks=True)
        copy = inspect(Path(name) / "pg" / "bin")
        assert copy, f"a copy of {binaries.directory} does not run"
        yield copy
