"""Git, and nothing else knows git: the files of a commit, of the index, or of the work tree; blobs.

The only importer of GitPython. Its index reader is not used: in `git commit -a` and `git commit FILE` git
names another index in its environment, which only `git ls-files` honours.
"""

from __future__ import annotations

import os
import posixpath
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from checks.content import blob_id
from checks.errors import CannotCheckError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from git import Git

LINK = "120000"
SHORT = 7
SUBMODULE = "160000"
EMPTY_BLOBS = {
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",  # with SHA-256 names
}
NO_BLOB = "0" * 40


@dataclass(frozen=True)
class Entry:
    """A path as git lists it: its mode, and its object id (None: only the work tree knows the content)."""

    mode: str
    blob: str | None


@dataclass(frozen=True)
class Files:
    """The files at one moment; see `checks.migration.Tree`.

    Attributes:
        entries: Every path, links inside the repository already followed.
        load: Reads a path's content, given the path and its entry.
    """

    entries: Mapping[str, Entry]
    load: Callable[[str, Entry], bytes]

    @cached_property
    def _sorted(self) -> tuple[str, ...]:
        return tuple(sorted(self.entries))

    def paths(self) -> tuple[str, ...]:
        """Give all paths, sorted."""
        return self._sorted

    def blob(self, path: str) -> str:
        """Give git's object id of a file's content, KeyError if it is not there; zeros if unreadable."""
        entry = self.entries[path]
        if entry.blob is not None:
            return entry.blob
        try:
            return blob_id(self.read(path))
        except KeyError:
            return NO_BLOB

    def read(self, path: str) -> bytes:
        """Give a file's content, KeyError if it is not there or cannot be read."""
        try:
            return self.load(path, self.entries[path])
        except OSError as error:
            raise KeyError(path) from error


