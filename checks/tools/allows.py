"""What a migration's comments allow: `migseal: allow RULE: REASON`. What is a comment, the tools know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.migration import Allow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ALLOW = re.compile(r"migseal:\s*allow(?![\w-])")
_COMMENT = re.compile(
    rf"(?:--|#)\s*{_ALLOW.pattern}[\s:]*(?P<rule>[^\s:]*)(?:\s*:(?P<reason>.*))?.*", re.DOTALL
)


def mentions(text: str) -> bool:
    """Tell whether a text may hold an allow: fast, as every migration is asked."""
    return "migseal:" in text and _ALLOW.search(text) is not None


def of_comments(comments: Iterable[tuple[int, str]], file: int = 0) -> Iterator[Allow]:
    """Find what comments allow.

    Args:
        comments: Each with the line where it begins.
        file: The number of the file in `Migration.files`.
    """
    for line, comment in comments:
        match = _COMMENT.fullmatch(comment)
        if match:
            yield Allow(match["rule"], " ".join((match["reason"] or "").split()), line, file)
