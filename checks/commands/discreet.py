"""Take the secrets of migrations out of what is told: a server, or the project's code, may repeat them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from checks.sensitive.exposure import Exposure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from checks.finding import Finding
    from checks.migration import Step
    from checks.sensitive.exposure import Sensitive

    Secrets = tuple[Sensitive, ...]


def secrets_of(values: Iterable[object]) -> Secrets:
    """Give what the rules found to be sensitive, among all values."""
    return tuple(value.leak.found for value in values if isinstance(value, Exposure))


def finding(one: Finding, secrets: Secrets) -> Finding:
    """Write a finding without them."""
    return replace(one, message=text(one.message, secrets), fix=text(one.fix, secrets)) if secrets else one


def step(one: Step, secrets: Secrets) -> Step:
    """Write without them why a leg did not pass."""
    return replace(one, reason=text(one.reason, secrets)) if secrets and one.reason else one


def text(words: str, secrets: Secrets) -> str:
    """Write words without them."""
    if not secrets:
        return words
    from checks.sensitive.redact import redact  # noqa: PLC0415 -- only where there is a secret

    return redact(words, secrets)
