"""What fails on made values, and passes on values that fit: a warning; and what fails on any: an error."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox import Sandbox

pytestmark = pytest.mark.postgres

TABLE = """\
CREATE TABLE {t} (id serial PRIMARY KEY, state text, n int, age text, code varchar(36), tags text[],
  closed text CHECK (closed IN ('a', 'b', 'c')), low date, high date, body text, email text,
  kind kind);
"""
ENUM = "CREATE TYPE {t}_state AS ENUM ('new', 'paid'); "
SWAP = ENUM + "ALTER TABLE {t} ALTER state TYPE {t}_state USING state::{t}_state"
NEW_PARENT = "CREATE TABLE {t}_p (id int PRIMARY KEY); "


@dataclass(frozen=True)
class Case:
    """One migration over its own table `{t}`: what its warning says, or why it is an error.

    Attributes:
        name: What it is.
        up: The way up; there is none down.
        told: What its finding says.
        severity: The finding's.
    """

    name: str
    up: str
    told: str
    severity: str = "warning"


CASES = (
    Case("enum", SWAP, "public.{t}.state is one of 'new', 'paid'"),
    Case(
        "enum in capitals",
        ENUM + "ALTER TABLE {t} ALTER state TYPE {t}_state USING lower(state)::{t}_state",
        "public.{t}.state is one of 'new', 'paid'",
    ),
    Case(
        "enum by another column",
        ENUM + "ALTER TABLE {t} ADD s2 {t}_state; UPDATE {t} SET s2 = state::{t}_state;"
        " ALTER TABLE {t} DROP state; ALTER TABLE {t} RENAME s2 TO state",
        "public.{t}.state is one of",
    ),
    Case(
        "enum copied",
        ENUM + "ALTER TABLE {t} ADD other {t}_state; UPDATE {t} SET other = state::{t}_state",
        "public.{t}.state is one of",
    ),
    Case(
        "enum and another name",
        SWAP + "; ALTER TABLE {t} RENAME state TO status; ALTER TABLE {t} RENAME TO {t}_renamed",
        "public.{t}.state is one of",
    ),
    Case(
        "array",
        ENUM + "ALTER TABLE {t} ALTER tags TYPE {t}_state[] USING tags::{t}_state[]",
        "public.{t}.tags has elements of which each is one of",
    ),
    Case("uuid", "ALTER TABLE {t} ALTER code TYPE uuid USING code::uuid", "{t}.code reads as uuid"),
    Case("json", "ALTER TABLE {t} ALTER body TYPE jsonb USING body::jsonb", "{t}.body reads as jsonb"),
    Case(
        "check",
        "ALTER TABLE {t} ADD CONSTRAINT {t}_c CHECK (state IN ('new', 'paid'))",
        "public.{t}.state fulfils CHECK",
    ),
    Case(
        "check of two",
        "ALTER TABLE {t} ADD CHECK (low < high)",
        "public.{t}.high, public.{t}.low fulfils CHECK (low < high): ",
    ),
    Case("check of a number", "ALTER TABLE {t} ADD CHECK (n BETWEEN 1 AND 5)", "public.{t}.n fulfils CHECK"),
    Case(
        "domain",
        "CREATE DOMAIN {t}_mail AS text CHECK (VALUE LIKE '%@%'); ALTER TABLE {t} ALTER email TYPE {t}_mail",
        "public.{t}.email is a public.{t}_mail",
    ),
    Case(
        "foreign key",
        "ALTER TABLE {t} ADD CONSTRAINT {t}_f FOREIGN KEY (n) REFERENCES deployed",
        "public.{t}.n is in id of public.deployed",
    ),
    Case("to itself", "ALTER TABLE {t} ADD FOREIGN KEY (n) REFERENCES {t}", "{t}.n is in id of public.{t}"),
    Case(
        "to what it inserts",
        NEW_PARENT
        + "INSERT INTO {t}_p VALUES (5), (6); ALTER TABLE {t} ADD FOREIGN KEY (n) REFERENCES {t}_p",
        "public.{t}.n is in id of public.{t}_p",
    ),
    Case(
        "to nothing",
        NEW_PARENT + "ALTER TABLE {t} ADD FOREIGN KEY (n) REFERENCES {t}_p",
        "foreign key",
        "error",
    ),
    Case("number", "ALTER TABLE {t} ALTER age TYPE int USING age::int", "integer", "error"),
    Case("date", "ALTER TABLE {t} ALTER age TYPE date USING age::date", "date", "error"),
    Case("enum and a default too few", SWAP + "; ALTER TABLE {t} ADD x int NOT NULL", "null values", "error"),
    Case("enum that is unique", SWAP + "; CREATE UNIQUE INDEX ON {t} (state)", "duplicate", "error"),
    Case(
        "enum and a number", SWAP + "; ALTER TABLE {t} ALTER age TYPE int USING age::int", "integer", "error"
    ),
    Case("a check that nothing fulfils", "ALTER TABLE {t} ADD CHECK (n < 0 AND n > 0)", "check", "error"),
    Case(
        "a label less",
        "CREATE TYPE {t}_kind AS ENUM ('a', 'b');"
        " ALTER TABLE {t} ALTER kind TYPE {t}_kind USING kind::text::{t}_kind",
        "enum",
        "error",
    ),
    Case(
        "a value less",
        "ALTER TABLE {t} DROP CONSTRAINT {t}_closed_check, ADD CHECK (closed IN ('a', 'b'))",
        "check",
        "error",
    ),
    Case(
        "a check in the place of another",
        "ALTER TABLE {t} DROP CONSTRAINT {t}_closed_check, ADD CHECK (closed IN ('x', 'y'))",
        "check",
        "error",
    ),
)


def lay(repo: Sandbox, tool: str) -> None:
    start = (
        "CREATE TYPE kind AS ENUM ('a', 'b', 'c'); CREATE TABLE deployed (id serial PRIMARY KEY);"
        + "".join(TABLE.format(t=f"t{n}") for n in range(len(CASES)))
    )
    for number, up in enumerate((start, *(case.up.format(t=f"t{n}") for n, case in enumerate(CASES)))):
        version = f"{number:03}"
        if tool == "sql":
            repo.sql(f"{version}_a", f"{up};\n")
        else:
            parent = f"{number - 1:03}" if number else None
            repo.alembic((version, parent, f"op.execute({up!r})", "raise NotImplementedError"))
        if not number:
            repo.commit()
            assert repo.run("lock").code == 0
            repo.commit()
            repo.branch()


@pytest.mark.parametrize("tool", ["sql", "alembic"])
def test_only_what_fails_on_any_rows_is_an_error(repo: Sandbox, tool: str) -> None:
    lay(repo, tool)
    document = json.loads(repo.run("check", "--output", "json").out)
    found = {f["migration"]: f for f in document["findings"] if f["rule"] == "fails-on-rows"}
    for number, case in enumerate(CASES):
        finding = found[f"{number + 1:03}"]
        assert (case.name, finding["severity"]) == (case.name, case.severity), finding["message"]
        assert case.told.format(t=f"t{number}") in finding["message"], finding["message"]


def test_what_fits_is_taken_down_again(repo: Sandbox) -> None:
    """The rows that fit show what the made ones could not: the way down forgets what they hold."""
    repo.sql("001_a", "CREATE TABLE a (id serial PRIMARY KEY, state text);\n-- migrate:down\nDROP TABLE a;\n")
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    up = "CREATE TYPE s AS ENUM ('new', 'paid');\nALTER TABLE a ALTER state TYPE s USING state::s;\n"
    down = "ALTER TABLE a ALTER state TYPE text USING upper(state::text);\nDROP TYPE s;\n"
    repo.sql("002_b", f"{up}-- migrate:down\n{down}")
    document = json.loads(repo.run("check", "--output", "json").out)
    found = {f["rule"]: f["severity"] for f in document["findings"]}
    assert found == {"fails-on-rows": "warning", "data-loss": "error"}
    [step] = [step for step in document["steps"] if step["leg"] == "populated up"]
    assert (step["result"], step["fits"]) == ("failed", {"public.a.state": "is one of 'new', 'paid'"})
