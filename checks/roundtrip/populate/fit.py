"""Values that fit: what rows have to hold so that a migration takes them, as far as its catalog tells."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from checks.roundtrip.populate.choice import Choice
from checks.roundtrip.populate.question import allowed
from checks.roundtrip.populate.shape import Reference
from checks.roundtrip.populate.subject import Subject
from checks.roundtrip.populate.values import WORDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from psycopg import Connection

    from checks.roundtrip.populate.choice import Option
    from checks.roundtrip.populate.shape import Column, Row, Rule, Shape, Type

# What programs write, and nobody types: where a text becomes one of these, the texts are likely to be some.
WRITTEN = ("uuid", "json", "jsonb", "xml", "inet", "cidr", "macaddr", "macaddr8", "ltree", "hstore")
SHOWN = 200  # characters of a CHECK


@dataclass(frozen=True)
class Bond:
    """A foreign key that a migration adds, in the words of before.

    Attributes:
        columns: The table's own.
        parent: The full name of the table that it refers to.
        targets: The parent's columns.
        full: Whether all of its columns are NULL or none.
    """

    columns: tuple[str, ...]
    parent: str
    targets: tuple[str, ...]
    full: bool


@dataclass(frozen=True)
class Fit:
    """What rows of a table have to be so that a migration takes them.

    Attributes:
        told: The same for people, by column: "is one of 'new', 'paid'".
        columns: Those whose values are known.
        options: The values, all columns' together.
        bonds: The foreign keys that it adds.
    """

    told: Mapping[str, str]
    columns: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    bonds: tuple[Bond, ...] = ()


@dataclass
class _Found:
    """What has been found of one table.

    Attributes:
        told: What its columns of before have to be.
        sources: For those whose values matter, the column after the migration that has them.
        bonds: The foreign keys that can be had with rows of before.
    """

    told: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    bonds: list[Bond] = field(default_factory=list)

    def add(self, column: Column, source: str, told: str) -> None:
        """Let a column have the values of another."""
        self.told.setdefault(column.name, told)
        self.sources.setdefault(column.name, source)


def fits(
    before: Mapping[int, Shape], after: Mapping[int, Shape], rows: Mapping[int, Sequence[Row]], said: str
) -> dict[str, Fit]:
    """Tell by the names of tables what their rows have to be.

    Args:
        before: The tables before the migration, by their numbers.
        after: The tables after it.
        rows: Rows that fulfil all constraints of after.
        said: What the server said of rows that do not fit.
    """
    found = {}
    for oid, made in rows.items():
        if oid in before:
            fit = _fit(before[oid], after[oid], before, after, made, said)
            if fit.told:
                found[before[oid].full_name] = fit
    return found


def _fit(
    before: Shape,
    after: Shape,
    befores: Mapping[int, Shape],
    afters: Mapping[int, Shape],
    rows: Sequence[Row],
    said: str,
) -> Fit:
    found = _Found()
    was = _was(before, after)
    _add_types(found, before, after, said)
    for rule in _new_rules(before, after, was):
        for name in rule.columns:
            if name in was:
                found.add(was[name], name, f"fulfils CHECK {_short(rule.expression)}")
    known = {(each.columns, each.parent, each.targets) for each in before.references}
    for each in after.references:
        names = tuple(was[name].name if name in was else "" for name in each.columns)
        if all(names) and (names, each.parent, each.targets) not in known:
            _add_reference(found, was, each, befores, afters)
    return _with_values(found, rows)


def _with_values(found: _Found, rows: Sequence[Row]) -> Fit:
    """Take the values out of rows; a column that is NULL in all of them has none that fits."""
    bound = {name for bond in found.bonds for name in bond.columns}
    sources = {name: source for name, source in found.sources.items() if name not in bound}
    lacking = {name for name, source in sources.items() if all(row[source] is None for row in rows)}
    columns = tuple(name for name in sources if name not in lacking)
    options = (tuple(row[sources[name]] for name in columns) for row in rows)
    told = {name: words for name, words in found.told.items() if name not in lacking}
    return Fit(told, columns, tuple(dict.fromkeys(options)) if columns else (), tuple(found.bonds))


def _same(before: Shape, after: Shape) -> Iterator[tuple[Column, Column]]:
    """Give the columns that are the same, and those that have come in the place of another of their name."""
    numbers = {column.number: column for column in after.columns}
    names = {column.name: column for column in after.columns}
    for column in before.columns:
        if not column.generated:
            for other in (numbers.get(column.number), names.get(column.name)):
                if other is not None:
                    yield column, other


def _was(before: Shape, after: Shape) -> dict[str, Column]:
    """Give the columns of before by the names that they have after."""
    pairs = sorted(_same(before, after), key=lambda pair: pair[0].number == pair[1].number)
    return {new.name: old for old, new in pairs}


def _add_types(found: _Found, before: Shape, after: Shape, said: str) -> None:
    for column, other in _same(before, after):
        told = _told(column.type, other.type)
        if told:
            found.add(column, other.name, told)
    numbers = {column.number for column in before.columns}
    new = [column for column in after.columns if column.number not in numbers]
    for column in before.columns:  # those that are copied, as what the server has said shows
        tag = Subject(before.full_name, column.name).tag
        copied = f"é{tag}" in said or f"e{tag}" in said
        for other, told in ((other, _told(column.type, other.type)) for other in new if copied):
            if told:
                found.add(column, other.name, told)


def _told(before: Type, after: Type) -> str:
    """Say what a value of a type has to be to become one of another, where that may well be so; else ''."""
    if before.array and after.array and before.inner and after.inner:
        told = _told(before.inner, after.inner)
        return f"has elements of which each {told}" if told else ""
    if before.name == after.name and before.checks == after.checks:
        return ""
    if after.sort == "d":
        closed = before.checks if before.name != after.name else set(before.checks) - set(after.checks)
        same = _base(before).short == _base(after).short
        return f"is a {after.name}" if not closed and (same or _told(_base(before), _base(after))) else ""
    if before.short not in WORDS:
        return ""
    if after.sort == "e":
        return f"is one of {', '.join(map(repr, after.labels))}"
    return f"reads as {after.name}" if after.short in WRITTEN else ""


def _base(kind: Type) -> Type:
    return _base(kind.inner) if kind.sort == "d" and kind.inner else kind


def _new_rules(before: Shape, after: Shape, was: Mapping[str, Column]) -> Iterator[Rule]:
    """Give the rules that are new, but for those in the place of another: that told what was right."""
    known, now = ({rule.expression for rule in shape.rules} for shape in (before, after))
    gone = [set(rule.columns) for rule in before.rules if rule.expression not in now]
    for rule in after.rules:
        columns = {was[name].name for name in rule.columns if name in was}
        if rule.expression not in known and columns not in gone:
            yield rule


def _add_reference(
    found: _Found,
    was: Mapping[str, Column],
    reference: Reference,
    befores: Mapping[int, Shape],
    afters: Mapping[int, Shape],
) -> None:
    """Add a foreign key: to rows that are made before, or to those that the migration itself brings."""
    mine = [was[name] for name in reference.columns]
    parent = befores.get(reference.parent)
    told = f"is in {', '.join(reference.targets)} of {afters[reference.parent].full_name}"
    if parent is None:
        for column, name in zip(mine, reference.columns, strict=True):
            found.add(column, name, told)
        return
    targets = _was(parent, afters[reference.parent])
    if all(name in targets for name in reference.targets):
        names = tuple(targets[name].name for name in reference.targets)
        columns = tuple(column.name for column in mine)
        found.bonds.append(Bond(columns, parent.full_name, names, reference.full))
        found.told.update(dict.fromkeys(columns, told))


def _short(expression: str) -> str:
    """Write a CHECK's expression, in brackets, and not without end."""
    told = expression if expression.startswith("(") else f"({expression})"
    return told if len(told) <= SHOWN else f"{told[:SHOWN]} ..."


