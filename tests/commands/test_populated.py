"""What passes on an empty database, and fails or loses data on one with rows; and what does neither."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sandbox import Ran, Sandbox

START = """\
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE DOMAIN percent AS int CHECK (VALUE BETWEEN 0 AND 100);
CREATE TABLE log (what text);
CREATE TABLE counts (what text);
CREATE FUNCTION logs() RETURNS trigger LANGUAGE plpgsql
  AS $$ BEGIN INSERT INTO log VALUES (TG_OP); RETURN NEW; END $$;
"""
TABLE = """\
CREATE TABLE {t} (id serial PRIMARY KEY, name text, code varchar(40), amount numeric(10, 4), number bigint,
  small int NOT NULL, mood mood, share percent, made timestamptz, tags text[], body jsonb, parent_id int);
CREATE TABLE {t}_child (id serial PRIMARY KEY, {t}_id int NOT NULL REFERENCES {t}, note text);
CREATE TABLE {t}_logged (id serial PRIMARY KEY, note text);
CREATE TRIGGER logs AFTER UPDATE ON {t}_logged FOR EACH ROW EXECUTE FUNCTION logs();
CREATE TABLE {t}_only (name text);
CREATE TABLE {t}_filled (name text DEFAULT '');
"""


@dataclass(frozen=True)
class Case:
    """One migration over its own table `{t}` and the child `{t}_child`."""

    name: str
    up: str
    down: str
    expected: str


CASES = (
    Case("not_null", "ALTER TABLE {t} ADD x int NOT NULL", "ALTER TABLE {t} DROP x", "fails-on-rows up"),
    Case(
        "set_not_null",
        "ALTER TABLE {t} ALTER name SET NOT NULL",
        "ALTER TABLE {t} ALTER name DROP NOT NULL",
        "fails-on-rows up",
    ),
    Case("unique", "CREATE UNIQUE INDEX {t}_u ON {t} (name)", "DROP INDEX {t}_u", "fails-on-rows up"),
    Case(
        "unique_of_two",
        "ALTER TABLE {t} ADD CONSTRAINT {t}_two UNIQUE (name, code)",
        "ALTER TABLE {t} DROP CONSTRAINT {t}_two",
        "fails-on-rows up",
    ),
    Case(
        "primary_key",
        "ALTER TABLE {t} DROP CONSTRAINT {t}_pkey CASCADE; ALTER TABLE {t} ADD PRIMARY KEY (code)",
        "ALTER TABLE {t} DROP CONSTRAINT {t}_pkey; ALTER TABLE {t} ALTER code DROP NOT NULL;"
        " ALTER TABLE {t} ADD PRIMARY KEY (id);"
        " ALTER TABLE {t}_child ADD FOREIGN KEY ({t}_id) REFERENCES {t}",
        "fails-on-rows up",
    ),
    Case(
        "cast",
        "ALTER TABLE {t} ALTER name TYPE int USING name::int",
        "ALTER TABLE {t} ALTER name TYPE text",
        "fails-on-rows up",
    ),
    Case(
        "narrower",
        "ALTER TABLE {t} ALTER code TYPE varchar(10)",
        "ALTER TABLE {t} ALTER code TYPE varchar(40)",
        "fails-on-rows up",
    ),
    Case(
        "smaller",
        "ALTER TABLE {t} ALTER number TYPE int",
        "ALTER TABLE {t} ALTER number TYPE bigint",
        "fails-on-rows up",
    ),
    Case(
        "check",
        "ALTER TABLE {t} ADD CONSTRAINT {t}_c CHECK (length(name) < 5)",
        "ALTER TABLE {t} DROP CONSTRAINT {t}_c",
        "fails-on-rows up",
    ),
    Case(
        "foreign_key",
        "CREATE TABLE {t}_new (id int PRIMARY KEY);"
        " ALTER TABLE {t} ADD CONSTRAINT {t}_f FOREIGN KEY (parent_id) REFERENCES {t}_new",
        "ALTER TABLE {t} DROP CONSTRAINT {t}_f; DROP TABLE {t}_new",
        "fails-on-rows up",
    ),
    Case("truncate", "TRUNCATE {t} CASCADE", "SELECT 1", "data-loss"),
    Case(
        "smaller_domain",
        "ALTER DOMAIN percent ADD CONSTRAINT {t}_d CHECK (VALUE > 100) NOT VALID;"
        " ALTER DOMAIN percent VALIDATE CONSTRAINT {t}_d; SELECT FROM {t}",
        "ALTER DOMAIN percent DROP CONSTRAINT {t}_d",
        "fails-on-rows up",
    ),
    Case(
        "update_to_equal",
        "CREATE UNIQUE INDEX {t}_s ON {t} (id, share); UPDATE {t} SET id = 1",
        "DROP INDEX {t}_s",
        "fails-on-rows up",
    ),
    Case(
        "down_not_null",
        "ALTER TABLE {t} ALTER small DROP NOT NULL; UPDATE {t} SET small = NULL",
        "ALTER TABLE {t} ALTER small SET NOT NULL",
        "fails-on-rows down",
    ),
    Case(
        "down_again",
        "ALTER TABLE {t} DROP name",
        "ALTER TABLE {t} ADD name text NOT NULL; ALTER TABLE {t} ALTER name DROP NOT NULL",
        "fails-on-rows down",
    ),
    Case("column", "ALTER TABLE {t} DROP name", "ALTER TABLE {t} ADD name text", "data-loss dropped"),
    Case(
        "only_column",
        "ALTER TABLE {t}_only DROP name",
        "ALTER TABLE {t}_only ADD name text",
        "data-loss dropped",
    ),
    Case(
        "only_column_with_a_default",
        "ALTER TABLE {t}_filled DROP name",
        "ALTER TABLE {t}_filled ADD name text DEFAULT ''",
        "data-loss dropped",
    ),
    Case("only_column_in_lower_case", "UPDATE {t}_only SET name = lower(name)", "SELECT 1", "data-loss"),
    Case(
        "table",
        "DROP TABLE {t}_child",
        "CREATE TABLE {t}_child (id serial PRIMARY KEY, {t}_id int NOT NULL REFERENCES {t}, note text)",
        "data-loss dropped",
    ),
    Case(
        "digits",
        "ALTER TABLE {t} ALTER amount TYPE numeric(10, 2)",
        "ALTER TABLE {t} ALTER amount TYPE numeric(10, 4)",
        "data-loss",
    ),
    Case(
        "date",
        "ALTER TABLE {t} ALTER made TYPE date",
        "ALTER TABLE {t} ALTER made TYPE timestamptz",
        "data-loss",
    ),
    Case("lower", "UPDATE {t} SET name = lower(name)", "SELECT 1", "data-loss"),
    Case("delete", "DELETE FROM {t}_child", "SELECT 1", "data-loss"),
    Case("array", "UPDATE {t} SET tags = '{{}}'", "SELECT 1", "data-loss"),
    Case(
        "split",
        "ALTER TABLE {t} ADD first text; UPDATE {t} SET first = split_part(name, ' ', 1);"
        " ALTER TABLE {t} DROP name",
        "ALTER TABLE {t} ADD name text; UPDATE {t} SET name = first; ALTER TABLE {t} DROP first",
        "data-loss dropped",
    ),
    Case(
        "null_to_empty",
        "UPDATE {t} SET name = '' WHERE name IS NULL; ALTER TABLE {t} ALTER name SET NOT NULL",
        "ALTER TABLE {t} ALTER name DROP NOT NULL",
        "",
    ),
    Case(
        "null_and_more",
        "UPDATE {t} SET name = coalesce(lower(name), '')",
        "SELECT 1",
        "data-loss",
    ),
    Case("default", "ALTER TABLE {t} ADD x int NOT NULL DEFAULT 0", "ALTER TABLE {t} DROP x", ""),
    Case(
        "filled",
        "ALTER TABLE {t} ADD x text; UPDATE {t} SET x = coalesce(name, '');"
        " ALTER TABLE {t} ALTER x SET NOT NULL",
        "ALTER TABLE {t} DROP x",
        "",
    ),
    Case("index", "CREATE INDEX {t}_i ON {t} (name, code)", "DROP INDEX {t}_i", ""),
    Case("unique_key", "CREATE UNIQUE INDEX {t}_k ON {t} (id, name)", "DROP INDEX {t}_k", ""),
    Case(
        "wider",
        "ALTER TABLE {t} ALTER code TYPE text, ALTER small TYPE bigint",
        "ALTER TABLE {t} ALTER code TYPE varchar(40), ALTER small TYPE int",
        "",
    ),
    Case(
        "enum_by_rename",
        "ALTER TYPE mood RENAME TO mood_old; CREATE TYPE mood AS ENUM ('glad', 'sad', 'odd');"
        " {swap} DROP TYPE mood_old",
        "ALTER TYPE mood RENAME TO mood_new; CREATE TYPE mood AS ENUM ('glad', 'sad');"
        " {swap} DROP TYPE mood_new",
        "",
    ),
    Case(
        "rename",
        "ALTER TABLE {t} RENAME name TO title; ALTER TABLE {t} RENAME TO {t}_renamed",
        "ALTER TABLE {t}_renamed RENAME TO {t}; ALTER TABLE {t} RENAME title TO name",
        "",
    ),
    Case(
        "not_valid",
        "ALTER TABLE {t} ADD CONSTRAINT {t}_n CHECK (length(name) < 5) NOT VALID",
        "ALTER TABLE {t} DROP CONSTRAINT {t}_n",
        "",
    ),
    Case(
        "to_a_parent_with_rows",
        "ALTER TABLE {t} ADD CONSTRAINT {t}_p FOREIGN KEY (parent_id) REFERENCES {t} NOT VALID",
        "ALTER TABLE {t} DROP CONSTRAINT {t}_p",
        "",
    ),
    Case(
        "logged_by_a_trigger",
        "ALTER TABLE {t}_logged ADD n int; UPDATE {t}_logged SET n = 1",
        "ALTER TABLE {t}_logged DROP n",
        "",
    ),
    Case(
        "counted_by_itself",
        "INSERT INTO counts SELECT note FROM {t}_logged; UPDATE {t}_logged SET note = note",
        "SELECT 1",
        "data-loss",
    ),
    Case("new_table", "CREATE TABLE {t}_n AS SELECT * FROM {t}", "DROP TABLE {t}_n", ""),
    Case(
        "dedupe",
        "DELETE FROM {t} WHERE false; ALTER TABLE {t} ADD u int GENERATED ALWAYS AS IDENTITY; "
        "CREATE UNIQUE INDEX ON {t} (u)",
        "ALTER TABLE {t} DROP u",
        "",
    ),
)


def swap() -> str:
    """Move every column of the enum type to the type that has its name now."""
    tables = (f"ALTER TABLE t{n} ALTER mood TYPE mood USING mood::text::mood;" for n in range(len(CASES)))
    return " ".join(tables)


def statements(case: Case, number: int) -> tuple[str, str]:
    return (
        case.up.format(t=f"t{number}", swap=swap()),
        case.down.format(t=f"t{number}", swap=swap()),
    )


@pytest.fixture
def of_sql(repo: Sandbox) -> Sandbox:
    start = START + "".join(TABLE.format(t=f"t{number}") for number in range(len(CASES)))
    repo.locked()
    repo.sql("000_start", start)
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    for number, case in enumerate(CASES):
        up, down = statements(case, number)
        repo.sql(f"{number + 1:03}_{case.name}", f"{up};\n-- migrate:down\n{down};\n")
    repo.commit()
    return repo


@pytest.fixture
def of_alembic(repo: Sandbox) -> Sandbox:
    start = START + "".join(TABLE.format(t=f"t{number}") for number in range(len(CASES)))
    repo.alembic(("r000", None, f"op.execute({start!r})", "pass"))
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    for number, case in enumerate(CASES):
        up, down = (f"op.execute({text!r})" for text in statements(case, number))
        repo.alembic((f"r{number + 1:03}", f"r{number:03}", up, down))
    repo.commit()
    return repo


def found(ran: Ran) -> dict[str, str]:
    """Give for each migration what rows showed: the rule, and its kind if that is a matter of rows."""
    assert ran.out, ran.err
    document: dict[str, Any] = json.loads(ran.out)
    told = {}
    for finding in document["findings"]:
        if finding["rule"] in ("fails-on-rows", "data-loss"):
            kind = finding["kind"] if finding["kind"] in ("up", "down", "dropped") else ""
            told[finding["migration"]] = f"{finding['rule']} {kind}".strip()
        else:
            assert finding["severity"] == "note" or finding["rule"] == "missing-downgrade", finding
    return told


@pytest.mark.parametrize("tool", ["of_sql", "of_alembic"])
def test_what_an_empty_database_hides(tool: str, request: pytest.FixtureRequest) -> None:
    repo: Sandbox = request.getfixturevalue(tool)
    ran = repo.run("check", "--base", "main", "--output", "json")
    told = {version.lstrip("r"): what for version, what in found(ran).items()}
    assert told == {f"{n:03}": case.expected for n, case in enumerate(CASES, 1) if case.expected}
    assert ran.code == 1


def test_an_empty_database_hides_all_of_it(of_sql: Sandbox) -> None:
    of_sql.write("migseal.yaml", "populate: false\n")
    of_sql.commit()
    ran = of_sql.run("check", "--base", "main", "--output", "json")
    assert found(ran) == {}
    assert ran.code == 0


def test_rows_that_cannot_be_made_are_told(repo: Sandbox) -> None:
    repo.sql(
        "001_a",
        "CREATE TABLE a (id int NOT NULL CHECK (id > 3 AND id < 3));\n-- migrate:down\nDROP TABLE a;\n",
    )
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    repo.sql("002_b", "ALTER TABLE a ADD b int NOT NULL;\n-- migrate:down\nALTER TABLE a DROP b;\n")
    repo.commit()
    ran = repo.run("check", "--base", "main")
    assert ran.code == 0
    assert "no rows could be made in public.a" in " ".join(ran.out.split())
    document = json.loads(repo.run("check", "--base", "main", "--output", "json").out)
    (step,) = (step for step in document["steps"] if step["leg"] == "populated up")
    assert step["result"] == "skipped"
    assert list(step["unmade"]) == ["public.a"]


PARSES = """\
import json
rows = op.get_bind().exec_driver_sql("SELECT id, body FROM a").fetchall()
[json.loads(body) for _, body in rows if body]
"""
GUARDS = """\
if op.get_bind().exec_driver_sql("SELECT count(*) FROM a").scalar_one():
    raise RuntimeError("empty a first")
