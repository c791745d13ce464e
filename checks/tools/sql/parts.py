"""The parts of a SQL file: its way up, its way down, and what its comments ask of the runner."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks import sql as lexer
from checks.migration import Downgrade, Refusal
from checks.tools.enums import only_adds_values
from checks.tools.refusals import marked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_MARKER = re.compile(r"--\s*migrate:(?P<way>up|down)\b(?P<options>.*)")
_ALONE = re.compile(r"transaction:\s*false\b")
_NO_TRANSACTION = re.compile(r"--\s*(?:migseal:\s*)?no-transaction\s*")
# Run as plain SQL, a file of these tools would go up and down at once.
_OTHER_TOOL = re.compile(
    r"--\s*(?:(?:\+goose|\+migrate|\+micrate|rambler)\s+(?:up|down)|(?:up|down)\s+migration"
    r"|!ups|!downs|//\s*@undo)\b.*|----\s*create above / drop below\s*----\s*",
    re.IGNORECASE,
)
_HINTS = re.compile(
    r"migrat|migseal|no-transaction|goose|micrate|rambler|!ups|!downs|@undo|drop below",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Part:
    """One way of a file.

    Attributes:
        text: Its SQL.
        line: The line of the file where it begins, from 1.
        in_transaction: Whether no comment asks to run it without a transaction.
        refusal: Where a comment says that there is no way back: its line in the file, and its reason.
    """

    text: str
    line: int = 1
    in_transaction: bool = True
    refusal: tuple[int, str] | None = None


@dataclass(frozen=True)
class Parts:
    """Both ways of a file; `down` is None where the file has no `-- migrate:down` line."""

    up: Part
    down: Part | None = None


def split(text: str, tokens: Iterable[lexer.Token] | None = None) -> Parts | tuple[int, str]:
    """Part a file's text at its `-- migrate:up` and `-- migrate:down` lines.

    What stands before `-- migrate:up` belongs to the way up.

    Args:
        text: The text.
        tokens: Its tokens, where they are at hand.

    Returns:
        The parts; or a line, from 1, and what is wrong with it, as a sentence's end.
    """
    concerns = _HINTS.search(text)  # else, no comment is for us
    lines = tuple(_comment_lines(lexer.tokens(text) if tokens is None else tokens)) if concerns else ()
    wrong = _foreign(text, lines) or _doubled(text, lines)
    if wrong:
        return wrong
    markers = {match["way"]: (token.start, match["options"]) for token, match in _matches(_MARKER, lines)}
    down, _ = markers.get("down", (None, ""))
    up, options = markers.get("up", (0, ""))
    if down is None:
        return Parts(_part(text, 0, len(text), lines, options))
    begin, end = (up, len(text)) if up > down else (0, down)
    way_up = _part(text, begin, end, lines, options)
    end = up if up > down else len(text)
    return Parts(way_up, _part(text, down, end, lines, markers["down"][1]))


def is_foreign(text: str) -> bool:
    """Tell whether a line of a text is what another tool writes to part its files."""
    return any(_OTHER_TOOL.fullmatch(line.strip()) for line in text.splitlines())


def way_down(found: Sequence[Parts]) -> Part | None:
    """Give the way down of a migration from the parts of its file, or of both its files."""
    if len(found) == 1:
        return found[0].down
    return found[1].down or found[1].up


def refusal(found: Sequence[Parts]) -> Refusal | None:
    """Give where a migration says that it cannot be undone; what has a way down says so there.

    Args:
        found: The parts of its file, or of both its files.
    """
    down = way_down(found)
    said = down.refusal if down else None
    if said is None and (down is None or not _does_something(down.text)):
        return Refusal(found[0].up.refusal[1], found[0].up.refusal[0]) if found[0].up.refusal else None
    return Refusal(said[1], said[0], len(found) - 1) if said else None


def downgrade(found: Sequence[Parts]) -> Downgrade:
    """Tell what a migration offers for the way down, by the parts of its file, or of both its files."""
    down = way_down(found)
    if refusal(found) is not None:
        return Downgrade.REFUSED
    if down is None:
        return Downgrade.ABSENT
    if _does_something(down.text):
        return Downgrade.PRESENT
    return Downgrade.NEEDLESS if only_adds_values(found[0].up.text) else Downgrade.EMPTY


def _comment_lines(tokens: Iterable[lexer.Token]) -> Iterator[lexer.Token]:
    """Give the comments that have a line of their own."""
    begins = True
    space, comment = lexer.Kind.SPACE, lexer.Kind.COMMENT
    for token in tokens:
        if token[0] is space:
            begins = begins or "\n" in token[1]
            continue
        if begins and token[0] is comment and token[1].startswith("--"):
            yield token
        begins = False


def _matches(
    pattern: re.Pattern[str], lines: tuple[lexer.Token, ...]
) -> Iterator[tuple[lexer.Token, re.Match[str]]]:
    for token in lines:
        match = pattern.fullmatch(token.text)
        if match:
            yield token, match


def _foreign(text: str, lines: tuple[lexer.Token, ...]) -> tuple[int, str] | None:
    for token, match in _matches(_OTHER_TOOL, lines):
        return lexer.position(text, token.start), f"this line is for another tool: {match.group().strip()}"
    return None


def _doubled(text: str, lines: tuple[lexer.Token, ...]) -> tuple[int, str] | None:
    seen = set()
    for token, match in _matches(_MARKER, lines):
        if match["way"] in seen:
            return lexer.position(text, token.start), f"this line is a second -- migrate:{match['way']}"
        seen.add(match["way"])
    return None


def _part(text: str, start: int, end: int, lines: tuple[lexer.Token, ...], options: str) -> Part:
    inside = tuple(token for token in lines if start <= token.start < end)
    alone = bool(_ALONE.search(options)) or any(_matches(_NO_TRANSACTION, inside))
    refusals = (
        (lexer.position(text, token.start), reason)
        for token in inside
        if (reason := marked(token.text)) is not None
    )
    return Part(text[start:end], lexer.position(text, start), not alone, next(refusals, None))


def _does_something(text: str) -> bool:
    if next(lexer.words(text), None) is None:
        return False
    return any(
        found.kind is not lexer.StatementKind.META and not lexer.controls_transaction(found)
        for found in lexer.statements(text)
    )
