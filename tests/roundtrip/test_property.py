from __future__ import annotations

import re
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import dump, dump_roles, pg_dump
from servers import BY_MAJOR, MAJORS

from checks.postgres.server import connect, create, drop
from checks.roundtrip.catalog import compare
from checks.roundtrip.reader import Reader, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from checks.database import Database
    from checks.migration import Difference
    from checks.postgres.server import Server
    from checks.roundtrip.catalog import Catalog

pytestmark = pytest.mark.postgres

HERE = Path(__file__).parent
WORLD = (HERE / "moves_world.sql").read_text(encoding="utf-8")
TEMPLATES = [
    line
    for line in (HERE / "moves.sql").read_text(encoding="utf-8").splitlines()
    if line and line[:2] != "--"
]
CHOICE = re.compile(r"\{([^{}]*)\}")
CLUSTER = re.compile(r"ROLE|PARAMETER|TABLESPACE|OWNED|(?:GRANT|REVOKE) \w+ (?:TO|FROM)")
SUBSCRIPTIONS = (
    "SELECT subname FROM pg_subscription s JOIN pg_database d ON d.oid = subdbid"
    " WHERE datname = current_database()"
)
ROLES = """\
DROP ROLE IF EXISTS move_new;
REVOKE move_a FROM move_b CASCADE; REVOKE pg_monitor FROM move_a CASCADE;
ALTER ROLE move_a RESET ALL; DROP OWNED BY move_a, move_b;
ALTER ROLE move_a NOLOGIN NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION INHERIT
  CONNECTION LIMIT -1 VALID UNTIL 'infinity'"""

HEIRS = ("m.child.", "m.parts_", "m.new.")
# What the catalog tells and pg_dump does not, and why not.
UNDUMPED: dict[str, Callable[[Difference], bool]] = {
    "pg_dump makes every index, so that it is valid in what it makes": lambda one: (
        one.kind == "index" and one.detail.startswith("valid was")
    ),
    "rows are no part of a schema, and what is in a materialized view are rows": lambda one: (
        one.kind == "materialized view" and "populated was" in one.detail
    ),
    "a heir that is restored has its parent's NOT NULL anew, whatever became of its own": lambda one: (
        one.name.startswith(HEIRS) and one.detail in ("not null became nullable", "nullable became not null")
    ),
    "the schema public, up to 14, and the extension plpgsql are what initdb makes": lambda one: (
        (one.kind, one.name) in {("schema", "public"), ("extension", "plpgsql")} and "comment" in one.detail
    ),
    "the state of the server's own triggers is that of a session that restores": lambda one: (
        one.kind == "constraint" and one.detail.startswith("triggers ")
    ),
}


class World:
    """Databases that are alike, one for each example, and what each oracle says of one."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.program = pg_dump(server.major)
        self.template = create(server)
        with closing(connect(self.template)) as work:
            for role in ("move_a", "move_b", "move_super SUPERUSER"):
                with suppress(psycopg.errors.DuplicateObject):
                    work.execute(f"CREATE ROLE {role}")
            work.execute(WORLD)

    def close(self) -> None:
        drop(self.server, self.template)
        with closing(connect(self.server.admin)) as work:
            work.execute(f"{ROLES}; DROP ROLE move_a, move_b, move_super")

    def example(self, before: Sequence[str], after: Sequence[str]) -> None:
        """Go from a state to another: both oracles must agree on whether they are the same."""
        with closing(connect(self.server.admin)) as admin:
            admin.execute(ROLES)
        database = create(self.server, template=self.template.dbname)
        try:
            with ExitStack() as stack:
                work, fresh, eye = (stack.enter_context(closing(connect(database))) for _ in range(3))
                stack.callback(clear, work)
                work.execute("SET search_path = m, public")
                reader = Reader(eye)
                reader.read()
                self._act(work, before)
                cluster = any(map(CLUSTER.search, after))
                was, dumped = self._look(database, reader, fresh, cluster=cluster)
                moved = self._act(work, after)
                now, dumped_now = self._look(database, reader, fresh, cluster=cluster)
                agree(moved, compare(was, now), dumped, dumped_now)
                assert bool(compare(was, now)) == bool(compare(now, was))
        finally:
            drop(self.server, database)

    def _act(self, work: psycopg.Connection[Any], moves: Sequence[str]) -> list[str]:
        """Make the moves, and give those that were possible."""
        made = []
        for move in moves:
            with suppress(psycopg.Error):
                work.execute(move.replace(":db", work.info.dbname))
                made.append(move)
        return made

    def _look(
        self, database: Database, reader: Reader, fresh: psycopg.Connection[Any], *, cluster: bool
    ) -> tuple[Catalog, list[str]]:
        known = reader.read()
        assert lines(known) == lines(snapshot(fresh)), "the reader has what is there"
        roles = dump_roles(self.program, database) if cluster else []
        return known, [*dump(self.program, database), *roles]


def clear(work: psycopg.Connection[Any]) -> None:
    """Let nothing keep the database from being dropped."""
    work.execute("RESET ROLE")
    for (subscription,) in work.execute(SUBSCRIPTIONS).fetchall():
        work.execute(f"ALTER SUBSCRIPTION {subscription} DISABLE")
        work.execute(f"ALTER SUBSCRIPTION {subscription} SET (slot_name = none)")
        work.execute(f"DROP SUBSCRIPTION {subscription}")
    work.execute(f"ALTER DATABASE {work.info.dbname} IS_TEMPLATE false")


def lines(catalog: Catalog) -> set[tuple[str, str]]:
    return {
        (name, line)
        for name, texts in catalog.texts.items()
        for text in texts.values()
        for line in text.split("\n")
    }


def agree(moved: list[str], found: tuple[Difference, ...], before: list[str], after: list[str]) -> None:
    """Assert that the catalogs differ where the dumps do, and that the dumps do unless known why not."""
    shown = set(before).symmetric_difference(after)
    assert found or not shown, f"the catalog is silent: {moved}\n" + "\n".join(sorted(shown))
    more = [one for one in found if not any(reason(one) for reason in UNDUMPED.values())]
    assert shown or not more, f"pg_dump is silent: {moved}\n" + "\n".join(map(str, more))


@st.composite
def move(draw: st.DrawFn) -> str:
    template = draw(st.sampled_from(TEMPLATES))
    return CHOICE.sub(lambda found: draw(st.sampled_from(found[1].split("|"))), template)


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    made = World(server)
    yield made
    made.close()


MANY = [pytest.param(major, marks=pytest.mark.slow) for major in MAJORS]
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
BEFORE, AFTER = st.lists(move(), max_size=5), st.lists(move(), min_size=1, max_size=3)


@pytest.mark.parametrize("server", BY_MAJOR, indirect=True)
@settings(max_examples=100, derandomize=True, suppress_health_check=QUIET)
@given(BEFORE, AFTER)
def test_catalogs_differ_where_dumps_do(world: World, before: list[str], after: list[str]) -> None:
    world.example(before, after)


@pytest.mark.parametrize("server", MANY, indirect=True)
@settings(max_examples=2000, suppress_health_check=QUIET)
@given(BEFORE, AFTER)
def test_catalogs_differ_where_very_many_dumps_do(world: World, before: list[str], after: list[str]) -> None:
    world.example(before, after)
