"""migrations.lock: text <-> Lock, and what changed since the base. It is given text and never asks git."""

from __future__ import annotations

from checks.lockfile.compare import compare, lock_changes
from checks.lockfile.lock import Amendment, Lock, LockedProject, known_files
from checks.lockfile.text import NAME, read, write

__all__ = [
    "NAME",
    "Amendment",
    "Lock",
    "LockedProject",
    "compare",
    "known_files",
    "lock_changes",
    "read",
    "write",
]
