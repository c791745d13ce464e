"""squawk-cli, a linter of DDL: run on what new migrations sent to the server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checks.errors import CannotCheckError
from checks.migration import Lint, Step, place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PROGRAM = "squawk"
CONFIG = ".squawk.toml"
SECONDS = 120  # in which it has to be done
SAID = 500  # characters of what it said
TURN_OFF = "mend or update it (`pip install -U squawk-cli`), or leave it out: `squawk: false` in migseal.yaml"
PLAIN = re.compile(r"[\w./+@ -]+")  # squawk takes other names for patterns
UNREAD = "syntax-error"
SPOKE = (0, 1)  # its exit codes: nothing found, something found


@dataclass(frozen=True)
class _Text:
    """What one migration sent, as squawk gets it.

    Attributes:
        step: Its way up.
        text: The SQL.
        lines: For each line of it, the line of the migration's file.
    """

    step: Step
    text: str
    lines: tuple[int, ...]


def find() -> str | None:
    """Give the program, beside our own interpreter or on PATH; None where there is none."""
    return shutil.which(PROGRAM, path=str(Path(sys.executable).parent)) or shutil.which(PROGRAM)


def missing() -> CannotCheckError:
    """Make the error of a program that must be there."""
    return CannotCheckError(
        "squawk is to look at new migrations, and is not there: neither beside the interpreter that migseal "
        "runs in, nor on PATH",
        "pip install squawk-cli; or leave `squawk: true` out of migseal.yaml",
    )


def lint(program: str, root: Path, steps: Iterable[Step], major: int | None) -> tuple[Lint, ...]:
    """Let squawk look at what migrations sent.

    Args:
        program: Its path.
        root: The repository's root, where its own configuration may be.
        steps: Ways up that passed.
        major: PostgreSQL's, where the config names one.

    Raises:
        CannotCheckError: It crashes, does not end, or says what cannot be read.
    """
    texts = {path: text for path, text in _named(map(_text, steps)) if text.text}
    if not texts:
        return ()
    options = [*_config(root), *(("--pg-version", f"{major}.0") if major else ())]
    with tempfile.TemporaryDirectory(prefix="migseal-squawk-") as folder:
        for path, text in texts.items():
            file = Path(folder) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.text, encoding="utf-8", newline="\n")
        said = _run(
            [program, "--reporter", "json", "--no-assume-in-transaction", *options, "--", *texts], folder
        )
    return tuple(_once(_lints(program, said, texts)))


def _text(step: Step) -> _Text:
    """Write what was sent, with the transactions in which it was."""
    written: list[tuple[str, int]] = []
    within = False
    for sent in step.sent:
        if within == sent.alone:
            written.append(("COMMIT;" if within else "BEGIN;", sent.line))
            within = not within
        lines = sent.text.split("\n")
        written += ((line, sent.line + number * sent.follows) for number, line in enumerate(lines))
        written.append((";", sent.line))
    if within:
        written.append(("COMMIT;", step.migration.line))
    text = "".join(f"{line}\n" for line, _ in written)
    return _Text(step, text, tuple(line for _, line in written))


def _named(texts: Iterable[_Text]) -> Iterator[tuple[str, _Text]]:
    """Name texts as the migrations are, as squawk's configuration may leave some out by their paths."""
    seen: dict[str, str] = {}
    for number, text in enumerate(texts):
        path = place(text.step.project, text.step.migration.file)
        path = path if path.endswith(".sql") else f"{path}.sql"
        free = path not in seen and PLAIN.fullmatch(path) and ".." not in path
        if text.text not in seen.values():  # of several databases or environments, once
            name = path if free else f"{number}.sql"
            seen[name] = text.text
            yield name, text


def _config(root: Path) -> tuple[str, ...]:
    file = root / CONFIG
    return ("--config", str(file)) if file.is_file() else ()


def _run(command: list[str], folder: str) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotCheckError(f"{command[0]} could not look at new migrations: {error}", TURN_OFF) from error
    if done.returncode in SPOKE and (done.stdout.strip() or not done.stderr.strip()):
        return done.stdout.decode("utf-8", "replace")
    said = done.stderr.decode("utf-8", "replace").strip()[-SAID:]
    raise CannotCheckError(f"{command[0]} ended with exit code {done.returncode}: {said}", TURN_OFF)


def _lints(program: str, said: str, texts: Mapping[str, _Text]) -> Iterator[Lint]:
    """Read what squawk said, whose lines count from 0."""
    try:
        for one in json.loads(said):
            text = texts[one["file"]]
            line = text.lines[min(int(one["line"]), len(text.lines) - 1)]
            yield Lint(text.step, str(one["rule_name"]), line, str(one["message"]), _help(one))
    except (ValueError, TypeError, KeyError, IndexError) as error:
        told = f"{program} said what is not its JSON as we know it: {said.strip()[:SAID]}"
        raise CannotCheckError(told, TURN_OFF) from error


def _once(lints: Iterator[Lint]) -> Iterator[Lint]:
    """Give what cannot be read once a migration: what follows is of no meaning."""
    unread: set[str] = set()
    for lint in lints:
        path = place(lint.step.project, lint.step.migration.file)
        if lint.rule != UNREAD or path not in unread:
            yield lint
        if lint.rule == UNREAD:
            unread.add(path)


def _help(one: Mapping[str, Any]) -> str:
    return str(one.get("help") or "")
