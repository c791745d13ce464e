"""migseal squash: retire old migrations that a baseline has replaced, once that is proved."""

from __future__ import annotations

import os
import shlex
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checks import lockfile
from checks.commands import options
from checks.commands.amend import amended
from checks.commands.lock import alone, locked_here, put
from checks.commands.situation import Situation, look
from checks.commands.trips import prove
from checks.document import nearest
from checks.errors import CannotCheckError
from checks.lockfile import LockedProject, Retired
from checks.migration import Tier
from checks.report import text
from checks.report.outcome import Outcome, by_severity, count
from checks.rules import RULES, judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.finding import Finding
    from checks.migration import Change, Comparison


@click.command(
    "squash",
    epilog="""\b
Example, with Alembic: a file with `revision = "3f2a9c1d"` and `down_revision = None` that makes all that the
revisions up to 3f2a9c1d had made takes their place; then
  migseal squash --upto 3f2a9c1d
""",
)
@click.option(
    "--upto", required=True, metavar="VERSION", help="The last one; the baseline keeps its version."
)
@click.option("--project", metavar="NAME", help="Whose, where several projects have the version.")
@options.directory
@click.option("--base", metavar="REF", help="Take the lockfile of where REF and HEAD part.")
@options.config
def command(upto: str, project: str | None, directory: Path, base: str | None, config: Path | None) -> int:
    """Retire old migrations in the lockfile, after you have replaced them by one baseline.

    Only if two paths meet: deployed databases, which ran the old migrations, and new ones, which run the
    baseline, must come to the same schema and rows. The baseline keeps the version of --upto, since deployed
    databases stand at it or above it.
    """
    situation = look(directory, os.environ, base=base, config=config)
    with closing(situation.repository):
        comparison = _find(situation, upto, project)
        gone = _gone(comparison, upto)
        with alone(situation):
            mine = _retire(situation, comparison, upto, gone)
            findings = _proof(situation, _as_retired(situation, comparison, mine))
            if findings:
                click.echo(text.write(Outcome(findings=findings)), nl=False)
                return 1
            put(situation, comparison.project.name, mine)
    click.echo("proved: deployed databases and new ones come to the same schema and rows")
    click.echo(f"{lockfile.NAME}: {count(len(gone), 'migration')} retired, and {upto} stands for them")
    folder = shlex.quote(comparison.project.directory or ".")
    click.echo(f"commit it with the baseline: git add --all -- {lockfile.NAME} {folder}")
    return 0


def _proof(situation: Situation, comparison: Comparison) -> tuple[Finding, ...]:
    """Give what keeps the two paths from meeting: nothing, if they meet.

    Raises:
        CannotCheckError: There is no path to go.
    """
    meeting = prove(situation, comparison)
    if meeting is None:
        name = comparison.project.name
        message = (
            f"project {name}: the base's files do not build what deployed databases have, "
            "or a `start` stands for what is gone"
        )
        raise CannotCheckError(message, "migseal check --all shows what fails; nothing was retired")
    return by_severity(judge(RULES, [meeting], {}))


def _find(situation: Situation, upto: str, project: str | None) -> Comparison:
    """Find the project that has a version locked."""
    wanted = [c for name, c in situation.comparisons.items() if project in (None, name)]
    found = [comparison for comparison in wanted if upto in comparison.locked]
    if not found:
        near = nearest(upto, [version for comparison in wanted for version in comparison.locked])
        message = f"{upto} is not locked{near}: only what is deployed everywhere can be squashed"
        raise CannotCheckError(message, "`migseal status` lists what is locked")
    if len(found) > 1:
        message = f"{upto} is locked in several projects: {', '.join(c.project.name for c in found)}"
        raise CannotCheckError(message, "say which with --project NAME")
    return found[0]


def _gone(comparison: Comparison, upto: str) -> tuple[Change, ...]:
    """Give what is gone, if the squash is all that was done to deployed migrations.

    Raises:
        CannotCheckError: There is nothing to retire, or something else was changed, too.
    """
    changes = {c.before.version: c for c in comparison.changes if c.before}
    gone = tuple(change for change in changes.values() if _is_gone(change))
    if changes[upto] in gone:
        message = f"{upto} is gone: the baseline has to keep its version, at which deployed databases stand"
        raise CannotCheckError(message, f'give it that version (Alembic: revision = "{upto}")')
    if not gone:
        message = f"nothing is gone that comes before {upto}, so there is nothing to retire"
        raise CannotCheckError(message, f"let {upto} make all that they made, and remove their files")
    for version, change in changes.items():
        if version != upto and change.tier is Tier.LOCKED and _is_edited(change):
            message = f"{version} was edited, too: a squash changes nothing but {upto}"
            raise CannotCheckError(message, f"migseal restore {version}")
    return gone


def _is_gone(change: Change) -> bool:
    return change.deleted or change.renumbered


def _is_edited(change: Change) -> bool:
    edited = (change.runs_otherwise or change.reordered) and not change.amended
    return edited and not _is_gone(change)


def _retire(
    situation: Situation, comparison: Comparison, upto: str, gone: tuple[Change, ...]
) -> LockedProject:
    """Give the project's entry with the old migrations retired, and the baseline accepted."""
    name = comparison.project.name
    mine = locked_here(situation, name, upto)
    of_base = situation.base_lock.projects.get(name) if situation.base_lock else None
    recorded = of_base.locked if of_base else {}
    baseline = next(c for c in comparison.changes if c.before and c.before.version == upto)
    if baseline.edited or baseline.reordered:
        mine = amended(mine, situation, baseline, f"squash up to {upto}")
    retired = {
        c.before.version: Retired(recorded[c.before.version], upto)
        for c in gone
        if c.before and c.before.version in recorded
    }
    locked = {version: entry for version, entry in mine.locked.items() if version not in retired}
    findings = {version: found for version, found in mine.findings.items() if version not in {*retired, upto}}
    return replace(mine, locked=locked, retired={**mine.retired, **retired}, findings=findings)


def _as_retired(situation: Situation, comparison: Comparison, mine: LockedProject) -> Comparison:
    """Give the comparison as it will be with a lockfile.

    Raises:
        CannotCheckError: A retirement would not count.
    """
    of_base = situation.base_lock.projects[comparison.project.name] if situation.base_lock else None
    seen = lockfile.compare(comparison.head, comparison.before, of_base, mine)
    for version, why in _void(seen.changes):
        raise CannotCheckError(f"{version} cannot be retired: {why}", f"migseal restore {version}")
    return seen


def _void(changes: tuple[Change, ...]) -> Iterator[tuple[str, str]]:
    for change in changes:
        if change.before and change.deleted and change.retirement is None:
            yield change.before.version, "it is not locked at the base"
        elif change.before and change.retirement is not None and change.retirement.void:
            yield change.before.version, change.retirement.void
