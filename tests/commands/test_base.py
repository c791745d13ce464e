from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox import Ran, Sandbox


@pytest.fixture
def event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Event:
    return Event(tmp_path / "event.json", monkeypatch)


class Event:
    """An event of GitHub's, in whose job migseal runs."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = path
        self.monkeypatch = monkeypatch

    def __call__(self, name: str, event: object, ref_type: str = "branch") -> None:
        self.path.write_text(json.dumps(event), encoding="utf-8")
        self.monkeypatch.setenv("GITHUB_ACTIONS", "true")
        self.monkeypatch.setenv("GITHUB_EVENT_NAME", name)
        self.monkeypatch.setenv("GITHUB_EVENT_PATH", str(self.path))
        self.monkeypatch.setenv("GITHUB_REF_TYPE", ref_type)


def base(ran: Ran) -> str:
    """Give the base that a check told."""
    return ran.out.splitlines()[0]


def short(repo: Sandbox, ref: str) -> str:
    return repo.git("rev-parse", "--short", ref).out.strip()


def change(repo: Sandbox) -> None:
    """Lock two migrations on main, and edit the first on a branch."""
    repo.locked("001_a", "002_b")
    repo.branch()
    repo.sql("001_a", "CREATE TABLE other (id int);\n")
    repo.commit()


def merged(repo: Sandbox) -> dict[str, object]:
    """Merge the branch into main as GitHub does, check that out, and give the event."""
    main, head = (repo.git("rev-parse", ref).out.strip() for ref in ("main", "change"))
    repo.git("checkout", "--quiet", "--detach", "main")
    repo.git("merge", "--quiet", "--no-ff", "--message=merge", "change")
    return {"number": 12, "pull_request": {"base": {"sha": main}, "head": {"sha": head}}}


def test_in_an_empty_repository_there_is_no_base(repo: Sandbox) -> None:
    repo.sql("001_a")
    ran = repo.check()
    assert ran.code == 0
    assert base(ran) == "no commit yet: the lockfile and the config of these files judge"


def test_a_flag_means_the_merge_base(repo: Sandbox) -> None:
    change(repo)
    parted = short(repo, "main")
    repo.git("switch", "--quiet", "main")
    repo.sql("003_c")
    repo.commit()
    repo.git("switch", "--quiet", "change")
    ran = repo.check("--base", "main")
    assert ran.code == 1
    assert base(ran).startswith(f"base {parted} (the merge-base with --base main)")
    assert "003" not in ran.out


def test_a_ref_that_is_nothing_is_told(repo: Sandbox) -> None:
    change(repo)
    ran = repo.check("--base", "mian")
    assert ran.code == 2
    assert "the base mian is not in this clone" in ran.out
    assert "give a commit, branch or tag" in ran.out


def test_a_branch_that_only_the_remote_has_is_found(repo: Sandbox, tmp_path: Path) -> None:
    change(repo)
    repo.git("clone", "--quiet", str(repo.root), str(tmp_path / "clone"))
    clone = repo.at(tmp_path / "clone")
    assert clone.git("rev-parse", "--verify", "main", check=False).code != 0
    assert clone.check("--base", "main").code == 1


def test_without_common_commits_it_cannot_be_told(repo: Sandbox) -> None:
    change(repo)
    repo.git("switch", "--quiet", "--orphan", "alone")
    repo.commit()
    ran = repo.check("--base", "main")
    assert ran.code == 2
    assert "main and HEAD have no common commit" in ran.out


def test_the_config_may_name_the_base(repo: Sandbox) -> None:
    repo.git("branch", "-m", "release")
    repo.write("migseal.yaml", "base: release\n")
    change(repo)
    ran = repo.check()
    assert ran.code == 1
    assert "(base: release in the config)" in base(ran)


@pytest.mark.parametrize("branch", ["main", "master", "trunk"])
def test_the_default_branch_is_the_base(repo: Sandbox, branch: str) -> None:
    repo.git("config", "init.defaultBranch", "trunk")
    repo.git("branch", "-m", branch)
    change(repo)
    ran = repo.check()
    assert ran.code == 1
    assert f"({branch})" in base(ran)


def test_the_remotes_head_comes_first(repo: Sandbox, tmp_path: Path) -> None:
    repo.git("branch", "-m", "develop")
    repo.locked("001_a")
    repo.git("branch", "main")
    repo.sql("002_b")
    repo.commit()
    repo.git("clone", "--quiet", str(repo.root), str(tmp_path / "clone"))
    clone = repo.at(tmp_path / "clone")
    clone.branch()
    assert "(origin/develop)" in base(clone.check())


def test_where_no_default_branch_is_known_head_is_the_base(repo: Sandbox) -> None:
    repo.git("branch", "-m", "other")
    repo.locked("001_a")
    (repo.root / "migrations/001_a.sql").unlink()
    ran = repo.check()
    assert ran.code == 1
    assert "(HEAD, as no default branch is known)" in base(ran)


def test_a_detached_head_is_compared_too(repo: Sandbox) -> None:
    change(repo)
    repo.git("checkout", "--quiet", "--detach")
    assert repo.check().code == 1


def shallow(repo: Sandbox, tmp_path: Path, ref: str = "change") -> Sandbox:
    repo.git("switch", "--quiet", "main")
    arguments = ("--depth=1", f"--branch={ref}", f"file://{repo.root}")
    repo.git("clone", "--quiet", *arguments, str(tmp_path / "shallow"))
    return repo.at(tmp_path / "shallow")


@pytest.mark.parametrize("arguments", [(), ("--base", "main"), ("--base", "0123456789")])
def test_a_shallow_clone_is_told_and_how_to_deepen_it(
    repo: Sandbox, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    change(repo)
    ran = shallow(repo, tmp_path).check(*arguments)
    assert ran.code == 2
    assert "git fetch --unshallow" in ran.out
    assert "fetch-depth" not in ran.out


@pytest.mark.parametrize("arguments", [(), ("--base", "main")])
def test_in_a_job_the_line_of_the_workflow_is_told(
    repo: Sandbox, tmp_path: Path, event: Event, arguments: tuple[str, ...]
) -> None:
    change(repo)
    sha = repo.git("rev-parse", "main").out.strip()
    clone = shallow(repo, tmp_path)
    event("pull_request", {"number": 12, "pull_request": {"base": {"sha": sha}, "head": {"sha": "c" * 40}}})
    ran = clone.check(*arguments)
    assert ran.code == 2
    assert "give actions/checkout `with: {fetch-depth: 0}`" in ran.out


def test_a_deepened_clone_is_checked(repo: Sandbox, tmp_path: Path) -> None:
    change(repo)
    clone = shallow(repo, tmp_path)
    clone.git("fetch", "--quiet", "--unshallow", "origin", "+refs/heads/*:refs/remotes/origin/*")
    assert clone.check().code == 1


def test_of_the_hosts_merge_the_first_parent_is_the_base(repo: Sandbox, event: Event) -> None:
    change(repo)
    promised = merged(repo)
    newer = short(repo, "HEAD^1")
    event("pull_request", promised)
    ran = repo.check()
    assert ran.code == 1
    assert base(ran).startswith(f"base {newer} (the base of pull request 12)")


def test_a_merge_onto_a_newer_base_is_compared_with_that(repo: Sandbox, event: Event) -> None:
    change(repo)
    older = repo.git("rev-parse", "main").out.strip()
    repo.git("switch", "--quiet", "main")
    repo.locked("003_c")
    promised = merged(repo)
    promised["pull_request"]["base"]["sha"] = older  # type: ignore[index]
    event("pull_request", promised)
    ran = repo.check()
    assert base(ran).startswith(f"base {short(repo, 'main')} ")
    assert "003" not in ran.out


def test_a_merge_of_the_changes_own_is_not_the_hosts(repo: Sandbox, event: Event) -> None:
    """A branch that edits what is locked, and then merges main, must not be compared with its own past."""
    change(repo)
    repo.git("switch", "--quiet", "main")
    repo.sql("003_c")
    promised = repo.commit()
    repo.git("switch", "--quiet", "change")
    repo.git("merge", "--quiet", "--no-ff", "--message=catch up", "main")
    head = repo.git("rev-parse", "HEAD").out.strip()
    event("pull_request", {"number": 12, "pull_request": {"base": {"sha": promised}, "head": {"sha": head}}})
    ran = repo.check()
    assert ran.code == 1
    assert base(ran).startswith(f"base {promised[:7]}")
    assert "edited-migration" in ran.out


def test_a_checkout_of_the_change_itself_is_compared_with_where_it_parted(
    repo: Sandbox, event: Event
) -> None:
    change(repo)
    parted = short(repo, "main")
    repo.git("switch", "--quiet", "main")
    repo.sql("003_c")
    promised = repo.commit()
    repo.git("checkout", "--quiet", "--detach", "change")
    for name in ("pull_request", "pull_request_target"):
        head = repo.git("rev-parse", "HEAD").out.strip()
        event(name, {"number": 12, "pull_request": {"base": {"sha": promised}, "head": {"sha": head}}})
        ran = repo.check()
        assert base(ran).startswith(f"base {parted} (the merge-base with the base of pull request 12)")
        assert "003" not in ran.out


def test_a_merge_commit_whose_parents_are_cut_off_is_told(
    repo: Sandbox, tmp_path: Path, event: Event
) -> None:
    change(repo)
    promised = merged(repo)
    repo.git("branch", "pull")
    clone = shallow(repo, tmp_path, "pull")
    event("pull_request", promised)
    ran = clone.check()
    assert ran.code == 2
    assert "the base of pull request 12 is" in ran.out
    assert "fetch-depth: 0" in ran.out


def test_a_push_is_compared_with_what_was_there(repo: Sandbox, event: Event) -> None:
    repo.locked("001_a")
    before = repo.git("rev-parse", "HEAD").out.strip()
    repo.sql("001_a", "CREATE TABLE other (id int);\n")
    repo.commit()
    event("push", {"before": before})
    ran = repo.check()
    assert ran.code == 1
    assert "(the commit before the push)" in base(ran)
    event("push", {"before": "f" * 40})
    assert repo.check().code == 2


@pytest.mark.parametrize("push", [{"before": "0" * 40}, {"before": "f" * 40, "forced": True}])
def test_a_push_of_a_new_branch_is_compared_with_the_default_branch(
    repo: Sandbox, event: Event, push: dict[str, object]
) -> None:
    repo.git("branch", "-m", "develop")
    change(repo)
    event("push", {**push, "repository": {"default_branch": "develop"}})
    ran = repo.check()
    assert ran.code == 1
    assert "(develop)" in base(ran)


def test_a_merge_queue_is_compared_with_its_base(repo: Sandbox, event: Event) -> None:
    change(repo)
    sha = repo.git("rev-parse", "main").out.strip()
    event("merge_group", {"merge_group": {"base_sha": sha}})
    assert "(the base of the merge queue)" in base(repo.check())


def test_a_tag_is_compared_with_its_own_lockfile(repo: Sandbox, event: Event) -> None:
    repo.locked("001_a")
    repo.git("tag", "v1")
    repo.git("checkout", "--quiet", "v1")
    event("push", {"before": "0" * 40}, ref_type="tag")
    ran = repo.check()
    assert ran.code == 0
    assert "(HEAD itself, with its own lockfile)" in base(ran)
    repo.sql("001_a", "CREATE TABLE other (id int);\n")
    repo.commit()
    assert repo.check().code == 1


@pytest.mark.parametrize("arguments", [(), ("--base", "main")])
def test_nothing_of_the_change_is_run_where_the_secrets_are(
    repo: Sandbox, event: Event, arguments: tuple[str, ...]
) -> None:
    repo.locked("001_a")
    repo.branch()
    repo.sql("002_b")
    head = repo.commit()
    sha = repo.git("rev-parse", "main").out.strip()
    event(
        "pull_request_target", {"number": 12, "pull_request": {"base": {"sha": sha}, "head": {"sha": head}}}
    )
    ran = repo.run("check", *arguments)
    assert ran.code == 2
    assert "pull_request_target has the repository's secrets" in ran.out
    assert repo.check(*arguments).code == 0


def test_a_broken_event_is_no_pass(repo: Sandbox, event: Event) -> None:
    change(repo)
    event("pull_request", None)
    ran = repo.check()
    assert ran.code == 2
    assert "names no commit" in ran.out
    event.path.write_text("{", encoding="utf-8")
    assert repo.check().code == 2
    assert repo.check("--base", "main").code == 1
