from __future__ import annotations

import contextlib
import fnmatch
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from oracle import dump, dump_roles, pg_dump
from servers import BY_MAJOR

from checks.postgres.server import connect
from checks.roundtrip.catalog import compare
from checks.roundtrip.reader import snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.database import Database
    from checks.migration import Difference
    from checks.postgres.server import Server

pytestmark = pytest.mark.postgres
TEXT = Path(__file__).with_name("catalog_cases.sql").read_text(encoding="utf-8")
MINE = (
    "SELECT subname FROM pg_subscription s JOIN pg_database d ON d.oid = subdbid"
    " WHERE datname = current_database()"
)
KNOWN = (
    "SELECT name FROM pg_available_extensions"
    " UNION SELECT 'icu' FROM pg_collation WHERE collname = 'und-x-icu'"
)
CLUSTER = re.compile(r"\b(?:role|parameter|tablespace|user)\b|grant \w+ to")
Row = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Case:
    name: str
    setup: str
    change: str
    expected: tuple[Row, ...]
    notes: dict[str, str]


def parse(text: str) -> Case:
    lines = text.split("\n")
    found = [re.match(r"-- (since|needs|undumped|undumped by): (.*)", line) for line in lines]
    notes = {match[1]: match[2] for match in found if match}
    setup, change = "\n".join(lines[1:]).split("-- change\n")
    expected = [line.removeprefix("-- expect: ") for line in lines if line.startswith("-- expect: ")]
    return Case(lines[0], setup, change, tuple(map(row, expected)), notes)


def row(line: str) -> Row:
    effect, kind, name, detail, mend = (part.strip() for part in line.split("|"))
    return effect, kind, name, detail, mend


CASES = [parse(part) for part in TEXT.split("-- case: ")[1:]]


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """Connect as a migration does; roles, which belong to the whole server, are dropped at the end."""
    with connect(database) as opened:
        yield opened
        named = "SELECT quote_ident(rolname) FROM pg_roles WHERE oid >= 16384 AND rolname <> current_user"
        for (subscription,) in opened.execute(MINE).fetchall():
            opened.execute(f"DROP SUBSCRIPTION {subscription}")
        for (role,) in opened.execute(named).fetchall():
            opened.execute(f"DROP OWNED BY {role} CASCADE; DROP ROLE {role}")


@pytest.fixture
def eye(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """Connect as we do, aside."""
    with connect(database) as opened:
        yield opened


def fit(case: Case, connection: psycopg.Connection[Any]) -> None:
    major = connection.info.server_version // 10000
    if major < int(case.notes.get("since", 0)):
        pytest.skip(f"PostgreSQL {major} has no such thing")
    needed = case.notes.get("needs")
    if needed and (needed,) not in connection.execute(KNOWN).fetchall():
        pytest.skip(f"the server has no {needed}")


def filled(text: str, database: Database) -> str:
    return text.replace("{user}", database.user).replace("{database}", database.dbname)


def rows(differences: tuple[Difference, ...]) -> list[Row]:
    return sorted((str(one.effect), one.kind, one.name, one.detail, one.mend) for one in differences)


def alike(found: Row, expected: Row) -> bool:
    """Compare; a star in what is expected stands for anything."""
    return all(
        fnmatch.fnmatchcase(" ".join(a.split()), b.replace("[", "[[]").replace("?", "[?]"))
        for a, b in zip(found, expected, strict=True)
    )


def shown(program: str, database: Database, case: Case) -> list[str]:
    """Give all that pg_dump shows; of the cluster only where the case is about it."""
    roles = CLUSTER.search(case.change)
    return [*dump(program, database), *(dump_roles(program, database) if roles else ())]


def undumped(case: Case, major: int) -> bool:
    """Tell whether this major's pg_dump is known to show nothing of it."""
    oldest = case.notes.get("undumped by", "").partition(":")[0]
    return "undumped" in case.notes or oldest == str(major)


def heal(connection: psycopg.Connection[Any], found: list[Row]) -> None:
    """Run the statements, those that others stand in the way of again at the end."""
    for mend in [one[4] for one in found if one[4]] * 2:
        with contextlib.suppress(psycopg.Error):
            connection.execute(mend)


@pytest.mark.parametrize("server", BY_MAJOR, indirect=True)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_difference_is_named_and_pg_dump_agrees(
    case: Case,
    server: Server,
    database: Database,
    connection: psycopg.Connection[Any],
    eye: psycopg.Connection[Any],
) -> None:
    fit(case, connection)
    program = pg_dump(eye.info.server_version // 10000)
    connection.execute(filled(case.setup, database))
    before, dumped = snapshot(eye), shown(program, database, case)
    assert compare(before, snapshot(eye)) == ()
    connection.execute(filled(case.change, database))
    found, same = rows(compare(before, snapshot(eye))), shown(program, database, case) == dumped
    expected = sorted(row(filled("|".join(one), database)) for one in case.expected)
    wrong = [pair for pair in zip(found, expected, strict=False) if not alike(*pair)]
    assert (wrong, len(found)) == ([], len(expected)), found
    heal(connection, found)
    left = {one[:3] for one in rows(compare(before, snapshot(eye)))}
    assert [one for one in found if one[4] and one[:3] in left] == [], "what is said to mend it does"
    assert same == (not found or undumped(case, server.major)), "pg_dump is the oracle"
