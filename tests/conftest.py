from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from sandbox import Sandbox, isolate
from servers import lacking, started

from checks import squawk
from checks.postgres import PROVIDERS, Settings
from checks.postgres.server import create, drop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from checks.database import Database
    from checks.postgres.server import Server

# What most tests expect is ours to find; those of squawk ask for it.
os.environ["MIGSEAL_SQUAWK"] = "no"
settings.register_profile("untimed", deadline=None)  # a busy machine is no defect
settings.load_profile("untimed")

OURS = ("installed", "embedded")


@pytest.fixture(scope="session")
def ours() -> str:
    """Name the provider of the tests' server: in CI there must be one."""
    reasons = {name: PROVIDERS[name].available(Settings()) for name in OURS}
    for name, reason in reasons.items():
        if reason is None:
            return name
    told = f"no PostgreSQL server for the tests: {reasons}"
    if os.environ.get("CI"):
        pytest.fail(told)
    pytest.skip(told)


@pytest.fixture(scope="session")
def squawked() -> str:
    """Give squawk-cli: in CI there must be one."""
    found = squawk.find()
    if found is None:
        told = "squawk-cli is not there: pip install squawk-cli"
        pytest.fail(told) if os.environ.get("CI") else pytest.skip(told)
    return found


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Give the server of the tests, or one of the major that a test is parametrized by."""
    major = getattr(request, "param", None)
    if major is None:
        with PROVIDERS[request.getfixturevalue("ours")].start(Settings()) as running:
            yield running
    elif told := lacking(major):
        pytest.skip(told)
    else:
        with started(major) as running:
            yield running


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    fresh = create(server)
    yield fresh
    drop(server, fresh)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sandbox:
    """Make an empty git repository, and let nothing of this machine have a say in it."""
    isolate(monkeypatch)
    root = tmp_path / "repo"
    root.mkdir()
    sandbox = Sandbox(root, capsys)
    sandbox.git("init", "--quiet", "--initial-branch=main")
    return sandbox
