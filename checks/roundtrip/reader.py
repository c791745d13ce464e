"""Read a database's catalog again and again, each time only what may have changed since."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from checks.errors import CannotCheckError
from checks.roundtrip.catalog import Catalog
from checks.roundtrip.catalog_sql import RELATIONS_PROBE, relations, rest, rest_probe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from psycopg import Connection
    from psycopg.pq.abc import PGresult

MAJOR = 10000
NAMES = "names"
NOTHING = (None, None)
FIRST_TRANSACTION = "3"
LOCKED = "the schema cannot be read, because another connection holds a lock: {}"
LOCKED_HINT = "end the transactions that the migration opens on connections of its own"
# What changes how the server writes expressions down, and what makes its plans right for any size.
SESSION = {
    "search_path": "",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "quote_all_identifiers": "off",
    "row_security": "off",
    "statement_timeout": "0",
    "lock_timeout": "30s",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
    "enable_mergejoin": "off",
    "work_mem": "64MB",
}
WHOLE = ("migseal_relations", "migseal_rest")  # loops would be slow: nobody knows how many objects there are
PREPARED = "SELECT 1 FROM pg_prepared_statements WHERE name = %s"

Row = tuple[str, int, str]
Table = tuple[str | None, str]
Texts = dict[str, dict[int, str]]


def snapshot(connection: Connection[Any], ignore: Table | None = None) -> Catalog:
    """Read a catalog once, as a whole; the arguments and errors are those of `Reader`."""
    return Reader(connection).read(ignore)


@dataclass
class _Relations:
    """What is known of the relations.

    Attributes:
        open: The oldest transaction that was open when they were read.
        last: The highest number (oid) of then.
        rows: How many rows of the catalogs belonged to each.
        names: What each (key "") and its columns (their numbers) were called.
        reads: What the rules and policies of each read, and its parents.
        texts: Each section's lines, by relation.
    """

    open: str = FIRST_TRANSACTION
    last: str = "0"
    rows: dict[str, int] = field(default_factory=dict)
    names: dict[int, dict[str, str]] = field(default_factory=dict)
    reads: dict[int, set[int]] = field(default_factory=dict)
    texts: Texts = field(default_factory=dict)

    def forget(self, relation: int) -> None:
        """Forget what was read of a relation."""
        for texts in self.texts.values():
            texts.pop(relation, None)


@dataclass
class _Rest:
    """What is known of all that belongs to no relation; the attributes mean the same."""

    open: str = FIRST_TRANSACTION
    rows: int = 0
    texts: Texts = field(default_factory=dict)


class Change(enum.IntEnum):
    """How much of the relations changed."""

    NOTHING = 0
    SOME = 1
    NAMES = 2


class Reader:
    """Our eyes on a database.

    Attributes:
        ignore: The table that is not read.
    """

    def __init__(self, connection: Connection[Any], other: Connection[Any] | None = None) -> None:
        """Set the connections up: their `search_path`, planner settings and statements are ours from now on.

        Args:
            connection: A connection of our own, in autocommit.
            other: A second one to the same database, which reads a part at the same time.
        """
        self.ignore: Table | None = None
        self._eye = connection
        self._other = other or connection
        self._relations, self._rest = _Relations(), _Rest()
        self._superuser = connection.info.parameter_status("is_superuser") == "on"
        major = connection.info.server_version // MAJOR
        _prepare(
            connection,
            migseal_relations_probe=f"(xid, oid) AS {RELATIONS_PROBE}",
            migseal_relations=f"(text, text) AS {relations(major)}",
            migseal_some=f"(text, text, oid[]) AS {relations(major, some=True)}",
        )
        _prepare(
            self._other,
            migseal_rest_probe=f"(xid) AS {rest_probe(major)}",
            migseal_rest=f"(text, text) AS {rest(major, superuser=self._superuser)}",
        )

    def read(self, ignore: Table | None = None) -> Catalog:
        """Read the catalog; nobody may change the schema meanwhile.

        Args:
            ignore: The migration tool's own table, as schema (None: any) and name, and what belongs to it.

        Returns:
            The catalog. Objects of the system and of extensions are not in it.

        Raises:
            CannotCheckError: A connection of the migrations still holds a lock on what is to be read.
        """
        if self.ignore != ignore or not self._superuser:  # only a superuser may see all rows
            self.ignore = ignore
            self._relations, self._rest = _Relations(), _Rest()
        if not self._superuser:
            self._take(None)
            self._take_rest()
        elif self._other is self._eye:
            self._refresh_rest(self._refresh())
        else:
            _send(self._other, "migseal_rest_probe", self._rest.open)
            self._refresh_rest(self._refresh(), sent=True)
        known = {section: dict(texts) for section, texts in self._relations.texts.items()}
        return Catalog({**self._rest.texts, **known})

    def _refresh(self) -> Change:
        """Bring what we know of the relations up to date."""
        dirty = self._dirty()
        if dirty is not None and not dirty:
            return Change.NOTHING
        if dirty is not None and not self._take(dirty):
            return Change.SOME
        known = self._relations
        known.names, known.reads, known.texts = {}, {}, {}
        self._take(None)
        return Change.NAMES

    def _dirty(self) -> list[int] | None:
        """Give the relations to be read again, None for all; forget those that are gone."""
        known = self._relations
        found = _ask(self._eye, "migseal_relations_probe", known.open, known.last)
        were, are = known.rows, found["rows"] or {}
        known.open, known.last, known.rows = found["open"], found["last"], are
        if found["renamed"] or not were:
            return None
        gone = {int(relation) for relation in were.keys() - are.keys()}
        for relation in gone:
            known.forget(relation)
            known.names.pop(relation, None)
            known.reads.pop(relation, None)
        dirty = {int(relation) for relation, rows in are.items() if rows != were.get(relation)}
        dirty.update(found["fresh"])
        changed = dirty | gone
        readers = {relation for relation, read in known.reads.items() if not read.isdisjoint(changed)}
        return sorted(dirty | readers)

    def _take(self, asked: list[int] | None) -> bool:
        """Read relations, None for all; tell whether one of them or a column has a new name."""
        known = self._relations
        if asked is None:
            _send(self._eye, "migseal_relations", *(self.ignore or NOTHING))
        else:
            _send(self._eye, "migseal_some", *(self.ignore or NOTHING), "{" + ",".join(map(str, asked)) + "}")
        found = _by_section(_answer(self._eye))
        renamed = False
        for relation, text in found.pop(NAMES, {}).items():
            told = json.loads(text)
            old, new = known.names.get(relation, {}), told["names"]
            renamed = renamed or any(old.get(place, name) != name for place, name in new.items())
            known.names[relation], known.reads[relation] = new, set(told["reads"])
        for relation in asked or ():
            known.forget(relation)
        for section, texts in found.items():
            known.texts.setdefault(section, {}).update(texts)
        return renamed

    def _refresh_rest(self, change: Change, *, sent: bool = False) -> None:
        """Bring what we know of all else up to date.

        Args:
            change: Of the relations.
            sent: Whether the probe was sent already.
        """
        if not sent:
            _send(self._other, "migseal_rest_probe", self._rest.open)
        found = _told(self._other)
        were, self._rest.open, self._rest.rows = self._rest.rows, found["open"], found["rows"]
        touched = change is Change.NAMES or (change is Change.SOME and found["entangled"])
        if touched or found["fresh"] or found["rows"] != were:
            self._take_rest()

    def _take_rest(self) -> None:
        _send(self._other, "migseal_rest", *(self.ignore or NOTHING))
        self._rest.texts = _by_section(_answer(self._other))


def _prepare(connection: Connection[Any], **statements: str) -> None:
    """Set a connection up, and prepare our statements on it."""
    settings = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in SESSION.items())
    connection.execute(f"SELECT {settings}".encode())
    for name, text in statements.items():
        # Not psycopg's own `prepare=True`: it would read these 60 kB for placeholders every time.
        if connection.execute(PREPARED, [name]).fetchone():
            connection.execute(f"DEALLOCATE {name}".encode())
        connection.execute(f"PREPARE {name} {text}".encode())


def _ask(connection: Connection[Any], statement: str, *arguments: str) -> Any:  # noqa: ANN401 - as JSON has it
    """Ask a probe."""
    _send(connection, statement, *arguments)
    return _told(connection)


def _told(connection: Connection[Any]) -> Any:  # noqa: ANN401 - as JSON has it
    """Wait for a probe's answer."""
    ((_, _, text),) = _answer(connection)
    return json.loads(text)


