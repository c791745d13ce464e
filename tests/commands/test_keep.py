"""Looking at a failure: `check --keep` and `check --only`."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from checks.postgres import launch

if TYPE_CHECKING:
    from sandbox import Ran, Sandbox

pytestmark = pytest.mark.postgres

PATIENCE = 60  # seconds, on the busiest machine
SOCKET = re.compile(r'psql "(host=(\S+) port=\d+ user=postgres dbname=(\S+))"')
END = re.compile(r"`kill (\d+)` ends it; it ends by itself after 4 hours")


def both_ways(up: str, down: str) -> str:
    return f"{up}\n-- migrate:down\n{down}\n"


def files(repo: Sandbox) -> None:
    """Write a history of which the second migration leaves something, and the third as well."""
    repo.sql("001_a", both_ways("CREATE TABLE a (id int);", "DROP TABLE a;"))
    repo.sql("002_b", both_ways("CREATE TABLE b (id int); CREATE TABLE left_over ();", "DROP TABLE b;"))
    repo.sql("003_c", both_ways("CREATE TABLE c (id int);", "SELECT 'nothing';"))


def there(address: str) -> list[str]:
    query = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
    with psycopg.connect(address) as connection:
        return [str(name) for (name,) in connection.execute(query)]


def is_gone(directory: str) -> bool:
    until = time.monotonic() + PATIENCE
    while Path(directory).exists() and time.monotonic() < until:
        time.sleep(0.05)
    return not Path(directory).exists()


def kept(ran: Ran) -> tuple[str, str, int]:
    """Give the address that was printed, the server's directory, and the process that ends it."""
    place, ends = SOCKET.search(ran.said), END.search(ran.said)
    assert place is not None, ran.said
    assert ends is not None, ran.said
    return place[1], place[2], int(ends[1])


def test_the_database_is_left_at_the_failing_leg_until_it_is_ended(repo: Sandbox) -> None:
    files(repo)
    ran = repo.process("check", "--all", "--keep")
    assert ran.code == 1, ran.said
    assert "kept as the downgrade of 002 left it" in ran.said
    address, directory, process = kept(ran)
    try:
        assert there(address) == ["a", "left_over"]
    finally:
        os.kill(process, signal.SIGTERM)
    assert is_gone(directory)


def test_a_failed_upgrade_is_kept_for_alembic_too(repo: Sandbox) -> None:
    repo.alembic(
        ("r1", None, 'op.execute("CREATE TABLE a ()")', 'op.execute("DROP TABLE a")'),
        ("r2", "r1", 'op.execute("CREATE TABLE a ()")', "pass"),
    )
    ran = repo.process("check", "--all", "--keep", "--output", "json")
    address, directory, process = kept(ran)
    try:
        assert "kept as the upgrade of r2 left it" in ran.said
        assert there(address) == ["a", "alembic_version", "alembic_version_pkc"]
    finally:
        os.kill(process, signal.SIGTERM)
    assert is_gone(directory)


def test_it_ends_by_itself(repo: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "STAY_SECONDS", 1)
    files(repo)
    place = SOCKET.search(repo.run("check", "--all", "--keep").out)
    assert place is not None
    assert is_gone(place[2])


def test_nothing_is_kept_where_nothing_fails(repo: Sandbox) -> None:
    repo.sql("001_a", both_ways("CREATE TABLE a (id int);", "DROP TABLE a;"))
    ran = repo.run("check", "--all", "--keep")
    assert ran.code == 0
    assert "no leg failed, so no database is kept" in ran.out
    assert "psql" not in ran.out


def steps(ran: Ran) -> list[tuple[str, str]]:
    return [(step["migration"], step["leg"]) for step in json.loads(ran.out)["steps"]]


def test_only_some_are_run(repo: Sandbox) -> None:
    files(repo)
    ran = repo.run("check", "--only", "001", "--only", "003", "--output", "json")
    assert ran.code == 1
    assert steps(ran) == [
        ("001", "up"),
        ("001", "down"),
        ("001", "again"),
        ("003", "up"),
        ("003", "down"),
        ("003", "again"),
    ]
    assert (
        "only 003, 001 was run: nothing else is proved"
        in repo.run("check", "--only", "003", "--only", "001").out
    )


def test_what_is_deployed_is_run_too_if_it_is_named(repo: Sandbox) -> None:
    repo.sql("001_a", both_ways("CREATE TABLE a (id int);", "DROP TABLE a;"))
    repo.locked()
    ran = repo.run("check", "--only", "001", "--output", "json")
    assert steps(ran) == [("001", "up"), ("001", "down"), ("001", "again")]


def test_an_unknown_version_is_refused_with_the_nearest(repo: Sandbox) -> None:
    files(repo)
    ran = repo.run("check", "--only", "0003")
    assert ran.code == 2
    assert "--only 0003: no migration has this version (did you mean 003?)" in ran.said


@pytest.mark.parametrize("words", [("--only", "1", "--all"), ("--keep", "--files-only")])
def test_what_does_not_go_together(repo: Sandbox, words: tuple[str, ...]) -> None:
    files(repo)
    assert repo.run("check", *words).code == 2


def test_rows_that_were_made_are_kept_as_the_downgrade_left_them(repo: Sandbox) -> None:
    repo.sql("001_t", both_ways("CREATE TABLE t (a int, b text);", "DROP TABLE t;"))
    repo.sql("002_drop", both_ways("ALTER TABLE t DROP b;", "ALTER TABLE t ADD b text;"))
    ran = repo.process("check", "--all", "--keep")
    address, directory, process = kept(ran)
    try:
        assert "kept as the downgrade of 002 left it" in ran.said
        with psycopg.connect(address) as connection:
            assert connection.execute("SELECT DISTINCT b FROM t").fetchall() == [(None,)]
    finally:
        os.kill(process, signal.SIGTERM)
    assert is_gone(directory)
