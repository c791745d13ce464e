"""Statements that mend a difference, where one surely does; else empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.roundtrip.mend_alter import ALTERS
from checks.roundtrip.mend_create import CREATES
from checks.roundtrip.statement import fill, halves, privilege_statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from checks.roundtrip.entry import Entry


def drop(entry: Entry, *, inside: bool = False) -> str:
    """Write the statement that takes an object away.

    Args:
        entry: What was left.
        inside: Whether other objects were left in it: a schema does not go without them.

    Returns:
        A statement, or empty.
    """
    if "grants" in entry.values:
        return privilege_statements(entry.blank(), entry)
    special = DROPS.get(entry.kind)
    if callable(special):
        return special(entry)
    cascade = " CASCADE" if inside and entry.kind == "schema" else ""
    return fill(f"DROP {{word}} {{name}}{cascade};" if special is None else special, entry)


def create(entry: Entry) -> str:
    """Write the statement that brings a lost object back as it was, its owner and privileges aside.

    Args:
        entry: What was lost.

    Returns:
        A statement, or empty.
    """
    if "grants" in entry.values:
        return privilege_statements(entry, entry.blank())
    made = CREATES.get(entry.kind)
    return made(entry) if made else ""


def alter(before: Entry, after: Entry, label: str) -> str:
    """Write the statement that undoes one change.

    Args:
        before: The object as it should be.
        after: The object as it is.
        label: What of it differs.

    Returns:
        A statement, or empty.
    """
    if label == "owner":
        if before.kind == "database":
            return ""
        return fill(f"ALTER {{word}} {{name}} OWNER TO {before.values[label]};", before)
    if label == "grants":
        return privilege_statements(before, after)
    made = ALTERS.get((before.section, label))
    return made(before, after) if made else ""


def _table(entry: Entry) -> str:
    """Drop a table; a partition that a foreign key may lead to goes only once it is detached."""
    parent = entry.values["parent"]
    detach = f"ALTER TABLE {parent} DETACH PARTITION {entry.name}; " if parent else ""
    return detach + fill("DROP {word} {name};", entry)


DROPS: dict[str, str | Callable[[Entry], str]] = {
    "table": _table,
    "foreign table": _table,
    "base type": "DROP TYPE {name} CASCADE;",  # its functions have its name in their types
    "column": "ALTER TABLE {home} DROP COLUMN {short};",
    "constraint": "ALTER TABLE {home} DROP CONSTRAINT {short};",
    "domain constraint": "ALTER DOMAIN {home} DROP CONSTRAINT {short};",
    "trigger": "DROP TRIGGER {short} ON {home};",
    "rule": "DROP RULE {short} ON {home};",
    "policy": "DROP POLICY {short} ON {home};",
    "constraint index": "",
    "identity sequence": "",
    "database setting": "",
    "transform": "DROP TRANSFORM {name};",
    "user mapping": halves(" on server ", "DROP USER MAPPING FOR {0} SERVER {1};"),
    "publication table": halves(" in publication ", "ALTER PUBLICATION {1} DROP TABLE {0};"),
    "publication schema": halves(" in publication ", "ALTER PUBLICATION {1} DROP TABLES IN SCHEMA {0};"),
    "role membership": halves(" in ", "REVOKE {1} FROM {0};"),
    "role setting": halves(" of role ", "ALTER ROLE {1} RESET {0};"),
}
