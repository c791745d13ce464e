"""What the tables and sequences of a throwaway database hold, read again and again on the quickest way."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from checks.roundtrip.reader import ask, cells

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.sql import Composable

    from checks.roundtrip import reader
    from checks.roundtrip.witness import Watch

MOST = 20_000  # rows of a table that are compared one by one; of a larger one a digest tells
# Which tables have any row at all is told by the size of their files, and that takes next to no time. What
# belongs to an extension is its own; a partitioned table's rows are those of its partitions. How a composite
# value is written changes with its type, and then no row need be.
FILLED = """PREPARE migseal_filled (oid[]) AS
WITH ours AS MATERIALIZED (
  SELECT c.oid, c.relkind, c.relname, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid >= 16384 AND (c.relkind = 'S' OR c.relkind = 'r' AND ($1 IS NULL OR c.oid = ANY ($1)))
    AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
    AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')),
extended AS (SELECT d.objid FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.deptype = 'e'),
filled AS (SELECT c.oid::bigint, c.nspname, c.relname, c.oid::regclass::text AS name, (
    SELECT coalesce(json_agg(a.attname ORDER BY array_position(i.indkey::int2[], a.attnum)), '[]')
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = c.oid AND i.indisprimary) AS key, NOT EXISTS (
    SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = c.oid AND i.indisprimary AND (a.atthasdef OR a.attidentity <> '')) AS chosen
  FROM ours c WHERE c.relkind = 'r' AND pg_relation_size(c.oid) > 0 AND c.oid NOT IN (TABLE extended)),
counting AS (SELECT c.oid::regclass::text AS name, pg_sequence_last_value(c.oid) AS last, s.seqincrement
  FROM ours c JOIN pg_sequence s ON s.seqrelid = c.oid
  WHERE c.relkind = 'S' AND c.oid NOT IN (TABLE extended))
SELECT 'filled', 0, json_build_object(
  'open', pg_snapshot_xmin(pg_current_snapshot())::text,
  'next', pg_snapshot_xmax(pg_current_snapshot())::text,
  'taken', clock_timestamp(),
  'composite', EXISTS (SELECT FROM pg_class WHERE relkind = 'c' AND oid >= 16384),
  'tables', (SELECT coalesce(json_agg(json_build_array(oid, nspname, relname, name, key, chosen)), '[]')
             FROM filled),
  'sequences', (SELECT coalesce(json_object_agg(name, ARRAY[last, seqincrement]), '{}')
                FROM counting WHERE last IS NOT NULL)
  )::text
"""
LINES = "SELECT 'row', {oid}, row_to_json(row_.*)::text FROM ONLY {name} row_ LIMIT {limit}"
# By name, as a column that came back stands at the end; not as jsonb, which does not take every json.
COLUMNS = """SELECT 'columns', {oid}, string_agg(quote_ident(attname), ', ' ORDER BY attname)
FROM pg_attribute WHERE attrelid = {oid} AND attnum > 0 AND NOT attisdropped"""
DIGEST = """SELECT 'digest', {oid}, count(*) || ' ' || coalesce(md5(string_agg(line, '' ORDER BY line)), '')
FROM (SELECT md5(ROW({columns})::text) AS line FROM ONLY {name}) q"""


Own = tuple[str | None, str] | None  # the tool's own table


@dataclass(frozen=True)
class Content:
    """What is in a table.

    Attributes:
        key: The columns of its primary key.
        chosen: Whether no default makes the key: a migration's rows then have the same keys everywhere.
        lines: Each row as PostgreSQL writes it in JSON, in no order; empty if there are too many.
        digest: Of all rows and their number, where there are too many.
    """

    key: tuple[str, ...]
    chosen: bool
    lines: tuple[str, ...]
    digest: str = ""


@dataclass(frozen=True)
class Contents:
    """What all tables and sequences hold.

    Attributes:
        tables: By qualified name, quoted where SQL needs it; one that is not there has no row.
        sequences: The last value that each has given, and its step; one that is not there has given none.
        taken: When that was read, by the server's clock.
    """

    tables: Mapping[str, Content] = field(default_factory=dict)
    sequences: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    taken: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True)
class _Table:
    oid: int
    schema: str
    relation: str
    name: str
    key: list[str]
    chosen: bool


class Accounts:
    """Our eye on the rows of one database: tables that surely nobody wrote are not read again.

    Attributes:
        asked: How many tables have been read so far.
    """

    def __init__(self, eye: Connection[Any], kept: Collection[str], watch: Watch) -> None:
        """Set the connection up.

        Args:
            eye: A connection of our own, in autocommit, whose `search_path` is empty.
            kept: The names of tables in which tools keep what has run: what becomes of them the books tell.
            watch: Tells which tables were locked.
        """
        self._eye, self._kept, self._watch = eye, kept, watch
        self.asked = 0
        self._own: Own = None
        self._open = 0  # the first transaction whose rows may not have been read
        self._held: dict[int, tuple[_Table, Content]] = {}
        self._suspects: Collection[int] | None = None
        eye.execute(FILLED.encode())

    def question(self, suspects: Collection[int] | None) -> Composable:
        """Give what to ask the server: whoever asks it something else may ask this along with it.

        Args:
            suspects: The numbers of the tables that have been locked since the last reading; None for all.
        """
        from psycopg.sql import SQL  # noqa: PLC0415 - psycopg is slow to import

        self._suspects = suspects
        return SQL("EXECUTE migseal_filled ({})").format(None if suspects is None else list(suspects))

    def read(
        self, own: Own, answer: Iterable[reader.Row] | None = None, *, renamed: bool = False
    ) -> Contents:
        """Read what there is.

        Args:
            own: The tool's own table, (schema or None, name), which is left out.
            answer: The answer to `question`, if it has been asked since the last change.
            renamed: Whether a name, or how a value is written, may have changed since the last reading.

        Raises:
            CannotCheckError: A connection of the migrations still holds a lock on what is to be read.
        """
        told = None if answer is None else _told(answer)
        if told is None or not self._is_enough(told, own, renamed=renamed):
            (found,) = ask(self._eye, self.question(None).as_bytes(self._eye))
            told, self._held = _told(cells(found)), {}
        self._own, self._open = own, int(told["open"])
        for table in self._suspects or ():
            self._held.pop(table, None)
        tables = [_Table(*table) for table in told["tables"]]
        ours = [table for table in tables if not (_is(table, own) or table.relation in self._kept)]
        contents = self._contents(ours)
        self.asked += len(ours)
        self._held |= {table.oid: (table, contents[table.oid]) for table in ours if table.oid in contents}
        sequences = {name: (last, step) for name, (last, step) in told["sequences"].items()}
        taken = datetime.fromisoformat(told["taken"])
        return Contents({table.name: content for table, content in self._held.values()}, sequences, taken)

    def _is_enough(self, told: Mapping[str, Any], own: Own, *, renamed: bool) -> bool:
        """Tell whether the tables that were asked for are all that may have changed."""
        if self._suspects is None:
            self._held = {}
            return True
        if renamed or told["composite"] or own != self._own:
            return False
        written = self._watch.written(self._open, int(told["next"]))
        return written is not None and written <= {*self._suspects}

    def _contents(self, tables: list[_Table]) -> Mapping[int, Content]:
        """Read the rows of some tables, all by one question; of large ones a digest, by one more."""
        lines = self._ask(LINES, tables)
        large = [table for table in tables if len(lines[table.oid]) > MOST]
        columns = self._ask(COLUMNS, large)
        digests = self._ask(DIGEST, large, columns)
        return {
            table.oid: Content(tuple(table.key), table.chosen, (), digests[table.oid][0])
            if table in large
            else Content(tuple(table.key), table.chosen, tuple(lines[table.oid]))
            for table in tables
            if lines[table.oid]
        }

    def _ask(
        self, question: str, tables: list[_Table], columns: Mapping[int, list[str]] | None = None
    ) -> dict[int, list[str]]:
        """Ask the same of some tables; give the texts of each one's answer."""
        found: dict[int, list[str]] = {table.oid: [] for table in tables}
        asked = (
            question.format(
                oid=t.oid, name=t.name, limit=MOST + 1, columns="".join((columns or found)[t.oid])
            )
            for t in tables
        )
        for result in ask(self._eye, "; ".join(asked).encode()) if tables else ():
            for _, oid, text in cells(result):
                found[oid].append(text)
        return found


def _told(answer: Iterable[reader.Row]) -> Mapping[str, Any]:
    told: Mapping[str, Any] = next(json.loads(text) for _, _, text in answer)
    return told


def _is(table: _Table, own: Own) -> bool:
    return own is not None and table.relation == own[1] and own[0] in (None, table.schema)
