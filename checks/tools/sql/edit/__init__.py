r"""What kind of edit a migration of plain SQL underwent, by the tokens of its files.

Two texts are the same to the server if they have the same tokens. Where that is not the whole truth (a
comment that a runner reads, a line for psql, a string whose end depends on a setting) the edit counts as
one of what runs: it may be judged too hard, never too mildly.
"""

from __future__ import annotations

from checks.tools.sql.edit.judge import edit

__all__ = ["edit"]
