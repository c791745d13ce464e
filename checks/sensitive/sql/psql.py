r"""Lines for psql: variables, files, connections, and `\copy`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.sensitive.literal import Cell, Place, Reference, Row
from checks.sensitive.sql import quotes
from checks.sensitive.sql.origin import Literal
from checks.sql import Kind, Token

if TYPE_CHECKING:
    from checks.sensitive.sql.gathered import Gathered

_LINE = re.compile(r"\\(\w+)\s+(.*)", re.DOTALL)
_NAMED = re.compile(r"(\S+)\s+(\S.*)", re.DOTALL)
_WORD = re.compile(r"'(?:[^'\\]|\\.|'')*+'?|\"[^\"]*+\"?|\S+", re.DOTALL)
_COPY_LINE = re.compile(r"^[ \t]*+\\(copy\s[^\n]*+)$", re.MULTILINE)
_STDIN = re.compile(r"\bfrom\s++p?stdin\b", re.IGNORECASE)
_COPY = re.compile(
    r"([^\s(]++)\s*+(?:\(([^)]*+)\)\s*+)?from\s++(?!stdin\b|pstdin\b|program\b)('(?:[^']|'')*+'|\S++)",
    re.IGNORECASE,
)


def line(text: str, at: int, binds: dict[str, Literal], into: Gathered) -> None:
    r"""Gather what a line for psql tells.

    Args:
        text: The line, from its backslash on.
        at: Its line, from 1.
        binds: Where the variables that `\set` makes are noted.
        into: Where it is gathered.
    """
    match = _LINE.match(text)
    if not match:
        return
    command, rest = match[1], match[2].strip()
    if command in ("set", "setenv"):
        _set(rest, at, binds, into)
    elif command in ("i", "ir", "include", "include_relative"):
        into.references.append(Reference(_value(rest), at, beside="r" in command))
    elif command in ("c", "connect"):
        into.rows.append(Row(Place.CONNECTION, "", (Cell("", _value(rest), at),)))
    elif command == "copy":
        _copy(rest, at, into)


def copies_as_statements(text: str) -> str:
    r"""Write each `\\copy ... FROM stdin` as the COPY that it is, on its line, so that its data is data."""
    return _COPY_LINE.sub(_as_statement, text) if "\\copy" in text else text


def _as_statement(match: re.Match[str]) -> str:
    line = match[1].rstrip("; \t\r")
    return f"{_STDIN.sub('FROM stdin', line)};" if _STDIN.search(line) else match[0]


def _set(rest: str, at: int, binds: dict[str, Literal], into: Gathered) -> None:
    named = _NAMED.match(rest)
    if not named or named[2].startswith("`"):
        return
    found = Literal(_value(named[2]), at)
    into.rows.append(Row(Place.NAMED, "", (Cell(named[1].lower(), *found),)))
    for bind in (f":{named[1]}", f":'{named[1]}'"):
        binds[bind] = found


def _copy(rest: str, at: int, into: Gathered) -> None:
    match = _COPY.match(rest)
    if match:
        table = match[1].rpartition(".")[2].strip('"').lower()
        columns = tuple(
            name.strip().strip('"').lower() for name in (match[2] or "").split(",") if name.strip()
        )
        into.references.append(Reference(_value(match[3]), at, table, columns=columns))


def _value(text: str) -> str:
    """Give the value of psql's words: quotes are taken out, and words go together."""
    return "".join(_bare(word) for word in _WORD.findall(text))


def _bare(word: str) -> str:
    if word.startswith("'"):
        return quotes.string(Token(Kind.STRING, "E" + word, 0))
    return word.strip('"') if word.startswith('"') else word
