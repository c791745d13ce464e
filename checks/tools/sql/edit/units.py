"""A text as units: what is run and what is only said, with equal keys for all ways of writing the same."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from checks.sql import Kind, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Comments that some runner of numbered files reads: dbmate, bun, drizzle, migratus, graphile-migrate, goose,
# atlas, yoyo, pg_hint_plan.
_DIRECTIVE = re.compile(
    r"migrate:(?:up|down)|statement-breakpoint|:split\b|/\*\+"
    r"|--!|(?<!-)--\s*+(?:;;|\+[a-z]|(?:depends|atlas)\s*:|[^\w\n]*+(?:up|down)[^\w\n]*+$)",
    re.IGNORECASE | re.MULTILINE,
)
_OPTION = re.compile(r"(?<!\s)\s*+\btransaction:\s*(?:true|false)\b", re.IGNORECASE)
_LIQUIBASE = re.compile(r"--\s*liquibase\b", re.IGNORECASE)  # it reads all comments of its files

_FOLD = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_COMMENT_EDGE = re.compile(r"/\*|\*/")
# A plain string that ends in the same place where backslashes escape: standard_conforming_strings = off, or
# the second part of an E'...' that is continued on the next line.
_ENDS_EITHER_WAY = re.compile(r"[nN]?'[^'\\]*+(?:(?:''|\\.)[^'\\]*+)*+'", re.DOTALL)
_COPIES = re.compile(r"\\copy\b.*\bp?stdin\b|\\\.", re.IGNORECASE)
_QUALIFIES = frozenset("~!@#^&|`?%")  # without one of them, no operator of several characters ends in + or -
_PARTS = frozenset("(),;[]")

AT_MARGIN = "\0|"  # keys of what is no token begin with what no text holds
_DATA = "\0="


class Unit(NamedTuple):
    """A token or comment: equal keys are the same to whoever reads it."""

    key: str
    text: str
    start: int


@dataclass
class Reader:
    """Takes the tokens of a text, and remembers what counts.

    Attributes:
        text: The text.
        runs: What is run.
        notes: Its comments.
        certain: Whether no token may be another thing than it seems.
        last: The last one that runs.
    """

    text: str
    runs: list[Unit] = field(default_factory=list)
    notes: list[Unit] = field(default_factory=list)
    certain: bool = True
    last: Token | None = None

    def take(self, token: Token) -> None:
        """Put a token where it belongs; white space has no place."""
        kind, text, start = token
        if kind in _DOUBTS and _DOUBTS[kind](text):
            self.certain = False
        if kind is Kind.COMMENT:
            self._note(text, start)
            return
        last, self.last = self.last, token
        may_join = last is not None and (last[0] in _CLINGING or kind is Kind.PARAMETER)
        joint = _joint(last, token, self.text) if last and may_join else ""
        if kind is Kind.OPERATOR and len(text) > 1:
            head, *rest = _operators(text, start)
            self.runs += head._replace(key=joint + head.key), *rest
        else:
            key = _KEYS[kind](text) if kind in _KEYS else text
            self.runs.append(tuple.__new__(Unit, (joint + key if joint else key, text, start)))

    def sure(self) -> bool:
        """Tell whether tokens are the whole truth: not all servers take a vertical tab, none a second BOM."""
        if not self.certain or "\v" in self.text or self.text.startswith("\ufeff"):
            return False
        if "stdin" not in self.text.lower():
            return True
        copies = sum(unit.key == "stdin" for unit in self.runs)
        return copies == sum(unit.key.startswith(_DATA) for unit in self.runs)

    def _note(self, text: str, start: int) -> None:
        self.notes.append(Unit(" ".join(text.split()), text, start))
        if _DIRECTIVE.search(text):
            begins = start == 0 or self.text[start - 1] == "\n"
            key = (AT_MARGIN if begins else "\0 ") + _OPTION.sub("", text).rstrip()
            self.runs.append(Unit(key, text, start))


def _joint(last: Token, token: Token, text: str) -> str:
    """Tell whether it counts how a token follows the last one: strings go on only on another line."""
    if last.kind is Kind.STRING and token.kind is Kind.STRING:
        gap = text[last.end : token.start]
        return "\0n" if ("\n" in gap or "\r" in gap) and "/*" not in gap else "\0s"
    return "\0j" if last.end == token.start and _clings(last, token) else ""


def _clings(last: Token, token: Token) -> bool:
    """Tell whether two tokens without space between may be another thing than with it."""
    if Kind.PARAMETER in {last.kind, token.kind}:
        return _PARTS.isdisjoint((last.text, token.text))
    return last.kind is Kind.NUMBER and token.kind is not Kind.OPERATOR


def _operators(text: str, start: int) -> Iterator[Unit]:
    """Part `=-` in `a =-1` as the server does."""
    head = text
    if not _QUALIFIES.intersection(head[:-1]):
        head = head.rstrip("+-") or head[0]
    yield Unit(head, head, start)
    yield from (Unit(text[at], text[at], start + at) for at in range(len(head), len(text)))


def _folded(text: str) -> str:
    """Put a word in lower case as the server does: letters beyond ASCII stay."""
    return text.lower() if text.isascii() else text.translate(_FOLD)


def _quoted(text: str) -> str:
    """Put the prefix of a string or a name in lower case."""
    if text[0] in "'\"":
        return text
    quote = text.index(text[-1] if text[-1] in "'\"" else "'")
    return text[:quote].lower() + text[quote:]


def _doubtful_string(text: str) -> bool:
    return "\\" in text and text[0] in "'nN" and not _ENDS_EITHER_WAY.fullmatch(text)


def _doubtful_comment(text: str) -> bool:
    if not text.startswith("/*"):
        return bool(_LIQUIBASE.match(text))
    edges = _COMMENT_EDGE.findall(text)
    return edges.count("/*") != edges.count("*/")


_CLINGING = frozenset((Kind.STRING, Kind.NUMBER, Kind.PARAMETER))
_KEYS: dict[Kind, Callable[[str], str]] = {
    Kind.WORD: _folded,
    Kind.STRING: _quoted,
    Kind.QUOTED: _quoted,
    Kind.DATA: lambda text: _DATA + text,
}
_DOUBTS: dict[Kind, Callable[[str], bool]] = {
    Kind.STRING: _doubtful_string,
    Kind.OPERATOR: lambda text: text in {"\\", "{", "}"},
    Kind.COMMENT: _doubtful_comment,
    Kind.META: lambda text: bool(_COPIES.match(text)),
    Kind.DATA: lambda text: text.rstrip("\r").endswith((" ", "\t")),
}
