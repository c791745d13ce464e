"""COPY: the rows of its data, in text and in csv format, and the files that it reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from checks.sensitive.literal import Cell, Place, Reference, Row
from checks.sensitive.sql import quotes, sheet
from checks.sensitive.sql.sheet import Span, inside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.sensitive.sql.gathered import Gathered
    from checks.sensitive.sql.writes import Known
    from checks.sql import Statement

_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|([0-7]{1,3})|(.))", re.DOTALL)
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class Format(NamedTuple):
    """How data is written."""

    csv: bool = False
    delimiter: str = "\t"
    null: str = "\\N"
    header: bool = False
    quote: str = '"'
    escape: str = '"'


class _Field(NamedTuple):
    text: str | None
    line: int


def copy(span: Span, statement: Statement | None, known: Known, into: Gathered) -> None:
    """Gather `COPY table (columns) FROM stdin` with its data, or FROM a file.

    Args:
        span: The statement's tokens.
        statement: The statement if it has data.
        known: Gives the columns of a table.
        into: Where the rows are gathered.
    """
    start = sheet.find(span, ("FROM",))
    head = span.between(span.start + 1, start)
    bracket = sheet.find(head, ("(",))
    table = sheet.last_name(head.between(head.start, bracket))
    columns = sheet.names(inside(head, bracket)) if bracket < head.end else known(table)
    file = sheet.literal(span, start + 1) if sheet.is_string(span, start + 1) else None
    if file and span.words(2)[1:] != ["("]:
        into.references.append(Reference(*file[0], table=table, columns=columns))
    if statement and statement.copy_data is not None and statement.copy_line is not None:
        first = span.sheet.origin.line(statement.start) - statement.line + statement.copy_line
        _data(statement.copy_data, first, _format(span.between(start, span.end)), table, columns, into)


def _data(text: str, line: int, form: Format, table: str, columns: tuple[str, ...], into: Gathered) -> None:
    records = _csv(text, line, form) if form.csv else _lines(text, line, form)
    if form.header:
        columns = tuple((field.text or "").lower() for field in next(records, [])) or columns
    for record in records:
        cells = tuple(
            Cell(columns[at] if at < len(columns) else "", field.text, field.line)
            for at, field in enumerate(record)
            if field.text is not None
        )
        if cells:
            into.rows.append(Row(Place.ROW, table, cells))


def _format(span: Span) -> Format:
    """Give the format that options tell: `WITH (FORMAT csv, HEADER)`, or the old `CSV HEADER`."""
    words = [word for word in span.sheet.words[span.start : span.end] if word not in ("WITH", "AS", "=")]
    tokens = span.sheet.tokens[span.start : span.end]
    values = {
        word: quotes.string(token)
        for word, token in zip(
            (token.word for token in tokens if token.word not in ("AS", "=")),
            [token for token in tokens if token.word not in ("AS", "=")][1:],
            strict=False,
        )
        if word in ("DELIMITER", "NULL", "QUOTE", "ESCAPE")
    }
    csv = "CSV" in words or "'CSV'" in (word.upper() for word in words)
    quote = values.get("QUOTE") or '"'
    return Format(
        csv,
        (values.get("DELIMITER") or (",", "\t")[not csv])[:1],
        values.get("NULL", "" if csv else "\\N"),
        _has_header(words),
        quote[:1],
        (values.get("ESCAPE") or quote)[:1],
    )


def _has_header(words: list[str]) -> bool:
    if "HEADER" not in words:
        return False
    after = words[words.index("HEADER") + 1 :][:1]
    return after not in (["FALSE"], ["OFF"], ["0"])


def _lines(text: str, line: int, form: Format) -> Iterator[list[_Field]]:
    """Read the text format: a row a line."""
    for number, ended in enumerate(text.split("\n"), line):
        if row := ended.removesuffix("\r"):
            yield [_Field(_unescaped(field, form), number) for field in _fields(row, form.delimiter)]


def _fields(row: str, delimiter: str) -> list[str]:
    if "\\" + delimiter not in row:
        return row.split(delimiter)
    mark = re.escape(delimiter)
    return re.findall(rf"(?:^|(?<={mark}))((?:[^\\{mark}]|\\.)*+)(?:{mark}|\\?$)", row)


def _unescaped(field: str, form: Format) -> str | None:
    if field == form.null:
        return None
    return _ESCAPE.sub(_letter, field) if "\\" in field else field


def _letter(match: re.Match[str]) -> str:
    digits, octal, letter = match.groups()
    if digits:
        return chr(int(digits, 16))
    return chr(int(octal, 8) & 0xFF) if octal else _LETTERS.get(letter, letter)


def _csv(text: str, line: int, form: Format) -> Iterator[list[_Field]]:
    """Read the csv format: a row may go over several lines inside of quotes."""
    delimiter, quote, escape = (re.escape(sign) for sign in (form.delimiter, form.quote, form.escape))
    quoted = rf"{quote}(?:[^{quote}{escape}]|{escape}{quote}|{escape}{escape}|{escape}(?!{quote}))*+{quote}?"
    if form.quote == form.escape:
        quoted = rf"{quote}(?:[^{quote}]|{quote}{quote})*+{quote}?"
    field = re.compile(rf"((?:[^{quote}{delimiter}\r\n]|{quoted})*+)({delimiter}|\r?\n|\r|\Z)")
    record: list[_Field] = []
    for match in field.finditer(text):
        raw = match[1]
        record.append(_Field(None if raw == form.null else _bare(raw, form), line))
        line += raw.count("\n") + match[2].count("\n")
        if match[2] != form.delimiter:
            if len(record) > 1 or record[0].text:
                yield record
            record = []


def _bare(raw: str, form: Format) -> str:
    """Take the quotes out of a field."""
    if form.quote not in raw:
        return raw
    quote, escape = re.escape(form.quote), re.escape(form.escape)
    return re.sub(rf"{escape}({quote}|{escape})|{quote}", lambda match: match[1] or "", raw)
