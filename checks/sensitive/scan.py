"""A migration's file, its literals and what it loads, and which of them are sensitive."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from checks.sensitive import data, python, sql
from checks.sensitive.exposure import Leak
from checks.sensitive.judge import NOTHING, Settings, judge

if TYPE_CHECKING:
    from checks.sensitive.literal import Columns, Reading, Reference

READERS: dict[str, Callable[[str, Columns], Reading]] = {
    ".sql": sql.read,
    ".psql": sql.read,
    ".pgsql": sql.read,
    ".ddl": sql.read,
    ".py": python.read,
}
MAKERS: dict[str, Callable[[str], dict[str, tuple[str, ...]]]] = {".py": python.made}

_MAKES = re.compile(r"\bcreate\s[\w\s]{0,80}\btable\b|create_table|CreateModel|\btable\(", re.IGNORECASE)

# Gives the text of a file of the repository, None where there is none that can be read.
Open = Callable[[str], str | None]


def scan(
    path: str, text: str, open_file: Open, columns: Columns = lambda _: None, settings: Settings = NOTHING
) -> Iterator[Leak]:
    """Give what is sensitive in a migration's file, and in the files that it loads by a literal path.

    Args:
        path: The file's: its suffix says what it is.
        text: What is in it.
        open_file: Reads other files, by paths like this one.
        columns: Gives the columns of tables that other files make; each reader knows those of its own file.
        settings: What the user adds.
    """
    reader = READERS.get(_suffix(path))
    if reader is None:
        return
    reading = reader(text, columns)
    yield from (Leak(path, one) for one in judge(reading.rows, settings, text.split("\n")))
    for reference in reading.references:
        yield from _loaded(path, reference, open_file, columns, settings)


def makes(path: str, text: str) -> dict[str, tuple[str, ...]]:
    """Give the tables that a file makes, with their columns."""
    return MAKERS.get(_suffix(path), sql.made)(text) if _MAKES.search(text) else {}


def _loaded(
    path: str, reference: Reference, open_file: Open, columns: Columns, settings: Settings
) -> Iterator[Leak]:
    suffix = _suffix(reference.path)
    if suffix not in data.LOADED:
        return
    for place in _places(path, reference):
        text = open_file(place)
        if text is not None:
            named = reference.columns or columns(reference.table) or ()
            rows = (
                sql.read(text, columns).rows
                if suffix == ".sql"
                else tuple(data.rows(suffix, text, reference.table, reference.columns and named))
            )
            yield from (Leak(place, one) for one in judge(rows, settings, text.split("\n")))
            return


def _places(path: str, reference: Reference) -> Iterator[str]:
    """Give where a file may be: beside the migration, or below any folder above it."""
    folder, above = posixpath.dirname(path), None
    while folder != above:
        yield posixpath.normpath(posixpath.join(folder, reference.path.lstrip("/")))
        if reference.beside:
            return
        folder, above = posixpath.dirname(folder), folder


def _suffix(path: str) -> str:
    return posixpath.splitext(path)[1].lower()
