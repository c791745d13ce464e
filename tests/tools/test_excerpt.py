"""The lines of an edit that are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.migration import Kind
from checks.tools.excerpt import excerpt, unlike

LINES = st.lists(st.sampled_from("abcd"), max_size=12)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param("abc", "abc", ([], [], 3), id="nothing"),
        pytest.param("abc", "axc", ([1], [1], 1), id="one"),
        pytest.param("abc", "abxc", ([], [2], 2), id="one more"),
        pytest.param("abc", "ac", ([1], [], 1), id="one less"),
        pytest.param("aba", "abab", ([], [3], 3), id="one more of the same"),
        pytest.param("abcd", "acbd", ([1, 2], [1, 2], 1), id="another order"),
        pytest.param("abcde", "xbcdy", ([0, 4], [0, 4], 0), id="two places"),
        pytest.param("", "ab", ([], [0, 1], 0), id="all new"),
        pytest.param("ab", "", ([0, 1], [], 0), id="all gone"),
    ],
)
def test_what_differs(old: str, new: str, expected: tuple[list[int], list[int], int]) -> None:
    assert unlike(old, new) == expected


@given(LINES, LINES)
def test_something_is_told_exactly_where_texts_differ(old: list[str], new: list[str]) -> None:
    gone, come, at = unlike(old, new)
    assert bool(gone or come) is (old != new)
    assert old[:at] == new[:at]
    assert all(number >= at for number in (*gone, *come))
    kept = [thing for number, thing in enumerate(old) if number not in gone]
    left = [thing for number, thing in enumerate(new) if number not in come]
    assert sorted(kept) == sorted(left)


def test_only_three_lines_of_either_side_are_shown() -> None:
    found = excerpt(Kind.UPGRADE, "a\nb\nc\nd\n", "e\nf\ng\nh\n")
    assert (found.removed, found.added, found.line) == (("a", "b", "c"), ("e", "f", "g"), 1)


def test_a_remark_is_shown_only_where_nothing_else_differs() -> None:
    found = excerpt(Kind.UPGRADE, "x\n# a\ny\n", "x\n# b\nz\n", "#")
    assert (found.removed, found.added, found.line) == (("y",), ("z",), 3)
    assert excerpt(Kind.UPGRADE, "x\n# a\n", "x\n# b\n", "#").added == ("# b",)
