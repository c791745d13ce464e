"""squawk-cli among our findings: what it is given, where its words are placed, and how it may fail."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from histories import SQL, numbered

from checks import squawk
from checks.config import Config, judging
from checks.errors import CannotCheckError
from checks.migration import Leg, Result, Sent, Step
from checks.rules import RULES, judge
from checks.witness import Timeout, Witness

if TYPE_CHECKING:
    from sandbox import Ran, Sandbox

INDEX = "squawk/require-concurrent-index-creation"
LIMITS = "SET lock_timeout = '5s';\nSET statement_timeout = '9s';\n"


@pytest.fixture(autouse=True)
def program(monkeypatch: pytest.MonkeyPatch, squawked: str) -> str:
    """Let squawk be run where it is there."""
    monkeypatch.delenv("MIGSEAL_SQUAWK")
    return squawked


@pytest.fixture
def files(repo: Sandbox) -> Sandbox:
    """A deployed table, and a branch."""
    repo.sql(
        "001_a", "CREATE TABLE t (id bigint, a bigint, n varchar(90));\n-- migrate:down\nDROP TABLE t;\n"
    )
    repo.locked()
    repo.branch()
    return repo


def found(ran: Ran) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = json.loads(ran.out)["findings"]
    return [one for one in said if one["rule"].startswith("squawk/")]


def lines(ran: Ran, rule: str = "") -> list[tuple[str, int]]:
    return [(one["rule"], one["line"]) for one in found(ran) if rule in one["rule"]]


FILE = """\
\\echo adding
{limits}COPY t (n) FROM stdin;
DROP TABLE t;
DROP TABLE t;
\\.

-- the index
CREATE INDEX i
  ON t (a);
