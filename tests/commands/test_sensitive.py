"""Sensitive data, found in the text of a migration at its line and in the rows that it writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sandbox import Sandbox

pytestmark = pytest.mark.postgres

USERS = ("1a", None, "op.execute('CREATE TABLE users (name text, password text)')", "op.drop_table('users')")
TABLE = "users = sa.table('users', sa.column('name'), sa.column('password'))"
INSERT = f"{TABLE}\n    op.bulk_insert(users, [{{'name': 'admin', 'password': 'secret'}}])"
AWAY = "op.execute(\"DELETE FROM users WHERE name = 'admin'\")"


def found(repo: Sandbox, *options: str) -> list[tuple[str, int, str, str]]:
    ran = repo.run("check", "--output", "json", *options)
    findings: list[dict[str, Any]] = json.loads(ran.out)["findings"]
    assert "secret'" not in ran.out
    return [(f["rule"], f["line"], f["kind"], f["severity"]) for f in findings]


def history(repo: Sandbox, up: str, down: str = AWAY, config: str = "") -> None:
    repo.alembic(USERS)
    if config:
        repo.write("migseal.yaml", config)
    repo.commit()
    repo.run("init", "--no-baseline")
    repo.commit()
    repo.branch()
    repo.alembic(("2b", "1a", up, down))


def test_text_and_row_are_one_finding_at_the_literals_line(repo: Sandbox) -> None:
    history(repo, INSERT)
    assert found(repo) == [("sensitive-insert", 9, "password", "error")]
    assert found(repo, "--files-only") == [("sensitive-insert", 9, "password", "error")]


def test_the_row_alone_is_told_where_the_text_is_not(repo: Sandbox) -> None:
    history(repo, INSERT, config="rules: {sensitive-insert: off}\n")
    assert found(repo) == [("sensitive-row", 4, "password", "error")]


MADE = (
    "op.get_bind().execute("
    "sa.text('INSERT INTO users VALUES (:n, :p)'), {'n': 'admin', 'p': '-'.join('abcdef')})"
)


@pytest.mark.parametrize(
    "down", [AWAY, "op.execute('SELECT 1')", "raise NotImplementedError", "op.drop_table('x')"]
)
def test_a_made_value_is_told_by_its_row_whatever_the_downgrade_does(repo: Sandbox, down: str) -> None:
    history(repo, MADE, down, "sensitive: {columns: []}\n")
    assert ("sensitive-row", 4, "password", "error") in found(repo)


def test_a_table_that_the_migration_makes_is_looked_into(repo: Sandbox) -> None:
    both = (
        "op.execute('CREATE TABLE keys (api_token text)'); op.execute('INSERT INTO keys SELECT md5(1::text)')"
    )
    history(repo, both, "op.drop_table('keys')")
    assert found(repo) == [("sensitive-row", 4, "token", "error")]


def test_what_is_ignored_and_what_is_deployed_is_not_told(repo: Sandbox) -> None:
    history(repo, INSERT, config="sensitive: {ignore: [users.password]}\n")
    assert found(repo) == []
    repo.commit()
    repo.run("lock", "--environment", "production", "--release", "v1")
    repo.commit()
    assert found(repo) == []


def test_a_change_cannot_ignore_more_than_its_base_does(repo: Sandbox) -> None:
    history(repo, INSERT)
    repo.write("migseal.yaml", "sensitive: {ignore: [users.password]}\n")
    assert found(repo, "--files-only") == [("sensitive-insert", 9, "password", "error")]


UNKNOWN = {
    "a default": "op.execute('ALTER TABLE users ADD token uuid DEFAULT gen_random_uuid()')",
    "a function": "op.execute(\"INSERT INTO users SELECT 'admin', md5(random()::text)\")",
    "a value of the process": "import secrets; op.execute("
    "\"INSERT INTO users VALUES ('admin', '%s')\" % secrets.token_hex())",
}


@pytest.mark.parametrize("up", UNKNOWN.values(), ids=UNKNOWN)
@pytest.mark.parametrize(
    "down", [f"{AWAY}; op.execute('ALTER TABLE users DROP IF EXISTS token')", "raise NotImplementedError"]
)
def test_what_nobody_knows_is_no_secret_of_the_repository(repo: Sandbox, up: str, down: str) -> None:
    history(repo, up, down, "populate: false\n")
    rules = {rule for rule, *_ in found(repo)}
    assert not rules & {"sensitive-row", "sensitive-insert"}
