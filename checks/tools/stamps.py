"""Where SQL writes a table in which a tool keeps what has run: history is the tool's to write."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from checks import sql as lexer
from checks.migration import VERSION_TABLES, Stamp
from checks.sql import Kind, Token

# The word before a table's name, for each command that writes one.
_WRITERS = {
    "ALTER": "TABLE",
    "COPY": "",
    "CREATE": "TABLE",
    "DELETE": "FROM",
    "DROP": "TABLE",
    "INSERT": "INTO",
    "MERGE": "INTO",
    "TRUNCATE": "",
    "UPDATE": "",
}
_OF_SEVERAL = {"DROP", "TRUNCATE"}
_STARTS = {*_WRITERS, "DO", "EXPLAIN", "PREPARE", "WITH"}
_BEFORE_NAME = {"EXISTS", "IF", "NOT", "ONLY", "TABLE"}
_OF_FORMAT = re.compile(r"%(?:\d+\$)?[ILs]")  # stands for a name or value in a text for format()
_QUIET = (Kind.SPACE, Kind.COMMENT)
_PARTS = (Kind.WORD, Kind.QUOTED, Kind.PARAMETER)


class Write(NamedTuple):
    """A statement that writes a version table, or makes one.

    Attributes:
        verb: Its command: "INSERT", "CREATE" ...
        table: The table, without its schema.
        start: Its offset in the text, in characters from 0.
        values: The numbers and texts in it, without quotes.
    """

    verb: str
    table: str
    start: int
    values: tuple[str, ...]

    @property
    def what(self) -> str:
        """What it does, in the fewest words of SQL."""
        return " ".join(filter(None, (self.verb, _WRITERS[self.verb], self.table)))

    def stamp(self, line: int, file: int = 0) -> Stamp:
        """Give it as a migration holds it."""
        return Stamp(self.what, self.table, line, file, removes=self.verb in ("ALTER", "DROP"))


def mentions(text: str) -> bool:
    """Tell whether a text has the name of a version table: fast, as every migration is asked."""
    lowered = text.lower()
    return any(name in lowered for name in VERSION_TABLES)


def writes(text: str) -> Iterator[Write]:
    """Find what writes a version table in a text of SQL, in the bodies of DO and of functions too.

    What only changes the form of such a table is left out: a wider column changes nothing that it says.
    """
    if not mentions(text):
        return
    for statement in lexer.statements(text):
        if mentions(statement.text):
            found = _significant(statement.text)
            if found[0].word in _STARTS:
                yield from _writes(found, statement.start)


def _significant(text: str) -> list[Token]:
    return [token for token in lexer.tokens(text) if token.kind not in _QUIET]


def _writes(found: Sequence[Token], offset: int) -> Iterator[Write]:
    for at, token in enumerate(found):
        if token.kind is Kind.WORD and token.word in _WRITERS:
            rest = _until_semicolon(found[at + 1 :])
            values = tuple(_bare(t) for t in rest if t.kind in (Kind.STRING, Kind.NUMBER))
            for table in _targets(token.word, rest):
                yield Write(token.word, table, offset + token.start, values)
        elif token.kind in (Kind.DOLLAR, Kind.STRING) and mentions(token.text) and _is_code(found, at):
            body = _bare(token)
            start = offset + token.start + token.text.find(body)
            yield from _writes(_significant(_OF_FORMAT.sub("x", body)), start)


def _until_semicolon(found: Sequence[Token]) -> Sequence[Token]:
    end = next((at for at, token in enumerate(found) if token.text == ";"), len(found))
    return found[:end]


def _bare(token: Token) -> str:
    """Give what is between a token's quotes."""
    if token.kind is Kind.DOLLAR:
        tag = token.text[: token.text.index("$", 1) + 1]
        return token.text.removeprefix(tag).removesuffix(tag)
    if token.kind is Kind.STRING:
        return token.text[token.text.index("'") + 1 :].removesuffix("'").replace("''", "'")
    return token.text


def _is_code(found: Sequence[Token], at: int) -> bool:
    """Tell whether a text is run, and not stored: a body, or what EXECUTE is given."""
    first, before = found[0].word, [token.word for token in found[max(at - 2, 0) : at]]
    routine = {"FUNCTION", "PROCEDURE"} & {token.word for token in found[1:4]}
    return (
        first == "DO"
        or (first == "CREATE" and bool(routine) and before[-1:] == ["AS"])
        or before[-1:] == ["EXECUTE"]
        or before == ["FORMAT", "("]
    )


def _targets(verb: str, rest: Sequence[Token]) -> Iterator[str]:
    """Give the version tables that a command writes, by the tokens after its first word."""
    words = [token.word for token in rest]
    if _WRITERS[verb] and words[:1] != [_WRITERS[verb]]:
        return
    at = int(bool(_WRITERS[verb]))
    while True:
        while at < len(rest) and words[at] in _BEFORE_NAME:
            at += 1
        name, at = _name(rest, at)
        if name in VERSION_TABLES and _does_write(verb, words[at:]):
            yield name
        at += words[at : at + 1] == ["*"]
        if verb not in _OF_SEVERAL or words[at : at + 1] != [","]:
            return
        at += 1


def _name(rest: Sequence[Token], at: int) -> tuple[str, int]:
    """Give the last part of the qualified name that stands at a token, and where it ends."""
    while at < len(rest) and rest[at].kind in _PARTS:
        token = rest[at]
        quoted = token.kind is Kind.QUOTED
        name = token.text.strip('"').replace('""', '"') if quoted else token.text.lower()
        if at + 1 == len(rest) or rest[at + 1].text != ".":
            return name, at + 1
        at += 2
    return "", at


def _does_write(verb: str, words: Sequence[str]) -> bool:
    """Tell by what follows the name whether a command writes, and is no prose."""
    if verb == "UPDATE":
        return "SET" in words[:4]
    if verb == "COPY":
        return next((word for word in words if word in ("FROM", "TO")), "") == "FROM"
    if verb == "ALTER":
        pairs = set(itertools.pairwise(words))
        renamed = "RENAME" in words and ("RENAME", "CONSTRAINT") not in pairs
        return renamed or bool(pairs & {("SET", "SCHEMA"), ("DROP", "COLUMN")})
    return True
