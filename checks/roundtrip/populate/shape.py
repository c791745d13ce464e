"""What is known of a table whose rows are to be made."""

from __future__ import annotations

from dataclasses import dataclass

Row = dict[str, str | None]  # a value as PostgreSQL reads and writes it, by its column


@dataclass(frozen=True)
class Type:
    """A type of values.

    Attributes:
        name: As SQL writes it, with its schema.
        short: As the catalog has it: "int4", "varchar".
        sort: The catalog's letter: b(ase), c(omposite), d(omain), e(num), r(ange), m(ultirange).
        builtin: Whether it came with the server.
        modifier: A domain's limit of its base type, -1 if none.
        required: Whether a domain forbids NULL.
        labels: An enum's.
        checks: A domain's expressions.
        inner: What it is made of: a domain's base, an array's element, a range's bound, a multirange's range.
        array: Whether it is an array.
        fields: A composite type's: their types and limits.
    """

    name: str
    short: str
    sort: str
    builtin: bool = True
    modifier: int = -1
    required: bool = False
    labels: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    inner: Type | None = None
    array: bool = False
    fields: tuple[tuple[Type, int], ...] = ()


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        name: Its name.
        type: Its type.
        modifier: Its type's limit as the catalog has it, -1 if none.
        required: Whether NULL is forbidden.
        default: The expression, empty if none.
        generated: The expression that makes its value, empty if it takes one.
        sequence: The sequence that numbers it, with its schema as SQL writes it; empty if none does.
        number: Its number in the catalog, which stays when it is renamed or gets another type.
    """

    name: str
    type: Type
    modifier: int = -1
    required: bool = False
    default: str = ""
    generated: str = ""
    sequence: str = ""
    number: int = 0


@dataclass(frozen=True)
class Rule:
    """What rows have to fulfil: a CHECK constraint or a partition's bounds.

    Attributes:
        name: The constraint's.
        expression: As SQL writes it.
        columns: Those that it reads.
    """

    name: str
    expression: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Key:
    """What no two rows have in common: a unique index or an exclusion constraint.

    Attributes:
        name: The index's.
        columns: Those of which it is made, those of its expressions among them.
        primary: Whether it is the primary key.
        plain: Whether it consists of columns alone and holds for all rows.
        nulls: Whether even NULL may stand there only once.
    """

    name: str
    columns: tuple[str, ...]
    primary: bool = False
    plain: bool = True
    nulls: bool = False


@dataclass(frozen=True)
class Reference:
    """A foreign key.

    Attributes:
        name: The constraint's.
        columns: The table's own.
        parent: The number (oid) of the table that it refers to.
        targets: The parent's columns.
        full: Whether all of its columns are NULL or none.
    """

    name: str
    columns: tuple[str, ...]
    parent: int
    targets: tuple[str, ...]
    full: bool = False


@dataclass(frozen=True)
class Shape:
    """A table.

    Attributes:
        oid: Its number.
        schema: Its schema.
        name: Its name.
        sort: The catalog's letter: r (table), p (partitioned), f (foreign), v(iew) ...
        columns: In their order.
        rules: Its CHECK constraints, and its bounds where it is a partition.
        keys: Its unique indexes and exclusion constraints.
        references: Its foreign keys.
        leaves: A partitioned table's partitions that hold rows, by their numbers.
        skipped: Why no row can be put there, whatever its columns; empty if one can.
        fires: Whether triggers or rules of its own run even in a replica.
        triggers: Whether it has triggers or rules at all.
    """

    oid: int
    schema: str
    name: str
    sort: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...] = ()
    keys: tuple[Key, ...] = ()
    references: tuple[Reference, ...] = ()
    leaves: tuple[int, ...] = ()
    skipped: str = ""
    fires: bool = False
    triggers: bool = False

    @property
    def full_name(self) -> str:
        """Give the name that reports have."""
        return f"{self.schema}.{self.name}"

    @property
    def sql(self) -> str:
        """Give the name as SQL writes it."""
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    def column(self, name: str) -> Column:
        """Give a column."""
        return next(column for column in self.columns if column.name == name)

    def nullable(self, name: str) -> bool:
        """Tell whether a column may be NULL."""
        column = self.column(name)
        return not column.required and not column.type.required


Shapes = "Mapping[int, Shape]"


def quoted(name: str) -> str:
    """Write a name."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | None) -> str:
    """Write a value, its type left open; good whatever `standard_conforming_strings` says."""
    if value is None:
        return "NULL"
    return "E'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
