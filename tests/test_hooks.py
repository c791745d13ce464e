from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox import Sandbox

ROOT = Path(__file__).parent.parent
LEFTOVER = "CREATE TYPE m AS ENUM ();\n-- migrate:down\nSELECT 1;\n"
CLEAN = "CREATE TYPE m AS ENUM ();\n-- migrate:down\nDROP TYPE m;\n"

# pre-commit installs migseal into environments of its own: the package index must be there, and time.
pytestmark = [pytest.mark.slow, pytest.mark.postgres]


def test_pre_commit_runs_both_hooks(repo: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real commits and a real push, through pre-commit and the manifest of this very commit."""
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "pre-commit"))
    program = shutil.which("pre-commit", path=str(Path(sys.executable).parent))
    assert program
    monkeypatch.setenv("PATH", f"{Path(program).parent}:{Path('/usr/bin')}:{Path('/bin')}")
    bare = tmp_path / "bare.git"
    repo.git("init", "--quiet", "--bare", str(bare))
    repo.git("remote", "add", "origin", str(bare))
    revision = repo.at(ROOT).git("rev-parse", "HEAD").out.strip()
    repo.write(
        ".pre-commit-config.yaml",
        f"repos: [{{repo: '{ROOT}', rev: '{revision}', "
        "hooks: [{id: migseal}, {id: migseal-roundtrip}]}]\n",
    )
    repo.locked("001_a")
    repo.git("push", "--quiet", "origin", "main")
    repo.git("fetch", "--quiet", "origin")
    hooks = ("--hook-type", "pre-commit", "--hook-type", "pre-push")
    repo.git("-c", "alias.pc=!pre-commit", "pc", "install", *hooks)

    repo.git("rm", "--quiet", "migrations/001_a.sql")
    deleting = repo.git("commit", "--message", "only deletes", check=False)
    assert deleting.code == 1
    assert "deleted-migration" in deleting.said

    repo.git("reset", "--quiet", "--hard")
    repo.sql("002_m", LEFTOVER)
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--message", "leaves a type")
    pushed = repo.git("push", "origin", "main", check=False)
    assert pushed.code != 0
    assert "leftover-object" in pushed.said

    repo.sql("002_m", CLEAN)
    repo.git("commit", "--quiet", "--all", "--message", "mended")
    repo.git("push", "--quiet", "origin", "main")
