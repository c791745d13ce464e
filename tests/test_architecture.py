"""The rooms of the design: what each may import, and what only one of them may do."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import checks

ROOT = Path(checks.__file__).parent
DRIVER = "tools/alembic_driver"  # runs in the user's interpreter: nothing of ours, and no more than is there
ROOMS = {
    "errors": "",
    "content": "",
    "database": "",
    "witness": "",
    "migration": "sensitive witness",
    "finding": "",
    "sql": "",
    "sensitive": "sql yaml",
    "document": "errors yaml",
    "config": "errors document migration witness",
    "lockfile": "errors document migration",
    "squawk": "errors migration",
    "repository": "errors content git",
    "hosts": "errors",
    "rules": "finding migration sensitive witness sql",
    "tools": "errors content database migration sql psycopg",
    DRIVER: "alembic sqlalchemy psycopg",
    "postgres": "errors database psycopg docker",
    "roundtrip": "errors database migration sensitive witness sql tools postgres psycopg",
    "report": "finding migration witness click rich",
}
ROOMS["commands"] = " ".join((*(ROOMS.keys() - {DRIVER}), "click rich filelock"))
ROOMS["__main__"], ROOMS["__init__"] = "commands", ""
NO_IO = {
    "os",
    "io",
    "pathlib",
    "subprocess",
    "socket",
    "urllib",
    "shutil",
    "tempfile",
}  # not for what only judges
SPEAKERS = ("commands/", "__main__.py", f"{DRIVER}/", "postgres/supervisor.py")
FILES = sorted(path for path in ROOT.rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room(path: Path) -> str:
    return DRIVER if name(path).startswith(DRIVER) else name(path).removesuffix(".py").partition("/")[0]


def imports(path: Path) -> Iterator[str]:
    """Give what a file imports: our rooms by their name, and everything else by its package's."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            full = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            full = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (word.split(".")[word.startswith("checks.")] for word in full if word != "checks.VERSION")


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_room_imports_only_what_it_may(path: Path) -> None:
    found = set(imports(path)) - {room(path), "checks"}
    assert found - sys.stdlib_module_names <= set(ROOMS[room(path)].split())
    assert room(path) not in {"rules", "sql", "migration", "witness", "finding"} or not found & NO_IO


def test_no_rooms_import_each_other() -> None:
    graph: dict[str, set[str]] = {}
    for path in FILES:
        graph.setdefault(room(path), set()).update(set(imports(path)) & ROOMS.keys() - {room(path)})
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("path", FILES, ids=name)
def test_only_commands_speak_and_only_hosts_know_a_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    calls = {ast.unparse(node.func) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)}
    loud = {"print", "sys.exit", "exit", "os._exit", "click.echo", "click.secho", "sys.stdout.write"}
    assert name(path).startswith(SPEAKERS) or not calls & loud
    assert room(path) == "hosts" or "GITHUB_" not in text
