"""GitHub Actions: the only place that knows its variables."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from checks.errors import CannotCheckError
from checks.hosts.promise import Promise

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_COMMIT = "0" * 40
DEEP = "give actions/checkout `with: {fetch-depth: 0}`"
UNSAFE = "pull_request_target has the repository's secrets, and a round trip would run the change's code"


def promise(environ: Mapping[str, str], *, named: bool = False) -> Promise | None:
    """Read the event: pull request, merge queue, push, tag, or anything else.

    Args:
        environ: The environment of the job.
        named: Whether the base is named already, so that the event's file need not be read.

    Raises:
        CannotCheckError: The event file is promised and cannot be read.
    """
    if environ.get("GITHUB_ACTIONS") != "true":
        return None
    name = environ.get("GITHUB_EVENT_NAME", "")
    unsafe = UNSAFE if name == "pull_request_target" else ""
    if named:
        return Promise(None, "", deep_clone=DEEP, unsafe=unsafe)
    made = _of_event(name, environ.get("GITHUB_REF_TYPE") == "tag", _event(environ))
    return replace(made, deep_clone=DEEP, unsafe=unsafe)


def _of_event(name: str, is_tag: bool, event: object) -> Promise:
    if name.startswith("pull_request"):
        why = f"the base of pull request {_at(event, 'number') or _at(event, 'pull_request', 'number')}"
        change = _at(event, "pull_request", "head", "sha")
        return Promise(_promised(_at(event, "pull_request", "base", "sha"), why), why, change=change)
    if name == "merge_group":
        why = "the base of the merge queue"
        return Promise(_promised(_at(event, "merge_group", "base_sha"), why), why)
    if is_tag or name == "release":
        return Promise(None, "HEAD itself, with its own lockfile", itself=True)
    before = _at(event, "before") if name == "push" else ""
    if before and before != NO_COMMIT and not _at(event, "forced"):  # what it replaced is in no clone
        return Promise(before, "the commit before the push")
    return Promise(None, "the default branch", branch=_at(event, "repository", "default_branch") or None)


def _at(event: object, *keys: str) -> str:
    """Give what stands in an event under some keys, as a text; empty if it is not there."""
    for key in keys:
        event = event.get(key) if isinstance(event, dict) else None
    return str(event) if event else ""


def _promised(commit: str, why: str) -> str:
    if not commit:
        raise CannotCheckError(
            f"GITHUB_EVENT_PATH promises {why}, and names no commit", "run it on the event as GitHub wrote it"
        )
    return commit


def _event(environ: Mapping[str, str]) -> object:
    path = environ.get("GITHUB_EVENT_PATH", "")
    try:
        event: object = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise CannotCheckError(
            f"GITHUB_EVENT_PATH cannot be read: {error}", "give --base REF, or run it inside a GitHub job"
        ) from error
    return event
