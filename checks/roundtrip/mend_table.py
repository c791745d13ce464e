"""Statements that undo a change of a table, or of what belongs to one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.roundtrip import mend_create
from checks.roundtrip.statement import fill, literal, word

if TYPE_CHECKING:
    from collections.abc import Callable

    from checks.roundtrip.entry import Entry

    Made = Callable[[Entry, Entry], str]

COLUMN = "ALTER TABLE {home} ALTER COLUMN {short} "
# Types that are converted into each other without being told to.
LONG = (re.compile(r"text|character( varying)?(\(\d+\))?"), re.compile(r"bit varying(\(\d+\))?"))


def options(label: str = "options", prefix: str = "") -> Made:
    """Make a statement that sets and resets storage parameters.

    Args:
        label: Which.
        prefix: What stands before their names.
    """

    def statement(before: Entry, after: Entry) -> str:
        old, new = pairs(before.values[label]), pairs(after.values[label])
        changed = [f"{prefix}{name} = {literal(v)}" for name, v in old.items() if new.get(name) != v]
        parts = [("SET", changed), ("RESET", [prefix + name for name in new if name not in old])]
        verbs = ", ".join(f"{verb} ({', '.join(names)})" for verb, names in parts if names)
        return f"ALTER {word(before.kind)} {before.name} {verbs};"

    return statement


def foreign_options(before: Entry, after: Entry) -> str:
    """Set, add and drop the options of a foreign table or of its column."""
    old, new = pairs(before.values["foreign options"]), pairs(after.values["foreign options"])
    parts = [f"DROP {name}" for name in new if name not in old]
    parts += [f"{'SET' if k in new else 'ADD'} {k} {literal(v)}" for k, v in old.items() if new.get(k) != v]
    column = f"{before.home} ALTER COLUMN {before.short}" if before.kind == "column" else before.name
    return f"ALTER FOREIGN TABLE {column} OPTIONS ({', '.join(parts)});"


def column_options(before: Entry, after: Entry) -> str:
    """Set and reset the options of a column."""
    old, new = pairs(before.values["options"]), pairs(after.values["options"])
    changed = ", ".join(f"{name} = {value}" for name, value in old.items() if new.get(name) != value)
    reset = ", ".join(name for name in new if name not in old)
    parts = [f"SET ({changed});"] if changed else []
    parts += [f"RESET ({reset});"] if reset else []
    return " ".join(fill(COLUMN, before) + part for part in parts)


def collation(before: Entry, after: Entry) -> str:
    """Give a column its collation back, if its type is the same; else what mends the type does."""
    if before.values["type"] != after.values["type"]:
        return ""
    return fill(COLUMN + f"TYPE {typed(before)};", before)


def column_type(before: Entry, after: Entry) -> str:
    """Give a column its type back, and its collation with it.

    A cast that is written out cuts what is too long, without a word; one that is not fails.
    """
    known = before.values["type"].replace("{", "{{").replace("}", "}}")
    cuts = any(all(map(kind.fullmatch, (before.values["type"], after.values["type"]))) for kind in LONG)
    using = "" if cuts else f" USING {{short}}::{known}"
    return fill(COLUMN + f"TYPE {typed(before)}{using};", before)


def typed(entry: Entry) -> str:
    """Write a column's type and the collation: its own, or that of the type."""
    chosen = entry.values["collation"]
    words = entry.values["type"] + (f" COLLATE {chosen}" if chosen else "")
    return str(words).replace("{", "{{").replace("}", "}}")


def nullable(before: Entry, after: Entry) -> str:
    """Set or drop NOT NULL of a column."""
    old, new = before.values["not null"], after.values["not null"]
    verb = "DROP" if old == "nullable" else "SET" if (old, new) == ("not null", "nullable") else ""
    return fill(COLUMN + f"{verb} NOT NULL;", before) if verb else ""


def identity(before: Entry, after: Entry) -> str:
    """Make a column an identity, another kind of it, or none."""
    old, new = before.values["identity"], after.values["identity"]
    if old is None:
        return fill(COLUMN + "DROP IDENTITY;", before)
    verb = "SET" if new else "ADD"
    return fill(COLUMN + f"{verb} GENERATED {old.upper()}{'' if new else ' AS IDENTITY'};", before)


def generated(before: Entry, after: Entry) -> str:
    """Set a virtual column's expression: 18 has them, and can."""
    old, new = before.values["generated"] or "", after.values["generated"]
    kind, _, expression = old.partition(" ")
    return fill(COLUMN + f"SET EXPRESSION AS {expression};", before) if new and kind == "virtual" else ""


def partition(before: Entry, after: Entry) -> str:
    """Detach a partition and attach it as it was."""
    parent, now = before.values["parent"], after.values["parent"]
    parts = [f"ALTER TABLE {now} DETACH PARTITION {before.name};"] if now else []
    if parent:
        bound = before.values["partition of"].removeprefix(f"{parent} ")
        parts.append(f"ALTER TABLE {parent} ATTACH PARTITION {before.name} {bound};")
    return " ".join(parts)


def inherits(before: Entry, after: Entry) -> str:
    """Inherit from the tables it did."""
    old, new = before.values["inherits"] or (), after.values["inherits"] or ()
    parts = [f"NO INHERIT {name}" for name in new if name not in old]
    parts += [f"INHERIT {name}" for name in old if name not in new]
    return f"ALTER TABLE {before.name} {', '.join(parts)};" if parts else ""


def replica_identity(before: Entry, _after: Entry) -> str:
    """Set a table's replica identity; which index it was, the index tells."""
    old = before.values["replica identity"]
    return "" if old == "index" else f"ALTER TABLE {before.name} REPLICA IDENTITY {old};"


def clustered(before: Entry, _after: Entry) -> str:
    """Mark the index by which a table is clustered, or unmark it."""
    table, name = before.values["table"], before.name.rpartition(".")[2]
    verb = f"CLUSTER ON {name}" if before.values["clustered"] else "SET WITHOUT CLUSTER"
    return f"ALTER TABLE {table} {verb};" if before.name.count('"') == 0 else ""


def identifying(before: Entry, _after: Entry) -> str:
    """Identify a table's rows by the index that did; what does now, they tell themselves."""
    name = before.name.rpartition(".")[2]
    if not before.values["replica identity"] or '"' in before.name:
        return ""
    return f"ALTER TABLE {before.values['table']} REPLICA IDENTITY USING INDEX {name};"


def constraint(before: Entry, after: Entry) -> str:
    """Make a constraint again as it was, or validate it where that is all."""
    old, new = before.values["definition"], after.values["definition"]
    if new == f"{old} NOT VALID":
        return f"ALTER TABLE {before.home} VALIDATE CONSTRAINT {before.short};"
    made = mend_create.constraint(before)
    return f"ALTER TABLE {before.home} DROP CONSTRAINT {before.short}; {made}"


def triggers(before: Entry, _after: Entry) -> str:
    """Enable the triggers of a foreign key, which have no lasting names."""
    enabled = before.values["triggers"] == "triggers enabled"
    return f"ALTER TABLE {before.home} ENABLE TRIGGER ALL;" if enabled else ""


def pairs(items: list[str] | None) -> dict[str, str]:
    """Read options: "fillfactor=70"."""
    return dict(item.partition("=")[::2] for item in items or ())
