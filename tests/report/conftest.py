from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from checks.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def finding() -> Callable[..., Finding]:
    """Make findings by what matters of them."""

    def make(
        rule: str = "edited-migration",
        severity: Severity = Severity.ERROR,
        path: str = "m/001.sql",
        line: int = 3,
        message: str = "migration 001 was edited",
        fix: str = "migseal restore 001",
        alike: str = "",
    ) -> Finding:
        return Finding(rule, severity, "app", "001", path, line, message, fix, alike=alike)

    return make
