"""migseal init: find the projects, write the config and the first lockfile, print what to paste."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checks import VERSION, lockfile
from checks import config as configs
from checks.commands import options
from checks.commands.lock import alone, write
from checks.commands.situation import look
from checks.content import decode
from checks.errors import CannotCheckError
from checks.lockfile import Lock, LockedProject
from checks.migration import place
from checks.tools.alembic.variables import DATABASE_NAME, read_by

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.commands.situation import Situation
    from checks.migration import Project, Tree

HOOKS = f"""\
# .pre-commit-config.yaml
repos:
  - repo: https://github.com/migseal/migseal
    rev: v{VERSION}
    hooks:
      - id: migseal              # on commit: files only
      - id: migseal-roundtrip    # on push: up, down, up in a throwaway PostgreSQL
"""
WORKFLOW = f"""\
# .github/workflows/migrations.yml
name: migrations
on: [pull_request, push]
permissions: {{contents: read}}
jobs:
  migseal:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with: {{fetch-depth: 0}}
      - uses: migseal/migseal@v{VERSION}
"""


@click.command(
    "init", epilog="\b\nExamples:\n  migseal init --dry-run\n  migseal init\n  migseal init --baseline\n"
)
@options.directory
@click.option(
    "--base", metavar="REF", help="Lock what is where REF and HEAD part, instead of the default branch."
)
@click.option(
    "--baseline/--no-baseline",
    default=None,
    help="Run every migration and record what is found in them today, so that only what is new fails: by "
    "default when the lockfile is made, with --baseline in one that is there, too.",
)
@click.option("--dry-run", is_flag=True, help="Write nothing, only show what would be written.")
def command(directory: Path, base: str | None, baseline: bool | None, dry_run: bool) -> int:
    """Set migseal up in this repository.

    What is committed on the default branch counts as deployed and is locked. An existing migseal.yaml is left
    as it is, and so is an existing migrations.lock, but for what --baseline adds.
    """
    situation = look(directory, os.environ, base=base)
    with closing(situation.repository):
        projects = {name: comparison.project for name, comparison in situation.comparisons.items()}
        if not projects:
            raise CannotCheckError(
                "no migrations found: no alembic.ini, no [tool.alembic], no folder of numbered SQL files",
                "name them in migseal.yaml: projects: {app: {directory: db/migrations, tool: sql}}",
            )
        root = situation.repository.root
        lock = first_lock(situation)
        if situation.config.path:
            click.echo(f"{configs.NAME} is there already, and stays as it is")
        else:
            _put(root / configs.NAME, config_text(projects, situation.tree), dry_run=dry_run)
        if situation.lock is not None:
            click.echo(f"{lockfile.NAME} is there already: `migseal lock` adds to it")
        elif dry_run:
            _put(root / lockfile.NAME, lockfile.write(lock), dry_run=True)
        else:
            write(root / lockfile.NAME, lock)
            click.echo(f"wrote {lockfile.NAME}: {_locked(lock)}")
    fresh = situation.lock is None and baseline is not False
    if (fresh or baseline) and not dry_run:
        _record_findings(directory, base)
    click.echo(f"\nNow commit both, and paste what you need:\n\n{HOOKS}\n{WORKFLOW}", nl=False)
    return 0


def _record_findings(directory: Path, base: str | None) -> None:
    """Add to the lockfile what is found today, with the config that may just have been written."""
    from checks.commands.first_day import with_findings  # noqa: PLC0415 -- heavy, and not always wanted

    situation = look(directory, os.environ, base=base, whole=True)
    with closing(situation.repository), alone(situation):
        old = situation.lock or Lock()
        new = with_findings(situation, old)
        if new != old:
            write(situation.repository.root / lockfile.NAME, new)


def first_lock(situation: Situation) -> Lock:
    """Give a lock of all that the base commit has: it counts as deployed."""
    projects = {}
    for name, comparison in situation.comparisons.items():
        migrations = comparison.before.migrations if comparison.before else ()
        locked = {m.version: replace(m, line=1, down_line=0) for m in migrations}
        project = comparison.before.project if comparison.before else comparison.project
        projects[name] = LockedProject(project.directory, project.tool, locked)
    return Lock(projects)


def config_text(projects: Mapping[str, Project], tree: Tree) -> str:
    """Give a config for projects that were found, with the variables that env.py reads to be filled in."""
    lines = ["# See README.md of migseal for every key.", "projects:"]
    for name, project in projects.items():
        lines += [
            f"  {_plain(name)}:",
            f"    directory: {_plain(project.directory or '.')}",
            f"    tool: {project.tool}",
        ]
        if project.ini_file:
            lines.append(f"    ini_file: {_plain(project.ini_file)}")
        variables = _variables(project, tree)
        if variables:
            lines.append('    env:  # what env.py reads; "{url}" is the throwaway database')
            lines += [_variable(variable) for variable in variables]
    return "\n".join(lines) + "\n"


def _variables(project: Project, tree: Tree) -> tuple[str, ...]:
    try:
        text = decode(tree.read(place(project, "env.py")))
    except KeyError:
        return ()
    return read_by(text) if isinstance(text, str) else ()


def _variable(name: str) -> str:
    if DATABASE_NAME.fullmatch(name.upper()) and not name.upper().startswith("PG"):
        return f'      {name}: "{{url}}"'
    return f'      # {name}: "..."'


def _plain(text: str) -> str:
    """Write a text as YAML, in quotes unless it is plainly a name."""
    simple = text.replace("/", "").replace("_", "").replace("-", "").replace(".", "")
    return text if simple.isalnum() and simple[0].isalpha() else f'"{text}"'


def _put(path: Path, text: str, *, dry_run: bool) -> None:
    if dry_run:
        click.echo(f"would write {path.name}:\n\n{text}")
        return
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise CannotCheckError(
            f"{path.name} cannot be written: {error.strerror}", "make it writable"
        ) from error
    click.echo(f"wrote {path.name}")


def _locked(lock: Lock) -> str:
    told = [f"{len(project.locked)} of project {name}" for name, project in lock.projects.items()]
    return f"{', '.join(told)} locked" if told else "nothing locked"
