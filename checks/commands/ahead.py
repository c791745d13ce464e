"""What takes its time and can be begun before the rest is loaded."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from checks.roundtrip.plan import plan
from checks.tools import tool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from checks.commands.situation import Situation
    from checks.migration import Comparison


def ahead(
    situation: Situation, comparisons: Sequence[Comparison], *, everything: bool
) -> AbstractContextManager[None]:
    """Let the tool of the first project that will be run begin to load; what is not taken ends again."""
    if situation.promise is not None and situation.promise.unsafe:
        return nullcontext()
    values = next(iter(situation.config.environments.values()), {})
    for comparison in comparisons:
        if plan(comparison, everything=everything).targets:
            project = replace(comparison.project, env={**comparison.project.env, **values})
            return tool(project.tool).ahead(project, situation.repository.root)
    return nullcontext()
