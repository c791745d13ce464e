from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from histories import graph, revision

from checks.migration import Tier
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


OLD = [r("a"), r("b", "a")]


@pytest.mark.parametrize(
    ("base", "now", "fix"),
    [
        pytest.param(
            OLD,
            [*OLD, r("c", "a")],
            'alembic merge -m merge b c, or write `down_revision = "b"` at migrations/versions/c.py:7; '
            "never re-point b, which is deployed",
            id="the new one comes after the deployed one",
        ),
        pytest.param(
            OLD,
            [*OLD, r("c", "a"), r("d", "c")],
            'alembic merge -m merge b d, or write `down_revision = "b"` at migrations/versions/c.py:7; '
            "never re-point b, which is deployed",
            id="the first of the new ones is re-pointed",
        ),
        pytest.param(
            ONE,
            [*ONE, r("b", "a"), r("c", "a")],
            'alembic merge -m merge b c, or write `down_revision = "c"` at migrations/versions/b.py:7',
            id="both are new",
        ),
        pytest.param(
            ONE,
            [*ONE, r("b", "a"), r("c", "b"), r("d", "b")],
            'alembic merge -m merge c d, or write `down_revision = "d"` at migrations/versions/c.py:7',
            id="they part at a new one",
        ),
        pytest.param(
            ONE,
            [*ONE, r("b", "a"), r("c", "a"), r("d", "a")],
            'alembic merge -m merge b c d, or write `down_revision = "c"` at migrations/versions/b.py:7',
            id="a merge joins all that are too many",
        ),
        pytest.param(
            OLD,
            [*OLD, r("x")],
            'alembic merge -m merge b x, or write `down_revision = "b"` at migrations/versions/x.py:7; '
            "never re-point b, which is deployed",
            id="it comes after nothing",
        ),
        pytest.param(
            TWO,
            [*TWO, r("c", "a"), r("d", "a")],
            'alembic merge -m merge c d, or write `down_revision = "d"` at migrations/versions/c.py:7',
            id="a head that was there on purpose is left alone",
        ),
        pytest.param(
            [*OLD, r("z")],
            [*OLD, r("z"), r("c", "a")],
            'alembic merge -m merge b c, or write `down_revision = "b"` at migrations/versions/c.py:7; '
            "never re-point b, which is deployed",
            id="of several heads the one that it parts from",
        ),
        pytest.param(
            TWO, [*TWO, r("x")], "alembic merge -m merge a b x", id="nobody knows from which it parts"
        ),
        pytest.param(
            [*OLD, r("e", "a"), r("m", "b", "e")],
            [*OLD, r("e", "a")],
            "alembic merge -m merge b e",
            id="none is new",
        ),
        pytest.param(
            [*OLD, r("z")],
            [*OLD, r("z"), r("c", "a"), r("d", "c", "z"), r("e", "c")],
            "alembic merge -m merge b d e",
            id="a new merge has more than one parent",
        ),
    ],
)
def test_both_ways_are_written(base: list[Migration], now: list[Migration], fix: str) -> None:
    (finding,) = RULE.judge(graph([replace(m, after_line=7) for m in now], base))
    assert finding.fix == fix


def test_what_is_merged_is_not_repointed_either() -> None:
    comparison = graph([*OLD, r("c", "a")], OLD)
    merged = (replace(c, tier=Tier.MERGED) if c.tier is Tier.LOCKED else c for c in comparison.changes)
    (finding,) = RULE.judge(replace(comparison, changes=tuple(merged)))
    assert finding.fix.endswith("at migrations/versions/c.py:1; never re-point b, which is merged")


def test_it_points_to_a_new_head() -> None:
    base = [*ONE, r("b", "a")]
    found = list(RULE.judge(graph([*base, r("c", "a")], base)))
    assert [(finding.migration, finding.path) for finding in found] == [("c", "migrations/versions/c.py")]
