from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from checks.finding import Finding, Severity
from checks.migration import File, Leg, Migration, Project, Result, Step
from checks.report import text
from checks.report.outcome import Outcome, by_severity

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., Finding]


def test_a_finding_says_where_what_and_what_mends_it(finding: Make) -> None:
    assert text.write(Outcome((finding(),), heading=("base abc",))) == (
        "base abc\n"
        "\n"
        "m/001.sql:3: error: edited-migration\n"
        "    migration 001 was edited\n"
        "    fix: migseal restore 001\n"
        "\n"
        "failed: 1 error\n"
    )


def test_a_finding_without_a_line_or_a_file_begins_without(finding: Make) -> None:
    assert text.write(Outcome((finding(line=0),))).startswith("m/001.sql: error: edited-migration\n")
    assert text.write(Outcome((finding(path="", line=0),))).startswith("error: edited-migration\n")


@pytest.mark.parametrize(
    ("severities", "told"),
    [
        ((), "passed: nothing found"),
        ((Severity.NOTE,), "passed: 1 note"),
        ((Severity.WARNING, Severity.WARNING), "passed: 2 warnings"),
        ((Severity.ERROR, Severity.NOTE, Severity.ERROR), "failed: 2 errors, 1 note"),
    ],
)
def test_the_last_line_is_the_verdict(finding: Make, severities: tuple[Severity, ...], told: str) -> None:
    outcome = Outcome(tuple(finding(severity=severity) for severity in severities))
    assert text.write(outcome).splitlines()[-1] == told


@pytest.mark.parametrize(
    ("fail_on", "severity", "result"),
    [
        (Severity.ERROR, Severity.WARNING, "passed"),
        (Severity.WARNING, Severity.WARNING, "failed"),
        (Severity.WARNING, Severity.NOTE, "passed"),
        (Severity.NOTE, Severity.NOTE, "failed"),
    ],
)
def test_it_fails_from_a_severity_on(
    finding: Make, fail_on: Severity, severity: Severity, result: str
) -> None:
    assert Outcome((finding(severity=severity),), fail_on=fail_on).result == result


def test_errors_come_first_then_places(finding: Make) -> None:
    one, two = finding(path="a", line=9), finding(path="a", line=10)
    note, other = finding(severity=Severity.NOTE, path="a", line=1), finding(path="b", line=1)
    assert by_severity((note, other, two, one)) == (one, two, other, note)


def test_many_alike_are_one(finding: Make) -> None:
    many = tuple(finding(path=f"m/{n:03}.sql", alike="is deployed and was edited") for n in range(300))
    other = finding(path="m/other.sql", alike="is deployed and its bytes are gone")
    written = text.write(Outcome((*many, other)))
    assert written == (
        "m/000.sql:3: error: edited-migration (300 migrations alike)\n"
        "    each is deployed and was edited\n"
        "    files: m/000.sql, m/001.sql, m/002.sql and 297 more\n"
        "    fix: for each: migseal restore 001\n"
        "\n"
        "m/other.sql:3: error: edited-migration\n"
        "    migration 001 was edited\n"
        "    fix: migseal restore 001\n"
        "\n"
        "failed: 301 errors\n"
    )


def test_a_few_alike_are_themselves(finding: Make) -> None:
    few = tuple(finding(path=f"m/{n}.sql", alike="was edited") for n in range(3))
    assert text.write(Outcome(few)).count("fix:") == 3


def test_what_kept_us_from_looking_stands_with_its_hint() -> None:
    assert text.write(Outcome(error="no server\nnone at all", hint="start one")) == (
        "error: no server\n    none at all\n    fix: start one\n\nerror: nothing was proved\n"
    )


def test_nothing_of_a_strangers_file_or_database_reaches_the_terminal(finding: Make) -> None:
    odd = "a\x1b[31m\n::stop-commands::x\r\u202e\x9b"
    written = text.write(Outcome((finding(path=odd, message=odd, fix=odd),), heading=(odd,)))
    assert not set(written) & set("\x1b\r\u202e\x9b")
    assert "\n::" not in written
    assert "a\\x1b[31m\\n::stop-commands::x\\r\\u202e\\x9b:3: error" in written


def test_colour_is_there_only_if_asked(finding: Make) -> None:
    assert "\x1b[31m" in text.write(Outcome((finding(),)), colour=True)
    assert "\x1b" not in text.write(Outcome((finding(),)))


def test_round_trips_are_a_table() -> None:
    project = Project("app", "m", "sql")

    def step(version: str, leg: Leg, result: Result, reason: str = "") -> Step:
        return Step(project, Migration(version, File("a", "", "")), leg, result, 0.5, reason=reason)

    steps = (
        step("001", Leg.UP, Result.PASSED),
        step("001", Leg.DOWN, Result.DIFFERENT),
        step("002", Leg.UP, Result.PASSED),
        step("002", Leg.DOWN, Result.SKIPPED, "there is no down file"),
    )
    lines = [line.split() for line in text.write(Outcome(steps=steps)).splitlines()]
    assert lines[:3] == [
        ["round", "trip", "up", "down", "again", "why", "not"],
        ["app", "001", "0.50", "s", "different", "-"],
        ["app", "002", "0.50", "s", "skipped", "-", "there", "is", "no", "down", "file"],
    ]
