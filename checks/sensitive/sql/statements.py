"""Statements: who reads which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.sensitive.sql import bodies, copies, queries, roles, sheet, tables, writes
from checks.sensitive.sql.gathered import Gathered, Query, Target, by_name
from checks.sensitive.sql.sheet import Span
from checks.sensitive.sql.values import value

if TYPE_CHECKING:
    from collections.abc import Callable

    from checks.sensitive.sql.tables import Tables
    from checks.sensitive.sql.writes import Known
    from checks.sql import Statement

_VERBS = ("INSERT", "UPDATE", "MERGE", "WITH", "SELECT", "VALUES", "EXECUTE", "COPY", "DO", "CREATE", "ALTER")
_MODIFIERS = frozenset(
    (
        "OR",
        "REPLACE",
        "TEMP",
        "TEMPORARY",
        "UNLOGGED",
        "GLOBAL",
        "LOCAL",
        "MATERIALIZED",
        "RECURSIVE",
        "FOREIGN",
    )
)
_SILENT = frozenset(
    (
        "GRANT",
        "REVOKE",
        "DROP",
        "TRUNCATE",
        "LOCK",
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
        "START",
        "SAVEPOINT",
        "RELEASE",
        "ANALYZE",
        "VACUUM",
        "REINDEX",
        "CLUSTER",
        "REFRESH",
        "REASSIGN",
        "RESET",
        "SHOW",
        "LISTEN",
        "END",
    )
)
_CHANGES = frozenset(("INSERT", "UPDATE", "MERGE", "WITH", "SELECT", "VALUES", "EXECUTE", "DO"))


def gather(span: Span, statement: Statement | None, made: Tables, known: Known, into: Gathered) -> None:
    """Gather a statement's literals.

    Args:
        span: Its tokens.
        statement: The statement, if it is a whole one that may have data.
        made: The columns of the tables that were made, which it may change.
        known: Gives the columns of any table.
        into: Where they are gathered.
    """
    into.table = None
    span, named = queries.with_queries(span, {}, into)
    first = span.first
    if first == "INSERT" or span.words(2) == ["REPLACE", "INTO"]:
        writes.insert(span, named, known, into)
    elif first == "UPDATE":
        writes.update(span, named, into)
    elif span.words(2) == ["DELETE", "FROM"]:
        writes.delete(span, into)
    elif first == "MERGE":
        writes.merge(span, named, known, into)
    elif first in ("SELECT", "VALUES", "(", "PERFORM"):
        into.queries.append(Query(span, None, by_name, named))
    elif first == "COPY":
        copies.copy(span, statement, known, into)
    else:
        _other(span, made, known, into)


def _other(span: Span, made: Tables, known: Known, into: Gathered) -> None:
    first = span.first
    if first in ("CREATE", "ALTER"):
        _definition(span, made, known, into)
    elif span.words(2) == ["DROP", "TABLE"]:
        tables.drop(span, made)
    elif first == "DO":
        bodies.block(span, into)
    elif first == "EXECUTE":
        bodies.execute(span, into)
    elif first == "RETURNS":
        bodies.returned(span, into)
    elif first == "SET":
        roles.setting(span, into)
    elif first not in _SILENT:
        _rest(span, into)


def _definition(span: Span, made: Tables, known: Known, into: Gathered) -> None:
    start = span.start + 1
    while start < span.end and span.sheet.words[start] in _MODIFIERS:
        start += 1
    kind = span.between(start, span.end).first
    bare = Span(span.sheet, start - 1, span.end)
    if read := _DEFINITIONS.get(kind):
        read(bare, into)
    elif kind == "TABLE" and span.first == "CREATE":
        tables.create(bare, made, into)
    elif kind == "TABLE":
        tables.alter(bare, made, into, known)
    elif kind == "USER" and bare.word(2) == "MAPPING":
        roles.mapping(bare, into)
    elif kind in ("ROLE", "USER", "GROUP"):
        roles.role(bare, into)


def _view(span: Span, into: Gathered) -> None:
    at = sheet.find(span, ("AS",)) + 1
    if at < span.end:
        into.queries.append(Query(span.between(at, span.end), None, by_name, {}))


def _rule(span: Span, into: Gathered) -> None:
    at = sheet.find(span, ("DO",)) + 1
    rest = span.between(at, span.end)
    into.spans += bodies.pieces(sheet.unwrapped(rest.skip(rest.first in ("ALSO", "INSTEAD"))))


def _trigger(span: Span, into: Gathered) -> None:
    at = sheet.find(span, ("EXECUTE",)) + 2
    value(span.between(at, span.end), Target(), into)
    into.close_loose()


_DEFINITIONS: dict[str, Callable[[Span, Gathered], None]] = {
    "FUNCTION": bodies.routine,
    "PROCEDURE": bodies.routine,
    "VIEW": _view,
    "RULE": _rule,
    "TRIGGER": _trigger,
    "DOMAIN": tables.domain,
    "SUBSCRIPTION": roles.connection,
    "SERVER": roles.connection,
    "SYSTEM": roles.setting,
    "DATABASE": roles.setting,
}


def _rest(span: Span, into: Gathered) -> None:
    """Read what begins otherwise: an assignment, a query in a loop, a statement after a template's mark."""
    words = span.sheet.words
    at = sheet.find(span, _VERBS, span.start + 1) if span.first != "COMMENT" else span.end
    if at < span.end and (words[at] in _CHANGES or "%" in words[at - 1]):
        value(span.between(span.start, at), Target(), into)
        into.close_loose()
        into.spans.append(span.between(at, span.end))
    elif not (span.sheet.origin.body and bodies.assignment(span, into)):
        queries.conditions(span, into)
        into.close_loose()