@dataclass(frozen=True)
class Repository:
    """A git repository with a work tree.

    Attributes:
        root: The work tree's top folder.
        git_dir: Where git keeps its own files; of the linked work tree, where this is one.
        shallow: Whether history was cut off when it was cloned.
    """

    root: Path
    git_dir: Path
    shallow: bool
    _git: Git = field(repr=False, compare=False)

    def close(self) -> None:
        """End the git process that reads blobs, if one was started."""
        self._git.clear_cache()

    def resolve(self, ref: str) -> str | None:
        """Give the commit that a name stands for, None if there is none (an empty repository's HEAD)."""
        return self._line("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")

    def parents(self, commit: str) -> tuple[str, ...]:
        """Give a commit's parents as the commit itself says, even where a shallow clone lacks them."""
        text = self._run("cat-file", "commit", commit).decode(errors="replace")
        header = text.split("\n\n", 1)[0].splitlines()
        return tuple(line.split()[1] for line in header if line.startswith("parent "))

    def has(self, commit: str) -> bool:
        """Tell whether a commit's files are here."""
        return self._ok("cat-file", "-e", f"{commit}^{{tree}}")

    def merge_base(self, one: str, other: str) -> str | None:
        """Give the newest common ancestor of two commits, None where there is none."""
        return self._line("merge-base", one, other)

    def default_branch(self, told: str | None = None) -> str | None:
        """Give the ref of the default branch: the remote's where known, else the one told, main or master."""
        known = self._run(
            "for-each-ref", "--format=%(refname) %(symref)", "refs/remotes/origin", "refs/heads"
        )
        refs = dict(line.partition(" ")[::2] for line in known.decode(errors="replace").splitlines())
        remote = refs.get("refs/remotes/origin/HEAD")
        names = [name for name in (told, "main", "master") if name]
        places = ("refs/remotes/origin", "refs/heads")
        candidates = [remote, *(f"{place}/{name}" for place in places for name in names)]
        found = next((ref for ref in candidates if ref and ref in refs), None)
        if found is not None:
            return found
        wanted = self._line("config", "--get", "init.defaultBranch")
        return next((ref for place in places if (ref := f"{place}/{wanted}") in refs), None)

    def commit(self, commit: str) -> Files:
        """Give the files of a commit."""
        listing = self._run("ls-tree", "-r", "-z", "--full-tree", commit)
        entries = {}
        for record in listing.split(b"\0"):
            if record:
                meta, _, path = record.partition(b"\t")
                mode, _, blob = meta.decode().split(" ")
                entries[os.fsdecode(path)] = Entry(mode, blob)
        return Files(self._follow_links(entries), self._load)

    def index(self) -> Files:
        """Give the files that git is about to commit, by the index that git itself names."""
        entries = {}
        for path, stage, entry in self._staged():
            if stage != "0":
                raise CannotCheckError(
                    f"{path}: the merge is not resolved",
                    f"resolve the conflict and `git add {path}`, then commit again",
                )
            entries[path] = entry
        if any(entry.blob in EMPTY_BLOBS for entry in entries.values()):
            for path in self._names("diff-files", "--name-only", "--diff-filter=A", "-z"):
                entries.pop(path, None)  # `git add -N`: announced, and not part of the commit
        return Files(self._follow_links(entries), self._load)

    def worktree(self) -> Files:
        """Give the files of the work tree that git tracks or would track (not the ignored ones)."""
        entries = {path: entry for path, _, entry in self._staged()}
        changed = self._names("diff-files", "--name-status", "--no-renames", "-z", "--no-ext-diff")
        for status, path in zip(changed[::2], changed[1::2], strict=True):
            place = self.root / path
            if status == "D" or not (place.is_symlink() or place.exists()):
                entries.pop(path, None)
            elif place.is_symlink() or not place.is_dir():  # a folder there is a submodule
                entries[path] = self._lying(path)
        for path in self._names("ls-files", "-z", "--others", "--exclude-standard"):
            if not path.endswith("/"):  # a repository inside this one, whose files are not ours
                entries[path] = self._lying(path)
        return Files(self._follow_links(entries), self._load)

    def read_blob(self, blob: str) -> bytes | None:
        """Give a blob's bytes, None if this clone does not have it."""
        if len(blob) > len(NO_BLOB):  # GitPython knows no SHA-256 names
            status, out, _ = _execute(self._git, ("cat-file", "blob", blob))
            return out if status == 0 else None
        try:
            return bytes(self._git.get_object_data(blob)[3])
        except ValueError:  # it is missing; where git died over it (a partial clone), a new git is started
            self._git.clear_cache()
            return None

    def _load(self, path: str, entry: Entry) -> bytes:
        """Read a file: from its blob, or where only the work tree has it, from there."""
        if entry.mode in (LINK, SUBMODULE):
            raise KeyError(path)
        if entry.blob is not None:
            data = self.read_blob(entry.blob)
            if data is None:
                raise KeyError(path)
            return data
        real = (self.root / path).resolve()
        if not real.is_relative_to(self.root.resolve()):
            raise KeyError(path)
        return real.read_bytes()

    def _follow_links(self, entries: dict[str, Entry]) -> dict[str, Entry]:
        links = {path: entry for path, entry in entries.items() if entry.mode == LINK}
        if not links:
            return entries
        targets = {path: self._target(path, entry) for path, entry in links.items()}
        return followed(entries, targets)

    def _target(self, path: str, entry: Entry) -> str:
        if entry.blob is None:
            text = str((self.root / path).readlink())
        else:
            text = os.fsdecode(self.read_blob(entry.blob) or b"")
        return posixpath.normpath(posixpath.join(posixpath.dirname(path), text))

    def _lying(self, path: str) -> Entry:
        return Entry(LINK if (self.root / path).is_symlink() else "100644", None)

    def _staged(self) -> list[tuple[str, str, Entry]]:
        found = []
        for record in self._run("ls-files", "-z", "--stage", "--full-name").split(b"\0"):
            if record:
                meta, _, path = record.partition(b"\t")
                mode, blob, stage = meta.decode().split(" ")
                found.append((os.fsdecode(path), stage, Entry(mode, blob)))
        return found

    def _names(self, *arguments: str) -> list[str]:
        return [os.fsdecode(name) for name in self._run(*arguments).split(b"\0") if name]

    def _line(self, *arguments: str) -> str | None:
        status, out, _ = _execute(self._git, arguments)
        return (os.fsdecode(out).strip() or None) if status == 0 else None

    def _ok(self, *arguments: str) -> bool:
        return _execute(self._git, arguments)[0] == 0

    def _run(self, *arguments: str) -> bytes:
        status, out, error = _execute(self._git, arguments)
        if status != 0:
            raise CannotCheckError(
                f"git {arguments[0]} failed: {error.strip()}", "run the same git command by hand to see more"
            )
        return out


def short(commit: str) -> str:
    """Give the first digits of a commit's id: enough for a person, and for git."""
    return commit[:SHORT]


