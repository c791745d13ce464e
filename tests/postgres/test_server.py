from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg
import pytest

from checks.errors import CannotCheckError
from checks.postgres.server import Server, connect, create, drop

if TYPE_CHECKING:
    from checks.database import Database

pytestmark = pytest.mark.postgres


def names(server: Server) -> set[str]:
    with connect(server.admin) as connection:
        return {row[0] for row in connection.execute("SELECT datname FROM pg_database")}


def test_a_database_is_reached_by_socket_and_by_tcp(server: Server, database: Database) -> None:
    with connect(database) as connection:
        assert connection.execute("SHOW migseal.token").fetchone() == (server.token,)
    with psycopg.connect(database.url()) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == (database.dbname,)


def test_tcp_wants_the_password(database: Database) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(replace(database, password="wrong").url())


def test_connections_are_in_autocommit(database: Database) -> None:
    with connect(database) as connection:
        connection.execute("CREATE TABLE a (id int)")
        with connect(database) as second:
            assert second.execute("SELECT count(*) FROM a").fetchone() == (0,)


def test_another_token_is_refused_with_the_address(database: Database) -> None:
    with pytest.raises(CannotCheckError, match=f"{database.port}/{database.dbname} is not a database"):
        connect(replace(database, token="of another run"))


def test_no_token_is_refused_too(database: Database) -> None:
    with connect(database) as connection:
        connection.execute(f"ALTER DATABASE {database.dbname} SET migseal.token = ''")
    with pytest.raises(CannotCheckError, match="is not a database"):
        connect(replace(database, token=""))


def test_an_address_without_a_server_is_named_without_its_password(database: Database) -> None:
    with pytest.raises(CannotCheckError) as caught:
        connect(replace(database, socket="/nowhere", password="hidden"))
    assert f"{database.port}/{database.dbname}" in caught.value.message
    assert "hidden" not in caught.value.message


def test_variables_of_libpq_do_not_lead_elsewhere(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGHOSTADDR": "192.0.2.1", "PGOPTIONS": "-c migseal.token=x", "PGPORT": "1"}.items():
        monkeypatch.setenv(name, value)
    connect(database).close()
    connect(replace(database, socket=None)).close()


def test_an_empty_database_can_be_named(server: Server) -> None:
    named = create(server, 'my "own"')
    assert 'my "own"' in names(server)
    drop(server, named)
    assert 'my "own"' not in names(server)


def test_a_copy_has_what_its_template_has_and_a_new_one_nothing(server: Server, database: Database) -> None:
    with connect(database) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1")
    copy, empty = create(server, template=database.dbname), create(server)
    with connect(copy) as in_copy, connect(empty) as in_empty:
        assert in_copy.execute("SELECT to_regclass('kept')::text").fetchone() == ("kept",)
        assert in_empty.execute("SELECT to_regclass('kept')::text").fetchone() == (None,)
    drop(server, copy)
    drop(server, empty)


def test_only_what_we_made_is_copied(server: Server) -> None:
    with pytest.raises(CannotCheckError, match="template1 was not made by this run"):
        create(server, template="template1")


def test_only_what_we_made_is_dropped(server: Server) -> None:
    with pytest.raises(CannotCheckError, match="not made by this run"):
        drop(server, server.admin)
    assert "postgres" in names(server)


def test_dropping_ends_connections(server: Server) -> None:
    fresh = create(server)
    with connect(fresh) as connection:
        drop(server, fresh)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert fresh.dbname not in names(server)


def test_a_database_goes_with_the_subscriptions_in_it(server: Server) -> None:
    database = create(server)
    with connect(database) as connection:
        connection.execute("CREATE SUBSCRIPTION s CONNECTION 'host=a' PUBLICATION p WITH (connect = false)")
    drop(server, database)
    assert database.dbname not in names(server)


def test_what_the_server_refuses_is_told(server: Server, database: Database) -> None:
    with pytest.raises(CannotCheckError, match="already exists"):
        create(server, database.dbname)


def test_no_shared_memory_is_left_where_others_keep_theirs(database: Database) -> None:
    with connect(database) as connection:
        assert connection.execute("SHOW dynamic_shared_memory_type").fetchone() == ("mmap",)


def test_publications_and_logical_slots_work_without_a_warning(database: Database) -> None:
    notices: list[str] = []
    with connect(database) as connection:
        connection.add_notice_handler(lambda notice: notices.append(str(notice.message_primary)))
        connection.execute("CREATE PUBLICATION p FOR ALL TABLES")
        connection.execute("SELECT pg_create_logical_replication_slot('s', 'pgoutput')")
        connection.execute("SELECT pg_drop_replication_slot('s')")
    assert notices == []


def test_one_transaction_holds_locks_on_a_large_schema(database: Database) -> None:
    with connect(database) as connection, connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(n) FROM generate_series(1, 30000) n")
        row = connection.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone()
    assert row == (30000,)