def _send(connection: Connection[Any], statement: str, *arguments: str | None) -> None:
    """Send a question, and do not wait for the answer: this needs libpq's own words."""
    from psycopg.sql import SQL, Identifier  # noqa: PLC0415 - psycopg is slow to import

    holes = SQL(", ").join(map(SQL("{}").format, arguments))
    loops = SQL("off" if statement in WHOLE else "on")
    question = SQL("SET enable_nestloop = {}; EXECUTE {} ({})").format(loops, Identifier(statement), holes)
    connection.pgconn.send_query(question.as_bytes(connection))


def _answer(connection: Connection[Any]) -> list[Row]:
    """Wait for the answer: sections, relations and texts.

    Raises:
        CannotCheckError: A connection of the migrations still holds a lock on what is to be read.
    """
    from psycopg import errors  # noqa: PLC0415 - psycopg is slow to import

    results = []
    while (result := connection.pgconn.get_result()) is not None:
        results.append(result)
    for result in results:
        if result.error_message:
            error = errors.error_from_result(result, encoding=connection.info.encoding)
            if isinstance(error, errors.LockNotAvailable):
                raise CannotCheckError(LOCKED.format(error), LOCKED_HINT) from error
            raise error
    return list(_cells(results[-1]))


def _cells(rows: PGresult) -> Iterator[Row]:
    for row in range(rows.ntuples):
        section, relation, text = (rows.get_value(row, column) for column in range(3))
        if section and relation and text:  # a section without objects has no text
            yield section.decode(), int(relation), text.decode()


def _by_section(rows: Iterable[Row]) -> Texts:
    texts: Texts = {}
    for section, relation, text in rows:
        texts.setdefault(section, {})[relation] = text
    return texts
