"""From the objects in which two catalogs differ to differences as a person says them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.migration import Difference, Effect
from checks.roundtrip import mend
from checks.roundtrip.catalog_sql import SECTIONS
from checks.roundtrip.wording import changed, detail

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from checks.roundtrip.entry import Entry

SHOWN = 3  # objects of a schema that are named with it
PLACES = {name: place for place, name in enumerate(SECTIONS)}
ORDER = "column order"
WORDS = {"constraint index": "index", "identity sequence": "sequence", ORDER: "table"}
ATTACHED = ("inherits", "partition of")
# What comes and goes when that which it is within only changes.
FOLLOWING = ("constraint index", "identity sequence")


@dataclass(frozen=True)
class Alteration:
    """One change of an object that is in both catalogs.

    Attributes:
        before: The object, or what is said of it, as it should be.
        after: As it is.
        label: Under which they differ.
        detail: The change in words.
    """

    before: Entry
    after: Entry
    label: str
    detail: str


def differences(lost: Iterable[Entry], left: Iterable[Entry]) -> tuple[Difference, ...]:
    """Name what differs, each object once and no consequence of another.

    Args:
        lost: The objects of the state that should be there, where they differ.
        left: Those of the state that is there.

    Returns:
        In the order of the sections, then of the names.
    """
    before = {(entry.kind, entry.key): entry for entry in lost}
    after = {(entry.kind, entry.key): entry for entry in left}
    gone = [entry for key, entry in before.items() if key not in after]
    come = [entry for key, entry in after.items() if key not in before]
    pairs = [(entry, after[key]) for key, entry in before.items() if key in after]
    altered = _alterations(pairs)
    found = [*_whole(Effect.LOST, gone, altered), *_whole(Effect.LEFT, come, altered)]
    found += [*_grouped([*altered, *_alterations(_said(gone, come))]), *_reordered(pairs)]
    return tuple(sorted(found, key=_place))


def _whole(effect: Effect, entries: list[Entry], altered: list[Alteration]) -> Iterator[Difference]:
    """Name the objects that are in one of the catalogs only."""
    keys = {entry.key for entry in entries}
    remade = {alteration.before.key for alteration in altered}
    for entry in entries:
        implied = keys.intersection((*entry.within, *entry.clones))
        follows = entry.kind in FOLLOWING and remade.intersection(entry.within)
        if implied or follows or entry.about or entry.section == ORDER:
            continue
        inside = [other for other in entries if entry.key in other.within and not other.about]
        statement = mend.create(entry) if effect is Effect.LOST else mend.drop(entry, inside=bool(inside))
        words = _inside(inside) if entry.kind == "schema" else _granted(effect, entry)
        yield Difference(effect, WORDS.get(entry.kind, entry.kind), entry.name, words, statement)


def _inside(entries: list[Entry]) -> str:
    """Name a few of the objects that come and go with a schema."""
    names = sorted(f"{WORDS.get(entry.kind, entry.kind)} {entry.name}" for entry in entries)[:SHOWN]
    more = [f"{len(entries) - SHOWN} more"] if len(entries) > SHOWN else []
    return "with " + ", ".join(names + more) if names else ""


def _granted(effect: Effect, entry: Entry) -> str:
    """Tell the privileges of an object that is nothing but privileges."""
    if "grants" not in entry.values:
        return ""
    old, new = (entry, entry.blank()) if effect is Effect.LOST else (entry.blank(), entry)
    return detail(old, new, "grants")


def _alterations(pairs: list[tuple[Entry, Entry]]) -> list[Alteration]:
    """Tell what changed in each, but not in copies what changed in the original too."""
    found = [
        Alteration(old, new, label, detail(old, new, label))
        for old, new in pairs
        if old.section != ORDER
        for label in changed(old, new)
    ]
    told = {(alteration.before.key, alteration.detail) for alteration in found}
    moved = {alteration.before.key for alteration in found if alteration.label in ATTACHED}
    return [
        alteration
        for alteration in found
        if not any((key, alteration.detail) in told for key in alteration.before.clones)
        and not (alteration.label == "inherited" and moved.intersection(alteration.before.within))
    ]


def _said(gone: list[Entry], come: list[Entry]) -> list[tuple[Entry, Entry]]:
    """Pair what is said of objects in one catalog only with nothing, where the object is in both."""
    lost, left = {entry.key for entry in gone}, {entry.key for entry in come}
    old = [(entry, entry.blank()) for entry in gone if entry.about and not lost.intersection(entry.within)]
    new = [(entry.blank(), entry) for entry in come if entry.about and not left.intersection(entry.within)]
    return old + new


def _grouped(alterations: list[Alteration]) -> Iterator[Difference]:
    """Make one difference of all the changes of an object, and one of the growth of an enum type."""
    groups: dict[tuple[str, Effect], list[Alteration]] = {}
    for alteration in sorted(alterations, key=lambda one: bool(one.before.about)):
        effect = _effect(alteration)
        groups.setdefault((alteration.before.subject, effect), []).append(alteration)
    for (_, effect), group in groups.items():
        entry = group[0].before
        kind, name = entry.about or (entry.kind, entry.name)
        words = "; ".join(alteration.detail for alteration in group if effect is not Effect.OWNED)
        statements = [mend.alter(one.before, one.after, one.label) for one in group]
        once = dict.fromkeys(filter(None, statements))
        statement = " ".join(once) if all(statements) else ""
        yield Difference(effect, WORDS.get(kind, kind), name, words, statement)


def _effect(alteration: Alteration) -> Effect:
    """Tell a change that something undoes from those that nothing does."""
    if alteration.label == "inherited" and alteration.before.values["inherited"]:
        return Effect.OWNED
    return Effect.GROWN if _grows(alteration) else Effect.ALTERED


def _grows(alteration: Alteration) -> bool:
    """Tell whether an enum type has new values beside all those that it had, in their order."""
    if (alteration.before.section, alteration.label) != ("enum type", "labels"):
        return False
    were, are = alteration.before.values["labels"] or (), iter(alteration.after.values["labels"] or ())
    return all(label in are for label in were)


def _reordered(pairs: list[tuple[Entry, Entry]]) -> Iterator[Difference]:
    """Name the tables whose columns, those that are in both, stand in another order."""
    for old, new in pairs:
        if old.section == ORDER:
            were, are = old.values["columns"], new.values["columns"]
            if [name for name in were if name in are] != [name for name in are if name in were]:
                yield Difference(Effect.REORDERED, "table", old.name, detail(old, new, "columns"))


def _place(difference: Difference) -> tuple[int, str, str]:
    """Sort by what it is, schemas and tables first."""
    return PLACES.get(difference.kind, len(PLACES)), difference.kind, difference.name
