"""What is below the first target, kept between runs, so that a check costs what is new and not what is old.

A state has the name of all that is known before it is made: the migrations up to there, in their order, the
project's settings, the server. It carries a list of what they read beside: a state whose list is not as it
was is not begun with. What reads the clock, the network or the machine is not seen; hence this is off in CI.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from checks import VERSION
from checks.migration import place
from checks.postgres import states

if TYPE_CHECKING:
    from pathlib import Path

    from checks.database import Database
    from checks.migration import History, Migration
    from checks.postgres import Fleet
    from checks.postgres.server import Server
    from checks.postgres.states import State
    from checks.roundtrip.plan import Plan
    from checks.tools import Traces, Walk

FORM = "1"  # of what a database holds before the first target, beside what the migrations make
LEAST = 40  # migrations; to keep the state of fewer takes longer than to make it
LONG = 2.0  # seconds, with the tool's start
TICK = 0.05  # seconds; a file system's clock may be a little slow


def deployed(plan: Plan, root: Path, fleet: Fleet, since: float) -> Deployed | None:
    """Give what may be kept of a plan: what is below its first target; None for nothing.

    Args:
        plan: What is run.
        root: The repository's root.
        fleet: The servers.
        since: When we began to read files, in seconds since 1970.
    """
    below = tuple(takewhile(lambda migration: migration.version not in plan.targets, plan.order))
    return Deployed(plan.history, below, root, since, fleet.kind, fleet.begin) if below else None


@dataclass(frozen=True)
class Begun:
    """A database that its server began with.

    Attributes:
        server: The server.
        database: The database.
        ahead: How many migrations are in it.
        traces: What they had read.
    """

    server: Server
    database: Database
    ahead: int
    traces: Traces


@dataclass(frozen=True)
class Deployed:
    """The migrations below the first target, and what is kept of them.

    Attributes:
        history: All of the project's.
        below: Those below the first target, in their order.
        root: The repository's root.
        since: When we began to read files, in seconds since 1970: what changed later may not be what was run.
        kind: Names all that a state depends on in the server; empty where none is kept.
        begin: Starts a server that begins with a state, if that is whole.
    """

    history: History
    below: tuple[Migration, ...]
    root: Path
    since: float
    kind: Callable[[], str]
    begin: Callable[[State], AbstractContextManager[Server]]

    @contextmanager
    def begun(self, walk: Walk) -> Iterator[Begun | None]:
        """Begin with the longest state that is kept of these migrations; None where there is none."""
        found = next(self._found(walk), None)
        if found is None:
            yield None
            return
        ahead, state = found
        with self.begin(state) as server:
            if server.state is None:  # it was damaged
                yield None
                return
            states.use(state)
            table, heads = state.notes["version_table"], state.notes["heads"]
            walk.resume(table and (table[0], table[1]), None if heads is None else tuple(heads))
            yield Begun(server, server.database(state.dbname), ahead, state.notes["traces"])

    def _found(self, walk: Walk) -> Iterator[tuple[int, State]]:
        ahead = {key: number for number, key in enumerate(self._keys(), 1)}
        for key, state in states.find(list(reversed(ahead))):
            if walk.is_as_before(state.notes["traces"]):
                yield ahead[key], state

    def _keys(self) -> list[str]:
        """Name the states after one migration, after two, and so on; none where no states are kept."""
        kind, project = self.kind(), self.history.project
        try:
            start = (self.root / project.start_sql).read_bytes() if project.start_sql else b""
        except OSError:  # whoever runs it says so
            return []
        known = hashlib.sha256(repr((FORM, VERSION, kind, str(self.root), project, start)).encode())
        return [_after(known, migration) for migration in self.below] if kind else []

    def is_wanted(self, begun: Begun | None) -> bool:
        """Tell whether there is more to keep than what a database began with."""
        return begun is None or begun.ahead < len(self.below)

    def keeper(
        self, server: Server, database: Database, walk: Walk, begun: Begun | None
    ) -> Callable[[int], None]:
        """Make what keeps the state of a database, if that is worth it.

        Args:
            server: Where it is.
            database: Which.
            walk: The tool that is at work there.
            begun: What it began with.
        """
        start, ahead = time.monotonic(), begun.ahead if begun else 0

        def keep(done: int) -> None:
            more = done - ahead
            slow = more > 0 and time.monotonic() - start >= LONG
            if done == len(self.below) and (more >= LEAST or slow):
                self._keep(server, database, walk, begun.traces if begun else {})

        return keep

    def _keep(self, server: Server, database: Database, walk: Walk, before: Traces) -> None:
        told, keys = walk.traces(), self._keys()
        if told is None or not keys or not self._is_old([name.partition(" ")[2] for name in told]):
            return
        notes = {"migrations": len(self.below), "traces": {**before, **told}}
        notes |= {"version_table": walk.version_table, "heads": walk.heads}
        with suppress(OSError):
            states.save(keys[-1], server, database, notes)

    def _is_old(self, read: Sequence[str]) -> bool:
        """Tell whether no file has changed since we began to read: what was run is what we know."""
        files = [self.root / place(self.history.project, file) for m in self.below for file in m.files]
        times = (self._changed(path) for path in (*files, *map(self.root.joinpath, read)))
        return all(changed < self.since - TICK for changed in times)

    @staticmethod
    def _changed(path: Path) -> float:
        try:
            return path.stat().st_ctime
        except (OSError, ValueError):
            return 0


def _after(known: hashlib._Hash, migration: Migration) -> str:
    """Name the state after one more migration."""
    files = [(file.path, file.sha256, file.blob) for file in migration.files]
    known.update(repr((migration.version, files, migration.after)).encode())
    return known.hexdigest()[:32]
