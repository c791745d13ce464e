"""What a CI host says about the base of a check."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Promise:
    """A host's word on the base.

    Attributes:
        commit: The commit that is promised, None where the host promises none.
        why: The words for it: "the base of pull request 12".
        merged_onto: Whether HEAD is the host's own merge of the change onto the base, so that HEAD's first
            parent is the truest base.
        itself: Whether the tree is to be compared with its own lockfile (a tag, a release).
        deep_clone: What to write in the workflow so that the base is there.
        safe: Whether code of the change may run here; else why not.
    """

    commit: str | None
    why: str
    merged_onto: bool = False
    itself: bool = False
    deep_clone: str = ""
    unsafe: str = ""
