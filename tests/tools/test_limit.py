"""Migrations that hang: each ends as a failure that says where, and the next runs in peace."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from checks.errors import CannotCheckError
from checks.migration import File, History, Migration, Project
from checks.postgres.server import connect
from checks.tools import sql
from checks.tools.alembic import runs

if TYPE_CHECKING:
    from pathlib import Path

    from checks.database import Database
    from tests.tools.conftest import AlembicProject

pytestmark = pytest.mark.postgres

OTHER_SESSION = """
from sqlalchemy import create_engine, text
op.execute("CREATE TABLE mine (id int)")
with create_engine(op.get_bind().engine.url).connect() as other:
    other.execute(text("SELECT 'other', pg_advisory_lock(7)"))
    op.execute("SELECT 'first', pg_advisory_lock(7)")
"""
DEAF = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass"
IN_C = "import re\nre.match('(a|a)+$', 'a' * 64 + 'b')"  # it holds Python's lock all the time
WAITED = """\
; it waited for a lock of its own other session, whose last statement was: SELECT 'other', pg_advisory_lock(7)
"""
DEFERRED = """\
CREATE TABLE t (id int);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN PERFORM pg_sleep(1000000); RETURN NEW; END';
CREATE CONSTRAINT TRIGGER g AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION f();
INSERT INTO t VALUES (1);
"""
# What it does, the line at which it is, the statement, and what else is said.
PYTHON = {
    "a statement": ('op.execute("SELECT pg_sleep(1000000)")', 7, "SELECT pg_sleep(1000000)", ""),
    "Python": ("while True: pass", 7, None, "; the database had nothing to do for it then"),
    "C": (IN_C, 8, None, "; the database had nothing to do for it then"),
    "deaf": (DEAF, 9, None, "; the database had nothing to do for it then"),
    "its own lock": (
        OTHER_SESSION,
        11,
        "SELECT 'first', pg_advisory_lock(7)",
        WAITED,
    ),
}
SQL = {
    "a statement": ("SELECT 1;\n\nSELECT pg_sleep(1000000);\n", 3, "SELECT pg_sleep(1000000)"),
    "a loop": ("DO $$ BEGIN LOOP END LOOP; END $$;", 1, "DO $$ BEGIN LOOP END LOOP; END $$"),
    "notices": (
        "DO $$ BEGIN LOOP RAISE NOTICE 'x'; END LOOP; END $$;",
        1,
        "DO $$ BEGIN LOOP RAISE NOTICE 'x'; END LOOP; END $$",
    ),
    "an endless COPY": (
        "CREATE TABLE t (a text);\nCOPY t FROM PROGRAM 'sleep 1000000';",
        2,
        "COPY t FROM PROGRAM 'sleep 1000000'",
    ),
    "at its commit": (
        DEFERRED,
        None,
        "COMMIT",
    ),
}

PATIENCE = 20  # seconds


def sessions(database: Database) -> int:
    """Count the sessions in a database but the one that asks."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with connect(database) as eye:
        row = eye.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def ends(database: Database) -> bool:
    """Wait until nobody else is in a database: a session that was ended takes its time on a busy machine."""
    until = time.monotonic() + PATIENCE
    while sessions(database):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize(("act", "line", "statement", "more"), PYTHON.values(), ids=PYTHON)
def test_a_revision_that_hangs_is_ended_where_it_is(
    shop: AlembicProject, database: Database, act: str, line: int, statement: str | None, more: str
) -> None:
    shop.options["timeout"] = 1
    good, bad = shop.table("good"), shop.revision("bad", act, after="good")
    with shop.walk(database) as walk:
        assert walk.upgrade(good) is None
        failure = walk.upgrade(bad)
        assert failure is not None
        assert (failure.path, failure.line) == ("migrations/versions/bad.py", line)
        assert failure.message == f"it was not done after 1 s, and was ended{more}"
        assert failure.statement == statement
        assert "raise `timeout` in migseal.yaml" in failure.hint
        assert ends(database)
        assert walk.downgrade(good) is None


def test_an_env_py_that_hangs_cannot_be_checked(
    shop: AlembicProject, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "LOAD_SECONDS", 5)
    shop.options["timeout"] = 1
    shop.env("import time\n\ntime.sleep(1000)\n")
    migration = shop.table("a1")
    with pytest.raises(CannotCheckError) as error, shop.walk(database) as walk:
        walk.upgrade(migration)
    assert error.value.message.startswith("shop: env.py came to no migration in 5 s\n")
    assert "migrations/env.py:3" in error.value.message
    assert "`timeout: 10`" in error.value.hint


@pytest.mark.parametrize(("text", "line", "statement"), SQL.values(), ids=SQL)
def test_a_file_that_hangs_is_ended_where_it_is(
    tmp_path: Path, database: Database, text: str, line: int | None, statement: str
) -> None:
    (tmp_path / "1_hangs.sql").write_text(text, encoding="utf-8")
    (tmp_path / "2_next.sql").write_text("CREATE TABLE next (id int);", encoding="utf-8")
    bad, good = (Migration(name[0], File(name, "", ""), line=1) for name in ("1_hangs.sql", "2_next.sql"))
    project = Project("app", "", "sql", timeout=1)
    with sql.walk(project, tmp_path, connect, History(project, (bad, good))) as walk:
        walk.enter(database)
        failure = walk.upgrade(bad)
        assert failure is not None
        assert (failure.path, failure.line, failure.statement) == ("1_hangs.sql", line, statement)
        assert failure.message == "it was not done after 1 s, and was ended"
        assert ends(database)
        assert walk.upgrade(good) is None
