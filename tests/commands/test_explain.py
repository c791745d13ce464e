from __future__ import annotations

import pytest

from checks import commands
from checks.rules import RULES


@pytest.mark.parametrize("rule", [rule.name for rule in RULES])
def test_every_rule_has_a_page(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.run(["explain", rule]) == 0
    assert capsys.readouterr().out.startswith(f"# {rule}\n")


def test_without_a_rule_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.run(["explain"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [rule.name for rule in RULES]
    assert all(len(line.split()) > 3 for line in lines)
    off = [line.split()[0] for line in lines if line.endswith("(off unless migseal.yaml sets it)")]
    assert off == [rule.name for rule in RULES if rule.off]


def test_a_rule_that_is_none_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.run(["explain", "leftover-objects"]) == 2
    told = capsys.readouterr().err
    assert "no rule is called leftover-objects (did you mean leftover-object?)" in told
    assert "`migseal explain` lists all rules" in told
