"""What a migration did, in a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.witness import MODES, Command, Witness

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 3  # so many objects of a kind are named
PARTS = {"index", "sequence"}  # made along with tables more often than by themselves
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


def tell(witness: Witness) -> str:
    """Say what was made, changed and dropped, the strongest lock and on what, what was rewritten."""
    made = {(one.kind, one.name) for one in witness.commands if _is_made(one)}
    changed = (one for one in witness.commands if not (one.dropped or (one.kind, one.name) in made))
    told = [
        _named("made", (one for one in witness.commands if _is_made(one))),
        _named("changed", changed),
        _named("dropped", (one for one in witness.commands if one.dropped)),
        _listed("wrote rows of", witness.written),
        _listed("scanned", witness.scanned or ()),
        _strongest(witness),
        _listed("rewrote", witness.rewritten),
        f"not witnessed: {witness.why_not}" if witness.why_not else "",
    ]
    return "; ".join(filter(None, told)) or "nothing"


def _is_made(command: Command) -> bool:
    return not command.dropped and command.tag.startswith("CREATE")


def _named(verb: str, commands: Iterable[Command]) -> str:
    found = tuple(dict.fromkeys(" ".join(filter(None, (one.kind.lower(), one.name))) for one in commands))
    whole = tuple(name for name in found if name.partition(" ")[0] not in PARTS)
    return _listed(verb, whole or found)


def _listed(verb: str, names: tuple[str, ...]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return f"{verb} {', '.join(names[:MOST])}{more}"


def _strongest(witness: Witness) -> str:
    """Name the strongest lock on tables that were there before, and all of those that had it."""
    if not witness.locks:
        return ""
    mode = max((lock.mode for lock in witness.locks), key=MODES.index)
    words = _WORD.sub(" ", mode.removesuffix("Lock")).upper()
    return _listed(f"{words} lock on", tuple(lock.table for lock in witness.locks if lock.mode == mode))
