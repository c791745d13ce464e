"""SQL in a string of Python: read by the SQL reader, at the lines of the file, with what is bound to it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from checks import sql as lexer
from checks.sensitive.literal import HOLE, Cell, Columns, Place, Reading, Row
from checks.sensitive.python.sqltext import read_sql
from checks.sensitive.python.values import Many, Map, Text, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.sensitive.python.found import Found

# A placeholder stands in the text as one of these, so that the SQL reader finds its column.
MARK, END = "\ue000", "\ue001"
_MARKED = re.compile(f"{MARK}([0-9]+){END}")
_PLACEHOLDER = re.compile(
    r"::|%\((?P<name>\w+)\)s|(?<![\w:]):(?P<bind>[A-Za-z_]\w*)|(?P<place>%s|\?|\$(?P<number>[1-9][0-9]?)\b)"
)
_APART = {lexer.Kind.STRING, lexer.Kind.QUOTED, lexer.Kind.COMMENT, lexer.Kind.DOLLAR, lexer.Kind.DATA}
_SQL = re.compile(
    r"(?:\s|--[^\n]*\n|\()*+(?:insert\s+into|update\s+[\w.\"]+\s+set|merge\s+into|copy\s+[\w.\"]+[^;]{0,2000}?\sfrom"
    r"|(?:create|alter)\s+(?:role|user|group|system|database|subscription|server|table|or\s+replace|function)"
    r"|do\s+(?:language\s+\w+\s+)?\$|returns\s[^;$]{1,500}?\sas\s+\$|with\s+\w+\s+as|begin\s*;|select\s+(?:set_config|dblink))",
    re.IGNORECASE,
)


def looks_like_sql(text: str) -> bool:
    """Tell whether a text is a statement that may hold what we look for."""
    return bool(_SQL.match(text))


def statement(found: Found, text: Text, columns: Columns, binds: Value = None) -> None:
    """Read a statement; `binds` maps its parameters, or has their values in order, or is a list of either."""
    if not text.known or ((text.origins[0], text.text) in found.executed and binds is None):
        return
    if not found.characters.spend(len(text.text)):
        return
    found.executed.add((text.origins[0], text.text))
    found.used.update(text.origins)
    names, marked = _marked(text) if binds is not None else ([], text)
    reading = read_sql(marked, columns)
    found.references.update({
        (reference.path, reference.beside): reference for reference in reading.references
    })  # fmt: skip
    templates = [row for row in reading.rows if _marks(row) and _says(row, names)]
    found.rows.extend(row for row in reading.rows if not _marks(row))
    for given in _sets(binds) if binds is not None else ():
        if not found.budget.spend(1 + len(names)):
            return
        _bind(found, names, templates, given)


def _marked(text: Text) -> tuple[list[str], Text]:
    """Put a mark for each placeholder; give their names, "" for those that have none."""
    names: list[str] = []

    def mark(match: re.Match[str]) -> str:
        name = match["name"] or match["bind"]
        if not name and not match["place"]:
            return match.group()
        names.append(name or (f"${match['number']}" if match["number"] else ""))
        return f"'{MARK}{len(names) - 1}{END}'"

    parts: list[str] = []
    at = offset = 0
    shifted: list[tuple[int, int]] = []
    for match in _placeholders(text.text):
        new = mark(match)
        parts.extend((text.text[at : match.start()], new))
        at = match.end()
        offset += len(new) - len(match.group())
        shifted.append((match.end(), offset))
    new = "".join((*parts, text.text[at:]))
    return names, replace(text, text=new, lines=tuple(_shifted(text.lines, shifted)))


def _placeholders(text: str) -> Iterator[re.Match[str]]:
    """Give what may be a placeholder: none is within a literal or a comment."""
    start = 0
    for token in lexer.tokens(text):
        if token.kind in _APART:
            yield from _PLACEHOLDER.finditer(text, start, token.start)
            start = token.end
    yield from _PLACEHOLDER.finditer(text, start)


def _shifted(lines: tuple[tuple[int, int], ...], shifts: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Move the beginnings of lines by what was put in before them."""
    index = gone = 0
    for start, line in lines:
        while index < len(shifts) and shifts[index][0] <= start:
            gone = shifts[index][1]
            index += 1
        yield start + gone, line


def _says(row: Row, names: list[str]) -> bool:
    """Tell whether a row says more of what is bound than its own name does."""
    return row.place is not Place.LOOSE or not all(names)


def _marks(row: Row) -> bool:
    return any(MARK in cell.text for cell in (*row.cells, *row.known))


def _sets(binds: Value) -> Iterator[Value]:
    """Give each set of values: a list of mappings or of lists is one for each."""
    if isinstance(binds, Many) and any(isinstance(item, Map | Many) for item in binds.items):
        yield from binds.items
    else:
        yield binds


def _bind(found: Found, names: list[str], templates: list[Row], given: Value) -> None:
    held = _by_mark(names, given)
    placed: set[int] = set()
    for row in templates:
        cells = tuple(new for cell in row.cells for new in _filled(found, cell, held, placed))
        known = tuple(new for cell in row.known for new in _filled(found, cell, held, placed))
        if cells:
            found.rows.append(replace(row, cells=cells, known=known))
    rest = [(name, value) for index, (name, value) in held.items() if name and index not in placed]
    spare = given.items if isinstance(given, Map) else []
    rest.extend((name, value) for name, value in spare if name not in names)
    found.row(Place.ROW, "", rest)


def _by_mark(names: list[str], given: Value) -> dict[int, tuple[str, Value]]:
    """Give for each placeholder the name and the value that is bound to it."""
    if isinstance(given, Map):
        held = dict(given.items)
        return {index: (name, held.get(name)) for index, name in enumerate(names) if name}
    items = given.items if isinstance(given, Many) else [given]
    places = [int(name[1:]) - 1 if name.startswith("$") else None for name in names]
    count = iter(range(len(names)))
    order = [next(count) if place is None else place for place in places]
    return {index: ("", items[at]) for index, at in enumerate(order) if at < len(items)}


def _filled(found: Found, cell: Cell, held: dict[int, tuple[str, Value]], placed: set[int]) -> Iterator[Cell]:
    marks = [int(match) for match in _MARKED.findall(cell.text)]
    if not marks:
        yield cell
    elif _MARKED.fullmatch(cell.text):
        placed.add(marks[0])
        for inner in found.cells(cell.column, held.get(marks[0], ("", None))[1]):
            yield replace(inner, through=(*cell.through, *inner.through))
    else:
        yield replace(cell, text=_MARKED.sub(HOLE, cell.text))


def ddl_default(found: Found, table: str, column: str, text: Text, columns: Columns) -> None:
    """Read an expression of SQL that is the default of a column."""
    head = Text(f"ALTER TABLE {table or 't'} ALTER COLUMN {column} SET DEFAULT ", ((0, text.line),))
    reading: Reading = read_sql(_after(head, text), columns)
    found.used.update(text.origins)
    found.rows.extend(row for row in reading.rows if row.place is Place.DEFAULT)


def _after(head: Text, text: Text) -> Text:
    moved = tuple((len(head.text) + at, line) for at, line in text.lines)
    return replace(text, text=head.text + text.text, lines=((0, text.line), *moved[1:]))
