"""What a CI host says about the base of a check."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Promise:
    """A host's word on the base.

    Attributes:
        commit: The commit that is promised, None where the host promises none.
        why: The words for it: "the base of pull request 12".
        change: The last commit of a change that is compared with where it parted from `commit`; None where
            `commit` itself is the base. Where HEAD is the host's own merge of the change onto the base,
            HEAD's first parent is the truest base.
        branch: The name of the default branch, where the host knows it.
        itself: Whether the tree is to be compared with its own lockfile (a tag, a release).
        deep_clone: What to write in the workflow so that the base is there.
        unsafe: Why no code of the change may run here, empty where it may.
    """

    commit: str | None
    why: str
    change: str | None = None
    branch: str | None = None
    itself: bool = False
    deep_clone: str = ""
    unsafe: str = ""
