"""A migration writes a password, a token, a key or personal data into the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from checks.finding import Finding, Severity
from checks.rules.rule import Rule
from checks.sensitive.exposure import Exposure, Kind, Leak

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
    whose = f"migration {exposure.version}" if exposure.version else "it"
    if isinstance(exposure.leak, Leak):
        yield _leak(exposure, exposure.leak, whose)
    else:
        unread = exposure.leak
        message = f"nobody can tell what {whose} writes: {unread.reason}"
        yield _finding(exposure, Severity.ERROR, unread.line, message, "mend the file, or leave it out")


def _leak(exposure: Exposure, leak: Leak, whose: str) -> Finding:
    found = leak.found
    where = f" ({'.'.join(filter(None, (found.table, found.column)))})" if found.column else ""
    severity = Severity.WARNING if found.kind in MILD else Severity.ERROR
    fix = FIX_PERSONAL if found.kind in PERSONAL else FIX + REVOKE
    message = f"{whose} holds {WHAT[found.kind]}{where}: {found.value}. {WHY}"
    finding = _finding(exposure, severity, found.line, message, fix)
    return replace(finding, kind=found.kind.value, value=found.value)


def _finding(exposure: Exposure, severity: Severity, line: int, message: str, fix: str) -> Finding:
    return Finding(
        "sensitive-insert",
        severity,
        exposure.project,
        exposure.version,
        exposure.leak.path,
        line,
        message,
        fix,
    )


RULE = Rule("sensitive-insert", Exposure, judge, allowable=True)
