"""The machine's format; docs/json.md tells every field."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checks.report.outcome import Outcome
    from checks.witness import Witness


OURS = ("alike", "covers", "known", "setting", "subjects", "told_by")  # how it is shown or set


def write(outcome: Outcome, *, colour: bool = False) -> str:
    """Write an outcome as one JSON document."""
    del colour
    document = {
        "version": 1,
        "result": outcome.result,
        "base": outcome.base,
        "fail_on": outcome.fail_on,
        "error": None if outcome.error is None else {"message": outcome.error, "hint": outcome.hint},
        "findings": [
            {key: value for key, value in asdict(finding).items() if key not in OURS}
            for finding in outcome.findings
        ],
        "known": outcome.known,
        "steps": [
            {
                "project": step.project.name,
                "engine": step.project.engine.name if step.project.engine else "",
                "migration": step.migration.version,
                "leg": step.leg,
                "seconds": round(step.seconds, 3),
                "result": step.result,
                "rows": None if step.population is None else dict(step.population.rows),
                "unmade": None if step.population is None else dict(step.population.unmade),
                "fits": None if step.population is None else dict(step.population.fits),
                "given": None if step.population is None else dict(step.population.given),
                "seeds": None if step.population is None else list(step.population.sources),
                "witness": step.witness and _witness(step.witness),
            }
            for step in outcome.steps
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _witness(witness: Witness) -> dict[str, Any]:
    locks = [{"table": lock.table, "mode": lock.mode, "modes": lock.modes} for lock in witness.locks]
    return {**asdict(witness), "locks": locks, "written": witness.written, "complete": witness.complete}
