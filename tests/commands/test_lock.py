from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from checks import lockfile
from checks.commands import lock as command
from checks.errors import CannotCheckError
from checks.lockfile import Lock, LockedProject

if TYPE_CHECKING:
    from sandbox import Sandbox

OTHER = "CREATE TABLE other (id int);\n"


def project(repo: Sandbox, name: str = "migrations") -> LockedProject:
    return lockfile.read(repo.read("migrations.lock")).projects[name]


def test_what_head_has_is_locked(repo: Sandbox) -> None:
    repo.sql("001_a")
    repo.sql("002_b")
    repo.commit()
    repo.sql("003_not_committed")
    repo.sql("001_a", OTHER)
    ran = repo.run("lock")
    assert ran.code == 0
    assert "migrations.lock: 2 migrations added, 2 locked" in ran.out
    assert "commit it: git add migrations.lock" in ran.out
    locked = project(repo).locked
    assert list(locked) == ["001", "002"]
    assert locked["001"].file.blob == repo.git("rev-parse", "HEAD:migrations/001_a.sql").out.strip()


def test_a_second_time_there_is_nothing_to_do(repo: Sandbox) -> None:
    repo.locked("001_a")
    before = (repo.root / "migrations.lock").stat().st_mtime_ns
    ran = repo.run("lock")
    assert ran.out == "migrations.lock: 0 migrations added, 1 locked\n"
    assert (repo.root / "migrations.lock").stat().st_mtime_ns == before


def test_only_what_is_missing_is_added(repo: Sandbox) -> None:
    repo.locked("001_a")
    first = repo.read("migrations.lock").splitlines()
    repo.locked("002_b")
    assert list(project(repo).locked) == ["001", "002"]
    assert set(first) <= set(repo.read("migrations.lock").splitlines())


@pytest.mark.parametrize("spoil", ["edit", "delete", "renumber"])
def test_on_a_history_that_changed_nothing_is_recorded(repo: Sandbox, spoil: str) -> None:
    repo.locked("001_a", "002_b")
    before = repo.read("migrations.lock")
    if spoil == "edit":
        repo.sql("001_a", OTHER)
    elif spoil == "delete":
        (repo.root / "migrations/001_a.sql").unlink()
    else:
        repo.git("mv", "migrations/001_a.sql", "migrations/005_a.sql")
    repo.commit()
    for arguments in ((), ("--check",), ("--environment", "staging")):
        ran = repo.run("lock", *arguments)
        assert ran.code == 1
        assert "migrations/00" in ran.out
        assert "fix: " in ran.out
    assert repo.read("migrations.lock") == before


def test_a_lockfile_that_was_rewritten_and_not_committed_is_refused(repo: Sandbox) -> None:
    repo.locked("001_a")
    text = repo.read("migrations.lock")
    sha = project(repo).locked["001"].file.sha256
    repo.write("migrations.lock", text.replace(sha, "0" * 64))
    ran = repo.run("lock")
    assert ran.code == 2
    assert "migrations.lock has migration 001 with other bytes than HEAD" in ran.err
    assert "migseal restore 001" in ran.err


def test_a_lockfile_that_was_removed_comes_back_whole(repo: Sandbox) -> None:
    repo.locked("001_a")
    assert repo.run("lock", "--environment", "staging", "--release", "v1").code == 0
    repo.commit()
    before = repo.read("migrations.lock")
    (repo.root / "migrations.lock").unlink()
    assert repo.run("lock").code == 0
    assert repo.read("migrations.lock") == before


def test_a_broken_lockfile_is_never_overwritten(repo: Sandbox) -> None:
    repo.locked("001_a")
    repo.write("migrations.lock", "broken: [")
    ran = repo.run("lock")
    assert ran.code == 2
    assert "migrations.lock:1: broken YAML" in ran.err
    assert "git checkout HEAD -- migrations.lock" in ran.err
    assert repo.read("migrations.lock") == "broken: ["


def test_a_deployment_is_a_line_and_rewrites_none(repo: Sandbox) -> None:
    repo.locked("001_a")
    assert repo.run("lock", "--environment", "staging", "--release", "v1.10").code == 0
    before = repo.read("migrations.lock").splitlines()
    repo.commit()
    repo.sql("002_b")
    repo.commit()
    ran = repo.run("lock", "--environment", "staging", "--release", "v1.2")
    assert "deployed as staging/v1.2" in ran.out
    after = repo.read("migrations.lock").splitlines()
    assert set(before) <= set(after)
    assert len(after) == len(before) + 2
    assert project(repo).deployments == {"staging/v1.10": ("001",), "staging/v1.2": ("002",)}


