"""The driver's process: started in the project's interpreter, spoken to over two pipes, never left behind."""

from __future__ import annotations

import json
import os
import re
import secrets
import select
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from checks.tools.alembic import strays

if TYPE_CHECKING:
    from collections.abc import Mapping

DRIVER = Path(__file__).parents[1] / "alembic_driver"
POLL_SECONDS = 0.5  # only for a driver whose pipe a child of its own still holds open
GRACE_SECONDS = 5.0
MARK = "MIGSEAL_DRIVER"  # a variable of all that comes of one driver
TAIL_BYTES = 4000
MOST_OUTPUT = 64 << 20
FRAMES_SECONDS = 0.05
MOST_FRAMES = 1 << 16
FRAME = re.compile(r'^  File "(.+)", line (\d+) in ', re.MULTILINE)

Message = dict[str, Any]


class EndedError(Exception):
    """The driver ended instead of replying.

    Attributes:
        code: Its exit code, negative for the signal that killed it; None if it wrote what is no reply.
    """

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        """Say how it ended."""
        if self.code is None:
            return "wrote into the pipe on which migseal listens to it"
        if self.code < 0:
            return f"was killed by {signal.Signals(-self.code).name}"
        return f"ended with exit code {self.code}"


class HungError(Exception):
    """The driver does not reply in time."""


class Process:
    """One driver. It has a session of its own, so that ^C reaches us alone and we end it with all it started.

    What the project prints goes to a temporary file.
    """

    def __init__(
        self, python: Path, directory: Path, environ: Mapping[str, str], preferred: str = ""
    ) -> None:
        """Start it.

        Args:
            python: The interpreter.
            directory: The working directory.
            environ: The whole environment.
            preferred: The database driver that will be needed, empty if that is not known.

        Raises:
            OSError: The interpreter cannot be started.
        """
        self._mark = f"{MARK}={secrets.token_hex(16)}"
        self._output: BinaryIO = tempfile.TemporaryFile("a+b")  # noqa: SIM115 -- closed by close()
        self._frames: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 -- the same
        orders_in, self._orders = os.pipe()
        self._replies, replies_out = os.pipe()
        self._buffer = b""
        files = (orders_in, replies_out, self._frames.fileno())
        command = [str(python), "-u", str(DRIVER), *map(str, files), preferred]
        try:
            self._process = subprocess.Popen(
                command,
                cwd=directory,
                env={**environ, **dict([self._mark.split("=")])},
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=self._output,
                pass_fds=files,
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

    def receive(self, seconds: float) -> Message:
        """Wait for the next reply.

        Args:
            seconds: How long.

        Raises:
            EndedError: The driver ended.
            HungError: There was none in that time.
        """
        until = time.monotonic() + seconds
        while b"\n" not in self._buffer:
            if time.monotonic() > until:
                raise HungError
            self._bound_output()
            ended = self.has_ended()
            ready = select.select([self._replies], [], [], 0 if ended else POLL_SECONDS)[0]
            data = os.read(self._replies, 65536) if ready else b""
            if not data and (ready or ended):
                raise EndedError(self._end())
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        try:
            reply: Message = {**json.loads(line)}
        except (TypeError, ValueError):
            raise EndedError(None) from None
        return reply

    def has_ended(self) -> bool:
        """Tell whether the driver has ended."""
        return self._process.poll() is not None

    def _bound_output(self) -> None:
        """Throw away what was printed, where it would fill the disk."""
        if os.fstat(self._output.fileno()).st_size > MOST_OUTPUT:
            os.ftruncate(self._output.fileno(), 0)

    def frames(self) -> list[tuple[str, int]]:
        """Ask the driver where it is, in file and line, the innermost first; empty if it does not say."""
        self._process.send_signal(signal.SIGURG)
        until = time.monotonic() + GRACE_SECONDS
        said = b""
        while (not said or said != self._frames_said()) and time.monotonic() < until:
            said = self._frames_said()
            time.sleep(FRAMES_SECONDS)
        text = said.decode("ascii", "replace").encode().decode("unicode_escape")
        return [(path, int(line)) for path, line in FRAME.findall(text)]

    def _frames_said(self) -> bytes:
        return os.pread(self._frames.fileno(), MOST_FRAMES, 0)

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
        if gently and not self.has_ended():
            self.send({"end": True})
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE_SECONDS)
        self._signal(signal.SIGTERM)
        self._close_files()
        self._end()
        strays.end(self._mark)

    def _end(self) -> int:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE_SECONDS)
        self._signal(signal.SIGKILL)  # also what it started and is deaf to the gentler one
        return self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def _close_files(self) -> None:
        os.close(self._orders)
        os.close(self._replies)
        self._output.close()
        self._frames.close()
