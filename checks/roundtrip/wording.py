"""What of an object differs, in words."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from checks.roundtrip.catalog_sql import SECTIONS, Style

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from checks.roundtrip.entry import Entry

LONG = 160  # characters that a definition may have to be shown whole
MANY = 8  # names that a list may have to be shown whole


def changed(before: Entry, after: Entry) -> tuple[str, ...]:
    """Give the labels under which two states of an object differ, those left out that others tell."""
    styles = SECTIONS[before.section].styles
    labels = [label for label in styles if before.values[label] != after.values[label]]
    return tuple(label for label in labels if styles[label] is not Style.QUIET)


def detail(before: Entry, after: Entry, label: str) -> str:
    """Tell one change: "default 'anon' became ''".

    Args:
        before: The object as it should be.
        after: The object as it is.
        label: Under which they differ.

    Returns:
        A phrase without a subject.
    """
    old, new = before.values[label], after.values[label]
    told = _TELLERS.get(SECTIONS[before.section].styles[label], _of_value)
    return told(label, old, new)


def privileges(old: Sequence[str] | None, new: Sequence[str] | None) -> tuple[list[str], list[str]]:
    """Compare two lists of privileges, each signed against what the object was born with.

    Returns:
        What was granted and what was revoked, as "bob SELECT", sorted.
    """
    were, are = set(old or ()), set(new or ())
    granted = {item[1:] for item in are - were if item[0] == "+"} | _minus(were - are)
    revoked = {item[1:] for item in were - are if item[0] == "+"} | _minus(are - were)
    return sorted(granted), sorted(revoked)


def _minus(items: set[str]) -> set[str]:
    """Give those that the object was born with and lost."""
    return {item[1:] for item in items if item[0] == "-"}


def _shown(value: object) -> str:
    """Show a value."""
    if value is None:
        return "none"
    if isinstance(value, list):
        return "(" + ", ".join(map(str, value)) + ")"
    return str(value)


def _of_grants(_label: str, old: Sequence[str] | None, new: Sequence[str] | None) -> str:
    """Tell what was granted and revoked."""
    granted, revoked = privileges(old, new)
    parts = [("granted to", granted), ("revoked from", revoked)]
    return "; ".join(f"{word} {', '.join(items)}" for word, items in parts if items)


def _of_value(label: str, old: object, new: object) -> str:
    """Tell a value's change."""
    return f"{label} {_shown(old)} became {_shown(new)}"


def _of_parts(_label: str, old: Mapping[str, object] | None, new: Mapping[str, object] | None) -> str:
    """Tell those parts that changed."""
    old, new = old or {}, new or {}
    names = [name for name in old if old[name] != new.get(name)]
    return "; ".join(f"{name} {_shown(old[name])} became {_shown(new.get(name))}" for name in names)


def _of_list(label: str, old: Sequence[str] | None, new: Sequence[str] | None) -> str:
    """Tell how a list changed: whole if it is short, else what came and went."""
    old, new = old or [], new or []
    if max(len(old), len(new)) <= MANY:
        return f"{label} {', '.join(old) or 'none'} became {', '.join(new) or 'none'}"
    parts = [(f"without {item}", item not in new) for item in old]
    parts += [(f"with {item}", item not in old) for item in new]
    return f"{label} " + (", ".join(word for word, true in parts if true) or "in another order")


def _of_text(label: str, old: str | None, new: str | None) -> str:
    """Tell how a definition changed: whole if it is short, else the first line that differs."""
    old, new = old or "", new or ""
    for cut in (" USING ", " EXECUTE FUNCTION "):
        if old.partition(cut)[0] == new.partition(cut)[0]:
            old, new = old.partition(cut)[2] or old, new.partition(cut)[2] or new
    if len(old) + len(new) <= LONG and "\n" not in (old + new).strip():
        return f"{old.strip() or 'none'} became {new.strip() or 'none'}"
    were, are = old.split("\n"), new.split("\n")
    steps = SequenceMatcher(None, were, are, autojunk=False).get_opcodes()
    _, start, end, first, last = next(step for step in steps if step[0] != "equal")
    was, now = " ".join(were[start:end][:1]).strip(), " ".join(are[first:last][:1]).strip()
    words = f"{was} became {now}" if was and now else f"{was} is gone" if was else f"{now} is new"
    return f"{label}, line {start + 1}: {words}"


_TELLERS: dict[Style, Callable[[str, Any, Any], str]] = {
    Style.FLAG: lambda label, _, new: f"{label} was switched {'on' if new else 'off'}",
    Style.HIDDEN: lambda label, _old, _new: f"{label} changed",
    Style.WORDS: lambda _, old, new: f"{_shown(old)} became {_shown(new)}",
    Style.TEXT: _of_text,
    Style.GRANTS: _of_grants,
    Style.PARTS: _of_parts,
    Style.ORDER: _of_list,
}
