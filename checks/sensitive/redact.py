"""Take secrets out of what others say: a failing statement, and the server's words about its rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.sensitive import sql
from checks.sensitive.judge import judge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from checks.sensitive.exposure import Sensitive

LEAST = 6  # characters of a secret that is taken out of any text: shorter ones are words that it may hold


def sensitive_in(statement: str) -> tuple[Sensitive, ...]:
    """Give what is sensitive in an SQL statement."""
    return judge(sql.read(statement, lambda _: None).rows)


def redact(text: str, secrets: Iterable[Sensitive]) -> str:
    """Put in the place of each secret what may be shown of it, however SQL or Python quotes it."""
    shown = {form: one.value for one in secrets for form in _forms(one.secret)}
    if not shown:
        return text
    longest_first = sorted(shown, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), lambda found: shown[found[0]], text)


def _forms(secret: str) -> set[str]:
    """Give the ways in which a secret may stand in a text; a short one only with its quotes."""
    quoted = {f"'{secret}'", f'"{secret}"', repr(secret), "'" + secret.replace("'", "''") + "'"}
    if len(secret) < LEAST:
        return quoted
    lines = {line for line in secret.splitlines() if len(line) >= LEAST}
    return {secret, secret.replace("'", "''"), repr(secret)[1:-1], *lines, *quoted}
