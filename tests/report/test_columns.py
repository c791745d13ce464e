from __future__ import annotations

from checks.report.columns import columns


def test_columns_are_as_wide_as_their_cells_and_the_last_is_wrapped() -> None:
    rows = [("name", "up", "why not"), ("  表 a", "0.10 s", "one two three four five six"), ("b", "-", "")]
    assert columns(rows, 36) == [
        "name    up      why not",
        "  表 a  0.10 s  one two three four",
        "                five six",
        "b       -",
    ]


def test_the_last_column_keeps_some_room_however_long_the_others_are() -> None:
    assert columns([("a" * 60, "word " * 8)], 40) == [
        "a" * 60 + "  word word word word",
        " " * 62 + "word word word word",
    ]
