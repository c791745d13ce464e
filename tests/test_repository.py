from __future__ import annotations

import os
import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from checks.content import blob_id
from checks.errors import CannotCheckError
from checks.repository import Files, Repository, open_repository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox import Sandbox

A, B = b"CREATE TABLE a (id int);\n", b"CREATE TABLE b (id int);\n"
ODD = (
    "a b.sql",
    'it\'s "quoted".sql',
    "größe 表.sql",
    "two\nlines.sql",
    "tab\t.sql",
    "-dash.sql",
    "*.sql",
    ":x.sql",
)


@pytest.fixture
def opened(repo: Sandbox) -> Iterator[Repository]:
    with closing(open_repository(repo.root)) as repository:
        yield repository


def trees(repository: Repository) -> dict[str, Files]:
    """Give the files of HEAD, of the index and of the work tree."""
    head = repository.resolve("HEAD")
    assert head
    return {
        "commit": repository.commit(head),
        "index": repository.index(),
        "worktree": repository.worktree(),
    }


def contents(tree: Files) -> dict[str, bytes]:
    return {path: tree.read(path) for path in tree.paths()}


def test_an_empty_repository_has_no_head_and_no_files(opened: Repository) -> None:
    assert opened.resolve("HEAD") is None
    assert opened.default_branch() is None
    assert opened.index().paths() == ()
    assert opened.worktree().paths() == ()


def test_the_first_commit_is_in_the_index_before_it_is_made(repo: Sandbox, opened: Repository) -> None:
    repo.write("a.sql", A)
    assert contents(opened.worktree()) == {"a.sql": A}
    assert opened.index().paths() == ()
    repo.git("add", "a.sql")
    assert contents(opened.index()) == {"a.sql": A}


def test_every_odd_path_is_read_from_everywhere(repo: Sandbox, opened: Repository) -> None:
    for number, name in enumerate(ODD):
        repo.write(f"m dir/{name}", b"%d\n" % number)
    untracked = contents(opened.worktree())
    repo.commit()
    expected = {f"m dir/{name}": b"%d\n" % number for number, name in enumerate(ODD)}
    assert untracked == expected
    for tree in trees(opened).values():
        assert contents(tree) == expected
        assert all(tree.blob(path) == blob_id(data) for path, data in expected.items())


def test_a_path_that_is_not_utf8_is_read(repo: Sandbox, opened: Repository) -> None:
    path = os.fsdecode(b"\xff.sql")
    repo.write(path, A)
    repo.commit()
    for tree in trees(opened).values():
        assert contents(tree) == {path: A}


def test_the_work_tree_is_what_lies_there(repo: Sandbox, opened: Repository) -> None:
    for name in ("kept", "edited", "deleted", "staged-deleted"):
        repo.write(f"{name}.sql", A)
    repo.write(".gitignore", "ignored.sql\n")
    repo.commit()
    repo.write("edited.sql", B)
    (repo.root / "deleted.sql").unlink()
    repo.git("rm", "--quiet", "staged-deleted.sql")
    repo.write("ignored.sql", B)
    repo.write("new.sql", B)
    found = contents(opened.worktree())
    assert found.pop(".gitignore")
    assert found == {"kept.sql": A, "edited.sql": B, "new.sql": B}


def test_a_file_that_is_ignored_and_tracked_is_there(repo: Sandbox, opened: Repository) -> None:
    repo.write("a.sql", A)
    repo.commit()
    repo.write(".gitignore", "*.sql\n")
    assert "a.sql" in opened.worktree().paths()


def test_the_index_is_not_the_work_tree(repo: Sandbox, opened: Repository) -> None:
    for name in ("edited", "deleted", "again"):
        repo.write(f"{name}.sql", A)
    repo.commit()
    repo.write("edited.sql", B)
    (repo.root / "deleted.sql").unlink()
    repo.write("again.sql", B)
    repo.git("add", "again.sql")
    repo.write("again.sql", b"third\n")
    assert contents(opened.index()) == {"again.sql": B, "deleted.sql": A, "edited.sql": A}
    assert opened.worktree().read("again.sql") == b"third\n"


