"""A text as units: what is run and what is only said, with equal keys for all ways of writing the same."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from checks.sql import Kind, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

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

_NO_SIGNS = frozenset("\\{}")
_CLINGING = (Kind.STRING, Kind.NUMBER, Kind.PARAMETER)
# To ask an enumeration for its members takes time, and so does their hash.
_SPACE, _COMMENT, _WORD, _OPERATOR, _PARAMETER = (
    *(Kind.SPACE, Kind.COMMENT, Kind.WORD),
    *(Kind.OPERATOR, Kind.PARAMETER),
)

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
        last: The last token that runs.
        clings: Whether it may count how the next one follows it.
    """

    text: str
    runs: list[Unit] = field(default_factory=list)
    notes: list[Unit] = field(default_factory=list)
    certain: bool = True
    last: Token | None = None
    clings: bool = False

    def read(self, tokens: Iterable[Token]) -> None:
        """Put tokens where they belong; white space has no place."""
        for token in tokens:
            kind, text, start = token
            if kind is _SPACE:
                continue
            if kind is _WORD and not self.clings:  # most are words
                self.runs.append(tuple.__new__(Unit, (_folded(text), text, start)))
                self.last = token
            elif kind is _COMMENT:
                self._note(text, start)
            else:
                self._take(token)

    def _take(self, token: Token) -> None:
        kind, text, start = token
        joint = ""
        if self.last and (self.clings or kind is _PARAMETER):
            joint = _joint(self.last, token, self.text)
        self.last, self.clings = token, kind in _CLINGING
        if kind is not _OPERATOR:
            self.certain = self.certain and not (kind in _DOUBTS and _DOUBTS[kind](text))
            self.runs.append(Unit(joint + _KEYS.get(kind, str)(text), text, start))
        elif len(text) == 1:
            self.certain = self.certain and text not in _NO_SIGNS
            self.runs.append(Unit(joint + text, text, start))
        else:
            head, *rest = _operators(text, start)
            self.runs += head._replace(key=joint + head.key), *rest

    def sure(self) -> bool:
        """Tell whether tokens are the whole truth: not all servers take a vertical tab, none a second BOM."""
        if not self.certain or "\v" in self.text or self.text.startswith("\ufeff"):
            return False
        if "stdin" not in self.text.lower():
            return True
        copies = sum(unit.key == "stdin" for unit in self.runs)
        return copies == sum(unit.key.startswith(_DATA) for unit in self.runs)

    def _note(self, text: str, start: int) -> None:
        self.certain = self.certain and not _doubtful_comment(text)
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


_KEYS: dict[Kind, Callable[[str], str]] = {
    _WORD: _folded,
    Kind.STRING: _quoted,
    Kind.QUOTED: _quoted,
    Kind.DATA: lambda text: _DATA + text,
}
_DOUBTS: dict[Kind, Callable[[str], bool]] = {
    Kind.STRING: _doubtful_string,
    Kind.META: lambda text: bool(_COPIES.match(text)),
    Kind.DATA: lambda text: text.rstrip("\r").endswith((" ", "\t")),
}
