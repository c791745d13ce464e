"""Where a migration says that it cannot be undone, and whether it says why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.migration import Failure

# Without more words than these, a text says that there is no way back, and not why.
_SAYING_SO = re.compile(
    r"""
      (ir)?revers(e|ed|al|ible|ing)? | (un)?support(s|ed)? | impossible | possible | (un)?safe(ly)?
    | down(grade|grades|graded|grading)? | up | revert(s|ed|ing)? | roll(ed|ing)? | rollback
    | undo(ne|ing)? | un | migrat(e|ed|ion|ions) | revision | operation | method | implement(ed)? | provided
    | defined | exists? | available | intentionally | just | please | sorry | error | todo | yet | way | path
    | back | backwards | no | not | nothing | none | must | should | can | cannot | cant | could | do | does
    | doesn | don | done | will | wo?nt? | is | isn | are | aren | was | be | been | has | have | a | an | the
    | it | its | we | you | our | and | but | so | by | for | from | in | of | on | one | only | to | with
    | that | this | there | without | s | t | \w*\d\w*
    """,
    re.VERBOSE,
)
_MARKER = re.compile(r"(?:--|#)\s*migseal:\s*irreversible\b[\s:]*(?P<reason>.*)", re.DOTALL)
_RAISES = re.compile(r"\s*DO\b.*\bRAISE\s+EXCEPTION\b", re.IGNORECASE | re.DOTALL)
_RAISED = "P0001"  # the server's code for RAISE EXCEPTION
_WORD = re.compile(r"[^\W_]+")


def marked(comment: str) -> str | None:
    """Give the reason in a comment `migseal: irreversible: REASON`, None if it is another comment.

    Args:
        comment: With its sign: `--`, or `#`.
    """
    match = _MARKER.fullmatch(comment)
    return reason_of(match["reason"]) if match else None


def reason_of(text: str) -> str:
    """Give the reason for which a text says that there is no way back, in one line; empty without one."""
    tells = any(not _SAYING_SO.fullmatch(word) for word in _WORD.findall(text.lower()))
    return " ".join(text.split()) if tells else ""


def raises(failure: Failure) -> bool:
    """Tell whether a way down failed since its own DO block raised an exception: it refuses."""
    return failure.sqlstate == _RAISED and _RAISES.match(failure.statement or "") is not None
