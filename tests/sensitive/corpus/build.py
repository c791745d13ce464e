"""The corpus as a whole, and how it is written into a folder and compared with what was told."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sensitive.corpus import (
    negative_alembic,
    negative_django,
    negative_seen,
    negative_sql,
    positive_alembic,
    positive_alembic_more,
    positive_django,
    positive_seen,
    positive_sql,
)
from sensitive.corpus.case import Case, Wanted, cases

POSITIVE = (
    ("sql", positive_sql),
    ("django", positive_django),
    ("alembic", positive_alembic),
    ("alembic", positive_alembic_more),
    ("alembic", positive_seen),
)
NEGATIVE = (
    ("sql", negative_sql),
    ("django", negative_django),
    ("alembic", negative_alembic),
    ("alembic", negative_seen),
)


def positives() -> list[Case]:
    """Give the cases with something to tell."""
    return [case for tool, module in POSITIVE for case in cases(tool, module.TEXT)]


def negatives() -> list[Case]:
    """Give the cases with nothing to tell."""
    return [case for tool, module in NEGATIVE for case in cases(tool, module.TEXT)]


def write(folder: Path, found: Iterable[Case]) -> list[Wanted]:
    """Write each case into a folder of its own below this one; give what must be told, by path from here."""
    wanted = []
    for case in found:
        for path, text in case.files.items():
            target = folder / case.name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode())
        wanted += [Wanted(f"{case.name}/{one.path}", one.line, one.kinds) for one in case.wanted]
    return wanted
