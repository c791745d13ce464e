"""What tools share about histories: the order of upgrade, and a project's name."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.migration import Migration

PLAIN = {
    "alembic",
    "db",
    "database",
    "migrate",
    "migration",
    "migrations",
    "schema",
    "sql",
    "src",
    "versions",
}


def upgrade_order(migrations: Sequence[Migration]) -> tuple[Migration, ...]:
    """Order migrations so that each comes after its parents; those in a circle come last."""
    numbers = {migration.version: number for number, migration in enumerate(migrations)}
    children: dict[int, list[int]] = defaultdict(list)
    waiting = []
    for number, migration in enumerate(migrations):
        parents = {numbers[version] for version in migration.after if version in numbers}
        waiting.append(len(parents))
        for parent in parents:
            children[parent].append(number)
    ready = [number for number, count in enumerate(waiting) if count == 0]
    order = []
    while ready:
        number = heapq.heappop(ready)
        order.append(number)
        for child in children[number]:
            waiting[child] -= 1
            if waiting[child] == 0:
                heapq.heappush(ready, child)
    done = set(order)
    return tuple(migrations[n] for n in [*order, *(n for n in range(len(migrations)) if n not in done)])


def project_name(directory: str) -> str:
    """Give the most telling part of a directory: its last part that is not one of the usual words."""
    parts = [part for part in directory.split("/") if part]
    telling = [part for part in parts if part.lower() not in PLAIN]
    return telling[-1] if telling else (parts[-1] if parts else "migrations")
