"""A migration's comment allows what cannot be allowed, says no reason, or is no longer needed."""

from __future__ import annotations

from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import Tier, place
from checks.rules.exemption import Exemption
from checks.rules.rule import Rule


def judge(exemption: Exemption) -> Iterator[Finding]:
    """Yield an error for an allow that can be none, and a warning for one that is in vain.

    Of migrations that are not new only those are told that would like to allow what was found: nobody can
    mend a deployed file.
    """
    if exemption.tier is not Tier.NEW and (exemption.holds or not exemption.meant):
        return
    if exemption.rule is None:
        yield _unknown(exemption)
    elif not exemption.rule.allowable:
        yield _forbidden(exemption)
    elif not exemption.holds:
        yield _late(exemption)
    elif not exemption.allow.reason:
        yield _unexplained(exemption)
    elif exemption.judged and not exemption.meant:
        yield _needless(exemption)


def _unknown(exemption: Exemption) -> Finding:
    import difflib  # noqa: PLC0415 -- only for a message

    name, version = exemption.allow.rule, exemption.migration.version
    near = difflib.get_close_matches(name.lower(), exemption.names, n=1, cutoff=0.5)
    told = f"a rule {name} that does not exist" if name else "no rule by its name"
    better = f" (did you mean {near[0]}?)" if near else ""
    message = f"migration {version} allows {told}{better}: nothing is allowed by that"
    return _finding(
        exemption, Severity.ERROR, message, "name a rule that `migseal explain` lists, or take it out"
    )


def _forbidden(exemption: Exemption) -> Finding:
    message = (
        f"migration {exemption.migration.version} allows {exemption.allow.rule}, which no comment can allow: "
        "a migration speaks for itself only, and not for what is deployed, the lockfile, the order of "
        "migrations, or whether they run"
    )
    return _finding(
        exemption,
        Severity.ERROR,
        message,
        f"take it out, and mend what is found: `migseal explain {exemption.allow.rule}`",
    )


def _unexplained(exemption: Exemption) -> Finding:
    rule = exemption.allow.rule
    message = (
        f"migration {exemption.migration.version} allows {rule} without a reason, and so allows nothing: "
        "whoever reviews it has to know why"
    )
    return _finding(
        exemption, Severity.ERROR, message, f"write the reason behind a colon: `migseal: allow {rule}: WHY`"
    )


def _needless(exemption: Exemption) -> Finding:
    rule = exemption.allow.rule
    message = (
        f"migration {exemption.migration.version} allows {rule}, which finds nothing in it: the comment "
        "would allow what a later edit brings"
    )
    return _finding(exemption, Severity.WARNING, message, "take the comment out")


def _late(exemption: Exemption) -> Finding:
    version, tier = exemption.migration.version, exemption.tier
    message = (
        f"migration {version} allows {exemption.allow.rule}, and that does not count: it is "
        f"{'deployed' if tier is Tier.LOCKED else 'merged'} and was edited since, and a comment counts "
        "only as it came with its migration"
    )
    return _finding(exemption, Severity.WARNING, message, "mend what is found, and take the comment out")


def _finding(exemption: Exemption, severity: Severity, message: str, fix: str) -> Finding:
    migration, allow = exemption.migration, exemption.allow
    return Finding(
        "void-allow",
        severity,
        exemption.project.name,
        migration.version,
        place(exemption.project, migration.files[allow.file]),
        allow.line,
        message,
        fix,
    )


RULE = Rule("void-allow", Exemption, judge)
