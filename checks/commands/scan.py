"""migseal scan: sensitive data in files, wherever they are."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from checks.commands import options
from checks.commands.outputs import option as output_option
from checks.commands.outputs import write
from checks.content import decode
from checks.errors import CannotCheckError
from checks.finding import Finding, Severity
from checks.report.outcome import Outcome, by_severity
from checks.rules import sensitive_insert
from checks.rules.exemption import excused
from checks.sensitive.exposure import Exposure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from checks.migration import Allow
    from checks.sensitive.literal import Columns

SKIPPED = {"node_modules", "__pycache__", "site-packages", "venv"}


@click.command(
    "scan",
    epilog="""\b
Examples:
  migseal scan migrations                        all migrations below a folder
  migseal scan a.sql b.py --output json          some files, for a machine
""",
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@options.fail_on
@output_option
def command(paths: tuple[Path, ...], fail_on: Severity, outputs: tuple[tuple[str, Path | None], ...]) -> int:
    """Look for passwords, tokens, keys and personal data in migrations.

    PATH is a file or a folder: of a folder, all SQL and Python files. It needs no git, no configuration and
    no database, and runs nothing of yours.
    """
    found = tuple(dict.fromkeys(finding for path in _files(paths) for finding in _scan(path)))
    outcome = Outcome(by_severity(found), fail_on=Severity(fail_on))
    write(outcome, outputs)
    return {"passed": 0, "failed": 1, "error": 2}[outcome.result]


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """Give the files to look into, each once.

    Raises:
        CannotCheckError: A path is not there.
    """
    from checks.sensitive.scan import READERS  # noqa: PLC0415 -- heavier than the command's help

    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise CannotCheckError(f"{path}: there is no such file or folder", "give one that is there")
        below = [path] if path.is_file() else _below(path)
        for file in below:
            wanted = file.suffix.lower() in READERS
            if path.is_file() and not wanted:
                kinds = ", ".join(READERS)
                raise CannotCheckError(
                    f"{path}: nobody knows how to read it", f"give files of these: {kinds}"
                )
            if wanted and file not in seen:
                seen.add(file)
                yield file


def _below(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in SKIPPED and not name.startswith("."))
        yield from (Path(place, name) for name in sorted(names))


def _scan(path: Path) -> Iterator[Finding]:
    """Give what is found in a file: what cannot be read is told as well."""
    from checks.sensitive.scan import scan  # noqa: PLC0415 -- heavier than the command's help

    text = _read(path)
    if not isinstance(text, str):
        yield _unreadable(path, *text)
        return
    problem = _not_python(text) if path.suffix.lower() == ".py" else None
    if problem is not None:
        yield _unreadable(path, *problem)
        return
    name = path.as_posix()
    allow = next(iter(_allows(path, text)), None)
    for leak in scan(name, text, _other, _columns(path.parent)):
        for finding in sensitive_insert.judge(Exposure("", "", leak)):
            yield finding if allow is None else excused(finding, allow.reason)


def _read(path: Path) -> str | tuple[int, str]:
    try:
        return decode(path.read_bytes())
    except OSError as error:
        return 1, f"it cannot be read: {error.strerror}"


def _not_python(text: str) -> tuple[int, str] | None:
    from checks.sensitive import python  # noqa: PLC0415 -- only for Python

    return _why_not(text) if python.parse(text) is None else None


def _why_not(text: str) -> tuple[int, str]:
    import ast  # noqa: PLC0415 -- only for what cannot be read
    import warnings  # noqa: PLC0415 -- the same

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        return line, f"it is not Python: {getattr(error, 'msg', None) or error}"
    return 1, "it is Python that is too deep or too odd to be followed"


def _unreadable(path: Path, line: int, reason: str) -> Finding:
    return Finding(
        "unreadable-migration",
        Severity.ERROR,
        "",
        "",
        path.as_posix(),
        line,
        f"nobody can tell what is in this file: {reason}",
        "mend the file, or leave it out",
    )


def _other(path: str) -> str | tuple[int, str] | None:
    """Read a file that a migration loads."""
    file = Path(path)
    return _read(file) if file.is_file() else None


@cache
def _columns(folder: Path) -> Columns:
    """Give what knows the columns of tables that the files of a folder make; it reads them when asked."""
    from checks.sensitive.scan import READERS, tables  # noqa: PLC0415 -- heavier than the command's help

    @cache
    def known() -> dict[str, tuple[str, ...]]:
        files = (file for file in sorted(folder.iterdir()) if file.suffix.lower() in READERS)
        texts = ((file.as_posix(), _read(file)) for file in files if file.is_file())
        return tables(((path, text) for path, text in texts if isinstance(text, str)), {})

    return lambda table: known().get(table)


def _allows(path: Path, text: str) -> Iterator[Allow]:
    """Give the comments of a file that allow what is found there, for a reason."""
    from checks.tools.alembic import allows  # noqa: PLC0415 -- loads what few need
    from checks.tools.sql.allows import of_files  # noqa: PLC0415 -- the same

    given = allows.of_text(text) if path.suffix.lower() == ".py" else of_files([text.encode()])
    return (one for one in given if one.rule == sensitive_insert.RULE.name and one.reason)
