"""What the driver reports, in words: failures of a leg, and what keeps us from checking at all."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from checks.errors import CannotCheckError, CannotLoadError, SeveralDatabasesError
from checks.migration import Failure
from checks.tools import limit
from checks.tools.alembic.variables import ADDRESS, read_by, scrubbed
from checks.tools.interpreter import lacking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from checks.migration import Project
    from checks.tools.interpreter import Interpreter

SEVERAL_HINT = "let env.py run one of them in a run; migseal looks at each by itself where a leg has passed"
STATEMENT = 300  # characters
TAIL_LINES = 5
COMMIT_HINT = (
    "env.py did not commit: the migration ran, and when env.py had ended its version was not there.\n"
    "Let env.py run nothing on the connection before context.configure(), or commit what it began:"
    " `connection.commit()`, or `with engine.begin() as connection:`."
)


def masked(text: str) -> str:
    """Take passwords out of URLs and connection strings.

    Args:
        text: Whatever the project's code printed or raised.
    """
    text = re.sub(r"(\w://[^:/@\s]*):[^@\s/]*@", r"\1:***@", text)
    return re.sub(r"(password=)('[^']*'|[^\s'\"]+)", r"\1***", text)


def failure(reply: Mapping[str, Any]) -> Failure:
    """Make a leg's failure from the driver's reply."""
    statement = reply["statement"]
    if statement is not None and len(statement) > STATEMENT:
        statement = statement[:STATEMENT] + " ..."
    return Failure(**{**reply, "message": masked(reply["message"]), "statement": statement})


def not_committed(path: str) -> Failure:
    """Make the failure of a leg that env.py did not commit.

    Args:
        path: The migration's file, relative to the repository's root.
    """
    return Failure(COMMIT_HINT, path)


def refused(project: Project, root: Path, address: str) -> CannotCheckError:
    """Make the error for a connection to another database."""
    message = f"{project.name}: env.py tried to connect to {masked(address)}, not to the throwaway database."
    return CannotCheckError(message, _address_hint(project, root))


def broken(
    project: Project, root: Path, interpreter: Interpreter, reply: Mapping[str, Any], tail: str
) -> CannotCheckError:
    """Make the error for an env.py that cannot be run.

    Args:
        project: Whose.
        root: The repository's root.
        interpreter: What runs it.
        reply: What the driver said: message, kind, frames, missing variables, missing module.
        tail: The end of what was printed.
    """
    if reply["kind"] == "again":
        told = f"{project.name}: env.py runs {', '.join(reply['engines'])}: {reply['message']}"
        return SeveralDatabasesError(told, SEVERAL_HINT, tuple(reply["engines"]))
    lines = [f"{project.name}: env.py could not be run: {reply['message']}"]
    lines += [f"  {path}:{line} in {name}" for path, line, name in reply["frames"]]
    lines += ["It printed:", *_last(tail)] if reply["kind"] == "never" and tail else []
    hint = _broken_hint(project, root, interpreter, reply)
    return CannotLoadError(masked("\n".join(lines)), hint, root)


def ended(project: Project, root: Path, how: str, tail: str) -> CannotCheckError:
    """Make the error for a driver that ended outside of any migration.

    Args:
        project: Whose.
        root: The repository's root.
        how: How it ended.
        tail: The end of what was printed.
    """
    lines = [f"{project.name}: env.py could not be run: the process {how}.", *_last(tail)]
    return CannotCheckError(masked("\n".join(lines)), _plain_hint(project, root))


def hung(project: Project, what: str, least: int, frames: Sequence[tuple[str, int]] = ()) -> CannotCheckError:
    """Make the error for a driver that does nothing, outside of any migration.

    Args:
        project: Whose.
        what: What did not happen.
        least: What it may take in any case, in seconds.
        frames: File and line of where it is, the innermost first.
    """
    seconds = max(project.timeout, least)
    lines = [f"{project.name}: {what} in {seconds} s"]
    lines += [f"  {path}:{line}" for path, line in frames[:TAIL_LINES]]
    return CannotCheckError("\n".join(lines), limit.HINT.format(2 * seconds))


def line_of(path: Path, frames: Sequence[tuple[str, int]], start: Path) -> int | None:
    """Give the line of a file at which a driver is, None if it is not in it.

    Args:
        path: The file.
        frames: File and line of where it is, the innermost first.
        start: Where it was started: what files that are no absolute paths begin at.
    """
    places = (line for file, line in frames if (start / file).resolve() == path.resolve())
    return next(places, None)


def _last(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines()[-TAIL_LINES:]]


def _unset(project: Project, root: Path) -> list[str]:
    """Give the variables that env.py reads and the driver does not have."""
    known = {*scrubbed(os.environ), *ADDRESS, *project.env}
    return [name for name in read_by(_source(project, root)) if name not in known]


def _source(project: Project, root: Path) -> str:
    try:
        return (root / project.directory / "env.py").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _config(project: Project, key: str, lines: Mapping[str, str]) -> str:
    """Give the lines of migseal.yaml that set something of a project."""
    told = [f'      {name}: "{value}"' for name, value in lines.items()]
    return "\n".join(["projects:", f"  {project.name}:", f"    {key}:", *told])


def _address_hint(project: Project, root: Path) -> str:
    names = _unset(project, root)
    if names:
        lines = _config(project, "env", dict.fromkeys(names, "{url}"))
        return f"env.py reads variables that are not set; give it the address in migseal.yaml:\n{lines}"
    return (
        "Let env.py take the address from a variable or from its ini file, and name it in migseal.yaml:\n"
        + _config(project, "env", {"DATABASE_URL": "{url}"})
        + '\n    ini:\n      sqlalchemy.url: "{url}"'
    )


def _plain_hint(project: Project, root: Path) -> str:
    names = _unset(project, root)
    if names:
        lines = _config(project, "env", dict.fromkeys(names, "{url}"))
        return f"env.py reads variables that are not set. Set in migseal.yaml what it needs:\n{lines}"
    place = "/".join(filter(None, (project.directory, "env.py")))
    return f"Mend {place}, or set in migseal.yaml what it needs to run (env, ini, python, driver)."


def _broken_hint(project: Project, root: Path, interpreter: Interpreter, reply: Mapping[str, Any]) -> str:
    if reply["missing"]:
        names = [*reply["missing"], *_unset(project, root)]
        return f"Set it in migseal.yaml:\n{_config(project, 'env', dict.fromkeys(names, '{url}'))}"
    if not project.x and "get_x_argument" in _source(project, root):
        name = re.fullmatch(r"KeyError: '([\w-]+)'", reply["message"])
        return (
            "env.py reads arguments of `alembic -x`; give it what it needs in migseal.yaml:\n"
            f'projects:\n  {project.name}:\n    x: ["{name[1] if name else "NAME"}=VALUE"]'
        )
    if "asyncio extension requires an async driver" in reply["message"]:
        return f'Name the driver in migseal.yaml:\nprojects:\n  {project.name}:\n    driver: "asyncpg"'
    place = _place_of(project, root, reply["module"])
    if place is not None:
        return (
            f"{place}/ holds it and is not on the path: set Alembic's prepend_sys_path, or in migseal.yaml:\n"
            + _config(project, "env", {"PYTHONPATH": place})
        )
    module = reply["module"] if reply["kind"] == "ModuleNotFoundError" else None
    return lacking(project, interpreter, module) or _plain_hint(project, root)


def _place_of(project: Project, root: Path, module: str | None) -> str | None:
    """Give the directory that holds a module that was not found, relative to where env.py is run."""
    if module is None:
        return None
    name = module.partition(".")[0]
    start = (root / project.ini_file).parent if project.ini_file else root
    for place in (start, start / "src", root, root / "src"):
        if (place / name).is_dir() or (place / f"{name}.py").is_file():
            return os.path.relpath(place, start).replace(os.sep, "/")
    return None
