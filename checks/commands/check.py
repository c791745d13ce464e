"""migseal check: judge the files, then prove what is new."""

from __future__ import annotations

import os
import time
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from checks import hosts, repository
from checks.commands import discreet, options
from checks.commands.discreet import secrets_of
from checks.commands.exposures import unseen
from checks.commands.outputs import option as output_option
from checks.commands.outputs import write
from checks.commands.proved import proved
from checks.commands.situation import Situation, look
from checks.commands.values import heading, known, values_of
from checks.errors import CannotCheckError
from checks.finding import Severity
from checks.migration import Comparison
from checks.report.outcome import Outcome, by_severity
from checks.rules import RULES, judge

if TYPE_CHECKING:
    from checks.commands.trips import Made
    from checks.finding import Finding
    from checks.roundtrip.stay import Stay
    from checks.sensitive.exposure import Sensitive

# With one of these a history cannot be run at all, so that only they are told.
UNRUNNABLE = {"broken-history", "duplicate-version", "unreadable-migration"}


@click.command(
    "check",
    epilog="""\b
Examples:
  migseal check                                  files and round trips, against the default branch
  migseal check --staged --files-only            what is being committed: the pre-commit hook
  migseal check --all                            every migration, and back to an empty database
  migseal check --all --no-baseline              the same, with what was found on the first day
  migseal check --output text --output json=migseal.json
""",
)
@options.directory
@click.option(
    "--base", metavar="REF", help="Compare with where REF and HEAD part, instead of the default branch."
)
@click.option("--staged", is_flag=True, help="Check what git is about to commit; goes with --files-only.")
@click.option("--files-only", is_flag=True, help="No database, and nothing of yours is run.")
@click.option(
    "--all", "everything", is_flag=True, help="Round trips of every migration, and back to an empty database."
)
@click.option(
    "--concurrent",
    is_flag=True,
    help="Also let two upgrades of one database begin together, as a deploy of several instances does.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Take a long history in at most N parts at once, each with a server and an env.py of its own.  "
    "[default: one a processor core, four at most]",
)
@click.option(
    "--only", multiple=True, metavar="VERSION", help="The round trip of this migration, and no other."
)
@click.option(
    "--keep", is_flag=True, help="Leave the database in which a leg fails, and say how to look at it."
)
@click.option(
    "--cache/--no-cache",
    default=None,
    help="Begin with the kept state of what is deployed, and keep it.  [default: yes, but not in CI]",
)
@click.option(
    "--baseline/--no-baseline",
    default=True,
    help="Leave out, or show, what `migseal init` found in deployed migrations on the first day.",
)
@click.option(
    "--squawk/--no-squawk",
    default=None,
    envvar="MIGSEAL_SQUAWK",
    help="Let squawk-cli look at what is new, and fail without it; or not.  [default: where it is there]",
)
@options.fail_on
@options.config
@output_option
def command(
    directory: Path,
    base: str | None,
    staged: bool,
    files_only: bool,
    everything: bool,
    concurrent: bool,
    jobs: int | None,
    only: tuple[str, ...],
    keep: bool,
    cache: bool | None,
    baseline: bool,
    squawk: bool | None,
    fail_on: Severity,
    config: Path | None,
    outputs: tuple[tuple[str, Path | None], ...],
) -> int:
    """Check that nothing deployed has changed, and prove what is new.

    First the files are compared with the lockfile of the base. Then each migration that is new or
    changed runs up, down and up again in a throwaway PostgreSQL.
    """
    if staged and not files_only:
        raise click.UsageError("--staged goes with --files-only: round trips run the files of the work tree")
    if everything and files_only:
        raise click.UsageError("--all is about round trips, and --files-only makes none")
    if concurrent and files_only:
        raise click.UsageError("--concurrent runs migrations, and --files-only runs none")
    if (only or keep) and files_only:
        raise click.UsageError("--only and --keep are about round trips, and --files-only makes none")
    if only and everything:
        raise click.UsageError("--all takes every migration, and --only some")
    if squawk and files_only and _is_typed("squawk"):
        raise click.UsageError("--squawk looks at what round trips send, and --files-only makes none")
    judgement = Judgement(Outcome(fail_on=Severity(fail_on)))
    kept = not hosts.is_unattended(os.environ) if cache is None else cache
    asked = Asked(
        everything,
        jobs,
        time.time() if kept and not everything and not keep else None,
        baseline=baseline,
        concurrent=concurrent,
        only=only,
        stay=_stay() if keep else None,
        linted=True,
        squawk=squawk,
    )
    try:
        files = "index" if staged else "worktree"
        situation = look(directory, os.environ, base=base, files=files, config=config, whole=everything)
        with closing(situation.repository):
            judgement = of_files(situation, judgement.outcome, asked)
            if not files_only:
                judgement = with_trips(situation, judgement, asked)
    except CannotCheckError as error:
        judgement = replace(
            judgement, outcome=_unproved(judgement.outcome, (error,), secrets_of(judgement.values))
        )
    write(judgement.outcome, outputs)
    if asked.stay is not None and outputs and ("text", None) not in outputs:
        click.echo("\n".join(asked.stay.notes), err=True)
    return {"passed": 0, "failed": 1, "error": 2}[judgement.outcome.result]


def _is_typed(option: str) -> bool:
    """Tell whether an option stands on the command line, and not only in an environment variable."""
    return click.get_current_context().get_parameter_source(option) is ParameterSource.COMMANDLINE