-- squawk-ignore ban-drop-column
ALTER TABLE t DROP COLUMN a;
-- migrate:down
TRUNCATE t;
ALTER TABLE t ADD a bigint;
"""


@pytest.mark.postgres
def test_of_a_file_each_line_is_the_files(files: Sandbox) -> None:
    files.sql("002_i", FILE.format(limits=LIMITS))
    ran = files.run("check", "--output", "json")
    assert lines(ran) == [(INDEX, 10)], ran.said
    (one,) = found(ran)
    assert (one["path"], one["severity"]) == ("migrations/002_i.sql", "warning")
    assert "table updates are blocked" in one["message"]
    assert "concurrently" in one["fix"]


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("text", "in_one"),
    [
        ("CREATE INDEX CONCURRENTLY i ON t (a);\n", False),
        ("BEGIN;\nALTER TABLE t ADD x bigint;\nCOMMIT;\nCREATE INDEX CONCURRENTLY i ON t (x);\n", False),
        ("ALTER TABLE t ADD x bigint;\n", False),
        ("-- migrate:up transaction:false\nALTER TABLE t ADD x bigint;\n", True),
    ],
)
def test_a_file_is_shown_in_the_transaction_that_it_has(files: Sandbox, text: str, in_one: bool) -> None:
    files.sql("002_i", f"{text}-- migrate:down\nALTER TABLE t DROP IF EXISTS x;\n")
    rules = {one["rule"] for one in found(files.run("check", "--output", "json", "--no-cache"))}
    assert "squawk/ban-concurrent-index-creation-in-transaction" not in rules
    assert "squawk/transaction-nesting" not in rules
    assert ("squawk/prefer-robust-stmts" in rules and "ADD" in text and "INDEX" not in text) == in_one


@pytest.mark.postgres
def test_only_what_is_new_is_looked_at(files: Sandbox) -> None:
    files.sql("002_i", "CREATE INDEX i ON t (a);\n-- migrate:down\nDROP INDEX i;\n")
    ran = files.run("check", "--all", "--output", "json")
    assert {(one["migration"], one["path"]) for one in found(ran)} == {("002", "migrations/002_i.sql")}
    assert found(files.run("check", "--files-only", "--output", "json")) == []
    assert found(files.run("check", "--no-squawk", "--output", "json")) == []


UP = """\
op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '5s'")
    op.bulk_insert(sa.table("t", sa.column("id")), [{"id": 901}, {"id": 902}])
    op.execute(sa.text("INSERT INTO t (id) VALUES (:id)").bindparams(id=903))
    op.execute("COMMENT ON TABLE t IS '100 %'")
    op.execute(sa.text("CREATE TABLE c AS SELECT CAST(:d AS bigint) AS id").bindparams(d=3))
    op.create_index(
        "i",
        "t",
        ["id"],
    )
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY IF NOT EXISTS j ON t (id)")
    for name in ("x", "y"):
        op.add_column("t", sa.Column(name, sa.String(9)))"""


@pytest.mark.postgres
def test_of_alembic_it_is_the_line_of_the_call(repo: Sandbox) -> None:
    first = ("a1", None, 'op.execute("CREATE TABLE t (id bigint)")', 'op.execute("DROP TABLE t")')
    repo.alembic(first)
    repo.locked()
    repo.branch()
    down = (
        "op.drop_table('c'); op.drop_index('j'); op.drop_index('i'); op.drop_column('t', 'x');"
        " op.drop_column('t', 'y'); op.execute('COMMENT ON TABLE t IS NULL');"
        " op.execute('DELETE FROM t WHERE id > 900')"
    )
    repo.alembic(first, ("b2", "a1", UP, down))
    ran = repo.run("check", "--output", "json")
    assert ran.code == 0, ran.said
    text = repo.read("migrations/versions/b2.py").split("\n")
    places = {(rule, text[line - 1].strip().partition("(")[0]) for rule, line in lines(ran)}
    assert places == {
        (INDEX, "op.create_index"),
        ("squawk/prefer-text-field", "op.add_column"),
    }
    assert len(lines(ran, "prefer-text-field")) == 2 - 1  # one line, one finding


@pytest.mark.postgres
def test_its_own_settings_count(files: Sandbox) -> None:
    files.sql("002_i", f"{LIMITS}CREATE INDEX i ON t (a);\n-- migrate:down\nDROP INDEX i;\n")
    files.sql("003_j", f"{LIMITS}CREATE INDEX j ON t (a);\n-- migrate:down\nDROP INDEX j;\n")
    files.write(".squawk.toml", 'assume_in_transaction = true\nexcluded_paths = ["migrations/003*"]\n')
    assert lines(files.run("check", "--output", "json")) == [(INDEX, 3)]
    files.write(".squawk.toml", 'excluded_rules = ["require-concurrent-index-creation"]\n')
    assert lines(files.run("check", "--output", "json")) == []


@pytest.mark.postgres
def test_a_comment_may_allow_one_or_all(files: Sandbox) -> None:
    body = "CREATE INDEX i ON t (a);\n-- migrate:down\nDROP INDEX i;\n"
    files.sql("002_i", f"-- migseal: allow squawk: small\n{body}")
    ran = files.run("check", "--output", "json")
    assert {one["severity"] for one in found(ran)} == {"note"}
    assert len(found(ran)) > 1
    files.sql("002_i", f"-- migseal: allow squawk/require-lock-timeout: quick\n{body}")
    severities = {one["rule"]: one["severity"] for one in found(files.run("check", "--output", "json"))}
    assert severities["squawk/require-lock-timeout"] == "note"
    assert severities[INDEX] == "warning"
    files.sql("002_i", f"-- migseal: allow squack/require-lock-timeout: quick\n{body}")
    assert "void-allow" in files.run("check").out


def step(*sent: Sent) -> Step:
    return Step(SQL, numbered("001_a"), Leg.UP, Result.PASSED, sent=sent)


def test_what_it_cannot_read_is_a_note(program: str, tmp_path: Path) -> None:
    (lint,) = squawk.lint(program, tmp_path, [step(Sent("\nSELEKT 1", 7, follows=True))], None)
    assert (lint.rule, lint.line) == ("syntax-error", 8)
    (finding,) = judge(RULES, [lint], {})
    assert (finding.severity, finding.rule) == ("note", "squawk/syntax-error")
    assert "squawk cannot read it" in finding.message


@pytest.mark.parametrize(("timeout", "told"), [(Timeout(5), False), (Timeout(0), True), (Timeout(), True)])
def test_a_timeout_that_was_in_force_is_not_missed(
    program: str, tmp_path: Path, timeout: Timeout, told: bool
) -> None:
    lints = squawk.lint(program, tmp_path, [step(Sent("ALTER TABLE t ADD a text", 1))], 15)
    (lint,) = [lint for lint in lints if lint.rule == "require-lock-timeout"]
    seen = Step(SQL, numbered("001_a"), Leg.UP, Result.PASSED, witness=Witness(lock_timeout=timeout))
    (other,) = squawk._lints("x", json.dumps([_said(lint.rule)]), {"f": squawk._Text(seen, "", (1,))})  # noqa: SLF001
    assert [f.rule for f in judge(RULES, [other], {})] == ["squawk/require-lock-timeout"] * told


def _said(rule: str) -> dict[str, Any]:
    return {"file": "f", "line": 0, "rule_name": rule, "message": "m", "help": None}


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo oh dear >&2; exit 101", "ended with exit code 101: oh dear"),
        ("echo a usage error >&2; exit 1", "ended with exit code 1: a usage error"),
        ("echo Hello", "said what is not its JSON as we know it: Hello"),
        ("echo '[{\"file\": 1}]'", "said what is not its JSON"),
        ("true", "said what is not its JSON"),
        ("kill -9 $$", "ended with exit code -9"),
    ],
)
def test_one_that_does_not_work_is_told(tmp_path: Path, script: str, told: str) -> None:
    broken = tmp_path / "squawk"
    broken.write_text(f"#!/bin/sh\n{script}\n")
    broken.chmod(0o755)
    with pytest.raises(CannotCheckError, match="squawk") as raised:
        squawk.lint(str(broken), tmp_path, [step(Sent("SELECT 1", 1))], None)
    assert told in raised.value.message
    assert "squawk: false" in raised.value.hint


@pytest.mark.postgres
def test_one_that_must_be_there_and_is_not_is_told(files: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(squawk, "PROGRAM", "squawk-that-is-not-there")
    files.sql("002_i", "CREATE INDEX i ON t (a);\n-- migrate:down\nDROP INDEX i;\n")
    assert files.run("check").code == 0
    ran = files.run("check", "--squawk")
    assert (ran.code, "pip install squawk-cli" in ran.said) == (2, True)
    monkeypatch.setenv("MIGSEAL_SQUAWK", "yes")
    assert files.run("check").code == 2
    assert files.run("check", "--no-squawk").code == 0
    assert files.run("check", "--files-only").code == 0


def test_it_needs_round_trips(files: Sandbox) -> None:
    ran = files.run("check", "--files-only", "--squawk")
    assert (ran.code, "--squawk looks at what round trips send" in ran.said) == (2, True)


@pytest.mark.parametrize(
    ("base", "head", "judged"),
    [
        (None, None, None),
        (None, True, True),
        (None, False, None),
        (True, False, True),
        (True, None, True),
        (False, None, None),
        (False, False, False),
        (False, True, True),
    ],
)
def test_a_change_cannot_take_it_out_for_itself(
    base: bool | None, head: bool | None, judged: bool | None
) -> None:
    assert judging(Config(squawk=base), Config(squawk=head)).squawk is judged
