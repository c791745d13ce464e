"""The transaction in which rows are made or taken away: no trigger runs in it, if we may forbid that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.roundtrip.populate.hands import asked
from checks.roundtrip.populate.shape import literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psycopg import Connection

    from checks.roundtrip.populate.shape import Shape

NO_PATH = "SELECT set_config('search_path', '', true)"
# Functions in CHECKs may need the path that the database has for everyone.
OWN_PATH = """
SELECT set_config('search_path', CASE reset_val WHEN '' THEN 'public' ELSE reset_val END, true)
FROM pg_settings WHERE name = 'search_path'
"""
REPLICA = "SELECT set_config('session_replication_role', 'replica', true)"
ENCODING = "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
CHANGED = """
SELECT relid::bigint, schemaname || '.' || relname FROM pg_stat_xact_user_tables
WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 ORDER BY 2
"""


def enter(connection: Connection[Any]) -> bool:
    """Let neither triggers nor foreign keys run until the transaction ends; tell whether that was granted."""
    return asked(connection, REPLICA) is not None


def unqualified(connection: Connection[Any]) -> None:
    """Let the catalogs write every name with its schema."""
    asked(connection, NO_PATH)


def usual(connection: Connection[Any]) -> None:
    """Let functions find what they find in the user's sessions."""
    asked(connection, OWN_PATH)


def is_unicode(connection: Connection[Any]) -> bool:
    """Tell whether the database takes every character."""
    return asked(connection, ENCODING) == [("UTF8",)]


def count(connection: Connection[Any], shapes: Iterable[Shape]) -> dict[int, int]:
    """Count the rows of tables, in one question."""
    counts = [
        f"SELECT {shape.oid}::bigint, count(*) FROM ONLY {shape.sql}"
        for shape in shapes
        if shape.sort == "r" and not shape.skipped
    ]
    found = asked(connection, " UNION ALL ".join(counts)) if counts else []
    return dict(found) if found is not None else {}


def strays(connection: Connection[Any], shapes: Iterable[Shape]) -> tuple[str, ...]:
    """Give the tables that were changed in this transaction, other than those."""
    ours = {shape.oid for shape in shapes}
    return tuple(name for oid, name in asked(connection, CHANGED) or () if oid not in ours)


def set_back(connection: Connection[Any], sequence: str, last: int, *, given: bool) -> bool:
    """Set a sequence back; tell whether it is there."""
    return asked(connection, f"SELECT setval({literal(sequence)}, {last}, {given})") is not None
