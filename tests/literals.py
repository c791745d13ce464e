"""What a reader of literals found in a text of Python, as plain tuples."""

from __future__ import annotations

from checks.sensitive.literal import Place, Row
from checks.sensitive.python import read

HEAD = "from alembic import op\nimport sqlalchemy as sa\n"


def nobody(_: str) -> None:
    """Know the columns of no table."""


def rows(source: str, *places: Place) -> list[Row]:
    """Give the rows of a text, or those of some places."""
    found = read(source, nobody).rows
    return [row for row in found if not places or row.place in places]


def cells(source: str, *places: Place) -> list[tuple[str, str, str, int]]:
    """Give (table, column, text, line) of each literal, as it comes."""
    found = rows(source, *(places or (Place.ROW,)))
    return [(row.table, cell.column, cell.text, cell.line) for row in found for cell in row.cells]
