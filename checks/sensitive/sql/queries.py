"""Queries: SELECT and VALUES, each item with where it goes, and the queries that they stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.sensitive.literal import Place
from checks.sensitive.sql import sheet, sources
from checks.sensitive.sql.gathered import Gathered, Named, Query, Target
from checks.sensitive.sql.sheet import Span, inside, level, split
from checks.sensitive.sql.values import value
from checks.sql import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

_SETS = ("UNION", "INTERSECT", "EXCEPT")
_AFTER_ITEMS = frozenset(
    ("FROM", "WHERE", "GROUP", "HAVING", "WINDOW", "ORDER", "LIMIT", "OFFSET", "FETCH", "FOR", "INTO")
)

_WRITES = frozenset(("INSERT", "UPDATE", "DELETE", "MERGE"))


def read(query: Query, into: Gathered) -> None:
    """Gather the rows of a query."""
    into.table = query.table
    span, named = with_queries(sheet.unwrapped(query.span), query.named, into)
    for part in split(span, *_SETS):
        branch = sheet.unwrapped(part.skip(part.first in ("ALL", "DISTINCT")))
        if branch.first == "VALUES":
            _values(branch.skip(1), query, into)
        elif branch.first in ("SELECT", "PERFORM"):
            _select(branch.skip(1), query._replace(named=named), into)
        elif branch.first in ("WITH", *_SETS):
            into.queries.append(query._replace(span=branch, named=named))
        else:
            value(branch, Target(), into, query.depth)
            into.close_loose()


def with_queries(span: Span, outer: Mapping[str, Named], into: Gathered) -> tuple[Span, Mapping[str, Named]]:
    """Give a statement without its WITH clause, and the queries that it can name."""
    if span.first != "WITH":
        return span, outer
    named, start = dict(outer), span.start + 1
    for index in level(span):
        if span.sheet.words[index] != "(" or span.sheet.words[index - 1] not in ("AS", "MATERIALIZED"):
            continue
        head = span.between(start, index)
        head = head.skip(head.first == "RECURSIVE")
        columns = sheet.names(inside(head, head.start + 1)) if head.word(1) == "(" else ()
        _name(sheet.name(head), Named(inside(span, index), columns), named, into)
        start = sheet.closed(span, index) + 1
        if span.between(start, span.end).first != ",":
            break
        start += 1
    return span.between(start, span.end), named


def _name(name: str, query: Named, named: dict[str, Named], into: Gathered) -> None:
    """Note a named query; what is no query is a statement."""
    if query.span.first in _WRITES:
        into.spans.append(query.span)
    else:
        named[name] = query
        into.named.append(query)


def _values(span: Span, query: Query, into: Gathered) -> None:
    """Read the rows of VALUES."""
    targets: list[Target] = []
    for index in level(span):
        if span.sheet.words[index] != "(":
            continue
        row = inside(span, index)
        while len(targets) <= row.end - row.start:
            targets.append(query.targets(len(targets), ""))
        if not _single(row, targets, into):
            for at, part in enumerate(split(row, ",")):
                value(part, targets[at], into, query.depth)
        _finish(query, into)


def _single(row: Span, targets: list[Target], into: Gathered) -> bool:
    """Gather a row whose values are single tokens, and tell whether it is one; most are."""
    commas = row.sheet.words[row.start + 1 : row.end : 2]
    if commas.count(",") != len(commas):
        return False
    for at, index in enumerate(range(row.start, row.end, 2)):
        if found := sheet.literal(row, index):
            into.put(found[0], targets[at])
    return True


def _select(span: Span, query: Query, into: Gathered) -> None:
    span = _without_distinct(span)
    end = sheet.find(span, _AFTER_ITEMS)
    items = list[tuple[Span, Target]]()
    for at, part in enumerate(split(span.between(span.start, end), ",")):
        item, name = _item(part)
        items.append((item, query.targets(at, name)))
    for part, target in items:
        value(part, target, into, query.depth)
    _finish(query, into)
    rest = span.between(end, span.end)
    sources.queue_sources(rest, sources.used(items), query, into, as_is=_is_star(items))
    read_already = () if query.table is None else [index + 1 for index in sources.functions(rest)]
    conditions(rest, into, query.depth, frozenset(read_already))
    into.close_loose()


def _is_star(items: list[tuple[Span, Target]]) -> bool:
    words = [item.words(4)[-1:] for item, _ in items]
    return words == [["*"]] and items[0][0].end - items[0][0].start in (1, 3)


def conditions(
    span: Span, into: Gathered, depth: int = 0, read_already: frozenset[int] = frozenset()
) -> None:
    """Gather what stands in the clauses of a statement, but not the queries that it reads from.

    Brackets at the indexes that were read already are left out.
    """
    words, start = span.sheet.words, span.start
    for index in level(span):
        clause = words[index] in _AFTER_ITEMS or words[index] in ("ON", "JOIN")
        source = words[index] == "(" and (index in read_already or _is_query(span, index))
        if clause or source:
            value(span.between(start, index), Target(), into, depth)
            start = (sheet.closed(span, index) if source else index) + 1
    value(span.between(start, span.end), Target(), into, depth)


def _is_query(span: Span, index: int) -> bool:
    before = span.sheet.words[max(index - 1, 0)]
    first = sheet.unwrapped(inside(span, index)).first
    return before in sources.BEFORE_SOURCE and first in ("SELECT", "VALUES", "WITH")


def _item(span: Span) -> tuple[Span, str]:
    """Give an item of a SELECT without its alias, and the name that it has."""
    last = span.end - 1
    if not sheet.name(span, last - span.start):
        return span, ""
    name = sheet.name(span, last - span.start)
    before = span.sheet.words[last - 1] if last > span.start else ""
    if before == "AS":
        return span.between(span.start, last - 1), name
    kind = span.sheet.tokens[last - 1].kind if last > span.start else None
    typed = last - span.start > 1 and span.sheet.words[last - 2] == "::"
    if before in (")", "]", "END") or kind in (Kind.STRING, Kind.DOLLAR, Kind.NUMBER) or typed:
        return span.between(span.start, last), name
    return span, name if before in ("", ".") else ""


def _without_distinct(span: Span) -> Span:
    if span.first == "DISTINCT" and span.words(3)[1:] == ["ON", "("]:
        return span.between(sheet.closed(span, span.start + 2) + 1, span.end)
    return span.skip(span.first in ("DISTINCT", "ALL"))


def _finish(query: Query, into: Gathered) -> None:
    if query.table is None:
        into.close_loose()
    else:
        into.close(Place.ROW, query.table)
