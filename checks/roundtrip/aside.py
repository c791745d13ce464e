"""Work that is done aside: in a thread that nobody waits for when ^C ends us."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def aside(work: Callable[[], T], name: str) -> Future[T]:
    """Begin some work in a thread of its own.

    The thread is a daemon: nobody waits for a leg when ^C ends us, and what it runs on ends with us.

    Args:
        work: What to do.
        name: The thread's name, for whoever looks at the process.
    """
    promised: Future[T] = Future()

    def do() -> None:
        try:
            promised.set_result(work())
        except BaseException as error:  # noqa: BLE001 -- raised again by whoever asks for the result
            promised.set_exception(error)

    threading.Thread(target=do, name=name, daemon=True).start()
    return promised
