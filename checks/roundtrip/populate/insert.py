"""Put rows into a table, others in the place of those that the server refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.roundtrip.populate.draft import others
from checks.roundtrip.populate.hands import said, tried
from checks.roundtrip.populate.shape import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from checks.roundtrip.populate.choice import Choice
    from checks.roundtrip.populate.shape import Row, Shape


def put(
    connection: psycopg.Connection[Any], shape: Shape, choices: Sequence[Choice], rows: Sequence[Row]
) -> tuple[list[Row], str]:
    """Insert rows, all at once if the server lets them in.

    Args:
        connection: In a transaction.
        shape: The table.
        choices: What its columns may hold.
        rows: The rows.

    Returns:
        The rows as the table has them now, every column as a text, and what the server said of the first
        that it did not let in.
    """
    answer = tried(connection, _statement(shape, rows))
    if isinstance(answer, list):
        return _read(shape, answer), ""
    stored: list[Row] = []
    reason = ""
    for row in rows:
        found, told = _one(connection, shape, choices, row)
        stored += found
        reason = reason or told
    return stored, reason


def _one(
    connection: psycopg.Connection[Any], shape: Shape, choices: Sequence[Choice], row: Row
) -> tuple[list[Row], str]:
    answer = tried(connection, _statement(shape, [row]))
    if isinstance(answer, list):
        return _read(shape, answer), ""
    reason = said(answer)
    for other in others(choices, row, _blamed(shape, answer)):
        again = tried(connection, _statement(shape, [other]))
        if isinstance(again, list):
            return _read(shape, again), ""
    return [], reason


def _statement(shape: Shape, rows: Sequence[Row]) -> str:
    columns = list(rows[0])
    returned = ", ".join(f"{quoted(column.name)}::text" for column in shape.columns) or "1"
    if not columns:
        return f"INSERT INTO {shape.sql} SELECT FROM generate_series(1, {len(rows)}) RETURNING {returned}"
    names = ", ".join(map(quoted, columns))
    values = ", ".join("(" + ", ".join(literal(row[name]) for name in columns) + ")" for row in rows)
    return f"INSERT INTO {shape.sql} ({names}) OVERRIDING SYSTEM VALUE VALUES {values} RETURNING {returned}"


def _read(shape: Shape, answer: Sequence[tuple[Any, ...]]) -> list[Row]:
    names = [column.name for column in shape.columns]
    return [dict(zip(names, values, strict=False)) for values in answer]


def _blamed(shape: Shape, error: psycopg.Error) -> tuple[str, ...]:
    """Give the columns that the server has something against."""
    name = error.diag.constraint_name
    rules = (rule.columns for rule in shape.rules if rule.name == name)
    keys = (key.columns for key in shape.keys if key.name == name)
    references = (each.columns for each in shape.references if each.name == name)
    for columns in (*rules, *keys, *references):
        return columns
    return (error.diag.column_name,) if error.diag.column_name else ()
