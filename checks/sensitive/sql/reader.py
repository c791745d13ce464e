"""A text from its first statement to its last, with the texts that stand in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from checks.sensitive.literal import FILLS, Columns, Reading
from checks.sensitive.sql import bodies, psql, queries, statements
from checks.sensitive.sql.gathered import Gathered, Query, by_name
from checks.sensitive.sql.origin import Literal, Origin, plain
from checks.sensitive.sql.sheet import Span, lay
from checks.sql import Statement, StatementKind, phrases

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.sensitive.sql.tables import Tables

_READ_OFTEN = 4  # a query with a name, for each that reads from it


@dataclass
class _Book:
    """What is remembered from statement to statement."""

    columns: Columns
    tables: Tables = field(default_factory=dict)
    variables: dict[str, Literal] = field(default_factory=dict)
    into: Gathered = field(default_factory=Gathered)

    def known(self, table: str) -> tuple[str, ...]:
        """Give the columns of a table; none if nobody knows."""
        return self.tables.get(table) or (table and self.columns(table)) or ()


def read(text: str, columns: Columns, line: int = 1) -> Reading:
    """Give all literals of a SQL text, in the order of its lines.

    Args:
        text: Any text.
        columns: Gives the columns of tables that the text does not make.
        line: Where its first line stands in its file, from 1.
    """
    book = _Book(columns if FILLS.search(text) else lambda _: None)
    _text(plain(psql.copies_as_statements(text), line, book.variables), book)
    rows = [row for row in dict.fromkeys(book.into.rows) if row.cells or row.known]
    rows.sort(key=lambda row: min([cell.line for cell in row.cells or row.known]))
    references = sorted(dict.fromkeys(book.into.references), key=lambda reference: reference.line)
    return Reading(tuple(rows), tuple(references))


def made(text: str, before: Mapping[str, tuple[str, ...]] | None = None) -> dict[str, tuple[str, ...]]:
    """Give the columns, in their order, of the tables that a SQL text makes: lower case, no schema.

    Args:
        text: Any text.
        before: The tables that were there before, which it may alter; they are given, too.
    """
    book = _Book(lambda _: None, dict(before or {}))
    if "TABLE" in text.upper():
        _text(plain(text, 1), book)
    return book.tables


def altered(text: str, known: Columns) -> dict[str, tuple[str, ...]]:
    """Give the same of the tables that a SQL text makes or alters, and of no others.

    Args:
        text: Any text.
        known: Gives the columns of the tables that were there before.
    """
    book = _Book(known)
    _text(plain(text, 1), book)
    return book.tables


def _text(origin: Origin, book: _Book) -> None:
    for statement, tokens in phrases(origin.text):
        if statement.kind is StatementKind.META:
            psql.line(statement.text, origin.line(statement.start), book.variables, book.into)
            continue
        span = lay(tokens, origin)
        for piece in bodies.pieces(span) if origin.body else (span,):
            _statement(piece, statement, book)


def _statement(span: Span, statement: Statement, book: _Book) -> None:
    """Read a statement, then what it leaves: statements and queries in it, then texts."""
    into = book.into
    into.spans.append(span)
    often: Counter[int] = Counter()
    while into.spans or into.queries or into.named:
        if into.queries:
            _query(into.queries.popleft(), often, into)
        elif into.spans:
            statements.gather(into.spans.popleft(), statement, book.tables, book.known, into)
        else:
            named = into.named.pop()
            if not often[named.span.start]:
                into.queries.append(Query(named.span, None, by_name, {}))
    texts, into.texts = into.texts, []
    for text in texts:
        _text(text, book)


def _query(query: Query, often: Counter[int], into: Gathered) -> None:
    often[query.span.start] += 1
    if often[query.span.start] <= _READ_OFTEN:
        queries.read(query, into)
