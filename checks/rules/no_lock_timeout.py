"""A migration waits for a lock without a lock_timeout, or with a longer one than it may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.rules.witnessed import above, mode, on_a_timeout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.witness import Witness

FIX = (
    "SET lock_timeout = '{}' on the connection in env.py, or at the top of the migration, and try again later"
)
WHY = "while it waits for one long query, all queries that come later wait for it"


def look(witness: Witness, most: int | None = None) -> Iterator[str]:
    """Yield the strongest lock, where it was taken without a limit, or with one above `most`."""
    lock = witness.hindering
    if lock is None:
        return
    taken = f"takes a {mode(lock.mode)} lock on {lock.table}"
    if witness.lock_timeout.missing:
        yield f"{taken} without a lock_timeout: {WHY}"
    elif told := above(witness.lock_timeout, most):
        yield f"{taken} with a lock_timeout {told}: {WHY}"


RULE = on_a_timeout("no-lock-timeout", "has a lock_timeout", look, FIX)
