"""A migration waits for a lock without a lock_timeout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.rules.witnessed import mode, on_the_witness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.witness import Witness

FIX = (
    "SET lock_timeout = '5s' on the connection in env.py, or at the top of the migration, and try again later"
)


def look(witness: Witness) -> Iterator[str]:
    """Yield the strongest lock, where it was taken without a limit."""
    lock = witness.hindering
    if lock is not None and witness.lock_timeout.missing:
        yield (
            f"takes a {mode(lock.mode)} lock on {lock.table} without a lock_timeout: while it waits for one "
            "long query, all queries that come later wait for it"
        )


RULE = on_the_witness("no-lock-timeout", "has a lock_timeout", look, FIX)
