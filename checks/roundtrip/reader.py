"""Read a database's catalog again and again, each time only what may have changed since."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from checks.errors import CannotCheckError
from checks.roundtrip.catalog import Catalog
from checks.roundtrip.catalog_sql import ASKED, RELATIONS_PROBE, SUSPECTS_PROBE, relations, rest, rest_probe

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from psycopg import Connection
    from psycopg.pq.abc import PGresult
    from psycopg.sql import Composable

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
PREPARED = "SELECT 1 FROM pg_prepared_statements WHERE name = %s"
ALL = "SELECT oid FROM pg_class WHERE oid >= 16384"
LEFT_BY_PROBE = f"current_setting('{ASKED}')::oid[]"
# A few relations are read by loops over indexes; of the rest nobody knows how much there is.
LOOPS, NO_LOOPS = "SET enable_nestloop = on", "SET enable_nestloop = off"

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
        reads: What the rules and policies of some read, and their parents.
        texts: Each section's lines, by relation.
    """

    open: str = FIRST_TRANSACTION
    last: str = "0"
    rows: dict[str, int] = field(default_factory=dict)
    names: dict[int, dict[str, str]] = field(default_factory=dict)
    reads: dict[int, list[int]] = field(default_factory=dict)
    texts: Texts = field(default_factory=dict)

    def forget(self, relation: int) -> None:
        """Forget a relation that is gone."""
        for memory in (self.names, self.reads):
            memory.pop(relation, None)
        for texts in self.texts.values():
            texts.pop(relation, None)

    def accounts_for(self, told: Mapping[str, Any]) -> bool:
        """Tell whether all rows are known: those of what was counted again, and as many others as before."""
        counted = {*told["rows"], *map(str, told["gone"])}
        others = sum(rows for unit, rows in self.rows.items() if unit not in counted)
        return bool(others == told["total"] - sum(told["rows"].values()))

    def count(self, told: Mapping[str, Any]) -> None:
        """Take note of how many rows there are now, and when that was."""
        self.open, self.last = told["open"], told["last"]
        if "total" in told:
            for relation in told["gone"]:
                self.rows.pop(str(relation), None)
            self.rows.update(told["rows"])
        else:
            self.rows = told["rows"] or {}

    def learn(self, relations: Iterable[int], read: Iterable[Row]) -> bool:
        """Take note of what was read of some; tell whether one of them or a column has another name now."""
        found = _by_section(read)
        renamed = False
        for relation, text in found.pop(NAMES, {}).items():
            told = json.loads(text)
            old, new = self.names.get(relation, {}), told["names"]
            renamed = renamed or any(old.get(place, name) != name for place, name in new.items())
            self.names[relation] = new
            self.reads.pop(relation, None)
            self.reads.update({relation: told["reads"]} if told["reads"] else {})
        for texts in self.texts.values():
            for relation in relations:
                texts.pop(relation, None)
        for section, texts in found.items():
            self.texts.setdefault(section, {}).update(texts)
        return renamed


@dataclass
class _Rest:
    """What is known of all that belongs to no relation; the attributes mean the same."""

    open: str = FIRST_TRANSACTION
    rows: int = 0
    texts: Texts = field(default_factory=dict)


