from __future__ import annotations

import json
from typing import TYPE_CHECKING

from checks.finding import Finding, Severity
from checks.migration import File, Leg, Migration, Project, Result, Step
from checks.report import json as format_json
from checks.report.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., Finding]


def test_the_document_is_as_it_is_promised(finding: Make) -> None:
    migration = Migration("001", File("001.sql", "", ""))
    step = Step(Project("app", "m", "sql"), migration, Leg.DOWN, Result.DIFFERENT, 0.12345)
    outcome = Outcome(
        (finding(alike="x"),), (step,), base="a" * 40, fail_on=Severity.WARNING, heading=("h",), known=2
    )
    assert json.loads(format_json.write(outcome)) == {
        "version": 1,
        "result": "failed",
        "base": "a" * 40,
        "fail_on": "warning",
        "error": None,
        "findings": [
            {
                "rule": "edited-migration",
                "severity": "error",
                "project": "app",
                "migration": "001",
                "path": "m/001.sql",
                "line": 3,
                "message": "migration 001 was edited",
                "fix": "migseal restore 001",
                "kind": "",
                "value": "",
                "allowed": "",
            }
        ],
        "known": 2,
        "steps": [
            {
                "project": "app",
                "engine": "",
                "migration": "001",
                "leg": "down",
                "seconds": 0.123,
                "result": "different",
                "rows": None,
                "unmade": None,
                "fits": None,
                "given": None,
                "seeds": None,
                "witness": None,
            }
        ],
    }


def test_an_error_is_a_document_too() -> None:
    document = json.loads(format_json.write(Outcome(error="no server", hint="start one")))
    assert document["result"] == "error"
    assert document["error"] == {"message": "no server", "hint": "start one"}
    assert (document["base"], document["findings"], document["steps"]) == (None, [], [])


def test_any_path_is_written_as_ascii(finding: Make) -> None:
    written = format_json.write(Outcome((finding(path="größe\udcff\x1b.sql"),)))
    assert written.isascii()
    assert json.loads(written)["findings"][0]["path"] == "größe\udcff\x1b.sql"