"""
BLOCK = """\
op.execute("DO $$BEGIN IF EXISTS (SELECT FROM a) THEN RAISE EXCEPTION 'empty a first'; END IF; END$$")
"""
UNPACKS = """\
import zlib
rows = op.get_bind().exec_driver_sql("SELECT body FROM a").fetchall()
[zlib.decompress(body.encode()) for body, in rows if body]
"""
NEEDS = """\
rows = op.get_bind().exec_driver_sql("SELECT id, body FROM a").fetchall()
[body.strip() for _, body in rows]
"""
SEVERAL = """\
op.get_bind().exec_driver_sql("SELECT id FROM a").one_or_none()
"""
SERVER = """\
try:
    op.execute("ALTER TABLE a ADD x int NOT NULL")
except Exception as error:
    raise ValueError("no x") from error
"""


@pytest.mark.parametrize(
    ("up", "severity"),
    [
        (PARSES, "warning"),
        (GUARDS, "warning"),
        (BLOCK, "warning"),
        (UNPACKS, "warning"),
        (SEVERAL, "error"),
        (NEEDS, "error"),
        (SERVER, "error"),
    ],
    ids=["parses", "guards", "block", "unpacks", "several", "needs", "server"],
)
def test_a_value_that_the_projects_own_code_does_not_take_is_a_warning(
    repo: Sandbox, up: str, severity: str
) -> None:
    repo.alembic(("r1", None, "op.execute('CREATE TABLE a (id serial PRIMARY KEY, body text)')", "pass"))
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    lines = f"op.execute('ALTER TABLE a ADD n int')\n{up}".strip().replace("\n", "\n    ")
    repo.alembic(("r2", "r1", lines, "op.execute('ALTER TABLE a DROP n, DROP IF EXISTS x')"))
    ran = repo.run("check", "--base", "main", "--output", "json")
    [finding] = [each for each in json.loads(ran.out)["findings"] if each["rule"] == "fails-on-rows"]
    assert finding["severity"] == severity
    assert ("its own code does not take a value" in finding["message"]) is (severity == "warning")
    assert ran.code == (severity == "error")


@pytest.mark.parametrize(
    ("up", "down", "severity", "said"),
    [
        ("SELECT 1", "INSERT INTO b SELECT n FROM a", "warning", "the downgrade of 002 makes rows"),
        ("INSERT INTO b SELECT n FROM a", "SELECT 1", "error", "up and down, 002 does not give back"),
        ("INSERT INTO b SELECT n FROM a", "DELETE FROM a", "error", "3 rows gone"),
    ],
    ids=["down", "up", "and loses others"],
)
def test_which_way_has_made_rows(repo: Sandbox, up: str, down: str, severity: str, said: str) -> None:
    repo.sql("001_a", "CREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE b (a int);\n")
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    text = f"ALTER TABLE a ADD n int;\n{up};\n-- migrate:down\n{down};\nALTER TABLE a DROP n;\n"
    repo.sql("002_n", text)
    ran = repo.run("check", "--base", "main", "--output", "json")
    [finding] = [each for each in json.loads(ran.out)["findings"] if each["rule"] == "data-loss"]
    assert finding["severity"] == severity
    assert said in finding["message"]


def test_rows_that_a_way_down_makes_out_of_nothing_are_told_as_such(repo: Sandbox) -> None:
    repo.sql("001_a", "CREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE b (a int);\n")
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    down = "INSERT INTO b SELECT n FROM a;\nALTER TABLE a DROP n;\n"
    repo.sql("002_n", f"ALTER TABLE a ADD n int;\n-- migrate:down\n{down}")
    ran = repo.run("check", "--base", "main", "--output", "json")
    [finding] = [each for each in json.loads(ran.out)["findings"] if each["rule"] == "data-loss"]
    assert "3 rows new in public.b" in finding["message"]
    assert "make no rows out of rows that had none" in finding["fix"]


def test_what_mends_is_joined_and_what_cannot_be_told_is_said_once(repo: Sandbox) -> None:
    tables = [f"CREATE TABLE {t} (n int, s varchar(20));\n" for t in "ab"]
    repo.sql("001_a", "".join(tables))
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    renames = [f"ALTER TABLE {t} RENAME n TO m;\n" for t in "ab"]
    up = f"{''.join(renames)}ALTER TABLE a ALTER s TYPE varchar(30);\n"
    repo.sql("002_n", f"{up}-- migrate:down\nSELECT 1;\n")
    ran = repo.run("check", "--base", "main", "--output", "json")
    [finding] = [each for each in json.loads(ran.out)["findings"] if each["rule"] == "leftover-object"]
    assert ";;" not in finding["fix"]
    assert finding["fix"].count("rename the column back") == 1


@pytest.mark.parametrize(
    "up",
    [
        "ALTER TABLE b DROP CONSTRAINT b_n_fkey, ADD CONSTRAINT fk FOREIGN KEY (n) REFERENCES a DEFERRABLE",
        "ALTER TABLE b ADD m int DEFAULT 0, DROP CONSTRAINT b_pkey, ADD CONSTRAINT b_pkey PRIMARY KEY (n, m)",
        "ALTER TABLE b RENAME CONSTRAINT b_n_fkey TO fk",
        "DROP INDEX i; CREATE INDEX j ON b (s) WHERE n > 0",
        "ALTER TABLE b ALTER s TYPE varchar(30)",
    ],
    ids=["replaced", "column of a key", "renamed", "index", "longer"],
)
def test_what_mends_a_downgrade_is_a_downgrade(repo: Sandbox, up: str) -> None:
    b = "CREATE TABLE b (n int PRIMARY KEY REFERENCES a, s varchar(20));\nCREATE INDEX i ON b (s);\n"
    repo.sql("001_a", f"CREATE TABLE a (n int PRIMARY KEY);\n{b}")
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    repo.sql("002_n", f"{up};\n-- migrate:down\nSELECT 1;\n")
    ran = repo.run("check", "--base", "main", "--output", "json")
    [finding] = [each for each in json.loads(ran.out)["findings"] if each["rule"] == "leftover-object"]
    fix = finding["fix"].removeprefix("add to the downgrade: ")
    repo.sql("002_n", f"{up};\n-- migrate:down\n{fix}\n")
    ran = repo.run("check", "--base", "main", "--output", "json")
    rules = {each["rule"] for each in json.loads(ran.out)["findings"]}
    assert not rules & {"leftover-object", "failed-downgrade"}, ran.out


def test_no_mend_cuts_what_is_too_long(repo: Sandbox) -> None:
    repo.sql("001_a", "CREATE TABLE a (s varchar(20), c text);\n")
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    up = "ALTER TABLE a ALTER s TYPE text, ALTER c TYPE bytea USING c::bytea"
    repo.sql("002_n", f"{up};\n-- migrate:down\nSELECT 1;\n")
    ran = repo.run("check", "--base", "main", "--output", "json")
    [finding] = [each for each in json.loads(ran.out)["findings"] if each["rule"] == "leftover-object"]
    assert "ALTER COLUMN s TYPE character varying(20);" in finding["fix"]
    assert "ALTER COLUMN c TYPE text USING c::text;" in finding["fix"]


BYTES = "UPDATE a SET text = convert_from(body, 'UTF8')"
UNFILLED = "ALTER TABLE a ADD m int;\nUPDATE a SET m = n;\nALTER TABLE a ALTER m SET NOT NULL"


@pytest.mark.parametrize(
    ("up", "severity", "told", "fix"),
    [
        (BYTES, "warning", "could not be tried with rows: its own code", "allow fails-on-rows: WHY"),
        (UNFILLED, "error", "fails as soon as its tables have rows", "fill every row before SET NOT NULL"),
    ],
    ids=["bytes that are no text", "filled from what may be NULL"],
)
def test_what_a_failure_on_rows_says(repo: Sandbox, up: str, severity: str, told: str, fix: str) -> None:
    repo.sql("001_a", "CREATE TABLE a (body bytea NOT NULL, text text, n int);\n")
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    down = "ALTER TABLE a DROP IF EXISTS m, DROP done"
    repo.sql("002_n", f"ALTER TABLE a ADD done bool;\n{up};\n-- migrate:down\n{down};\n")
    ran = repo.run("check", "--base", "main", "--output", "json")
    [finding] = [each for each in json.loads(ran.out)["findings"] if each["rule"] == "fails-on-rows"]
    assert finding["severity"] == severity
    assert told in finding["message"]
    assert fix in finding["fix"]


def test_what_a_downgrade_lost_is_made_before_what_it_altered_refers_to_it(repo: Sandbox) -> None:
    repo.sql("001_a", "CREATE TABLE a (id serial PRIMARY KEY);\n")
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    up = "ALTER TABLE a ALTER id DROP DEFAULT;\nDROP SEQUENCE a_id_seq;\n"
    repo.sql("002_n", f"{up}-- migrate:down\nSELECT 1;\n")
    ran = repo.run("check", "--base", "main", "--output", "json")
    [finding] = [each for each in json.loads(ran.out)["findings"] if each["rule"] == "leftover-object"]
    assert finding["fix"].index("CREATE SEQUENCE") < finding["fix"].index("SET DEFAULT")


AUDIT = """\
CREATE TABLE audit (id serial PRIMARY KEY, what text);
INSERT INTO audit (what) VALUES ('begun');
CREATE TABLE a (id serial PRIMARY KEY, s text);
CREATE FUNCTION audits() RETURNS trigger LANGUAGE plpgsql
  AS $$ BEGIN INSERT INTO public.audit (what) VALUES (TG_OP); RETURN NEW; END $$;
