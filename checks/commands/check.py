"""migseal check: judge the files, then prove what is new."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checks import lockfile, repository
from checks.commands import options
from checks.commands.situation import Situation, look
from checks.errors import CannotCheckError
from checks.finding import Severity
from checks.migration import Change, Comparison
from checks.report import FORMATS
from checks.report.outcome import Outcome, by_severity
from checks.rules import RULES, judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.finding import Finding
    from checks.migration import Meeting

# With one of these a history cannot be run at all, so that only they are told.
UNPROVED = "nothing proves that what stands for it makes the same"
UNRUNNABLE = {"broken-history", "duplicate-version", "unreadable-migration"}


class Output(click.ParamType[tuple[str, Path | None]]):
    """FORMAT or FORMAT=PATH."""

    name = "output"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Path | None]:
        """Split a value, and refuse an unknown format."""
        name, _, path = str(value).partition("=")
        if name not in FORMATS:
            self.fail(f"{name!r} is no format; there are: {', '.join(FORMATS)}", param, ctx)
        return name, Path(path) if path else None


@click.command(
    "check",
    epilog="""\b
Examples:
  migseal check                                  files and round trips, against the default branch
  migseal check --staged --files-only            what is being committed: the pre-commit hook
  migseal check --all                            every migration, and down to an empty database
  migseal check --output text --output json=migseal.json
""",
)
@options.directory
@click.option(
    "--base", metavar="REF", help="Compare with where REF and HEAD part, instead of the default branch."
)
@click.option("--staged", is_flag=True, help="Check what git is about to commit; goes with --files-only.")
@click.option("--files-only", is_flag=True, help="No database, and nothing of yours is run.")
@click.option("--all", "everything", is_flag=True, help="Round trips of every migration, and down to empty.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Take a long history in at most N parts at once, each with a server and an env.py of its own.  "
    "[default: one a processor core, four at most]",
)
@click.option(
    "--fail-on",
    type=click.Choice(list(Severity), case_sensitive=False),
    default=Severity.ERROR,
    show_default="error",
    help="Exit with 1 from this severity on.",
)
@options.config
@click.option(
    "--output",
    "outputs",
    type=Output(),
    multiple=True,
    metavar="FORMAT[=PATH]",
    help=f"{', '.join(FORMATS)}; to a file with =PATH; may be given several times.",
)
def command(
    directory: Path,
    base: str | None,
    staged: bool,
    files_only: bool,
    everything: bool,
    jobs: int | None,
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
    judgement = Judgement(Outcome(fail_on=Severity(fail_on)))
    try:
        files = "index" if staged else "worktree"
        situation = look(directory, os.environ, base=base, files=files, config=config, whole=everything)
        with closing(situation.repository):
            judgement = of_files(situation, judgement.outcome)
            if not files_only:
                judgement = with_trips(situation, judgement, everything=everything, jobs=jobs)
    except CannotCheckError as error:
        judgement = replace(judgement, outcome=_unproved(judgement.outcome, (error,)))
    _write(judgement.outcome, outputs or (("text", None),))
    return {"passed": 0, "failed": 1, "error": 2}[judgement.outcome.result]


@dataclass(frozen=True)
class Judgement:
    """An outcome on its way, with the values that it was judged from."""

    outcome: Outcome
    values: tuple[object, ...] = ()


def of_files(situation: Situation, outcome: Outcome) -> Judgement:
    """Judge the files."""
    values = tuple(values_of(situation))
    found = judge(RULES, values, situation.config.rules)
    base, lines = situation.base.commit, heading(situation)
    return Judgement(replace(outcome, base=base, heading=lines, findings=_ordered(situation, found)), values)


def with_trips(situation: Situation, files: Judgement, *, everything: bool, jobs: int | None) -> Judgement:
    """Make the round trips, and judge them with the files: what both find for one cause is told once."""
    from checks.commands.trips import make_trips  # noqa: PLC0415 -- heavy, and not needed by the hook

    broken = {finding.project for finding in files.outcome.findings if finding.rule in UNRUNNABLE}
    sound = [c for name, c in situation.comparisons.items() if name not in broken]
    made = make_trips(situation, sound, everything=everything, jobs=jobs)
    values = (*_proved(files.values, made.meetings), *made.trips, *made.meetings)
    outcome = replace(
        files.outcome,
        findings=_ordered(situation, judge(RULES, values, situation.config.rules)),
        steps=tuple(step for trip in made.trips for step in trip.steps),
        heading=(*files.outcome.heading, *made.notes),
    )
    return Judgement(_unproved(outcome, made.errors), values)


def _proved(values: tuple[object, ...], meetings: tuple[Meeting, ...]) -> Iterator[object]:
    """Mark what was proved to be harmless."""
    met = {meeting.project.name: meeting.changes for meeting in meetings if meeting.met}
    for value in values:
        if isinstance(value, Comparison) and value.project.name in met:
            yield replace(value, proved=True)
        elif isinstance(value, Change):
            yield _with_proof(value, proved=value in met.get(value.project.name, ()))
        else:
            yield value


def _with_proof(change: Change, *, proved: bool) -> Change:
    """Say whether a change was proved to be harmless; without that, a squash retires nothing."""
    if change.retirement is not None and not change.retirement.void and not proved:
        change = replace(change, retirement=replace(change.retirement, void=UNPROVED))
    return replace(change, proved=proved)


def _unproved(outcome: Outcome, errors: tuple[CannotCheckError, ...]) -> Outcome:
    """Say what kept us from looking; what was found all the same stays."""
    if not errors:
        return outcome
    return replace(
        outcome,
        error="\n".join(dict.fromkeys(error.message for error in errors)),
        hint="\n".join(dict.fromkeys(error.hint for error in errors)),
    )


def _ordered(situation: Situation, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Order findings, and name the base in the commands that mend them."""
    base = repository.short(situation.base.commit) if situation.base.commit else "HEAD"
    return by_severity(
        tuple(replace(finding, fix=finding.fix.replace("<base>", base)) for finding in findings)
    )


def values_of(situation: Situation) -> Iterator[object]:
    """Give everything that rules about files judge."""
    for comparison in situation.comparisons.values():
        yield comparison
        yield comparison.head
        yield from comparison.changes
    yield from lockfile.lock_changes(
        situation.base_lock, situation.lock, situation.comparisons, lockfile.NAME
    )


def heading(situation: Situation) -> tuple[str, ...]:
    """Say what judges, and what there is."""
    lines = [situation.judge]
    for name, comparison in situation.comparisons.items():
        numbers = dict.fromkeys(("locked", "merged", "new"), 0)
        for change in comparison.changes:
            numbers[change.tier] += 1
        told = ", ".join(f"{number} {tier}" for tier, number in numbers.items())
        where = comparison.project.directory or "."
        lines.append(f"project {name} ({comparison.project.tool}, {where}): {told}")
    if not situation.comparisons:
        lines.append(
            "no migrations found: name their directory in migseal.yaml, or see `migseal init --help`"
        )
    return tuple(lines)


def _write(outcome: Outcome, outputs: tuple[tuple[str, Path | None], ...]) -> None:
    for name, path in outputs:
        if path is None:
            colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
            click.echo(FORMATS[name](outcome, colour=colour), nl=False)
        else:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(FORMATS[name](outcome), encoding="utf-8", errors="backslashreplace")
            except OSError as error:
                raise CannotCheckError(
                    f"{path} cannot be written: {error.strerror}", "give another path"
                ) from error
