"""What the tables in which tools keep what has run hold, before a leg and after it.

A tool writes its own table when a migration has run, and nobody writes another tool's: what else happens
there was done by the migration, even where no text shows it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.migration import ORDINARY, VERSION_TABLES, Failure, Leg, Migration, Stamped
from checks.roundtrip.reader import ask, cells
from checks.tools.sql.stamps import is_kept

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.sql import Composable

    from checks.roundtrip import reader
    from checks.tools import Walk

# All rows of all such tables by one question, although nobody knows beforehand which tables there are. What
# runs a text as a query is ts_stat, on every server (query_to_xml is not): it counts equal words, here rows.
LOOK = """PREPARE migseal_books (name[]) AS
SELECT 'books', 0, json_agg(json_build_array(
  (SELECT nspname FROM pg_namespace n WHERE n.oid = c.relnamespace), c.relname,
  CASE WHEN has_table_privilege(c.oid, 'SELECT') THEN (
    SELECT coalesce(json_agg(json_build_array(word, ndoc)), '[]') FROM ts_stat(format($$
      SELECT array_to_tsvector(ARRAY[CASE WHEN octet_length(line) < 2000 THEN line
        ELSE json_build_object('md5', md5(line))::text END])
      FROM (SELECT to_jsonb(b.*)::text FROM %s b) x (line)$$, c.oid::regclass))) END))::text
FROM pg_class c WHERE c.relname = ANY ($1) AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't'"""
NO_ROW = re.compile(r"expected to match one row when \w+ '([^']+)'.*; (\d+) found")
NOT_NEW = re.compile(r"\(version_num\)=\((.+?)\) already exists")
UNIQUE_VIOLATION = "23505"

Place = tuple[str, str]  # schema and table
Row = Mapping[str, object]
Rows = tuple[Row, ...]
Held = Mapping[Place, Rows | None]  # None: we may not read it


@dataclass(frozen=True)
class Own:
    """The tool's own table at one moment.

    Attributes:
        table: Its name.
        holds: The versions in it; None where that is not known.
        told: Those that the tool says it has written; None where it has not said yet.
    """

    table: str
    holds: tuple[str, ...] | None
    told: tuple[str, ...] | None

    @property
    def strays(self) -> tuple[str, ...]:
        """Give what is there and should not be, and what should and is not."""
        if self.holds is None or self.told is None:
            return ()
        holds, told = Counter(self.holds), Counter(self.told)
        return tuple(sorted([*(holds - told).elements(), *(told - holds).elements()]))


class Books:
    """Our eye on the version tables of one database.

    Attributes:
        others: The names of the tables of other tools.
    """

    def __init__(self, eye: Connection[Any], tool: str, walk: Walk) -> None:
        """Set the connection up.

        Args:
            eye: A connection of our own, in autocommit, whose `search_path` is empty.
            tool: The project's tool.
            walk: The same at work.
        """
        self._eye, self._tool, self._walk = eye, tool, walk
        self.others = VERSION_TABLES - ORDINARY.get(tool, frozenset())
        self._held: Held | None = None
        self._seen: Held | None = None
        self._questions: dict[str, Composable] = {}
        self._told: tuple[str, ...] | None = None
        eye.execute(LOOK.encode())

    def question(self) -> Composable:
        """Write what to ask the server: whoever asks it something else may ask this along with it."""
        _, name = self._walk.version_table or (None, "")
        if name not in self._questions:
            self._questions[name] = _question(self._eye, [*self.others, name])
        return self._questions[name]

    def see(self, answer: Iterable[reader.Row] | None) -> None:
        """Take the answer, if there is one: no leg has been run since."""
        self._seen = (
            None
            if answer is None
            else {
                (schema, table): None if rows is None else _rows(rows)
                for _, _, text in answer
                for schema, table, rows in json.loads(text)
            }
        )

    def open(self) -> None:
        """Look before a leg, unless that was done after the last one."""
        if self._held is None:
            self._held, self._told = self._look(), self._walk.heads
        self._seen = None

    def forget(self) -> None:
        """Let a leg be run at which nobody looks."""
        self._held = self._seen = None

    def close(self, migration: Migration, leg: Leg, failure: Failure | None) -> tuple[Stamped, ...]:
        """Look after a leg, and give the tables that the migration wrote behind the tool's back."""
        assert self._held is not None
        before, told = self._held, self._told
        now = self._look()
        self._held, self._told = now, self._walk.heads
        if failure is not None:
            # What was rolled back is as it was: that must do for a table whose name is known only now.
            known = before if self._places(before) else now
            return tuple(_kept_from_writing(self._own(known, told), failure))
        own = self._own(now, self._walk.heads)
        strayed = self._places(now) and own.strays and own.strays != self._own(before, told).strays
        of_own = [_told_of(own)] if strayed else []
        return (*of_own, *self._of_others(before, now, migration, leg))

    def _look(self) -> Held:
        if self._seen is None:
            (found,) = ask(self._eye, self.question().as_bytes(self._eye))
            self.see(cells(found))
        assert self._seen is not None
        return self._seen

    def _places(self, held: Held) -> list[Place]:
        """Give where the tool's own table may be."""
        schema, name = self._walk.version_table or (None, "")
        return [place for place in held if place[1] == name and schema in (None, place[0])]

    def _own(self, held: Held, told: tuple[str, ...] | None) -> Own:
        """Read the tool's own table: empty before it is made; unknown where several have its name."""
        _, name = self._walk.version_table or (None, "")
        places = self._places(held)
        rows = held[places[0]] if len(places) == 1 else None if places else ()
        return Own(name, None if rows is None else tuple(str(row.get("version_num")) for row in rows), told)

    def _of_others(self, before: Held, now: Held, migration: Migration, leg: Leg) -> Iterator[Stamped]:
        """Give what became of other tools' tables that were there and still are."""
        for place in sorted(before.keys() & now.keys() - set(self._places(now))):
            lost, gained = _compared(before[place], now[place])
            itself = lost if leg is Leg.DOWN else gained
            kept = self._tool == "sql" and itself and is_kept(migration.version, place[1], itself)
            if (lost or gained) and not kept:
                told = [_counted("lost", lost)] if lost else []
                told += [_counted("gained", gained)] if gained else []
                yield Stamped(place[1], f"{place[1]} {' and '.join(told)}")


