"""What rows have to hold so that a migration takes them: learnt where it has run on empty tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.roundtrip.populate.fill import fill
from checks.roundtrip.populate.fit import fits
from checks.roundtrip.populate.reading import read
from checks.roundtrip.populate.session import unqualified

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from psycopg import Connection

    from checks.roundtrip.populate.filled import Filled
    from checks.roundtrip.populate.fit import Fit
    from checks.roundtrip.populate.shape import Shape


def shapes(connection: Connection[Any], tables: Collection[int]) -> dict[int, Shape]:
    """Read tables, and all that they refer to, by their numbers."""
    with connection.transaction():
        unqualified(connection)
        found, _ = read(connection, tables)
    return found


def learn(
    connection: Connection[Any], before: Mapping[int, Shape], said: str
) -> tuple[dict[str, Fit], Filled]:
    """Make rows where a migration has run, and tell what they had to hold that they had not to before.

    Args:
        connection: An autocommit connection to the database, where no rows were made.
        before: The tables that it touches, as they were.
        said: What the server said of rows that do not fit.

    Returns:
        By table, what its rows have to hold; and what was made.
    """
    after = shapes(connection, list(before))
    filled = fill(connection, [oid for oid in before if oid in after], but=after.keys() - before.keys())
    rows = {made.shape.oid: made.rows for made in filled.made}
    return fits(before, after, rows, said), filled
