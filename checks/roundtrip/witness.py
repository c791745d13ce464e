"""The witness: what the server itself tells of each leg, whatever tool ran it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from checks.roundtrip.reader import ask
from checks.roundtrip.testimony import Tables, Told, read
from checks.roundtrip.witness_sql import COUNTING, LOOK, SETTLE, SUPERUSER, TABLES, install
from checks.witness import MODES, WRITING, Witness

if TYPE_CHECKING:
    from collections.abc import Collection

    from psycopg import Connection, Notify

    from checks.tools import Walk

WRITES = MODES.index(WRITING) + 1
NO_SUPERUSER = "the role on this server is no superuser, and so may not make event triggers"


class Watch:
    """Our ear in one database: it is told of all that is committed there."""

    def __init__(self, eye: Connection[Any], walk: Walk) -> None:
        """Let the database tell.

        Args:
            eye: A connection of our own, in autocommit.
            walk: The tool at work.
        """
        self._eye, self._walk = eye, walk
        self._heard: list[Told] = []
        self._tables: Tables | None = None
        self._locked: set[int] | None = None  # since somebody asked for it; None where nobody may be sure
        self._written: dict[int, set[int]] = {}
        self._unsure: set[int] = set()
        row = eye.execute(SUPERUSER).fetchone()
        self._deaf = row != (True,)
        if not self._deaf:
            eye.execute(install(eye.info.server_version).encode())
            eye.add_notify_handler(self._hear)
            self._rest()

    def open(self) -> None:
        """Begin to listen, before a leg."""
        if self._deaf:
            return
        if self._tables is None:
            self._tables = dict(self._eye.execute(TABLES.encode()).fetchall())
        self._drain()
        self._heard.clear()
        self._walk.at_commit = LOOK

    def forget(self) -> None:
        """Let a leg be run of which nobody is to be told."""
        self._tables = self._locked = None

    def close(self) -> Witness:
        """Give what was heard of a leg that has passed: no other may have been run since."""
        if self._deaf:
            return Witness(why_not=NO_SUPERUSER)
        self._rest()
        self._drain()
        if not self._heard:  # nobody has asked the server anything since the leg
            ask(self._eye, b"")
            self._drain()
        assert self._tables is not None
        testimony = read(self._heard, self._tables, self._walk.version_table, self._walk.alone)
        self._tables = testimony.tables
        return testimony.witness

    def _rest(self) -> None:
        """Hear no end of a transaction; but no scan of it may be counted for a later one."""
        self._walk.at_commit = SETTLE if self._eye.info.server_version >= COUNTING else ""

    def suspects(self) -> Collection[int] | None:
        """Give the tables that legs have locked since this was asked before; None if one was not watched."""
        locked = self.locked()
        self._locked = set()
        return locked

    def locked(self) -> Collection[int] | None:
        """Give the same, to be given again to who asks next."""
        if self._deaf:
            return None
        ask(self._eye, b"")
        self._drain()
        return self._locked

    def written(self, begin: int, end: int) -> set[int] | None:
        """Give the tables that transactions may have written, if each of these was looked at when it ended.

        A statement that is a transaction of its own may be followed by others of the same message, which
        nobody looks at; a savepoint has a number of its own, and is told of by nobody; and triggers may run
        after the last look ("later").

        Args:
            begin: The number of the first.
            end: The number after the last.
        """
        numbers = range(begin, end)
        if any(number not in self._written or number in self._unsure for number in numbers):
            return None
        return {table for number in numbers for table in self._written[number]}

    def _drain(self) -> None:
        """Take what came with the server's last answer: it tells all that is committed before it answers."""
        while (told := self._eye.pgconn.notifies()) is not None:
            self._take(told.be_pid, told.extra.decode())

    def _hear(self, notice: Notify) -> None:
        self._take(notice.pid, notice.payload)

    def _take(self, pid: int, payload: str) -> None:
        if pid != self._eye.info.backend_pid:  # what we do ourselves is no migration's doing
            told = tuple(json.loads(payload))
            self._heard.append(told)
            self._note(*told)

    def _note(self, kind: str, transaction: str, *told: Any) -> None:  # noqa: ANN401 -- see `witness_sql`
        """Take note of which tables a transaction has locked, and which for writing."""
        number = int(transaction)
        if kind == "transaction":
            alone, *_, awake = told
            self._written.setdefault(number, set())
            if alone or not awake:
                self._unsure.add(number)
        elif kind == "later":
            self._unsure.add(number)
        elif kind == "locks":
            written = self._written.setdefault(number, set())
            written.update(relation for relation, _, modes, *_ in told[0] if max(modes) >= WRITES)
            if self._locked is not None:
                self._locked.update(relation for relation, *_ in told[0])
