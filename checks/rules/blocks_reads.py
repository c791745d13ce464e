"""A migration keeps readers out of a table while it does long work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.rules.witnessed import listed, on_the_witness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.witness import Witness

FIX = (
    "do the long work in a migration of its own, before or after the one that takes the lock; a constraint "
    "first as NOT VALID, and VALIDATE CONSTRAINT in the next migration"
)


def look(witness: Witness) -> Iterator[str]:
    """Yield the tables that nobody could read meanwhile."""
    scans = f" (it scans {listed(witness.scanned)})" if witness.scanned else ""
    if witness.blocked:
        yield (
            f"holds an ACCESS EXCLUSIVE lock on {listed(witness.blocked)} in the transaction in which it "
            f"rewrites, indexes, scans or writes rows{scans}: nobody can read it until all of that is done"
        )
    elif witness.scanned is None and witness.unread:
        yield (
            f"holds an ACCESS EXCLUSIVE lock on {listed(witness.unread)}, and whether it scans a table "
            "meanwhile was not seen: PostgreSQL tells that from 15 on"
        )


RULE = on_the_witness("blocks-reads", "keeps readers out while it does long work", look, FIX)
