"""A new migration is not numbered as the others are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from checks.finding import Finding, Severity
from checks.migration import Comparison, History, Migration, Project, Tier, place
from checks.rules.rule import Rule, rename

ENOUGH = 3  # as many migrations in a row make a custom
SLACK = timedelta(days=1)  # it is tomorrow somewhere: time zones reach to UTC+14
ROUND = 100  # a jump to such a number begins a new series on purpose
COUNTED = "number"
SECONDS = {10: 1, 13: 1000}  # Unix time in seconds and in milliseconds, by its digits until the year 2286
MOST_DIGITS = 6  # of a number that counts migrations; HHMMSS has as many
DAY = re.compile(
    r"(?P<year>(?:19|20)\d\d)(?P<dash>[-_]?)(?P<month>0[1-9]|1[0-2])(?P=dash)(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?:(?P<between>[-_T]?)(?P<tail>\d+)(?:-\d{4})?)?(?=[-_]|$)"
)


@dataclass(frozen=True)
class Number:
    """A migration's number.

    Attributes:
        migration: Whose.
        form: What it is made of; two of one form sort as they were made.
        digits: The part that counts, as it is written; empty where it is all time.
        day: The day that it names.
    """

    migration: Migration
    form: str
    digits: str = ""
    day: date | None = None


@dataclass(frozen=True)
class Advice:
    """What is wrong with a migration's number, and what mends it."""

    migration: Migration
    message: str
    fix: str


def judge(comparison: Comparison) -> Iterator[Finding]:
    """Yield a warning for each new migration whose number breaks with the custom of those before it.

    Where they have no custom, only a day in the future is told.
    """
    if not comparison.head.linear:
        return
    new = _numbers(c.after for c in comparison.changes if c.after and c.tier is Tier.NEW)
    known = _numbers(comparison.before.migrations if comparison.before else ())
    custom = _custom(known)
    told: dict[str, Advice] = {}
    for advice in (
        *(_mixed(comparison.project, custom, new) if custom else ()),
        *(_future(comparison.today, known, custom, new) if comparison.today else ()),
        *(_padded(comparison.project, custom, new) if custom else ()),
        *(_gap(comparison.head, custom, new) if custom else ()),
    ):
        told.setdefault(advice.migration.file.path, advice)
    for advice in told.values():
        yield _finding(comparison.project, advice)


def _finding(project: Project, advice: Advice) -> Finding:
    migration = advice.migration
    return Finding(
        "broken-numbering",
        Severity.WARNING,
        project.name,
        migration.version,
        place(project, migration.file),
        migration.line,
        advice.message,
        advice.fix,
    )


def _numbers(migrations: Iterable[Migration]) -> list[Number]:
    return [number for migration in migrations if (number := _number(migration))]


def _number(migration: Migration) -> Number | None:
    """Read a migration's number; None if it is of a form that we do not know."""
    version = migration.version
    match = DAY.match(version)
    if match:
        return _dated(migration, match)
    if not version.isdecimal():
        return None
    if len(version.lstrip("0")) <= MOST_DIGITS:
        return Number(migration, COUNTED, version)
    if len(version) in SECONDS and version.startswith("1"):
        days = int(version) // SECONDS[len(version)] // 86400
        return Number(migration, str(len(version)), day=date(1970, 1, 1) + timedelta(days=days))
    return None


def _dated(migration: Migration, match: re.Match[str]) -> Number:
    dash, between, tail = match["dash"], match["between"] or "", match["tail"] or ""
    counts = bool(between) and len(tail) < MOST_DIGITS
    form = f"day{dash}{between}{'number' if counts else len(tail)}"
    day = None
    with suppress(ValueError):  # there is no such day: whoever wrote it has a reason, or will see it
        day = date(*(int(match[part]) for part in ("year", "month", "day")))
    return Number(migration, form, tail if counts else "", day)


def _custom(known: Sequence[Number]) -> list[Number]:
    """Give the migrations that show how the next one is numbered, the newest last; none if they differ.

    A history that changed from one form to another once goes on with the other.
    """
    series = [list(group) for _, group in groupby(known, key=lambda number: number.form)]
    if not series or len(series) != len({group[0].form for group in series}) or len(series[-1]) < ENOUGH:
        return []
    return series[-1]


