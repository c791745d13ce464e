"""What a rule has found."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Severity(enum.StrEnum):
    """How bad it is; `--fail-on` sets from where on a check fails."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """Order severities: a higher one is worse."""
        return list(Severity).index(self)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, with what mends it.

    Attributes:
        rule: The rule's name.
        severity: How bad.
        project: The project's name.
        migration: The version, or empty where no single migration is meant.
        path: The file, relative to the repository's root.
        line: Its line, from 1; 0 where there is none.
        message: What is wrong and why it matters.
        fix: A command, or what to do.
        kind: A finer kind, where the rule knows several.
        value: A masked value, where the rule is about one.
        setting: Where the config sets this finding's severity below its rule's name: "locked.format".
        covers: The versions of other migrations that it tells of, too.
        told_by: The rule that tells the cause of this, where it finds it for the same migration.
        subjects: The objects that it names, as they are told: "enum type public.mood".
        known: Whether the lockfile says that it was there on the first day: it is only counted then.
        alike: Findings of one rule with the same text here are shown as one line.
        allowed: Why the migration's own comment allows it, empty if none does.
    """

    rule: str
    severity: Severity
    project: str
    migration: str
    path: str
    line: int
    message: str
    fix: str
    kind: str = ""
    value: str = ""
    setting: str = ""
    covers: tuple[str, ...] = ()
    told_by: str = ""
    subjects: tuple[str, ...] = ()
    known: bool = False
    alike: str = ""
    allowed: str = ""
