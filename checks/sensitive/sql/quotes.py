"""What stands between quotes: the values of strings, the names of things."""

from __future__ import annotations

import re
import sys

from checks.sql import Kind, Token

_ESCAPE = re.compile(
    r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0-7]{1,3})|(.?))|''", re.DOTALL
)
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_PREFIX = re.compile(r"(?:[uU]&|[A-Za-z])?'")


def string(token: Token, escape: str = "\\") -> str:
    r"""Give the value of a string or a number: `'it''s'`, `E'\n'`, `U&'\0061'`, `$$text$$`, `1_000`.

    Args:
        token: A string, a dollar-quoted string or a number.
        escape: What UESCAPE names.
    """
    if token.kind is Kind.NUMBER:
        return token.text.replace("_", "")
    if token.kind is Kind.DOLLAR:
        return _between_dollars(token.text)
    text = token.text
    if text[0] == "'" == text[-1] and len(text) > 1:
        return text[1:-1].replace("''", "'")
    inside, prefix = content(token), text[:1].upper()
    if prefix == "E":
        return _ESCAPE.sub(_escaped, inside)
    inside = inside.replace("''", "'")
    return _unicode(inside, escape) if prefix == "U" else inside


def content(token: Token) -> str:
    """Give what stands between a string's quotes, as it is written; a missing last quote is none."""
    match = _PREFIX.match(token.text)
    start = match.end() if match else 0
    closed = len(token.text) > start and token.text.endswith("'")
    return token.text[start : -1 if closed else None]


def keeps_lines(token: Token) -> bool:
    """Tell whether a string's value has the lines that it has in its source."""
    return token.text[:1] not in "eE" or "\\" not in token.text


def name(token: Token) -> str:
    """Give an identifier in lower case, without quotes; of anything else nothing."""
    if token.kind is Kind.WORD:
        return token.text.lower()
    if token.kind is not Kind.QUOTED:
        return ""
    text = token.text[token.text.index('"') + 1 :]
    return text.removesuffix('"').replace('""', '"').lower()


def _between_dollars(text: str) -> str:
    tag = text[: text.index("$", 1) + 1]
    inside = text[len(tag) :]
    return inside.removesuffix(tag)


def _escaped(match: re.Match[str]) -> str:
    two, four, eight, octal, letter = match.groups()
    if octal:
        return chr(int(octal, 8) & 0xFF)
    if digits := two or four or eight:
        return _character(digits)
    return "'" if letter is None else _LETTERS.get(letter, letter)


def _unicode(text: str, escape: str) -> str:
    mark = re.escape(escape[:1] or "\\")
    pattern = rf"{mark}(?:\+([0-9A-Fa-f]{{6}})|([0-9A-Fa-f]{{4}})|{mark})"
    return re.sub(pattern, lambda found: _character(found[1] or found[2]) if found[0][1:] else "", text)


def _character(digits: str | None) -> str:
    if digits is None:
        return "\\"
    number = int(digits, 16)
    return chr(number) if 0 < number <= sys.maxunicode else ""
