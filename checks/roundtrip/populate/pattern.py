r"""Strings that fit a pattern: of a regular expression, and of LIKE.

Not all of the language: what is not known is taken as it stands, and the server then refuses the string.
"""

from __future__ import annotations

from collections.abc import Iterator

CLASSES = {"d": "1234567890", "w": "abcdefghij", "s": " ", "D": "abcdefghij", "W": "-", "S": "abcdefghij"}
NAMED = {
    "alpha": "abcdefghij",
    "digit": "1234567890",
    "alnum": "abcdefghij",
    "lower": "abcdefghij",
    "upper": "ABCDEFGHIJ",
    "space": " ",
    "punct": "-",
    "xdigit": "1234567890",
    "word": "abcdefghij",
}
NOTHING = ("^", "$", "\\A", "\\Z", "\\m", "\\M", "\\y", "\\b")
PLENTY = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-. "
MANY = 3  # of what may come any number of times
VARIANTS = 4
MOST = 200  # characters of a string, and repeats of a piece


def matches(pattern: str) -> Iterator[str]:
    """Give a few strings that may match a regular expression, each of other characters."""
    for variant in range(VARIANTS):
        try:
            text, _ = _branches(pattern, 0, variant)
        except (IndexError, ValueError):
            return
        yield text[:MOST]


def likes(pattern: str) -> Iterator[str]:
    """Give a few strings that fit a LIKE pattern."""
    if "%" in pattern or "_" in pattern:
        yield pattern.replace("%", "").replace("_", "x")
        yield from (pattern.replace("%", letter).replace("_", letter) for letter in "ab")


def _branches(pattern: str, at: int, variant: int) -> tuple[str, int]:
    """Read up to a closing parenthesis or the end; of several branches take one, by turns."""
    found = []
    while True:
        text, at = _sequence(pattern, at, variant)
        found.append(text)
        if at >= len(pattern) or pattern[at] != "|":
            return found[variant % len(found)], at
        at += 1


def _sequence(pattern: str, at: int, variant: int) -> tuple[str, int]:
    text = ""
    while at < len(pattern) and pattern[at] not in "|)":
        piece, at = _piece(pattern, at, variant)
        times, at = _times(pattern, at)
        text += piece * times
    return text, at


def _piece(pattern: str, at: int, variant: int) -> tuple[str, int]:
    letter, pair = pattern[at], pattern[at : at + 2]
    if letter in NOTHING:
        return "", at + 1
    if pair in NOTHING:
        return "", at + 2
    if letter == "(":
        return _group(pattern, at + 1, variant)
    if letter == "[":
        return _set(pattern, at + 1, variant)
    if letter == "\\":
        several = CLASSES.get(pattern[at + 1], pattern[at + 1])
        return several[variant % len(several)], at + 2
    return ("abcd"[variant] if letter == "." else letter), at + 1


def _group(pattern: str, at: int, variant: int) -> tuple[str, int]:
    looks = pattern[at : at + 2] in ("?=", "?!", "?<")
    if pattern[at] == "?":
        at += 2
    text, at = _branches(pattern, at, variant)
    return ("" if looks else text), at + 1


def _set(pattern: str, at: int, variant: int) -> tuple[str, int]:
    """Read a bracket expression, and take one of its characters by turns."""
    negated = pattern[at] == "^"
    at += negated
    found, first = "", at
    while pattern[at] != "]" or at == first:
        some, at = _member(pattern, at)
        found += some
    if negated:
        found = "".join(letter for letter in PLENTY if letter not in found)
    return found[variant % len(found)] if found else "", at + 1


def _member(pattern: str, at: int) -> tuple[str, int]:
    if pattern.startswith("[:", at):
        end = pattern.index(":]", at)
        return NAMED.get(pattern[at + 2 : end], ""), end + 2
    if pattern[at] == "\\":
        return CLASSES.get(pattern[at + 1], pattern[at + 1]), at + 2
    if pattern[at + 1] == "-" and pattern[at + 2] not in "]\\":
        first, last = ord(pattern[at]), ord(pattern[at + 2])
        return "".join(map(chr, range(first, min(last, first + MOST) + 1))), at + 3
    return pattern[at], at + 1


def _times(pattern: str, at: int) -> tuple[int, int]:
    """Read how often a piece comes, and choose a number."""
    mark = pattern[at : at + 1]
    if mark in ("*", "+"):
        times, at = MANY, at + 1
    elif mark == "?":
        times, at = 1, at + 1
    elif mark == "{" and pattern[at + 1].isdigit():
        end = pattern.index("}", at)
        least, comma, most = pattern[at + 1 : end].partition(",")
        times, at = (max(int(least), min(MANY, int(most))) if comma and most else int(least)), end + 1
        times = times or int(bool(comma))
    else:
        return 1, at
    return min(times, MOST), at + (pattern[at : at + 1] == "?")