def _mixed(project: Project, custom: Sequence[Number], new: Sequence[Number]) -> Iterator[Advice]:
    """Find numbers of another form than the newest have."""
    form, newest = custom[-1].form, custom[-1].migration.version
    counted = [*custom, *(number for number in new if number.form == form)]
    others = [number.migration for number in new if number.form != form]
    for step, migration in enumerate(others, 1):
        fix = f"rename it: give it a version after {newest} that is written in the same way"
        if form == COUNTED:
            fix = _renumbered(project, migration, max(map(_value, counted)) + step, len(custom[-1].digits))
        yield Advice(
            migration,
            f"new migration {migration.version} is numbered in another way than {newest} before it: "
            "of two migrations, the one that was made first no longer comes first",
            fix,
        )


def _future(
    today: date, known: Sequence[Number], custom: Sequence[Number], new: Sequence[Number]
) -> Iterator[Advice]:
    """Find days that are yet to come, unless a known one is: what is new has to come after it."""
    limit = today + SLACK
    if any(number.day and number.day > limit for number in known):
        return
    for number in new:
        sure = number.form.startswith("day") or (custom and custom[-1].form == number.form)
        if sure and number.day and number.day > limit:
            version = number.migration.version
            yield Advice(
                number.migration,
                f"new migration {version} has a day in the future, {number.day}, and today is {today}: "
                "whatever is made until then comes before it",
                "rename it to the day on which it was made",
            )


def _padded(project: Project, custom: Sequence[Number], new: Sequence[Number]) -> Iterator[Advice]:
    """Find numbers with more or fewer digits than all others, where those are filled up with zeros."""
    widths = {len(number.digits) for number in custom}
    if len(widths) != 1 or not any(number.digits.startswith("0") for number in custom):
        return
    width, newest = widths.pop(), custom[-1].migration.version
    for number in new:
        digits = number.digits
        if number.form != custom[-1].form or len(digits) == width:
            continue
        version = number.migration.version
        fix = "see that whatever runs the files sorts them by number, as `sort --version-sort` does"
        if len(digits.lstrip("0")) <= width:
            start = version.rindex(digits)
            better = version[:start] + digits.lstrip("0").zfill(width)
            fix = _renamed(project, number.migration, better)
        yield Advice(
            number.migration,
            f"new migration {version} has {len(digits)} digits where the others, such as {newest}, have "
            f"{width}: sorted as text, as `ls` and most scripts do, they stand in another order",
            fix,
        )


def _gap(head: History, custom: Sequence[Number], new: Sequence[Number]) -> Iterator[Advice]:
    """Find the first number that is left out behind a sequence without gaps."""
    if custom[-1].form != COUNTED:
        return
    numbers = sorted(set(map(_value, custom)))
    if numbers[-1] - numbers[0] != len(numbers) - 1:
        return
    taken = {_value(number) for number in _numbers(head.migrations) if number.form == COUNTED}
    taken.add(numbers[-1])
    taken |= {int(n) for problem in head.problems for n in re.findall(r"(?:^|/)(\d+)", problem.path)}
    later = sorted((n for n in new if n.form == COUNTED and _value(n) > numbers[-1]), key=_value)
    for at, number in enumerate(later):
        first = max(n for n in taken if n < _value(number)) + 1
        if first == _value(number) or _value(number) % ROUND == 0:
            continue
        width = len(custom[-1].digits)
        moves = (_renumbered(head.project, n.migration, first + i, width) for i, n in enumerate(later[at:]))
        yield Advice(
            number.migration,
            f"new migration {number.migration.version} leaves out {str(first).zfill(width)}: what takes "
            "that number later comes before it, where it has run already",
            " && ".join(moves),
        )
        return


def _value(number: Number) -> int:
    return int(number.digits)


def _renumbered(project: Project, migration: Migration, value: int, width: int) -> str:
    return _renamed(project, migration, str(value).zfill(width))


def _renamed(project: Project, migration: Migration, version: str) -> str:
    paths = [file.path for file in migration.files]
    return rename(project, ((path, version + path.removeprefix(migration.version)) for path in paths))


RULE = Rule("broken-numbering", Comparison, judge, Severity.WARNING, allowable=True)
