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


def test_what_is_ignored_is_not_told(repo: Sandbox) -> None:
    history(repo, INSERT, config="sensitive: {ignore: [users.password]}\n")
    assert found(repo) == []


def test_a_change_cannot_ignore_more_than_its_base_does(repo: Sandbox) -> None:
    history(repo, INSERT)
    repo.write("migseal.yaml", "sensitive: {ignore: [users.password]}\n")
    assert found(repo, "--files-only") == [("sensitive-insert", 9, "password", "error")]


def test_our_own_words_are_left_as_they_are(repo: Sandbox) -> None:
    history(repo, INSERT)
    assert "from the environment or a secret store" in repo.check().out


WITHOUT_COLUMNS = "op.execute(\"INSERT INTO users VALUES ('admin', 'x', 'secret')\")"
LATER = {
    "by the tool": "op.add_column('users', sa.Column('pw', sa.Text))",
    "by a statement": "op.execute('ALTER TABLE users ADD COLUMN pw text')",
}


@pytest.mark.parametrize("adds", LATER.values(), ids=LATER)
def test_an_insert_without_columns_knows_what_earlier_migrations_and_its_own_made(
    repo: Sandbox, adds: str
) -> None:
    made = "op.create_table('users', sa.Column('name', sa.Text), sa.Column('note', sa.Text))"
    away = "op.drop_column('users', 'pw')"
    repo.alembic(("1a", None, made, "op.drop_table('users')"))
    repo.commit()
    repo.run("init", "--no-baseline")
    repo.commit()
    repo.branch()
    repo.alembic(("2b", "1a", f"{adds}\n    {WITHOUT_COLUMNS}", away))
    assert found(repo, "--files-only") == [("sensitive-insert", 9, "password", "error")]
    repo.alembic(("2b", "1a", adds, away), ("3c", "2b", WITHOUT_COLUMNS, AWAY))
    assert found(repo, "--files-only") == [("sensitive-insert", 8, "password", "error")]


def test_so_it_does_in_sql_whatever_the_ways_down_take_away(repo: Sandbox) -> None:
    repo.sql("001_a", "CREATE TABLE users (name text);\n-- migrate:down\nDROP TABLE users;\n")
    repo.sql("002_b.up", "ALTER TABLE users ADD pw text;\n")
    repo.sql("002_b.down", "ALTER TABLE users DROP pw;\n")
    repo.sql("003_c", "INSERT INTO users VALUES ('admin', 'secret');\n-- migrate:down\nTRUNCATE users;\n")
    assert found(repo, "--files-only") == [("sensitive-insert", 1, "password", "error")]


UNREADABLE = {
    "odd Python": ("", 'x = f"' + "{0}" * 10_001 + '"', 1, "too odd"),
    "broken JSON": ("users.json", '[{"password": "x"}', 1, "neither JSON nor YAML"),
    "what is no UTF-8": ("users.csv", "name,password\n\udce9,x\n", 2, "not UTF-8"),
}


@pytest.mark.parametrize(("file", "text", "line", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_of_which_nobody_can_tell_what_it_holds_is_told(
    repo: Sandbox, file: str, text: str, line: int, reason: str
) -> None:
    repo.alembic(USERS)
    repo.commit()
    repo.branch()
    loads = f"op.bulk_insert(sa.table('users'), load(open('{file}')))" if file else text
    repo.alembic(("2b", "1a", loads, AWAY))
    if file:
        (repo.root / file).write_bytes(text.encode(errors="surrogateescape"))
    findings = json.loads(repo.check("--output", "json").out)["findings"]
    (only,) = [one for one in findings if one["rule"] == "sensitive-insert"]
    assert (only["path"], only["line"]) == (file or "migrations/versions/2b.py", line)
    assert reason in only["message"]


def test_what_is_deployed_is_told_where_all_is_asked_for(repo: Sandbox) -> None:
    repo.alembic(USERS, ("2b", "1a", INSERT, AWAY))
    repo.commit()
    repo.run("init", "--no-baseline")
    repo.commit()
    assert found(repo) == []
    assert found(repo, "--all", "--no-baseline") == [("sensitive-insert", 9, "password", "error")]


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
