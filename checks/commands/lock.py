"""migseal lock: record what is deployed."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from checks import lockfile, repository
from checks.commands import options
from checks.commands.situation import Situation, look
from checks.errors import CannotCheckError
from checks.finding import Finding, Severity
from checks.lockfile import Lock, LockedProject
from checks.migration import Comparison, Tier
from checks.report import text
from checks.report.outcome import Outcome, count
from checks.rules import RULES, judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from checks.config import Config

WAIT = 30  # seconds for another writer
NAMED = 5  # so many versions are named in a message


@click.command(
    "lock",
    epilog="""\b
Examples:
  migseal lock                                              what HEAD has is deployed from now on
  migseal lock --environment staging --release v1.4.0       and where
  migseal lock --check                                      exit 1 if something is not recorded
""",
)
@options.directory
@click.option("--release", metavar="NAME", help="The release that was deployed; default: HEAD's short id.")
@click.option("--environment", metavar="ENV", help="Where it was deployed: staging, production ...")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 if something is missing.")
@options.config
def command(
    directory: Path, release: str | None, environment: str | None, only_check: bool, config: Path | None
) -> int:
    """Record in the lockfile that what HEAD has is deployed.

    Adds what is not locked yet and, with --environment, the deployment; refuses if a locked migration
    differs.
    """
    situation = look(directory, os.environ, base="HEAD", files="commit", config=config)
    with closing(situation.repository):
        differing = _differing(situation)
        if differing:
            click.echo(text.write(Outcome(findings=differing)), nl=False)
            return 1
        place = _place(situation, environment, release)
        path = situation.repository.root / lockfile.NAME
        if only_check:
            return _check(situation, _read(path, situation), place)
        with alone(situation):
            old = _read(path, situation)
            new = record(old, situation.comparisons, place, situation.config)
            added = _count(new) - _count(old)
            if new != old or not path.exists():
                write(path, new)
        told = f", deployed as {place}" if place else ""
        click.echo(f"{lockfile.NAME}: {count(added, 'migration')} added, {_count(new)} locked{told}")
        if new != old:
            click.echo(f"commit it: git add {lockfile.NAME}")
    return 0


def record(old: Lock, comparisons: Mapping[str, Comparison], place: str | None, config: Config) -> Lock:
    """Give the lock with all of HEAD's migrations, and with a deployment.

    Args:
        old: The lock as it is.
        comparisons: HEAD's histories.
        place: "environment/release", None to record no deployment.
        config: For the order of environments.

    Raises:
        CannotCheckError: An entry differs from HEAD, or the deployment comes before its time.
    """
    projects = dict(old.projects)
    for name, comparison in comparisons.items():
        project = projects.get(name) or LockedProject(comparison.project.directory, comparison.project.tool)
        locked = dict(project.locked)
        for migration in comparison.head.migrations:
            known = locked.setdefault(migration.version, replace(migration, line=1, down_line=0))
            same = [file.sha256 for file in known.files] == [file.sha256 for file in migration.files]
            if not same and known != comparison.locked.get(migration.version):
                raise CannotCheckError(
                    f"{lockfile.NAME} has migration {migration.version} with other bytes than HEAD",
                    f"migseal restore {migration.version}, and commit it",
                )
        deployments = dict(project.deployments)
        if place is not None:
            versions = [m.version for m in comparison.head.migrations]
            brought = _brought(deployments, place, versions, config, name)
            if brought and place in deployments:
                raise CannotCheckError(
                    f"project {name}: {place} is recorded already, without {_some(brought)}",
                    "give this deployment a --release of its own: what is recorded never changes",
                )
            deployments.setdefault(place, brought)
        projects[name] = replace(
            project, directory=comparison.project.directory, locked=locked, deployments=deployments
        )
    return Lock(projects)


def locked_here(situation: Situation, project: str, version: str) -> LockedProject:
    """Give a project as the lockfile here has it.

    Raises:
        CannotCheckError: It has not got a version that the base's has.
    """
    mine = situation.lock.projects.get(project) if situation.lock else None
    if mine is None or version not in mine.locked:
        base = repository.short(situation.base.commit or "HEAD")
        message = f"{version} is locked at the base, and not in {lockfile.NAME} here"
        raise CannotCheckError(message, f"git checkout {base} -- {lockfile.NAME}")
    return mine


def put(situation: Situation, name: str, project: LockedProject) -> None:
    """Write the lockfile with another entry of one project."""
    lock = situation.lock or Lock()
    path = situation.repository.root / lockfile.NAME
    write(path, replace(lock, projects={**lock.projects, name: project}))


def write(path: Path, lock: Lock) -> None:
    """Write a lockfile so that a reader sees the old one or the new one, and never half of it."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_bytes(lockfile.write(lock).encode())
        aside.replace(path)
    except UnicodeEncodeError as error:
        near = error.object[max(0, error.start - 30) : error.end + 10]
        raise CannotCheckError(
            f"{path.name} takes no name that is not UTF-8: {near!a}", "rename the file"
        ) from error
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise CannotCheckError(
            f"{path.name} cannot be written: {error.strerror}", "make it writable"
        ) from error


