"""What writes rows: INSERT, UPDATE and MERGE."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from checks.sensitive.literal import Place
from checks.sensitive.sql import queries, sheet, sources
from checks.sensitive.sql.calls import unquoted
from checks.sensitive.sql.concatenation import atom
from checks.sensitive.sql.gathered import Gathered, Named, Query, Target
from checks.sensitive.sql.origin import Literal
from checks.sensitive.sql.sheet import Span, inside, level, split
from checks.sensitive.sql.values import compared, value

# Gives the columns of a table in their order; empty if nobody knows.
Known = Callable[[str], tuple[str, ...]]
_BEFORE_ROWS = ("VALUES", "SELECT", "WITH", "DEFAULT", "OVERRIDING", "TABLE", "(", "AS", "SET")
_Assigned = list[tuple[Span, Target]]


def insert(span: Span, named: Mapping[str, Named], known: Known, into: Gathered) -> None:
    """Gather `INSERT INTO table (columns) VALUES ... ON CONFLICT ... DO UPDATE SET ... RETURNING ...`."""
    start = sheet.find(span, ("INTO",)) + 1
    head = sheet.find(span, _BEFORE_ROWS, start)
    table = sheet.last_name(span.between(start, head))
    if span.sheet.words[head : head + 1] == ["AS"]:
        head += 2
    into.table = table
    if span.sheet.words[head : head + 1] == ["SET"]:
        _set(span.between(head + 1, span.end), Query(span, table, positions(()), named), into)
        return
    columns, rows = _columns(span.between(head, span.end), table, known)
    end = _conflict(rows)
    query = Query(rows.between(rows.start, end), table, positions(columns), named)
    into.queries.append(query)
    _updates(rows.between(end, rows.end), query, into)


def update(span: Span, named: Mapping[str, Named], into: Gathered) -> None:
    """Gather `UPDATE table SET column = value, ... FROM ... WHERE ... RETURNING ...`."""
    start = sheet.find(span, ("SET",))
    head = span.between(span.start + 1, sheet.find(span, ("AS", "*"), span.start + 1))
    head = head.between(head.start + (head.first == "ONLY"), min(start, head.end))
    into.table = table = _table(head)
    _set(span.between(start + 1, span.end), Query(span, table, positions(()), named), into)


def delete(span: Span, into: Gathered) -> None:
    """Gather what `DELETE FROM table WHERE ...` compares."""
    where = sheet.find(span, ("WHERE",))
    using = sheet.find(span, ("USING", "WHERE", "RETURNING"))
    table = _table(span.between(span.start + 2 + (span.word(2) == "ONLY"), using))
    compared(span.between(where + 1, _returning(span)), into)
    into.close(Place.ROW, table)
    queries.conditions(span.between(using, where), into)
    into.close_loose()


def merge(span: Span, named: Mapping[str, Named], known: Known, into: Gathered) -> None:
    """Gather `MERGE INTO table USING source ON condition WHEN ... THEN INSERT ... | UPDATE SET ...`."""
    head, *cases = split(span, "WHEN")
    using = sheet.find(head, ("USING",))
    start = sheet.find(head, ("INTO",)) + 1
    into.table = table = _table(head.between(start if start <= using else head.start + 1, using))
    query = Query(head, table, positions(()), named)
    assigned: _Assigned = []
    for case in cases:
        action = case.between(sheet.find(case, ("THEN",)) + 1, case.end)
        value(case.between(case.start, action.start - 1), Target(), into)
        into.close_loose()
        if action.first == "UPDATE":
            assigned += _assigned(action.between(sheet.find(action, ("SET",)) + 1, _returning(action)), into)
        elif action.first == "INSERT":
            assigned += _inserted(action.skip(1), table, known, into)
        into.close(Place.ROW, table)
    sources.queue_sources(head.between(using, head.end), sources.used(assigned), query, into)
    queries.conditions(head.between(using, head.end), into)
    into.close_loose()


def positions(columns: tuple[str, ...]) -> Callable[[int, str], Target]:
    """Tell that the items of a query go into columns by their place."""
    return lambda at, _: Target(columns[at] if at < len(columns) else "")


def _table(span: Span) -> str:
    """Give the table of `schema.table alias`."""
    name = sheet.name(span)
    at = 0
    while span.word(at + 1) == ".":
        at += 2
        name = sheet.name(span, at)
    return name or sheet.last_name(span)


def _columns(span: Span, table: str, known: Known) -> tuple[tuple[str, ...], Span]:
    """Give the columns of an INSERT, told or known, and what gives its rows."""
    listed = inside(span, span.start)
    told = span.first == "(" and sheet.unwrapped(listed).first not in ("SELECT", "VALUES", "WITH")
    columns = sheet.names(listed) if told else known(table)
    if told:
        span = span.between(sheet.closed(span, span.start) + 1, span.end)
    if span.first == "OVERRIDING":
        span = span.skip(3)
    return columns, span


def _conflict(span: Span) -> int:
    """Give the index of ON CONFLICT or RETURNING after the rows of an INSERT."""
    words = span.sheet.words
    for index in level(span):
        if words[index] == "RETURNING" or words[index : index + 2] in (
            ["ON", "CONFLICT"],
            ["ON", "DUPLICATE"],
        ):
            return index
    return span.end


def _returning(span: Span) -> int:
    return sheet.find(span, ("RETURNING",))


def _updates(span: Span, query: Query, into: Gathered) -> None:
    start = sheet.find(span, ("SET",))
    if start < span.end:
        value(span.between(span.start, start), Target(), into)
        into.close_loose()
        _set(span.between(start + 1, span.end), query, into)


def _set(span: Span, query: Query, into: Gathered) -> None:
    """Gather `column = value, ... FROM ... WHERE ... RETURNING ...`."""
    end = sheet.find(span, ("FROM", "WHERE", "RETURNING"))
    where = sheet.find(span, ("WHERE",), end)
    assigned = _assigned(span.between(span.start, end), into)
    compared(span.between(where + 1, _returning(span)), into)
    into.close(Place.ROW, query.table or "")
    source = span.between(end, where)
    sources.queue_sources(source, sources.used(assigned), query, into)
    queries.conditions(source, into)
    value(span.between(max(_returning(span), end) + 1, span.end), Target(), into)
    into.close_loose()


def _assigned(span: Span, into: Gathered) -> _Assigned:
    """Gather `column = value, (column, column) = (value, value)`, and give each value with its column."""
    found: _Assigned = []
    for part in split(span, ","):
        at = next((index for index in level(part) if part.sheet.words[index].startswith("=")), part.end)
        left, right = part.between(part.start, at), part.between(at + 1, part.end)
        if left.first == "(":
            found += _together(inside(left, left.start), right, into)
        elif left.word(left.end - 1 - left.start) == "]" and (scalar := atom(right)):
            into.put(Literal(unquoted(scalar.text), scalar.line), Target(_assigned_to(left)))
        else:
            found.append((right, Target(_assigned_to(left))))
    for part, target in found:
        value(part, target, into)
    return found


def _together(left: Span, right: Span, into: Gathered) -> _Assigned:
    columns = sheet.names(left)
    inner = sheet.unwrapped(right.skip(right.first == "ROW"))
    if inner.first in ("SELECT", "VALUES", "WITH"):
        into.queries.append(Query(inner, into.table, positions(columns), {}))
        return []
    return list(zip(split(inner, ","), map(Target, columns), strict=False))


def _assigned_to(span: Span) -> str:
    """Give the column of `name`, `alias.name`, `name[1]`, or the key of `name['smtp']['password']`."""
    key = sheet.literal(span, span.end - 2) if span.word(span.end - 1 - span.start) == "]" else None
    if key and sheet.is_string(span, span.end - 2):
        return key[0].text.lower()
    return sheet.last_name(span.between(span.start, sheet.find(span, ("[",))))


def _inserted(span: Span, table: str, known: Known, into: Gathered) -> _Assigned:
    columns, rows = _columns(span, table, known)
    found: _Assigned = []
    if rows.first == "VALUES":
        found = list(zip(split(inside(rows, rows.start + 1), ","), map(Target, columns), strict=False))
    for part, target in found:
        value(part, target, into)
    return found
