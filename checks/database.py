"""The address of one database on a throwaway server: a value that providers make and tools use."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Database:
    """One database that is ours, and how to reach it.

    Attributes:
        host: Where a project's own code connects: a loopback address, or the given server's.
        port: The TCP port, which also names the unix socket.
        user: The role that owns the database.
        password: Its password, random for a server of ours.
        dbname: The database's name.
        token: What `SHOW migseal.token` answers here and nowhere else.
        socket: Directory of the unix socket, or None where there is none.
    """

    host: str
    port: int
    user: str
    password: str
    dbname: str
    token: str
    socket: str | None = None

    def url(self, scheme: str = "postgresql") -> str:
        """Give the address as a URL, as SQLAlchemy and libpq read it."""
        secret = f":{quote(self.password, safe='')}" if self.password else ""
        name = quote(self.dbname, safe="")
        return f"{scheme}://{quote(self.user, safe='')}{secret}@{self.host}:{self.port}/{name}"

    def parameters(self) -> dict[str, str | int]:
        """Give the address as libpq keywords: by the unix socket where there is one."""
        return {
            "host": self.socket or self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password,
            "dbname": self.dbname,
        }
