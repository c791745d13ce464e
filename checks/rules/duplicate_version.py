"""Two migrations have one version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import History, Migration, place
from checks.rules.rule import Rule


def judge(history: History) -> Iterator[Finding]:
    """Yield an error for each migration after the first of a version; `1` and `001` are one number."""
    same: dict[str, list[Migration]] = defaultdict(list)
    for migration in history.migrations:
        key = migration.version
        same[key.lstrip("0") or "0" if history.linear and key.isdigit() else key].append(migration)
    for first, *others in same.values():
        for other in others:
            taken = place(history.project, first.file)
            yield Finding(
                "duplicate-version",
                Severity.ERROR,
                history.project.name,
                other.version,
                place(history.project, other.file),
                other.line,
                f"version {other.version} is taken by {taken}: the tool will run one of the two, or neither",
                "give the newer one a version of its own",
            )


RULE = Rule("duplicate-version", History, judge)
