"""The SQL reader: literals of any SQL text, each bound to the column that it goes into.

It takes any text, also templates and what is no SQL at all, never raises, and its time is linear in the text.
"""

from __future__ import annotations

from checks.sensitive.sql.reader import altered, made, read

__all__ = ["altered", "made", "read"]