def test_a_file_that_is_only_announced_is_not_staged(repo: Sandbox, opened: Repository) -> None:
    repo.write("empty.sql", b"")
    repo.write("announced.sql", A)
    repo.git("add", "empty.sql")
    repo.git("add", "--intent-to-add", "announced.sql")
    assert contents(opened.index()) == {"empty.sql": b""}
    assert contents(opened.worktree()) == {"empty.sql": b"", "announced.sql": A}


def conflict(repo: Sandbox, name: str = "a.sql") -> None:
    repo.write(name, A)
    repo.commit()
    repo.branch("other")
    repo.write(name, B)
    repo.commit()
    repo.git("switch", "--quiet", "main")
    repo.write(name, b"third\n")
    repo.commit()
    assert repo.git("merge", "other", check=False).code == 1


def test_a_conflict_is_named_in_the_index_and_readable_in_the_work_tree(
    repo: Sandbox, opened: Repository
) -> None:
    conflict(repo)
    with pytest.raises(CannotCheckError, match=r"a\.sql: the merge is not resolved") as raised:
        opened.index()
    assert "git add a.sql" in raised.value.hint
    assert b"<<<<<<<" in opened.worktree().read("a.sql")


def test_a_crlf_checkout_is_the_commits_own_content(repo: Sandbox, opened: Repository) -> None:
    repo.write("a.sql", A)
    repo.commit()
    repo.git("config", "core.autocrlf", "true")
    (repo.root / "a.sql").unlink()
    repo.git("checkout", "--", "a.sql")
    assert (repo.root / "a.sql").read_bytes() == A.replace(b"\n", b"\r\n")
    assert contents(opened.worktree()) == {"a.sql": A}


def test_a_file_that_is_only_touched_is_the_same(repo: Sandbox, opened: Repository) -> None:
    repo.write("a.sql", A)
    repo.commit()
    os.utime(repo.root / "a.sql", (1, 1))
    assert opened.worktree().blob("a.sql") == blob_id(A)


def link(repo: Sandbox, path: str, target: str) -> None:
    place = repo.root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(target)


def test_links_inside_the_repository_are_followed(repo: Sandbox, opened: Repository) -> None:
    repo.write("real/deep/a.sql", A)
    link(repo, "folder", "real")
    link(repo, "again", "folder/deep")
    link(repo, "m/a.sql", "../again/a.sql")
    expected = {"again/a.sql", "folder/deep/a.sql", "m/a.sql", "real/deep/a.sql"}
    untracked = opened.worktree()
    repo.commit()
    for tree in (untracked, *trees(opened).values()):
        assert set(tree.paths()) == expected
        assert set(contents(tree).values()) == {A}
        assert tree.blob("m/a.sql") == blob_id(A)


@pytest.mark.parametrize("target", ["b.sql", "../../outside.sql", "/etc/hostname", "nothing.sql", "."])
def test_a_link_that_leads_nowhere_inside_is_there_and_cannot_be_read(
    repo: Sandbox, opened: Repository, target: str
) -> None:
    (repo.root.parent / "outside.sql").write_bytes(A)
    link(repo, "m/a.sql", target)
    link(repo, "m/b.sql", "a.sql")
    untracked = opened.worktree()
    repo.commit()
    for tree in (untracked, *trees(opened).values()):
        assert "m/a.sql" in tree.paths()
        assert tree.blob("m/a.sql")
        with pytest.raises(KeyError):
            tree.read("m/a.sql")


@pytest.mark.parametrize("inside", [True, False])
def test_a_folder_that_became_a_link_has_what_the_link_leads_to(
    repo: Sandbox, opened: Repository, tmp_path: Path, *, inside: bool
) -> None:
    for name in ("m/a.sql", "m/b.sql", "n/a.sql"):
        repo.write(name, A)
    repo.commit()
    shutil.rmtree(repo.root / "m")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.sql").write_bytes(B)
    link(repo, "m", "n" if inside else str(outside))
    assert opened.worktree().paths() == (("m/a.sql", "n/a.sql") if inside else ("m", "n/a.sql"))


def test_an_edited_file_behind_a_link_is_read_as_it_lies_there(repo: Sandbox, opened: Repository) -> None:
    repo.write("real/a.sql", A)
    link(repo, "m", "real")
    repo.commit()
    repo.write("real/a.sql", B)
    assert opened.worktree().read("m/a.sql") == B
    assert opened.index().read("m/a.sql") == A


