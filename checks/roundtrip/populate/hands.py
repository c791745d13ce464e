"""Statements that may fail without ending the transaction that they stand in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

    Rows = list[tuple[Any, ...]]

SAVED = "SAVEPOINT migseal_try"
KEPT = "RELEASE SAVEPOINT migseal_try"
UNDONE = f"ROLLBACK TO SAVEPOINT migseal_try; {KEPT}"


def tried(connection: psycopg.Connection[Any], statement: str) -> Rows | psycopg.Error:
    """Run a statement in one round trip, and undo it if it fails.

    Args:
        connection: In a transaction.
        statement: One that gives rows, after others perhaps that give none.

    Returns:
        Its rows, or what the server said.

    Raises:
        psycopg.Error: The connection is lost.
    """
    import psycopg  # noqa: PLC0415 -- loaded by whoever made the connection

    try:
        cursor = _run(connection, f"{SAVED}; {statement}; {KEPT}")
    except psycopg.Error as error:
        if connection.closed:
            raise
        _run(connection, UNDONE)
        return error
    while cursor.description is None and cursor.nextset():
        pass
    return cursor.fetchall()


def asked(connection: psycopg.Connection[Any], statement: str) -> Rows | None:
    """Give a statement's rows, None if it fails."""
    answer = tried(connection, statement)
    return answer if isinstance(answer, list) else None


def said(error: psycopg.Error) -> str:
    """Give what the server said, in one line."""
    told = (error.diag.message_primary or str(error), error.diag.message_detail)
    return " ".join(": ".join(part for part in told if part).split())


def _run(connection: psycopg.Connection[Any], text: str) -> psycopg.Cursor[Any]:
    return connection.cursor().execute(text.encode(connection.info.encoding), prepare=False)
