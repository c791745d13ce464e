from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox import Sandbox

pytestmark = pytest.mark.postgres

MOOD = ("CREATE TYPE mood AS ENUM ('ok', 'low')", "DROP TYPE mood")
ADD = "ALTER TYPE mood ADD VALUE 'sad' BEFORE 'low'"
ADD_IF = ADD.replace("VALUE", "VALUE IF NOT EXISTS")
SWAP = (
    "ALTER TYPE mood RENAME TO mood_old; CREATE TYPE mood AS ENUM ({});"
    " ALTER TABLE felt ALTER m TYPE mood USING m::text::mood; DROP TYPE mood_old"
)
FELT = ("CREATE TABLE felt (m mood)", "DROP TABLE felt")
USES = ("CREATE TABLE used (m mood DEFAULT 'sad')", "DROP TABLE used")

Found = dict[str, tuple[str, list[tuple[str, str]]]]


def both_tools(repo: Sandbox, tool: str, *migrations: tuple[str, str]) -> None:
    """Write a history of statements up and down; an empty one does nothing."""
    for number, (up, down) in enumerate(migrations, 1):
        if tool == "sql":
            repo.sql(f"00{number}_a", f"{up};\n-- migrate:down\n{down + ';' if down else ''}\n")
            continue
        parent = f"00{number - 1}" if number > 1 else None
        ways = (f'op.execute("{way}")' if way else "pass" for way in (up, down))
        repo.alembic((f"00{number}", parent, *ways))  # type: ignore[arg-type]


def check(repo: Sandbox, *arguments: str) -> Found:
    """Give each migration's legs, those on tables with rows aside, and its findings with their severities."""
    document = json.loads(repo.run("check", "--output", "json", *arguments).out)
    assert document["error"] is None, document
    found: Found = {}
    for step in document["steps"]:
        if step["leg"].startswith("populated"):
            continue
        legs, _ = found.get(step["migration"], ("", []))
        found[step["migration"]] = (f"{legs} {step['result']}".strip(), [])
    for finding in document["findings"]:
        found.setdefault(finding["migration"], ("", []))[1].append((finding["rule"], finding["severity"]))
    return found


PASSED = ("passed passed passed", [])
CASES = {
    "nothing undoes it": ((ADD, ""), ("passed passed skipped", [])),
    "if it is not there": ((ADD_IF, ""), PASSED),
    "all else is undone": (
        (f"{ADD}; ALTER TABLE felt ADD x int", "ALTER TABLE felt DROP x"),
        ("passed passed skipped", []),
    ),
    "and something else is left": (
        (f"{ADD_IF}; ALTER TABLE felt ADD x int", "SELECT 1"),
        ("passed different skipped", [("leftover-object", "error")]),
    ),
    "swapped both ways": ((SWAP.format("'ok', 'sad', 'low'"), SWAP.format("'ok', 'low'")), PASSED),
    "added, and swapped back": ((ADD, SWAP.format("'ok', 'low'")), PASSED),
    "swapped, and not back": (
        (SWAP.format("'ok', 'sad', 'low'"), "SELECT 1"),
        ("passed different skipped", [("leftover-object", "error")]),
    ),
    "swapped back to another one": (
        (ADD, SWAP.format("'ok', 'low', 'high'")),
        ("passed different skipped", [("leftover-object", "error")]),
    ),
    "a value that had another name": (
        ("ALTER TYPE mood RENAME VALUE 'low' TO 'sad'", "SELECT 1"),
        ("passed different skipped", [("leftover-object", "error")]),
    ),
}


@pytest.mark.parametrize("tool", ["sql", "alembic"])
@pytest.mark.parametrize(("third", "expected"), CASES.values(), ids=CASES)
def test_nothing_takes_a_value_from_an_enum_type(
    repo: Sandbox, tool: str, third: tuple[str, str], expected: tuple[str, list[tuple[str, str]]]
) -> None:
    both_tools(repo, tool, MOOD, FELT)
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    both_tools(repo, tool, MOOD, FELT, third, USES)
    found = check(repo)
    assert found["003"] == expected
    assert found["004"] == PASSED


def test_a_history_with_values_of_enum_types_goes_down_to_empty(repo: Sandbox) -> None:
    both_tools(repo, "sql", MOOD, (ADD, ""), FELT, (ADD_IF.replace("sad", "bad"), ""), USES)
    repo.commit()
    found = check(repo, "--all")
    assert [findings for _, findings in found.values()] == [[]] * 5
    assert "a value of public.mood stays" in repo.run("check", "--all").out


REFUSALS = {
    "bare": ("raise NotImplementedError", "warning"),
    "called": ("raise NotImplementedError()", "warning"),
    "no more than that": ('raise Exception("irreversible")', "warning"),
    "with a reason": ('raise RuntimeError("the addresses are gone")', "note"),
    "marked": ("raise NotImplementedError  # migseal: irreversible: the addresses are gone", "note"),
    "marked without a reason": ("op.execute('SELECT 1')  # migseal: irreversible", "warning"),
    "in a condition": ("if op: raise ValueError('the addresses are gone')", "note"),
    "by a helper": ("refuse()", "warning"),
    "by the server": (
        "op.execute(\"DO $$ BEGIN RAISE EXCEPTION 'the addresses are gone'; END $$\")",
        "note",
    ),
}


@pytest.mark.parametrize(("down", "severity"), REFUSALS.values(), ids=REFUSALS)
def test_a_downgrade_that_refuses(repo: Sandbox, down: str, severity: str) -> None:
    both_tools(repo, "alembic", MOOD)
    repo.write("migseal.yaml", "rules: {missing-downgrade: warning}\n")
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    both_tools(repo, "alembic", MOOD, FELT)
    file = "migrations/versions/002.py"
    text = repo.read(file).replace('op.execute("DROP TABLE felt")', down)
    repo.write(file, f"{text}\ndef refuse():\n    raise NotImplementedError\n")
    document = json.loads(repo.run("check", "--output", "json").out)
    assert [step["result"] for step in document["steps"]] == ["passed", "refused"]
    (finding,) = document["findings"]
    assert (finding["rule"], finding["severity"]) == ("missing-downgrade", severity)
    assert finding["line"] == (14 if down == "refuse()" else 11)
    assert finding["allowed"] == ("the addresses are gone" if severity == "note" else "")


def test_a_reason_that_is_stated_stays_a_note_whatever_the_config_says(repo: Sandbox) -> None:
    repo.write("migseal.yaml", "rules: {missing-downgrade: error}\n")
    repo.sql("001_a", "CREATE TABLE a (id int);\n-- migrate:down\nDROP TABLE a;\n")
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    repo.sql("002_b", "DROP TABLE a;\n-- migrate:down\n-- migseal: irreversible: its rows are gone\n")
    repo.sql("003_c", "SELECT 1;\n-- migrate:down\n-- migseal: irreversible\n")
    repo.sql("004_d", "SELECT 1;\n-- migrate:down\nDO $$BEGIN RAISE EXCEPTION 'irreversible'; END$$;\n")
    assert check(repo) == {
        "002": ("passed refused", [("missing-downgrade", "note")]),
        "003": ("passed refused", [("missing-downgrade", "error")]),
        "004": ("passed refused", [("missing-downgrade", "error")]),
    }
    assert check(repo, "--files-only")["002"] == ("", [("missing-downgrade", "note")])