def test_a_file_that_cannot_be_read_has_a_blob_that_nothing_has(repo: Sandbox, opened: Repository) -> None:
    repo.write("a.sql", A)
    tree = opened.worktree()
    (repo.root / "a.sql").unlink()
    assert set(tree.blob("a.sql")) == {"0"}
    with pytest.raises(KeyError):
        tree.read("a.sql")


def test_a_linked_worktree_has_its_own_files(repo: Sandbox, tmp_path: Path) -> None:
    repo.write("a.sql", A)
    repo.commit()
    repo.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    (tmp_path / "side/b.sql").write_bytes(B)
    with closing(open_repository(tmp_path / "side")) as side:
        assert side.root == tmp_path / "side"
        assert side.git_dir == repo.root / ".git/worktrees/side"
        assert contents(side.worktree()) == {"a.sql": A, "b.sql": B}


def test_the_directory_decides_even_in_a_hook_of_a_linked_worktree(
    repo: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.write("backend/a.sql", A)
    repo.commit()
    repo.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    monkeypatch.setenv("GIT_DIR", str(repo.root / ".git/worktrees/side"))
    with closing(open_repository(tmp_path / "side/backend")) as side:
        assert side.root == tmp_path / "side"
        assert side.worktree().paths() == ("backend/a.sql",)


def test_a_detached_head_is_a_commit(repo: Sandbox, opened: Repository) -> None:
    repo.write("a.sql", A)
    first = repo.commit()
    repo.write("a.sql", B)
    repo.commit()
    repo.git("checkout", "--quiet", "--detach", first)
    assert opened.resolve("HEAD") == first
    assert contents(opened.worktree()) == {"a.sql": A}


def test_a_repository_of_another_user_is_read_and_no_config_is_written(
    repo: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a repository away")
    repo.write("a.sql", A)
    repo.commit()
    shutil.chown(repo.root, "nobody")
    for path in repo.root.rglob("*"):
        shutil.chown(path, "nobody")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("GIT_CONFIG_GLOBAL")
    assert "dubious ownership" in repo.git("status", check=False).err
    with closing(open_repository(repo.root)) as repository:
        assert contents(repository.worktree()) == {"a.sql": A}
        assert contents(repository.index()) == {"a.sql": A}
    assert not (tmp_path / ".gitconfig").exists()
    assert "safe" not in (repo.root / ".git/config").read_text()


def test_settings_that_git_got_by_its_environment_stay(
    repo: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "init.defaultBranch")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "trunk")
    repo.git("switch", "--quiet", "--orphan", "trunk")
    repo.commit()
    with closing(open_repository(repo.root)) as repository:
        assert repository.default_branch() == "refs/heads/trunk"


def test_a_hook_of_the_repositorys_config_is_not_run(
    repo: Sandbox, opened: Repository, tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    script = repo.write("monitor", f"#!/bin/sh\ntouch '{mark}'\n")
    script.chmod(0o755)
    repo.commit()
    repo.git("config", "core.fsmonitor", str(script))
    repo.git("config", "diff.external", str(script))
    repo.git("status")
    assert mark.exists()
    mark.unlink()
    repo.write("other", "changed\n")
    opened.worktree()
    opened.index()
    assert not mark.exists()


def test_the_index_is_not_refreshed_behind_the_users_back(repo: Sandbox, opened: Repository) -> None:
    repo.write("a.sql", A)
    repo.commit()
    os.utime(repo.root / "a.sql", (1, 1))
    before = (repo.root / ".git/index").read_bytes()
    opened.worktree()
    assert (repo.root / ".git/index").read_bytes() == before


def test_a_repository_with_sha256_names_is_read(tmp_path: Path, repo: Sandbox) -> None:
    repo.git("init", "--quiet", "--object-format=sha256", "--initial-branch=main", str(tmp_path / "long"))
    long = repo.at(tmp_path / "long")
    long.write("a.sql", A)
    long.write("announced.sql", B)
    long.git("add", "a.sql")
    long.git("commit", "--quiet", "-m", "first")
    long.git("add", "-N", "announced.sql")
    with closing(open_repository(long.root)) as repository:
        assert contents(repository.index()) == {"a.sql": A}
        assert repository.read_blob(repository.index().blob("a.sql")) == A


def test_a_submodule_has_no_files_of_ours(repo: Sandbox, opened: Repository, tmp_path: Path) -> None:
    repo.git("init", "--quiet", str(tmp_path / "module"))
    module = repo.at(tmp_path / "module")
    module.write("a.sql", A)
    module.commit()
    repo.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(module.root), "migrations"
    )
    for tree in (opened.worktree(), opened.index()):
        assert "migrations/a.sql" not in tree.paths()
        with pytest.raises(KeyError):
            tree.read("migrations")
    repo.commit()
    module.write("a.sql", B)
    (repo.root / "migrations/new.sql").write_bytes(B)
    with pytest.raises(KeyError):
        opened.worktree().read("migrations")


def test_a_directory_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotCheckError, match="nothing: no such directory"):
        open_repository(tmp_path / "nothing")


