"""The blocks of the rules' pages, each made into a repository and checked: a page cannot lie."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import scenario

from checks import commands
from checks.migration import Lint, Meeting, Race, Trip
from checks.rules import RULES
from checks.rules.rule import family

PAGES = Path(__file__).parent.parent / "docs" / "rules"
BLOCK = re.compile(r"^(?P<told>\S[^\n]*)\n\n```text\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
TRIPS = {rule.name for rule in RULES if rule.reads in (Lint, Meeting, Race, Trip)}
# These judge files and trips: of a block that only a trip tells, the line above says so.
BOTH = {rule.name for rule in RULES if isinstance(rule.reads, tuple)}
OPTIONS = {
    "squawk": ["--squawk"],
    "leftover-at-empty": ["--all"],
    "unsafe-concurrent-upgrade": ["--concurrent"],
}


LINK = re.compile(r"\[([a-z-]+)\]\(\1\.md\)")
COMMAND = re.compile(r"(?:git|migseal) [^,;]+")


@dataclass(frozen=True)
class Case:
    """One block of a page, and the line of prose above it."""

    rule: str
    told: str
    text: str

    @property
    def others(self) -> set[str]:
        """The rules that the line names by a link: they are to be found, too."""
        return set(LINK.findall(self.told))

    @property
    def travels(self) -> bool:
        """Whether round trips are made."""
        return self.rule in TRIPS or (self.rule in BOTH and "round trip" in self.told)


def cases(heading: str) -> list[Any]:
    """Give the blocks under a heading of every page."""
    found = []
    for rule in RULES:
        page = (PAGES / f"{rule.name}.md").read_text(encoding="utf-8")
        part = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
        for match in BLOCK.finditer(part):
            case = Case(rule.name, match["told"], match["text"])
            words = re.findall(r"[\w/.]+", match["told"].lower())
            found.append(
                pytest.param(
                    case,
                    id=f"{rule.name}-{'-'.join(words[:9])}",
                    marks=[pytest.mark.postgres] if case.travels else [],
                )
            )
    return found


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and no word of the machine's on git, Python or the CI host."""
    for name in os.environ:
        if name.startswith(("GIT_", "GITHUB_")) or name == "VIRTUAL_ENV":
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return tmp_path


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deployed")


@pytest.fixture
def build(repository: Path, store: Path, request: pytest.FixtureRequest) -> Callable[[Case], Path]:
    """Make a block's repository."""

    def made(case: Case) -> Path:
        if case.travels:
            request.getfixturevalue("ours")  # a PostgreSQL server, or why there is none
        if case.rule == "squawk":
            request.getfixturevalue("squawked")
        scenario.build(repository, case.text, store)
        return repository

    return made


def check(case: Case, root: Path, capture: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, Any]]]:
    """Run `migseal check`, and give its exit code and findings."""
    options = OPTIONS.get(case.rule, [] if case.travels else ["--files-only"])
    capture.readouterr()  # what the building said
    code = commands.run(["check", "-C", str(root), "--base", "main", "--output", "json", *options])
    written = capture.readouterr()
    assert code in (0, 1), written
    report = json.loads(written.out)
    return code, report["findings"]


def is_as_mild(case: Case, findings: list[dict[str, Any]]) -> bool:
    """Tell whether there are only notes, or warnings, where the line above a block says so."""
    found = {finding["severity"] for finding in findings}
    return all(found == {word} for word in ("note", "warning") if f"a {word}" in case.told)


def told(findings: list[dict[str, Any]]) -> str:
    return "\n".join("{severity} {rule} {path}:{line} {message} -> {fix}".format(**f) for f in findings)


def run(command: str, root: Path) -> None:
    """Run a command that a finding gives to mend it."""
    for part in command.split(" && "):
        program, *arguments = shlex.split(part)
        if program == "git":
            subprocess.run(["git", *arguments], cwd=root, check=True)
        else:
            assert commands.run([*arguments, "-C", str(root)]) == 0


@pytest.mark.parametrize("case", cases("Blocked"))
def test_blocked(case: Case, build: Callable[[Case], Path], capsys: pytest.CaptureFixture[str]) -> None:
    root = build(case)
    code, findings = check(case, root, capsys)
    assert {family(finding["rule"]) for finding in findings} == {case.rule} | case.others, told(findings)
    assert is_as_mild(case, findings), told(findings)
    assert all(finding["path"] and finding["message"] and finding["fix"] for finding in findings)
    assert code == any(finding["severity"] == "error" for finding in findings)
    commands_given = [match.group() for finding in findings if (match := COMMAND.match(finding["fix"]))]
    for command in commands_given:
        run(command, root)
    if len(commands_given) == len(findings):
        assert case.rule not in {family(finding["rule"]) for finding in check(case, root, capsys)[1]}


@pytest.mark.parametrize("case", cases("Allowed"))
def test_allowed(case: Case, build: Callable[[Case], Path], capsys: pytest.CaptureFixture[str]) -> None:
    _, findings = check(case, build(case), capsys)
    assert {finding["rule"] for finding in findings} == case.others, told(findings)
    assert is_as_mild(case, findings), told(findings)
