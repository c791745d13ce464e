from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest

from checks.errors import CannotCheckError
from checks.migration import Project
from checks.tools.interpreter import Interpreter, choose, without_alembic

SHOP = Project("shop", "services/shop/migrations", "alembic", ini_file="services/shop/alembic.ini")


def executable(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def python_of(environment: Path) -> Path:
    return executable(environment / "bin/python")


def test_the_config_s_comes_first(tmp_path: Path) -> None:
    python_of(tmp_path / ".venv")
    configured = python_of(tmp_path / "other")
    for python in ("other/bin/python", "other", str(configured)):
        project = Project("shop", "migrations", "alembic", python=python)
        found = choose(project, tmp_path, {"VIRTUAL_ENV": str(tmp_path / ".venv")})
        assert found == Interpreter(configured, f'python: "{python}" in the config')


@pytest.mark.parametrize("python", ["nothing/bin/python", "migrations", "plain.txt"])
def test_a_configured_one_that_is_not_there(tmp_path: Path, python: str) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "plain.txt").write_text("")
    project = Project("shop", "migrations", "alembic", python=python)
    with pytest.raises(CannotCheckError, match=f'python: "{python}"') as caught:
        choose(project, tmp_path, {})
    assert 'python: ".venv/bin/python"' in caught.value.hint


def test_the_active_environment_before_those_in_the_repository(tmp_path: Path) -> None:
    python_of(tmp_path / ".venv")
    active = python_of(tmp_path / "active")
    found = choose(SHOP, tmp_path, {"VIRTUAL_ENV": str(tmp_path / "active")})
    assert found.path == active
    assert "VIRTUAL_ENV" in found.why


def test_neither_ours_nor_pre_commit_s_nor_a_stale_one_is_the_active_environment(tmp_path: Path) -> None:
    beside = python_of(tmp_path / ".venv")
    made_by_hook = tmp_path / "cache/repo1234/py_env-python3.12"
    python_of(made_by_hook)
    for value in (sys.prefix, str(made_by_hook), str(tmp_path / "gone"), ""):
        assert choose(SHOP, tmp_path, {"VIRTUAL_ENV": value}).path == beside


@pytest.mark.parametrize("name", [".venv", "venv"])
def test_the_nearest_environment_up_to_the_root(tmp_path: Path, name: str) -> None:
    root = tmp_path / "repository"
    (root / SHOP.directory).mkdir(parents=True)
    python_of(tmp_path / ".venv")  # above the root: not the repository's
    for place in ("", "services", "services/shop", "services/shop/migrations"):
        expected = python_of(root / place / name)
        found = choose(SHOP, root, {})
        assert found.path == expected
        assert (Path(place) / name).as_posix() in found.why


def test_an_environment_above_the_root_is_not_the_repository_s(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    root.mkdir()
    python_of(tmp_path / ".venv")
    assert choose(SHOP, root, {}).path == Path(sys.executable)


def test_poetry_is_asked_where_its_lock_is_and_not_told_of_our_environment(tmp_path: Path) -> None:
    made = python_of(tmp_path / "made")
    text = f'#!/bin/sh\necho "$PWD $VIRTUAL_ENV $*" > {tmp_path}/asked\necho {tmp_path}/made\n'
    poetry = executable(tmp_path / "bin/poetry", text)
    environ = {"PATH": str(poetry.parent), "VIRTUAL_ENV": sys.prefix}
    assert choose(SHOP, tmp_path, environ).path == Path(sys.executable)
    assert not (tmp_path / "asked").exists()
    (tmp_path / "services/shop").mkdir(parents=True)
    (tmp_path / "services/shop/poetry.lock").touch()
    found = choose(SHOP, tmp_path, environ)
    assert found == Interpreter(made, "what `poetry env info` names")
    assert (tmp_path / "asked").read_text() == f"{tmp_path}/services/shop  env info --path\n"


def test_a_poetry_without_an_environment_is_passed_by(tmp_path: Path) -> None:
    poetry = executable(tmp_path / "bin/poetry", "#!/bin/sh\nexit 1\n")
    (tmp_path / "poetry.lock").touch()
    assert choose(SHOP, tmp_path, {"PATH": str(poetry.parent)}).path == Path(sys.executable)


def test_ours_where_alembic_is(tmp_path: Path) -> None:
    assert importlib.util.find_spec("alembic")
    found = choose(SHOP, tmp_path, {"PATH": os.environ["PATH"]})
    assert found.path == Path(sys.executable)
    assert "migseal runs in" in found.why


def without_our_alembic(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let nothing be importable but a directory named alembic, as a migrations directory often is."""
    (tmp_path / "alembic").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "alembic", raising=False)
    importlib.invalidate_caches()


def test_path_without_ours_at_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_our_alembic(monkeypatch, tmp_path)
    hook = python_of(tmp_path / "py_env-python3").parent
    expected = executable(tmp_path / "usr/bin/python3")
    path = os.pathsep.join(["", str(Path(sys.prefix) / "bin"), str(hook), str(expected.parent)])
    assert choose(SHOP, tmp_path, {"PATH": path}) == Interpreter(expected, "the first Python on PATH")


def test_none_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_our_alembic(monkeypatch, tmp_path)
    with pytest.raises(CannotCheckError, match="no Python interpreter was found") as caught:
        choose(SHOP, tmp_path, {"PATH": str(tmp_path)})
    assert "migseal.yaml" in caught.value.hint


def test_one_without_alembic_is_named_with_the_reason_for_its_choice() -> None:
    chosen = Interpreter(Path("/usr/bin/python3"), "the first Python on PATH")
    error = without_alembic(SHOP, chosen, "No module named 'alembic'")
    assert error.message.splitlines() == [
        "shop: /usr/bin/python3 has no usable Alembic (No module named 'alembic').",
        "It was chosen because it is the first Python on PATH.",
    ]
    assert error.hint.splitlines()[-1] == '    python: ".venv/bin/python"'
