"""Statements that bring a lost object back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.roundtrip.statement import halves, literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from checks.roundtrip.entry import Entry


PLAIN_VALUE = re.compile(r"[\w.+-]+")  # one word, no list of them


def definition(entry: Entry) -> str:
    """Give the definition that the server wrote, which is a whole statement."""
    return str(entry.values["definition"]).strip().rstrip(";") + ";"


def constraint(entry: Entry) -> str:
    """Add a constraint to its table or domain."""
    owner = "DOMAIN" if entry.kind == "domain constraint" else "TABLE"
    return f"ALTER {owner} {entry.home} ADD CONSTRAINT {entry.short} {entry.values['definition']};"


def index(entry: Entry) -> str:
    """Make an index."""
    return definition(entry) if not entry.values["tablespace"] else ""


def view(entry: Entry) -> str:
    """Make a view of any sort."""
    known = entry.values
    if known["column settings"] or known["tablespace"] or known["access method"] or not known["populated"]:
        return ""
    options = f" WITH ({', '.join(known['options'])})" if known["options"] else ""
    return f"CREATE {entry.kind.upper()} {entry.name}{options} AS {definition(entry).strip()}"


def column(entry: Entry) -> str:
    """Add a column, of its most usual forms."""
    known = entry.values
    unusual = ("storage", "compression", "statistics", "options", "foreign options", "inherited")
    if any(known[label] for label in unusual) or known["not null"] not in ("nullable", "not null"):
        return ""
    parts = [entry.short, known["type"]]
    parts += [f"COLLATE {known['collation']}"] if known["collation"] else []
    parts += ["NOT NULL"] if known["not null"] == "not null" else []
    parts += [f"DEFAULT {known['default']}"] if known["default"] else []
    parts += [f"GENERATED {known['identity'].upper()} AS IDENTITY"] if known["identity"] else []
    parts += [generated(known["generated"])] if known["generated"] else []
    return f"ALTER TABLE {entry.home} ADD COLUMN {' '.join(parts)};"


def generated(text: str) -> str:
    """Write a generated column's clause, of "stored (a + b)"."""
    kind, _, expression = text.partition(" ")
    return f"GENERATED ALWAYS AS ({expression}) {kind.upper()}"


def sequence_options(entry: Entry) -> str:
    """Write all options of a sequence, each of which may stand in the way of another."""
    known = entry.values
    return (
        f"AS {known['type']} INCREMENT {known['increment']} MINVALUE {known['minimum']}"
        f" MAXVALUE {known['maximum']} START {known['start']} CACHE {known['cache']}"
        f"{' CYCLE' if known['cycle'] else ' NO CYCLE'}"
    )


def sequence(entry: Entry) -> str:
    """Make a sequence with all its options."""
    known = entry.values
    if known["persistence"] != "logged":
        return ""
    owned = f" OWNED BY {known['owned by']}" if known["owned by"] else ""
    return f"CREATE SEQUENCE {entry.name} {sequence_options(entry)}{owned};"


def enum(entry: Entry) -> str:
    """Make an enum."""
    labels = ", ".join(map(literal, entry.values["labels"] or ()))
    return f"CREATE TYPE {entry.name} AS ENUM ({labels});"


def domain(entry: Entry) -> str:
    """Make a domain, without its constraints, which are objects of their own."""
    known = entry.values
    parts = [f"CREATE DOMAIN {entry.name} AS {known['type']}"]
    parts += [f"COLLATE {known['collation']}"] if known["collation"] else []
    parts += [f"DEFAULT {known['default']}"] if known["default"] else []
    parts += ["NOT NULL"] if known["not null"] == "not null" else []
    return f"{' '.join(parts)};"


def published(entry: Entry) -> str:
    """Publish a table again, with its columns and rows."""
    known = entry.values
    columns = f" ({', '.join(known['columns'])})" if known["columns"] else ""
    rows = f" WHERE {known['where']}" if known["where"] else ""
    return halves(" in publication ", f"ALTER PUBLICATION {{1}} ADD TABLE {{0}}{columns}{rows};")(entry)


def membership(entry: Entry) -> str:
    """Make a role a member of another again, as one usually is."""
    known = entry.values
    usual = not known["admin"] and known["inherit"] in (None, True) and known["set"] in (None, True)
    return halves(" in ", "GRANT {1} TO {0};")(entry) if usual else ""


def role_setting(entry: Entry) -> str:
    """Give a role its setting back; a list or one of the application's own has other words."""
    value = entry.values["value"]
    if value is None or not PLAIN_VALUE.fullmatch(value):
        return ""
    return halves(" of role ", f"ALTER ROLE {{1}} SET {{0}} = {literal(value)};")(entry)


def composite(entry: Entry) -> str:
    """Make a composite type."""
    return f"CREATE TYPE {entry.name} AS ({', '.join(entry.values['attributes'] or ())});"


def routine(entry: Entry) -> str:
    """Make a function or a procedure."""
    return definition(entry)


def trigger(entry: Entry) -> str:
    """Make a trigger or a rule that is enabled as it was born."""
    return definition(entry) if entry.values["enabled"] == "origin" else ""


def policy(entry: Entry) -> str:
    """Make a policy."""
    known = entry.values
    parts = [f"{label} {known[label]}" for label in ("AS", "FOR")] + [f"TO {', '.join(known['TO'])}"]
    parts += [f"{label} {known[label]}" for label in ("USING", "WITH CHECK") if known[label]]
    return f"CREATE POLICY {entry.short} ON {entry.home} {' '.join(parts)};"


def extension(entry: Entry) -> str:
    """Make an extension."""
    known = entry.values
    return f"CREATE EXTENSION {entry.name} SCHEMA {known['schema']} VERSION {literal(known['version'])};"


def statistics(entry: Entry) -> str:
    """Make extended statistics."""
    return definition(entry) if entry.values["target"] is None else ""


CREATES: dict[str, Callable[[Entry], str]] = {
    "schema": lambda entry: f"CREATE SCHEMA {entry.name};",
    "extension": extension,
    "column": column,
    "constraint": constraint,
    "domain constraint": constraint,
    "index": index,
    "sequence": sequence,
    "view": view,
    "materialized view": view,
    "rule": trigger,
    "trigger": trigger,
    "policy": policy,
    "extended statistics": statistics,
    "enum type": enum,
    "composite type": composite,
    "domain": domain,
    "publication table": published,
    "role membership": membership,
    "role setting": role_setting,
    "function": routine,
    "procedure": routine,
    "publication schema": halves(" in publication ", "ALTER PUBLICATION {1} ADD TABLES IN SCHEMA {0};"),
}
