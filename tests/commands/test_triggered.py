"""Times that a trigger writes at each update are no loss; those that a migration writes itself are one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox import Sandbox

pytestmark = pytest.mark.postgres

FUNCTION = "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {body} RETURN NEW; END$$;\n"
STAMPS = "NEW.updated_at := {}; NEW.day := current_date; NEW.hour := localtime;"
START = (
    FUNCTION.format(name="stamps", body=STAMPS.format("now()"))
    + FUNCTION.format(name="ticks", body=STAMPS.format("clock_timestamp()"))
    + FUNCTION.format(
        name="minds",
        body="IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN NEW.updated_at := now(); END IF;",
    )
    + FUNCTION.format(name="protects", body="NEW.updated_at := OLD.updated_at;")
)
TABLE = """\
CREATE TABLE {t} (id serial{key}, note text, created_at timestamptz NOT NULL, updated_at {type} NOT NULL,
  day date NOT NULL, hour time NOT NULL);
"""
TRIGGER = "CREATE TRIGGER a BEFORE UPDATE ON {{t}} FOR EACH ROW {when} EXECUTE FUNCTION {function}();\n"
ROW = """\
INSERT INTO {t} (note, created_at, updated_at, day, hour)
  VALUES ('A', '2020-01-01', '2020-01-01', '2020-01-01', '00:00');
"""
FILL = ("ALTER TABLE {t} ADD n int; UPDATE {t} SET n = 1", "ALTER TABLE {t} DROP n")
CHANGED = "WHEN (OLD.* IS DISTINCT FROM NEW.*)"


@dataclass(frozen=True)
class Case:
    """A migration over its own table: what its trigger runs, and the columns that are told as lost."""

    name: str
    function: str = "stamps"
    legs: tuple[str, str] = FILL
    lost: str = ""
    when: str = ""
    key: str = " PRIMARY KEY"
    type: str = "timestamptz"

    def start(self, table: str) -> str:
        """Write what makes its table."""
        trigger = TRIGGER.format(when=self.when, function=self.function) if self.function else ""
        made = TABLE.replace("{key}", self.key).replace("{type}", self.type)
        return (made + trigger).format(t=table)


CASES = (
    Case("at each update"),
    Case("by the clock", "ticks"),
    Case("of no zone", type="timestamp"),
    Case("without a key", key=""),
    Case("where something changed", when=CHANGED),
    Case("unless it is given", "minds"),
    Case(
        "and back",
        legs=("UPDATE {t} SET note = note || 'x'", "UPDATE {t} SET note = left(note, length(note) - 1)"),
    ),
    Case("and a note", legs=("UPDATE {t} SET note = 'b'", "SELECT 1"), lost="note"),
    Case("of its own", legs=("UPDATE {t} SET created_at = now()", "SELECT 1"), lost="created_at"),
    Case("without a trigger", "", ("UPDATE {t} SET updated_at = now()", "SELECT 1"), "updated_at"),
    Case("of another trigger", "protects", ("UPDATE {t} SET day = current_date", "SELECT 1"), "day"),
    Case(
        "of a trigger that sleeps",
        legs=(
            "ALTER TABLE {t} DISABLE TRIGGER a; UPDATE {t} SET created_at = now(), day = '2001-01-01'",
            "ALTER TABLE {t} ENABLE TRIGGER a",
        ),
        lost="created_at, day",
    ),
)


def lay(repo: Sandbox, tool: str, rows: str) -> None:
    tables = [f"t{number}" for number in range(len(CASES))]
    start = START + "".join(
        case.start(table) + rows.format(t=table) for case, table in zip(CASES, tables, strict=True)
    )
    legs = [[leg.format(t=table) for leg in case.legs] for case, table in zip(CASES, tables, strict=True)]
    before = None
    for number, (up, down) in enumerate([(start, "SELECT 1"), *legs]):
        version = f"{number:03}"
        if tool == "alembic":
            repo.alembic((version, before, f"op.execute({up!r})", f"op.execute({down!r})"))
        else:
            repo.sql(f"{version}_x", f"{up};\n-- migrate:down\n{down};\n")
        if not number:
            repo.locked()
            repo.branch()
        before = version


@pytest.mark.parametrize("tool", ["sql", "alembic"])
@pytest.mark.parametrize(("rule", "rows"), [("altered-row", ROW), ("data-loss", "")])
def test_a_time_that_a_trigger_writes_is_no_loss(repo: Sandbox, tool: str, rule: str, rows: str) -> None:
    lay(repo, tool, rows)
    ran = repo.run("check", "--base", "main", "--output", "json")
    told = {each["migration"]: (each["rule"], each["message"]) for each in json.loads(ran.out)["findings"]}
    lost = {f"{number:03}": case.lost for number, case in enumerate(CASES, 1) if case.lost}
    assert {version: found for version, (found, _) in told.items()} == dict.fromkeys(lost, rule)
    for version, columns in lost.items():
        assert re.search(rf": {columns} (in|of) \d rows? ", told[version][1]), told[version]
