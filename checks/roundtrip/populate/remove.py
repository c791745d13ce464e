"""Find and take away made rows, each once, whoever its equals are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.roundtrip.populate.shape import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checks.roundtrip.populate.shape import Row, Shape


def deletion(shape: Shape, rows: Sequence[Row], some: Sequence[Row]) -> str:
    """Write the statement that takes rows out of a table.

    Args:
        shape: The table.
        rows: All that were made there, as the table has them.
        some: Those of them that are to go.
    """
    places = (same(shape, rows, row) for row in some)
    return f"DELETE FROM ONLY {shape.sql} WHERE ctid IN ({', '.join(places)})"


def emptying(shape: Shape) -> str:
    """Write the statement that takes all rows out of a table."""
    return f"DELETE FROM ONLY {shape.sql}"


def same(shape: Shape, rows: Sequence[Row], row: Row) -> str:
    """Write where a made row is: by its key if it has one, else by all that it holds.

    Args:
        shape: The table.
        rows: All that were made there.
        row: One of them, the very one.
    """
    key = next((key for key in shape.keys if key.plain and _names(key.columns, row)), None)
    names = key.columns if key else tuple(column.name for column in shape.columns)
    pairs = (f"{quoted(name)}::text IS NOT DISTINCT FROM {literal(row[name])}" for name in names)
    where = " AND ".join(pairs) or "true"
    at = next(number for number, each in enumerate(rows) if each is row)
    skipped = 0 if key else rows[:at].count(row)
    return f"(SELECT ctid FROM ONLY {shape.sql} WHERE {where} ORDER BY ctid DESC LIMIT 1 OFFSET {skipped})"


def _names(columns: Sequence[str], row: Row) -> bool:
    return all(row[name] is not None for name in columns)
