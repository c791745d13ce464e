"""Rows of the user's own in front of a migration: a file's, a command's, and what is made beside them."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sandbox import Ran, Sandbox

pytestmark = pytest.mark.postgres

TABLES = """\
CREATE TABLE person (id serial PRIMARY KEY, email text);
CREATE TABLE pet (id int PRIMARY KEY, person_id int NOT NULL REFERENCES person, name text);
-- migrate:down
DROP TABLE pet, person;
"""
UNIQUE = """\
CREATE UNIQUE INDEX person_email ON person (lower(email));
-- migrate:down
DROP INDEX person_email;
"""
EQUAL = "INSERT INTO person (email)\nVALUES ('a@example.org'), ('A@example.org'), ('b@example.org');\n"
OTHERS = "INSERT INTO person (email) VALUES ('a@example.org'), ('b@example.org');\n"


@pytest.fixture
def shop(repo: Sandbox) -> Sandbox:
    """Two deployed tables, and a branch."""
    repo.sql("001_a", TABLES)
    repo.locked()
    repo.branch()
    return repo


def steps(ran: Ran) -> dict[str, dict[str, Any]]:
    return {f"{step['migration']} {step['leg']}": step for step in json.loads(ran.out)["steps"]}


def found(ran: Ran) -> dict[str, str]:
    return {one["rule"]: one["message"] for one in json.loads(ran.out)["findings"]}


def test_rows_of_a_file_stand_in_place_of_made_ones(shop: Sandbox) -> None:
    shop.sql("002_u", UNIQUE)
    assert "fails-on-rows" in found(shop.run("check", "--output", "json"))
    shop.write("migrations/seed/002.sql", OTHERS)
    ran = shop.run("check", "--output", "json")
    assert (ran.code, found(ran)) == (0, {}), ran.said
    step = steps(ran)["002 populated up"]
    assert step["rows"] == step["given"] == {"public.person": 2}
    assert step["seeds"] == ["migrations/seed/002.sql"]
    assert steps(ran)["002 up"]["given"] is None
    assert steps(ran)["002 again"]["result"] == "passed"


def test_what_rows_of_a_file_show_names_the_file(shop: Sandbox) -> None:
    shop.sql("002_u", UNIQUE)
    shop.write("migrations/seed/002.sql", EQUAL)
    ran = shop.run("check", "--output", "json")
    assert ran.code == 1
    assert "(lower(email))=(a@example.org)" in found(ran)["fails-on-rows"]
    assert "with 3 rows in public.person; of migrations/seed/002.sql" in found(ran)["fails-on-rows"]


def test_other_tables_get_made_rows_that_may_refer_to_given_ones(shop: Sandbox) -> None:
    shop.sql("002_u", "ALTER TABLE person ADD x int; ALTER TABLE pet ADD x int;\n-- migrate:down\n"
             "ALTER TABLE pet DROP x; ALTER TABLE person DROP x;\n")  # fmt: skip
    shop.write("migrations/seed/002.sql", OTHERS)
    shop.sql("003_v", "ALTER TABLE person ADD y int;\n-- migrate:down\nALTER TABLE person DROP y;\n")
    ran = shop.run("check", "--output", "json")
    assert (ran.code, found(ran)) == (0, {}), ran.said
    up = steps(ran)["002 populated up"]
    assert (up["given"], up["rows"].keys()) == ({"public.person": 2}, {"public.person", "public.pet"})
    assert (steps(ran)["003 populated up"]["given"], steps(ran)["003 populated up"]["seeds"]) == ({}, [])
    assert {step["result"] for step in steps(ran).values()} == {"passed"}


def test_rows_beside_those_of_a_migration_leave_nothing_behind(shop: Sandbox) -> None:
    shop.sql(
        "002_r",
        "INSERT INTO person VALUES (100, 'root');\n-- migrate:down\nDELETE FROM person WHERE id = 100;\n",
    )
    shop.sql("003_u", UNIQUE)
    shop.sql("004_v", "ALTER TABLE person ADD y int;\n-- migrate:down\nALTER TABLE person DROP y;\n")
    shop.write("migrations/seed/003.sql", OTHERS)
    ran = shop.run("check", "--output", "json")
    assert (ran.code, found(ran)) == (0, {}), ran.said
    assert steps(ran)["003 populated down"]["result"] == "passed"
    assert steps(ran)["004 populated up"]["given"] == {}


def test_rows_that_a_migration_loses_are_told(shop: Sandbox) -> None:
    shop.sql("002_d", "ALTER TABLE person DROP email;\n-- migrate:down\nALTER TABLE person ADD email text;\n")
    shop.write("migrations/seed/002.sql", OTHERS)
    ran = shop.run("check", "--output", "json")
    assert "email of 2 rows in public.person" in found(ran)["data-loss"]


def test_a_migration_that_has_a_file_is_run_with_it_whatever_it_touches(shop: Sandbox) -> None:
    shop.sql("002_n", "CREATE TABLE other (id int);\n-- migrate:down\nDROP TABLE other;\n")
    assert "002 populated up" not in steps(shop.run("check", "--output", "json"))
    shop.write("migrations/seed/002.sql", OTHERS)
    ran = shop.run("check", "--output", "json")
    assert steps(ran)["002 populated up"]["given"] == {"public.person": 2}


def test_alembic_has_the_same_place(repo: Sandbox) -> None:
    first = ("a1", None, 'op.execute("CREATE TABLE t (id serial, c text)")', 'op.execute("DROP TABLE t")')
    second = ("b2", "a1", 'op.execute("CREATE UNIQUE INDEX u ON t (c)")', 'op.execute("DROP INDEX u")')
    repo.alembic(first)
    repo.locked()
    repo.branch()
    repo.alembic(first, second)
    repo.write("migrations/seed/b2.sql", "INSERT INTO t (c) VALUES ('one'), ('two');\n")
    ran = repo.run("check", "--output", "json")
    assert (ran.code, found(ran)) == (0, {}), ran.said
    assert steps(ran)["b2 populated up"]["given"] == {"public.t": 2}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("INSERT INTO person (email) VALUES ('a');\n\nINSERT INTO persons VALUES (1);\n", ":3: your rows"),
        ("\\copy person FROM x\n", ":1: your rows for migration 002 cannot be put in: \\copy is a command"),
        ("INSERT INTO person (email)\nVALUES (nobody);\n", ":2: your rows"),
        (b"SELECT '\xff';\n", " cannot be read"),
    ],
)
def test_a_file_that_fails_is_told_with_its_line(shop: Sandbox, text: str, told: str) -> None:
    shop.sql("002_u", UNIQUE)
    shop.write("migrations/seed/002.sql", text)
    ran = shop.run("check")
    assert ran.code == 2
    assert f"migrations/seed/002.sql{told}" in ran.said


PROGRAM = """\
import os, psycopg
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    assert os.environ["PGDATABASE"] == connection.info.dbname and os.environ["TENANT"] == "a"
    connection.execute("INSERT INTO person (email) VALUES (%s)", (os.environ["MIGSEAL_VERSION"],))
