"""A failure as it may be told: its statement, and the server's words on it, may hold what is secret."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from checks.sensitive.redact import redact, sensitive_in

if TYPE_CHECKING:
    from checks.migration import Failure


def discreet(failure: Failure) -> Failure:
    """Take secrets out of a failure: they stand in its statement, and the server may repeat them."""
    secrets = sensitive_in(failure.statement) if failure.statement else ()
    if not secrets:
        return failure
    statement = redact(failure.statement or "", secrets)
    return replace(failure, message=redact(failure.message, secrets), statement=statement)
