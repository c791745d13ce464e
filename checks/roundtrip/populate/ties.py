"""Foreign keys in rings: tied when both ends are there, and rows taken away whose other end never came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.roundtrip.populate.hands import tried
from checks.roundtrip.populate.remove import deletion, same
from checks.roundtrip.populate.shape import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from checks.roundtrip.populate.filled import Work
    from checks.roundtrip.populate.shape import Reference, Row, Shape

    Parents = Callable[[int], Sequence[Row]]

GONE = "its foreign key {} would refer to a row of {} that could not be made"


def tie(work: Work, parents: Parents) -> None:
    """Let rows refer to what was not yet there when they were made; what may not be tied stays NULL."""
    for shape, reference in work.later:
        rows = work.rows.get(shape.oid, [])
        for row in rows[1:2] if reference.parent == shape.oid else rows[:2]:
            _tie(work, shape, reference, row, parents(reference.parent))


def _tie(work: Work, shape: Shape, reference: Reference, row: Row, parents: Sequence[Row]) -> None:
    for parent in parents:
        pairs = zip(reference.columns, reference.targets, strict=True)
        change = {name: parent[target] for name, target in pairs if row[name] != parent[target]}
        if parent is row or None in change.values() or not all(row[name] is None for name in change):
            continue
        values = ", ".join(f"{quoted(name)} = {literal(value)}" for name, value in change.items())
        place = same(shape, work.rows[shape.oid], row)
        answer = tried(work.connection, f"UPDATE {shape.sql} SET {values} WHERE ctid = {place} RETURNING 1")
        if isinstance(answer, list):
            row.update(change)
            return


def prune(work: Work, parents: Parents) -> None:
    """Take away the rows that refer to what is not there, until none is left."""
    while found := next(_dangling(work, parents), None):
        shape, reference, rows = found
        tried(work.connection, f"{deletion(shape, work.rows[shape.oid], rows)} RETURNING 1")
        work.rows[shape.oid] = [row for row in work.rows[shape.oid] if row not in rows]
        if not work.rows[shape.oid]:
            del work.rows[shape.oid]
            work.unmade[shape.oid] = GONE.format(reference.name, work.shapes[reference.parent].full_name)


def _dangling(work: Work, parents: Parents) -> Iterator[tuple[Shape, Reference, list[Row]]]:
    for oid, rows in work.rows.items():
        shape = work.shapes[oid]
        for reference in shape.references:
            known = [[row[name] for name in reference.targets] for row in parents(reference.parent)]
            mine = [([row[name] for name in reference.columns], row) for row in rows]
            lost = [row for values, row in mine if None not in values and values not in known]
            if lost:
                yield shape, reference, lost
