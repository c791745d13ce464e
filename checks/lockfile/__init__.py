"""migrations.lock: text <-> Lock, and what changed since the base. It is given text and never asks git."""

from __future__ import annotations

from checks.lockfile.compare import compare
from checks.lockfile.lock import Amendment, Lock, LockedProject, Retired, known_files
from checks.lockfile.record import lock_changes
from checks.lockfile.text import NAME, read, write

__all__ = [
    "NAME",
    "Amendment",
    "Lock",
    "LockedProject",
    "Retired",
    "compare",
    "known_files",
    "lock_changes",
    "read",
    "write",
]
