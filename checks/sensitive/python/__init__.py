"""The Python reader: literals of a migration in Python, each bound to the column that it goes into.

A file is only parsed: it is never imported or run. It takes any text and never raises; what cannot be parsed
has an empty reading, for `parse` tells it apart.
"""

from __future__ import annotations

from checks.sensitive.python.reader import made, parse, read

__all__ = ["made", "parse", "read"]
