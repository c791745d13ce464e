"""What every command starts from: the repository, the base, both lockfiles, the config, the histories."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from checks import config as configs
from checks import hosts, lockfile, repository, tools
from checks.commands.base import Base, Wishes, choose
from checks.commands.projects import of_base, of_head, read
from checks.config import Config
from checks.errors import CannotCheckError
from checks.migration import Change, Comparison, History, Migration, Project, Tree, place
from checks.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from checks.hosts.promise import Promise
    from checks.lockfile import Lock, LockedProject
    from checks.repository import Repository


@dataclass(frozen=True)
class Situation:
    """All that is read before anything is judged.

    Attributes:
        repository: The repository.
        base: What we compare with.
        tree: The files that are checked.
        config: Of the files that are checked, with the base's severities where those are stricter.
        lock: The lockfile that is checked, None if there is none.
        base_lock: The base's lockfile: the authority; None means that migseal is being adopted.
        comparisons: By project.
        promise: What the CI host said, None outside of CI.
        unread: Why the base's config did not judge, empty if it did.
    """

    repository: Repository
    base: Base
    tree: Tree
    config: Config
    lock: Lock | None
    base_lock: Lock | None
    comparisons: Mapping[str, Comparison]
    promise: Promise | None
    unread: str = ""

    @property
    def judge(self) -> str:
        """Say which lockfile and config judged."""
        if self.base.commit is None:
            return "no commit yet: the lockfile and the config of these files judge"
        short = repository.short(self.base.commit)
        if self.base_lock is None:
            return f"base {short} ({self.base.why}) has no {lockfile.NAME}: migseal is being adopted"
        config = self.unread or "its config where stricter"
        return f"base {short} ({self.base.why}): its lockfile judges, and {config}"


def look(
    directory: Path,
    environ: Mapping[str, str],
    *,
    base: str | None = None,
    files: str = "worktree",
    config: Path | None = None,
    whole: bool = False,
) -> Situation:
    """Read everything.

    Args:
        directory: Any directory in the repository.
        environ: The environment, for the CI host's variables.
        base: A ref to compare with, None to find it.
        files: Which files are checked: "worktree", "index" or "commit" (HEAD).
        config: Another config file than migseal.yaml at the root.
        whole: Read every file, even where the lockfile tells what is in it.

    Raises:
        CannotCheckError: Anything that keeps us from looking.
    """
    repo = repository.open_repository(directory)
    try:
        return _look(repo, environ, Asked(base, files, config, whole))
    except BaseException:
        repo.close()
        raise


@dataclass(frozen=True)
class Asked:
    """What `look` was asked for; see there."""

    base: str | None
    files: str
    config: Path | None
    whole: bool


def _look(repo: Repository, environ: Mapping[str, str], asked: Asked) -> Situation:
    base, config = asked.base, asked.config
    head = repo.resolve("HEAD")
    tree = _tree(repo, asked.files, head)
    config_path = _inside(repo, config)
    settings = _config(tree, config_path, config)
    promise = hosts.promise(environ, named=base is not None)
    wish = settings.base and _trusted_wish(repo, settings.base, config_path)
    chosen = choose(repo, head, Wishes(base, wish, promise))
    base_tree = repo.commit(chosen.commit) if chosen.commit else None
    base_lock = _base_lock(base_tree, chosen)
    base_config, unread = None, ""
    if base_tree is not None and base_lock is not None:
        same = config is None and _same(tree, base_tree, config_path)
        base_config, unread = (settings, "") if same else _base_config(base_tree, config_path)
    lock = base_lock if base_tree and _same(tree, base_tree, lockfile.NAME) else _lock(tree)
    gone = configs.missing(settings, tree.paths(), base_lock.projects if base_lock else ())
    if gone is not None:
        raise gone
    projects = of_head(tree, settings, base_lock or lock, base_config)
    tip_lock = _lock(repo.commit(chosen.tip)) if chosen.tip and chosen.tip != chosen.commit else None
    past = _Past(base_tree, base_config, base_lock, tip_lock, repo.read_blob)
    comparisons = {
        name: _compare(project, tree, past, lock, whole=asked.whole) for name, project in projects.items()
    }
    judging = configs.judging(base_config, settings, [rule.name for rule in RULES if rule.off])
    return Situation(repo, chosen, tree, judging, lock, base_lock, comparisons, promise, unread)


def _tree(repo: Repository, files: str, head: str | None) -> Tree:
    if files == "index":
        return repo.index()
    if files == "commit":
        if head is None:
            raise CannotCheckError("there is no commit yet", "commit the migrations first")
        return repo.commit(head)
    return repo.worktree()


def _inside(repo: Repository, config: Path | None) -> str:
    """Give the config's path in the repository; a file outside of it has none at the base."""
    if config is None:
        return configs.NAME
    real = config.resolve()
    root = repo.root.resolve()
    return real.relative_to(root).as_posix() if real.is_relative_to(root) else ""


