from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from checks.errors import CannotCheckError
from checks.migration import Difference, Effect
from checks.postgres.server import connect, create, drop
from checks.roundtrip.catalog import Catalog, compare
from checks.roundtrip.reader import SESSION, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from checks.database import Database
    from checks.postgres.server import Server

pytestmark = pytest.mark.postgres
VERSION_TABLE = """
CREATE TABLE {0}alembic_version (version_num varchar(32) CONSTRAINT alembic_version_pkc PRIMARY KEY);
CREATE INDEX ON {0}alembic_version (lower(version_num));
COMMENT ON TABLE {0}alembic_version IS 'ours'; COMMENT ON COLUMN {0}alembic_version.version_num IS 'ours';
GRANT SELECT ON {0}alembic_version TO public; ALTER TABLE {0}alembic_version ADD id serial;
GRANT SELECT (version_num) ON {0}alembic_version TO public;
CREATE STATISTICS {0}s ON version_num, id FROM {0}alembic_version;
ALTER TABLE {0}alembic_version ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON {0}alembic_version USING (true);
"""


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection[Any]]:
    with connect(database) as opened:
        yield opened


def names(differences: tuple[Difference, ...]) -> list[str]:
    return [f"{one.effect} {one.kind} {one.name}" for one in differences]


def test_an_empty_database_has_what_initdb_made(connection: psycopg.Connection[Any]) -> None:
    found = names(compare(Catalog({}), snapshot(connection)))
    assert [name for name in found if name.startswith("left ") and " role " not in name] == [
        "left schema public",
        "left extension plpgsql",
        "left database current",
    ]


def test_leftovers_at_an_empty_database_are_found(connection: psycopg.Connection[Any]) -> None:
    empty = snapshot(connection)
    connection.execute("CREATE TYPE public.mood AS ENUM ('a')")
    expected = Difference(Effect.LEFT, "enum type", "public.mood", "", "DROP TYPE public.mood;")
    assert compare(empty, snapshot(connection)) == (expected,)


@pytest.mark.parametrize(("schema", "ignore"), [("", None), ("", "public"), ("app.", "app"), ("app.", None)])
def test_the_version_table_and_all_of_it_is_ignored(
    schema: str, ignore: str | None, connection: psycopg.Connection[Any]
) -> None:
    connection.execute("CREATE SCHEMA app")
    before = snapshot(connection, (ignore, "alembic_version"))
    connection.execute("SET search_path = public")
    connection.execute(VERSION_TABLE.format(schema))
    assert compare(before, snapshot(connection, (ignore, "alembic_version"))) == ()
    assert names(compare(before, snapshot(connection))) == [
        f"left table {schema or 'public.'}alembic_version"
    ]


def test_a_table_of_the_same_name_elsewhere_is_not_ignored(connection: psycopg.Connection[Any]) -> None:
    connection.execute("CREATE SCHEMA app")
    before = snapshot(connection, ("public", "alembic_version"))
    connection.execute("CREATE TABLE app.alembic_version (id int)")
    after = snapshot(connection, ("public", "alembic_version"))
    assert names(compare(before, after)) == ["left table app.alembic_version"]


@pytest.mark.parametrize("search_path", ["app", "app, public", "public", "''"])
def test_names_are_qualified_whatever_the_connection_has_set(
    search_path: str, database: Database, connection: psycopg.Connection[Any]
) -> None:
    before = snapshot(connection)
    connection.execute(
        "CREATE SCHEMA app; CREATE TYPE app.e AS ENUM ('a'); CREATE TABLE public.t (a app.e DEFAULT 'a');"
        "CREATE FUNCTION public.f(app.e) RETURNS int LANGUAGE sql AS 'SELECT 1'"
    )
    with connect(database) as other:
        other.execute(f"SET search_path = {search_path}")
        found = snapshot(other)
    assert found == snapshot(connection)
    assert names(compare(before, found)) == [
        "left schema app",
        "left table public.t",
        "left function public.f(app.e)",
    ]


@pytest.mark.parametrize(
    "setting",
    [
        "datestyle = 'SQL, DMY'",
        "intervalstyle = iso_8601",
        "timezone = 'Asia/Tokyo'",
        "quote_all_identifiers = on",
    ],
)
def test_settings_of_the_session_do_not_change_what_is_read(
    setting: str, database: Database, connection: psycopg.Connection[Any]
) -> None:
    connection.execute(
        "CREATE TABLE public.t (a date DEFAULT '2020-02-01', b interval DEFAULT '1 day', c timestamptz"
        " DEFAULT '2020-02-01 00:00+00'); CREATE VIEW public.v AS SELECT a FROM public.t"
    )
    before = snapshot(connection)
    connection.execute(f"ALTER ROLE current_user SET {setting}")
    try:
        with connect(database) as other:
            found = [one for one in compare(before, snapshot(other)) if one.kind != "role setting"]
    finally:
        connection.execute("ALTER ROLE current_user RESET ALL")
    assert found == []


