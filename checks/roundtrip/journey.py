"""A journey through a plan: what it goes with, and what has been done so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from checks.migration import Difference, Failure, Leg, Migration, Trip

if TYPE_CHECKING:
    from psycopg import Connection

    from checks.roundtrip.books import Books
    from checks.roundtrip.catalog import Catalog
    from checks.roundtrip.contents import Contents
    from checks.roundtrip.plan import Plan
    from checks.roundtrip.populate import Filled
    from checks.roundtrip.witness import Watch
    from checks.sensitive.exposure import Revealed
    from checks.tools import Walk


Reveal = Callable[["Contents", "Contents"], tuple["Revealed", ...]]


@dataclass(frozen=True)
class State:
    """All that a database is at one moment."""

    catalog: Catalog
    contents: Contents


@dataclass(frozen=True)
class Ride:
    """A tool at work on a database of its own, and our eye on it.

    Attributes:
        walk: The tool.
        eye: A connection of our own to the database.
        look: Takes the state.
        books: Our eye on the version tables.
        watch: Our ear: what the server tells of a leg.
        empty: The state before the first migration.
        excuse: Raises if a failure is our server's and not the migration's: a missing extension.
        grown: Takes an enum type that has grown for altered, unless nothing could have taken that back.
        ahead: How many migrations of the plan's order the database began with.
        keep: Told how many of them are in it before the first target, when nobody is at work.
        sow: Puts in the rows that the user has for a migration, those of a command only if the migration
            touches tables; None where there are none.
        rows: Takes what tables and sequences hold, and nothing else.
        reveal: Tells what is sensitive in the rows that are there now and were not; None where nobody asks.
        stays: Tells whether the database is left as it is after some trips, so that nothing else is run.
    """

    walk: Walk
    eye: Connection[Any]
    look: Callable[[], State]
    books: Books
    watch: Watch
    empty: State
    excuse: Callable[[Failure], None]
    grown: Callable[[tuple[Difference, ...]], tuple[Difference, ...]]
    ahead: int = 0
    rows: Callable[[], Contents] | None = None
    reveal: Reveal | None = None
    keep: Callable[[int], None] = lambda _: None
    sow: Callable[[Migration, bool], Filled | None] = lambda _, __: None
    stays: Callable[[Iterable[Trip]], bool] = lambda _: False


Rides = Callable[[], AbstractContextManager[Ride]]
Tell = Callable[[Migration, Leg], None]
Others = Callable[[], Iterable[Trip]]


@dataclass
class Journey:
    """What has been done so far.

    Attributes:
        plan: What is to be run.
        tell: Called before each leg, for a progress bar.
        others: Gives the trips of the parts below this one, once they have ended.
        trips: The trips that have ended.
        lost: The versions that cannot be reached, since one below them fails.
        told: The versions whose upgrade fails by itself; run together with others it may still pass.
        bare: The versions that are to go up again in a new database, since made rows stayed in theirs.
        done: How many of the plan's order are behind us.
        notes: What the tool said of how it runs.
    """

    plan: Plan
    tell: Tell
    others: Others
    trips: list[Trip] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    bare: set[str] = field(default_factory=set)
    done: int = 0
    notes: tuple[str, ...] = ()
