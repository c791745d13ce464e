"""What the comments of a revision file allow."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from checks.tools.allows import mentions, of_comments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.migration import Allow


def of_text(text: str) -> tuple[Allow, ...]:
    """Find what a text that is Python allows, in its comments and nowhere else."""
    return tuple(of_comments(comments(text))) if mentions(text) else ()


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Give the comments of a text that is Python, each with its line."""
    import io  # noqa: PLC0415 -- only for files that speak to us
    import tokenize  # noqa: PLC0415 -- the same

    with suppress(tokenize.TokenError, SyntaxError):  # of what only the parser takes: less is allowed then
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
