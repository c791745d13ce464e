"""Never the wrong database: every way to connect is stopped before a socket opens.

The drivers are patched where they are lowest in Python, so that names imported earlier, pools and
`creator=` come by; SQLAlchemy's connections prove themselves by the server's token besides.
"""

from __future__ import annotations

import functools
import os
import sys
from typing import Any, Callable, Mapping

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool

from .addresses import Allowed, refused_address

WATCHED_DRIVERS = frozenset({"psycopg2", "psycopg", "psycopg_async", "asyncpg", "pg8000"})
UNKNOWN = "somewhere unseen (the guard does not know this version of {})"


class Guard:
    """Lets connections to one database pass and refuses all others.

    Attributes:
        allowed: The one database.
        token: What its server answers to `SHOW migseal.token`.
        refuse: Told the address of a refused connection; does not return.
    """

    def __init__(self, allowed: Allowed, token: str, refuse: Callable[[str], None]) -> None:
        self.allowed = allowed
        self.token = token
        self.refuse = refuse

    def check(self, given: Mapping[str, Any]) -> None:
        """Refuse connection parameters that would not reach the allowed database."""
        address = refused_address(self.allowed, given, os.environ)
        if address is not None:
            self.refuse(address)

    def install(self) -> None:
        """Patch the drivers, those that are loaded at once and others when they are, and SQLAlchemy."""
        sys.meta_path.insert(0, Patcher({name: functools.partial(f, self) for name, f in PATCHES.items()}))
        for name, patch in PATCHES.items():
            if name in sys.modules:
                patch(self, sys.modules[name])
        self._listen()

    def _listen(self) -> None:
        event.listen(Engine, "do_connect", self.before_connect)
        event.listen(Pool, "connect", self.prove)

    def before_connect(self, dialect: Any, _record: Any, cargs: Any, cparams: Any) -> None:  # noqa: ANN401 -- SQLAlchemy's listener
        """Refuse what SQLAlchemy is about to connect to, unless a driver's own patch will see it."""
        if dialect.name != "postgresql":
            host = cparams.get("host") or cparams.get("database") or (cargs[0] if cargs else "")
            self.refuse(f"{dialect.name} ({str(host).rpartition('@')[2]})")
        watched = dialect.driver in WATCHED_DRIVERS
        if cparams.get("host"):
            self.check(cparams)
        elif not watched:
            self.refuse(UNKNOWN.format(dialect.driver) if cargs or "dsn" in cparams else "a default address")

    def prove(self, connection: Any, _record: Any) -> None:  # noqa: ANN401 -- SQLAlchemy's listener
        """Refuse a new connection of a pool whose server does not know our token."""
        try:
            cursor = connection.cursor()
            cursor.execute("SHOW migseal.token")
            answer = cursor.fetchone()
            cursor.close()
        except Exception as error:  # noqa: BLE001 -- each driver has its own; no answer is a wrong one
            answer = (repr(error),)
        if not answer or answer[0] != self.token:
            self.refuse(_address_of(connection))
        # psycopg 3 could not be set to AUTOCOMMIT inside the transaction that SHOW began.
        connection.rollback()


def _address_of(connection: Any) -> str:  # noqa: ANN401 -- of any driver
    info = getattr(connection, "info", None)
    if info is None:
        return "a server that does not know our token"
    return f"{getattr(info, 'host', '?')}:{getattr(info, 'port', '?')}/{getattr(info, 'dbname', '?')}"


class Patcher:
    """An import hook that patches a few modules right after they are loaded."""

    def __init__(self, patches: Mapping[str, Callable[[Any], None]]) -> None:
        self._patches = patches

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:  # noqa: ANN401 -- importlib's protocol
        """Find a module to patch as the other finders do, and have it patched when it is executed."""
        if name not in self._patches:
            return None
        others = (finder for finder in sys.meta_path if finder is not self and hasattr(finder, "find_spec"))
        spec = next(filter(None, (finder.find_spec(name, path, target) for finder in others)), None)
        if spec is not None and spec.loader is not None:
            execute = self._patched(spec.loader.exec_module, self._patches[name])
            spec.loader.exec_module = execute  # type: ignore[method-assign, assignment]
        return spec

    @staticmethod
    def _patched(execute: Callable[[Any], None], patch: Callable[[Any], None]) -> Callable[[Any], None]:
        def exec_module(module: Any) -> None:  # noqa: ANN401 -- importlib's protocol
            execute(module)
            patch(module)

        return exec_module


