"""Tables: which columns CREATE TABLE and ALTER TABLE make, and what their defaults are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.sensitive.literal import Place
from checks.sensitive.sql import sheet
from checks.sensitive.sql.gathered import Gathered, Query, Target, Targets, by_name
from checks.sensitive.sql.sheet import Span, inside, split
from checks.sensitive.sql.values import value

if TYPE_CHECKING:
    from checks.sensitive.sql.writes import Known

Tables = dict[str, tuple[str, ...]]
_NO_COLUMN = frozenset(("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "EXCLUDE", "LIKE", ""))
_MOST = 1600  # columns that a table of PostgreSQL can have
_AFTER_DEFAULT = frozenset(
    (
        "NOT",
        "NULL",
        "CHECK",
        "PRIMARY",
        "UNIQUE",
        "REFERENCES",
        "CONSTRAINT",
        "GENERATED",
        "COLLATE",
        "DEFERRABLE",
    )
)


def create(span: Span, tables: Tables, into: Gathered) -> None:
    """Gather `CREATE TABLE name (column type DEFAULT value, ...)`, and note its columns."""
    start = sheet.find(span, ("TABLE",)) + 1
    start += 3 * (span.between(start, span.end).words(3) == ["IF", "NOT", "EXISTS"])
    head = sheet.find(span, ("(", "AS", "PARTITION", "OF", "WITH", "USING"), start)
    table = sheet.last_name(span.between(start, head))
    listed = inside(span, head) if span.sheet.words[head : head + 1] == ["("] else span.between(head, head)
    columns = _made(split(listed, ","), table, tables, into)
    rest = span.between(sheet.closed(span, head) + 1 if listed else head, span.end)
    columns = (_parent(rest, tables) + columns)[:_MOST]
    query = rest.between(sheet.find(rest, ("AS",)) + 1, rest.end)
    if query:
        columns = columns or _selected(query)
        into.queries.append(Query(query, table, _places(columns), {}))
    if table and columns:
        tables[table] = columns


def alter(span: Span, tables: Tables, into: Gathered, known: Known) -> None:
    """Gather `ALTER TABLE name ADD COLUMN column type DEFAULT value, ...`, and follow what it does.

    Args:
        span: The statement.
        tables: Those of the text, which are altered.
        into: What is gathered.
        known: Gives the columns of tables that the text does not make.
    """
    rest = span.skip(3 if span.word(1) == "FOREIGN" else 2)
    rest = rest.skip(2 * (rest.words(2) == ["IF", "EXISTS"]))
    rest = rest.skip(rest.first == "ONLY")
    at = 1
    while rest.word(at) == ".":
        at += 2
    table = sheet.name(rest, at - 1)
    rest = rest.skip(at + (rest.word(at) == "*"))
    if table not in tables and (columns := known(table)):
        tables[table] = columns
    for action in split(rest, ","):
        _action(action, table, tables, into)


def drop(span: Span, tables: Tables) -> None:
    """Forget the tables that a DROP TABLE drops."""
    for part in split(span.skip(2), ","):
        name = part.between(part.start, sheet.find(part, ("CASCADE", "RESTRICT")))
        tables.pop(sheet.last_name(name), None)


def domain(span: Span, into: Gathered) -> None:
    """Gather the default of `CREATE DOMAIN name AS type DEFAULT value`, or of ALTER DOMAIN."""
    _default(span, sheet.name(span, 2), "", into)


def _made(parts: list[Span], table: str, tables: Tables, into: Gathered) -> tuple[str, ...]:
    columns: tuple[str, ...] = ()
    for part in parts:
        if part.first == "LIKE":
            end = sheet.find(part, ("INCLUDING", "EXCLUDING"))
            columns += tables.get(sheet.last_name(part.between(part.start + 1, end)), ())
        elif part.first not in _NO_COLUMN and sheet.name(part):
            columns += (sheet.name(part),)
            _default(part, sheet.name(part), table, into)
    return columns[:_MOST]


def _parent(rest: Span, tables: Tables) -> tuple[str, ...]:
    """Give the columns of what a table inherits from, or is a partition of."""
    if rest.first == "INHERITS":
        parents = split(inside(rest, rest.start + 1), ",")
        return tuple(column for parent in parents for column in tables.get(sheet.last_name(parent), ()))
    if rest.words(2) == ["PARTITION", "OF"]:
        end = sheet.find(rest, ("(", "FOR", "DEFAULT"))
        return tables.get(sheet.last_name(rest.between(rest.start + 2, end)), ())
    return ()


def _selected(query: Span) -> tuple[str, ...]:
    """Give the names of the items of a SELECT, if each has one that is plain."""
    if query.first != "SELECT":
        return ()
    end = sheet.find(query, ("FROM", "WHERE", "UNION"))
    names = tuple(sheet.last_name(part) for part in split(query.between(query.start + 1, end), ","))
    return names if all(names) else ()


def _places(columns: tuple[str, ...]) -> Targets:
    return lambda at, name: Target(columns[at]) if at < len(columns) else by_name(at, name)


def _default(span: Span, column: str, table: str, into: Gathered) -> None:
    start = sheet.find(span, ("DEFAULT",)) + 1
    end = sheet.find(span, _AFTER_DEFAULT, start)
    value(span.between(start, end), Target(column), into)
    into.close(Place.DEFAULT, table)


def _action(span: Span, table: str, tables: Tables, into: Gathered) -> None:
    verb, rest = span.first, span.skip(1)
    rest = rest.skip(rest.first == "COLUMN")
    if verb == "RENAME":
        _rename(rest, table, tables)
    elif verb == "ALTER":
        _default(rest, sheet.name(rest), table, into)
    elif verb in ("ADD", "DROP"):
        _add_or_drop(verb, rest, table, tables, into)


def _add_or_drop(verb: str, rest: Span, table: str, tables: Tables, into: Gathered) -> None:
    words = rest.words(3)
    rest = rest.skip(3 if words == ["IF", "NOT", "EXISTS"] else 2 * (words[:2] == ["IF", "EXISTS"]))
    column = sheet.name(rest)
    if rest.first in _NO_COLUMN:
        return
    before = tables.get(table)
    if verb == "ADD":
        _default(rest, column, table, into)
    if before is None:
        return
    if verb == "DROP":
        tables[table] = tuple(name for name in before if name != column)
    elif column not in before and len(before) < _MOST:
        tables[table] = (*before, column)


def _rename(rest: Span, table: str, tables: Tables) -> None:
    columns = tables.get(table)
    if columns is None:
        return
    if rest.first == "TO":
        tables[sheet.name(rest, 1)] = tables.pop(table)
    elif rest.word(1) == "TO":
        old, new = sheet.name(rest), sheet.name(rest, 2)
        tables[table] = tuple(new if column == old else column for column in columns)
