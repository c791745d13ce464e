"""Tiny repositories from text: what is deployed, what is merged, and what a pull request makes of them.

A scenario is text in the form in which `head -v` prints files:

    ==> deployed: PATH <==      in the base commit, and locked there
    ==> merged: PATH <==        in the base commit, not locked
    ==> now: PATH <==           in the pull request: new, or in the place of what was there
    ==> deleted: PATH <==       removed in the pull request
    ==> moved: OLD -> NEW <==   moved in the pull request

Under `migrations.lock` stands no file but what is done to it, a line each:

    lock OPTIONS     what `migseal lock OPTIONS` makes of it
    relock           the same, after the old one was removed in a commit of its own
    - TEXT           the line that holds TEXT goes
    - TEXT, + TEXT   or only the text in it is replaced

A scenario with `migrations/versions/*.py` gets an ordinary `alembic.ini`, `env.py` and `script.py.mako`.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from checks import commands, lockfile

HEADER = re.compile(r"==> (deployed|merged|now|deleted|moved): (.+?)(?: -> (.+?))? <==")
REVISION = re.compile(r"migrations/versions/[^/]+\.py")
SETTINGS = (
    "user.name=test",
    "user.email=test@example.invalid",
    "commit.gpgsign=false",
    "core.fsync=none",  # nothing here outlives its test
    "maintenance.auto=false",
)
SURROUNDINGS = {
    "alembic.ini": "[alembic]\nscript_location = %(here)s/migrations\nsqlalchemy.url = postgresql+psycopg://\n",
    "migrations/script.py.mako": "",
    "migrations/env.py": """\
from alembic import context
from sqlalchemy import engine_from_config, pool

section = context.config.get_section(context.config.config_ini_section, {})
engine = engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=None)
    with context.begin_transaction():
        context.run_migrations()
""",
}


@dataclass(frozen=True)
class Section:
    """One file of a scenario, or one act."""

    word: str
    path: str
    target: str
    content: str


def read(text: str) -> tuple[Section, ...]:
    """Read a scenario's text."""
    before, *found = HEADER.split(text)
    assert found, f"a scenario begins with a line such as ==> now: PATH <==, and not with {text[:40]!r}"
    assert not before.strip(), f"this is of no file: {before!r}"
    parts = zip(found[0::4], found[1::4], found[2::4], found[3::4], strict=True)
    return tuple(
        Section(word, path, target or "", body.strip("\n") + "\n") for word, path, target, body in parts
    )


def build(root: Path, text: str, store: Path) -> None:
    """Make the repository: the base is the branch `main`, and the pull request is checked out.

    Args:
        root: An empty folder.
        text: The scenario.
        store: Where what is deployed is kept, for scenarios that begin alike.
    """
    sections = read(text)
    deployed = tuple(section for section in sections if section.word == "deployed")
    alembic = any(REVISION.fullmatch(section.path) for section in sections)
    kept = store / hashlib.sha256(repr((deployed, alembic)).encode()).hexdigest()
    if not kept.exists():
        kept.mkdir()
        _deploy(kept, deployed, alembic=alembic)
    shutil.copytree(kept, root, dirs_exist_ok=True)
    if any(section.word == "merged" for section in sections):
        _act(root, sections, "merged")
    _git(root, "switch", "--quiet", "--create", "change")
    _act(root, sections, "moved", "deleted", "now")
    _lock(root, sections, "now")


def _deploy(root: Path, deployed: tuple[Section, ...], *, alembic: bool) -> None:
    _git(root, "init", "--quiet", "--template=", "--initial-branch=main")
    for path, content in SURROUNDINGS.items() if alembic else ():
        _write(root, path, content)
    _act(root, deployed, "deployed")
    if deployed:
        _lock(root, deployed, "deployed", ("lock",))


def _act(root: Path, sections: tuple[Section, ...], *words: str) -> None:
    """Do what the sections of some words say, and commit it."""
    for word in words:
        for section in sections:
            if section.word == word and not (section.path == lockfile.NAME and word in ("deployed", "now")):
                _apply(root, section)
    _commit(root, ", ".join(words))


def _apply(root: Path, section: Section) -> None:
    if section.word == "deleted":
        (root / section.path).unlink()
    elif section.word == "moved":
        target = root / section.target
        target.parent.mkdir(parents=True, exist_ok=True)
        (root / section.path).rename(target)
    else:
        _write(root, section.path, section.content)


def _lock(root: Path, sections: tuple[Section, ...], word: str, default: tuple[str, ...] = ()) -> None:
    """Do to the lockfile what a section of it says, and commit it."""
    told = next((s.content for s in sections if (s.word, s.path) == (word, lockfile.NAME)), "")
    acts = _joined(told) or default
    for line in acts:
        if line == "relock":
            (root / lockfile.NAME).unlink()
            _commit(root, "remove the lockfile")
        if line.startswith(("lock", "relock")):
            assert commands.run([*line.removeprefix("re").split(), "-C", str(root)]) == 0
        else:
            _edit(root / lockfile.NAME, line)
    if acts:
        _commit(root, lockfile.NAME)


def _joined(told: str) -> tuple[str, ...]:
    """Give the acts, `- TEXT` and its `+ TEXT` as one."""
    return tuple(line for line in told.replace("\n+ ", "\0").split("\n") if line)


def _edit(path: Path, act: str) -> None:
    old, _, new = act.removeprefix("- ").partition("\0")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert sum(old in line for line in lines) == 1, f"{old!r} is not in one line of:\n{''.join(lines)}"
    kept = (line.replace(old, new) for line in lines if new or old not in line)
    path.write_text("".join(kept), encoding="utf-8")


def _write(root: Path, path: str, content: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8", newline="\n")


def _commit(root: Path, message: str) -> None:
    _git(root, "add", "--all")
    _git(root, "commit", "--quiet", "--allow-empty", "--no-verify", f"--message={message}")


def _git(root: Path, *arguments: str) -> None:
    settings = [word for setting in SETTINGS for word in ("-c", setting)]
    subprocess.run(["git", *settings, *arguments], cwd=root, check=True)