def _replace(guard: Guard, module: Any, name: str, wrap: Callable[[Any], Any]) -> None:  # noqa: ANN401 -- any module
    """Wrap a function of a module's; a version that has none is refused, not let pass."""
    original = module and getattr(module, name, None)
    if original is None:
        guard.refuse(UNKNOWN.format(name))
    if not getattr(original, "migseal_guard", False):
        wrapped = wrap(original)
        wrapped.migseal_guard = True
        setattr(module, name, wrapped)


def _patch_psycopg2(guard: Guard, module: Any) -> None:  # noqa: ANN401 -- the driver's module
    def wrap(original: Any) -> Any:  # noqa: ANN401 -- a function of C
        def _connect(dsn: str, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 -- the driver's
            guard.check(module.extensions.parse_dsn(dsn))
            return original(dsn, *args, **kwargs)

        return _connect

    _replace(guard, module, "_connect", wrap)
    module._psycopg._connect = module._connect  # noqa: SLF001 -- the same function's other name


def _patch_psycopg(guard: Guard, module: Any) -> None:  # noqa: ANN401 -- the driver's module
    def wrap(original: Any) -> Any:  # noqa: ANN401 -- a generator function, of C or Python
        def connect(conninfo: str, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 -- the driver's
            from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 -- not loaded before the driver is

            guard.check(conninfo_to_dict(conninfo))
            return original(conninfo, *args, **kwargs)

        return connect

    _replace(guard, module, "connect", wrap)


def _patch_asyncpg(guard: Guard, module: Any) -> None:  # noqa: ANN401 -- the driver's module
    def wrap(original: Any) -> Any:  # noqa: ANN401 -- a coroutine function
        async def _connect_addr(*, addr: Any, params: Any, **kwargs: Any) -> Any:  # noqa: ANN401 -- the driver's
            if isinstance(addr, str):  # /directory/.s.PGSQL.5432
                directory, _, file = addr.rpartition("/")
                addr_given = (directory, file.rpartition(".")[2])
            else:
                addr_given = (addr[0], addr[1])
            guard.check({"host": addr_given[0], "port": addr_given[1], "dbname": params.database})
            return await original(addr=addr, params=params, **kwargs)

        return _connect_addr

    _replace(guard, module, "_connect_addr", wrap)


def _patch_pg8000(guard: Guard, module: Any) -> None:  # noqa: ANN401 -- the driver's module
    def wrap(original: Any) -> Any:  # noqa: ANN401 -- an __init__
        import inspect  # noqa: PLC0415 -- slow, and seldom needed

        signature = inspect.signature(original)

        @functools.wraps(original)
        def __init__(*args: Any, **kwargs: Any) -> None:  # noqa: ANN401, N807 -- the driver's
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            given = bound.arguments
            directory, _, file = (given.get("unix_sock") or "").rpartition("/")
            host, port = (directory, file.rpartition(".")[2]) if directory else (given["host"], given["port"])
            guard.check({"host": host, "port": port, "dbname": given["database"], "user": given["user"]})
            original(*args, **kwargs)

        return __init__

    _replace(guard, getattr(module, "CoreConnection", None), "__init__", wrap)


PATCHES: Mapping[str, Callable[[Guard, Any], None]] = {
    "psycopg2": _patch_psycopg2,
    "psycopg.generators": _patch_psycopg,
    "asyncpg.connect_utils": _patch_asyncpg,
    "pg8000.core": _patch_pg8000,
}
