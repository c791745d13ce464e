"""Roles, settings and connections: the passwords and the texts that DDL gives them."""

from __future__ import annotations

from checks.sensitive.literal import Cell, Place, Row
from checks.sensitive.sql import sheet
from checks.sensitive.sql.gathered import Gathered, Target
from checks.sensitive.sql.sheet import Span, inside, split
from checks.sensitive.sql.values import value

_SCOPES = frozenset(("SESSION", "LOCAL"))


def role(span: Span, into: Gathered) -> None:
    """Gather `CREATE ROLE name PASSWORD 'x'`, and a setting of a role."""
    at = sheet.find(span, ("PASSWORD", "IDENTIFIED"))
    at = sheet.find(span, ("BY",), at) if span.sheet.words[at : at + 1] == ["IDENTIFIED"] else at
    if at + 1 < span.end and (found := sheet.literal(span, at + 1)):
        into.put(found[0], Target("password"))
        into.close(Place.ROLE, sheet.name(span, 2))
    setting(span, into)


def mapping(span: Span, into: Gathered) -> None:
    """Gather the options of `CREATE USER MAPPING FOR name SERVER server OPTIONS (user 'x', password 'y')`."""
    who = sheet.find(span, ("FOR",)) + 1
    _options(span, Place.ROLE, sheet.name(span, who - span.start), into)


def connection(span: Span, into: Gathered) -> None:
    """Gather `CREATE SUBSCRIPTION name CONNECTION 'x'`, and the options of a server."""
    end = sheet.find(span, ("CONNECTION", "OPTIONS", "FOREIGN", "TYPE", "VERSION", "SERVER"), span.start + 2)
    name = sheet.last_name(span.between(span.start + 2, end))
    at = sheet.find(span, ("CONNECTION",)) + 1
    if at < span.end:
        end = sheet.find(span, ("PUBLICATION",), at)
        value(span.between(at, end), Target(), into)
        into.close(Place.CONNECTION, name)
    _options(span, Place.CONNECTION, name, into)


def setting(span: Span, into: Gathered) -> None:
    """Gather `SET name = value`, alone or after ALTER SYSTEM, ROLE or DATABASE."""
    start = sheet.find(span, ("SET",)) + 1
    start += span.between(start, span.end).first in _SCOPES
    at = sheet.find(span, ("=", "TO"), start)
    name = ".".join(filter(None, (sheet.name(span, index - span.start) for index in range(start, at))))
    column = name.rpartition(".")[2]
    if at < span.end:
        for part in split(span.between(at + 1, span.end), ","):
            value(part, Target(column), into)
        into.close(Place.SETTING, name)


def _options(span: Span, place: Place, table: str, into: Gathered) -> None:
    at = sheet.find(span, ("OPTIONS",)) + 1
    if at >= span.end:
        return
    for part in split(inside(span, at), ","):
        last = part.end - 1
        found = sheet.literal(part, last) if part.end - part.start > 1 else None
        if found:
            into.cells.append(Cell(sheet.name(part, last - 1 - part.start), *found[0]))
    if into.cells:
        into.rows.append(Row(place, table, tuple(into.cells)))
        into.cells = []
