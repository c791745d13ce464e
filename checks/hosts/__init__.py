"""HOSTS: one module a CI host. Each tells from its environment which commit is the base, in its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from checks.hosts import github

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.hosts.promise import Promise


class Host(Protocol):
    """Tell from an environment what the base is."""

    def __call__(self, environ: Mapping[str, str], *, named: bool = False) -> Promise | None:
        """Give the host's promise, None if this is not the host; `named`: the base is known already."""


HOSTS: dict[str, Host] = {
    "github": github.promise,
}


def is_unattended(environ: Mapping[str, str]) -> bool:
    """Tell whether we run on a CI host, a known one or any other: all of them say CI."""
    return environ.get("CI", "").lower() not in ("", "0", "false")


def promise(environ: Mapping[str, str], *, named: bool = False) -> Promise | None:
    """Give what the CI host that we run on promises as the base, None where we run on none."""
    return next((made for host in HOSTS.values() if (made := host(environ, named=named))), None)
