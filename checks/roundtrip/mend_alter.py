"""Statements that undo a change of an object."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.roundtrip import mend_create, mend_table
from checks.roundtrip.statement import fill, literal, word

if TYPE_CHECKING:
    from collections.abc import Callable

    from checks.roundtrip.entry import Entry
    from checks.roundtrip.mend_table import Made

NAME = re.compile(r'"(?:[^"]|"")+"|\S+')


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


def attributes(before: Entry, after: Entry) -> str:
    """Take attributes from a composite type that it had not, if those it had are there before them."""
    old, new = before.values["attributes"] or [], after.values["attributes"] or []
    if new[: len(old)] != old:
        return ""
    names = [NAME.match(attribute) for attribute in new[len(old) :]]
    return " ".join(f"ALTER TYPE {before.name} DROP ATTRIBUTE {name[0]};" for name in names if name)


def mappings(before: Entry, after: Entry) -> str:
    """Add mappings that a text search configuration has lost, and drop those that it had not."""
    old, new = _dictionaries(before), _dictionaries(after)
    form = f"ALTER TEXT SEARCH CONFIGURATION {before.name} {{}} MAPPING FOR {{}}{{}};"
    parts = [form.format("DROP", token, "") for token in new if token not in old]
    for token, names in old.items():
        if new.get(token) != names:
            verb = "ALTER" if token in new else "ADD"
            parts.append(form.format(verb, token, f" WITH {', '.join(names)}"))
    return " ".join(parts)


def _dictionaries(entry: Entry) -> dict[str, list[str]]:
    """Read mappings: each token's dictionaries, in their order."""
    found: dict[str, list[str]] = {}
    for mapping in entry.values["mappings"] or ():
        token, _, name = mapping.split(" ", 2)
        found.setdefault(token, []).append(name)
    return found


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
    were, are = before.values["labels"] or [], after.values["labels"] or []
    if are == [label for label in were if label in are]:
        return _lost_labels(before, were, are)
    other = [(old, new) for old, new in zip(were, are, strict=False) if old != new]
    if len(were) != len(are) or len(other) != 1 or other[0][1] in were:
        return ""
    old, new = other[0]
    return f"ALTER TYPE {before.name} RENAME VALUE {literal(new)} TO {literal(old)};"


def _lost_labels(entry: Entry, were: list[str], are: list[str]) -> str:
    """Add the labels that are gone, each before the next one that is there."""
    parts = []
    for place, label in enumerate(were):
        if label not in are:
            following = next((other for other in were[place:] if other in are), None)
            where = f" BEFORE {literal(following)}" if following else ""
            parts.append(f"ALTER TYPE {entry.name} ADD VALUE {literal(label)}{where};")
    return " ".join(parts)


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
    ("table", "replica identity"): mend_table.replica_identity,
    ("table", "inherits"): mend_table.inherits,
    ("table", "of type"): setting("of type", _TABLE + "OF {old};", _TABLE + "NOT OF;"),
    ("table", "options"): mend_table.options(),
    ("table", "toast options"): mend_table.options("toast options", "toast."),
    ("table", "partition of"): mend_table.partition,
    ("table", "foreign options"): mend_table.foreign_options,
    ("view", "options"): mend_table.options(),
    ("view", "populated"): switch(
        "populated",
        "REFRESH MATERIALIZED VIEW {name};",
        "REFRESH MATERIALIZED VIEW {name} WITH NO DATA;",
    ),
    ("column", "type"): mend_table.column_type,
    ("column", "collation"): mend_table.collation,
    ("column", "options"): mend_table.column_options,
    ("column", "foreign options"): mend_table.foreign_options,
    ("column", "not null"): mend_table.nullable,
    ("column", "default"): setting(
        "default", mend_table.COLUMN + "SET DEFAULT {old};", mend_table.COLUMN + "DROP DEFAULT;"
    ),
    ("column", "identity"): mend_table.identity,
    ("column", "generated"): mend_table.generated,
    ("column", "storage"): setting("storage", mend_table.COLUMN + "SET STORAGE {old};"),
    ("column", "compression"): setting(
        "compression",
        mend_table.COLUMN + "SET COMPRESSION {old};",
        mend_table.COLUMN + "SET COMPRESSION default;",
    ),
    ("column", "statistics"): setting(
        "statistics", mend_table.COLUMN + "SET STATISTICS {old};", mend_table.COLUMN + "SET STATISTICS -1;"
    ),
    ("constraint", "definition"): mend_table.constraint,
    ("constraint", "triggers"): mend_table.triggers,
    ("domain constraint", "definition"): again(
        "ALTER DOMAIN {home} DROP CONSTRAINT {short};", mend_create.constraint
    ),
    ("index", "definition"): again("DROP INDEX {name};", mend_create.index),
    ("index", "options"): mend_table.options(),
    ("index", "valid"): again("DROP INDEX {name};", mend_create.index),
    ("index", "clustered"): mend_table.clustered,
    ("index", "replica identity"): mend_table.identifying,
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
    ("composite type", "attributes"): attributes,
    ("text search configuration", "mappings"): mappings,
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
