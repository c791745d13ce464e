"""GitHub's workflow commands: an annotation at the file and line of each finding."""

from __future__ import annotations

from checks.finding import Finding, Severity
from checks.report.outcome import Outcome, count, verdict

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
SHOWN = 10  # GitHub shows ten annotations of a kind for a step


def write(outcome: Outcome, *, colour: bool = False) -> str:
    """Write an outcome as annotations, errors first; what GitHub would not show is told in one notice."""
    del colour
    if outcome.error is not None:
        return _command("error", {"title": "migseal cannot check"}, f"{outcome.error}\n{outcome.hint}")
    shown: list[str] = []
    left = {severity: SHOWN - (severity is Severity.NOTE) for severity in Severity}  # one for our own notice
    for finding in outcome.findings:
        left[finding.severity] -= 1
        if left[finding.severity] >= 0:
            shown.append(_annotation(finding))
    hidden = len(outcome.findings) - len(shown)
    if hidden:
        told = f"{count(hidden, 'more finding')}: `migseal check` shows all ({verdict(outcome)})"
        shown.append(_command("notice", {"title": "migseal"}, told))
    return "".join(shown)


def _annotation(finding: Finding) -> str:
    place = {"file": finding.path, "line": str(max(finding.line, 1))} if finding.path else {}
    title = {"title": f"migseal: {finding.rule}"}
    return _command(COMMANDS[finding.severity], place | title, f"{finding.message}\nfix: {finding.fix}")


def _command(name: str, properties: dict[str, str], message: str) -> str:
    words = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {words}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
