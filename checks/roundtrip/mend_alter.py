"""Statements that undo a change of an object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.roundtrip import mend_create
from checks.roundtrip.statement import fill, literal, word

if TYPE_CHECKING:
    from collections.abc import Callable

    from checks.roundtrip.entry import Entry

    Made = Callable[[Entry, Entry], str]

COLUMN = "ALTER TABLE {home} ALTER COLUMN {short} "


def setting(label: str, form: str, unset: str = "") -> Made:
    """Make a statement that sets one thing to what it was.

    Args:
        label: Which.
        form: With `{old}` for the value, and the object's names.
        unset: The statement where it was not set.

    Returns:
        What writes it of an object before and after.
    """

    def statement(before: Entry, _after: Entry) -> str:
        old = before.values[label]
        chosen = (
            unset if old is None else form.replace("{old}", str(old).replace("{", "{{").replace("}", "}}"))
        )
        return fill(chosen, before)

    return statement


def switch(label: str, on: str, off: str) -> Made:
    """Make a statement that switches one thing back on or off."""
    return lambda before, _after: fill(on if before.values[label] else off, before)


def again(drop: str, create: Callable[[Entry], str]) -> Made:
    """Make statements that drop an object and make it as it was."""

    def statements(before: Entry, _after: Entry) -> str:
        made = create(before)
        return f"{fill(drop, before)} {made}" if made else ""

    return statements


def nullable(before: Entry, after: Entry) -> str:
    """Set or drop NOT NULL of a column."""
    old, new = before.values["not null"], after.values["not null"]
    verb = "DROP" if old == "nullable" else "SET" if (old, new) == ("not null", "nullable") else ""
    return fill(COLUMN + f"{verb} NOT NULL;", before) if verb else ""


def triggers(before: Entry, _after: Entry) -> str:
    """Enable the triggers of a foreign key, which have no lasting names."""
    enabled = before.values["triggers"] == "triggers enabled"
    return f"ALTER TABLE {before.home} ENABLE TRIGGER ALL;" if enabled else ""


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


def options(before: Entry, after: Entry) -> str:
    """Set and reset storage parameters."""
    old = dict(item.partition("=")[::2] for item in before.values["options"] or ())
    new = dict(item.partition("=")[::2] for item in after.values["options"] or ())
    changed = [f"{name} = {literal(value)}" for name, value in old.items() if new.get(name) != value]
    parts = [("SET", changed), ("RESET", [name for name in new if name not in old])]
    verbs = ", ".join(f"{verb} ({', '.join(names)})" for verb, names in parts if names)
    return f"ALTER {word(before.kind)} {before.name} {verbs};"


def sequence(before: Entry, _after: Entry) -> str:
    """Set all options of a sequence at once."""
    return f"ALTER SEQUENCE {before.name} {mend_create.sequence_options(before)};"


def view(before: Entry, after: Entry) -> str:
    """Replace a view's query, if its columns are those it had, or the first of them."""
    old, new = before.values["columns"], after.values["columns"]
    if before.kind != "view" or old[: len(new)] != new:
        return ""
    return mend_create.view(before).replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1)


def routine(before: Entry, after: Entry) -> str:
    """Replace a function by what it was, if only what stands below its signature and result changed."""
    old, new = before.values["definition"], after.values["definition"]
    same = old and new and old.split("\n")[:2] == new.split("\n")[:2]
    return mend_create.definition(before) if same else ""


def enabled(before: Entry, _after: Entry) -> str:
    """Enable or disable a trigger or a rule."""
    old = before.values["enabled"]
    verb = {"origin": "ENABLE", "disabled": "DISABLE"}.get(old, f"ENABLE {old.upper()}")
    if before.section == "event trigger":
        sort = {"origin": "", "disabled": ""}.get(old, f" {old.upper()}")
        return f"ALTER EVENT TRIGGER {before.name} {verb.split(' ')[0]}{sort};"
    return f"ALTER TABLE {before.home} {verb} {word(before.kind)} {before.short};"


def labels(before: Entry, after: Entry) -> str:
    """Give an enum back a name that was changed; a label that was added cannot be taken away."""
    pairs = list(zip(before.values["labels"], after.values["labels"], strict=False))
    other = [(old, new) for old, new in pairs if old != new]
    if len(before.values["labels"]) != len(after.values["labels"]) or len(other) != 1:
        return ""
    old, new = other[0]
    return f"ALTER TYPE {before.name} RENAME VALUE {literal(new)} TO {literal(old)};"


def replica_identity(before: Entry, _after: Entry) -> str:
    """Set a table's replica identity; which index it was, the index tells."""
    old = before.values["replica identity"]
    return "" if old == "index" else f"ALTER TABLE {before.name} REPLICA IDENTITY {old};"


def inherits(before: Entry, after: Entry) -> str:
    """Inherit from the tables it did."""
    old, new = before.values["inherits"] or (), after.values["inherits"] or ()
    parts = [f"NO INHERIT {name}" for name in new if name not in old]
    parts += [f"INHERIT {name}" for name in old if name not in new]
    return f"ALTER TABLE {before.name} {', '.join(parts)};" if parts else ""


def dependence(before: Entry, after: Entry) -> str:
    """Depend on the extensions it did."""
    old, new = before.values["depends on extension"] or (), after.values["depends on extension"] or ()
    assert before.about is not None, "a dependence is of an object"
    kind, name = before.about
    verbs = [("NO DEPENDS", item) for item in new if item not in old]
    verbs += [("DEPENDS", item) for item in old if item not in new]
    return " ".join(f"ALTER {word(kind)} {name} {verb} ON EXTENSION {item};" for verb, item in verbs)


