"""GitHub Actions: the only place that knows its variables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checks.errors import CannotCheckError
from checks.hosts.promise import Promise

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_COMMIT = "0" * 40
DEEP = "give actions/checkout `with: {fetch-depth: 0}`"
UNSAFE = "pull_request_target has the repository's secrets, and a round trip would run the change's code"


def promise(environ: Mapping[str, str]) -> Promise | None:
    """Read the event: pull request, merge queue, push, or anything else.

    Raises:
        CannotCheckError: The event file is promised and cannot be read.
    """
    if environ.get("GITHUB_ACTIONS") != "true":
        return None
    name = environ.get("GITHUB_EVENT_NAME", "")
    event = _event(environ)
    if name in ("pull_request", "pull_request_target"):
        number = event.get("number", "?")
        commit = event.get("pull_request", {}).get("base", {}).get("sha")
        return _promised(
            commit,
            f"the base of pull request {number}",
            merged_onto=name == "pull_request",
            unsafe=UNSAFE if name == "pull_request_target" else "",
        )
    if name == "merge_group":
        return _promised(event.get("merge_group", {}).get("base_sha"), "the base of the merge queue")
    if name == "push" and environ.get("GITHUB_REF_TYPE") != "tag":
        before = event.get("before") or NO_COMMIT
        if before == NO_COMMIT or event.get("forced"):  # what a forced push replaced is in no clone
            return Promise(None, "the merge-base with the default branch", deep_clone=DEEP)
        return Promise(before, "the commit before the push", deep_clone=DEEP)
    return Promise(None, "HEAD itself, with its own lockfile", itself=True, deep_clone=DEEP)


def _promised(commit: str | None, why: str, *, merged_onto: bool = False, unsafe: str = "") -> Promise:
    if not commit:
        raise CannotCheckError(
            f"GITHUB_EVENT_PATH promises {why}, and names no commit", "run it on the event as GitHub wrote it"
        )
    return Promise(commit, why, merged_onto=merged_onto, deep_clone=DEEP, unsafe=unsafe)


def _event(environ: Mapping[str, str]) -> dict[str, Any]:
    path = environ.get("GITHUB_EVENT_PATH", "")
    try:
        event = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CannotCheckError(
            f"GITHUB_EVENT_PATH cannot be read: {error}", "give --base REF, or run it inside a GitHub job"
        ) from error
    return event if isinstance(event, dict) else {}
