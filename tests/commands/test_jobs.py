"""A long history taken in parts at once finds what it finds when taken as a whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sandbox import directories_of, processes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox import Sandbox

pytestmark = pytest.mark.postgres
NUMBER = 104


def write(repo: Sandbox, planted: dict[int, tuple[str, str]]) -> None:
    """Write a long history, with a way up and down of our own for some of it."""
    for number in range(1, NUMBER + 1):
        usual = f"CREATE TABLE t{number} (id int);", f"DROP TABLE t{number};"
        up, down = planted.get(number, usual)
        repo.sql(f"{number:03}_step", f"{up}\n-- migrate:down\n{down}\n")


def chain(up: str, down: str) -> Iterator[tuple[str, str | None, str, str]]:
    for number in range(NUMBER):
        yield f"r{number}", f"r{number - 1}" if number else None, up.format(number), down.format(number)


def both(repo: Sandbox, code: int) -> dict[str, Any]:
    """Run it in two parts and as a whole; the same must be found."""
    found = []
    for jobs in "2", "1":
        ran = repo.run("check", "--all", "--output", "json", "--jobs", jobs)
        assert ran.code == code, ran.err
        document = json.loads(ran.out)
        for step in document["steps"]:
            del step["seconds"]
        document["steps"].sort(key=lambda step: step["migration"])
        document["findings"].sort(key=lambda finding: (finding["migration"], finding["rule"]))
        found.append(document)
    assert found[0] == found[1]
    return found[0]


def rules(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(finding["rule"], finding["migration"]) for finding in document["findings"]]


def test_defects_of_both_parts_are_found_and_roles_do_not_collide(repo: Sandbox) -> None:
    write(
        repo,
        {
            3: ("CREATE ROLE migseal_parts;", "DROP ROLE migseal_parts;"),
            20: ("CREATE TABLE t20 (id int); CREATE TYPE mood AS ENUM ('a');", "DROP TABLE t20;"),
            90: ("CREATE TABLE t90 (id int);", "DROP TABLE nothing;"),
        },
    )
    assert rules(both(repo, 1)) == [("leftover-object", "020"), ("failed-downgrade", "090")]


def test_the_way_down_to_empty_goes_through_both_parts(repo: Sandbox) -> None:
    write(
        repo,
        {
            2: (
                "CREATE TABLE t2 (a text, b int);",
                "INSERT INTO t2 SELECT 'x', 1 WHERE false; DROP TABLE t2;",
            ),
            NUMBER: ("ALTER TABLE t2 DROP a;", "ALTER TABLE t2 ADD a text;"),
        },
    )
    document = both(repo, 1)
    of_order = {("data-loss", f"{NUMBER:03}"), ("leftover-object", f"{NUMBER:03}")}
    assert set(rules(document)) == {("failed-downgrade", "002"), *of_order}
    assert "on the way down to an empty database" in document["findings"][0]["message"]


def test_what_one_part_left_is_not_told_again_by_another_at_empty(repo: Sandbox) -> None:
    write(repo, {20: ("CREATE TABLE t20 (id int); CREATE TYPE mood AS ENUM ('a');", "DROP TABLE t20;")})
    assert rules(both(repo, 1)) == [("leftover-object", "020")]


def test_a_failure_below_both_parts_is_told_once(repo: Sandbox) -> None:
    write(repo, {5: ("CREATE TABLE t4 (id int);", "DROP TABLE t4;")})
    document = both(repo, 1)
    assert rules(document) == [("failed-upgrade", "005")]
    skipped = [step["migration"] for step in document["steps"] if step["result"] == "skipped"]
    assert skipped == [f"{number:03}" for number in range(6, NUMBER + 1)]


def test_what_keeps_us_from_looking_is_told_once(repo: Sandbox) -> None:
    write(repo, {2: ("CREATE EXTENSION migseal_has_none;", "SELECT 1;")})
    ran = repo.run("check", "--all", "--jobs", "2")
    assert ran.code == 2
    assert ran.said.count("has no extension migseal_has_none") == 1


def test_alembic_runs_in_two_drivers(repo: Sandbox) -> None:
    repo.alembic(*chain("op.execute('CREATE TABLE t{} ()')", "op.drop_table('t{}')"))
    assert rules(both(repo, 0)) == []


def test_an_interrupt_ends_all_parts(repo: Sandbox) -> None:
    repo.alembic(*chain("__import__('time').sleep(60)", "pass"))
    marker = f"migseal-mark-{os.getpid()}-{time.monotonic_ns()}"
    child = subprocess.Popen(
        [sys.executable, "-I", "-m", "checks", "check", "--all", "--jobs", "2"],
        cwd=repo.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "MIGSEAL_TEST_MARK": marker},
    )
    deadline = time.monotonic() + 60
    while len(directories_of(processes_of(marker))) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    directories = directories_of(processes_of(marker))
    assert len(directories) == 2
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=20)
    assert "Traceback" not in said
    assert child.returncode == 130
    deadline = time.monotonic() + 20
    while (processes_of(marker) or any(map(os.path.exists, directories))) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes_of(marker) == []
    assert [directory for directory in directories if Path(directory).exists()] == []
