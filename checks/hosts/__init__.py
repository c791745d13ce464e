"""HOSTS: one module a CI host. Each tells from its environment which commit is the base, in its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.hosts import github

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from checks.hosts.promise import Promise

HOSTS: dict[str, Callable[[Mapping[str, str]], Promise | None]] = {
    "github": github.promise,
}


def promise(environ: Mapping[str, str]) -> Promise | None:
    """Give what the CI host that we run on promises as the base, None where we run on none."""
    return next((made for make in HOSTS.values() if (made := make(environ))), None)
