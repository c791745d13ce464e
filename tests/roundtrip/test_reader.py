from __future__ import annotations

from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.postgres.server import connect, create, drop
from checks.roundtrip.reader import Reader, snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checks.database import Database
    from checks.postgres.server import Server
    from checks.roundtrip.catalog import Catalog

pytestmark = pytest.mark.postgres

HERE = Path(__file__).parent
SHOP = (HERE / "reader_shop.sql").read_text(encoding="utf-8")
STATEMENTS = (HERE / "reader_steps.sql").read_text(encoding="utf-8").splitlines()[1:]
RELATIONS = "SELECT oid FROM pg_class WHERE oid >= 16384"
ROLES = "SELECT quote_ident(rolname) FROM pg_roles WHERE rolname ~ '^reader_'"


def lines(catalog: Catalog) -> set[tuple[str, str]]:
    return {
        (name, line)
        for name, texts in catalog.texts.items()
        for text in texts.values()
        for line in text.split("\n")
    }


class Shop:
    """A database full of objects that name each other, read by the same readers all the time.

    One has nobody to guess what lost something, one is told of nothing, and one of too much.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.database: Database = create(server)
        self.stack = ExitStack()
        self.work, self.fresh, *eyes = (
            self.stack.enter_context(closing(connect(self.database))) for _ in range(5)
        )
        self.work.execute(SHOP)
        self.readers = [Reader(eye) for eye in eyes]
        for reader in self.readers:
            reader.read()

    def do(self, statement: str) -> None:
        """Run a statement, which may fail; what it did must be seen, by the oracle that reads everything."""
        every = [relation for (relation,) in self.work.execute(RELATIONS)]
        with suppress(psycopg.Error):
            self.work.execute(statement.replace("{database}", self.database.dbname))
        expected = lines(snapshot(self.fresh))
        for guess, reader in zip((None, (), every), self.readers, strict=True):
            assert lines(reader.read(suspects=guess)) == expected, statement

    def close(self) -> None:
        for (role,) in self.work.execute(ROLES).fetchall():
            self.work.execute(f"REASSIGN OWNED BY {role} TO current_user; DROP OWNED BY {role} CASCADE")
            self.work.execute(f"DROP ROLE {role}")
        self.stack.close()
        drop(self.server, self.database)


def in_order(server: Server, steps: Sequence[str]) -> None:
    shop = Shop(server)
    try:
        for statement in steps:
            shop.do(statement)
    finally:
        shop.close()


def test_after_each_statement_the_reader_has_what_is_there(server: Server) -> None:
    in_order(server, STATEMENTS)


ORDERS = st.lists(st.sampled_from(STATEMENTS), max_size=25)
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=10, suppress_health_check=QUIET)
@given(ORDERS)
def test_in_any_order_too(server: Server, steps: list[str]) -> None:
    in_order(server, steps)


@pytest.mark.slow
@settings(max_examples=500, suppress_health_check=QUIET)
@given(ORDERS)
def test_in_very_many_orders(server: Server, steps: list[str]) -> None:
    in_order(server, steps)
