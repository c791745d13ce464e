"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from checks.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Callable

directory: Callable[[Any], Any] = click.option(
    "-C",
    "directory",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="DIR",
    help="Work as if started in this directory.",
)
config: Callable[[Any], Any] = click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Read this instead of migseal.yaml at the repository's root.",
)
fail_on: Callable[[Any], Any] = click.option(
    "--fail-on",
    type=click.Choice(list(Severity), case_sensitive=False),
    default=Severity.ERROR,
    show_default="error",
    help="Exit with 1 from this severity on.",
)
