from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from histories import SQL, graph, revision

from checks.lockfile import LockedProject, compare
from checks.migration import Comparison, File, History, Migration, Problem
from checks.rules.broken_numbering import RULE
from checks.tools.sql import names

TODAY = date(2026, 2, 10)
NUMBERS = ["001_a", "002_b", "003_c"]
TIMES = ["20260110120000_a", "20260111120000_b", "20260112120000_c"]
DAYS = ["2026_01_10_001_a", "2026_01_10_002_b", "2026_01_12_001_c"]


def history(stems: Sequence[str]) -> History:
    """Make a history of the files of some names, in the order of their numbers."""
    found = [name for stem in stems if (name := names.parse(f"{stem}.sql"))]
    pairs, lost = names.pairs(found)
    assert len(found) == len(stems)
    assert lost == ()
    return History(
        SQL, tuple(Migration(p.up.version, File(p.up.path, p.up.stem, "")) for p in pairs), linear=True
    )


def compared(base: Sequence[str], now: Sequence[str]) -> Comparison:
    before = history(base)
    locked = LockedProject("migrations", "sql", {m.version: m for m in before.migrations})
    return replace(compare(history([*base, *now]), before, locked, None), today=TODAY)


def told(base: Sequence[str], now: Sequence[str]) -> dict[str, str]:
    """Give the fix for each new file that is told."""
    return {
        finding.path.removeprefix("migrations/").removesuffix(".sql"): finding.fix
        for finding in RULE.judge(compared(base, now))
    }


def move(old: str, new: str) -> str:
    return f"git mv migrations/{old}.sql migrations/{new}.sql"


CUSTOMS = {
    "001": NUMBERS,
    "1": ["1_a", "2_b", "3_c"],
    "0001": ["0001_a", "0002_b", "0003_c"],
    "time": TIMES,
    "minute": ["202601101200_a", "202601111200_b", "202601121200_c"],
    "day and time": ["20260110_120000_a", "20260111_120000_b", "20260112_120000_c"],
    "diesel": ["2026-01-10-120000_a/up", "2026-01-11-120000_b/up", "2026-01-12-120000_c/up"],
    "day and number": DAYS,
    "day": ["2026-01-10-a", "2026-01-11-b", "2026-01-12-c"],
    "seconds": ["1768046400_a", "1768132800_b", "1768219200_c"],
    "milliseconds": ["1768046400000_a", "1768132800000_b", "1768219200000_c"],
}
NEXT = {
    "001": "004_d",
    "1": "4_d",
    "0001": "0004_d",
    "time": "20260120080000_d",
    "minute": "202601200800_d",
    "day and time": "20260120_080000_d",
    "diesel": "2026-01-20-080000_d/up",
    "day and number": "2026_01_20_001_d",
    "day": "2026-01-20-d",
    "seconds": "1768996800_d",
    "milliseconds": "1768996800000_d",
}
OF_ONE_FORM = {"1", "001", "0001"}  # which differ in the number of digits only


@pytest.mark.parametrize(
    ("custom", "other"),
    [(a, b) for a in CUSTOMS for b in CUSTOMS if a == b or not {a, b} <= OF_ONE_FORM],
)
def test_one_custom_and_another_do_not_mix(custom: str, other: str) -> None:
    base, new = CUSTOMS[custom], NEXT[other]
    assert list(told(base, [new])) == ([] if custom == other else [new])


ALLOWED = {
    "nothing before": ([], ["001_a", "003_b", "20260101120000_c", "4_d"]),
    "two are no custom": (NUMBERS[:2], ["20260120120000_d"]),
    "two are no sequence": (NUMBERS[:2], ["009_d"]),
    "one change of custom": ([*NUMBERS, *TIMES], ["20260120120000_d"]),
    "a first one by itself": (["000_init", *TIMES], ["20260120120000_d"]),
    "a first one of zeros": (["00000000000000_init", *TIMES], ["20260120120000_d"]),
    "a change that is not a custom yet": ([*NUMBERS, TIMES[0]], ["004_d"]),
    "no custom at all": ([*NUMBERS, *TIMES[:2], "1_700_x"], ["2026_01_10_001_d"]),
    "two customs to and fro": (["20260110120000_a", "2026_01_11_b", "20260112_c"], ["001_d"]),
    "one that comes back": (
        ["20260110_a", "20260111_120000_b", "20260112_c", "20260113_d", "20260114_e"],
        ["20260120_120000_f"],
    ),
    "a custom that is unknown": (["1000000_a", "1000001_b", "1000002_c"], ["1000009_d"]),
    "a number that is unknown": (NUMBERS, ["12345678901_d"]),
    "gaps before": (["001_a", "002_b", "004_c"], ["009_d"]),
    "tens": (["10_a", "20_b", "30_c"], ["50_d"]),
    "thousands": (["1000_a", "1010_b", "1020_c"], ["1040_d"]),
    "a round number": (NUMBERS, ["100_d", "101_e"]),
    "several": (NUMBERS, ["004_d", "005_e", "006_f"]),
    "it begins later": (["041_a", "042_b", "043_c"], ["044_d"]),
    "one that fills nothing": (["041_a", "042_b", "043_c"], ["012_d"]),
    "numbers of a day have gaps": (DAYS, ["2026_01_20_005_d"]),
    "from 9 to 10": (["7_a", "8_b", "9_c"], ["10_d"]),
    "from 99 to 100": (["097_a", "098_b", "099_c"], ["100_d"]),
    "digits of many kinds": (["1_a", "02_b", "003_c"], ["0004_d"]),
    "tomorrow": (TIMES, ["20260211235959_d"]),
    "tomorrow, in seconds": (CUSTOMS["seconds"], ["1770854399_d"]),
    "after one in the future": ([*TIMES, "20990101120000_d"], ["20990102120000_e"]),
    "no day": (TIMES, ["20260230120000_d"]),
    "ten digits are no time": (["1_a"], ["1888888888_b"]),
}


