"""Orders in, replies out: JSON lines over two pipes of our own, whatever the project does to stdout."""

from __future__ import annotations

import json
import os
import select
import signal
import threading
from typing import Any, Dict

Message = Dict[str, Any]  # not dict[...]: Python 3.8 evaluates it
ORPHANED = 7  # the exit code when our parent is gone; nobody is left to read it
LOOK_MS = 1000  # the pipe's end tells at once, unless a fork of the parent's still holds it


class Channel:
    """The driver's end of the pipes.

    A thread watches the parent, so that the driver ends with it even in the middle of a long statement.
    """

    def __init__(self, orders: int, replies: int) -> None:
        self._orders = orders
        self._replies = replies
        self._parent = os.getppid()
        self._self = os.getpid()
        self._rest = b""
        for pipe in (orders, replies):
            os.set_inheritable(pipe, False)  # noqa: FBT003 -- the function takes no keyword
        threading.Thread(target=self._watch, name="migseal", daemon=True).start()

    def read(self) -> Message:
        """Wait for the next order."""
        self._leave_to_parent()
        while b"\n" not in self._rest:
            try:
                data = os.read(self._orders, 65536)
            except OSError:  # a migration closed all files
                data = b""
            if not data:
                os._exit(ORPHANED)
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        order: Message = json.loads(line)
        return order

    def send(self, reply: Message) -> None:
        """Send a reply."""
        self._leave_to_parent()
        data = json.dumps(reply).encode() + b"\n"
        while data:
            data = data[os.write(self._replies, data) :]

    def _leave_to_parent(self) -> None:
        """End a fork that a migration made and let come back to us: one of the two replies is enough."""
        if os.getpid() != self._self:
            os._exit(ORPHANED)

    def _watch(self) -> None:
        """Wait for the pipe's other end to close: that is told without asking for anything."""
        end = select.poll()
        end.register(self._orders, 0)
        while not end.poll(LOOK_MS) and os.getppid() == self._parent:
            pass
        if os.getpgrp() == self._self:  # all that the project started, too
            os.killpg(self._self, signal.SIGKILL)
        os._exit(ORPHANED)