def _stay() -> Stay:
    from checks.roundtrip.stay import Stay  # noqa: PLC0415 -- heavy, and seldom needed

    return Stay()


@dataclass(frozen=True)
class Asked:
    """What a check was asked for.

    Attributes:
        everything: Round trips of all migrations, and down to empty.
        jobs: How many parts of a long history may be taken at once; None for one a processor core.
        since: Where the deployed part may be kept between runs, when we began, in seconds since 1970.
        baseline: Whether what was found on the first day is left out.
        concurrent: Whether two upgrades are to begin together.
        only: The versions whose trips are wanted; empty for those of what is new or changed.
        stay: Keeps the database in which a leg failed, None to keep none.
        linted: Whether squawk-cli may look at what is new.
        squawk: Whether it must, or must not; None for what the config says.
    """

    everything: bool = False
    jobs: int | None = None
    since: float | None = None
    baseline: bool = True
    concurrent: bool = False
    only: tuple[str, ...] = ()
    stay: Stay | None = None
    linted: bool = False
    squawk: bool | None = None


@dataclass(frozen=True)
class Judgement:
    """An outcome on its way, with the values that it was judged from."""

    outcome: Outcome
    values: tuple[object, ...] = ()


def of_files(situation: Situation, outcome: Outcome, asked: Asked) -> Judgement:
    """Judge the files."""
    values = tuple(_told(value, asked) for value in values_of(situation, everything=asked.everything))
    base, lines = situation.base.commit, heading(situation)
    return Judgement(_judged(situation, replace(outcome, base=base, heading=lines), values), values)


def _told(value: object, asked: Asked) -> object:
    """Forget what is known, if all of it is asked for."""
    forgets = isinstance(value, Comparison) and not asked.baseline
    return replace(value, known={}) if forgets and isinstance(value, Comparison) else value


def _judged(situation: Situation, outcome: Outcome, values: tuple[object, ...]) -> Outcome:
    """Judge all values; what is known is counted."""
    found = judge(RULES, values, situation.config.rules)
    secrets = secrets_of(values)
    told = tuple(discreet.finding(finding, secrets) for finding in found if not finding.known)
    return replace(outcome, findings=_ordered(situation, told), known=len(found) - len(told))


def with_trips(situation: Situation, files: Judgement, asked: Asked) -> Judgement:
    """Make the round trips, and judge them with the files: what both find for one cause is told once."""
    from checks.commands.ahead import ahead  # noqa: PLC0415 -- not needed by the hook

    broken = {finding.project for finding in files.outcome.findings if finding.rule in UNRUNNABLE}
    sound = [c for name, c in situation.comparisons.items() if name not in broken]
    with ahead(situation, sound, everything=asked.everything):
        from checks.commands.concurrent import make_races  # noqa: PLC0415 -- heavy, and loads meanwhile
        from checks.commands.trips import Wanted, make_trips  # noqa: PLC0415 -- the same

        wanted = Wanted(asked.everything, asked.jobs, asked.since, asked.only, asked.stay)
        made = make_trips(situation, sound, wanted)
    if asked.concurrent:
        made = _with_races(made, make_races(situation, sound))
    made = _linted(situation, made, asked)
    told = situation.config.rules.get("sensitive-insert") != "off"
    trips = tuple(unseen(made.trips, files.values)) if told else made.trips
    proofs = (*trips, *made.meetings, *made.races, *made.lints)
    values = (*proved(files.values, made.meetings, made.trips), *proofs)
    outcome = _judged(situation, files.outcome, values)
    outcome = replace(
        outcome,
        steps=tuple(discreet.step(step, secrets_of(values)) for trip in made.trips for step in trip.steps),
        heading=(*outcome.heading, *made.notes, *known(outcome.known)),
    )
    return Judgement(_unproved(outcome, made.errors, secrets_of(values)), values)


def _linted(situation: Situation, made: Made, asked: Asked) -> Made:
    """Let squawk-cli look at what new migrations sent, where that is wanted, or it is there."""
    from checks.commands.lints import lints  # noqa: PLC0415 -- not needed by the hook

    wanted = situation.config.squawk if asked.squawk is None else asked.squawk
    if not asked.linted or wanted is False or situation.config.rules.get("squawk") == "off":
        return made
    try:
        return replace(made, lints=lints(situation, made.trips, must=bool(wanted)))
    except CannotCheckError as error:
        return replace(made, errors=(*made.errors, error))


def _with_races(made: Made, raced: Made) -> Made:
    notes, errors = (*made.notes, *raced.notes), (*made.errors, *raced.errors)
    return replace(made, notes=notes, errors=errors, races=raced.races)


def _unproved(
    outcome: Outcome, errors: tuple[CannotCheckError, ...], secrets: tuple[Sensitive, ...] = ()
) -> Outcome:
    """Say what kept us from looking; what was found all the same stays."""
    if not errors:
        return outcome
    return replace(
        outcome,
        error=discreet.text("\n".join(dict.fromkeys(error.message for error in errors)), secrets),
        hint="\n".join(dict.fromkeys(error.hint for error in errors)),
    )


def _ordered(situation: Situation, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Order findings, and name the base in the commands that mend them."""
    base = repository.short(situation.base.commit) if situation.base.commit else "HEAD"
    return by_severity(
        tuple(replace(finding, fix=finding.fix.replace("<base>", base)) for finding in findings)
    )
