"""A migration writes a password, a token, a key or personal data into the database."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.rules.rule import Rule
from checks.sensitive.exposure import Exposure, Kind

MILD = (Kind.EMAIL, Kind.PHONE)
WHAT = {
    Kind.PASSWORD: "a password",
    Kind.PASSWORD_HASH: "a password's hash",
    Kind.TOKEN: "a token or key",
    Kind.PRIVATE_KEY: "a private key",
    Kind.CONNECTION_STRING: "a connection string with a password",
    Kind.ROLE_PASSWORD: "the password of a role",
    Kind.CARD: "a card's number",
    Kind.IBAN: "an account's number (IBAN)",
    Kind.SSN: "a person's official number",
    Kind.EMAIL: "a person's e-mail address",
    Kind.PHONE: "a telephone number",
}
PERSONAL = (Kind.CARD, Kind.IBAN, Kind.SSN, Kind.EMAIL, Kind.PHONE)
WHY = "Whoever can read the repository has it, for good: a migration stays in git, and runs everywhere"
FIX = "take it out, and set it where the database is, from the environment or a secret store"
REVOKE = "; if it was ever pushed, change it where it is used, as it is known"
FIX_PERSONAL = "take it out: insert it where the database is, or use what is nobody's (someone@example.com)"


def judge(exposure: Exposure) -> Iterator[Finding]:
    """Yield a finding for each sensitive literal, at its line: e-mail and phone as warnings, else errors."""
    found = exposure.leak.found
    whose = f"migration {exposure.version}" if exposure.version else "it"
    where = f" ({'.'.join(filter(None, (found.table, found.column)))})" if found.column else ""
    yield Finding(
        "sensitive-insert",
        Severity.WARNING if found.kind in MILD else Severity.ERROR,
        exposure.project,
        exposure.version,
        exposure.leak.path,
        found.line,
        f"{whose} holds {WHAT[found.kind]}{where}: {found.value}. {WHY}",
        FIX_PERSONAL if found.kind in PERSONAL else FIX + REVOKE,
        kind=found.kind.value,
        value=found.value,
    )


RULE = Rule("sensitive-insert", Exposure, judge, allowable=True)
