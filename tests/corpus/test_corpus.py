from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sandbox import ENV, IDENTITY

from checks.postgres.server import connect

if TYPE_CHECKING:
    from checks.postgres.server import Server

pytestmark = pytest.mark.postgres

HERE = Path(__file__).parent
ROLES = (
    "CREATE ROLE corpus_reader; CREATE ROLE corpus_staff; CREATE ROLE corpus_member IN ROLE corpus_staff;"
    " ALTER ROLE corpus_member SET work_mem = '6MB';"
)
NO_ROLES = "DROP ROLE corpus_member; DROP ROLE corpus_reader; DROP ROLE corpus_staff;"
FIRST = "001"
SHARE = 10  # cases in a project: after each defect all below it is built anew
MARK = re.compile(r"^-- (\w[\w ]*?)(?:: (.*))?$", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    """One downgrade, in the words of no tool.

    Attributes:
        name: What is wrong with it, or looks so.
        version: Its migration's.
        parts: What the file says of it, by word.
    """

    name: str
    version: str
    parts: dict[str, str]

    def text(self, word: str) -> str:
        """Give a part with the case's own schema in it."""
        return self.parts.get(word, "").replace("$s", self.schema)

    @property
    def schema(self) -> str:
        """Name the case's own schema."""
        return re.sub(r"\W+", "_", self.name)[:40]


def read(name: str) -> tuple[Case, ...]:
    """Read the cases of a file."""
    text = (HERE / f"{name}.sql").read_text(encoding="utf-8")
    pieces = re.split(r"^-- (?:defect|alike): ", text, flags=re.MULTILINE)[1:]
    return tuple(_case(piece, f"{number:03}") for number, piece in enumerate(pieces, 2))


def _case(piece: str, version: str) -> Case:
    name, _, body = piece.partition("\n")
    _, *found = MARK.split(body)
    words = zip(found[::3], found[1::3], found[2::3], strict=True)
    return Case(name, version, {word: told or text.strip() for word, told, text in words})


@dataclass(frozen=True)
class Corpus:
    """What a check of all cases of a file, as migrations of one tool, found.

    Attributes:
        code: Its exit code.
        findings: By migration.
        steps: The legs' results, by migration.
    """

    code: int
    findings: dict[str, list[dict[str, Any]]]
    steps: dict[str, list[str]]


def write(root: Path, path: str, text: str) -> None:
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")


def write_sql(root: Path, version: str, _after: str | None, up: str, down: str) -> None:
    """Write a migration in one of the layouts, by turns."""
    if int(version) % 2:
        write(root, f"migrations/{version}_x.up.sql", up)
        write(root, f"migrations/{version}_x.down.sql", down)
    else:
        write(root, f"migrations/{version}_x.sql", f"{up}\n-- migrate:down\n{down}\n")


def write_alembic(root: Path, version: str, after: str | None, up: str, down: str) -> None:
    lines = [
        "import sqlalchemy as sa\nfrom alembic import op\n",
        f"revision = {version!r}\ndown_revision = {after!r}\n",
        f"def upgrade():\n{_indented(up)}\n",
        f"def downgrade():\n{_indented(down)}\n",
    ]
    write(root, f"migrations/versions/{version}.py", "\n".join(lines))


def _indented(body: str) -> str:
    return "\n".join(f"    {line}" for line in body.splitlines() or ["pass"])


def lay(root: Path, tool: str, cases: Sequence[Case]) -> None:
    """Write a project: a migration that makes what its cases need, and one for each."""
    up = ROLES + "\n".join(f"CREATE SCHEMA {case.schema}; {case.text('start')}" for case in cases)
    down = "\n".join(f"{case.text('undo')} DROP SCHEMA {case.schema} CASCADE;" for case in cases) + NO_ROLES
    versions = [FIRST, *(case.version for case in cases)]
    if tool == "sql":
        write_sql(root, FIRST, None, up, down)
        for case in cases:
            write_sql(root, case.version, None, case.text("up"), case.text("down"))
        return
    write(root, "alembic.ini", "[alembic]\nscript_location = %(here)s/migrations\n")
    write(root, "migrations/env.py", ENV)
    write(root, "migrations/script.py.mako", "")
    write_alembic(root, FIRST, None, executed(up), executed(down))
    for after, case in zip(versions, cases, strict=False):
        legs = (case.text(f"op {leg}") or executed(case.text(leg)) for leg in ("up", "down"))
        write_alembic(root, case.version, after, *legs)


def executed(statements: str) -> str:
    return f"op.execute({statements!r})" if statements else ""


def check(root: Path) -> Corpus:
    """Commit the project and check all of it, as a process of its own."""
    write(root, "migseal.yaml", "rules: {sensitive-insert: off}\n")  # passwords of mappings are cases, too
    env = {
        key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "GITHUB_"))
    } | IDENTITY
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=all"]):
        subprocess.run(["git", *words], cwd=root, env=env, check=True)
    command = [sys.executable, "-I", "-m", "checks", "check", "--all", "--no-baseline", "--output", "json"]
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)
    document = json.loads(done.stdout)
    assert document["error"] is None, document["error"]
    findings: dict[str, list[dict[str, Any]]] = {}
    for finding in document["findings"]:
        findings.setdefault(finding["migration"], []).append(finding)
    steps: dict[str, list[str]] = {}
    for step in document["steps"]:
        steps.setdefault(step["migration"], []).append(step["result"])
    return Corpus(done.returncode, findings, steps)


