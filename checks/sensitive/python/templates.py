"""Texts that are put together: `%`, `.format`, `.join`, `.split`, `.strip` and their like."""

from __future__ import annotations

import inspect
import re
from itertools import islice
from typing import TYPE_CHECKING

from checks.sensitive.python.values import Many, Map, Text, Value, hole, joined, quoted, rewritten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PERCENT = re.compile(r"%(?:\((\w+)\))?[-#0 +]*+\d*+(?:\.\d++)?+[sdrifxau%]")
MOST = 1000  # replacements in one text: what comes after them is left as it is
_BRACES = re.compile(r"\{\{|\}\}|\{([\w.\[\]]*)(?:![rsa])?(?::[^{}]*)?\}")


def percent(template: Text, given: Value) -> Text | None:
    """Give `template % given`."""
    items = iter(given.items if isinstance(given, Many) else [given])
    names = dict(given.items) if isinstance(given, Map) else {}
    marks = _PERCENT.finditer(template.text)

    def held(found: re.Match[str]) -> str | Value:
        if found.group().endswith("%"):
            return "%"
        inner = names.get(found.group(1)) if found.group(1) else next(items, None)
        return quoted(inner) if found.group().endswith("r") else inner

    return _filled(template, marks, held)


def braces(template: Text, places: list[Value], names: Map) -> Text | None:
    """Give `template.format(*places, **names)`."""
    marks = _BRACES.finditer(template.text)
    items = iter(places)
    named = dict(names.items)
    numbered = dict(zip(map(str, range(len(places))), places, strict=True))

    def held(found: re.Match[str]) -> str | Value:
        if found.group(1) is None:
            return found.group()[0]
        name = found.group(1)
        inner = (numbered.get(name) or named.get(name)) if name else next(items, None)
        return quoted(inner) if "!r" in found.group() else inner

    return _filled(template, marks, held)


def _filled(
    template: Text, marks: Iterator[re.Match[str]], held: Callable[[re.Match[str]], str | Value]
) -> Text | None:
    parts: list[Text] = []
    at = 0
    for found in islice(marks, MOST):
        parts.append(template.cut(at, found.start()))
        inner = held(found)
        line = template.line_at(found.start())
        if isinstance(inner, str):
            parts.append(Text(inner, ((0, line),), template.origins[:1]))
        else:
            parts.append(inner if isinstance(inner, Text) else hole(line))
        at = found.end()
    parts.append(template.cut(at, len(template.text)))
    return joined([part for part in parts if part.text] or [template])


def concatenated(between: Text, held: Value) -> Text | None:
    """Give `between.join(held)`."""
    if not isinstance(held, Many) or not held.items:
        return None
    parts: list[Text] = []
    for item in held.items:
        parts.extend((item if isinstance(item, Text) else hole(between.line), between))
    return joined([part for part in parts[:-1] if part.text] or [between])


def split(text: Text, separator: Value) -> Many:
    """Give `text.split(separator)`."""
    mark = re.escape(separator.text) if isinstance(separator, Text) and separator.text else r"\s+"
    parts: list[Value] = []
    at = 0
    for found in re.finditer(mark, text.text):
        parts.append(text.cut(at, found.start()))
        at = found.end()
    return Many([*parts, text.cut(at, len(text.text))])


def stripped(text: Text, name: str) -> Text:
    """Give `text.strip()`, `.lstrip()` or `.rstrip()`."""
    start = len(text.text) - len(text.text.lstrip()) if name != "rstrip" else 0
    end = len(text.text.rstrip()) if name != "lstrip" else len(text.text)
    return text.cut(start, max(start, end))


def dedented(text: Text, name: str) -> Text:
    """Give `dedent(text)` or `cleandoc(text)`."""
    new = inspect.cleandoc(text.text) if name == "cleandoc" else _dedent(text.text)
    return rewritten(text, new)


def _dedent(text: str) -> str:
    lines = text.split("\n")
    margins = [len(line) - len(line.lstrip(" \t")) for line in lines if line.strip()]
    margin = min(margins, default=0)
    return "\n".join(line[margin:] if line.strip() else "" for line in lines)


def replaced(text: Text, old: Value, new: Value) -> Text:
    """Give `text.replace(old, new)`."""
    if not isinstance(old, Text) or not old.text or not isinstance(new, Text):
        return text
    if text.text.count(old.text) > MOST:
        return text
    found = (match for match in re.finditer(re.escape(old.text), text.text))
    return _filled(text, found, lambda _: new) or text
