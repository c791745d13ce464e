"""One section of the catalog: which objects, how they are named, what is known of each."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import cached_property

OLDEST = 14
NEWEST = 99


class Style(enum.Enum):
    """How a field's change is told."""

    VALUE = "value"  # "label OLD became NEW"
    FLAG = "flag"  # "label became not label"
    WORDS = "words"  # "OLD became NEW", values that need no label
    TEXT = "text"  # the first line that differs
    HIDDEN = "hidden"  # only that it changed
    GRANTS = "grants"  # what was granted and what revoked
    ORDER = "order"  # names in an order
    PARTS = "parts"  # those of several that differ, each "name OLD became NEW"
    QUIET = "quiet"  # a word for mending, or one that another field tells already


@dataclass(frozen=True)
class Field:
    """One thing known of an object.

    Attributes:
        label: What a person calls it; two fields of one label hold in different majors.
        sql: An expression, NULL where it is not set.
        style: How its change is told.
        since: The first major that has it.
        until: The last major that has it.
    """

    label: str
    sql: str
    style: Style = Style.VALUE
    since: int = OLDEST
    until: int = NEWEST

    def holds(self, major: int) -> bool:
        """Tell whether a server of this major has it."""
        return self.since <= major <= self.until


@dataclass(frozen=True)
class Section:
    """A query for the objects of one sort.

    Attributes:
        name: Its name among the sections.
        kind: An expression for what a person calls the object.
        identity: An expression for its qualified name.
        source: What stands after FROM.
        fields: What is known of each.
        catalog: The system catalog whose objects these are; with the name it makes the object's key.
        within: An expression for the key of what it goes away with, or an array of keys.
        clones: An expression for an array of the keys that it is a copy of (partitions, inheritance).
        unit: An expression for the number of the relation that they belong to; none where the section is
            read as a whole.
        since: The first major that has these objects.
        superuser: Whether only a superuser may read it.
    """

    name: str
    kind: str
    identity: str
    source: str
    fields: tuple[Field, ...]
    catalog: str = ""
    within: str = "NULL"
    clones: str = "NULL"
    unit: str = ""
    since: int = OLDEST
    superuser: bool = False

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The fields' labels, each once, whatever the major."""
        return tuple(dict.fromkeys(field.label for field in self.fields))

    @property
    def styles(self) -> dict[str, Style]:
        """How each label's change is told."""
        return {field.label: field.style for field in self.fields}

    def query(self, major: int) -> str:
        """Write the query for a server: a row for each unit, or one for the section as a whole.

        Args:
            major: The server's major version.

        Returns:
            A SELECT of the section's name, the unit (0: the whole section) and a text: a JSON array a line,
            of kind, name, within, clones, fields.
        """
        known = {field.label: field.sql for field in self.fields if field.holds(major)}
        values = [known.get(label, "NULL") for label in self.labels]
        line = ", ".join([self.kind, self.identity, self.within, self.clones, *values])
        text = f"string_agg(json_build_array({line})::text, E'\\n')"
        what = f"'{self.name}', {self.unit or '0'}::oid, {text}"
        grouped = f"GROUP BY {self.unit}" if self.unit else ""
        return f"SELECT {what} FROM {self.source} {grouped}"


def options(column: str) -> str:
    """Write the expression for options, whose order means nothing."""
    return f"(SELECT array_agg(o ORDER BY o) FROM unnest({column}) o)"


def listed(catalog: str, oid: str = "x.oid") -> str:
    """Write the condition that an object is the user's: not built in, not an extension's."""
    member = f"FROM member WHERE member.classid = '{catalog}'::regclass AND member.objid = {oid}"
    return f"{oid} >= 16384 AND NOT EXISTS (SELECT {member})"


def simple(name: str, catalog: str, *fields: Field, where: str = "true") -> Section:
    """Make a section of a catalog that holds one sort of objects, named as the server names them.

    Args:
        name: The section, and the kind unless given.
        catalog: The system catalog, `x` in the fields' expressions.
        fields: What is known of each.
        where: What else must hold.

    Returns:
        A section whose objects go away with their schema, if they have one.
    """
    identify = f"pg_identify_object('{catalog}'::regclass, x.oid, 0) i"
    home = "coalesce(i.schema !~ '^pg_temp', true)"
    return Section(
        name=name,
        kind=f"'{name}'",
        identity="i.identity",
        source=f"{catalog} x, {identify} WHERE {listed(catalog)} AND {home} AND {where}",
        fields=fields,
        catalog=catalog,
        within="'pg_namespace ' || i.schema",
    )