def open_repository(directory: Path) -> Repository:
    """Open the repository that a directory is in.

    Raises:
        CannotCheckError: No git, no repository, or a bare one.
    """
    if not directory.is_dir():
        raise CannotCheckError(f"{directory}: no such directory", "give an existing one with -C")
    git = _git(directory)
    questions = ("--show-toplevel", "--absolute-git-dir", "--is-shallow-repository")
    status, out, error = _execute(git, ("rev-parse", *questions))
    if status != 0:
        if "work tree" in error:
            raise CannotCheckError(f"{directory} has no work tree", "run migseal in a clone with its files")
        raise CannotCheckError(
            f"{directory} is not in a git repository: {error.strip()}", "run migseal in one, or `git init`"
        )
    lines = os.fsdecode(out).splitlines()
    if len(lines) != len(questions):
        raise CannotCheckError(f"{directory}: its path holds a line break", "move the repository")
    root, git_dir = _top(Path(lines[0]), Path(lines[1])), Path(lines[1])
    return Repository(root, git_dir, lines[2] == "true", _git(root))


def _top(top: Path, git_dir: Path) -> Path:
    """Give a linked work tree's top: with the GIT_DIR that its hooks get, git takes any folder for it."""
    link = git_dir / "gitdir"
    if "GIT_DIR" not in os.environ or "GIT_WORK_TREE" in os.environ or not link.is_file():
        return top
    return (git_dir / link.read_text(encoding="utf-8").strip()).resolve().parent


def followed(entries: Mapping[str, Entry], targets: Mapping[str, str]) -> dict[str, Entry]:
    """Put in each link's place what it points to, a file or a folder, if that is inside the repository.

    A link that leads nowhere inside stays, as something that cannot be read.

    Args:
        entries: All paths, links among them.
        targets: Each link's target, normalised and relative to the repository's root.
    """
    plain = {path: entry for path, entry in entries.items() if path not in targets}
    ordered = sorted(plain)
    result = dict(plain)
    for link in targets:
        target = _final(link, targets)
        if target in plain:
            result[link] = plain[target]
            continue
        inside = {f"{link}/{path}": entry for path, entry in _inside(plain, ordered, target)}
        result |= inside or {link: entries[link]}
    return result


def _inside(
    plain: Mapping[str, Entry], ordered: list[str], folder: str | None
) -> Iterator[tuple[str, Entry]]:
    """Give what is in a folder, by paths relative to it."""
    prefix = f"{folder}/"
    for path in ordered[bisect_left(ordered, prefix) :] if folder is not None else ():
        if not path.startswith(prefix):
            return
        yield path[len(prefix) :], plain[path]


def _final(link: str, targets: Mapping[str, str]) -> str | None:
    """Follow links until a path has none in it; None if they turn in a circle."""
    path = link
    for _ in range(len(targets) + 8):
        parts = path.split("/")
        heads = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
        head = next((head for head in heads if head in targets), None)
        if head is None:
            return path
        path = posixpath.normpath(posixpath.join(targets[head], path[len(head) :].lstrip("/")))
    return None


def _git(directory: Path) -> Git:
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    from git import Git  # noqa: PLC0415 -- the slowest import on the hook's path: only when git is needed

    git = Git(directory)
    git.update_environment(**_environment())
    return git


def _environment() -> dict[str, str]:
    """Make git work in a repository of another user, and run nothing of its config."""
    settings = {"safe.directory": "*", "core.fsmonitor": "false", "core.quotePath": "false"}
    first = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    numbered = enumerate(settings.items(), start=first)
    environment = {"GIT_CONFIG_COUNT": str(first + len(settings)), "LC_ALL": "C"}
    for number, (key, value) in numbered:
        environment[f"GIT_CONFIG_KEY_{number}"] = key
        environment[f"GIT_CONFIG_VALUE_{number}"] = value
    return environment


def _execute(git: Git, arguments: tuple[str, ...]) -> tuple[int, bytes, str]:
    from git.exc import GitCommandNotFound  # noqa: PLC0415 -- as above

    try:
        status, out, error = git.execute(
            ["git", *arguments],
            with_extended_output=True,
            with_exceptions=False,
            stdout_as_string=False,
            strip_newline_in_stdout=False,
        )
    except GitCommandNotFound as missing:
        raise CannotCheckError("git is not on PATH", "install git") from missing
    return int(status), bytes(out) if isinstance(out, bytes) else str(out).encode(), str(error)
