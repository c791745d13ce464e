"""The command line: one small file a command, imported only when it is called. The only place that prints."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
import threading
from io import TextIOWrapper
from typing import TYPE_CHECKING

import click

from checks import VERSION
from checks.errors import CannotCheckError

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = ("init", "check", "lock", "status", "restore", "amend", "squash", "scan", "explain", "cache")
PASSED, FOUND, CANNOT, BUG, INTERRUPTED = 0, 1, 2, 3, 130
TRACEBACK = "MIGSEAL_TRACEBACK"
SIGNALLED = 128  # and the signal's number, as shells have it
GARBAGE = 100_000  # objects; by default Python looks for garbage each 700, and trees are of many small ones
EPILOG = """\b
Examples:
  migseal init                          set it up in this repository
  migseal check                         what a pull request would be told
  migseal check --files-only            the same without a database
  migseal lock --environment staging --release v1.4.0

\b
Shell completion (bash; zsh and fish likewise):
  eval "$(_MIGSEAL_COMPLETE=bash_source migseal)"

Exit codes: 0 nothing found, 1 findings, 2 cannot check, 3 a bug of migseal's.
"""


class Commands(click.Group):
    """Finds a command's module by its name, and loads it only then."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the commands in the order of their use."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"checks.commands.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command where there is none of a name."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from checks.document import nearest  # noqa: PLC0415 -- only for this message

            raise click.UsageError(error.message + nearest(args[0], COMMANDS), ctx) from None


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="migseal", message="%(prog)s %(version)s")
def group() -> None:
    """Guard database migrations: what is deployed cannot change, what is new is proved."""


def run(arguments: Sequence[str]) -> int:
    """Run the command line, and give its exit code; no traceback ever reaches a user unasked."""
    gc.set_threshold(GARBAGE)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _terminated)  # so that what is to be cleaned up is
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # paths that are not UTF-8, and terminals that are not
            stream.reconfigure(errors="backslashreplace")
    try:
        result = group.main(list(arguments), prog_name="migseal", standalone_mode=False)
    except CannotCheckError as error:
        _say("error: ", f"{error.message}\n  fix: {error.hint}")
        return CANNOT
    except click.ClickException as error:
        error.show()
        return CANNOT
    except (click.Abort, KeyboardInterrupt):
        _say("", "interrupted: nothing was proved")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 -- the last net: a bug is told as one
        return _ended_by_signal(error) or _bug(error)
    return result if isinstance(result, int) else PASSED


def _terminated(number: int, _frame: object) -> None:
    """End as ^C does: all that is open is closed, and removed."""
    raise SystemExit(SIGNALLED + number)


def _ended_by_signal(error: BaseException | None) -> int | None:
    """Give the exit code if a signal is behind an error: Python 3.11 wraps what comes as a class is made."""
    while error is not None:
        if isinstance(error, SystemExit):
            return int(error.code or PASSED)
        if isinstance(error, KeyboardInterrupt):
            _say("", "interrupted: nothing was proved")
            return INTERRUPTED
        error = error.__cause__
    return None


def _bug(error: Exception) -> int:
    import traceback  # noqa: PLC0415 -- slow to import, and there are no bugs

    if os.environ.get(TRACEBACK):
        traceback.print_exception(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(frame.filename)}:{frame.lineno}"  # noqa: PTH119 -- only a name is wanted
    _say(
        "migseal has a bug: ",
        f"{type(error).__name__}: {error} ({place})\n"
        f"  fix: run it again with {TRACEBACK}=1 and report what it prints; nothing was proved",
    )
    return BUG


def _say(label: str, text: str) -> None:
    click.echo(click.style(label, fg="red", bold=True) + text, err=True)