def _question(eye: Connection[Any], names: list[str]) -> Composable:
    """Write it once for all legs: to put values into a statement takes longer than to ask it."""
    from psycopg.sql import SQL  # noqa: PLC0415 - psycopg is slow to import

    return SQL(SQL("EXECUTE migseal_books ({})").format(names).as_string(eye))


def _rows(counted: Iterable[tuple[str, int]]) -> Rows:
    """Give the rows that a table holds, from each one's JSON and how often it is there."""
    return tuple(json.loads(text) for text, number in counted for _ in range(number))


def _told_of(own: Own) -> Stamped:
    holds, told = (", ".join(sorted(versions or ())) or "nothing" for versions in (own.holds, own.told))
    return Stamped(own.table, f"{own.table} holds {holds} instead of {told}")


def _kept_from_writing(own: Own, failure: Failure) -> Iterator[Stamped]:
    """Give why the tool could not write its own table, if that surely was the migration's doing."""
    if own.holds is None or own.strays:
        return
    table, holds = own.table, Counter(own.holds)
    found = NO_ROW.search(failure.message)
    if found and holds[found[1]] == 1:
        times = "no longer held {}" if found[2] == "0" else f"held {{}} {found[2]} times"
        yield Stamped(table, f"{table} {times.format(found[1])} when the tool came to write it")
    taken = NOT_NEW.search(failure.message) if failure.sqlstate == UNIQUE_VIOLATION else None
    if taken and table in (failure.statement or "") and not holds[taken[1]]:
        yield Stamped(table, f"{table} held {taken[1]} before the tool came to write it")


def _compared(before: Rows | None, now: Rows | None) -> tuple[Rows, Rows]:
    """Give the rows that went and those that came, by the columns that were there both times."""
    if before is None or now is None:
        return (), ()
    columns = _columns(before) & _columns(now) if before and now else _columns(before) | _columns(now)
    were, are = (Counter(_text(row, columns) for row in rows) for rows in (before, now))
    lost, gained = were - are, are - were
    return tuple(map(json.loads, lost.elements())), tuple(map(json.loads, gained.elements()))


def _columns(rows: Rows) -> set[str]:
    return {column for row in rows for column in row}


def _text(row: Row, columns: set[str]) -> str:
    return json.dumps({column: str(row.get(column)) for column in sorted(columns)})


def _counted(verb: str, rows: Rows) -> str:
    return f"{verb} {len(rows)} row{'' if len(rows) == 1 else 's'}"
