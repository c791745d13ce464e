"""The driver's process: started in the project's interpreter, spoken to over two pipes, never left behind."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Mapping

DRIVER = Path(__file__).parents[1] / "alembic_driver"
POLL_SECONDS = 0.5  # only for a driver whose pipe a child of its own still holds open
GRACE_SECONDS = 5.0
TAIL_BYTES = 4000

Message = dict[str, Any]


class EndedError(Exception):
    """The driver ended instead of replying.

    Attributes:
        code: Its exit code, negative for the signal that killed it.
    """

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        """Say how it ended."""
        if self.code < 0:
            return f"was killed by {signal.Signals(-self.code).name}"
        return f"ended with exit code {self.code}"


class Process:
    """One driver. It has a session of its own, so that ^C reaches us alone and we end it with all it started.

    What the project prints goes to a temporary file.
    """

    def __init__(self, python: Path, directory: Path, environ: Mapping[str, str]) -> None:
        """Start it.

        Args:
            python: The interpreter.
            directory: The working directory.
            environ: The whole environment.

        Raises:
            OSError: The interpreter cannot be started.
        """
        self._output: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by close()
        orders_in, self._orders = os.pipe()
        self._replies, replies_out = os.pipe()
        self._buffer = b""
        command = [str(python), "-u", str(DRIVER), str(orders_in), str(replies_out)]
        try:
            self._process = subprocess.Popen(
                command,
                cwd=directory,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=self._output,
                pass_fds=(orders_in, replies_out),
                start_new_session=True,
            )
        except BaseException:
            self._close_files()
            raise
        finally:
            os.close(orders_in)
            os.close(replies_out)

    def send(self, order: Message) -> None:
        """Send an order; that the driver is gone is told by `receive`."""
        data = json.dumps(order).encode() + b"\n"
        with suppress(BrokenPipeError):
            while data:
                data = data[os.write(self._orders, data) :]

    def receive(self) -> Message:
        """Wait for the next reply.

        Raises:
            EndedError: The driver ended.
        """
        while b"\n" not in self._buffer:
            ended = self._process.poll() is not None
            ready = select.select([self._replies], [], [], 0 if ended else POLL_SECONDS)[0]
            data = os.read(self._replies, 65536) if ready else b""
            if not data and (ready or ended):
                raise EndedError(self._end())
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        reply: Message = json.loads(line)
        return reply

    def tail(self) -> str:
        """Give the end of what the driver and the project printed."""
        size = self._output.seek(0, os.SEEK_END)
        self._output.seek(max(0, size - TAIL_BYTES))
        return self._output.read().decode("utf-8", "replace").strip()

    def close(self, *, gently: bool) -> None:
        """End the driver and whatever it started.

        Args:
            gently: Whether env.py may come to its own end first.
        """
        if gently and self._process.poll() is None:
            self.send({"end": True})
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE_SECONDS)
        self._signal(signal.SIGTERM)
        self._close_files()
        self._end()

    def _end(self) -> int:
        try:
            return self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            return self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def _close_files(self) -> None:
        os.close(self._orders)
        os.close(self._replies)
        self._output.close()
