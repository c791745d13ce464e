"""migseal status: the history as a table."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import click

from checks.commands import options
from checks.commands.situation import Situation, look

if TYPE_CHECKING:
    from pathlib import Path

    from checks.migration import Change, Comparison


@click.command("status", epilog="\b\nExample:\n  migseal status -C backend\n")
@options.directory
@options.config
def command(directory: Path, config: Path | None) -> int:
    """Show every migration: locked, merged or new, what happened to it, and where it is deployed."""
    situation = look(directory, os.environ, config=config)
    with closing(situation.repository):
        click.echo(situation.judge)
        for name, comparison in situation.comparisons.items():
            click.echo()
            _show(situation, name, comparison)
    if not situation.comparisons:
        click.echo("no migrations found: name their directory in migseal.yaml")
    return 0


def _show(situation: Situation, name: str, comparison: Comparison) -> None:
    from rich.console import Console  # noqa: PLC0415 -- slow to import
    from rich.table import Table  # noqa: PLC0415 -- the same
    from rich.text import Text  # noqa: PLC0415 -- the same

    locked = situation.lock.projects.get(name) if situation.lock else None
    deployments = dict(locked.deployments) if locked else {}
    table = Table(box=None, pad_edge=False, title=f"project {name}", title_justify="left")
    for title in ("version", "state", "file", "deployed"):
        table.add_column(title, overflow="fold")
    for change in comparison.changes:
        migration = change.after or change.before
        assert migration is not None
        places = [place for place, versions in deployments.items() if migration.version in versions]
        state = " ".join(word for word in (change.tier.value, _happened(change)) if word)
        table.add_row(*(Text(t) for t in (migration.version, state, migration.file.path, ", ".join(places))))
    console = Console() if sys.stdout.isatty() else Console(width=160, color_system=None)
    console.print(table)
    for version, gone in sorted(locked.retired.items()) if locked else ():
        click.echo(f"{version} is retired: {gone.by} stands for it")


def _happened(change: Change) -> str:
    if change.deleted:
        return "(deleted)"
    words = (("edited", change.edited), ("moved", change.moved), ("re-pointed", change.reordered))
    told = ", ".join(word for word, true in words if true)
    return f"({told})" if told else ""
