"""Where an outcome is written, and in which formats."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from checks.errors import CannotCheckError
from checks.report import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable

    from checks.report.outcome import Outcome


class Output(click.ParamType[tuple[str, Path | None]]):
    """FORMAT or FORMAT=PATH."""

    name = "output"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Path | None]:
        """Split a value, and refuse an unknown format."""
        name, _, path = str(value).partition("=")
        if name not in FORMATS:
            self.fail(f"{name!r} is no format; there are: {', '.join(FORMATS)}", param, ctx)
        return name, Path(path) if path else None


option: Callable[[Any], Any] = click.option(
    "--output",
    "outputs",
    type=Output(),
    multiple=True,
    metavar="FORMAT[=PATH]",
    help=f"{', '.join(FORMATS)}; to a file with =PATH; may be given several times.",
)


def write(outcome: Outcome, outputs: tuple[tuple[str, Path | None], ...]) -> None:
    """Write an outcome to each of its outputs; to the terminal as text if there is none.

    Raises:
        CannotCheckError: A file cannot be written.
    """
    for name, path in outputs or (("text", None),):
        if path is None:
            colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
            click.echo(FORMATS[name](outcome, colour=colour), nl=False)
        else:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(FORMATS[name](outcome), encoding="utf-8", errors="backslashreplace")
            except OSError as error:
                raise CannotCheckError(
                    f"{path} cannot be written: {error.strerror}", "give another path"
                ) from error