def fitting(connection: Connection[Any], shape: Shape, fit: Fit, taken: Collection[str]) -> Choice | None:
    """Give the choice of the columns whose values are known, as far as their types take them now.

    Args:
        connection: In a transaction.
        shape: The table.
        fit: What its rows have to hold.
        taken: Columns that have a choice already.

    Returns:
        The choice, None where there is nothing to choose.
    """
    places = [at for at, name in enumerate(fit.columns) if name not in taken]
    columns = tuple(fit.columns[at] for at in places)
    options = dict.fromkeys(tuple(option[at] for at in places) for option in fit.options)
    for at, name in enumerate(columns):
        values = [value for value in dict.fromkeys(option[at] for option in options) if value is not None]
        good = allowed(connection, shape.column(name), values)
        options = dict.fromkeys(
            option
            for option in options
            if option[at] in good or (option[at] is None and shape.nullable(name))
        )
    ordered = sorted(options, key=lambda option: option.count(None))
    return Choice(columns, tuple(ordered)) if columns and ordered else None


def bound(shapes: Mapping[int, Shape], known: Mapping[str, Fit]) -> dict[int, Shape]:
    """Give tables the foreign keys that a migration will add to them."""
    numbers = {shape.full_name: oid for oid, shape in shapes.items()}
    made = dict(shapes)
    for oid, shape in shapes.items():
        fit = known.get(shape.full_name)
        more = tuple(
            Reference("", bond.columns, numbers[bond.parent], bond.targets, full=bond.full)
            for bond in (fit.bonds if fit else ())
            if bond.parent in numbers
        )
        made[oid] = replace(shape, references=(*shape.references, *more))
    return made