"""
CONFIG = """\
projects:
  shop:
    directory: migrations
    tool: sql
    env: {{TENANT: a}}
    populate:
      seed: {}
"""


def configure(shop: Sandbox, command: str) -> None:
    shop.write("migseal.yaml", CONFIG.format(json.dumps(command)))
    shop.sql("002_u", UNIQUE)


def test_a_command_puts_rows_in(shop: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@db.invalid/production")
    shop.write("seeds.py", PROGRAM)
    configure(shop, f"'{sys.executable}' seeds.py && true")
    shop.sql("003_n", "CREATE TABLE other (id int);\n-- migrate:down\nDROP TABLE other;\n")
    ran = shop.run("check", "--output", "json")
    assert (ran.code, found(ran)) == (0, {}), ran.said
    step = steps(ran)["002 populated up"]
    assert (step["given"], step["seeds"]) == ({"public.person": 1}, ["populate.seed"])
    assert "003 populated up" not in steps(ran)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("echo oh dear >&2; exit 3", "ended with exit code 3 before migration 002: oh dear"),
        ("nosuchprogram", "ended with exit code 127 before migration 002"),
        ("sleep 60 & wait", "was not done after 2 s before migration 002"),
    ],
)
def test_a_command_that_fails_is_told(shop: Sandbox, command: str, told: str) -> None:
    configure(shop, command)
    shop.write("migseal.yaml", shop.read("migseal.yaml") + "    timeout: 2\n")
    ran = shop.run("check")
    assert ran.code == 2
    assert f"project migrations: the command of `populate: seed` {told}" in ran.said
