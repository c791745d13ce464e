"""migseal cache: what is kept between runs."""

from __future__ import annotations

import time

import click

from checks.postgres import cache, states

MEGABYTE = 1e6
DAY = 86400


@click.group(
    "cache",
    invoke_without_command=True,
    epilog="""\b
Examples:
  migseal cache          what is kept, and where
  migseal cache clear    take it away
""",
)
@click.pass_context
def command(context: click.Context) -> None:
    """Show what is kept between runs: the state of what is deployed, so that a check costs what is new."""
    if context.invoked_subcommand is None:
        _show()


@command.command("clear")
def clear() -> None:
    """Take away what is kept; the next check makes it anew."""
    freed = sum(size for _, size, _ in states.kept())
    states.clear()
    click.echo(f"cleared {cache.directory()}: {freed / MEGABYTE:.0f} MB of states")


def _show() -> None:
    place = cache.directory()
    if place is None:
        click.echo("nothing is kept: there is no cache directory that only you can write; set MIGSEAL_CACHE")
        return
    found = states.kept()
    click.echo(f"{place}: {sum(size for _, size, _ in found) / MEGABYTE:.0f} MB of states")
    for name, size, used in found:
        days = (time.time() - used) / DAY
        click.echo(f"  {name[:12]}  {size / MEGABYTE:4.0f} MB  used {days:.1f} days ago")
