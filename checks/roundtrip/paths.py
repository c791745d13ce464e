"""Paths through a history, each in a new database, and what differs where they end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import wait
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from checks.postgres.server import connect
from checks.roundtrip import rows, sequences
from checks.roundtrip.aside import aside
from checks.roundtrip.catalog import compare
from checks.roundtrip.discreet import discreet
from checks.roundtrip.reader import Reader
from checks.roundtrip.rides import furnished, refuse_role_that_stays, refuse_what_is_ours, roles_of
from checks.tools import tool

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    import psycopg
    from psycopg.rows import TupleRow

    from checks.database import Database
    from checks.migration import Difference, Failure, History, Migration
    from checks.postgres.server import Server
    from checks.roundtrip.catalog import Catalog
    from checks.tools import Walk

    Connection = psycopg.Connection[TupleRow]

Servers = Sequence[Callable[[], "Server"]]


class BrokenPathError(Exception):
    """A migration failed on one of the paths."""

    def __init__(self, stretch: Stretch, migration: Migration, failure: Failure) -> None:
        super().__init__(failure.message)
        self.stretch = stretch
        self.migration = migration
        self.failure = failure
        self.notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stretch:
    """A part of a path: some migrations, as they stand in one tree.

    Attributes:
        history: All of them.
        root: The tree's top.
        migrations: Those to be run.
        home: The repository's root, where the tree is the base's.
    """

    history: History
    root: Path
    migrations: tuple[Migration, ...]
    home: Path | None = None


Stretches = tuple[Stretch, ...]


@dataclass(frozen=True)
class State:
    """Where a path leads, which modules came from outside of its trees, and what is to be told of it."""

    catalog: Catalog
    rows: rows.Rows
    lagging: frozenset[str] = frozenset()
    outside: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def both(path_a: Callable[[], State], path_b: Callable[[], State], *, at_once: bool) -> tuple[State, State]:
    """Go two paths.

    Args:
        path_a: Goes the first.
        path_b: Goes the second.
        at_once: Whether to go both at the same time, each in a thread of its own.

    Raises:
        BrokenPathError: A migration fails on one of them; if on both, on the first.
        CannotCheckError: A tool cannot be run.
    """
    if at_once:
        started = aside(path_a, "path A"), aside(path_b, "path B")
        wait(started)
        path_a, path_b = (path.result for path in started)
    was = path_a()
    try:
        return was, path_b()
    except BrokenPathError as broken:
        broken.notes = was.notes
        raise


def between(was: State, will_be: State, again: Callable[[], State]) -> tuple[Difference, ...]:
    """Give what differs at the ends of two paths.

    Args:
        was: What should be there.
        will_be: What is there.
        again: Goes the second path once more: for rows that differ, and that each run may make anew.
    """
    found = compare(was.catalog, will_be.catalog)
    same = all(difference.effect.mild for difference in found)
    if not same:
        return found
    found = (*found, *sequences.compare(was.lagging, will_be.lagging))
    if not rows.compare(was.rows, will_be.rows):
        return found
    unsteady = rows.unsteady(will_be.rows, again().rows)
    return (*found, *rows.compare(was.rows, will_be.rows, unsteady))


def arrive(server: Callable[[], Server], path: Stretches) -> State:
    """Go one path in a new database, and give what is there at its end.

    Args:
        server: Where.
        path: The stretches, in order; the first one's project says what a new database needs.

    Raises:
        BrokenPathError: A migration fails.
        CannotCheckError: A tool cannot be run.
    """
    project, root = path[0].history.project, path[0].root
    with ExitStack() as cleaning:

        @cache  # only now, since a tool loads what it needs while a server starts
        def place() -> tuple[Database, Connection, datetime]:
            at = server()
            database, eye = cleaning.enter_context(furnished(at, project, root, roles_of(at)))
            return database, eye, rows.clock(eye)

        table: tuple[str | None, str] | None = None
        outside: tuple[str, ...] = ()
        for stretch in path:
            if stretch.migrations:
                walk = _walk(stretch, server, lambda: place()[0])
                table, outside = walk.version_table or table, (*outside, *walk.outside)
        _, eye, begun = place()
        found = Reader(eye).read(table), rows.read(eye, table, begun), sequences.lagging(eye)
        return State(*found, outside)


def _walk(stretch: Stretch, server: Callable[[], Server], database: Callable[[], Database]) -> Walk:
    project = stretch.history.project
    make = tool(project.tool).walk
    with make(project, stretch.root, connect, stretch.history, home=stretch.home) as walk:
        walk.enter(database())
        for migration in stretch.migrations:
            failure = walk.upgrade(migration, together=True)
            if failure is not None:
                refuse_what_is_ours(server(), failure)
                refuse_role_that_stays(server(), failure)
                raise BrokenPathError(stretch, migration, discreet(failure))
        return walk
