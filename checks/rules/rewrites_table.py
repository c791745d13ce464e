"""A migration rewrites a table that was there before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.rules.witnessed import listed, on_the_witness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.witness import Witness

FIX = "add a new column, fill it in batches, and swap the two; or plan for the table to be out of reach"


def look(witness: Witness) -> Iterator[str]:
    """Yield the tables that were rewritten."""
    if witness.rewritten:
        yield (
            f"rewrites {listed(witness.rewritten)}: nobody can read or write it until each row has been "
            "written again, with its indexes"
        )


RULE = on_the_witness("rewrites-table", "rewrites a table", look, FIX)
