"""Which server a connection would reach, by the rules of libpq, and whether it is ours."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from typing import Any, Iterable, Mapping

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
PORT = "5432"


@dataclass(frozen=True)
class Allowed:
    """The one database that may be reached.

    Attributes:
        host: Its host; any loopback name stands for any other.
        port: Its port.
        dbname: Its name.
        socket: The directory of its unix socket, if it has one.
    """

    host: str
    port: int
    dbname: str
    socket: str | None

    def host_is_ours(self, host: str) -> bool:
        """Tell whether a host, an address or a socket directory is the one that may be reached."""
        if host.startswith("/"):
            return self.socket is not None and os.path.realpath(host) == os.path.realpath(self.socket)
        host = host.lower()
        return host == self.host.lower() or (host in LOOPBACK and self.host.lower() in LOOPBACK)

    def address_is_ours(self, address: str) -> bool:
        """Tell whether a numeric address is that of the host that may be reached."""
        return self.host_is_ours(address) or address in _resolved(self.host)


def _resolved(host: str) -> frozenset[str]:
    try:
        return frozenset(str(entry[4][0]) for entry in socket.getaddrinfo(host, None))
    except OSError:
        return frozenset()


def _parts(value: object) -> list[str]:
    """Split one of libpq's lists; SQLAlchemy gives asyncpg a list or a tuple instead."""
    if value is None or value == "":
        return []
    if isinstance(value, (list, tuple)):
        return [str(part) for part in value]
    return [part.strip() for part in str(value).split(",")]


def _effective(given: Mapping[str, Any], environ: Mapping[str, str], *names: str) -> object:
    """Give what was passed under one of the names, else the environment's variable of the last name."""
    for name in names[:-1]:
        if given.get(name) not in (None, ""):
            return given[name]
    return environ.get(names[-1])


def _show(hosts: Iterable[str], ports: Iterable[str], dbname: object) -> str:
    return f"{','.join(hosts)}:{','.join(ports)}/{dbname}"


def refused_address(allowed: Allowed, given: Mapping[str, Any], environ: Mapping[str, str]) -> str | None:
    """Give the address that a connection would reach, or None if it is the allowed one.

    Args:
        allowed: The one database that may be reached.
        given: Parameters as libpq names them (`database` is understood too), of which any may be missing.
        environ: The environment that libpq would take missing ones from.
    """
    service = _effective(given, environ, "service", "PGSERVICE")
    if service:
        return f"service {service}"
    hosts = _parts(_effective(given, environ, "host", "PGHOST"))
    addresses = _parts(_effective(given, environ, "hostaddr", "PGHOSTADDR"))
    ports = [port or PORT for port in _parts(_effective(given, environ, "port", "PGPORT"))] or [PORT]
    user = _effective(given, environ, "user", "PGUSER")
    dbname = _effective(given, environ, "dbname", "database", "PGDATABASE") or user
    ours = (
        bool(hosts or addresses)
        and all(allowed.host_is_ours(host) for host in hosts if host or not addresses)
        and all(allowed.address_is_ours(address) for address in addresses)
        and all(port == str(allowed.port) for port in ports)
        and dbname == allowed.dbname
    )
    return None if ours else _show(hosts or addresses or ["the default socket"], ports, dbname)
