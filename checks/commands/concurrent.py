"""Two upgrades at once, for each project whose tool can be started as a deploy starts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from checks import postgres, tools
from checks.commands.trips import Made, refuse_unsafe, variants
from checks.errors import CannotCheckError, SeveralDatabasesError
from checks.migration import Comparison, Tier
from checks.roundtrip.plan import Plan, plan
from checks.roundtrip.race import race

if TYPE_CHECKING:
    from checks.commands.situation import Situation
    from checks.migration import Migration
    from checks.postgres import Server

NO_RUNNER = "project {}: two upgrades at once were not tried: who runs its files on a deploy is not known"
SEVERAL = "{}: env.py runs its migrations in several databases: --concurrent does not look at that"
NOTHING = "--concurrent is for what Alembic runs, and there is no such project"


def make_races(situation: Situation, comparisons: Sequence[Comparison]) -> Made:
    """Let two upgrades run at once: from the base's state where something is new, else from an empty one.

    Raises:
        CannotCheckError: No server, or a host on which code of the change must not run.
    """
    tried = [c for c in comparisons if tools.tool(c.project.tool).deploys is not None]
    others = (c.project.name for c in comparisons if c not in tried)
    made = Made(notes=tuple(map(NO_RUNNER.format, others)))
    if not tried:
        hint = "leave it out: for SQL files, see that your runner takes a lock"
        return replace(made, errors=(CannotCheckError(NOTHING, hint),))
    refuse_unsafe(situation)
    with postgres.fleet(postgres.Settings(situation.config.major, situation.config.provider)) as fleet:
        for comparison in tried:
            made = _tried(made, fleet.server(0), situation, comparison)
    return made


def _tried(made: Made, server: Server, situation: Situation, comparison: Comparison) -> Made:
    whole = plan(comparison, everything=True)
    for _, variant in variants(situation, whole):
        try:
            found = race(server, variant.history, _below(comparison, variant), situation.repository.root)
        except SeveralDatabasesError:
            error = CannotCheckError(SEVERAL.format(comparison.project.name), "leave --concurrent out here")
            made = replace(made, errors=(*made.errors, error))
        except CannotCheckError as error:
            made = replace(made, errors=(*made.errors, error))
        else:
            made = replace(made, races=(*made.races, found)) if found else made
    return made


def _below(comparison: Comparison, whole: Plan) -> tuple[Migration, ...]:
    """Give what has run before: nothing, where nothing is new."""
    new = {c.after.version for c in comparison.changes if c.tier is Tier.NEW and c.after}
    return tuple(m for m in whole.order if m.version not in new) if new else ()
