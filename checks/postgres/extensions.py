"""Which PostgreSQL on this machine has an extension."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.postgres import embedded, installed
from checks.postgres.binaries import Binaries, extensions

if TYPE_CHECKING:
    from checks.postgres.server import Server


def missing_extension_hint(server: Server, name: str) -> str:
    """Say in one sentence where an extension is that a server lacks."""
    for provider, binaries in _others(server):
        if name in extensions(binaries):
            choice = f"postgres: {{provider: {provider}, major: {binaries.major}}}"
            return f"PostgreSQL {binaries.version} ({provider}) on this machine has {name}: write {choice}"
    lacking = (
        f"PostgreSQL {server.version} ({server.provider}) has no {name}, and no other on this machine has"
    )
    return f"{lacking}: install it, or give a server that has it in MIGSEAL_DATABASE_URL"


def _others(server: Server) -> list[tuple[str, Binaries]]:
    everything = [(installed.NAME, each) for each in installed.found()]
    wheel = embedded.found()
    everything += [(embedded.NAME, wheel)] if wheel else []
    return [
        (name, each) for name, each in everything if (name, each.version) != (server.provider, server.version)
    ]
