"""What is in a literal that holds several values: a document of JSON, an array of PostgreSQL."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from checks.sensitive.literal import Cell, Place
from checks.sensitive.values import is_template

DEEPEST = 12  # of JSON in JSON
_ARRAY = re.compile(r"\{[^{}:]*\}\Z")
_ITEM = re.compile(r'"((?:[^"\\]|\\.)*+)"|([^",\s][^",]*+)')


def parts(place: Place, cell: Cell, lines: Sequence[str] = ()) -> Iterator[tuple[Cell, Place]]:
    """Give a cell, and what is in it: texts of JSON with the key that leads to them, items of an array.

    Args:
        place: Where the cell stands.
        cell: The literal.
        lines: Those of its file, empty if there is none.
    """
    yield cell, place
    text = cell.text.strip()
    if text[:1] not in "{[" or text[-1:] not in "]}" or is_template(text):
        return
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        yield from _items(place, cell, text)
        return
    leaves = list(_leaves("", value, 0))
    for (key, inner), line in zip(leaves, _lines(cell, leaves, lines), strict=True):
        yield replace(cell, column=key, text=inner, line=line), Place.NAMED


def plain(cell: Cell) -> Cell:
    """Give a cell whose text is a string of JSON with what that says: `"one"`."""
    text = cell.text.strip()
    if text[:1] != '"' or text[-1:] != '"':
        return cell
    try:
        return replace(cell, text=str(json.loads(text)))
    except (ValueError, RecursionError):
        return cell


def _items(place: Place, cell: Cell, text: str) -> Iterator[tuple[Cell, Place]]:
    """Give the items of an array as PostgreSQL writes it: `{one,"two"}`."""
    if _ARRAY.match(text):
        for found in _ITEM.finditer(text, 1, len(text) - 1):
            yield replace(cell, text=found[1] or found[2] or ""), place


def _lines(cell: Cell, leaves: list[tuple[str, str]], lines: Sequence[str]) -> Iterator[int]:
    """Give the line of each leaf: its own where the document stands in the file as it is."""
    text, line = cell.text, cell.line
    at = 0 if _is_laid_out(cell, lines) else -1
    for _, inner in leaves:
        written = json.dumps(inner, ensure_ascii=False)[1:-1]
        found = text.find(written, at) if at >= 0 else -1
        line = line + text.count("\n", at, found) if found >= 0 else cell.line
        at = found + len(written) if found >= 0 else -1
        yield line


def _is_laid_out(cell: Cell, lines: Sequence[str]) -> bool:
    """Tell whether a literal's lines are those of the file, from its own on."""
    own = cell.text.split("\n")
    shown = lines[cell.line - 1 : cell.line - 1 + len(own)]
    return len(shown) == len(own) > 1 and all(
        part.replace("'", "") in line.replace("'", "") for part, line in zip(own, shown, strict=True)
    )


def _leaves(key: str, value: object, depth: int) -> Iterator[tuple[str, str]]:
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(str(name), inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(key, inner, depth + 1)
    elif isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
        yield key, str(value)
