"""FORMATS: one module a format, each writes an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from checks.report import github, json, text

if TYPE_CHECKING:
    from checks.report.outcome import Outcome


class Format(Protocol):
    """Write an outcome as a text."""

    def __call__(self, outcome: Outcome, *, colour: bool = False) -> str:
        """Give the text, in colour only where the format knows colour."""


FORMATS: dict[str, Format] = {
    "text": text.write,
    "github": github.write,
    "json": json.write,
}
