"""What a migration may change in the process, and the next one must not find changed."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

STANDARD = range(3)
STREAMS = {"stdout": 1, "stderr": 2}


class Surroundings:
    """The process as it was at one moment."""

    def __init__(self) -> None:
        self._home = Path.cwd()
        self._streams = {name: getattr(sys, name) for name in STREAMS}
        self._files = {number: os.dup(number) for number in STANDARD}

    def restore(self) -> None:
        """Let it be as it was: no alarm is set, and what is printed goes where it went."""
        os.chdir(self._home)
        signal.alarm(0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number in STANDARD:
            self._restore_file(number)
        for name, number in STREAMS.items():
            self._restore_stream(name, number)

    def _restore_file(self, number: int) -> None:
        try:
            os.fstat(number)
        except OSError:  # else the next file that is opened would be taken for it
            os.dup2(self._files[number], number)

    def _restore_stream(self, name: str, number: int) -> None:
        stream: Any = self._streams[name]
        if stream is None or stream.closed:
            stream = os.fdopen(number, "w", buffering=1, closefd=False)
            self._streams[name] = stream
        setattr(sys, name, stream)
