"""When a lock entry and a migration, or two entries, say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.migration import Migration


def agrees(entry: Migration | None, migration: Migration | None) -> bool:
    """Tell whether a lock entry says what a migration is; paths aside, since versions are the keys."""
    if entry is None or migration is None:
        return entry is migration
    same_bytes = [file.sha256 for file in entry.files] == [file.sha256 for file in migration.files]
    same_graph = (set(entry.after), set(entry.depends)) == (set(migration.after), set(migration.depends))
    return same_bytes and same_graph


def facts(migration: Migration) -> tuple[object, ...]:
    """Give all that an entry says: its paths, and the rest."""
    paths = [file.path for file in migration.files]
    hashes = [(file.sha256, file.blob) for file in migration.files]
    return (paths, hashes, set(migration.after), set(migration.depends), migration.downgrade)


def blobs(*migrations: Migration | None) -> set[str]:
    """Give the blobs of files: an entry's must be real ones, since a file of that blob is not read again."""
    return {file.blob for migration in migrations if migration for file in migration.files}
