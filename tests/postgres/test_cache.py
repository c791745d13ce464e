from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from checks.postgres import cache

if TYPE_CHECKING:
    from pathlib import Path


def test_the_directory_is_made_for_us_alone(fresh_cache: Path) -> None:
    assert cache.directory() == fresh_cache
    assert fresh_cache.stat().st_mode & 0o777 == 0o700


def test_it_is_in_xdgs_else_in_the_home(short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIGSEAL_CACHE", raising=False)
    monkeypatch.setenv("HOME", str(short))
    monkeypatch.setenv("XDG_CACHE_HOME", str(short / "xdg"))
    assert cache.directory() == short / "xdg" / "migseal"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/is/invalid")
    assert cache.directory() == short / ".cache" / "migseal"


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o722])
def test_one_that_others_can_write_is_refused(fresh_cache: Path, mode: int) -> None:
    fresh_cache.mkdir()
    fresh_cache.chmod(mode)
    assert cache.directory() is None


def test_one_that_others_can_replace_is_refused(fresh_cache: Path) -> None:
    fresh_cache.parent.chmod(0o777)
    assert cache.directory() is None
    fresh_cache.parent.chmod(0o1777)
    assert cache.directory() == fresh_cache


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_one_of_another_user_or_in_anothers_home_is_refused(fresh_cache: Path) -> None:
    fresh_cache.mkdir(mode=0o700)
    os.chown(fresh_cache, 65534, 65534)
    assert cache.directory() is None
    fresh_cache.rmdir()
    os.chown(fresh_cache.parent, 65534, 65534)
    assert cache.directory() is None


def test_a_shelf_that_is_a_link_or_too_open_is_refused(fresh_cache: Path) -> None:
    root = cache.directory()
    assert root is not None
    (root / cache.TEMPLATES).symlink_to(fresh_cache)
    assert cache.shelf(root, cache.TEMPLATES) is None
    (root / cache.TEMPLATES).unlink()
    (root / cache.TEMPLATES).mkdir(mode=0o755)
    assert cache.shelf(root, cache.TEMPLATES) is None


def a_shelf(root: Path) -> Path:
    place = cache.shelf(root, cache.TEMPLATES)
    assert place is not None
    return place


def kept(root: Path, name: str = "entry") -> Path:
    source = root / "source"
    source.mkdir(exist_ok=True)
    (source / "file").write_text("whole")
    entry = cache.save(a_shelf(root), name, [source], ["cp", "-a"])
    assert entry is not None
    return entry


def test_what_is_kept_is_found_whole(fresh_cache: Path) -> None:
    fresh_cache.mkdir(mode=0o700)
    entry = kept(fresh_cache)
    assert (entry / "source" / "file").read_text() == "whole"
    assert cache.find(entry.parent, "entry") == entry
    assert [path.name for path in entry.parent.iterdir()] == ["entry"]


def test_a_file_of_another_size_and_a_new_file_are_noticed(fresh_cache: Path) -> None:
    fresh_cache.mkdir(mode=0o700)
    entry = kept(fresh_cache)
    (entry / "source" / "file").write_text("cut")
    assert cache.find(entry.parent, "entry") is None
    assert (kept(fresh_cache) / "source" / "file").read_text() == "whole"
    (entry / "source" / "more").touch()
    assert cache.find(entry.parent, "entry") is None


def test_what_cannot_be_copied_is_not_kept_and_leaves_nothing(fresh_cache: Path) -> None:
    fresh_cache.mkdir(mode=0o700)
    place = a_shelf(fresh_cache)
    assert cache.save(place, "entry", [fresh_cache / "nothing"], ["cp", "-a"]) is None
    assert list(place.iterdir()) == []


def test_abandoned_and_unused_ones_go(fresh_cache: Path) -> None:
    fresh_cache.mkdir(mode=0o700)
    entry = kept(fresh_cache, "unused")
    aside = entry.with_name(".abandoned")
    aside.mkdir()
    os.utime(entry, (0, time.time() - cache.UNUSED - 60))
    os.utime(aside, (0, time.time() - cache.ABANDONED - 60))
    kept(fresh_cache)
    assert [path.name for path in entry.parent.iterdir()] == ["entry"]