def test_a_place_without_a_repository_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(CannotCheckError, match="is not in a git repository") as raised:
        open_repository(tmp_path)
    assert "git init" in raised.value.hint


def test_a_bare_repository_has_no_files(repo: Sandbox, tmp_path: Path) -> None:
    repo.git("init", "--quiet", "--bare", str(tmp_path / "bare.git"))
    with pytest.raises(CannotCheckError, match="has no work tree"):
        open_repository(tmp_path / "bare.git")
    with pytest.raises(CannotCheckError, match="has no work tree"):
        open_repository(repo.root / ".git")


def test_no_git_is_told(repo: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotCheckError, match="git is not on PATH"):
        open_repository(repo.root)


def test_a_repository_whose_own_path_holds_a_newline_is_refused(repo: Sandbox, tmp_path: Path) -> None:
    repo.root.rename(tmp_path / "two\nlines")
    with pytest.raises(CannotCheckError, match="its path holds a line break"):
        open_repository(tmp_path / "two\nlines")


def test_the_default_branch_is_the_remotes(repo: Sandbox, tmp_path: Path) -> None:
    repo.commit()
    repo.git("branch", "main2")
    repo.git("branch", "develop")
    repo.git("symbolic-ref", "HEAD", "refs/heads/develop")
    repo.git("clone", "--quiet", str(repo.root), str(tmp_path / "clone"))
    with closing(open_repository(tmp_path / "clone")) as clone:
        assert clone.default_branch() == "refs/remotes/origin/develop"


@pytest.mark.parametrize(
    ("branches", "expected"),
    [
        (("master", "main"), "main"),
        (("master", "trunk"), "master"),
        (("trunk", "feature"), "trunk"),
        (("feature",), None),
    ],
)
def test_without_a_remote_it_is_main_or_master_or_what_git_is_told(
    repo: Sandbox, opened: Repository, branches: tuple[str, ...], expected: str | None
) -> None:
    repo.git("config", "init.defaultBranch", "trunk")
    repo.commit()
    repo.git("branch", "-m", "other")
    for branch in branches:
        repo.git("branch", branch)
    found = opened.default_branch()
    assert found == (expected and f"refs/heads/{expected}")


def test_parents_are_known_even_where_the_clone_lacks_them(repo: Sandbox, tmp_path: Path) -> None:
    first = repo.commit()
    second = repo.commit()
    repo.git("clone", "--quiet", "--depth=1", f"file://{repo.root}", str(tmp_path / "shallow"))
    with closing(open_repository(tmp_path / "shallow")) as clone:
        assert clone.shallow
        assert clone.parents(second) == (first,)
        assert clone.has(second)
        assert not clone.has(first)


def test_a_blob_that_is_not_here_is_none_and_the_next_one_is_read(repo: Sandbox, opened: Repository) -> None:
    repo.write("a.sql", A)
    repo.commit()
    assert opened.read_blob("0" * 39 + "1") is None
    assert opened.read_blob(blob_id(A)) == A


def test_a_name_that_looks_like_an_option_is_no_commit(repo: Sandbox, opened: Repository) -> None:
    repo.commit()
    assert opened.resolve("--all") is None
    assert opened.resolve("-h") is None
