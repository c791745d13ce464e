from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from histories import graph, revision

from checks.rules.broken_history import RULE

if TYPE_CHECKING:
    from checks.migration import Migration

r = revision


@pytest.mark.parametrize(
    ("now", "told"),
    [
        pytest.param([r("a", "x")], ["a comes after x"], id="a parent that is not there"),
        pytest.param([r("a", "x", "y")], ["a comes after x"], id="two of them are told by one"),
        pytest.param([r("a", "x"), r("b", "a")], ["a comes after x"], id="what comes after is not told"),
        pytest.param([r("a", "x"), r("b", "y")], ["a comes after x", "b comes after y"], id="two causes"),
        pytest.param([r("a", depends=("x",))], ["a comes after x"], id="a dependency"),
        pytest.param([r("a", "a")], ["a comes after itself"], id="a circle of one"),
        pytest.param([r("a", "b"), r("b", "a")], ["a comes after itself"], id="a circle of two"),
        pytest.param(
            [r("a", "c"), r("b", "a"), r("c", "b"), r("d", "c")], ["a comes after itself"], id="of three"
        ),
        pytest.param([r("a"), r("b", "a", "c"), r("c", "b")], ["b comes after itself"], id="beside a root"),
        pytest.param(
            [r("a"), r("b", depends=("c",)), r("c", "b")], ["b comes after itself"], id="by depends"
        ),
        pytest.param(
            [r("a", "b"), r("b", "a"), r("c", "d"), r("d", "c")],
            ["a comes after itself"],
            id="one of two circles",
        ),
        pytest.param([r("b", "a"), r("a")], [], id="children first in the folder"),
        pytest.param([r("a"), r("b", "a"), r("c", "a"), r("d", "b", "c")], [], id="a diamond"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_broken_history(now: list[Migration], told: list[str]) -> None:
    found = [finding.message for finding in RULE.judge(graph(now))]
    assert len(found) == len(told)
    assert all(f"migration {words}" in message for words, message in zip(told, found, strict=True))


def test_a_deleted_parent_is_told_by_deleted_migration() -> None:
    base = [revision("a"), revision("b", "a")]
    assert list(RULE.judge(graph(base[1:], base))) == []
