r"""One tolerant PostgreSQL lexer: tokens and statements of any text, with their places.

It follows the server's scanner and psql's splitting: nested comments, dollar quotes, `BEGIN ATOMIC`
bodies, data after `COPY ... FROM stdin`, psql's own `\` lines and `:name` binds. It takes any text: what is
unterminated runs to the end, and what is no SQL at all is an operator. Its time is linear in the text.
"""

from __future__ import annotations

import enum
import re
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# To the server's scanner every character beyond ASCII is a letter, even a space that is not breaking.
_LETTER = r"A-Za-z_\u0080-\U0010ffff"
_NAME = rf"[{_LETTER}][{_LETTER}0-9]*+"
_BIND = rf"[{_LETTER}0-9]++"

_TOKEN = re.compile(
    rf"""
      (?P<space>[ \t\n\r\f\v]++)
    | (?P<mark>\A\ufeff)
    | (?P<comment>--[^\r\n]*+)
    | (?P<nested>/\*)
    | (?P<string>(?:[bBxXnN]|[uU]&)?'[^']*+(?:''[^']*+)*+'?+
                |[eE]'[^'\\]*+(?:(?:''|\\.?)[^'\\]*+)*+'?+)
    | (?P<quoted>(?:[uU]&)?"[^"]*+(?:""[^"]*+)*+"?+)
    | (?P<word>[{_LETTER}][{_LETTER}0-9$]*+)
    | (?P<dollar>\$(?:{_NAME})?\$)
    | (?P<parameter>\$[0-9]++|\$\{{[^{{}}\n]*+\}}|\{{\{{[^{{}}\n]*+\}}\}}
                   |:{_BIND}|:'{_BIND}'|:"{_BIND}")
    | (?P<number>0[xX][0-9a-fA-F_]++|0[oO][0-7_]++|0[bB][01_]++
                |(?:[0-9][0-9_]*+(?:\.(?!\.)[0-9_]*+)?|\.[0-9][0-9_]*+)(?:[eE][+-]?[0-9]++)?)
    | (?P<backslash>\\)
    | (?P<operator>::|:=|(?:(?!--|/\*)[-+*/<>=~!@\#%^&|`?])+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")
_COPY_END = re.compile(r"^\\\.[ \t]*\r?$", re.MULTILINE)


class Kind(enum.StrEnum):
    """What a token is."""

    WORD = "word"
    QUOTED = "quoted"  # "an identifier"
    STRING = "string"  # 'text', E'', U&'', B'', X'', N''
    DOLLAR = "dollar"  # $tag$text$tag$
    NUMBER = "number"
    OPERATOR = "operator"  # punctuation too
    COMMENT = "comment"
    SPACE = "space"
    PARAMETER = "parameter"  # $1, :name, :'name', ${name}, {{ name }}
    META = "meta"  # a line for psql
    DATA = "data"  # the lines after COPY ... FROM stdin, with the \. that ends them


class StatementKind(enum.StrEnum):
    """Who a statement is for, and what comes with it."""

    SQL = "sql"
    COPY = "copy"  # COPY ... FROM stdin, with its data
    META = "meta"  # a line for psql, not for the server


class Token(NamedTuple):
    """A piece of a text.

    Attributes:
        kind: What it is.
        text: Its characters, as they stand.
        start: Its offset in the text, in characters from 0.
    """

    kind: Kind
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset after its last character."""
        return self.start + len(self.text)

    @property
    def word(self) -> str:
        """A word in upper case, anything else as it stands."""
        return self.text.upper() if self.kind is Kind.WORD else self.text


@dataclass(frozen=True)
class Statement:
    """One statement of a text.

    Attributes:
        text: From its first token to its last that is no comment, without the semicolon.
        start: Its offset in the text, in characters from 0.
        line: The line of its first token, from 1.
        kind: Who it is for.
        copy_data: The lines that follow a COPY ... FROM stdin, without the end mark; else None.
        copy_line: The line where they begin, from 1; else None.
    """

    text: str
    start: int
    line: int
    kind: StatementKind = StatementKind.SQL
    copy_data: str | None = None
    copy_line: int | None = None


def tokens(text: str) -> Iterator[Token]:
    """Give the tokens of a text, in order; joined they are the text again."""
    return _scan(text, _Splitter()) if _may_copy(text) else _rest(text, 0)


def statements(text: str) -> tuple[Statement, ...]:
    r"""Give the statements of a text, in order; a psql line is one too, and ends the one before it."""
    return tuple(statement for statement, _ in phrases(text))


def phrases(text: str) -> Iterator[tuple[Statement, list[Token]]]:
    """Give the statements of a text, each with its tokens but for space, comments and data.

    The tokens' offsets are those of the whole text.
    """
    splitter = _Splitter()
    if _may_copy(text):
        for _ in _scan(text, splitter):
            pass
    else:
        for token in _rest(text, 0):
            splitter.take(token)
    line_ends = [match.start() for match in re.finditer("\n", text)]
    for group in splitter.groups:
        if group:
            yield _statement(text, group, line_ends), group


def words(text: str) -> Iterator[str]:
    """Give a statement's tokens but for space and comments: words in upper case, the rest as it stands."""
    return (token.word for token in tokens(text) if token.kind not in _SILENT)


def position(text: str, offset: int) -> int:
    """Give the line, from 1, of an offset in characters from 0."""
    return text.count("\n", 0, max(offset, 0)) + 1


def controls_transaction(statement: Statement) -> bool:
    """Tell whether a statement begins or ends a transaction; a savepoint does neither."""
    match list(islice(words(statement.text), 3)):
        case ["ROLLBACK", "TO", *_] | ["ROLLBACK", "WORK" | "TRANSACTION", "TO"]:
            return False
        case ["COMMIT" | "ROLLBACK", "PREPARED", *_]:
            return False
        case ["BEGIN" | "COMMIT" | "END" | "ROLLBACK" | "ABORT", *_]:
            return True
        case ["START" | "PREPARE", "TRANSACTION", *_]:
            return True
    return False


def commits(statement: Statement) -> bool:
    """Tell whether a statement commits a transaction."""
    first = next(words(statement.text), "")
    return first in ("COMMIT", "END") and controls_transaction(statement)


def runs_outside_transaction(statement: Statement) -> bool:  # noqa: PLR0911 - a table of statements
    """Tell whether the server refuses a statement inside a transaction block.

    Source: the calls of PreventInTransactionBlock in PostgreSQL 14 to 18. What only the database knows is
    not seen: a partitioned table under REINDEX or CLUSTER, a procedure that commits.
    """
    match list(islice(words(statement.text), 4)):
        case ["CREATE", "INDEX", "CONCURRENTLY", *_] | ["CREATE", "UNIQUE", "INDEX", "CONCURRENTLY"]:
            return True
        case ["DROP", "INDEX", "CONCURRENTLY", *_]:
            return True
        case ["CREATE" | "DROP", "DATABASE" | "TABLESPACE", *_] | ["ALTER", "SYSTEM", *_]:
            return True
        case ["VACUUM", *_] | ["DISCARD", "ALL"] | ["COMMIT" | "ROLLBACK", "PREPARED", *_]:
            return True
        case ["REINDEX", *_]:
            return _reindexes_many(tuple(words(statement.text)))
        case ["CLUSTER", *_]:
            return _without_options(tuple(words(statement.text))[1:]) in ((), ("VERBOSE",))
        case ["ALTER", "TABLE", *_]:
            return _detaches_concurrently(statement.text)
        case ["ALTER", "DATABASE", _, "SET"]:
            return "TABLESPACE" in islice(words(statement.text), 5)
        case ["CREATE" | "DROP" | "ALTER" as verb, "SUBSCRIPTION", *_]:
            return _reaches_publisher(verb, tuple(words(statement.text)))
    return False


def _without_options(found: tuple[str, ...]) -> tuple[str, ...]:
    if found[:1] != ("(",) or ")" not in found:
        return found
    return found[found.index(")") + 1 :]


def _reindexes_many(found: tuple[str, ...]) -> bool:
    rest = _without_options(found[1:])
    options = found[: len(found) - len(rest)]
    return (
        ("CONCURRENTLY" in options and not _switched_off("CONCURRENTLY", options))
        or rest[1:2] == ("CONCURRENTLY",)
        or rest[:1] in (("DATABASE",), ("SYSTEM",), ("SCHEMA",))
    )


def _detaches_concurrently(text: str) -> bool:
    found = tuple(words(text))
    return found[-1] == "CONCURRENTLY" and "DETACH" in found


def _reaches_publisher(verb: str, found: tuple[str, ...]) -> bool:
    if verb == "DROP":
        return True
    if verb == "CREATE":
        return not (_switched_off("CREATE_SLOT", found) or _switched_off("CONNECT", found))
    changes = "REFRESH" in found[3:4] or found[4:5] == ("PUBLICATION",)
    return changes and not _switched_off("REFRESH", found)


def _switched_off(option: str, found: tuple[str, ...]) -> bool:
    values = [found[at + 1 : at + 3] for at, word in enumerate(found) if word == option]
    off = {"FALSE", "OFF", "0", "'FALSE'", "'OFF'", "'0'"}
    return any(value and value[-1 if value[0] == "=" else 0].upper() in off for value in values)


def _may_copy(text: str) -> bool:
    """Tell whether data may stand in a text: only then, its tokens depend on its statements."""
    return "STDIN" in text.upper()


def _scan(text: str, splitter: _Splitter) -> Iterator[Token]:
    if not _may_copy(text):
        for token in _rest(text, 0):
            splitter.take(token)
            yield token
        return
    start = 0
    while start < len(text):
        token = _next(text, start, splitter.copy)
        splitter.take(token)
        start = token.end
        yield token


def _rest(text: str, start: int) -> Iterator[Token]:
    """Give the tokens from an offset on where one begins, in a text without data."""
    make, kinds = tuple.__new__, _WHOLE
    while start < len(text):
        for match in _TOKEN.finditer(text, start):
            kind = kinds.get(match.lastgroup)
            if kind is None:
                break
            yield make(Token, (kind, match[0], match.start()))
        else:
            return
        token = _next(text, match.start(), _Copy.NONE)
        start = token.end
        yield token


def _next(text: str, start: int, copy: _Copy) -> Token:
    if copy is _Copy.DATA:
        return Token(Kind.DATA, text[start : _data_end(text, start)], start)
    match = _TOKEN.match(text, start)
    assert match is not None
    return _finish(text, match, copy)


def _finish(text: str, match: re.Match[str], copy: _Copy) -> Token:
    """Make a token of a match that may be only its beginning, or hold more than it."""
    start, end = match.span()
    name = match.lastgroup
    if name == "nested":
        end = _comment_end(text, end)
    elif name == "dollar":
        close = text.find(match.group(), end)
        end = len(text) if close < 0 else close + len(match.group())
    elif name == "backslash" and _line_begins(text, start):
        return Token(Kind.META, text[start : _line_end(text, start)], start)
    elif name == "space" and copy is _Copy.SOON and "\n" in match.group():
        end = text.index("\n", start) + 1
    return Token(_KINDS[name], text[start:end], start)


def _line_begins(text: str, start: int) -> bool:
    """Tell whether only white space stands before an offset in its line."""
    line = text.rfind("\n", 0, start) + 1
    return not text[line or text.startswith("\ufeff") : start].strip(" \t\r\f\v")


def _comment_end(text: str, start: int) -> int:
    depth = 1
    for match in _COMMENT_EDGE.finditer(text, start):
        depth += 1 if match.group() == "/*" else -1
        if depth == 0:
            return match.end()
    return len(text)


def _data_end(text: str, start: int) -> int:
    match = _COPY_END.search(text, start)
    return match.end() if match else len(text)


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    return end - text.endswith("\r", start, end)


def _statement(text: str, group: list[Token], line_ends: list[int]) -> Statement:
    data = group.pop() if group[-1].kind is Kind.DATA else None
    start, end = group[0].start, group[-1].end
    line = bisect_left(line_ends, start) + 1
    if group[0].kind is Kind.META:
        return Statement(text[start:end], start, line, StatementKind.META)
    if not _reads_stdin(group):
        return Statement(text[start:end], start, line)
    at = bisect_left(line_ends, data.start) + 1 if data else None
    rows = _COPY_END.sub("", data.text) if data else ""
    return Statement(text[start:end], start, line, StatementKind.COPY, rows, at)


def _reads_stdin(group: list[Token]) -> bool:
    if not group or group[0].word != "COPY":
        return False
    found = [token.word for token in group]
    return ("FROM", "STDIN") in pairwise(found)


def _makes_routine(group: list[Token]) -> bool:
    match [token.word for token in group[:4]]:
        case ["CREATE", "FUNCTION" | "PROCEDURE", *_]:
            return True
        case ["CREATE", "OR", "REPLACE", "FUNCTION" | "PROCEDURE"]:
            return True
    return False


_KINDS: dict[str | None, Kind] = {
    "space": Kind.SPACE,
    "mark": Kind.SPACE,
    "comment": Kind.COMMENT,
    "nested": Kind.COMMENT,
    "string": Kind.STRING,
    "quoted": Kind.QUOTED,
    "word": Kind.WORD,
    "dollar": Kind.DOLLAR,
    "parameter": Kind.PARAMETER,
    "number": Kind.NUMBER,
    "backslash": Kind.OPERATOR,
    "operator": Kind.OPERATOR,
}
_WHOLE = {
    name: kind for name, kind in _KINDS.items() if name not in ("nested", "dollar", "backslash")
}  # the others may be only begun
_SILENT = frozenset((Kind.SPACE, Kind.COMMENT))


class _Copy(enum.Enum):
    """Where we are with the data of a COPY."""

    NONE = enum.auto()
    SOON = enum.auto()  # on the statement's line still
    DATA = enum.auto()  # at the data's first line


@dataclass
class _Splitter:
    """What must be remembered from token to token; the last group is the statement that is open."""

    groups: list[list[Token]] = field(default_factory=lambda: [[]])
    parentheses: int = 0
    bodies: int = 0
    copy: _Copy = _Copy.NONE

    def take(self, token: Token) -> None:
        """Put a token where it belongs."""
        if token.kind is Kind.SPACE:
            if self.copy is _Copy.SOON and "\n" in token.text:
                self.copy = _Copy.DATA
            return
        if token.kind is Kind.COMMENT:
            return
        if token.kind is Kind.DATA:
            self.groups[-2].append(token)
        elif token.kind is Kind.META:
            self.groups += [[token], []]
            self.parentheses = self.bodies = 0
        else:
            self._significant(token)
            return
        self.copy = _Copy.NONE

    def _significant(self, token: Token) -> None:
        self.copy = _Copy.NONE
        if token.text == ";" and not self.parentheses and not self.bodies:
            self.copy = _Copy.SOON if _reads_stdin(self.groups[-1]) else _Copy.NONE
            self.groups.append([])
            return
        if token.kind is Kind.OPERATOR:
            self._parenthesis(token.text)
        elif token.kind is Kind.WORD and not self.parentheses:
            self._body(token.word)
        self.groups[-1].append(token)

    def _parenthesis(self, text: str) -> None:
        if text == "(":
            self.parentheses += 1
        elif text == ")":
            self.parentheses = max(self.parentheses - 1, 0)

    def _body(self, word: str) -> None:
        before = self.groups[-1][-1].word if self.groups[-1] else ""
        if word == "ATOMIC" and before == "BEGIN" and _makes_routine(self.groups[-1]):
            self.bodies += 1
        elif self.bodies and before not in {"AS", "."}:  # there, even CASE and END are names
            self.bodies += {"CASE": 1, "END": -1}.get(word, 0)
