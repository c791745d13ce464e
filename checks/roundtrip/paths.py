"""Paths through a history, each in a new database, and what differs where they end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import wait
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING

from checks.migration import Difference, Effect, Failure, History, Migration
from checks.postgres.server import connect
from checks.roundtrip import rows
from checks.roundtrip.aside import aside
from checks.roundtrip.catalog import compare
from checks.roundtrip.reader import Reader
from checks.roundtrip.rides import furnished, refuse_missing_extension, roles_of
from checks.tools import tool

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    import psycopg
    from psycopg.rows import TupleRow

    from checks.database import Database
    from checks.postgres.server import Server
    from checks.roundtrip.catalog import Catalog

    Connection = psycopg.Connection[TupleRow]

Servers = Sequence[Callable[[], "Server"]]


class BrokenPathError(Exception):
    """A migration failed on one of the paths."""

    def __init__(self, stretch: Stretch, migration: Migration, failure: Failure) -> None:
        super().__init__(failure.message)
        self.stretch = stretch
        self.migration = migration
        self.failure = failure


@dataclass(frozen=True)
class Stretch:
    """A part of a path: some migrations, as they stand in one tree."""

    history: History
    root: Path
    migrations: tuple[Migration, ...]


Stretches = tuple[Stretch, ...]


@dataclass(frozen=True)
class State:
    """Where a path leads."""

    catalog: Catalog
    rows: rows.Rows


def between(servers: Servers, root: Path, path_a: Stretches, path_b: Stretches) -> tuple[Difference, ...]:
    """Go two paths, and give what differs at their ends.

    Args:
        servers: One for each path, as roles are a server's; or one for both, in turn.
        root: The repository's root, for what a project needs in a new database.
        path_a: What should be there.
        path_b: What is there; it is gone a second time, if rows differ that each run may make anew.

    Raises:
        BrokenPathError: A migration fails on one of them.
        CannotCheckError: A tool cannot be run.
    """
    was, will_be = _arrive_both(servers, root, (path_a, path_b))
    found = compare(was.catalog, will_be.catalog)
    same = all(difference.effect is Effect.REORDERED for difference in found)
    if not same or not rows.compare(was.rows, will_be.rows):
        return found
    second = _arrive(servers[-1], root, path_b)
    return rows.compare(was.rows, will_be.rows, rows.unsteady(will_be.rows, second.rows))


def _arrive_both(servers: Servers, root: Path, paths: tuple[Stretches, Stretches]) -> tuple[State, State]:
    """Go both paths: at once, if each has a server."""
    if len(servers) == 1:
        was, will_be = (_arrive(servers[0], root, path) for path in paths)
        return was, will_be

    def go(number: int) -> State:
        return _arrive(servers[number], root, paths[number])

    both = [aside(partial(go, number), f"path {'AB'[number]}") for number in range(2)]
    wait(both)
    return both[0].result(), both[1].result()


def _arrive(server: Callable[[], Server], root: Path, path: Stretches) -> State:
    """Go one path in a new database, and give what is there at its end."""
    project = path[-1].history.project
    with ExitStack() as cleaning:

        @cache  # only now, since a tool loads what it needs while a server starts
        def place() -> tuple[Database, Connection, datetime]:
            at = server()
            database, eye = cleaning.enter_context(furnished(at, project, root, roles_of(at)))
            return database, eye, rows.clock(eye)

        table = None
        for stretch in path:
            if stretch.migrations:
                table = _walk(stretch, server, lambda: place()[0]) or table
        _, eye, begun = place()
        return State(Reader(eye).read(table), rows.read(eye, table, begun))


def _walk(
    stretch: Stretch, server: Callable[[], Server], database: Callable[[], Database]
) -> tuple[str | None, str] | None:
    project = stretch.history.project
    with tool(project.tool).walk(project, stretch.root, connect, stretch.history) as walk:
        walk.enter(database())
        for migration in stretch.migrations:
            failure = walk.upgrade(migration, together=True)
            if failure is not None:
                refuse_missing_extension(server(), failure)
                raise BrokenPathError(stretch, migration, failure)
        return walk.version_table
