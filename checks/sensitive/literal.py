"""Literals of a migration, each bound to the column that it goes into: plain values, no I/O.

Two readers give them, of SQL and of Python; one judge says which are sensitive. A reader does not judge: it
gives every literal whose column it knows, and what stands alone as a loose one, whose shape alone can tell.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass

# Stands in a text for what is not known until the migration runs; the lexer takes it for a parameter.
HOLE = "${}"


class Place(enum.StrEnum):
    """Where a literal stands."""

    ROW = "row"  # of an INSERT, UPDATE, MERGE or COPY, of a bulk_insert, of an object that is added
    DEFAULT = "default"  # of a column
    ROLE = "role"  # the password of a role or a user mapping, by its own word or option
    SETTING = "setting"  # ALTER SYSTEM, ROLE or DATABASE ... SET name = value; set_config
    CONNECTION = "connection"  # of a subscription, a server, dblink: a connection string or its options
    ENVIRONMENT = "environment"  # the default of an environment variable, whose name is the column
    NAMED = "named"  # a variable, keyword or key whose name says what it is, with no table behind it
    LOOSE = "loose"  # anywhere else in what is run


@dataclass(frozen=True)
class Cell:
    """A literal and its column.

    Attributes:
        column: The column's name, lower case, without quotes; of JSON the innermost key; empty if not known.
        text: The value as the database would get it: quotes and escapes are taken out, and what is not known
            until it runs is a `HOLE`. A number is its digits.
        line: Of the literal itself, from 1.
        through: The functions that it goes through on its way, outermost first, lower case: ("crypt",);
            what is matched with a pattern goes through "like".
        inner: Whether it stands in a document (a mapping in a column), so that its name is no column's.
    """

    column: str
    text: str
    line: int
    through: tuple[str, ...] = ()
    inner: bool = False


@dataclass(frozen=True)
class Row:
    """Literals that go into one row, or into one setting, together.

    Attributes:
        place: Where they stand.
        table: The table, lower case, without schema and quotes; of a role or a setting its name; empty if not
            known.
        cells: What goes in.
        known: What is only compared (WHERE key = 'smtp_password'): it says what the others are.
    """

    place: Place
    table: str
    cells: tuple[Cell, ...]
    known: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Reference:
    r"""A file of the repository that a migration reads by a literal path.

    Attributes:
        path: As written: relative to the migration's own folder if `beside`, else to where it is run.
        line: Where it is named, from 1.
        table: Where its rows go, if that is plain; else empty.
        beside: Whether the path starts from `__file__`.
        columns: Of a `\copy`, the columns in their order; empty if not told.
    """

    path: str
    line: int
    table: str = ""
    beside: bool = False
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """All that a reader found in one file, in the order of its lines."""

    rows: tuple[Row, ...] = ()
    references: tuple[Reference, ...] = ()


# Only a text that fills tables has to know their columns: to read all that made them takes time.
FILLS = re.compile(r"insert|copy|merge|replace\s+into", re.IGNORECASE)

# Gives the columns of a table that an earlier migration made, in their order; None if nobody knows.
Columns = Callable[[str], tuple[str, ...] | None]