def role_setting(before: Entry, _after: Entry) -> str:
    """Set a role's setting to what it was; a database's name is not the one that migrations will meet."""
    name, found, role = before.name.partition(" of role ")
    if before.kind != "role setting" or not found:
        return ""
    return f"ALTER ROLE {role} SET {name} = {literal(before.values['value'])};"


def comment(before: Entry, _after: Entry) -> str:
    """Set a comment to what it was."""
    assert before.about is not None, "a comment is of an object"
    kind, name = before.about
    if kind == "database":
        return ""
    if kind == "domain constraint":
        name = name.replace(" on ", " on domain ", 1)
    text = before.values["comment"]
    return f"COMMENT ON {word(kind)} {name} IS {text or 'NULL'};"


def _recreated(
    section: str, drop: str, create: Callable[[Entry], str], *names: str
) -> dict[tuple[str, str], Made]:
    """Make an object again whichever of these things changed."""
    return {(section, name): again(drop, create) for name in names}


_TABLE = "ALTER TABLE {name} "
ALTERS: dict[tuple[str, str], Made] = {
    ("table", "row security"): switch(
        "row security", _TABLE + "ENABLE ROW LEVEL SECURITY;", _TABLE + "DISABLE ROW LEVEL SECURITY;"
    ),
    ("table", "forced row security"): switch(
        "forced row security", _TABLE + "FORCE ROW LEVEL SECURITY;", _TABLE + "NO FORCE ROW LEVEL SECURITY;"
    ),
    ("table", "persistence"): setting("persistence", _TABLE + "SET {old};"),
    ("table", "replica identity"): replica_identity,
    ("table", "inherits"): inherits,
    ("table", "of type"): setting("of type", _TABLE + "OF {old};", _TABLE + "NOT OF;"),
    ("table", "options"): options,
    ("view", "options"): options,
    ("view", "populated"): switch(
        "populated",
        "REFRESH MATERIALIZED VIEW {name};",
        "REFRESH MATERIALIZED VIEW {name} WITH NO DATA;",
    ),
    ("column", "type"): setting("type", COLUMN + "TYPE {old} USING {short}::{old};"),
    ("column", "not null"): nullable,
    ("column", "default"): setting("default", COLUMN + "SET DEFAULT {old};", COLUMN + "DROP DEFAULT;"),
    ("column", "identity"): identity,
    ("column", "generated"): generated,
    ("column", "storage"): setting("storage", COLUMN + "SET STORAGE {old};"),
    ("column", "compression"): setting(
        "compression", COLUMN + "SET COMPRESSION {old};", COLUMN + "SET COMPRESSION default;"
    ),
    ("column", "statistics"): setting(
        "statistics", COLUMN + "SET STATISTICS {old};", COLUMN + "SET STATISTICS -1;"
    ),
    ("constraint", "definition"): again(
        "ALTER TABLE {home} DROP CONSTRAINT {short};", mend_create.constraint
    ),
    ("constraint", "triggers"): triggers,
    ("domain constraint", "definition"): again(
        "ALTER DOMAIN {home} DROP CONSTRAINT {short};", mend_create.constraint
    ),
    ("index", "definition"): again("DROP INDEX {name};", mend_create.index),
    ("index", "options"): options,
    ("index", "valid"): again("DROP INDEX {name};", mend_create.index),
    ("index", "clustered"): setting("table", "ALTER TABLE {old} SET WITHOUT CLUSTER;"),
    **{
        ("sequence", name): sequence
        for name in ("type", "start", "minimum", "maximum", "increment", "cache", "cycle")
    },
    ("sequence", "owned by"): setting(
        "owned by", "ALTER SEQUENCE {name} OWNED BY {old};", "ALTER SEQUENCE {name} OWNED BY NONE;"
    ),
    ("view", "definition"): view,
    ("rule", "definition"): again("DROP RULE {short} ON {home};", mend_create.trigger),
    ("trigger", "definition"): again("DROP TRIGGER {short} ON {home};", mend_create.trigger),
    ("rule", "enabled"): enabled,
    ("trigger", "enabled"): enabled,
    ("event trigger", "enabled"): enabled,
    **_recreated(
        "policy",
        "DROP POLICY {short} ON {home};",
        mend_create.policy,
        *("FOR", "AS", "TO", "USING", "WITH CHECK"),
    ),
    ("extended statistics", "definition"): again("DROP STATISTICS {name};", mend_create.statistics),
    ("extended statistics", "target"): setting(
        "target",
        "ALTER STATISTICS {name} SET STATISTICS {old};",
        "ALTER STATISTICS {name} SET STATISTICS -1;",
    ),
    ("routine", "definition"): routine,
    ("extension dependence", "depends on extension"): dependence,
    ("setting", "value"): role_setting,
    ("enum type", "labels"): labels,
    ("domain", "default"): setting(
        "default", "ALTER DOMAIN {name} SET DEFAULT {old};", "ALTER DOMAIN {name} DROP DEFAULT;"
    ),
    ("domain", "not null"): lambda before, _after: (
        f"ALTER DOMAIN {before.name} {'SET' if before.values['not null'] == 'not null' else 'DROP'} NOT NULL;"
    ),
    ("extension", "schema"): setting("schema", "ALTER EXTENSION {name} SET SCHEMA {old};"),
    ("comment", "comment"): comment,
    **{
        ("role", name): switch(name, f"ALTER ROLE {{name}} {name};", f"ALTER ROLE {{name}} no{name};")
        for name in ("superuser", "inherit", "createrole", "createdb", "login", "replication", "bypassrls")
    },
    ("role", "connection limit"): setting(
        "connection limit",
        "ALTER ROLE {name} CONNECTION LIMIT {old};",
        "ALTER ROLE {name} CONNECTION LIMIT -1;",
    ),
}