def _config(tree: Tree, path: str, file: Path | None) -> Config:
    rules, names = {rule.name: rule.settings for rule in RULES}, tuple(tools.TOOLS)
    if file is not None:
        try:
            return configs.read(file.read_text(encoding="utf-8-sig"), str(file), rules, names)
        except (OSError, ValueError) as error:
            raise CannotCheckError(
                f"{file}: cannot be read: {error}", "give an existing file to --config"
            ) from error
    text = _text(tree, path)
    return Config() if text is None else configs.read(text, path, rules, names)


def _lock(tree: Tree | None) -> Lock | None:
    text = _text(tree, lockfile.NAME) if tree is not None else None
    return None if text is None else lockfile.read(text)


def _trusted_wish(repo: Repository, wish: str, path: str) -> str | None:
    """Give the config's `base:` as the default branch has it: a change does not choose what judges it."""
    branch = repo.default_branch()
    tree = repo.commit(branch) if branch else None
    if tree is None or _text(tree, lockfile.NAME) is None:
        return wish
    return _base_config(tree, path)[0].base


def _base_lock(tree: Tree | None, base: Base) -> Lock | None:
    try:
        return _lock(tree)
    except CannotCheckError as error:
        raise CannotCheckError(
            f"at the base {(base.commit or '')[:9]} ({base.why}): {error.message}",
            f"mend {lockfile.NAME} there first: without it nobody knows what is deployed",
        ) from error


def _base_config(tree: Tree, path: str) -> tuple[Config, str]:
    """Read the base's config; a broken one, which a change may be about to mend, makes no rule looser."""
    try:
        return _config(tree, path, None), ""
    except CannotCheckError as error:
        return Config(), f"no rule is looser than by itself, as its config is broken ({error.message})"


def _same(tree: Tree, other: Tree, path: str) -> bool:
    """Tell whether a file is the same in two trees, without reading it."""
    try:
        return tree.blob(path) == other.blob(path)
    except KeyError:
        return False


def _text(tree: Tree, path: str) -> str | None:
    try:
        tree.blob(path)
    except KeyError:
        return None
    try:
        data = tree.read(path)
    except KeyError as error:
        message = f"{path} is in git's list, and its content is not here"
        raise CannotCheckError(message, "mend the link, or fetch all content: git fetch --refetch") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CannotCheckError(f"{path}:{line}: it is not UTF-8", f"save {path} as UTF-8") from error


@dataclass(frozen=True)
class _Past:
    tree: Tree | None
    config: Config | None
    lock: Lock | None
    tip_lock: Lock | None
    read: Callable[[str], bytes | None]


def _compare(project: Project, tree: Tree, past: _Past, lock: Lock | None, *, whole: bool) -> Comparison:
    locked = past.lock.projects.get(project.name) if past.lock else None
    known = lockfile.known_files(locked.locked) if locked else {}
    before = None
    if past.tree is not None:
        at_base = of_base(project, locked, past.config)
        before = read(at_base, past.tree, known)
        known |= lockfile.known_files({m.version: m for m in before.migrations})
    head = read(project, tree, {} if whole else known)
    now = lock.projects.get(project.name) if lock else None
    comparison = lockfile.compare(head, before, _deployed(project.name, past, before), now)
    changes = tuple(_judged(change, tree, past) if change.edited else change for change in comparison.changes)
    return replace(comparison, changes=changes, today=datetime.now(UTC).date())


def _deployed(name: str, past: _Past, before: History | None) -> LockedProject | None:
    """Give what is deployed: what the base has locked, and what of the base was locked after we parted."""
    locked = past.lock.projects.get(name) if past.lock else None
    newer = past.tip_lock.projects.get(name) if past.tip_lock else None
    if newer is None or before is None:
        return locked
    since = {m.version: entry for m in before.migrations if (entry := _entry(newer, m))}
    mine = locked or replace(newer, locked={}, retired={})
    return replace(mine, locked={**since, **mine.locked})


def _entry(newer: LockedProject, migration: Migration) -> Migration | None:
    """Give a lock's entry of a migration with the same bytes, be it amended or retired by now."""
    if migration.version not in newer.known:
        return None
    entries = (newer.known[migration.version], newer.recorded(migration.version))
    hashes = [file.sha256 for file in migration.files]
    return next((entry for entry in entries if [file.sha256 for file in entry.files] == hashes), None)


def _judged(change: Change, tree: Tree, past: _Past) -> Change:
    """Judge an edit by both texts; one that cannot be read leaves it unjudged."""
    assert change.before is not None
    assert change.after is not None
    before = [past.read(file.blob) for file in change.before.files]
    try:
        after = [tree.read(place(change.project, file)) for file in change.after.files]
    except KeyError:
        return change
    known = [data for data in before if data is not None]
    if len(known) < len(before):
        return change
    return replace(change, edit=tools.tool(change.project.tool).judge_edit(known, after))