class Reader:
    """Our eye on a database.

    Attributes:
        ignore: The table that is not read.
        beside: The answers to what was asked beside the last catalog; none if it was not asked.
        renamed: Whether the last time something was renamed or changed that belongs to no relation.
    """

    def __init__(self, connection: Connection[Any]) -> None:
        """Set the connection up: its `search_path`, planner settings and statements are ours from now on.

        Args:
            connection: A connection of our own, in autocommit.
        """
        self.ignore: Table | None = None
        self.beside: list[list[Row]] = []
        self.renamed = True
        self._eye = connection
        self._relations, self._rest = _Relations(), _Rest()
        self._superuser = connection.info.parameter_status("is_superuser") == "on"
        major = connection.info.server_version // MAJOR
        _prepare(
            connection,
            migseal_probe=f"(xid, oid, json, json) AS {RELATIONS_PROBE}",
            migseal_suspects=f"(xid, oid, oid[], json) AS {SUSPECTS_PROBE}",
            migseal_relations=f"(text, text, oid[]) AS {relations(major)}",
            migseal_rest_probe=f"(xid) AS {rest_probe(major)}",
            migseal_rest=f"(text, text) AS {rest(major, superuser=self._superuser)}",
        )

    def read(
        self,
        ignore: Table | None = None,
        beside: Sequence[Composable] = (),
        suspects: Collection[int] | None = None,
    ) -> Catalog:
        """Read the catalog; nobody may change the schema meanwhile.

        Args:
            ignore: The migration tool's own table, as schema (None: any) and name, and what belongs to it.
            beside: Questions of the same form, to be asked on the same way where there is but one.
            suspects: The numbers of the relations that may have lost something since the last time: a guess
                that costs time where it falls short, and nothing else. None where there is nobody to guess.

        Returns:
            The catalog. Objects of the system and of extensions are not in it.

        Raises:
            CannotCheckError: A connection of the migrations still holds a lock on what is to be read.
        """
        if self.ignore != ignore or not self._superuser:  # only a superuser may see all rows
            self.ignore = ignore
            self._relations, self._rest = _Relations(), _Rest()
        self.beside = []
        if self._superuser:
            self._refresh(beside, suspects)
        else:
            self._read_all([relation for (relation,) in self._eye.execute(ALL).fetchall()])
            self._read_rest()
        known = {section: dict(texts) for section, texts in self._relations.texts.items()}
        return Catalog({**self._rest.texts, **known})

    def _refresh(self, beside: Sequence[Composable], suspects: Collection[int] | None) -> None:
        """Bring what we know up to date: one question, unless much has changed."""
        known, rest_known = self._relations, self._rest
        guess = self._guess(suspects) if known.rows and suspects is not None else None
        probed, read, rest_probed, *self.beside = self._ask(
            LOOPS,
            guess or self._probe(),
            self._asked(),
            _execute("migseal_rest_probe", rest_known.open),
            *beside,
        )
        told, rest_told = json.loads(probed[0][2]), json.loads(rest_probed[0][2])
        if guess and not known.accounts_for(told):
            probed, read = self._ask(LOOPS, self._probe(), self._asked())
            told = json.loads(probed[0][2])
        known.count(told)
        for relation in told["gone"]:
            known.forget(relation)
        renamed = known.learn(told["asked"], read) or told["renamed"]
        if renamed:
            self._read_all(list(map(int, known.rows)))
        counted_before = rest_known.rows
        rest_known.open, rest_known.rows = rest_told["open"], rest_told["rows"]
        self.renamed = renamed or rest_told["fresh"] or rest_told["rows"] != counted_before
        if self.renamed or ((told["asked"] or told["gone"]) and rest_told["entangled"]):
            self._read_rest()

    def _guess(self, suspects: Collection[int]) -> Composable:
        known = self._relations
        return _execute("migseal_suspects", known.open, known.last, list(suspects), json.dumps(known.reads))

    def _probe(self) -> Composable:
        known = self._relations
        counted, reads = json.dumps(known.rows), json.dumps(known.reads)
        return _execute("migseal_probe", known.open, known.last, counted, reads)

    def _asked(self) -> Composable:
        """Ask for the relations that the probe before has found."""
        from psycopg.sql import SQL  # noqa: PLC0415 - psycopg is slow to import

        return _execute("migseal_relations", *(self.ignore or NOTHING), SQL(LEFT_BY_PROBE))

    def _read_all(self, every: list[int]) -> None:
        """Read all relations."""
        (read,) = self._ask(LOOPS, _execute("migseal_relations", *(self.ignore or NOTHING), every))
        known = self._relations
        known.names, known.reads, known.texts = {}, {}, {}
        known.learn((), read)

    def _read_rest(self) -> None:
        """Read what belongs to no relation."""
        (read,) = self._ask(NO_LOOPS, _execute("migseal_rest", *(self.ignore or NOTHING)))
        self._rest.texts = _by_section(read)

    def _ask(self, setting: str, *questions: Composable) -> list[list[Row]]:
        """Ask all at once, by libpq's own words: one way there and back. Give each one's rows.

        Raises:
            CannotCheckError: A connection of the migrations still holds a lock on what is to be read.
        """
        from psycopg.sql import SQL  # noqa: PLC0415 - psycopg is slow to import

        asked = SQL("; ").join((SQL(setting), *questions)).as_bytes(self._eye)
        return [list(cells(result)) for result in ask(self._eye, asked)[1:]]


def ask(connection: Connection[Any], statements: bytes) -> list[PGresult]:
    """Run statements by libpq's own words, which takes a third of the time; give each one's result.

    Raises:
        CannotCheckError: A connection of the migrations still holds a lock on what is to be read.
    """
    from psycopg import errors  # noqa: PLC0415 - psycopg is slow to import

    connection.pgconn.send_query(statements)
    results = []
    while (result := connection.pgconn.get_result()) is not None:
        results.append(result)
    for result in results:
        if result.error_message:
            error = errors.error_from_result(result, encoding=connection.info.encoding)
            if isinstance(error, errors.LockNotAvailable):
                raise CannotCheckError(LOCKED.format(error), LOCKED_HINT) from error
            raise error
    return results


def _prepare(connection: Connection[Any], **statements: str) -> None:
    """Set a connection up, and prepare our statements on it."""
    connection.prepare_threshold = None  # psycopg's own ones would take ours along when it forgets them
    settings = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in SESSION.items())
    connection.execute(f"SELECT {settings}".encode())
    for name, text in statements.items():
        # Not psycopg's own `prepare=True`: it would read these 60 kB for placeholders every time.
        if connection.execute(PREPARED, [name]).fetchone():
            connection.execute(f"DEALLOCATE {name}".encode())
        connection.execute(f"PREPARE {name} {text}".encode())


def _execute(statement: str, *arguments: object) -> Composable:
    """Write the call of a prepared statement."""
    from psycopg.sql import SQL, Identifier  # noqa: PLC0415 - psycopg is slow to import

    holes = SQL(", ").join(map(SQL("{}").format, arguments))
    return SQL("EXECUTE {} ({})").format(Identifier(statement), holes)


def cells(rows: PGresult) -> Iterator[Row]:
    """Give an answer's rows: a section, a relation and a text each."""
    for row in range(rows.ntuples):
        section, relation, text = (rows.get_value(row, column) for column in range(3))
        if section and relation and text:  # a section without objects has no text
            yield section.decode(), int(relation), text.decode()


def _by_section(rows: Iterable[Row]) -> Texts:
    texts: Texts = {}
    for section, relation, text in rows:
        texts.setdefault(section, {})[relation] = text
    return texts
