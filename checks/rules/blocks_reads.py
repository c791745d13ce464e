"""A migration keeps readers out of a table while it does long work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.rules.witnessed import listed, on_the_witness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.witness import Witness

FIX = "do the long work in a migration of its own, before or after the one that takes the lock"


def look(witness: Witness) -> Iterator[str]:
    """Yield the tables that nobody could read meanwhile."""
    if witness.blocked:
        yield (
            f"holds an ACCESS EXCLUSIVE lock on {listed(witness.blocked)} in the transaction in which it "
            "rewrites, indexes or writes rows: nobody can read it until all of that is done"
        )


RULE = on_the_witness("blocks-reads", "keeps readers out while it does long work", look, FIX)
