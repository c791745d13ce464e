"""A migration works under a strong lock without a statement_timeout, or with a longer one than it may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.rules.witnessed import above, mode, on_a_timeout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.witness import Witness

FIX = "SET statement_timeout = '{}' on the connection in env.py, or at the top of the migration"


def look(witness: Witness, most: int | None = None) -> Iterator[str]:
    """Yield the strongest lock, where what was done under it had no limit, or one above `most`."""
    lock = witness.hindering
    if lock is None:
        return
    works = f"works under a {mode(lock.mode)} lock on {lock.table}"
    if witness.statement_timeout.missing:
        yield f"{works} without a statement_timeout: nothing ends it where it takes longer than was thought"
    elif told := above(witness.statement_timeout, most):
        yield f"{works} with a statement_timeout {told}: that long it may keep others waiting"


RULE = on_a_timeout("no-statement-timeout", "has a statement_timeout", look, FIX)
