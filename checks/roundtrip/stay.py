"""The database in which a leg failed, left as it is for whoever wants to look at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from checks.migration import Result
from checks.postgres.server import address
from checks.roundtrip.legs import is_dirty

if TYPE_CHECKING:
    from collections.abc import Iterable

    from checks.database import Database
    from checks.migration import Step, Trip
    from checks.postgres.server import Server

LOOK = "kept as the {} of {} left it: psql {}"
DROP = "`psql {} -c 'DROP DATABASE {} WITH (FORCE)'` ends it"


@dataclass
class Stay:
    """Keeps the first database in which a leg failed.

    Attributes:
        notes: How to look at it and how to end it; empty before that.
    """

    notes: list[str] = field(default_factory=list)

    def keeps(self, server: Server, database: Database, trips: Iterable[Trip]) -> bool:
        """Keep a database if a leg failed in it: then nothing else is to be run on its server.

        Args:
            server: Where it is.
            database: Which.
            trips: Those that were made so far.
        """
        if self.notes:
            return True
        failed = next((step for trip in trips for step in trip.steps if _is_failed(step)), None)
        if failed is None:
            return False
        server.staying.add(database.dbname)
        ends = DROP.format(address(server.admin), database.dbname) if server.shared else server.stay()
        leg = "downgrade" if failed.leg.downward else "upgrade"
        self.notes += [LOOK.format(leg, failed.migration.version, _where(database)), ends]
        return True


def _is_failed(step: Step) -> bool:
    return step.result is Result.FAILED or is_dirty(step)


def _where(database: Database) -> str:
    if database.socket is None:
        return address(database)
    parts = {"host": database.socket, "port": database.port, "user": database.user}
    words = (f"{name}={value}" for name, value in {**parts, "dbname": database.dbname}.items())
    return f'"{" ".join(words)}"'
