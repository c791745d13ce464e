"""A migration's file, its literals and what it loads, and which of them are sensitive."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from checks.sensitive import data, python, sql
from checks.sensitive.exposure import Leak, Unread
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
ODD = "it is Python that is too deep or too odd to be followed"
_MAKES = re.compile(r"\btable\b|\bcolumn\b|create_table|CreateModel|_column\b", re.IGNORECASE)
# Where the way down begins, in files that hold both ways.
_DOWN = re.compile(
    r"^\s*--\s*(?:migrate:down|\+\w+\s+down|down\s+migration|!downs|//\s*@undo)\b",
    re.IGNORECASE | re.MULTILINE,
)
_DOWN_FILE = re.compile(r"(?:^|[./_-])(?:down|undo|revert)\.\w+\Z", re.IGNORECASE)

Tables = dict[str, tuple[str, ...]]
# Gives the text of a file of the repository, or the line that is not UTF-8 and why; None where there is none.
Open = Callable[[str], "str | tuple[int, str] | None"]


def scan(
    path: str, text: str, open_file: Open, columns: Columns = lambda _: None, settings: Settings = NOTHING
) -> Iterator[Leak | Unread]:
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
    if reader is python.read and python.parse(text) is None:
        yield Unread(path, 1, ODD)
        return
    reading = reader(text, columns)
    yield from (Leak(path, one) for one in judge(reading.rows, settings, text.split("\n")))
    for reference in reading.references:
        yield from _loaded(path, reference, open_file, columns, settings)


def tables(files: Iterable[tuple[str, str]], before: Tables) -> Tables:
    """Give the tables that are there after some files, one after the other: each with its columns.

    Args:
        files: Their paths and texts, in the order in which they run; what is only a way down is left out.
        before: The tables that were there before.
    """
    for path, text in files:
        if _MAKES.search(text) and not _DOWN_FILE.search(path):
            made = python.made if _suffix(path) == ".py" else sql.made
            before = made(_DOWN.split(text)[0], before)
    return before


def _loaded(
    path: str, reference: Reference, open_file: Open, columns: Columns, settings: Settings
) -> Iterator[Leak | Unread]:
    suffix = _suffix(reference.path)
    if suffix not in data.LOADED:
        return
    for place in _places(path, reference):
        text = open_file(place)
        if isinstance(text, tuple):
            yield Unread(place, *text)
            return
        if text is not None:
            yield from _of_data(place, text, reference, columns, settings)
            return


def _of_data(
    place: str, text: str, reference: Reference, columns: Columns, settings: Settings
) -> Iterator[Leak | Unread]:
    suffix = _suffix(place)
    try:
        rows = (
            sql.read(text, columns).rows
            if suffix == ".sql"
            else tuple(data.rows(suffix, text, reference.table, reference.columns))
        )
    except data.UnreadError as error:
        yield Unread(place, error.line, error.reason)
        return
    yield from (Leak(place, one) for one in judge(rows, settings, text.split("\n")))


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
