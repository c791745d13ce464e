"""What the server recorded of one leg: plain data, no I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass

# From the weakest to the strongest, as PostgreSQL orders them.
MODES = (
    "AccessShareLock",
    "RowShareLock",
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
)
WRITERS_WAIT = "ShareLock"  # from here on, those who write have to wait
WRITING = "RowExclusiveLock"  # what INSERT, UPDATE, DELETE and COPY take
READERS_WAIT = "AccessExclusiveLock"
MILLISECONDS = {"": 1, "us": 0.001, "ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_TIME = re.compile(rf"([0-9]+)\s*({'|'.join(MILLISECONDS)})")


def milliseconds(written: str) -> int | None:
    """Read a time as PostgreSQL writes it, "5s"; a number alone is milliseconds. None if it is no time."""
    match = _TIME.fullmatch(written)
    return int(int(match[1]) * MILLISECONDS[match[2]]) if match else None


@dataclass(frozen=True)
class Command:
    """What one command of the leg did to one object.

    Attributes:
        tag: "ALTER TABLE", "CREATE INDEX".
        kind: The kind of object as the server says it: "table", "table column", "index"; may be empty.
        name: Its qualified name, quoted as SQL needs it; empty where the server tells none, as for GRANT.
        dropped: Whether the object is gone by it.
    """

    tag: str
    kind: str
    name: str
    dropped: bool = False


@dataclass(frozen=True)
class Lock:
    """The locks that the leg held on a table that was there before it.

    Attributes:
        table: Its qualified name before the leg, quoted as SQL needs it.
        modes: All of them, as `pg_locks` names them, from the weakest to the strongest.
    """

    table: str
    modes: tuple[str, ...]

    @property
    def mode(self) -> str:
        """The strongest."""
        return self.modes[-1]


@dataclass(frozen=True)
class Timeout:
    """A timeout that was in force, in milliseconds: 0 is none, None where nothing tells.

    Attributes:
        at_lock: While commands worked on tables that were there before the leg; the weakest.
        at_commit: When what held strong locks on such tables was committed; the weakest.
    """

    at_lock: int | None = None
    at_commit: int | None = None

    @property
    def missing(self) -> bool:
        """None was in force."""
        return self.in_force == 0

    @property
    def in_force(self) -> int | None:
        """What counts: the value while locks were taken, or where nothing tells that, at the commit."""
        return self.at_commit if self.at_lock is None else self.at_lock


@dataclass(frozen=True)
class Witness:
    """What the server saw of a leg.

    Attributes:
        commands: What was made, changed and dropped, in order; the tool's own table left out, as everywhere.
        dropped: Those of them that dropped what was there before the leg.
        rewritten: The tables of before that were rewritten.
        locks: The locks on tables of before, by table.
        touched: The tables of before that it locked in any mode (so read, too), changed or dropped.
        mixed: The tables of before whose rows were written while an ACCESS EXCLUSIVE lock on such a table was
            held, or taken later in the same transaction.
        blocked: The tables of before with such a lock in a transaction that had long work to do, too: a table
            of before to rewrite, to index, to scan, or to write rows of.
        scanned: The tables of before that commands on tables read as a whole, as for SET NOT NULL or a new
            constraint, and did not rewrite; None where the server does not tell: before PostgreSQL 15.
        lock_timeout: The `lock_timeout` in force.
        statement_timeout: The `statement_timeout` in force.
        advisory: Whether an advisory lock was held in this database, whoever held it, at each commit.
        transactions: How many transactions it took.
        autocommit: Whether anything ran outside of a transaction that was begun for it.
        why_not: Why this is not all that it did, empty if it is.
    """

    commands: tuple[Command, ...] = ()
    dropped: tuple[Command, ...] = ()
    rewritten: tuple[str, ...] = ()
    locks: tuple[Lock, ...] = ()
    touched: tuple[str, ...] = ()
    mixed: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    scanned: tuple[str, ...] | None = ()
    lock_timeout: Timeout = Timeout()
    statement_timeout: Timeout = Timeout()
    advisory: bool = False
    transactions: int = 0
    autocommit: bool = False
    why_not: str = ""

    @property
    def complete(self) -> bool:
        """Nothing that it did was missed."""
        return not self.why_not

    @property
    def written(self) -> tuple[str, ...]:
        """The tables of before whose rows it inserted, updated or deleted, be there rows or not."""
        return tuple(lock.table for lock in self.locks if WRITING in lock.modes)

    @property
    def unread(self) -> tuple[str, ...]:
        """The tables of before that nobody could read at some time."""
        return tuple(lock.table for lock in self.locks if lock.mode == READERS_WAIT)

    @property
    def hindering(self) -> Lock | None:
        """The strongest lock, where those who write, or all, have to wait for it."""
        lock = self.strongest
        waits = lock is not None and MODES.index(lock.mode) >= MODES.index(WRITERS_WAIT)
        return lock if waits else None

    @property
    def strongest(self) -> Lock | None:
        """The strongest lock on a table of before."""
        return max(self.locks, key=lambda lock: MODES.index(lock.mode), default=None)
