"""The driver's way: load Alembic, hear where the database is, stand guard, take orders."""

from __future__ import annotations

import atexit
import contextlib
import faulthandler
import importlib
import os
import platform
import signal
from typing import TYPE_CHECKING

from .addresses import Allowed
from .channel import Channel
from .failures import Places, breakage

if TYPE_CHECKING:
    from .channel import Message

REFUSED = 5  # the exit code after a connection was refused; the reply told why
WITHOUT_ALEMBIC = 6  # the same for an interpreter that has no Alembic


def main(orders: int, replies: int, frames: int, preferred: str) -> None:
    """Drive Alembic.

    Args:
        orders: File descriptor to read orders from.
        replies: File descriptor to write replies to.
        frames: File descriptor to write to where we are, when the parent sends the signal that asks for it.
        preferred: The database driver that will be needed, empty if that is not known.
    """
    # By C, so that it is told from inside a loop of C's, too; a process without it ignores this signal.
    faulthandler.register(signal.SIGURG, frames, all_threads=False)
    channel = Channel(orders, replies)
    _load_alembic(channel)  # while the database is still being made
    _load_more(preferred)
    setup = channel.read()
    _stand_guard(channel, setup)
    channel.send({"hello": platform.python_version()})
    try:
        importlib.import_module(".travel", __package__).travel(channel, setup)
    except BaseException as error:
        channel.send({"broken": breakage(error, Places(setup["root"]))})
        raise
    # What the project wants done at exit is done; to take the interpreter apart would be a tenth of a second.
    atexit._run_exitfuncs()  # noqa: SLF001 -- nothing public runs them
    os._exit(0)


def _load_alembic(channel: Channel) -> None:
    try:
        importlib.import_module("alembic.runtime.environment")
    except ImportError as error:
        channel.send({"missing": str(error), "python": platform.python_version()})
        os._exit(WITHOUT_ALEMBIC)


def _load_more(preferred: str) -> None:
    """Load what will most likely be needed; what cannot be loaded is missed when it is."""
    with contextlib.suppress(Exception):
        importlib.import_module(".travel", __package__)
        dialect = importlib.import_module("sqlalchemy.dialects.postgresql").dialect
        importlib.import_module(preferred or dialect.driver)


def _stand_guard(channel: Channel, setup: Message) -> None:
    def refuse(address: str) -> None:
        channel.send({"refused": {"address": address}})
        os._exit(REFUSED)

    allowed = Allowed(setup["host"], setup["port"], setup["dbname"], setup["socket"])
    importlib.import_module(".guard", __package__).Guard(allowed, setup["token"], refuse).install()
