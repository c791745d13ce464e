from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from checks import hosts
from checks.errors import CannotCheckError

if TYPE_CHECKING:
    from pathlib import Path

    from checks.hosts.promise import Promise

ZEROS, BEFORE, BASE, CHANGE = "0" * 40, "a" * 40, "b" * 40, "c" * 40


def promise(tmp_path: Path, name: str, event: object, **environ: str) -> Promise:
    """Give what GitHub promises on an event."""
    path = tmp_path / "event.json"
    path.write_text(event if isinstance(event, str) else json.dumps(event), encoding="utf-8")
    variables = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": name,
        "GITHUB_EVENT_PATH": str(path),
        **environ,
    }
    made = hosts.promise(variables)
    assert made is not None
    assert "fetch-depth: 0" in made.deep_clone
    return made


def pull_request(number: int = 12) -> dict[str, object]:
    return {"number": number, "pull_request": {"base": {"sha": BASE}, "head": {"sha": CHANGE}}}


def test_where_no_host_is_nothing_is_promised() -> None:
    assert hosts.promise({}) is None
    assert hosts.promise({"GITHUB_ACTIONS": "false", "GITHUB_EVENT_NAME": "push"}) is None


def test_a_pull_request_promises_its_base_and_its_change(tmp_path: Path) -> None:
    made = promise(tmp_path, "pull_request", pull_request())
    assert (made.commit, made.change, made.why) == (BASE, CHANGE, "the base of pull request 12")
    assert not made.unsafe


def test_a_review_of_a_pull_request_does_too(tmp_path: Path) -> None:
    event = {"pull_request": {"number": 7, "base": {"sha": BASE}, "head": {"sha": CHANGE}}}
    made = promise(tmp_path, "pull_request_review", event)
    assert (made.commit, made.why) == (BASE, "the base of pull request 7")


def test_nothing_of_the_change_may_run_where_the_secrets_are(tmp_path: Path) -> None:
    made = promise(tmp_path, "pull_request_target", pull_request())
    assert made.commit == BASE
    assert "secrets" in made.unsafe


def test_a_named_base_makes_nothing_safe_and_needs_no_event_file() -> None:
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request_target"}
    made = hosts.promise(variables, named=True)
    assert made is not None
    assert "secrets" in made.unsafe


def test_the_merge_queue_promises_its_base(tmp_path: Path) -> None:
    made = promise(tmp_path, "merge_group", {"merge_group": {"base_sha": BASE}})
    assert (made.commit, made.change) == (BASE, None)


def test_a_push_promises_what_was_there_before(tmp_path: Path) -> None:
    made = promise(tmp_path, "push", {"before": BEFORE, "forced": False})
    assert (made.commit, made.change) == (BEFORE, None)


PARTED = {
    "a new branch": ("push", {"before": ZEROS}),
    "a forced push": ("push", {"before": BEFORE, "forced": True}),
    "an event without a before": ("push", {}),
    "a button": ("workflow_dispatch", {}),
    "a clock": ("schedule", {}),
}


@pytest.mark.parametrize(("name", "event"), PARTED.values(), ids=PARTED)
def test_elsewhere_the_default_branch_decides(tmp_path: Path, name: str, event: dict[str, object]) -> None:
    made = promise(tmp_path, name, {**event, "repository": {"default_branch": "develop"}})
    assert (made.commit, made.itself, made.branch) == (None, False, "develop")


@pytest.mark.parametrize("name", ["push", "workflow_dispatch"])
def test_a_tag_is_compared_with_itself(tmp_path: Path, name: str) -> None:
    assert promise(tmp_path, name, {"before": ZEROS}, GITHUB_REF_TYPE="tag").itself


def test_a_release_is_compared_with_itself(tmp_path: Path) -> None:
    assert promise(tmp_path, "release", {}).itself


@pytest.mark.parametrize("event", ["", "{", "\x00", "[" * 100_000])
def test_an_event_that_cannot_be_read_is_told(tmp_path: Path, event: str) -> None:
    with pytest.raises(CannotCheckError, match="GITHUB_EVENT_PATH cannot be read") as raised:
        promise(tmp_path, "push", event)
    assert "--base REF" in raised.value.hint


def test_an_event_file_that_is_not_there_is_told() -> None:
    for path in ({}, {"GITHUB_EVENT_PATH": "/nowhere/event.json"}):
        with pytest.raises(CannotCheckError, match="GITHUB_EVENT_PATH cannot be read"):
            hosts.promise({"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", **path})


@pytest.mark.parametrize("event", [{}, [], 1, {"pull_request": None}, {"pull_request": {"base": []}}])
@pytest.mark.parametrize("name", ["pull_request", "pull_request_target", "merge_group"])
def test_an_event_that_names_no_base_is_told(tmp_path: Path, name: str, event: object) -> None:
    with pytest.raises(CannotCheckError, match="names no commit"):
        promise(tmp_path, name, event)
