"""A migration that is deployed or merged has other bytes now."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checks.finding import Finding, Severity
from checks.migration import SECRET, Change, Edit, Kind, Tier, place
from checks.rules.rule import Rule, accepted, checkout

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
# What a tool that keeps no checksum of its files does not notice is no more than a note.
SEVERITIES = {
    Kind.FORMAT: {Tier.LOCKED: NOTE, Tier.MERGED: NOTE},
    Kind.COMMENT: {Tier.LOCKED: NOTE, Tier.MERGED: NOTE},
    Kind.IMPORT: {Tier.LOCKED: NOTE, Tier.MERGED: NOTE},
    Kind.TRANSACTION: {Tier.LOCKED: WARNING, Tier.MERGED: NOTE},
    Kind.DOWNGRADE: {Tier.LOCKED: WARNING, Tier.MERGED: NOTE},
    Kind.GRAPH: {Tier.LOCKED: ERROR, Tier.MERGED: WARNING},
    Kind.UPGRADE: {Tier.LOCKED: ERROR, Tier.MERGED: WARNING},
}
WHAT = {
    Kind.FORMAT: "was reformatted: nothing that runs has changed",
    Kind.COMMENT: "has other comments: nothing that runs has changed",
    Kind.IMPORT: "has other imports or annotations: nothing that runs has changed",
    Kind.TRANSACTION: "runs in another transaction than it did: a failure halfway leaves another state",
    Kind.DOWNGRADE: "has another downgrade: its upgrade is the same, and its round trip tries the new one",
}
TIERS = {Tier.LOCKED: "is deployed", Tier.MERGED: "is merged"}
UPGRADE = {
    Tier.LOCKED: "was edited: databases that ran it will never see the edit, new ones will",
    Tier.MERGED: "was edited: whoever has run it already will not see the edit",
}
PROVED = (
    "was edited, which was proved to be harmless: deployed databases with what is new on top, and new "
    "databases, come to the same schema and rows"
)
# How a line begins that is no later line of a literal; in a literal of code, it is code too.
CODE = re.compile(
    r"\s*(?:(?:batch_op|bind|conn|connection|op|sa)\.\w+\(|(?:ALTER|COMMENT ON|CREATE|DELETE FROM|DROP|GRANT"
    r"|INSERT INTO|REVOKE|SELECT|SET|UPDATE)\s)",
    re.IGNORECASE,
)
# All of this is seen: a column and its type.
COLUMN = re.compile(
    r"\s*(?:ADD |ALTER )?(?:COLUMN )?\w+ (?:TYPE )?(?:bigint|bool|boolean|bytea|int|integer|jsonb?|text"
    r"|timestamptz|uuid|(?:var)?char(?:\(\d+\))?)(?: NOT NULL| NULL| UNIQUE| PRIMARY KEY)*[,;]?\s*",
    re.IGNORECASE,
)
OPAQUE = re.compile(r"""['"`$#\\{]|--|/\*|://|(?<![\w.])[.\d]""")  # a literal or a comment may begin here
HIDDEN = "***"
LONGEST = 100  # characters of a line that are shown


def judge(change: Change) -> Iterator[Finding]:
    """Yield a finding for an edit, as severe as its kind is for a locked or a merged migration."""
    if change.before is None or change.after is None or not change.edited:
        return
    edit = change.edit or Edit(Kind.UPGRADE)
    version = change.before.version
    files = change.after.files
    path = place(change.project, files[min(edit.file, len(files) - 1)])
    if change.amended:
        yield accepted("edited-migration", change, path, edit.line)
        return
    if change.reordered and change.project.tool == "alembic":
        return  # new parents are an edit too, and reordered-migration tells them better
    what = WHAT.get(edit.kind) or (PROVED if change.proved else UPGRADE[change.tier])
    told = "; the lockfile was rewritten to match, but the base's lockfile decides" if change.relocked else ""
    why = f"{TIERS[change.tier]} and {what}{told}"
    yield Finding(
        "edited-migration",
        NOTE if change.proved else SEVERITIES[edit.kind][change.tier],
        change.project.name,
        version,
        path,
        edit.line,
        f"migration {version} {why}{_shown(edit)}",
        _mend(change, edit, version),
        kind=edit.kind,
        setting=f"{change.tier}.{edit.kind}",
        alike=why,
    )


def _mend(change: Change, edit: Edit, version: str) -> str:
    locked = change.tier is Tier.LOCKED
    assert change.before is not None
    mend = f"migseal restore {version}" if locked else checkout(change.project, change.before)
    if SEVERITIES[edit.kind][change.tier] is not NOTE and not change.proved:
        return f"{mend}, and put the change into a new migration"
    return f"{mend}, if it should be as it was; nothing has to be done"


def _shown(edit: Edit) -> str:
    """Show the few lines that matter, without what may be a secret."""
    masks = edit.secret or any(SECRET.search(line) for line in (*edit.removed, *edit.added))
    shown = [f"- {_masked(line) if masks else line}" for line in edit.removed]
    shown += [f"+ {_masked(line) if masks else line}" for line in edit.added]
    return "".join(f"\n  {line[:LONGEST]}" for line in shown)


def _masked(line: str) -> str:
    """Hide all that may be a literal: where one ends, a line alone does not tell."""
    if COLUMN.fullmatch(line):
        return line
    found = OPAQUE.search(line)
    if not CODE.match(line):
        return HIDDEN
    return f"{line[: found.start()]}{HIDDEN}" if found else line


RULE = Rule(
    "edited-migration",
    Change,
    judge,
    settings=tuple(f"{tier}.{kind}" for tier in (Tier.LOCKED, Tier.MERGED) for kind in Kind),
)
