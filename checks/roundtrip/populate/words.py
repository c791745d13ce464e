"""Texts: another one for each column, as long as may be, of mixed case, and never a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.roundtrip.populate.subject import Subject

LONG = 40  # characters: more than most columns become when they are narrowed
MARKS = "AbCdEfGh"
NO_LIMIT = 10_000_000
HEADER = 4  # bytes that a limit counts in the catalog beside the characters
NAME = 63


def texts(subject: Subject, short: str, modifier: int) -> Iterator[str]:
    """Give texts.

    Args:
        subject: The column.
        short: The type's name in the catalog.
        modifier: The type's limit as the catalog has it.
    """
    limit = NAME if short == "name" else modifier - HEADER if modifier > HEADER else NO_LIMIT
    if (limit < NO_LIMIT and short != "name") or short in ("text", "citext", "name", "varchar", "bpchar"):
        yield from (_text(subject, mark, min(limit, LONG)) for mark in MARKS)
    if subject.checked:
        more = (*subject.hints.strings, *_sized(subject), *_plain(subject))
        yield from (text for text in more if len(text) <= limit)


def _text(subject: Subject, mark: str, length: int) -> str:
    """Write a text whose first letter already tells it from its siblings."""
    second = "é" if subject.unicode else "e"
    words = f"{mark}{second}{subject.tag} {subject.column} of {subject.table} "
    long = words + "".join(f"{letter}x" for letter in MARKS) + "." * length
    return long[:length].replace(" ", "_") if length < len(words) else long[:length]


def _sized(subject: Subject) -> Iterator[str]:
    """Give texts of the lengths that the CHECKs speak of."""
    for length in subject.hints.lengths:
        yield from (_text(subject, mark, length) for mark in MARKS[:3])


def _plain(subject: Subject) -> Iterator[str]:
    """Give texts of the kinds that CHECKs often ask for."""
    tag = subject.tag
    for mark in MARKS[:4].lower():
        word = f"{mark}{tag}"
        yield from (
            word,
            word.upper(),
            word.capitalize(),
            f"{word}@{tag}.example",
            f"https://{tag}.example/{word}",
        )
        number = f"{ord(mark) - ord('a') + 1}"
        yield from (f"{number}00001", f"{number}.5", f"+1{number}005550100", f"/{word}", number)
    yield ""
