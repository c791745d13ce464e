"""The catalog: a database's schema as plain lines, and what differs between two of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checks.errors import CannotCheckError
from checks.roundtrip.catalog_sql import SECTIONS, Part, query
from checks.roundtrip.difference import differences
from checks.roundtrip.entry import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from psycopg import Connection
    from psycopg.pq.abc import PGconn

    from checks.migration import Difference

MAJOR = 10000
STATEMENT = "migseal_catalog"
NOTHING = (None, None)
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
    "enable_nestloop": "off",
    "enable_mergejoin": "off",
    "work_mem": "64MB",
}


def prepare(connection: Connection[Any], part: Part = Part.WHOLE) -> None:
    """Set a connection of our own up for snapshots; `snapshot` does it where it was not done.

    Args:
        connection: In autocommit; its `search_path` and planner settings are ours from now on.
        part: Which part of the catalog it is to read.
    """
    session = {**SESSION, "application_name": _name(part)}
    settings = ", ".join(f"set_config('{name}', '{value}', false)" for name, value in session.items())
    connection.execute(f"SELECT {settings}".encode())
    named = "SELECT 1 FROM pg_prepared_statements WHERE name = %s"
    if connection.execute(named, [STATEMENT]).fetchone():
        connection.execute(f"DEALLOCATE {STATEMENT}".encode())
    info = connection.info
    superuser = info.parameter_status("is_superuser") == "on"
    text = query(info.server_version // MAJOR, superuser=superuser, part=part)
    # Not psycopg's own `prepare=True`: it would read these 60 kB for placeholders every time.
    connection.execute(f"PREPARE {STATEMENT} (text, text) AS {text}".encode())


def snapshot(
    connection: Connection[Any],
    ignore: tuple[str | None, str] | None = None,
    other: Connection[Any] | None = None,
) -> Catalog:
    """Read the catalog of the database that a connection is connected to.

    Args:
        connection: A connection of our own, in autocommit.
        ignore: The migration tool's own table, as schema (None: any) and name, and what belongs to it.
        other: A second connection to the same database, which reads the one half at the same time; nobody
            may change the schema meanwhile.

    Returns:
        The catalog. Objects of the system and of extensions are not in it.

    Raises:
        CannotCheckError: A connection of the migrations still holds a lock on what is to be read.
    """
    if other is None:
        return Catalog(_answer(connection, _ask(connection, Part.WHOLE, ignore)))
    second = _ask(other, Part.SECOND, ignore)
    first = _answer(connection, _ask(connection, Part.FIRST, ignore))
    return Catalog({**first, **_answer(other, second)})


def _ask(connection: Connection[Any], part: Part, ignore: tuple[str | None, str] | None) -> PGconn:
    """Send the question, and do not wait for the answer: this needs libpq's own words."""
    from psycopg.sql import SQL, Identifier  # noqa: PLC0415 - psycopg is slow to import

    # The server tells a connection's application_name by itself: this costs no question.
    if connection.info.parameter_status("application_name") != _name(part):
        prepare(connection, part)
    question = SQL("EXECUTE {} ({}, {})").format(Identifier(STATEMENT), *(ignore or NOTHING))
    connection.pgconn.send_query(question.as_bytes(connection))
    return connection.pgconn


def _answer(connection: Connection[Any], asked: PGconn) -> dict[str, str]:
    """Wait for the answer: each section's lines.

    Raises:
        CannotCheckError: A connection of the migrations still holds a lock on what is to be read.
    """
    from psycopg import errors  # noqa: PLC0415 - psycopg is slow to import

    results = []
    while (result := asked.get_result()) is not None:
        results.append(result)
    for result in results:
        if result.error_message:
            error = errors.error_from_result(result, encoding=connection.info.encoding)
            if isinstance(error, errors.LockNotAvailable):
                raise CannotCheckError(LOCKED.format(error), LOCKED_HINT) from error
            raise error
    (rows,) = results
    cells = ((rows.get_value(row, 0), rows.get_value(row, 1)) for row in range(rows.ntuples))
    return {name.decode(): lines.decode() for name, lines in cells if name and lines}


def _name(part: Part) -> str:
    return f"migseal catalog {part.value}"


def compare(before: Catalog, after: Catalog) -> tuple[Difference, ...]:
    """Name the objects in which two catalogs differ, as what became of `before`.

    Args:
        before: The state that should be there.
        after: The state that is there.

    Returns:
        One difference an object; what went or came with another object is not named again.
    """
    lost: list[Entry] = []
    left: list[Entry] = []
    for name in SECTIONS:
        old, new = before.texts.get(name, ""), after.texts.get(name, "")
        if old != new:
            were, are = set(old.split("\n")), set(new.split("\n"))
            lost.extend(_entries(name, were - are))
            left.extend(_entries(name, are - were))
    return differences(lost, left)


def _entries(section: str, lines: Iterable[str]) -> Iterable[Entry]:
    """Read a section's lines."""
    labels, catalog = SECTIONS[section].labels, SECTIONS[section].catalog
    for line in filter(None, lines):
        kind, name, within, clones, *values = json.loads(line)
        homes = within if isinstance(within, list) else [within]
        yield Entry(
            section=section,
            kind=kind,
            name=name,
            key=f"{catalog} {name}",
            within=tuple(home for home in homes if home),
            clones=tuple(clones or ()),
            values=dict(zip(labels, values, strict=True)),
        )


@dataclass(frozen=True)
class Catalog:
    """A schema at one moment.

    Attributes:
        texts: Each section's lines, in no order: a JSON array of an object's kind, name, what it goes away
            with, what it is a copy of, and what is known of it. Sections without objects are not there.
    """

    texts: Mapping[str, str]
