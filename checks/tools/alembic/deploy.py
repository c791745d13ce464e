"""Our side of `alembic upgrade heads` as a deploy runs it, in a driver that can be held."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from checks.errors import SeveralDatabasesError
from checks.migration import Failure
from checks.tools.alembic import troubles
from checks.tools.alembic.process import EndedError
from checks.tools.alembic.runs import Walk
from checks.tools.interpreter import choose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

    from checks.database import Database
    from checks.migration import Project
    from checks.tools.alembic.process import Message


@contextmanager
def start(
    project: Project, root: Path, connect: Callable[[Database], Any], database: Database
) -> Iterator[Deploy]:
    """Make ready to upgrade a database of ours; see `checks.tools.Deploy`.

    Raises:
        CannotCheckError: There is no interpreter, or none with Alembic.
    """
    walk = Walk(project, root, connect, choose(project, root, os.environ), deploys=True)
    walk.enter(database)
    try:
        walk.begin()
        yield Deploy(walk)
    finally:
        walk.close(gently=False)


class Deploy:
    """One upgrade to the heads.

    Attributes:
        planned: The versions that it is about to run, by what it has read.
        ran: Those that it has run.
        ended: Whether it has come to its end.
        failure: Why it failed, None if it did not.
    """

    def __init__(self, walk: Walk) -> None:
        self.planned: tuple[str, ...] = ()
        self.ran: tuple[str, ...] = ()
        self.ended = False
        self.failure: Failure | None = None
        self._walk = walk

    def go_on(self) -> None:
        """Go on to the next migration, or `autocommit_block` of one, or to its end.

        Raises:
            CannotCheckError: env.py cannot be run, or tried to connect to another database.
        """
        try:
            self._take(self._walk.ask({"go": True}))
        except EndedError as ended:
            self.ended, self.failure = True, Failure(f"the process {ended}")

    def _take(self, reply: Message) -> None:
        if "several" in reply:
            raise SeveralDatabasesError("env.py runs several databases", "look at one of them", ())
        if "held" in reply:
            self.planned = (*self.planned, *reply["held"])
            return
        self.ended, self.ran = True, tuple(reply["ended"])
        failure = reply["failure"]
        self.failure = troubles.failure(failure) if failure else None
