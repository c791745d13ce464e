"""The parts that mending statements are made of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.roundtrip.wording import privileges

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from checks.roundtrip.entry import Entry

# What follows DROP, ALTER, COMMENT ON or GRANT ... ON, where it is not the kind in capitals.
WORDS = {
    "enum type": "TYPE",
    "composite type": "TYPE",
    "range type": "TYPE",
    "base type": "TYPE",
    "shell type": "TYPE",
    "extended statistics": "STATISTICS",
    "constraint index": "INDEX",
    "identity sequence": "SEQUENCE",
    "domain constraint": "CONSTRAINT",
    "parameter privileges": "PARAMETER",
}
# GRANT has words of its own.
GRANT_WORDS = {
    "view": "TABLE",
    "materialized view": "TABLE",
    "foreign table": "TABLE",
    "server": "FOREIGN SERVER",
    "aggregate": "FUNCTION",
}
PRIVILEGE = re.compile(
    r'(?P<who>"(?:[^"]|"")+"|\S+) (?P<what>[A-Z ]+?)(?P<option> WITH GRANT OPTION)?(?P<by> GRANTED BY .+)?'
)


def word(kind: str) -> str:
    """Give SQL's word for a kind of object."""
    return WORDS.get(kind, kind.upper())


def literal(text: str) -> str:
    """Write a string constant."""
    return "'" + text.replace("'", "''") + "'"


def fill(form: str, entry: Entry) -> str:
    """Put an object's names into a statement."""
    return form.format(word=word(entry.kind), name=entry.name, home=entry.home, short=entry.short)


def halves(parting: str, form: str) -> Callable[[Entry], str]:
    """Make a statement of the two halves of a name: "bob on server files"."""

    def statement(entry: Entry) -> str:
        first, found, second = entry.name.partition(parting)
        return form.format(first, second) if found and " granted by " not in second else ""

    return statement


def privilege_statements(before: Entry, after: Entry) -> str:
    """Revoke what was granted, then grant what was revoked; empty where another role has to do it.

    Args:
        before: The object, or what is said of it, as it should be.
        after: The same as it is.

    Returns:
        Statements in one line.
    """
    granted, revoked = privileges(before.values["grants"], after.values["grants"])
    given = [*_matches(granted), *_matches(revoked)]
    frame = _frame(before)
    if not frame or any(match is None or match["by"] for match in given):
        return ""
    undone = [frame.format("REVOKE", m["what"], f"FROM {m['who']}") for m in _matches(granted) if m]
    redone = [
        frame.format("GRANT", m["what"], f"TO {m['who']}{m['option'] or ''}") for m in _matches(revoked) if m
    ]
    return " ".join(undone + redone)


def _matches(items: Iterable[str]) -> list[re.Match[str] | None]:
    """Read privileges."""
    return [PRIVILEGE.fullmatch(item) for item in items]


def _frame(entry: Entry) -> str:
    """Write what stands around a privilege: verb, privilege, whom."""
    if entry.kind == "default privileges":
        whose, _, sort = entry.name.rpartition(" on ")
        return f"ALTER DEFAULT PRIVILEGES {_capitals(whose)} {{0}} {{1}} ON {sort.upper()} {{2}};"
    if entry.about is None:
        return f"{{0}} {{1}} ON {word(entry.kind)} {entry.name} {{2}};"
    kind, name = entry.about
    if kind == "database":
        return ""
    if kind == "column":
        table = entry.within[1].partition(" ")[2]
        return f"{{0}} {{1}} ({name.removeprefix(table + '.')}) ON TABLE {table} {{2}};"
    return f"{{0}} {{1}} ON {GRANT_WORDS.get(kind, word(kind))} {name} {{2}};"


def _capitals(name: str) -> str:
    """Write "for role a in schema b" as SQL has it."""
    return name.replace("for role ", "FOR ROLE ", 1).replace(" in schema ", " IN SCHEMA ", 1)