def test_a_deployment_without_a_release_has_heads_name(repo: Sandbox) -> None:
    repo.locked("001_a")
    short = repo.git("rev-parse", "--short", "HEAD").out.strip()
    assert repo.run("lock", "--environment", "staging").code == 0
    assert list(project(repo).deployments) == [f"staging/{short}"]


def test_a_deployment_twice_is_one_and_never_grows(repo: Sandbox) -> None:
    repo.locked("001_a")
    deploy = ("lock", "--environment", "staging", "--release", "v1")
    assert repo.run(*deploy).code == 0
    before = repo.read("migrations.lock")
    assert repo.run(*deploy).code == 0
    assert repo.read("migrations.lock") == before
    repo.sql("002_b")
    repo.commit()
    ran = repo.run(*deploy)
    assert ran.code == 2
    assert "staging/v1 is recorded already, without 002" in ran.err
    assert repo.read("migrations.lock") == before


def test_production_before_staging_is_refused(repo: Sandbox) -> None:
    repo.write("migseal.yaml", "environments: [staging, canary, production]\n")
    repo.locked("001_a", "002_b")
    ran = repo.run("lock", "--environment", "production", "--release", "v1")
    assert ran.code == 2
    assert "production before canary: 001, 002 were never deployed to canary" in ran.err
    assert "migseal lock --environment canary first" in ran.err
    for environment in ("staging", "canary", "production"):
        assert repo.run("lock", "--environment", environment, "--release", "v1").code == 0
    assert list(project(repo).deployments) == ["canary/v1", "production/v1", "staging/v1"]


def test_staging_by_several_releases_is_enough_for_production(repo: Sandbox) -> None:
    repo.write("migseal.yaml", "environments: {staging: , production: {}}\n")
    repo.locked("001_a")
    assert repo.run("lock", "--environment", "staging", "--release", "v1").code == 0
    repo.locked("002_b")
    assert "002 was never deployed to staging" in repo.run("lock", "--environment", "production").err
    assert repo.run("lock", "--environment", "staging", "--release", "v2").code == 0
    assert repo.run("lock", "--environment", "production", "--release", "v2").code == 0
    assert project(repo).deployments["production/v2"] == ("001", "002")


def test_an_environment_that_is_none_names_the_nearest(repo: Sandbox) -> None:
    repo.write("migseal.yaml", "environments: [staging, production]\n")
    repo.locked("001_a")
    ran = repo.run("lock", "--environment", "prodution")
    assert ran.code == 2
    assert "no environment is called prodution (did you mean production?)" in ran.err


def test_without_an_order_any_environment_will_do(repo: Sandbox) -> None:
    repo.locked("001_a")
    assert repo.run("lock", "--environment", "anywhere", "--release", "v1/rc 2").code == 0
    assert list(project(repo).deployments) == ["anywhere/v1/rc 2"]


@pytest.mark.parametrize(
    "arguments", [("--release", "v1"), ("--environment", ""), ("--environment", "a/b", "--release", "v1")]
)
def test_a_wrong_call_is_exit_2(repo: Sandbox, arguments: tuple[str, ...]) -> None:
    repo.locked("001_a")
    before = repo.read("migrations.lock")
    assert repo.run("lock", *arguments).code == 2
    assert repo.read("migrations.lock") == before


def test_check_writes_nothing_and_tells_what_is_missing(repo: Sandbox) -> None:
    repo.locked("001_a")
    assert repo.run("lock", "--check").code == 0
    repo.sql("002_b")
    repo.commit()
    before = repo.read("migrations.lock")
    ran = repo.run("lock", "--check")
    assert ran.code == 1
    assert ran.out == "project migrations: 002 is not locked\nfix: migseal lock\n"
    assert repo.read("migrations.lock") == before


def test_check_knows_deployments(repo: Sandbox) -> None:
    repo.locked("001_a")
    deployment = ("--environment", "staging", "--release", "v1")
    ran = repo.run("lock", "--check", *deployment)
    assert ran.code == 1
    assert "project migrations: staging/v1 is not recorded" in ran.out
    assert repo.run("lock", *deployment).code == 0
    assert repo.run("lock", "--check", *deployment).code == 0
    repo.locked("002_b")
    ran = repo.run("lock", "--check", *deployment)
    assert ran.code == 1
    assert "staging/v1 is not recorded with 002" in ran.out


def test_without_a_commit_there_is_nothing_to_lock(repo: Sandbox) -> None:
    repo.sql("001_a")
    ran = repo.run("lock")
    assert ran.code == 2
    assert "there is no commit yet" in ran.err


