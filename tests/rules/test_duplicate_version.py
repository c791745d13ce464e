from __future__ import annotations

import pytest
from histories import graph, line, revision

from checks.rules.duplicate_version import RULE


@pytest.mark.parametrize(
    ("now", "base", "told"),
    [
        pytest.param(
            ["1_a", "1_b"], [], [("1_b", "git mv migrations/1_b.sql migrations/2_b.sql")], id="plain"
        ),
        pytest.param(
            ["1_a", "001_b"], [], [("001_b", "migrations/002_b.sql")], id="1 and 001 are one number"
        ),
        pytest.param(["000_a", "0_b"], [], [("0_b", "migrations/1_b.sql")], id="and so are 0 and 000"),
        pytest.param(["1_a", "10_b", "100_c"], [], [], id="1, 10 and 100 are not"),
        pytest.param(
            ["1_a", "1_b", "1_c", "7_d"],
            [],
            [("1_b", "migrations/8_b.sql"), ("1_c", "migrations/9_c.sql")],
            id="each after the first gets a number of its own",
        ),
        pytest.param(
            ["1_a", "1_b"], ["1_b"], [("1_a", "migrations/2_a.sql")], id="the deployed one keeps it"
        ),
        pytest.param(["1_a", "1_b"], ["1_a"], [("1_b", "migrations/2_b.sql")], id="whichever that is"),
        pytest.param(["1_a b", "1_c d"], [], [("1_c d", "'migrations/1_c d.sql'")], id="quoted for a shell"),
        pytest.param(
            ["1_up/up", "1_x/up"], [], [("1_x/up", "git mv migrations/1_x migrations/2_x")], id="a folder"
        ),
    ],
)
def test_numbered_files(now: list[str], base: list[str], told: list[tuple[str, str]]) -> None:
    found = [(finding.path, finding.fix) for finding in RULE.judge(line(now, base))]
    assert [path for path, _ in found] == [f"migrations/{name}.sql" for name, _ in told]
    assert all(words in fix for (_, words), (_, fix) in zip(told, found, strict=True))


def test_revision_ids_are_no_numbers() -> None:
    assert list(RULE.judge(graph([revision("1"), revision("01", "1")]))) == []
    assert len(list(RULE.judge(graph([revision("1"), revision("1")])))) == 1