CREATE TRIGGER audits AFTER UPDATE ON a FOR EACH ROW EXECUTE FUNCTION audits();
"""


@pytest.mark.parametrize("tool", ["sql", "alembic"])
@pytest.mark.parametrize(
    ("up", "expected", "found"),
    [
        ("UPDATE a SET n = 1", ["up", "down", "populated up", "populated down different", "again"], []),
        (
            "ALTER TABLE a ALTER n SET NOT NULL",
            ["up", "down", "populated up failed", "again"],
            ["fails-on-rows"],
        ),
        (
            "SELECT lo_create(4711)",
            ["up", "down", "populated up failed", "again failed"],
            ["failed-upgrade"],
        ),
    ],
    ids=["rows of a trigger stay", "it fails on rows", "it fails the second time"],
)
def test_what_cannot_be_taken_away_keeps_nothing_from_going_up_again(
    repo: Sandbox, tool: str, up: str, expected: list[str], found: list[str]
) -> None:
    legs = (f"ALTER TABLE a ADD n int; {up}", "ALTER TABLE a DROP n")
    write_one(repo, tool, "001", None, AUDIT, "SELECT 1")
    repo.locked()
    repo.branch()
    write_one(repo, tool, "002", "001", *legs)
    write_one(repo, tool, "003", "002", "CREATE TABLE c ()", "DROP TABLE c")
    document = json.loads(repo.run("check", "--base", "main", "--output", "json").out)
    steps = [
        f"{each['leg']} {each['result']}".removesuffix(" passed")
        for each in document["steps"]
        if each["migration"] == "002"
    ]
    assert steps == expected
    assert [each["rule"] for each in document["findings"]] == found


def write_one(repo: Sandbox, tool: str, version: str, after: str | None, up: str, down: str) -> None:
    if tool == "alembic":
        repo.alembic((version, after, f"op.execute({up!r})", f"op.execute({down!r})"))
    else:
        repo.sql(f"{version}_x", f"{up};\n-- migrate:down\n{down};\n")
