"""What the comments of SQL files allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks import sql as lexer
from checks.content import decode
from checks.tools.allows import mentions, of_comments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checks.migration import Allow


def of_files(contents: Sequence[bytes]) -> tuple[Allow, ...]:
    """Find what a migration's files allow, in comments that run to the end of their line."""
    return tuple(
        allow
        for number, data in enumerate(contents)
        if isinstance(text := decode(data), str) and mentions(text)
        for allow in of_comments(_comments(text), number)
    )


def _comments(text: str) -> Iterator[tuple[int, str]]:
    for token in lexer.tokens(text):
        if token.kind is lexer.Kind.COMMENT and token.text.startswith("--"):
            yield lexer.position(text, token.start), token.text
