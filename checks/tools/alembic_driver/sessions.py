"""The session in which Alembic runs: its transactions, and what a leg leaves in it."""

from __future__ import annotations

import inspect
import re
from typing import Any, Callable

from sqlalchemy import text

# What stays in the session when the leg is over: settings, temporary tables, locks, prepared statements.
STAYS = re.compile(
    r"^\s*(set|reset|prepare|listen|load|discard|declare)\s(?!\s*(local|constraints|transaction)\b)"
    r"|\bset_config\(|\bpg_(try_)?advisory_lock|\btemp(orary)?\s+(table|view|sequence)\b",
    re.IGNORECASE,
)
EXISTS = text(
    "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relname = :name AND c.relkind IN ('r', 'p') AND n.nspname = coalesce(:schema, n.nspname)"
)


def explicit_transaction(connection: Any) -> Callable[[], bool]:  # noqa: ANN401 -- SQLAlchemy's, of either major
    """Note the calls of a connection's `begin`: a transaction that is not SQLAlchemy's autobegun one.

    Returns:
        A function that tells whether such a transaction is open.
    """
    if connection is None:
        return lambda: False
    begin = connection.begin
    noted: list[bool] = []

    def noting(*args: Any, **options: Any) -> Any:  # noqa: ANN401 -- SQLAlchemy's
        frame = inspect.currentframe()
        caller = frame and frame.f_back
        if caller is None or caller.f_code.co_name != "_autobegin":
            noted.append(True)
        return begin(*args, **options)

    connection.begin = noting
    return lambda: bool(noted) and is_open(connection)


def is_open(connection: Any) -> bool:  # noqa: ANN401 -- SQLAlchemy's, of either major
    """Tell whether a connection is in a transaction."""
    return connection is not None and bool(connection.in_transaction())


def is_in_autocommit(connection: Any) -> bool:  # noqa: ANN401 -- SQLAlchemy's, of either major
    """Tell whether the driver's connection commits each statement by itself."""
    raw = connection.connection
    return bool(getattr(raw, "autocommit", False)) or getattr(raw, "isolation_level", None) == "autocommit"


def is_gone(context: Any) -> bool:  # noqa: ANN401 -- alembic may be untyped
    """Tell whether Alembic's own table is not there."""
    names = {"name": context.version_table, "schema": context.version_table_schema}
    try:
        return context.connection.execute(EXISTS, names).first() is None
    except Exception:  # noqa: BLE001 -- a transaction that is broken: Alembic's own statement will say so
        return False
