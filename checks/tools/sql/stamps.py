"""Where numbered SQL files write a table in which a tool keeps what has run."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from checks import sql as lexer
from checks.content import decode
from checks.tools.stamps import Write, writes

if TYPE_CHECKING:
    from checks.migration import Stamp

# Runners of one's own have tables of these names, too, and then often each file records itself.
_BY_HAND = {"schema_migrations", "schema_version"}


def of_files(version: str, contents: Sequence[bytes], down_line: int) -> tuple[Stamp, ...]:
    """Find what a migration's files write to a version table.

    A file that records itself, and a table that it makes itself, are a folder's own way to keep its
    books: they are left out, and so is the way back of either.

    Args:
        version: The migration's version.
        contents: Its files: both ways, or the way up and the way down.
        down_line: Where the way down begins in the file that has it, from 1; 0 if there is none.
    """
    found = [
        (number, lexer.position(text, write.start), write)
        for number, data in enumerate(contents)
        if isinstance(text := decode(data), str)
        for write in writes(text)
    ]
    made = {write.table for _, _, write in found if write.verb == "CREATE"} & _BY_HAND
    itself = {write.table for _, _, write in found if _records(version, write)}

    def is_kept(number: int, line: int, write: Write) -> bool:
        down = line >= down_line > 0 and number == len(contents) - 1
        return write.table in made or _records(version, write) or (down and write.table in itself)

    return tuple(
        write.stamp(line, number)
        for number, line, write in found
        if write.verb != "CREATE" and not is_kept(number, line, write)
    )


def is_kept(version: str, table: str, rows: Collection[Mapping[str, object]]) -> bool:
    """Tell whether rows that came to a table, or went on the way back, are a migration's record of itself."""
    return table in _BY_HAND and all(
        any(_is_version(version, str(value)) for value in row.values()) for row in rows
    )


def _records(version: str, write: Write) -> bool:
    """Tell whether a statement is about a file's own version."""
    return write.table in _BY_HAND and any(_is_version(version, value) for value in write.values)


def _is_version(version: str, value: str) -> bool:
    """Tell whether a value is a version, or begins with it as a file's name does."""
    if version.isdecimal():
        number = re.match(r"[vV]?(\d+)(?!\d)", value)
        return number is not None and int(number[1]) == int(version)
    return value.startswith(version)