def test_databases_made_alike_are_alike(server: Server, connection: psycopg.Connection[Any]) -> None:
    script = (
        "CREATE TABLE public.t (id serial PRIMARY KEY, n text UNIQUE); CREATE VIEW public.v AS SELECT n FROM"
        " public.t; COMMENT ON TABLE public.t IS 'x'; GRANT SELECT ON public.t TO public;"
        "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'"
    )
    other = create(server)
    try:
        with connect(other) as second:
            second.execute("CREATE TABLE public.first (id int); DROP TABLE public.first")
            second.execute(script)
            second.execute(f"COMMENT ON DATABASE {other.dbname} IS 'x'")
            connection.execute(script)
            connection.execute(f"COMMENT ON DATABASE {connection.info.dbname} IS 'x'")
            assert compare(snapshot(connection), snapshot(second)) == ()
    finally:
        drop(server, other)


def test_who_is_no_superuser_sees_what_is_theirs(connection: psycopg.Connection[Any]) -> None:
    connection.execute("CREATE ROLE plain")
    try:
        connection.execute("GRANT CREATE ON SCHEMA public TO plain; SET SESSION AUTHORIZATION plain")
        before = snapshot(connection)
        connection.execute("CREATE TABLE public.t (id int)")
        assert names(compare(before, snapshot(connection))) == ["left table public.t"]
    finally:
        connection.execute("RESET SESSION AUTHORIZATION; DROP OWNED BY plain; DROP ROLE plain")


def test_no_password_is_read(connection: psycopg.Connection[Any]) -> None:
    connection.execute(
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'hidden1');"
        "CREATE USER MAPPING FOR public SERVER s OPTIONS (password 'hidden2');"
    )
    connection.execute(
        "CREATE ROLE secretive PASSWORD 'hidden3'; ALTER ROLE secretive SET app.token = 'hidden4'"
    )
    try:
        text = str(snapshot(connection))
    finally:
        connection.execute("DROP ROLE secretive")
    assert ("secretive" in text, "hidden" in text) == (True, False)


def test_a_long_list_is_told_by_what_came_and_went(connection: psycopg.Connection[Any]) -> None:
    labels = ", ".join(f"'l{number}'" for number in range(10))
    connection.execute(f"CREATE TYPE public.e AS ENUM ({labels})")
    before = snapshot(connection)
    connection.execute("ALTER TYPE public.e ADD VALUE 'new'")
    (found,) = compare(before, snapshot(connection))
    assert found.detail == "labels with new"


def test_names_with_line_separators_are_one_line(connection: psycopg.Connection[Any]) -> None:
    before = snapshot(connection)
    connection.execute('CREATE TABLE public."a\u2028b\nc\x0bd" (id int)')
    assert names(compare(before, snapshot(connection))) == ['left table public."a\u2028b\nc\x0bd"']


def test_tablespaces_and_what_is_in_them(connection: psycopg.Connection[Any]) -> None:
    if connection.info.server_version < 150000:
        pytest.skip("tablespaces in place came with 15")
    connection.execute("CREATE TABLE public.t (a int)")
    before = snapshot(connection)
    connection.execute("SET allow_in_place_tablespaces = on")
    connection.execute("CREATE TABLESPACE aside LOCATION ''")
    try:
        connection.execute("ALTER TABLE public.t SET TABLESPACE aside")
        found = compare(before, snapshot(connection))
    finally:
        connection.execute("DROP TABLE public.t")
        connection.execute("DROP TABLESPACE aside")
    assert names(found) == ["left tablespace aside", "altered table public.t"]
    assert found[1].detail == "tablespace none became aside"


def test_somebody_else_s_lock_ends_the_wait(
    database: Database, connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SESSION, "lock_timeout", "50ms")
    connection.execute("CREATE VIEW public.v AS SELECT 1 AS a")
    with connect(database) as other, connection.transaction():
        connection.execute("LOCK TABLE public.v IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(CannotCheckError, match="another connection holds a lock"):
            snapshot(other)
