"""A late migration is told as badly as the project's runner takes it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from histories import SQL, line

from checks.finding import Finding, Severity
from checks.migration import Change, Comparison, File, History, Migration, Runner, Tier
from checks.rules.out_of_order_migration import RULE
from checks.tools.sql import names

RUNS = Runner("dbmate", runs_late=True, option="--strict")
REFUSES = Runner("supabase db push", runs_late=False, option="--include-all")


def late(
    runner: Runner | None, *, proved: bool = False, now: tuple[str, ...] = ("1_a", "2_b", "3_c")
) -> Finding:
    base = [name for name in now if not name.endswith("_b")]
    comparison: Comparison = line(now, base)
    head = replace(comparison.head, runner=runner)
    (finding,) = RULE.judge(replace(comparison, head=head, proved=proved))
    return finding


@pytest.mark.parametrize(
    ("runner", "proved", "severity", "words"),
    [
        (None, False, Severity.ERROR, "will skip it (as golang-migrate does), or run it in another order"),
        (None, True, Severity.NOTE, "a runner that skips it, as golang-migrate does, never gets there"),
        (
            RUNS,
            False,
            Severity.WARNING,
            "dbmate without --strict runs it there after 3, and before it on new",
        ),
        (RUNS, True, Severity.NOTE, "come to the same schema and rows"),
        (REFUSES, False, Severity.ERROR, "supabase db push without --include-all refuses it there"),
        (REFUSES, True, Severity.ERROR, "the deploy stops"),
    ],
)
def test_severity_and_words(runner: Runner | None, proved: bool, severity: Severity, words: str) -> None:
    finding = late(runner, proved=proved)
    assert finding.severity is severity
    assert words in finding.message
    assert "git mv migrations/2_b.sql migrations/4_b.sql" in finding.fix


def test_a_runner_that_runs_it_late_skips_nothing() -> None:
    assert "skip" not in late(RUNS).message + late(RUNS, proved=True).message


@pytest.mark.parametrize(
    ("newest", "name", "better"),
    [
        ("099_c", "002_b", "100_b"),
        ("20260115120000_c", "20260110120000_b", "20260115120001_b"),
        ("20260115_120009_c", "20260110_120000_b", "20260115_120010_b"),
        ("2026-01-15-120000_c/up", "2026-01-10-120000_b/up", "2026-01-15-120001_b"),
        ("2026-01-15-120000-0000_c/up", "2026-01-10-120000-0000_b/up", "2026-01-15-120000-0001_b"),
    ],
)
def test_the_number_to_take(newest: str, name: str, better: str) -> None:
    old, new = (
        Migration(parsed.version, File(parsed.path, parsed.path, ""))
        for parsed in (names.parse(f"{path}.sql") for path in (newest, name))
        if parsed
    )
    head = History(SQL, (new, old), linear=True)
    changes = (Change(SQL, Tier.NEW, None, new), Change(SQL, Tier.LOCKED, old, old))
    (finding,) = RULE.judge(Comparison(head, None, {old.version: old}, changes))
    assert finding.fix.endswith(f" migrations/{better}{'' if '/' in name else '.sql'}")


def test_of_a_name_without_a_number_no_command_is_known() -> None:
    finding = late(None, now=("1_a", "2_b", "2026-03-01-users2_c"))
    assert finding.fix == "rename the file to a number or time after the newest migration's"
