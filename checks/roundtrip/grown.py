"""Values of enum types that stay after a downgrade, since PostgreSQL has nothing that takes them away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from checks.migration import Difference, Effect, Failure

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import TupleRow

# CREATE TYPE makes all its values in one transaction: ADD VALUE, to a type that was there, in a later one.
# Only then was the type itself not made anew on the way up, as a downgrade could do, too.
ADDED = "SELECT count(DISTINCT xmin::text) > 1 FROM pg_enum WHERE enumtypid = %s::regtype"
DUPLICATE = "42710"
THERE = re.compile(r'enum label "(?P<value>.+)" already exists')


def told(connection: Connection[TupleRow], differences: Iterable[Difference]) -> tuple[Difference, ...]:
    """Take a type that has grown for altered, unless it was ADD VALUE that made it grow.

    Args:
        connection: To the database in which the types are as they were left.
        differences: What a downgrade has not restored.
    """
    return tuple(
        replace(one, effect=Effect.ALTERED)
        if one.effect is Effect.GROWN and not _added(connection, one)
        else one
        for one in differences
    )


def parted(differences: Iterable[Difference]) -> tuple[tuple[Difference, ...], tuple[Difference, ...]]:
    """Part differences into those that a downgrade could mend, and types that have grown."""
    found = tuple(differences)
    real = tuple(one for one in found if one.effect is not Effect.GROWN)
    return real, tuple(one for one in found if one.effect is Effect.GROWN)


def staying(grown: Sequence[Difference]) -> str:
    """Say what stays, and why; empty for nothing."""
    names = ", ".join(one.name for one in grown)
    return f"a value of {names} stays: nothing takes one away from an enum type" if grown else ""


def is_there(failure: Failure | None) -> bool:
    """Tell whether an upgrade that is run again fails only since a value that stayed is there."""
    if failure is None or failure.sqlstate != DUPLICATE:
        return False
    return THERE.search(failure.message) is not None


def _added(connection: Connection[TupleRow], grown: Difference) -> bool:
    row = connection.execute(ADDED, (grown.name,)).fetchone()
    return bool(row and row[0])
