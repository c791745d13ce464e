"""Two upgrades of one database, begun together, as a deploy of several instances begins them.

Luck has no part in it. The second one is started while the first is held before its first migration: it
either waits for a lock that the first one holds, or has read what has run as the first one did. Only then
the first goes on; and where a transaction of its has ended, and a lock with it, only when the second one is
held or waits again. The second one goes on when the first has ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.errors import CannotCheckError
from checks.migration import Race, place
from checks.postgres.server import connect
from checks.roundtrip.aside import aside
from checks.roundtrip.discreet import discreet
from checks.roundtrip.rides import furnished, roles_of
from checks.tools import tool

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future
    from pathlib import Path

    import psycopg
    from psycopg.rows import TupleRow

    from checks.database import Database
    from checks.migration import History, Migration
    from checks.postgres.server import Server
    from checks.tools import Deploy

    Connection = psycopg.Connection[TupleRow]

LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 20.0  # for one that waits in a way that the server does not show, as in a loop
SLOWER = 5  # how much longer the second may take to load env.py than the first, before we take it for waiting
AGAIN_SECONDS = 2.0  # the same for one that was seen to wait so, or to be held
LIMIT_SECONDS = 120.0
WAITING = (
    "SELECT count(*) > 0 FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
ENDLESS = "it had not ended after {:.0f} s"


def race(server: Server, history: History, below: Sequence[Migration], root: Path) -> Race | None:
    """Let two upgrades of one database run, and give how they ended; None if there was nothing to run.

    Args:
        server: Where.
        history: The project's.
        below: The migrations that have run before: those of the base.
        root: The repository's root.

    Raises:
        CannotCheckError: The upgrade fails without the other one, too.
    """
    project = history.project
    deploys = tool(project.tool).deploys
    assert deploys is not None
    with furnished(server, project, root, roles_of(server)) as (database, eye):
        _bring_up(history, below, root, database)
        with ExitStack() as both:
            first, second = (
                _Runner(both.enter_context(deploys(project, root, connect, database))) for _ in range(2)
            )
            begun = time.monotonic()
            first.go_on()
            first.wait(LIMIT_SECONDS)
            if first.deploy.ended and first.deploy.failure is None:
                return None
            _refuse_failure(first, project.name)
            second.go_on()
            second.patience = max(PATIENCE_SECONDS, SLOWER * (time.monotonic() - begun))
            alone = _to_the_end(first, second, eye)
            if alone:
                _refuse_failure(first, project.name)
            return _told(history, root, first, second)


def _bring_up(history: History, below: Sequence[Migration], root: Path, database: Database) -> None:
    """Run what has run at the base."""
    if not below:
        return
    with tool(history.project.tool).walk(history.project, root, connect, history) as walk:
        walk.enter(database)
        for migration in below:
            failure = walk.upgrade(migration, together=True)
            if failure is not None:
                why = discreet(failure).message
                message = f"{history.project.name}: migration {migration.version} fails: {why}"
                raise CannotCheckError(message, "mend it first: `migseal check --all` tells more")


@dataclass
class _Runner:
    """An upgrade, on its way in a thread of its own.

    Attributes:
        deploy: The upgrade.
        way: What it is about, None before it was begun.
        patience: How long to wait, in seconds, before we take it for waiting.
    """

    deploy: Deploy
    way: Future[None] | None = None
    patience: float = 0.0

    @property
    def moves(self) -> bool:
        """It is on its way: neither held nor at its end."""
        return self.way is not None and not self.way.done()

    @property
    def held(self) -> bool:
        """It is held before a migration."""
        return not self.moves and not self.deploy.ended

    def go_on(self) -> None:
        """Let it go on."""
        self.way = aside(self.deploy.go_on, "upgrade")

    def look(self) -> None:
        """Raise what kept it from going on.

        Raises:
            CannotCheckError: env.py cannot be run.
        """
        if self.way is not None and self.way.done():
            self.way.result()

    def wait(self, seconds: float) -> None:
        """Wait until it is held or at its end.

        Raises:
            CannotCheckError: env.py cannot be run, or has not come so far in that time.
        """
        assert self.way is not None
        try:
            self.way.result(seconds)
        except TimeoutError as error:
            raise CannotCheckError("env.py " + ENDLESS.format(seconds), "let it end by itself") from error


def _refuse_failure(first: _Runner, project: str) -> None:
    """Refuse to judge where an upgrade fails that nothing disturbed."""
    failure = first.deploy.failure
    if first.deploy.ended and failure is not None:
        message = f"{project}: the upgrade fails without another one beside it, too: {failure.message}"
        raise CannotCheckError(message, "mend it first: `migseal check` tells more")


def _waits(eye: Connection) -> bool:
    row = eye.execute(WAITING).fetchone()
    return bool(row and row[0])


def _await(true: Callable[[], bool], seconds: float) -> bool:
    """Wait until something is true, and tell whether it came to be."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(LOOK_SECONDS)
    return True


def _to_the_end(first: _Runner, second: _Runner, eye: Connection) -> bool:
    """Let the first one go on to its end, then the second; tell whether nothing disturbed the first.

    The second goes on before that only where the first waits for it.
    """
    alone, end = True, time.monotonic() + LIMIT_SECONDS
    while not (first.deploy.ended and second.deploy.ended) and time.monotonic() < end:
        for runner in (first, second):
            runner.look()
        if first.held:
            _await(lambda: not second.moves or _waits(eye), second.patience)
            second.patience = AGAIN_SECONDS
            first.go_on()
        elif second.held and (first.deploy.ended or _waits(eye)):
            alone = alone and first.deploy.ended
            second.go_on()
        time.sleep(LOOK_SECONDS)
    return alone and first.deploy.ended


def _told(history: History, root: Path, first: _Runner, second: _Runner) -> Race:
    ends = (first.deploy, second.deploy)
    failures = [deploy.failure for deploy in ends if deploy.failure is not None]
    ran = [version for deploy in ends for version in deploy.ran]
    env_py = place(history.project, "env.py")
    return Race(
        history.project,
        planned=ends[0].planned,
        failure=failures[0] if failures else None,
        twice=tuple(dict.fromkeys(version for version in ran if ran.count(version) > 1)),
        endless=not all(deploy.ended for deploy in ends),
        path=env_py,
        line=_line(root / env_py),
    )


def _line(env_py: Path) -> int:
    """Give the line of env.py that runs the migrations: a lock has to be taken before it."""
    try:
        lines = env_py.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return 1
    calls = (number for number, line in enumerate(lines, 1) if "context.run_migrations(" in line)
    return next(calls, 1)
