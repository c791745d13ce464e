"""What an upgrade sends to the server, as text that can be read without its values."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from . import sessions

if TYPE_CHECKING:
    from .channel import Message

VALUE = re.compile(r"%%|%(?:\(\w+\))?s")
PERCENT = ("pyformat", "format")  # the styles in which a % of the text is written twice
# Rows are no matter of who reads these: there may be very many.
OF_ROWS = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|SELECT|WITH|VALUES)\b", re.IGNORECASE)


def sent(connection: Any, statement: str, path: str) -> Message | None:  # noqa: ANN401 -- SQLAlchemy's
    """Describe a statement; None where a migration did not send it, or it is about rows.

    Args:
        connection: On which it is sent.
        statement: Its text as the driver gets it, where placeholders stand for values.
        path: The migration's file.
    """
    line = _line(path)
    if line is None or OF_ROWS.match(statement):
        return None
    if connection.dialect.paramstyle in PERCENT:
        statement = VALUE.sub(lambda found: "%" if found.group() == "%%" else "NULL", statement)
    return {"text": statement, "line": line, "alone": sessions.is_in_autocommit(connection)}


def _line(path: str) -> int | None:
    """Give the line at which a file is, among all that is being called now."""
    frame = sys._getframe(1)  # noqa: SLF001 -- there is no other quick way
    while frame is not None:
        if frame.f_code.co_filename == path:
            return frame.f_lineno
        frame = frame.f_back  # type: ignore[assignment]
    return None
