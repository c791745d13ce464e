from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from checks.finding import Finding, Severity
from checks.report import github
from checks.report.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., Finding]


@pytest.mark.parametrize(
    ("severity", "word"),
    [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.NOTE, "notice")],
)
def test_a_finding_is_an_annotation_at_its_line(finding: Make, severity: Severity, word: str) -> None:
    assert github.write(Outcome((finding(severity=severity),))) == (
        f"::{word} file=m/001.sql,line=3,title=migseal%3A edited-migration::"
        "migration 001 was edited%0Afix: migseal restore 001\n"
    )


def test_nothing_of_a_finding_can_end_its_annotation(finding: Make) -> None:
    odd = "a%0A,b:c\r\n::error::d"
    (line,) = github.write(Outcome((finding(path=odd, message=odd, fix=odd),))).splitlines()
    properties, _, message = line.removeprefix("::error ").partition("::")
    assert properties == (
        "file=a%250A%2Cb%3Ac%0D%0A%3A%3Aerror%3A%3Ad,line=3,title=migseal%3A edited-migration"
    )
    assert message == "a%250A,b:c%0D%0A::error::d%0Afix: a%250A,b:c%0D%0A::error::d"


def test_a_finding_without_a_line_or_a_file_has_a_place_all_the_same(finding: Make) -> None:
    assert "file=m/001.sql,line=1," in github.write(Outcome((finding(line=0),)))
    assert github.write(Outcome((finding(path="", line=0),))).startswith("::error title=migseal%3A edited")


@pytest.mark.parametrize(
    ("severity", "number", "shown"),
    [(Severity.ERROR, 10, 10), (Severity.ERROR, 14, 10), (Severity.WARNING, 11, 10), (Severity.NOTE, 12, 9)],
)
def test_what_github_would_not_show_is_one_notice(
    finding: Make, severity: Severity, number: int, shown: int
) -> None:
    findings = tuple(finding(severity=severity, line=n) for n in range(1, number + 1))
    lines = github.write(Outcome(findings)).splitlines()
    assert len(lines) == shown + (number > shown)
    if number > shown:
        assert lines[-1].startswith("::notice title=migseal::")
        assert f"{number - shown} more finding" in lines[-1]
        assert sum(line.startswith("::notice") for line in lines) <= 10


def test_what_kept_us_from_looking_is_an_error() -> None:
    told = github.write(Outcome(error="migseal.yaml:3: bad\nvery", hint="mend it: 100 %"))
    assert told == "::error title=migseal cannot check::migseal.yaml:3: bad%0Avery%0Amend it: 100 %25\n"


def test_nothing_found_is_nothing_told() -> None:
    assert github.write(Outcome()) == ""
