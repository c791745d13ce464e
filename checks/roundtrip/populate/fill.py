"""Fill tables, and those that they refer to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from checks.roundtrip.populate.choice import Choice
from checks.roundtrip.populate.draft import ROWS, drafted
from checks.roundtrip.populate.filled import Filled, Made, Work
from checks.roundtrip.populate.fit import bound, fitting
from checks.roundtrip.populate.hands import asked
from checks.roundtrip.populate.insert import put
from checks.roundtrip.populate.numbered import drawn, first
from checks.roundtrip.populate.options import free, referring, refusal, together
from checks.roundtrip.populate.order import ordered, wanted
from checks.roundtrip.populate.reading import read
from checks.roundtrip.populate.sequences import sequences, set_all
from checks.roundtrip.populate.session import changes, count, enter, is_unicode, unqualified, usual
from checks.roundtrip.populate.shape import quoted
from checks.roundtrip.populate.solve import solved
from checks.roundtrip.populate.ties import prune, tie

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from psycopg import Connection

    from checks.roundtrip.populate.fit import Fit
    from checks.roundtrip.populate.shape import Column, Reference, Row, Shape

KNOWN = 4  # rows of a table that was not filled, among which those that refer to it choose
LEAVES = 6  # partitions that are tried
NOT_READ = "its rows may not be read"
ABSENT = "there is no such table"
NO_VALUE = "no value is known for its column {} of type {}{}"
NO_PARENT = "its column {} must refer to a row of {}, which has none{}"
NOT_THERE = "the server took the rows, but they are not there"
NOT_DISTINCT = "its keys let no more rows in than these"


def fill(
    connection: Connection[Any],
    tables: Collection[str | int],
    known: Mapping[str, Fit] | None = None,
    but: Collection[int] = (),
    start: int = 1,
) -> Filled:
    """Put a few rows into tables, and into all that they refer to where those are empty.

    Rows 1 and 2 are equal wherever no key forbids it, row 3 is NULL wherever it may be. The same schema with
    the same rows in it gets the same rows. Nothing is kept if the connection is lost on the way.

    Args:
        connection: An autocommit connection. If it may not forbid triggers (`session_replication_role`),
            they run.
        tables: Their names ("schema.table", nothing quoted) or numbers (oid).
        known: What their rows have to hold, by their names.
        but: Tables in which no rows are to be made, even if others refer to them.
        start: The number from which keys are counted that no sequence gives.

    Returns:
        What was made, and why what was not made was not.

    Raises:
        psycopg.Error: The connection is lost, or another one holds a lock for too long.
    """
    with connection.transaction():
        quiet = enter(connection)
        unqualified(connection)
        shapes, wishes = read(connection, tables)
        shapes = bound(shapes, known or {})
        usual(connection)
        loud = not quiet or any(shape.fires for shape in shapes.values())
        before = changes(connection) if loud else {}
        work = _begin(connection, shapes, wishes, but)
        work.fits, work.start = known or {}, start
        for oid in list(ordered(shapes, work.left)):
            _fill(work, shapes[oid])
            work.left.discard(oid)
        set_all(connection, {name: (work.sequences[name].last, True) for name in work.moved})
        parents = partial(_parents, work)
        tie(work, parents)
        if work.ahead:
            prune(work, parents)
        after = changes(connection) if loud else {}
    return _told(work, tables, [name for name in after if after[name] != before.get(name, 0)])


def _begin(
    connection: Connection[Any], shapes: Mapping[int, Shape], wishes: Collection[int], but: Collection[int]
) -> Work:
    counts = count(connection, shapes.values())
    for oid, shape in shapes.items():
        if shape.sort == "p":
            counts[oid] = sum(counts.get(leaf, 0) for leaf in shape.leaves)
    left = wanted(shapes, wishes, counts) - set(but)
    tables = (shapes[table] for oid in left for table in (oid, *shapes[oid].leaves[:LEAVES]))
    names = sorted({column.sequence for shape in tables for column in shape.columns if column.sequence})
    return Work(
        connection=connection,
        unicode=is_unicode(connection),
        shapes=shapes,
        counts=counts,
        left=left,
        sequences=sequences(connection, names),
    )


def _fill(work: Work, shape: Shape) -> None:
    """Fill a table; of a partitioned one, the first partition that takes rows."""
    if shape.skipped or shape.oid not in work.counts:
        work.unmade[shape.oid] = shape.skipped or NOT_READ
        return
    if shape.sort != "p":
        _fill_one(work, shape)
        return
    for leaf in shape.leaves[:LEAVES]:
        if leaf not in work.rows and leaf in work.counts:
            _fill_one(work, work.shapes[leaf])
        if leaf in work.rows:
            return
    work.unmade[shape.oid] = work.unmade.get(shape.leaves[0], "")


def _fill_one(work: Work, shape: Shape) -> None:
    if shape.oid in work.rows:
        return
    choices = list(_choices(work, shape))
    work.unmade.pop(shape.oid, None)
    reason = next(filter(None, (_lacking(work, shape, choice) for choice in choices)), "")
    if reason:
        work.unmade[shape.oid] = reason
        return
    kept = solved(work.connection, shape, [choice for choice in choices if choice.options])
    rows = drafted(kept, shape.keys)
    stored, told = put(work.connection, shape, kept, rows)
    if stored:
        work.rows[shape.oid] = stored
    else:
        work.unmade[shape.oid] = told or NOT_THERE
    if len(stored) < ROWS and stored:
        work.fewer[shape.oid] = told or NOT_DISTINCT


def _lacking(work: Work, shape: Shape, choice: Choice) -> str:
    """Tell why a choice has no option, empty if it has or needs none."""
    if choice.options:
        return ""
    for reference in shape.references:
        if set(reference.columns) & set(choice.columns) and not _parents(work, reference.parent):
            why = work.unmade.get(reference.parent, "")
            parent = work.shapes[reference.parent].full_name
            return NO_PARENT.format(", ".join(reference.columns), parent, f": {why}" if why else "")
    if any(shape.column(name).default for name in choice.columns):
        return ""
    column = shape.column(choice.columns[0])
    why = refusal(work.connection, shape, column)
    return NO_VALUE.format(column.name, column.type.name, f": {why}" if why else "")


def _choices(work: Work, shape: Shape) -> Iterator[Choice]:
    """Give the choices that the columns have, those that refer to other rows first."""
    referred = set()
    for group in together(shape.references):
        choice = _referring(work, shape, group)
        referred |= set(choice.columns)
        yield choice
    fit = work.fits.get(shape.full_name)
    own = fitting(work.connection, shape, fit, referred) if fit else None
    if own:
        referred |= set(own.columns)
        yield own
    start = first(work, shape)
    for column in shape.columns:
        if column.name not in referred and not column.generated:
            yield _own(work, shape, column, start)


def _own(work: Work, shape: Shape, column: Column, start: int) -> Choice:
    numbers = drawn(work, shape, column) if column.sequence else []
    if numbers:
        return Choice((column.name,), tuple((number,) for number in numbers))
    return free(work.connection, shape, column, start, unicode=work.unicode)


def _referring(work: Work, shape: Shape, group: Sequence[Reference]) -> Choice:
    """Give the choice of foreign keys: NULL, or rows only foreseen, where what they refer to comes later."""
    rows: dict[int, Sequence[Row]] = {}
    now = []
    for reference in group:
        if not _comes_later(work, reference.parent):
            rows[reference.parent] = _parents(work, reference.parent)
            now.append(reference)
        elif any(map(shape.nullable, reference.columns)):
            work.later.append((shape, reference))
        else:
            rows[reference.parent] = _foreseen(work, reference)
            work.ahead = True
            now.append(reference)
    columns = {name for reference in now for name in reference.columns}
    alone = (reference for reference in group if reference not in now)
    rest = tuple(dict.fromkeys(name for each in alone for name in each.columns if name not in columns))
    return _with_nulls(work, shape, referring(shape, now, rows) if now else None, rest)


def _with_nulls(work: Work, shape: Shape, choice: Choice | None, rest: Sequence[str]) -> Choice:
    """Add columns that are NULL until they can be tied; those that cannot be get a value of their own."""
    options = choice.options if choice else ((),)
    start = first(work, shape)
    values = [
        None
        if shape.nullable(name)
        else free(work.connection, shape, shape.column(name), start, unicode=work.unicode).options[0][0]
        for name in rest
    ]
    columns = (*(choice.columns if choice else ()), *rest)
    return Choice(columns, tuple((*option, *values) for option in options), borrowed=True)


def _comes_later(work: Work, parent: int) -> bool:
    """Tell whether a table, or one of its partitions, is still to be filled."""
    return parent in work.left and parent not in work.rows


def _parents(work: Work, oid: int) -> Sequence[Row]:
    """Give the rows that may be referred to: those made, or else those that were there."""
    shape = work.shapes[oid]
    made = [row for table in (oid, *shape.leaves) for row in work.rows.get(table, ())]
    if made:
        return made
    if oid not in work.known:
        work.known[oid] = _there(work, shape) if work.counts.get(oid) else []
    return work.known[oid]


def _there(work: Work, shape: Shape) -> list[Row]:
    names = [column.name for column in shape.columns]
    values = ", ".join(f"{quoted(name)}::text" for name in names)
    found = asked(work.connection, f"SELECT {values} FROM {shape.sql} LIMIT {KNOWN}")
    return [dict(zip(names, each, strict=True)) for each in found or ()]


def _foreseen(work: Work, reference: Reference) -> list[Row]:
    """Tell the keys that the rows of a table will have."""
    shape = work.shapes[reference.parent]
    start = first(work, shape)
    columns = [_own(work, shape, shape.column(name), start) for name in reference.targets]
    rows = zip(*([option[0] for option in each.options[:ROWS]] for each in columns), strict=False)
    return [dict(zip(reference.targets, values, strict=True)) for values in rows]


def _told(work: Work, tables: Collection[str | int], changed: Collection[str]) -> Filled:
    shapes = work.shapes
    rows = {shapes[oid].full_name: len(made) for oid, made in work.rows.items()}
    for shape in shapes.values():
        made = [len(work.rows[leaf]) for leaf in shape.leaves if leaf in work.rows]
        rows |= {shape.full_name: sum(made)} if made else {}
    known = {name for shape in shapes.values() for name in (shape.oid, shape.full_name)}
    absent = {str(table): ABSENT for table in tables if table not in known}
    unmade = {shapes[oid].full_name: why for oid, why in work.unmade.items()}
    return Filled(
        rows=rows,
        unmade={**absent, **{name: why for name, why in unmade.items() if name not in rows}},
        fewer={shapes[oid].full_name: why for oid, why in work.fewer.items() if oid in work.rows},
        made=tuple(Made(shapes[oid], tuple(made), work.counts[oid]) for oid, made in work.rows.items()),
        sequences=work.moved,
        strays=tuple(sorted(set(changed) - rows.keys())),
    )
