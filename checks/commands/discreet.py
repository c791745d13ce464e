"""Take the secrets of migrations out of what is told: a server, or the project's code, may repeat them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from checks.rules import sensitive_insert, sensitive_row
from checks.sensitive.exposure import Exposure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from checks.finding import Finding
    from checks.migration import Step
    from checks.sensitive.exposure import Sensitive

    Secrets = tuple[Sensitive, ...]

ABOUT_THEM = (sensitive_insert.RULE.name, sensitive_row.RULE.name)


def secrets_of(values: Iterable[object]) -> Secrets:
    """Give what the rules found to be sensitive, among all values."""
    return tuple(found for value in values if isinstance(value, Exposure) for found in value.found)


def finding(one: Finding, secrets: Secrets) -> Finding:
    """Write a finding without them; those that are about them have them masked, and else our own words."""
    if not secrets or one.rule in ABOUT_THEM:
        return one
    return replace(one, message=text(one.message, secrets), fix=text(one.fix, secrets))


def step(one: Step, secrets: Secrets) -> Step:
    """Write without them why a leg did not pass."""
    return replace(one, reason=text(one.reason, secrets)) if secrets and one.reason else one


def text(words: str, secrets: Secrets) -> str:
    """Write words without them."""
    if not secrets:
        return words
    from checks.sensitive.redact import redact  # noqa: PLC0415 -- only where there is a secret

    return redact(words, secrets)
