"""What a user can mend before we can look at all."""

from __future__ import annotations


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
