"""migseal amend: accept one edit of one locked migration, for a reason that everyone can read."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checks import lockfile
from checks.commands import options
from checks.commands.lock import alone, locked_here, put
from checks.commands.situation import Situation, look
from checks.document import nearest
from checks.errors import CannotCheckError
from checks.lockfile import Amendment, LockedProject
from checks.migration import Change, Tier

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.command(
    "amend",
    epilog="""\b
Examples:
  migseal amend 3f2a9c1d --reason "the index was built by hand in production, see #123"
""",
)
@click.argument("version")
@click.option("--reason", required=True, help="Why the edit is right; it is shown in every check.")
@click.option("--project", metavar="NAME", help="Whose migration, where several projects have the version.")
@options.directory
@click.option("--base", metavar="REF", help="Take the lockfile of where REF and HEAD part.")
@options.config
def command(
    version: str, reason: str, project: str | None, directory: Path, base: str | None, config: Path | None
) -> int:
    """Record in the lockfile that an edit of a deployed migration is accepted: these bytes, and no others.

    The migration's files are taken as they lie in the work tree. Databases that ran the migration still
    will not see the edit.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise click.UsageError("--reason is empty: say why the edit is right")
    situation = look(directory, os.environ, base=base, config=config)
    with closing(situation.repository):
        name, change = _find(situation, version, project)
        assert change.before is not None
        assert change.after is not None
        with alone(situation):
            mine = locked_here(situation, name, version)
            put(situation, name, amended(mine, situation, change, reason))
    click.echo(f"{lockfile.NAME}: the edit of {version} is accepted as it is now, and shown in every check")
    click.echo(f"commit it with the edit: git add {lockfile.NAME}")
    return 0


def amended(mine: LockedProject, situation: Situation, change: Change, reason: str) -> LockedProject:
    """Put an amendment behind those of the base; one that this change itself had made is replaced.

    Args:
        mine: The project in the lockfile here.
        situation: What there is.
        change: The edit that is accepted.
        reason: Why.
    """
    assert change.before is not None
    assert change.after is not None
    version, name = change.before.version, change.project.name
    of_base = situation.base_lock.projects.get(name) if situation.base_lock else None
    known = of_base.amendments.get(version, ()) if of_base else ()
    amendments = {**mine.amendments, version: (*known, Amendment(change.before, change.after, reason))}
    return replace(mine, locked={**mine.locked, version: change.after}, amendments=amendments)


def _find(situation: Situation, version: str, project: str | None) -> tuple[str, Change]:
    changes = list(_changes(situation, project))
    found = [(name, change) for name, change in changes if change.before and change.before.version == version]
    if not found:
        near = nearest(version, [change.before.version for _, change in changes if change.before])
        message = f"{version} is not locked{near}, so there is nothing to accept"
        raise CannotCheckError(message, "`migseal status` lists what is locked")
    if len(found) > 1:
        message = f"{version} is locked in several projects: {', '.join(name for name, _ in found)}"
        raise CannotCheckError(message, "say which with --project NAME")
    name, change = found[0]
    if change.after is None or change.renumbered:
        message = f"{version} is gone, and that cannot be accepted"
        raise CannotCheckError(message, f"migseal restore {version}")
    if not (change.edited or change.reordered):
        raise CannotCheckError(
            f"{version} is as it was deployed", "edit it first; then there is something to accept"
        )
    return name, change


def _changes(situation: Situation, project: str | None) -> Iterator[tuple[str, Change]]:
    for name, comparison in situation.comparisons.items():
        if project in (None, name):
            yield from ((name, change) for change in comparison.changes if change.tier is Tier.LOCKED)
