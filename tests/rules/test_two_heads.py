from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from histories import graph, revision

from checks.rules.two_heads import RULE

if TYPE_CHECKING:
    from checks.migration import Migration

r = revision
ONE = [r("a")]
TWO = [r("a"), r("b")]


@pytest.mark.parametrize(
    ("base", "now", "told"),
    [
        pytest.param([], [r("a"), r("b", "a")], None, id="a first history with one head"),
        pytest.param([], [r("a"), r("b")], "2 heads (a, b), and had 1", id="a first history with two"),
        pytest.param(ONE, [*ONE, r("b", "a"), r("c", "a")], "2 heads (b, c), and had 1", id="a fork"),
        pytest.param(
            ONE, [*ONE, r("b", "a"), r("c", "a"), r("d", "b", "c")], None, id="a fork that is merged"
        ),
        pytest.param(
            ONE, [*ONE, r("b", depends=("a",))], "2 heads (a, b), and had 1", id="depends does not join"
        ),
        pytest.param(TWO, [*TWO, r("c", "a")], None, id="as many as before"),
        pytest.param(
            TWO, [*TWO, r("c", "a"), r("d", "a")], "3 heads (b, c, d), and had 2", id="one more than before"
        ),
        pytest.param(TWO, [*TWO, r("c", "a", "b")], None, id="fewer than before"),
    ],
)
def test_two_heads(base: list[Migration], now: list[Migration], told: str | None) -> None:
    found = [finding.message for finding in RULE.judge(graph(now, base))]
    assert len(found) == (told is not None)
    assert all(told is not None and told in message for message in found)


def test_it_points_to_a_new_head() -> None:
    base = [*ONE, r("b", "a")]
    found = list(RULE.judge(graph([*base, r("c", "a")], base)))
    assert [(finding.migration, finding.path) for finding in found] == [("c", "migrations/versions/c.py")]
