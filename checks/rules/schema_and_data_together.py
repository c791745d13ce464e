"""A migration changes tables and writes rows in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.rules.witnessed import listed, on_the_witness
from checks.witness import READERS_WAIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.witness import Witness

FIX = "write the rows in a migration of its own, in batches"


def look(witness: Witness) -> Iterator[str]:
    """Yield the tables whose rows are written beside a change of tables."""
    if witness.mixed:
        locked = tuple(lock.table for lock in witness.locks if lock.mode == READERS_WAIT)
        yield (
            f"writes rows of {listed(witness.mixed)} in the transaction that changes {listed(locked)}: "
            "nobody can read what is changed until each row is written"
        )


RULE = on_the_witness("schema-and-data-together", "changes tables and writes rows at once", look, FIX)
