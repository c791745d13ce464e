"""What became of the rows between two moments in one database: every cell counts."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from checks.migration import Effect, RowDifference, SequenceDifference
from checks.roundtrip.contents import Content, Contents
from checks.roundtrip.rows import written

NAMED = 3  # rows whose keys are shown
MENDED = 8  # rows that a statement names
LONG = 40  # characters of a key that are shown
PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
DELETE = "DELETE FROM {} WHERE {} IN ({});"
NOTHING = Content((), chosen=True, lines=())

Row = Mapping[str, Any]
Rows = tuple[Row, ...]
Key = tuple[str, ...]
Columns = Mapping[str, Collection[str]]
Found = tuple[tuple[RowDifference, ...], tuple[SequenceDifference, ...]]


@dataclass(frozen=True)
class _Parted:
    """What is known of the rows that only one of two moments has.

    Attributes:
        altered: What was told of rows that are there both times, with other values.
        lost: The rows that only the first has.
        left: The rows that only the second has.
    """

    altered: tuple[RowDifference, ...]
    lost: Rows
    left: Rows


def compare(
    before: Contents, after: Contents, were: Columns, are: Columns, sequences: Collection[str]
) -> Found:
    """Tell in which rows two moments differ; tables and columns that only one has are the catalog's to tell.

    Args:
        before: What should be there.
        after: What is there.
        were: The columns of each table before.
        are: Those after.
        sequences: Those that are there both times.
    """
    rows: list[RowDifference] = []
    for table in sorted(were.keys() & are.keys()):
        old, new = before.tables.get(table, NOTHING), after.tables.get(table, NOTHING)
        if set(old.lines) != set(new.lines) or len(old.lines) != len(new.lines) or old.digest != new.digest:
            rows += _of_table(table, old, new, set(were[table]) & set(are[table]))
    numbers = (_of_sequence(name, before, after) for name in sorted(sequences))
    return tuple(rows), tuple(number for number in numbers if number.before != number.after)


def _of_sequence(name: str, before: Contents, after: Contents) -> SequenceDifference:
    (old, _), (new, step) = (held.sequences.get(name, (None, 1)) for held in (before, after))
    return SequenceDifference(
        name, old, new, back=old is not None and (new is None or (new - old) * step < 0)
    )


def _of_table(table: str, old: Content, new: Content, columns: Collection[str]) -> Iterator[RowDifference]:
    if old.digest or new.digest:
        yield from _of_large(table, old, new)
        return
    key = tuple(column for column in old.key or new.key if column in columns)
    were, are = _read(old, columns), _read(new, columns)
    parted = _Parted((), _missing(were, are), _missing(are, were))
    parted = _by_rest(table, key, _by_key(table, key, parted))
    yield from parted.altered
    if parted.lost:
        yield RowDifference(Effect.LOST, table, len(parted.lost), _keys(parted.lost, key))
    if parted.left:
        mend = _delete(table, key, parted.left) if ((old.lines and old) or new).chosen else ""
        yield RowDifference(Effect.LEFT, table, len(parted.left), _keys(parted.left, key), mend=mend)


def _of_large(table: str, old: Content, new: Content) -> Iterator[RowDifference]:
    if old.digest != new.digest:
        numbers = [int(c.digest.split()[0]) if c.digest else len(c.lines) for c in (old, new)]
        told = "{:,} rows became {:,}".format(*numbers) if numbers[0] != numbers[1] else "other values"
        effect = Effect.LOST if numbers[0] > numbers[1] else Effect.LEFT
        yield RowDifference(Effect.ALTERED if numbers[0] == numbers[1] else effect, table, 0, detail=told)


def _by_key(table: str, key: Key, parted: _Parted) -> _Parted:
    """Match rows by their primary key."""
    olds, news = ({_identity(row, key): row for row in rows} for rows in (parted.lost, parted.left))
    both = [one for one in olds if key and one in news]
    if not both:
        return parted
    changed = {c for one in both for c in _changed(olds[one], news[one])}
    of_null = all(olds[one][c] is None for one in both for c in _changed(olds[one], news[one]))
    rows = tuple(olds[one] for one in both)
    return _Parted(
        (*parted.altered, _altered(table, key, rows, changed, of_null=of_null)),
        tuple(row for one, row in olds.items() if one not in news),
        tuple(row for one, row in news.items() if one not in olds),
    )


def _changed(old: Row, new: Row) -> Iterator[str]:
    return (column for column in old if written(old[column]) != written(new.get(column)))


def _by_rest(table: str, key: Key, parted: _Parted) -> _Parted:
    """Match rows without a key, or whose keys the server made, by all that did not change."""
    if not parted.lost or len(parted.lost) != len(parted.left):
        return parted
    names = tuple(parted.lost[0])
    changed = {c for c in names if _values(parted.lost, c) != _values(parted.left, c)}
    if len(changed) == len(names) and not _is_new(parted.left):
        return parted
    if _without(parted.lost, changed) != _without(parted.left, changed):
        return parted
    of_null = all(_only_of_null(parted, column) for column in changed)
    return _Parted((*parted.altered, _altered(table, key, parted.lost, changed, of_null=of_null)), (), ())


def _is_new(rows: Rows) -> bool:
    """Tell whether rows look as after all columns have been dropped and added: NULL, or one default."""
    return all(value is None for row in rows for value in row.values()) or (
        len(rows) > 1 and len(set(map(written, rows))) == 1
    )


def _only_of_null(parted: _Parted, column: str) -> bool:
    """Tell whether a column lost no value but NULL."""
    return not (_values(parted.lost, column) - _values(parted.left, column)).keys() - {written(None)}


def _altered(table: str, key: Key, rows: Rows, changed: Collection[str], *, of_null: bool) -> RowDifference:
    columns = tuple(column for column in rows[0] if column in changed)
    return RowDifference(Effect.ALTERED, table, len(rows), _keys(rows, key), columns, of_null)


def _identity(row: Row, key: Key) -> Key:
    return tuple(written(row.get(column)) for column in key)


def _without(rows: Rows, columns: Collection[str]) -> Counter[str]:
    return Counter(written({c: v for c, v in row.items() if c not in columns}) for row in rows)


def _keys(rows: Rows, key: Key) -> tuple[str, ...]:
    return tuple(_key(row, key) for row in sorted(rows, key=_by(key))[:NAMED]) if key else ()


def _values(rows: Rows, column: str) -> Counter[str]:
    return Counter(written(row.get(column)) for row in rows)


def _read(content: Content, columns: Collection[str]) -> Rows:
    parsed = (json.loads(line, parse_float=Decimal) for line in content.lines)
    return tuple({column: value for column, value in row.items() if column in columns} for row in parsed)


def _missing(rows: Rows, others: Rows) -> Rows:
    """Give the rows that are not among the others; of equal ones, as many as there are more."""
    left = Counter(map(written, others))
    missing = []
    for row in rows:
        text = written(row)
        if left[text]:
            left[text] -= 1
        else:
            missing.append(row)
    return tuple(missing)


def _by(key: Key) -> Any:  # noqa: ANN401 -- a sort key of mixed values
    return lambda row: [(isinstance(row.get(c), str), str(row.get(c)).rjust(LONG)) for c in key]


def _key(row: Row, key: Key) -> str:
    return ", ".join(f"{column} = {_shown(row.get(column))}" for column in key)


def _shown(value: object) -> str:
    """Show a key's value; one that may be a person's is cut."""
    text = value if isinstance(value, str) else written(value).replace(" (number)", "").strip('"')
    if "@" in text:
        return f"{text[:2]}***"
    return text if len(text) <= LONG else f"{text[:LONG]}..."


def _delete(table: str, key: Key, rows: Rows) -> str:
    """Write the statement that takes rows away again; empty where their keys do not tell them."""
    if len(key) != 1 or len(rows) > MENDED:
        return ""
    values = [_literal(row.get(key[0])) for row in sorted(rows, key=_by(key))]
    column = key[0] if PLAIN.fullmatch(key[0]) else '"' + key[0].replace('"', '""') + '"'
    return DELETE.format(table, column, ", ".join(values)) if all(values) else ""


def _literal(value: object) -> str:
    """Write a key's value as SQL; empty for one that is not to be shown whole."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    plain = isinstance(value, str) and len(value) <= LONG and "@" not in value
    return "'" + str(value).replace("'", "''") + "'" if plain else ""
