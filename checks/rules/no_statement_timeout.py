"""A migration works under a strong lock without a statement_timeout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.rules.witnessed import mode, on_the_witness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.witness import Witness

FIX = "SET statement_timeout = '60s' on the connection in env.py, or at the top of the migration"


def look(witness: Witness) -> Iterator[str]:
    """Yield the strongest lock, where what was done under it had no limit."""
    lock = witness.hindering
    if lock is not None and witness.statement_timeout.missing:
        yield (
            f"works under a {mode(lock.mode)} lock on {lock.table} without a statement_timeout: nothing ends "
            "it where it takes longer than anybody thought"
        )


RULE = on_the_witness("no-statement-timeout", "has a statement_timeout", look, FIX)
