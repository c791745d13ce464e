"""Nothing keeps two deployments from running a migration at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.rules.witnessed import of_alembic, on_the_witness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.witness import Witness

FIX = "in env.py, right after connecting: connection.execute(text('SELECT pg_advisory_lock(4711)'))"


def look(witness: Witness) -> Iterator[str]:
    """Yield that nobody held an advisory lock."""
    if witness.transactions and not witness.advisory:
        yield (
            "ran without an advisory lock in the database: two deployments at once both run it, and one of "
            "them fails half-way"
        )


RULE = of_alembic(on_the_witness("no-migration-lock", "ran under an advisory lock", look, FIX))
