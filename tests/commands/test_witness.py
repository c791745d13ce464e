"""What the server saw of new migrations, from end to end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from checks.postgres.server import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox import Sandbox

    from checks.postgres.server import Server

pytestmark = pytest.mark.postgres

UPDATE = "UPDATE t_001 SET id = 2;\n-- migrate:down\nUPDATE t_001 SET id = 1;\n"


def steps(repo: Sandbox, *arguments: str) -> dict[str, Any]:
    """Run `migseal check`, and give the witness of each leg that is watched."""
    ran = repo.run("check", "--output", "json", *arguments)
    found = [step for step in json.loads(ran.out)["steps"] if not step["leg"].startswith("populated")]
    return {f"{step['migration']} {step['leg']}": step["witness"] for step in found}


def test_of_sql_files(repo: Sandbox) -> None:
    repo.locked("001_a")
    repo.branch()
    repo.sql("002_b", UPDATE)
    repo.sql("003_c", "DROP TABLE t_001;\n-- migrate:down\nCREATE TABLE t_001 (id int);\n")
    told = steps(repo)
    assert [told[f"002 {leg}"]["written"] for leg in ("up", "down", "again")] == [["public.t_001"]] * 3
    assert [told[f"003 {leg}"]["touched"] for leg in ("up", "down", "again")] == [
        ["public.t_001"],
        [],
        ["public.t_001"],
    ]
    assert all(witness["complete"] for witness in told.values())


def test_of_alembic(repo: Sandbox) -> None:
    first = ("a1", None, 'op.execute("CREATE TABLE t (id int)")', 'op.execute("DROP TABLE t")')
    repo.alembic(first)
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    change = ("b2", "a1", 'op.execute("ALTER TABLE t ADD c int")', 'op.drop_column("t", "c")')
    repo.alembic(first, change)
    told = steps(repo)
    assert {leg: witness["touched"] for leg, witness in told.items()} == {
        "b2 up": ["public.t"],
        "b2 down": ["public.t"],
        "b2 again": ["public.t"],
    }
    assert told["b2 down"]["dropped"] == [
        {"tag": "ALTER TABLE", "kind": "table column", "name": "public.t.c", "dropped": True}
    ]
    assert "changed table public.t; ACCESS EXCLUSIVE lock on public.t" in repo.run("check").out


def test_a_comment_allows_what_was_seen(repo: Sandbox) -> None:
    repo.write("migseal.yaml", "rules: {rewrites-table: error}\n")
    repo.locked("001_a")
    repo.branch()
    change = (
        "ALTER TABLE t_001 ALTER id TYPE bigint;\n-- migrate:down\nALTER TABLE t_001 ALTER id TYPE int;\n"
    )
    repo.sql("002_b", change)
    ran = repo.run("check")
    assert ran.code == 1
    assert "migration 002 rewrites public.t_001" in ran.out
    repo.sql("002_b", f"-- migseal: allow rewrites-table: it is small\n{change}")
    ran = repo.run("check")
    assert (ran.code, "note: rewrites-table" in ran.out) == (0, True)


@pytest.fixture
def plain(server: Server) -> Iterator[str]:
    """The URL of a role that may make databases, and nothing else."""
    with connect(server.admin) as connection:
        if connection.info.server_version < 150000:
            pytest.skip("PostgreSQL grants parameters from 15 on")
        connection.execute("CREATE ROLE plain_witness LOGIN CREATEDB PASSWORD 'plain'")
        connection.execute("GRANT SET ON PARAMETER migseal.token TO plain_witness")
        yield server.admin.url().replace(f"postgres:{server.admin.password}", "plain_witness:plain")
        connection.execute("DROP OWNED BY plain_witness")
        connection.execute("DROP ROLE plain_witness")


def test_where_the_server_cannot_tell_no_rule_on_it_passes(
    repo: Sandbox, plain: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIGSEAL_DATABASE_URL", plain)
    repo.write("migseal.yaml", "rules: {drops-in-upgrade: error}\npostgres: {provider: given}\n")
    repo.locked("001_a")
    repo.branch()
    repo.sql("002_b", UPDATE)
    ran = repo.run("check")
    assert ran.code == 1
    assert "error: drops-in-upgrade" in ran.out
    assert "was not seen: the role on this server is no superuser" in ran.out
    assert "not witnessed: the role on this server is no superuser" in ran.out
