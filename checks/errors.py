"""What a user can mend before we can look at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class CannotCheckError(Exception):
    """Something keeps us from looking: exit code 2, never a silent pass.

    Attributes:
        message: What is wrong and where, in one line or a few.
        hint: What mends it, a command wherever there is one.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class SeveralDatabasesError(CannotCheckError):
    """One run of the project's code is for several databases, each of which has to be looked at by itself.

    Attributes:
        names: What it calls them, in its order.
    """

    def __init__(self, message: str, hint: str, names: tuple[str, ...]) -> None:
        super().__init__(message, hint)
        self.names = names


class CannotLoadError(CannotCheckError):
    """The project's own code cannot be loaded; in another tree of its files it may be.

    Attributes:
        root: The top of the tree in which that was tried.
    """

    def __init__(self, message: str, hint: str, root: Path) -> None:
        super().__init__(message, hint)
        self.root = root
