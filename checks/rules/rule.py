"""What a rule is: a pure generator over one kind of value, with a name and a severity."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from checks.finding import Finding, Severity
from checks.migration import Change, History, Migration, Project, place

MAXIMUM = "max"  # the setting of a rule that holds no severity but a time
FAMILY = "/"  # the setting of a rule whose findings have names of their own below its: squawk/ban-drop-table
_COUNTS = re.compile(r"(?P<before>[\d_T-]*?)(?P<count>\d+)")


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        name: The bad pattern, in kebab case: also the file's stem, the page, the test.
        reads: The kind of value that it judges, or several.
        judge: Yields what is wrong with one such value. No I/O.
        severity: How bad its worst findings are.
        settings: What the config may set a severity for below the rule's name, in two words with a dot.
        allowable: Whether a migration's own comment may allow it: never where it is about what is deployed.
        off: Whether it says nothing unless the config gives it a severity.
        limited: Judges as `judge` does, by a maximum in milliseconds that the config sets, too; None for a
            rule that takes none.
    """

    name: str
    reads: type | tuple[type, ...]
    judge: Callable[[Any], Iterator[Finding]]
    severity: Severity = Severity.ERROR
    settings: tuple[str, ...] = ()
    allowable: bool = False
    off: bool = False
    limited: Callable[[int, Any], Iterator[Finding]] | None = None


def family(name: str) -> str:
    """Give the name of the rule that finds what has a name of its own, as squawk/ban-drop-table."""
    return name.partition("/")[0]


def accepted(rule: str, change: Change, path: str, line: int) -> Finding:
    """Make the note that a change is there and was accepted, with the reason."""
    assert change.before is not None
    version = change.before.version
    message = (
        f"migration {version} is deployed and was changed, and the lockfile accepts it: {change.amended}"
    )
    fix = f"nothing, if the reason holds; else migseal restore {version}"
    return Finding(
        rule, Severity.NOTE, change.project.name, version, path, line, message, fix, kind="amended"
    )


def checkout(project: Project, migration: Migration) -> str:
    """Write the command that brings a migration's files back as the base commit has them."""
    paths = (shlex.quote(place(project, file)) for file in migration.files)
    return f"git checkout <base> -- {' '.join(paths)}"


def rename(project: Project, paths: Iterable[tuple[str, str]]) -> str:
    """Write the command that renames a migration's files, or the folder that holds both.

    Args:
        project: Whose.
        paths: Old and new, relative to the project's directory.
    """
    whole = ((old.rpartition("/")[0] or old, new.rpartition("/")[0] or new) for old, new in paths)
    moves = dict.fromkeys((place(project, old), place(project, new)) for old, new in whole)
    return " && ".join(f"git mv {shlex.quote(old)} {shlex.quote(new)}" for old, new in moves)


def renumber(history: History, migration: Migration, step: int = 1) -> str:
    """Write the command that gives a migration a number or time after all others; empty where there is none.

    Args:
        history: All migrations.
        migration: The one to rename.
        step: How far behind the newest one.
    """
    newest = _COUNTS.fullmatch(history.migrations[-1].version)
    if not (history.linear and newest):
        return ""
    count = newest["count"]
    number = newest["before"] + str(int(count) + step).zfill(len(count))
    paths = [file.path for file in migration.files]
    return rename(history.project, ((path, number + path.removeprefix(migration.version)) for path in paths))