@pytest.fixture(scope="module")
def possible(server: Server) -> Callable[[Case], bool]:
    """Tell whether the server has what a case is about."""
    with closing(connect(server.admin)) as asked:
        known = {name for (name,) in asked.execute("SELECT name FROM pg_available_extensions")}
    return lambda case: (
        int(case.parts.get("since", 0)) <= server.major and case.parts.get("needs", "plpgsql") in known
    )


def checked(tool: str, cases: Sequence[Case], root: Path) -> Corpus:
    for number, first in enumerate(range(0, len(cases), SHARE)):
        lay(root / f"p{number:02}", tool, cases[first : first + SHARE])
    return check(root)


DEFECTS, ALIKE, ROWS = read("defects"), read("alike"), read("rows")
# Who runs the migrations: Alembic by operations of its own, where they are told, or by statements.
KINDS = {
    "sql": ("sql", DEFECTS),
    "operations": ("alembic", tuple(case for case in DEFECTS if case.text("op up"))),
    "execute": ("alembic", tuple(case for case in DEFECTS if not case.text("op up"))),
    "rows-sql": ("sql", ROWS),
    "rows-operations": ("alembic", tuple(case for case in ROWS if case.text("op up"))),
    "rows-execute": ("alembic", tuple(case for case in ROWS if not case.text("op up"))),
    "alike-sql": ("sql", ALIKE),
    "alike-execute": ("alembic", ALIKE),
}
DEFECTIVE = tuple(kind for kind in KINDS if not kind.startswith("alike"))
SLOW = {"execute": pytest.mark.slow}  # a driver is started after each defect


def pairs(*kinds: str) -> list[Any]:
    """Give the kinds with each of their cases."""
    return [
        pytest.param(kind, case, marks=SLOW.get(kind, ()), id=f"{kind}-{case.name}")
        for kind in kinds
        for case in KINDS[kind][1]
    ]


@pytest.fixture(scope="module")
def corpus(
    tmp_path_factory: pytest.TempPathFactory, possible: Callable[[Case], bool]
) -> Callable[[str], Corpus]:
    """Check all cases of a kind at once, the first time that one of them is asked for."""

    @functools.cache
    def look(kind: str) -> Corpus:
        tool, cases = KINDS[kind]
        return checked(tool, [case for case in cases if possible(case)], tmp_path_factory.mktemp(kind))

    return look


@pytest.mark.parametrize(("kind", "case"), pairs(*DEFECTIVE))
def test_the_defect_is_found_and_named(
    kind: str, case: Case, corpus: Callable[[str], Corpus], possible: Callable[[Case], bool]
) -> None:
    if not possible(case):
        pytest.skip("the server has no such thing")
    assert corpus(kind).code == 1
    assert FIRST not in corpus(kind).findings, "the ground that all stand on"
    found = corpus(kind).findings[case.version]
    fails = [one for one in found if one["rule"] == "fails-on-rows"]
    assert [one["severity"] for one in fails] == ["error"] * bool(case.text("fails")), fails
    (finding,) = (one for one in found if one not in fails)
    assert (finding["rule"], finding["severity"]) == (case.text("rule") or "leftover-object", "error")
    assert case.text("named") in finding["message"], finding["message"]
    assert case.text("mend") in finding["fix"], finding
    if not case.text("mend"):
        assert "add to the downgrade" not in finding["fix"], finding


@pytest.mark.parametrize(("kind", "case"), pairs("alike-sql", "alike-execute"))
def test_what_only_looks_like_a_defect_is_none(
    kind: str, case: Case, corpus: Callable[[str], Corpus]
) -> None:
    everything = corpus(kind).findings.get(case.version, [])
    lost = [one for one in everything if (one["rule"], one["severity"]) == ("data-loss", "warning")]
    assert bool(lost) == bool(case.text("loses")), lost
    found = [one for one in everything if one not in lost]
    assert [one["severity"] for one in found] == ["note"] * bool(case.text("note")), found
    assert all(case.text("note") in one["message"] for one in found), found
    assert FIRST not in corpus(kind).findings, "the ground that all stand on"
    assert corpus(kind).code == 0