@pytest.mark.parametrize(("base", "now"), ALLOWED.values(), ids=list(ALLOWED))
def test_allowed(base: list[str], now: list[str]) -> None:
    assert told(base, now) == {}


FIXES = {
    "a gap": (NUMBERS, ["005_d"], {"005_d": move("005_d", "004_d")}),
    "a gap, and more behind it": (
        NUMBERS,
        ["005_d", "006_e"],
        {"005_d": f"{move('005_d', '004_d')} && {move('006_e', '005_e')}"},
    ),
    "a gap between new ones": (NUMBERS, ["004_d", "006_e"], {"006_e": move("006_e", "005_e")}),
    "a gap of many": (NUMBERS, ["050_d"], {"050_d": move("050_d", "004_d")}),
    "behind a round number": (NUMBERS, ["100_d", "102_e"], {"102_e": move("102_e", "101_e")}),
    "a gap without zeros": (["8_a", "9_b", "10_c"], ["12_d"], {"12_d": move("12_d", "11_d")}),
    "too few digits": (NUMBERS, ["04_d"], {"04_d": move("04_d", "004_d")}),
    "too many": (NUMBERS, ["0004_d"], {"0004_d": move("0004_d", "004_d")}),
    "one digit": (NUMBERS, ["4_d"], {"4_d": move("4_d", "004_d")}),
    "of a day": (DAYS, ["2026_01_20_01_d"], {"2026_01_20_01_d": move("2026_01_20_01_d", "2026_01_20_001_d")}),
    "no more digits": (["97_a", "98_b", "99_c", "01_d"], ["100_e"], {"100_e": "sort --version-sort"}),
    "times among numbers": (
        NUMBERS,
        ["004_d", *TIMES[:2]],
        {TIMES[0]: move(TIMES[0], "005_a"), TIMES[1]: move(TIMES[1], "006_b")},
    ),
    "a number among times": (TIMES, ["004_d"], {"004_d": "after 20260112120000"}),
    "back to numbers": ([*NUMBERS, *TIMES], ["004_d"], {"004_d": "after 20260112120000"}),
    "the day after tomorrow": (TIMES, ["20260212000000_d"], {"20260212000000_d": "the day on which"}),
    "the same, in seconds": (CUSTOMS["seconds"], ["1770854400_d"], {"1770854400_d": "the day on which"}),
    "and where nothing was before": ([], ["2026-02-12-d"], {"2026-02-12-d": "the day on which"}),
    "a gap behind many zeros": (
        ["00000001_a", "00000002_b", "00000003_c"],
        ["00000005_d"],
        {"00000005_d": move("00000005_d", "00000004_d")},
    ),
    "a folder": (
        ["001_a/up", "002_b/up", "003_c/up"],
        ["005_d/up"],
        {"005_d/up": "git mv migrations/005_d migrations/004_d"},
    ),
}


@pytest.mark.parametrize(("base", "now", "fixes"), FIXES.values(), ids=list(FIXES))
def test_blocked(base: list[str], now: list[str], fixes: dict[str, str]) -> None:
    found = told(base, now)
    assert list(found) == list(fixes)
    assert all(words in found[path] for path, words in fixes.items())


def test_a_file_that_cannot_be_read_leaves_no_gap() -> None:
    comparison = compared(NUMBERS, ["005_e"])
    head = replace(comparison.head, problems=(Problem("004_d.sql", 1, "it is not UTF-8"),))
    assert list(RULE.judge(replace(comparison, head=head))) == []


def test_without_a_day_no_day_is_in_the_future() -> None:
    comparison = compared(TIMES, ["20990101120000_d"])
    assert len(list(RULE.judge(comparison))) == 1
    assert list(RULE.judge(replace(comparison, today=None))) == []


def test_somewhere_it_is_tomorrow() -> None:
    """A file that is made now, at UTC+14, has at most the day after ours."""
    now = datetime(2026, 2, 10, 23, 59, 59, tzinfo=UTC)
    assert (datetime.fromtimestamp(now.timestamp() + 14 * 3600, UTC).date() - TODAY).days == 1


def test_a_graph_has_no_numbers() -> None:
    base = [revision("1"), revision("2", "1"), revision("3", "2")]
    assert list(RULE.judge(graph([*base, revision("5", "3")], base))) == []


def test_what_is_not_new_is_not_judged() -> None:
    assert told([*NUMBERS, "005_d"], []) == {}
