"""What a statement reads its rows from: queries in its FROM or USING clause, and functions that give rows."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from checks.sensitive.literal import Cell, Place, Row
from checks.sensitive.sql import sheet
from checks.sensitive.sql.gathered import Gathered, Named, Query, Target, Targets
from checks.sensitive.sql.sheet import Span, inside, level, split
from checks.sensitive.sql.values import value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BEFORE_SOURCE = frozenset(("FROM", "JOIN", ",", "LATERAL", "USING"))
_NO_ALIAS = frozenset(
    (
        "WHERE",
        "JOIN",
        "ON",
        "LEFT",
        "RIGHT",
        "INNER",
        "FULL",
        "CROSS",
        "NATURAL",
        "USING",
        "GROUP",
        "ORDER",
        "LIMIT",
        "SET",
        "WHEN",
        "UNION",
        "LATERAL",
        "AS",
        "RETURNING",
        "LOOP",
    )
)


class Source(NamedTuple):
    """What a statement reads its rows from: a query, its alias and the columns that it has there."""

    query: Span
    alias: str
    columns: tuple[str, ...]


def queue_sources(
    span: Span, uses: Mapping[tuple[str, str], Target], query: Query, into: Gathered, *, as_is: bool = False
) -> None:
    """Leave the queries that a statement reads from to be read, each column with where it is put.

    Args:
        span: From FROM or USING on.
        uses: Where a column is put, by its source's alias (empty if it has none there) and its name.
        query: What reads from them.
        into: Where the queries are gathered.
        as_is: Whether the columns of the first one are those of the query: `SELECT *`.
    """
    for source in sources(span, query.named):
        targets = _moved(source, uses, query.targets if as_is else None)
        into.queries.append(Query(source.query, query.table, targets, query.named, query.depth + 1))
        as_is = False
    if query.table is not None:
        for index in functions(span):
            _rows(span, index, uses, query.table, into)


def _moved(source: Source, uses: Mapping[tuple[str, str], Target], as_is: Targets | None) -> Targets:
    def targets(at: int, name: str) -> Target:
        own = source.columns[at] if at < len(source.columns) else name
        if as_is:
            return as_is(at, own)
        return uses.get((source.alias, own)) or uses.get(("", own)) or Target(own)

    return targets


def sources(span: Span, named: Mapping[str, Named]) -> Iterator[Source]:
    """Give the queries that stand in a FROM or USING clause, in brackets or by their name."""
    words = span.sheet.words
    for index in level(span):
        if index == span.start or words[index - 1] not in BEFORE_SOURCE:
            continue
        known = named.get(sheet.name(span, index - span.start)) if words[index] != "(" else None
        after = span.between(sheet.closed(span, index) + 1, span.end)
        alias, columns = _alias(after)
        if known:
            yield Source(known.span, alias or sheet.name(span, index - span.start), columns or known.columns)
        elif words[index] == "(" and sheet.unwrapped(inside(span, index)).first in (
            "SELECT",
            "VALUES",
            "WITH",
        ):
            yield Source(inside(span, index), alias, columns)


def _alias(after: Span) -> tuple[str, tuple[str, ...]]:
    after = after.skip(after.first == "AS")
    if after.first in _NO_ALIAS or not sheet.name(after):
        return "", ()
    return sheet.name(after), sheet.names(inside(after, after.start + 1)) if after.word(1) == "(" else ()


def used(items: list[tuple[Span, Target]]) -> dict[tuple[str, str], Target]:
    """Tell where each column that stands in some expressions is put, by the alias before it and its name."""
    uses: dict[tuple[str, str], Target] = {}
    for span, target in items:
        words, open_calls = span.sheet.words, list[tuple[int, str]]()
        for index in range(span.start, span.end):
            while open_calls and open_calls[-1][0] <= index:
                open_calls.pop()
            name = sheet.name(span, index - span.start)
            following = words[index + 1] if index + 1 < span.end else ""
            if name and following == "(":
                open_calls.append((sheet.closed(span, index + 1), name))
            elif name and following != ".":
                dotted = index - 1 > span.start and words[index - 1] == "."
                alias = sheet.name(span, index - 2 - span.start) if dotted else ""
                through = tuple(call for _, call in open_calls[-8:])
                uses.setdefault((alias, name), Target(target.column, (*target.through, *through)))
    return uses


def functions(span: Span) -> Iterator[int]:
    """Give the indexes of the calls that a FROM clause reads from, and whose rows are known to us."""
    words = span.sheet.words
    for index in level(span):
        before = words[index - 1] if index > span.start else ""
        name = sheet.name(span, index - span.start)
        known = name == "unnest" or name.startswith(("json_", "jsonb_"))
        if before in BEFORE_SOURCE and known and index + 1 < span.end and words[index + 1] == "(":
            yield index


def _rows(span: Span, index: int, uses: Mapping[tuple[str, str], Target], table: str, into: Gathered) -> None:
    """Gather the rows of `unnest(ARRAY[...], ARRAY[...]) AS v(a, b)`, or the document that has them."""
    alias, columns = _alias(span.between(sheet.closed(span, index + 1) + 1, span.end))
    targets = _moved(Source(span, alias, columns), uses, None)
    found: list[list[Cell]] = []
    for at, part in enumerate(split(inside(span, index + 1), ",")):
        gathered = Gathered()
        unnested = sheet.name(span, index - span.start) == "unnest"
        value(part, targets(at, alias) if unnested else Target(), gathered)
        found.append(gathered.cells)
    for row in zip_longest(*found):
        into.rows.append(Row(Place.ROW, table, tuple(cell for cell in row if cell)))
