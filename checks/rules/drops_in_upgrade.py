"""A migration drops a table, column, view or type on the way up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.rules.witnessed import on_the_witness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.witness import Witness

KINDS = frozenset({"table", "table column", "foreign table", "view", "materialized view", "type"})
FIX = "release code that does without it first; then say so: `migseal: allow drops-in-upgrade: WHY`"


def look(witness: Witness) -> Iterator[str]:
    """Yield what is gone and was not made anew."""
    made = {(one.kind, one.name) for one in witness.commands if one.tag.startswith("CREATE")}
    gone = [one for one in witness.dropped if one.kind in KINDS and (one.kind, one.name) not in made]
    if gone:
        names = ", ".join(f"{one.kind.removeprefix('table ')} {one.name}" for one in gone)
        yield (
            f"drops {names}: the code of the release before still runs while it is deployed, and asks for "
            "what is gone"
        )


RULE = on_the_witness("drops-in-upgrade", "drops what older code needs", look, FIX)
