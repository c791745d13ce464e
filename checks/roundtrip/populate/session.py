"""The transaction in which rows are made or taken away: no trigger runs in it, if we may forbid that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.roundtrip.populate.hands import asked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psycopg import Connection

    from checks.roundtrip.populate.shape import Shape

NO_PATH = "SELECT set_config('search_path', '', true)"
# Functions in CHECKs may need the path that the database has for everyone.
OWN_PATH = "SET LOCAL search_path TO DEFAULT; SELECT 1"
REPLICA = "SELECT set_config('session_replication_role', 'replica', true)"
CHANGED = """
SELECT schemaname || '.' || relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables
WHERE n_tup_ins + n_tup_upd + n_tup_del > 0
"""


def enter(connection: Connection[Any]) -> bool:
    """Let neither triggers nor foreign keys run until the transaction ends; tell whether that was granted.

    Where it is not, all constraints are looked at right after each statement.
    """
    if asked(connection, REPLICA) is not None:
        return True
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return False


def unqualified(connection: Connection[Any]) -> None:
    """Let the catalogs write every name with its schema."""
    asked(connection, NO_PATH)


def usual(connection: Connection[Any]) -> None:
    """Let functions find what they find in the user's sessions."""
    asked(connection, OWN_PATH)


def is_unicode(connection: Connection[Any]) -> bool:
    """Tell whether the database takes every character."""
    return connection.info.parameter_status("server_encoding") == "UTF8"


def count(connection: Connection[Any], shapes: Iterable[Shape]) -> dict[int, int]:
    """Count the rows of tables, in one question; those that may not be read are left out."""
    counts = [
        f"SELECT {shape.oid}::bigint, count(*) FROM ONLY {shape.sql}"
        for shape in shapes
        if shape.sort == "r" and not shape.skipped
    ]
    found = asked(connection, " UNION ALL ".join(counts)) if counts else []
    if found is not None:
        return dict(found)
    return {oid: number for each in counts for oid, number in asked(connection, each) or ()}


def changes(connection: Connection[Any]) -> dict[str, int]:
    """Count the rows changed in each table: in this transaction, and in others that are not yet reported."""
    return dict(asked(connection, CHANGED) or ())
