"""`check --staged` in git's own pre-commit hook, with real commits."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox import Ran, Sandbox

OTHER = "CREATE TABLE other (id int);\n"
LONG = "".join(f"CREATE TABLE l_{n} (id int);\n" for n in range(30))


def install(repo: Sandbox, *arguments: str) -> None:
    """Write the hook as a user would."""
    words = " ".join([f"'{sys.executable}' -I -m checks check --staged --files-only", *arguments])
    hook = repo.write(".git/hooks/pre-commit", f"#!/bin/sh\nexec {words}\n")
    hook.chmod(0o755)


def commit(repo: Sandbox, *arguments: str) -> Ran:
    return repo.git("commit", "--quiet", "--message=try", *arguments, check=False)


@pytest.fixture
def shop(repo: Sandbox) -> Sandbox:
    """Two migrations are deployed and locked on main, the hook is installed, a branch begins."""
    repo.locked("001_a", "002_b")
    install(repo)
    repo.branch()
    return repo


def test_a_commit_of_a_new_migration_is_made(shop: Sandbox) -> None:
    shop.sql("003_c")
    shop.git("add", "--all")
    assert commit(shop).code == 0


def test_a_staged_edit_is_blocked(shop: Sandbox) -> None:
    shop.sql("001_a", OTHER)
    shop.git("add", "--all")
    ran = commit(shop)
    assert ran.code == 1
    assert "edited-migration" in ran.said


def test_commit_all_is_blocked(shop: Sandbox) -> None:
    shop.sql("001_a", OTHER)
    assert commit(shop, "--all").code == 1
    shop.git("checkout", "--", "migrations")
    shop.write("README", "more\n")
    shop.git("add", "README")
    shop.write("README", "even more\n")
    assert commit(shop, "--all").code == 0


def test_a_commit_of_one_file_is_judged_by_that_file(shop: Sandbox) -> None:
    shop.sql("001_a", OTHER)
    shop.sql("003_c")
    shop.git("add", "--all")
    assert commit(shop, "migrations/001_a.sql").code == 1
    assert commit(shop, "migrations/003_c.sql").code == 0
    assert commit(shop).code == 1


def test_an_edit_that_is_not_staged_blocks_nothing(shop: Sandbox) -> None:
    shop.sql("003_c")
    shop.git("add", "--all")
    shop.sql("001_a", OTHER)
    assert commit(shop).code == 0


def test_an_edit_that_was_staged_and_taken_back_in_the_work_tree_is_blocked(shop: Sandbox) -> None:
    shop.sql("001_a", OTHER)
    shop.git("add", "--all")
    shop.git("restore", "--worktree", "--source=HEAD", "migrations/001_a.sql")
    assert commit(shop).code == 1


def test_a_part_of_a_file_is_judged_by_that_part(repo: Sandbox) -> None:
    """With `add -p` only one hunk is staged: of a locked file that is an edit, of a new one it is not."""
    repo.sql("001_a", LONG)
    repo.locked()
    install(repo)
    repo.branch()
    repo.sql("002_b", LONG)
    assert repo.git("add", "--intent-to-add", "migrations/002_b.sql").code == 0
    repo.sql("001_a", f"SELECT 1;\n{LONG}-- last\n")
    stage_first_hunk(repo, "migrations/001_a.sql")
    ran = commit(repo)
    assert ran.code == 1
    assert "migrations/001_a.sql:1: error: edited-migration" in ran.said
    repo.git("reset", "--quiet", "HEAD", "migrations/001_a.sql")
    repo.git("add", "migrations/002_b.sql")
    assert commit(repo).code == 0


def stage_first_hunk(repo: Sandbox, path: str) -> None:
    patch = repo.git("diff", "--", path).out
    first, mark, _ = patch.rpartition("@@ -2")
    assert mark
    half = repo.write(".git/half.patch", first)
    repo.git("apply", "--cached", str(half))


def test_a_commit_that_only_deletes_is_blocked(shop: Sandbox) -> None:
    shop.git("rm", "--quiet", "migrations/002_b.sql")
    ran = commit(shop)
    assert ran.code == 1
    assert "deleted-migration" in ran.said


def test_a_commit_that_deletes_all_is_blocked(shop: Sandbox) -> None:
    shop.git("rm", "--quiet", "-r", ".")
    assert commit(shop).code == 1


def test_the_first_commit_is_possible(repo: Sandbox) -> None:
    install(repo)
    repo.sql("001_a")
    repo.git("add", "--all")
    assert commit(repo).code == 0


def test_the_first_commit_may_bring_its_lockfile(repo: Sandbox) -> None:
    repo.locked("001_a")
    repo.git("update-ref", "-d", "HEAD")
    install(repo)
    ran = commit(repo)
    assert ran.code == 0, ran.said


def test_an_amended_commit_is_judged(shop: Sandbox) -> None:
    shop.sql("003_c")
    shop.git("add", "--all")
    assert commit(shop).code == 0
    shop.sql("003_c", OTHER)
    assert commit(shop, "--amend", "--all").code == 0
    shop.sql("001_a", OTHER)
    assert commit(shop, "--amend", "--all").code == 1


@pytest.mark.parametrize("arguments", [(), ("-C", "backend")])
def test_a_linked_work_tree_is_judged_by_its_own_index(
    shop: Sandbox, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    shop.write("backend/file", "")
    shop.commit()
    install(shop, *arguments)
    shop.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    side = shop.at(tmp_path / "side")
    side.sql("003_c")
    side.git("add", "--all")
    ran = commit(side)
    assert ran.code == 0, ran.said
    side.sql("001_a", OTHER)
    assert commit(side, "--all").code == 1
    assert commit(side, "migrations/001_a.sql").code == 1


def test_a_subdirectory_may_be_named(shop: Sandbox) -> None:
    shop.write("backend/file", "")
    install(shop, "-C", "backend")
    shop.git("add", "--all")
    assert commit(shop).code == 0
    shop.sql("001_a", OTHER)
    assert commit(shop, "--all").code == 1
    assert commit(shop, "migrations/001_a.sql").code == 1


def test_a_commit_from_a_subdirectory_is_judged(shop: Sandbox) -> None:
    shop.sql("001_a", OTHER)
    inside = shop.at(shop.root / "migrations")
    assert commit(inside, "--all").code == 1
    assert commit(inside, "001_a.sql").code == 1


def test_a_merge_that_is_resolved_is_made(shop: Sandbox) -> None:
    shop.sql("003_c")
    assert commit_all(shop).code == 0
    shop.git("switch", "--quiet", "main")
    shop.sql("003_c", OTHER)
    assert commit_all(shop).code == 0
    assert shop.git("merge", "change", check=False).code == 1
    shop.sql("003_c", OTHER)
    assert commit_all(shop).code == 0


def commit_all(repo: Sandbox) -> Ran:
    repo.git("add", "--all")
    return commit(repo)


def test_an_announced_file_blocks_nothing(shop: Sandbox) -> None:
    shop.sql("002_other", OTHER)
    shop.git("add", "--intent-to-add", "migrations/002_other.sql")
    shop.write("README", "more\n")
    shop.git("add", "README")
    assert commit(shop).code == 0


def test_a_repository_of_another_user_is_judged(shop: Sandbox) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a repository away")
    shop.sql("001_a", OTHER)
    for path in (shop.root, *shop.root.rglob("*")):
        shutil.chown(path, "nobody")
    assert shop.git("status", check=False).code != 0
    assert shop.process("check", "--files-only").code == 1
