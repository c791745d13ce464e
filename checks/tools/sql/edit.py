r"""What kind of edit a migration of plain SQL underwent, by the tokens of its files.

Two texts are the same to the server if they have the same tokens. Where that is not the whole truth (a
comment that a runner reads, a line for psql, a string whose end depends on a setting) the edit counts as
one of what runs: it may be judged too hard, never too mildly.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import chain, groupby, zip_longest
from typing import TYPE_CHECKING, NamedTuple

from checks import sql as lexer
from checks.content import decode, fingerprint
from checks.migration import Edit, Kind
from checks.tools.sql.files import understand
from checks.tools.sql.parts import Part, Parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ORDER = tuple(Kind)
_MILD = (Kind.FORMAT, Kind.COMMENT)
_SHOWN = 3  # lines of either side

# Comments that some runner of numbered files reads: dbmate, bun, drizzle, migratus, graphile-migrate, goose,
# atlas, yoyo, pg_hint_plan.
_DIRECTIVE = re.compile(
    r"migrate:(?:up|down)|statement-breakpoint|:split\b|/\*\+"
    r"|--!|(?<!-)--\s*+(?:;;|\+[a-z]|(?:depends|atlas)\s*:|[^\w\n]*+(?:up|down)[^\w\n]*+$)",
    re.IGNORECASE | re.MULTILINE,
)
_ASKS = re.compile(r"(?:no|disable)-transaction|transaction(?:al)?:\s*(?:true|false)", re.IGNORECASE)
_OPTION = re.compile(r"(?<!\s)\s*+\btransaction:\s*(?:true|false)\b", re.IGNORECASE)
_REFUSES = re.compile(r"--\s*migseal:\s*irreversible")
_LIQUIBASE = re.compile(r"--\s*liquibase\b", re.IGNORECASE)  # it reads all comments of its files

_FOLD = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_COMMENT_EDGE = re.compile(r"/\*|\*/")
# A plain string that ends in the same place where backslashes escape: standard_conforming_strings = off, or
# the second part of an E'...' that is continued on the next line.
_ENDS_EITHER_WAY = re.compile(r"[nN]?'[^'\\]*+(?:(?:''|\\.)[^'\\]*+)*+'", re.DOTALL)
_COPIES = re.compile(r"\\copy\b.*\bp?stdin\b|\\\.", re.IGNORECASE)
_QUALIFIES = frozenset("~!@#^&|`?%")  # without one of them, no operator of several characters ends in + or -

_BEGINS = {("BEGIN",), ("BEGIN", "WORK"), ("BEGIN", "TRANSACTION"), ("START", "TRANSACTION")}
_COMMITS = {(verb, *noun) for verb in ("COMMIT", "END") for noun in ((), ("WORK",), ("TRANSACTION",))}

# What ends outside strings and comments, as is seen without the lexer's help: a statement at its semicolon,
# and a part of it at a comma that ends a line.
_CALM = r"""
    | '[^'\\]*+(?:\\[^'\\][^'\\]*+)*+'
    | "[^"]*+"
    | --[^\r\n]*+
    | -
    | /\*[^*/]*+(?:(?:\*(?!/)|/(?!\*))[^*/]*+)*+\*/
    | /(?!\*)
    | (?<=[ \t\n\r(,])\$(?P<tag>(?:[A-Za-z_][A-Za-z0-9_]*+)?)\$(?s:.*?)\$(?P=tag)\$
"""
_STATEMENT = re.compile(rf"""(?:[^'"$\\/;{{-]++{_CALM})*+;[ \t]*+(?:\r?\n)?""", re.VERBOSE)
_PART = re.compile(rf"""(?:[^'"$\\/,{{-]++|,(?![ \t]*+\r?\n){_CALM})*+,[ \t]*+\r?\n""", re.VERBOSE)
_OPAQUE = re.compile(
    r"""'[^']*+'|"[^"]*+"|--[^\r\n]*+|/\*.*?\*/|\$(?P<tag>[A-Za-z0-9_]*+)\$.*?\$(?P=tag)\$""", re.DOTALL
)  # what is not plain in a calm statement
_SPACES = re.compile(r"[ \t\n\r\f]+")
_ADORNS = re.compile(r"(?<=[(),;]) | (?=[(),;])")
_WRAPS = re.compile(
    r"(?:\s|--[^\n]*\n)*(?:(?:BEGIN|COMMIT|END)(?:\s+(?:WORK|TRANSACTION))?|START\s+TRANSACTION)\s*;\s*",
    re.IGNORECASE,
)
_CONTROLS = re.compile(
    r"\b(?:begin|start|commit|end|rollback|abort|savepoint|release|prepare|case)\b", re.IGNORECASE
)
_TELLS = re.compile(
    r"migrat|migseal|transaction|goose|micrate|rambler|!ups|!downs|@undo|drop below|liquibase|"
    + _DIRECTIVE.pattern,
    re.IGNORECASE | re.MULTILINE,
)
_AT_MARGIN = "\0|"  # keys of what is no token begin with what no text holds
_LEFT_OUT = "\ue000"  # a word of no language
_STRANGE = re.compile(rf"stdin|[\v\ufeff{_LEFT_OUT}]", re.IGNORECASE)  # then, nothing is left out


class _Unit(NamedTuple):
    """A token or comment: equal keys are the same to whoever reads it."""

    key: str
    text: str
    start: int


class _Piece(NamedTuple):
    """What of a unit stands on one line, from 1."""

    key: str
    line: int


class _Way(NamedTuple):
    """One way of a file: what is run, and its comments; the units' offsets are the file's."""

    part: Part
    start: int
    runs: tuple[_Unit, ...]
    notes: tuple[_Unit, ...]


class _File(NamedTuple):
    """A file's ways; in an uncertain one, tokens are not the whole truth."""

    text: str
    up: _Way
    down: _Way | None
    certain: bool


class _Verdict(NamedTuple):
    """A difference between two contents: with ways it is shown by their units, else by whole lines."""

    kind: Kind
    file: int
    old: bytes
    new: bytes
    old_way: _Way | None = None
    new_way: _Way | None = None
    old_text: str = ""
    new_text: str = ""


def edit(before: Sequence[bytes], after: Sequence[bytes]) -> Edit:
    """Judge how a migration was edited.

    Args:
        before: The contents of its files as `Migration.files` has them: one, or the way up and the way down.
        after: The same, as they are now.

    Returns:
        The kind, and the first few lines that show it; for equal contents a change of format without lines.
    """
    verdicts = tuple(_verdicts(before, after))
    if not verdicts:
        return Edit(Kind.FORMAT)
    return _show(max(verdicts, key=lambda verdict: _ORDER.index(verdict.kind)))


def _verdicts(before: Sequence[bytes], after: Sequence[bytes]) -> Iterator[_Verdict]:
    alone = len(before) == len(after) == 1
    for number, (old, new) in enumerate(zip_longest(before, after)):
        if old is None or new is None:
            kind = Kind.DOWNGRADE if number else Kind.UPGRADE
            yield _Verdict(kind, 0 if new is None else number, old or b"", new or b"")
        elif old != new:
            yield from _judge(number, old, new, alone=alone)


def _judge(number: int, old: bytes, new: bytes, *, alone: bool) -> Iterator[_Verdict]:
    if not old:
        yield _Verdict(Kind.DOWNGRADE if number else Kind.UPGRADE, number, old, new)
        return
    yield _Verdict(Kind.FORMAT, number, old, new)
    if fingerprint(old) == fingerprint(new):
        return
    files = _read(old, new)
    if files is None:
        yield _Verdict(Kind.UPGRADE, number, old, new)
    elif not (files[0].certain and files[1].certain):
        yield _Verdict(Kind.DOWNGRADE if number else Kind.UPGRADE, number, old, new)
    else:
        yield from _judge_ways(number, (old, new), files, alone=alone)


def _judge_ways(
    number: int, data: tuple[bytes, bytes], files: tuple[_File, _File], *, alone: bool
) -> Iterator[_Verdict]:
    texts = files[0].text, files[1].text
    below = Kind.DOWNGRADE if number or (alone and _parted_alike(*files)) else Kind.UPGRADE
    for old, new, worst in (
        (files[0].up, files[1].up, Kind.DOWNGRADE if number else None),
        (files[0].down, files[1].down, below),
    ):
        kind = _kind(old, new)
        if kind is None:
            continue
        if worst is not None and kind not in _MILD:
            kind = worst
        yield _Verdict(kind, number, *data, old, new, *texts)


def _parted_alike(old: _File, new: _File) -> bool:
    """Tell whether dbmate too finds the way down where we do: it does not in a line that is indented."""
    marks = {file.down.runs[0].key for file in (old, new) if file.down}
    return len(marks) == 1 and min(marks).startswith(_AT_MARGIN)


def _kind(old: _Way | None, new: _Way | None) -> Kind | None:
    """Tell how two ways differ, None if at most in their format."""
    if old is None or new is None:
        return None if old is new else Kind.UPGRADE
    same = _keys(_settled(old.runs)) == _keys(_settled(new.runs))
    if not same and not _wrapped_alike(old, new):
        return Kind.UPGRADE
    if _reason(old) != _reason(new):
        return Kind.DOWNGRADE
    if not same or _asked(old) != _asked(new):
        return Kind.TRANSACTION
    if _keys(old.notes) != _keys(new.notes):
        return Kind.COMMENT
    return None


def _wrapped_alike(old: _Way, new: _Way) -> bool:
    """Tell whether two ways run the same but for their BEGINs and COMMITs."""
    bare = _unwrapped(old)
    return bare is not None and bare == _unwrapped(new)


def _keys(units: Sequence[_Unit]) -> list[str]:
    return [unit.key for unit in units]


def _reason(way: _Way) -> str | None:
    return way.part.refusal[1] if way.part.refusal else None


def _asked(way: _Way) -> tuple[bool, tuple[tuple[str, bool], ...]]:
    """Give what comments ask about the transaction; sqlx reads one only where its file begins."""
    asks = tuple((note.key, note.start == 0) for note in way.notes if _ASKS.search(note.text))
    return way.part.in_transaction, asks


def _settled(units: Sequence[_Unit]) -> list[_Unit]:
    """Leave out the semicolons that end nothing, or the last statement; psql's lines may need them."""
    if any(unit.key.startswith("\\") for unit in units):
        return list(units)
    kept: list[_Unit] = []
    for unit in units:
        if unit.key != ";" or (kept and kept[-1].key != ";"):
            kept.append(unit)
    if kept and kept[-1].key == ";":
        kept.pop()
    return kept


def _unwrapped(way: _Way) -> list[str] | None:
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
    return _keys(_settled(tuple(_outside(way.runs, starts))))


def _said(statement: lexer.Statement) -> tuple[str, ...]:
    return tuple(lexer.words(statement.text))


def _goes_back(statement: lexer.Statement) -> bool:
    first = next(lexer.words(statement.text), "")
    return first in {"SAVEPOINT", "RELEASE"} or (
        first in {"ROLLBACK", "COMMIT"} and not lexer.controls_transaction(statement)
    )


def _outside(units: Sequence[_Unit], starts: dict[int, int]) -> Iterator[_Unit]:
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


def _read(old: bytes, new: bytes) -> tuple[_File, _File] | None:
    """Read two contents, None if one of them cannot be read; what both share is left out."""
    texts = decode(old), decode(new)
    if not isinstance(texts[0], str) or not isinstance(texts[1], str):
        return None
    before, after = (_file(text) for text in _shortened(texts[0], texts[1]))
    return None if before is None or after is None else (before, after)


def _file(text: str) -> _File | None:
    understood = understand(text.encode())
    if not isinstance(understood, Parts):
        return None
    reader = _Reader(text)
    for token in lexer.tokens(text):
        reader.take(token)
    up, down = understood.up, understood.down
    cut = len(text) - len(down.text) if down else len(text)
    certain = reader.sure() and len(up.text) == cut and text.startswith(up.text)
    return _File(text, reader.way(up, 0, cut), reader.way(down, cut, len(text)) if down else None, certain)


@dataclass
class _Reader:
    """Takes the tokens of a text, and remembers what counts."""

    text: str
    runs: list[_Unit] = field(default_factory=list)
    notes: list[_Unit] = field(default_factory=list)
    certain: bool = True
    last: lexer.Token | None = None

    def take(self, token: lexer.Token) -> None:
        """Put a token where it belongs."""
        if token.kind is lexer.Kind.SPACE:
            return
        self.certain = self.certain and not _doubtful(token)
        if token.kind is lexer.Kind.COMMENT:
            self._note(token)
            return
        joint = self._joint(token)
        self.runs += (unit._replace(key=joint + unit.key) for unit in _units(token))
        self.last = token

    def sure(self) -> bool:
        """Tell whether tokens are the whole truth: not all servers take a vertical tab, none a second BOM."""
        copies = sum(unit.key == "stdin" for unit in self.runs)
        data = sum(unit.key.startswith("\0=") for unit in self.runs)
        strange = "\v" in self.text or self.text.startswith("\ufeff")
        return self.certain and copies == data and not strange

    def way(self, part: Part, start: int, end: int) -> _Way:
        """Give what was read between two offsets."""
        runs, notes = (
            tuple(unit for unit in units if start <= unit.start < end) for units in (self.runs, self.notes)
        )
        return _Way(part, start, runs, notes)

    def _note(self, token: lexer.Token) -> None:
        self.notes.append(_Unit(" ".join(token.text.split()), token.text, token.start))
        if _DIRECTIVE.search(token.text):
            begins = token.start == 0 or self.text[token.start - 1] == "\n"
            key = (_AT_MARGIN if begins else "\0 ") + _OPTION.sub("", token.text).rstrip()
            self.runs.append(_Unit(key, token.text, token.start))

    def _joint(self, token: lexer.Token) -> str:
        """Tell whether it counts how a token follows the last one: strings go on only on another line."""
        last, string = self.last, lexer.Kind.STRING
        if last is None:
            return ""
        if last.kind is string and token.kind is string:
            gap = self.text[last.end : token.start]
            return "\0n" if ("\n" in gap or "\r" in gap) and "/*" not in gap else "\0s"
        return "\0j" if last.end == token.start and _clings(last, token) else ""


def _clings(last: lexer.Token, token: lexer.Token) -> bool:
    """Tell whether two tokens without space between may be another thing than with it."""
    if lexer.Kind.PARAMETER in {last.kind, token.kind}:
        return not {last.text, token.text} & set("(),;[]")
    return last.kind is lexer.Kind.NUMBER and token.kind is not lexer.Kind.OPERATOR


def _doubtful(token: lexer.Token) -> bool:
    match token.kind:
        case lexer.Kind.STRING:
            plain = token.text[0] in "'nN" and "\\" in token.text
            return plain and not _ENDS_EITHER_WAY.fullmatch(token.text)
        case lexer.Kind.OPERATOR:
            return token.text in {"\\", "{", "}"}
        case lexer.Kind.COMMENT:
            edges = _COMMENT_EDGE.findall(token.text) if token.text.startswith("/*") else []
            return edges.count("/*") != edges.count("*/") or bool(_LIQUIBASE.match(token.text))
        case lexer.Kind.META:
            return bool(_COPIES.match(token.text))
        case lexer.Kind.DATA:
            return token.text.rstrip("\r").endswith((" ", "\t"))
    return False


def _units(token: lexer.Token) -> Iterator[_Unit]:
    """Give what the server makes of a token, and the same key to all ways of writing it."""
    text, kind = token.text, token.kind
    if kind is lexer.Kind.OPERATOR and len(text) > 1:
        yield from _operators(token)
        return
    key = text
    if kind is lexer.Kind.WORD:
        key = text.translate(_FOLD)
    elif kind in {lexer.Kind.STRING, lexer.Kind.QUOTED}:
        quote = text.index("'" if kind is lexer.Kind.STRING else '"')
        key = text[:quote].lower() + text[quote:]
    elif kind is lexer.Kind.DATA:
        key = "\0=" + text
    yield _Unit(key, text, token.start)


def _operators(token: lexer.Token) -> Iterator[_Unit]:
    """Part `=-` in `a =-1` as the server does."""
    head = token.text
    if not _QUALIFIES.intersection(head[:-1]):
        head = head.rstrip("+-") or head[0]
    yield _Unit(head, head, token.start)
    for at in range(len(head), len(token.text)):
        yield _Unit(token.text[at], token.text[at], token.start + at)


def _shortened(old: str, new: str) -> tuple[str, str]:
    """Put one word for the statements that two texts share; their lines keep their numbers.

    The lexer takes 40 ms for a text of 300 long lines: without this, nobody could judge a hundred.
    """
    if any(_STRANGE.search(text) for text in (old, new)):
        return old, new
    (begin, some, rest), (start, others, remains) = _chunks(old), _chunks(new)
    before, after = [begin], [start]
    groups = groupby(_aligned(some, others), lambda pair: pair[2])
    for number, (alike, pairs) in enumerate(groups):
        for texts, parts in zip(
            (before, after), zip(*((one, other) for one, other, _ in pairs), strict=True), strict=True
        ):
            texts.append(_gap("".join(parts), number) if alike else "".join(parts))
    return "".join((*before, rest)), "".join((*after, remains))


def _chunks(text: str) -> tuple[str, list[str], str]:
    """Give a text's statements; apart from them a BEGIN before, and what stands after the last of them."""
    chunks, rest = _parted(text, _STATEMENT)
    begin = chunks.pop(0) if chunks and _WRAPS.fullmatch(chunks[0]) else ""
    return begin, chunks, rest


def _parted(text: str, pattern: re.Pattern[str]) -> tuple[list[str], str]:
    """Give the parts of a text that follow each other from its begin, and the rest."""
    found, start = [], 0
    while match := pattern.match(text, start):
        found.append(match.group())
        start = match.end()
    return found, text[start:]


def _aligned(old: list[str], new: list[str]) -> Iterator[tuple[str, str, bool]]:
    """Give the statements of two texts side by side, and whether they are the same and may be left out.

    Those that are not, or are in one text only, come together. Where some are empty, only those before the
    first difference are paired.
    """
    head = _shared(old, new)
    some, others = old[head:], new[head:]
    yield from ((one, one, not _counts(one)) for one in old[:head])
    if any(chunk.strip() == ";" for chunk in (*some, *others)):
        yield "".join(some), "".join(others), False
        return
    for one, other in _pairs(some, others):
        if one == other or _outline(one) == _outline(other):
            yield one, other, not _counts(one)
        else:
            yield from _by_part(one, other)


def _by_part(old: str, new: str) -> Iterator[tuple[str, str, bool]]:
    """Do the same for the lines of a statement that end in a comma, where they are equal to the letter."""
    (some, rest), (others, remains) = _parted(old, _PART), _parted(new, _PART)
    head = _shared(some, others)
    tail = _shared(some[head:][::-1], others[head:][::-1]) if rest == remains else 0
    yield from ((part, part, not _counts(part)) for part in some[:head])
    yield "".join(some[head : len(some) - tail]), "".join(others[head : len(others) - tail]), False
    yield from ((part, part, not _counts(part)) for part in some[len(some) - tail :])
    yield rest, remains, False


def _pairs(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    if len(old) == len(new):
        yield from zip(old, new, strict=True)
        return
    if _repeats(old) or _repeats(new):  # then, who knows which is which
        yield "".join(old), "".join(new)
        return
    from difflib import SequenceMatcher  # noqa: PLC0415 -- not needed by most edits

    tail = _shared(old[::-1], new[::-1])
    ends = len(old) - tail, len(new) - tail
    keys = [_outline(chunk) for chunk in old[: ends[0]]], [_outline(chunk) for chunk in new[: ends[1]]]
    for tag, i, j, k, m in SequenceMatcher(None, *keys).get_opcodes():
        if tag == "equal":
            yield from zip(old[i:j], new[k:m], strict=True)
        else:
            yield "".join(old[i:j]), "".join(new[k:m])
    yield from zip(old[ends[0] :], new[ends[1] :], strict=True)


def _repeats(chunks: list[str]) -> bool:
    return len({_bare(chunk) for chunk in chunks}) < len(chunks)


def _bare(chunk: str) -> str:
    """Give a statement without its comments and white space."""
    if "--" in chunk or "/*" in chunk:
        chunk = _OPAQUE.sub(
            lambda found: "" if found.group().startswith(("--", "/*")) else found.group(), chunk
        )
    return "".join(chunk.lower().split())


def _outline(chunk: str) -> tuple[str, ...]:
    """Give a statement in a form that only such writings share as the lexer makes the same tokens of.

    Outside strings and comments, case is gone, and white space where it only parts or adorns.
    """
    found, start = [], 0
    for match in _OPAQUE.finditer(chunk):
        found += [_plain(chunk[start : match.start()]), match.group()]
        start = match.end()
    return (*found, _plain(chunk[start:]))


def _plain(text: str) -> str:
    if not text.isascii() or text.isspace() or ":" in text.replace("::", ""):
        return text
    return _ADORNS.sub("", _SPACES.sub(" ", text.lower()))


def _shared(old: Sequence[object], new: Sequence[object]) -> int:
    """Give how many first ones are equal."""
    pairs = zip(old, new, strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(old), len(new)))


def _counts(chunk: str) -> bool:
    """Tell whether a statement must be seen even where it has not changed."""
    if ("--" in chunk or "/*" in chunk) and _TELLS.search(chunk):
        return True
    if chunk.count("(") == chunk.count(")") and not _CONTROLS.search(chunk):
        return False
    outside = _OPAQUE.sub("", chunk)
    return outside.count("(") != outside.count(")") or bool(_CONTROLS.search(outside))


def _gap(run: str, number: int) -> str:
    """Give one word on the lines of statements or parts, with the sign that ends them."""
    ahead = run[: len(run) - len(run.lstrip())].count("\n")
    ends = run.endswith("\n")
    lines = "\n" * (run.count("\n") - ahead - ends)
    return "\n" * ahead + f"{_LEFT_OUT}{number}{lines}{run.rstrip()[-1]}" + "\n" * ends


def _show(verdict: _Verdict) -> Edit:
    """Give the lines that matter."""
    texts = verdict.old.decode("utf-8-sig", "replace"), verdict.new.decode("utf-8-sig", "replace")
    old, new = (text.split("\n") for text in texts)
    gone, come, line = _compared(*_groups(verdict, ends=False))
    if not gone and not come:
        gone, come, line = _compared(*_groups(verdict, ends=True))
    if not gone and not come:
        whole = (
            [[_Piece(text.rstrip("\r"), at)] for at, text in enumerate(lines, 1)] for lines in (old, new)
        )
        gone, come, line = _compared(*whole)
    if not gone and not come:
        line = min(_shared(old, new) + 1, len(new))
        line = line if old != new else 1
    removed, added = (
        tuple(lines[at - 1].rstrip("\r") for at in found[:_SHOWN])
        for lines, found in ((old, gone), (new, come))
    )
    return Edit(verdict.kind, verdict.file, come[0] if come else line, removed, added)


def _groups(verdict: _Verdict, *, ends: bool) -> tuple[list[list[_Piece]], list[list[_Piece]]]:
    """Give the pieces by which ways are shown, statement by statement, with or without semicolons."""
    if verdict.kind is Kind.FORMAT or (verdict.old_way is None and verdict.new_way is None):
        return [], []
    ways = ((verdict.old_way, verdict.old_text), (verdict.new_way, verdict.new_text))
    old, new = (_statements(_seen(way, verdict.kind), text, ends=ends) for way, text in ways)
    return old, new


def _seen(way: _Way | None, kind: Kind) -> list[_Unit]:
    if way is None:
        return []
    if kind is Kind.COMMENT:
        return list(way.notes)
    telling = (note for note in way.notes if _ASKS.search(note.text) or _REFUSES.match(note.text))
    return sorted((*way.runs, *telling), key=lambda unit: unit.start)


def _statements(units: Sequence[_Unit], text: str, *, ends: bool) -> list[list[_Piece]]:
    lines = [match.start() for match in re.finditer("\n", text)]
    groups: list[list[_Piece]] = [[]]
    for unit in units:
        line = bisect_left(lines, unit.start) + 1
        texts = unit.text.split("\n")
        keys = texts if len(texts) > 1 else [unit.key]
        if ends or unit.key != ";":
            groups[-1] += (_Piece(key, line + at) for at, key in enumerate(keys))
        if unit.key == ";":
            groups.append([])
    return [group for group in groups if group]


def _compared(old: list[list[_Piece]], new: list[list[_Piece]]) -> tuple[list[int], list[int], int]:
    """Give the lines that are gone, those that are new, and where the first of them is or was in the new."""
    gone: dict[int, None] = {}
    come: dict[int, None] = {}
    place = 0
    for some, others, at in _unlike(old, new):
        ahead = new[at : at + 1] or new[-1:]
        place = place or (ahead[0][0].line if ahead else 1)
        for lost, found, _ in _unlike(*map(_by_line, _trimmed(some, others))):
            gone |= dict.fromkeys(piece.line for piece in lost)
            come |= dict.fromkeys(piece.line for piece in found)
    return list(gone), list(come), place or 1


def _unlike(
    old: list[list[_Piece]], new: list[list[_Piece]]
) -> Iterator[tuple[list[_Piece], list[_Piece], int]]:
    """Give the pieces of the groups that differ, and the number of the first such group in the new."""
    from difflib import SequenceMatcher  # noqa: PLC0415 -- only once something is to be shown

    keys, others = ([tuple(piece.key for piece in group) for group in groups] for groups in (old, new))
    for tag, i, j, k, m in SequenceMatcher(None, keys, others).get_opcodes():
        if tag != "equal":
            yield list(chain.from_iterable(old[i:j])), list(chain.from_iterable(new[k:m])), k


def _by_line(pieces: list[_Piece]) -> list[list[_Piece]]:
    lines: dict[int, list[_Piece]] = {}
    for piece in pieces:
        lines.setdefault(piece.line, []).append(piece)
    return list(lines.values())


def _trimmed(old: list[_Piece], new: list[_Piece]) -> tuple[list[_Piece], list[_Piece]]:
    """Leave out the equal pieces at the begin and end, but for one on a line to which others were added."""
    keys = [piece.key for piece in old], [piece.key for piece in new]
    head = _shared(*keys)
    tail = _shared(keys[0][head:][::-1], keys[1][head:][::-1])
    ends = len(old) - tail, len(new) - tail
    if (head == ends[0]) != (head == ends[1]):
        long, end = (new, ends[1]) if head == ends[0] else (old, ends[0])
        if head and long[head - 1].line == long[head].line:
            head -= 1
        elif tail and long[end].line == long[end - 1].line:
            ends = ends[0] + 1, ends[1] + 1
    return old[head : ends[0]], new[head : ends[1]]
