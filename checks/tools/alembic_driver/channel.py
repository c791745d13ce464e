"""Orders in, replies out: JSON lines over two pipes of our own, whatever the project does to stdout."""

from __future__ import annotations

import json
import os
import queue
import select
import threading
from typing import Any, Dict

Message = Dict[str, Any]  # not dict[...]: Python 3.8 evaluates it
ORPHANED = 7  # the exit code when our parent is gone; nobody is left to read it


class Channel:
    """The driver's end of the pipes.

    A thread reads the orders all the time, so that the driver ends with its parent even in the middle
    of a long statement.
    """

    def __init__(self, orders: int, replies: int) -> None:
        self._orders = orders
        self._replies = replies
        self._parent = os.getppid()
        self._queue: queue.Queue[Message] = queue.Queue()
        for pipe in (orders, replies):
            os.set_inheritable(pipe, False)  # noqa: FBT003 -- the function takes no keyword
        threading.Thread(target=self._listen, name="migseal", daemon=True).start()

    def read(self) -> Message:
        """Wait for the next order."""
        return self._queue.get()

    def send(self, reply: Message) -> None:
        """Send a reply."""
        data = json.dumps(reply).encode() + b"\n"
        while data:
            data = data[os.write(self._replies, data) :]

    def _listen(self) -> None:
        rest = b""
        while True:
            *lines, rest = (rest + self._received()).split(b"\n")
            for line in lines:
                self._queue.put(json.loads(line))

    def _received(self) -> bytes:
        try:
            # A second: the pipe's end tells at once, unless a fork of the parent's still holds it.
            while not select.select([self._orders], [], [], 1.0)[0]:
                if os.getppid() != self._parent:
                    os._exit(ORPHANED)
            data = os.read(self._orders, 65536)
        except OSError:  # a migration closed all files
            os._exit(ORPHANED)
        if not data:
            os._exit(ORPHANED)
        return data