def _brought(
    deployments: Mapping[str, tuple[str, ...]], place: str, versions: list[str], config: Config, project: str
) -> tuple[str, ...]:
    """Give what a deployment brings to its environment that no earlier one had brought there."""
    environment = place.partition("/")[0]
    order = list(config.environments)
    if order and environment not in order:
        from checks.document import nearest  # noqa: PLC0415 -- only for this message

        raise CannotCheckError(
            f"no environment is called {environment}{nearest(environment, order)}",
            f"it is one of: {', '.join(order)}",
        )
    if environment in order[1:]:
        earlier = order[order.index(environment) - 1]
        missing = [v for v in versions if v not in _deployed(deployments, earlier)]
        if missing:
            raise CannotCheckError(
                f"project {project}: {environment} before {earlier}: {_some(missing)} "
                f"{'was' if len(missing) == 1 else 'were'} never deployed to {earlier}",
                f"migseal lock --environment {earlier} first (the order stands in migseal.yaml)",
            )
    return tuple(v for v in versions if v not in _deployed(deployments, environment))


def _some(versions: Sequence[str]) -> str:
    more = f" and {len(versions) - NAMED} more" if len(versions) > NAMED else ""
    return ", ".join(versions[:NAMED]) + more


def _deployed(deployments: Mapping[str, tuple[str, ...]], environment: str) -> set[str]:
    return {v for key, found in deployments.items() if key.partition("/")[0] == environment for v in found}


def _differing(situation: Situation) -> tuple[Finding, ...]:
    """Judge HEAD against its own lockfile: nothing is recorded on top of a history that has changed."""
    values: list[object] = []
    for comparison in situation.comparisons.values():
        values += [comparison.head, comparison, *comparison.changes]
    found = judge(RULES, values, {})
    names = {"edited-migration", "deleted-migration", "reordered-migration", "moved-migration"}
    broken = {"duplicate-version", "broken-history", "unreadable-migration"}
    return tuple(f for f in found if f.severity is Severity.ERROR and f.rule in names | broken)


def _place(situation: Situation, environment: str | None, release: str | None) -> str | None:
    if environment is None:
        if release is not None:
            raise click.UsageError("--release needs --environment: where was it deployed?")
        return None
    if not environment or "/" in environment:
        raise click.UsageError("an environment has a name, without a slash")
    return f"{environment}/{release or repository.short(situation.base.commit or '')}"


def _check(situation: Situation, old: Lock, place: str | None) -> int:
    missing = [
        f"project {name}: {change.after.version} is not locked"
        for name, comparison in situation.comparisons.items()
        for change in comparison.changes
        if change.after and change.tier is not Tier.LOCKED and not _has(old, name, change.after.version)
    ]
    if place is not None:
        environment = place.partition("/")[0]
        for name, comparison in situation.comparisons.items():
            deployments = old.projects[name].deployments if name in old.projects else {}
            deployed = _deployed(deployments, environment)
            absent = [m.version for m in comparison.head.migrations if m.version not in deployed]
            if place not in deployments or absent:
                missing.append(f"project {name}: {place} is not recorded {_with(absent)}".rstrip())
    for line in missing:
        click.echo(line)
    click.echo("fix: migseal lock" if missing else f"{lockfile.NAME} has everything that HEAD has")
    return 1 if missing else 0


def _with(versions: Sequence[str]) -> str:
    return f"with {_some(versions)}" if versions else ""


def _has(lock: Lock, project: str, version: str) -> bool:
    return project in lock.projects and version in lock.projects[project].locked


def _read(path: Path, situation: Situation) -> Lock:
    """Read the lockfile that lies in the work tree; one that was removed is HEAD's, as it only grows."""
    try:
        return lockfile.read(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return situation.lock or Lock()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotCheckError(
            f"{path.name} cannot be read: {error}", f"git checkout HEAD -- {path.name}"
        ) from error


def _count(lock: Lock) -> int:
    return sum(len(project.locked) for project in lock.projects.values())


@contextmanager
def alone(situation: Situation) -> Iterator[None]:
    """Keep other writers out while the lockfile is read and written."""
    from filelock import FileLock, Timeout  # noqa: PLC0415 -- only where something is written

    lock = FileLock(situation.repository.git_dir / "migseal.lock")
    try:
        lock.acquire(timeout=WAIT)
    except (OSError, Timeout) as error:
        raise CannotCheckError(
            f"{lock.lock_file} cannot be held: {error}", "let the other migseal end, or make it writable"
        ) from error
    try:
        yield
    finally:
        lock.release()
