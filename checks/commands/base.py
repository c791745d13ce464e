"""The commit to compare with: the one that is named, else the CI host's, else that of the default branch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.errors import CannotCheckError

if TYPE_CHECKING:
    from checks.hosts.promise import Promise
    from checks.repository import Repository


@dataclass(frozen=True)
class Base:
    """The commit that we compare with; None where there is none yet.

    Attributes:
        commit: The commit.
        why: Where it comes from.
        tip: The newest commit of the branch that it is the merge-base with.
    """

    commit: str | None
    why: str
    tip: str | None = None


@dataclass(frozen=True)
class Wishes:
    """Who has a say in what the base is, the strongest first.

    Attributes:
        flag: What --base names.
        config: What `base:` in the config names.
        promise: What the CI host promises.
    """

    flag: str | None = None
    config: str | None = None
    promise: Promise | None = None


def choose(repo: Repository, head: str | None, wishes: Wishes) -> Base:
    """Find the commit to compare with.

    Args:
        repo: Where.
        head: HEAD's commit, None in an empty repository.
        wishes: Who has a say.

    Raises:
        CannotCheckError: A base that is promised and is not there: never a silent pass.
    """
    promise = wishes.promise
    if head is None:
        return Base(None, "an empty repository")
    if wishes.flag is not None:
        return _common(repo, head, wishes.flag, f"--base {wishes.flag}", promise)
    if promise is not None and (promise.itself or promise.commit):
        return _promised(repo, head, promise)
    if wishes.config:
        return _common(repo, head, wishes.config, f"base: {wishes.config} in the config", promise)
    return _of_default_branch(repo, head, promise)


def _of_default_branch(repo: Repository, head: str, promise: Promise | None) -> Base:
    default = repo.default_branch(promise.branch if promise else None)
    if default is not None:
        return _common(repo, head, default, _short_ref(default), promise)
    if repo.shallow:
        raise _too_shallow("the default branch is not in this clone", promise)
    return Base(head, "HEAD, as no default branch is known")


def _promised(repo: Repository, head: str, promise: Promise) -> Base:
    if promise.itself or promise.commit is None:
        return Base(head, promise.why)
    onto, *merged = repo.parents(head) or ("",)
    is_hosts_merge = promise.change is not None and promise.change in merged
    commit = onto if is_hosts_merge else promise.commit
    if not repo.has(commit):
        raise _too_shallow(f"{promise.why} is {commit[:12]}, which is not in this clone", promise)
    if is_hosts_merge or promise.change is None:
        return Base(commit, promise.why)
    return _common(repo, head, commit, promise.why, promise)


def _common(repo: Repository, head: str, ref: str, why: str, promise: Promise | None = None) -> Base:
    other = repo.resolve(ref) or repo.resolve(f"origin/{ref}")  # CI clones have no local branches
    if other is None:
        hint = "give a commit, branch or tag that is in this clone"
        if repo.shallow:
            raise _too_shallow(f"the base {ref} is not in this clone", promise)
        raise CannotCheckError(f"the base {ref} is not in this clone", hint)
    common = head if other == head else repo.merge_base(other, head)
    if common is None:
        if repo.shallow:
            raise _too_shallow(f"where {ref} and HEAD part is not in this clone", promise)
        raise CannotCheckError(f"{ref} and HEAD have no common commit", "give another --base")
    return Base(common, why if common == other else f"the merge-base with {why}", tip=other)


def _too_shallow(message: str, promise: Promise | None) -> CannotCheckError:
    deep = promise.deep_clone if promise and promise.deep_clone else ""
    hint = f"{deep}, or run `git fetch --unshallow`" if deep else "run `git fetch --unshallow`"
    return CannotCheckError(f"{message} (the clone is shallow, or the commit was never pushed)", hint)


def _short_ref(ref: str) -> str:
    return ref.removeprefix("refs/remotes/").removeprefix("refs/heads/").removesuffix("/HEAD")
