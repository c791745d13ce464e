"""What a rule is: a pure generator over one kind of value, with a name and a severity."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from checks.finding import Finding, Severity


@dataclass(frozen=True)
class Rule:
    """One rule.

    Attributes:
        name: The bad pattern, in kebab case: also the file's stem, the page, the test.
        reads: The kind of value that it judges.
        judge: Yields what is wrong with one such value. No I/O.
        severity: How bad its worst findings are.
    """

    name: str
    reads: type
    judge: Callable[[Any], Iterator[Finding]]
    severity: Severity = Severity.ERROR
