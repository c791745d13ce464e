"""The BEGINs and COMMITs of a way, and what runs without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks import sql as lexer
from checks.tools.sql.edit.ways import keys, settled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checks.tools.sql.edit.units import Unit
    from checks.tools.sql.edit.ways import Way

_BEGINS = {("BEGIN",), ("BEGIN", "WORK"), ("BEGIN", "TRANSACTION"), ("START", "TRANSACTION")}
_COMMITS = {(verb, *noun) for verb in ("COMMIT", "END") for noun in ((), ("WORK",), ("TRANSACTION",))}
_WORDS = {";", *(word.lower() for words in (*_BEGINS, *_COMMITS) for word in words)}


def wrapped_alike(old: Way, new: Way) -> bool:
    """Tell whether two ways run the same but for their BEGINs and COMMITs."""
    if _others(old) != _others(new):  # most edits are told by this
        return False
    bare = unwrapped(old)
    return bare is not None and bare == unwrapped(new)


def _others(way: Way) -> list[str]:
    """Give what cannot belong to a wrapper."""
    return [key for key in keys(way.runs) if key not in _WORDS]


def unwrapped(way: Way) -> list[str] | None:
    """Give what runs without its BEGINs and COMMITs, None if more is done with transactions than that."""
    statements = lexer.statements(way.part.text)
    wrappers = [statement for statement in statements if lexer.controls_transaction(statement)]
    begins, commits = wrappers[::2], wrappers[1::2]
    if len(begins) != len(commits) or any(_goes_back(found) for found in statements):
        return None
    if not all(_said(found) in _BEGINS for found in begins):
        return None
    if not all(_said(found) in _COMMITS for found in commits):
        return None
    starts = {way.start + found.start: way.start + found.start + len(found.text) for found in wrappers}
    return settled(keys(tuple(_outside(way.runs, starts))))


def _said(statement: lexer.Statement) -> tuple[str, ...]:
    return tuple(lexer.words(statement.text))


def _goes_back(statement: lexer.Statement) -> bool:
    first = next(lexer.words(statement.text), "")
    return first in {"SAVEPOINT", "RELEASE"} or (
        first in {"ROLLBACK", "COMMIT"} and not lexer.controls_transaction(statement)
    )


def _outside(units: Sequence[Unit], starts: dict[int, int]) -> Iterator[Unit]:
    """Give the units outside some statements, and without the semicolons that end these."""
    end, ending = -1, False
    for unit in units:
        if unit.start in starts:
            end, ending = starts[unit.start], True
        if unit.start < end:
            continue
        if not (ending and unit.key == ";"):
            yield unit
        ending = False