def test_a_name_that_is_not_utf8_has_no_place_in_it(repo: Sandbox) -> None:
    repo.sql(os.fsdecode(b"001_\xff"), OTHER)
    repo.commit()
    ran = repo.run("lock")
    assert ran.code == 2
    assert "migrations.lock takes no name that is not UTF-8" in ran.err
    assert {path.name for path in repo.root.iterdir()} == {".git", "migrations"}


def test_odd_names_are_locked_and_checked(repo: Sandbox) -> None:
    for name in ('001_it\'s "so"', "002_größe 表", "003_two\nlines", "004_\x85\u2028"):
        repo.sql(name, OTHER + name.encode().hex().join(("-- ", "\n")))
    repo.locked()
    repo.branch()
    assert len(project(repo).locked) == 4
    assert repo.check().code == 0
    repo.sql("003_two\nlines", "SELECT 1;\n")
    ran = repo.check()
    assert ran.code == 1
    assert "migrations/003_two\\nlines.sql:1: error" in ran.out


def test_half_a_lockfile_is_never_seen(tmp_path: Path) -> None:
    path = tmp_path / "migrations.lock"
    (path / "in the way").mkdir(parents=True)
    with pytest.raises(CannotCheckError, match=r"migrations\.lock cannot be written"):
        command.write(path, Lock())
    assert [found.name for found in tmp_path.iterdir()] == ["migrations.lock"]
    with pytest.raises(CannotCheckError, match=r"migrations\.lock cannot be written"):
        command.write(tmp_path / "nowhere/migrations.lock", Lock())


def test_a_lock_that_cannot_be_held_is_told(repo: Sandbox) -> None:
    repo.locked("001_a")
    (repo.root / ".git/migseal.lock").unlink(missing_ok=True)
    (repo.root / ".git/migseal.lock").mkdir()
    repo.sql("002_b")
    repo.commit()
    ran = repo.run("lock")
    assert ran.code == 2
    assert "cannot be held" in ran.err


def start(root: Path, *arguments: str) -> subprocess.Popen[str]:
    command_line = [sys.executable, "-I", "-m", "checks", "lock", *arguments]
    return subprocess.Popen(
        command_line, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_two_writers_at_once_lose_nothing(repo: Sandbox) -> None:
    repo.sql("001_a")
    repo.commit()
    expected = set()
    for number in range(4):
        writers = [start(repo.root, "--environment", e, "--release", str(number)) for e in ("a", "b", "c")]
        for writer in writers:
            told, _ = writer.communicate()
            assert writer.returncode == 0, told
        expected |= {f"{environment}/{number}" for environment in "abc"}
        assert set(project(repo).deployments) == expected
    assert list(project(repo).locked) == ["001"]


def test_two_work_trees_have_two_lockfiles(repo: Sandbox, tmp_path: Path) -> None:
    repo.sql("001_a")
    repo.commit()
    repo.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    side = repo.at(tmp_path / "side")
    side.sql("002_b")
    side.commit()
    for writer in (start(repo.root), start(side.root)):
        assert writer.communicate()[0]
        assert writer.returncode == 0
    assert (list(project(repo).locked), list(project(side).locked)) == (["001"], ["001", "002"])


def grown(repo: Sandbox, branch: str, name: str) -> None:
    """Add a migration and lock it, on a branch of its own."""
    repo.git("switch", "--quiet", "--create", branch, "main")
    repo.locked(name)


@pytest.mark.parametrize("driver", [None, "union"])
def test_branches_that_lock_at_different_places_merge(repo: Sandbox, driver: str | None) -> None:
    if driver:
        repo.write(".gitattributes", f"migrations.lock merge={driver}\n")
    repo.locked("010_a", "020_b", "030_c")
    grown(repo, "one", "015_x")
    grown(repo, "two", "025_y")
    assert repo.git("merge", "--quiet", "--message=merge", "one", check=False).code == 0
    assert list(project(repo).locked) == ["010", "015", "020", "025", "030"]


def test_branches_that_lock_at_one_place_conflict_and_their_union_is_right(repo: Sandbox) -> None:
    repo.locked("010_a")
    grown(repo, "one", "020_x")
    grown(repo, "two", "030_y")
    assert repo.git("merge", "--quiet", "--message=merge", "one", check=False).code == 1
    assert "migrations.lock: the merge is not resolved" in repo.check("--staged").out
    lines = repo.read("migrations.lock").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(("<<<<<<<", "=======", ">>>>>>>"))]
    repo.write("migrations.lock", "".join(kept))
    repo.commit()
    assert set(project(repo).locked) == {"010", "020", "030"}
    assert repo.check().code == 0
