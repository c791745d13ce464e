from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from checks.errors import CannotCheckError
from checks.postgres import Settings, given
from checks.postgres.server import connect, create

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.database import Database
    from checks.postgres.server import Server


@pytest.fixture
def url(server: Server) -> str:
    return server.admin.url()


@pytest.fixture
def role(server: Server) -> Iterator[str]:
    """A role that may make databases, and nothing else."""
    with connect(server.admin) as connection:
        connection.execute("CREATE ROLE plain LOGIN CREATEDB PASSWORD 'plain'")
        yield server.admin.url().replace(f"postgres:{server.admin.password}", "plain:plain")
        connection.execute("DROP OWNED BY plain")
        connection.execute("DROP ROLE plain")


def names(server: Server) -> set[str]:
    with connect(server.admin) as connection:
        return {row[0] for row in connection.execute("SELECT datname FROM pg_database")}


@pytest.mark.postgres
def test_names_are_random_and_all_are_dropped(server: Server, url: str) -> None:
    before = names(server)
    with given.start(Settings(url=url)) as other:
        made = {create(other).dbname, create(other).dbname}
        assert all(name.startswith("migseal_") for name in made)
        assert names(server) == before | made
    assert names(server) == before


@pytest.mark.postgres
def test_a_name_of_ones_own_is_refused(url: str) -> None:
    with (
        given.start(Settings(url=url)) as other,
        pytest.raises(CannotCheckError, match="none can be named shop"),
    ):
        create(other, "shop")


@pytest.mark.postgres
def test_the_token_is_the_databases_own(server: Server, url: str, database: Database) -> None:
    with given.start(Settings(url=url)) as other:
        with connect(create(other)) as connection:
            assert connection.execute("SHOW migseal.token").fetchone() == (other.token,)
        with pytest.raises(CannotCheckError, match="is not a database"):
            connect(other.database(database.dbname))
    assert other.token != server.token


@pytest.mark.postgres
def test_the_variable_names_it_and_may_name_a_driver(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIGSEAL_DATABASE_URL", url.replace("postgresql:", "postgresql+psycopg2:"))
    assert given.available(Settings()) is None
    with given.start(Settings()) as other:
        assert other.admin.url() == url


@pytest.mark.postgres
def test_a_role_that_may_not_set_the_token_is_told_what_to_grant(server: Server, role: str) -> None:
    before = names(server)
    with given.start(Settings(url=role)) as other, pytest.raises(CannotCheckError) as caught:
        create(other)
    assert "permission denied to set parameter" in caught.value.message
    assert "GRANT SET ON PARAMETER migseal.token" in caught.value.hint
    assert names(server) == before


@pytest.mark.postgres
def test_and_with_that_grant_it_may(server: Server, role: str) -> None:
    with connect(server.admin) as connection:
        if connection.info.server_version < 150000:
            pytest.skip("PostgreSQL grants parameters from 15 on")
        connection.execute("GRANT SET ON PARAMETER migseal.token TO plain")
    with given.start(Settings(url=role)) as other:
        connect(create(other)).close()


@pytest.mark.postgres
def test_a_wrong_password_is_told_without_it(url: str, server: Server) -> None:
    wrong = url.replace(server.admin.password, "secret-word")
    with (
        pytest.raises(CannotCheckError, match="password authentication failed") as caught,
        given.start(Settings(url=wrong)),
    ):
        pass
    assert f"postgres@127.0.0.1:{server.admin.port}" in caught.value.message
    assert "secret-word" not in caught.value.message


@pytest.mark.postgres
def test_a_server_that_is_another_major_is_not_available(server: Server, url: str) -> None:
    assert given.available(Settings(url=url, major=server.major)) is None
    reason = given.available(Settings(url=url, major=7))
    assert reason is not None
    assert reason.endswith(f"is PostgreSQL {server.version}, not 7")


def test_a_server_that_is_not_there_is_no_silent_way_to_another() -> None:
    url = "postgresql://u:secret-word@127.0.0.1:1/x"
    with pytest.raises(
        CannotCheckError, match=r"cannot connect to postgresql://u@127\.0\.0\.1:1/x"
    ) as caught:
        given.available(Settings(url=url, major=15))
    assert "secret-word" not in caught.value.message


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://u:secret-word@[h/x", "cannot be read"),
        ("postgresql:///x", "names no host"),
        ("postgresql://h/x", "names no user"),
        ("postgresql://u@a,b/x", "one host and one port"),
        ("postgresql://u@/x?host=/run/postgresql", "one host and one port"),
        ("postgresql://u:secret-word@h/x?sslmode=require", "has sslmode"),
        ("postgresql://u@h/x?options=-csearch_path%3Da&hostaddr=192.0.2.1", "has hostaddr, options"),
    ],
)
def test_a_url_that_would_not_mean_the_same_to_all_is_refused(url: str, words: str) -> None:
    with pytest.raises(CannotCheckError, match=words) as caught, given.start(Settings(url=url)):
        pass
    assert "secret-word" not in caught.value.message
    assert caught.value.__cause__ is None


@pytest.mark.postgres
def test_a_harmless_sslmode_is_allowed(url: str) -> None:
    assert given.available(Settings(url=f"{url}?sslmode=disable")) is None
    with given.start(Settings(url=f"{url}?sslmode=disable")) as other, psycopg.connect(other.admin.url()):
        pass
