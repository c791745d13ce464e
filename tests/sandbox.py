"""A git repository in a temporary place, and the hands to work in it: what tests of several rooms share."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from checks import commands

if TYPE_CHECKING:
    import pytest

IDENTITY = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "test",
    "GIT_AUTHOR_EMAIL": "test@example.invalid",
    "GIT_COMMITTER_NAME": "test",
    "GIT_COMMITTER_EMAIL": "test@example.invalid",
    "GIT_TERMINAL_PROMPT": "0",
}


ENV = """\
from alembic import context
from sqlalchemy import engine_from_config, pool

section = context.config.get_section(context.config.config_ini_section)
engine = engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


@dataclass(frozen=True)
class Ran:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Both streams."""
        return self.out + self.err


@dataclass(frozen=True)
class Sandbox:
    """A repository on the branch `main`.

    Attributes:
        root: Its work tree.
        capsys: Where the output of commands in this process goes.
    """

    root: Path
    capsys: pytest.CaptureFixture[str]

    def at(self, root: Path) -> Sandbox:
        """Go to another repository."""
        return Sandbox(root, self.capsys)

    def git(self, *arguments: str, check: bool = True, env: Mapping[str, str] | None = None) -> Ran:
        """Run git."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file, with LF line endings."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def read(self, path: str) -> str:
        """Read a file."""
        return (self.root / path).read_text(encoding="utf-8")

    def sql(self, name: str, body: str = "") -> Path:
        """Write a migration of numbered SQL files."""
        return self.write(
            f"migrations/{name}.sql", body or f"CREATE TABLE t_{name.partition('_')[0]} (id int);\n"
        )

    def commit(self, message: str = "work") -> str:
        """Commit everything, and give the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--no-verify", f"--message={message}")
        return self.git("rev-parse", "HEAD").out.strip()

    def locked(self, *names: str) -> str:
        """Commit migrations, lock them, and commit that."""
        for name in names:
            self.sql(name)
        self.commit("migrations")
        assert self.run("lock").code == 0
        return self.commit("lock")

    def branch(self, name: str = "change") -> None:
        """Begin a branch."""
        self.git("switch", "--quiet", "--create", name)

    def alembic(self, *revisions: tuple[str, str | None, str, str]) -> None:
        """Write an Alembic project of revisions: version, parent, and a statement up and one down."""
        self.write("alembic.ini", "[alembic]\nscript_location = migrations\n")
        self.write("migrations/env.py", ENV)
        self.write("migrations/script.py.mako", "")
        for version, parent, up, down in revisions:
            self.write(
                f"migrations/versions/{version}.py",
                "import sqlalchemy as sa\nfrom alembic import op\n\n"
                f"revision = {version!r}\ndown_revision = {parent!r}\n\n"
                f"def upgrade():\n    {up}\n\ndef downgrade():\n    {down}\n",
            )

    def run(self, command: str, *arguments: str) -> Ran:
        """Run migseal in this process."""
        self.capsys.readouterr()
        code = commands.run([command, "-C", str(self.root), *arguments])
        said = self.capsys.readouterr()
        return Ran(code, said.out, said.err)

    def check(self, *arguments: str) -> Ran:
        """Run `migseal check --files-only`."""
        return self.run("check", "--files-only", *arguments)

    def process(self, *arguments: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Ran:
        """Run migseal as a process of its own."""
        done = subprocess.run(
            [sys.executable, "-I", "-m", "checks", *arguments],
            cwd=cwd or self.root,
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)


def isolate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no configuration of this machine and no CI host have a say."""
    for name in list(os.environ):
        if name.startswith(("GIT_", "GITHUB_")):
            monkeypatch.delenv(name)
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)


def processes_of(marker: str) -> list[int]:
    """Give the processes that have a mark in their environment."""
    found = []
    for place in Path("/proc").glob("[0-9]*/environ"):
        try:
            if marker.encode() in place.read_bytes():
                found.append(int(place.parent.name))
        except OSError:
            continue
    return found


def directories_of(processes: list[int]) -> set[str]:
    """Give the temporary directories that processes name on their command lines."""
    found = set()
    for process in processes:
        try:
            words = Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        for word in words:
            for part in word.replace('"', " ").replace("=", " ").split():
                if "/migseal-" in part and not part.startswith("/nonexistent") and part.startswith("/"):
                    parts = Path(part).parts
                    last = next(n for n, name in enumerate(parts) if name.startswith("migseal-"))
                    found.add(str(Path(*parts[: last + 1])).rstrip("\\"))
    return found
