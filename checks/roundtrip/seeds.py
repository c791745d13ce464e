"""Rows of the user's own for the tables that a migration touches: of a file, or of a command."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

from checks.errors import CannotCheckError
from checks.migration import Failure, place
from checks.postgres.server import connect
from checks.roundtrip.populate.given import given, standing
from checks.tools.alembic.variables import address, rendered, scrubbed
from checks.tools.sql.parts import Part
from checks.tools.sql.script import run, write

if TYPE_CHECKING:
    from pathlib import Path

    from psycopg import Connection

    from checks.database import Database
    from checks.migration import Migration, Project
    from checks.roundtrip.populate import Filled

FOLDER = "seed"  # in a project's directory
COMMAND = "populate.seed"
SAID = 1000  # characters of what a command said


def sow(
    project: Project,
    root: Path,
    database: Database,
    eye: Connection[Any],
    migration: Migration,
    touches: bool,
) -> Filled | None:
    """Put in the rows that the user has for a migration, as they are before it is run.

    Args:
        project: Whose.
        root: The repository's root.
        database: Where.
        eye: A connection of our own to it, in autocommit.
        migration: The one that is to be run.
        touches: Whether it touches tables, so that the command is of use.

    Returns:
        What was put in, None where the user has nothing for it.

    Raises:
        CannotCheckError: It could not be put in.
    """
    path = place(project, f"{FOLDER}/{migration.version}.sql")
    has_file = "/" not in migration.version and (root / path).is_file()
    has_command = bool(project.seed) and touches
    if not (has_file or has_command):
        return None
    before = standing(eye)
    if has_command:
        _run_command(project, root, database, migration)
    if has_file:
        _run_file(root, path, database, migration)
    return given(before, standing(eye), (COMMAND,) * has_command + (path,) * has_file)


def _run_file(root: Path, path: str, database: Database, migration: Migration) -> None:
    try:
        text = (root / path).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise CannotCheckError(f"{path} cannot be read: {error}", "save it as UTF-8") from error
    script = write(path, Part(text, 1, in_transaction=True, refusal=None))
    with closing(connect(database)) as hand:
        failure = script if isinstance(script, Failure) else run(hand, script)
    if failure is not None:
        where = f"{path}:{failure.line or 1}"
        statement = f" in: {failure.statement}" if failure.statement else ""
        raise CannotCheckError(
            f"{where}: your rows for migration {migration.version} cannot be put in: "
            f"{failure.message}{statement}",
            f"mend the file: it is run on the schema as it is right before {migration.version}",
        )


def _run_command(project: Project, root: Path, database: Database, migration: Migration) -> None:
    """Run the configured command in a session of its own, and end whatever it leaves behind."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            ["/bin/sh", "-c", project.seed],
            cwd=root,
            env=_environ(project, database, migration),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            code = process.wait(project.timeout)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if code != 0:
            output.seek(0)
            said = output.read().decode("utf-8", "replace").strip()[-SAID:]
            raise _failed(project, migration, code, said)


def _environ(project: Project, database: Database, migration: Migration) -> dict[str, str]:
    known = {**address(database), **project.env}
    own = {name: value.replace("{url}", database.url()) for name, value in rendered(known, database).items()}
    return {**scrubbed(os.environ), **own, "MIGSEAL_VERSION": migration.version}


def _failed(project: Project, migration: Migration, code: int | None, said: str) -> CannotCheckError:
    how = f"was not done after {project.timeout} s" if code is None else f"ended with exit code {code}"
    told = f": {said}" if said else ""
    return CannotCheckError(
        f"project {project.name}: the command of `populate: seed` {how} before migration "
        f"{migration.version}{told}",
        f"mend the command in migseal.yaml: {project.seed}",
    )
