from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from checks.roundtrip.swapped import PREFIX, swapped, sweep

if TYPE_CHECKING:
    import pytest


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def test_only_the_named_files_differ_and_the_original_stays(tmp_path: Path) -> None:
    files = {
        "app/models.py": "m",
        "db/versions/a.py": "new",
        "db/versions/b.py": "late",
        "db/env.py": "e",
        ".env": "x",
    }
    write(tmp_path, files)
    (tmp_path / ".git").mkdir()
    with swapped(
        tmp_path, {"db/versions/a.py": b"old", "db/versions/gone.py": b"g"}, ["db/versions/b.py"]
    ) as top:
        found = {
            path.relative_to(top).as_posix(): path.read_text(encoding="utf-8")
            for folder in (top, top / "db", top / "db/versions", top / "app")
            for path in folder.iterdir()
            if path.is_file()
        }
        assert found == {
            ".env": "x",
            "app/models.py": "m",
            "db/env.py": "e",
            "db/versions/a.py": "old",
            "db/versions/gone.py": "g",
        }
        assert not (top / "db/versions/a.py").is_symlink()
        assert not (top / "db/versions").is_symlink()
        assert (top / "app").is_symlink()
    assert not top.exists()
    assert {path: (tmp_path / path).read_text(encoding="utf-8") for path in files} == files


def test_a_folder_that_only_the_base_had(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "a"})
    with swapped(tmp_path, {"old/place/1.sql": b"SELECT 1;"}, []) as top:
        assert (top / "old/place/1.sql").read_bytes() == b"SELECT 1;"
        assert (top / "a.txt").read_text(encoding="utf-8") == "a"


def test_links_lead_where_they_led(tmp_path: Path) -> None:
    write(tmp_path, {"shared/x.py": "x", "db/a.py": "new"})
    (tmp_path / "db/link.py").symlink_to("../shared/x.py")
    with swapped(tmp_path, {"db/a.py": b"old"}, []) as top:
        assert (top / "db/link.py").read_text(encoding="utf-8") == "x"


def test_what_a_killed_process_left_is_swept_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    repository = tmp_path / "repository"
    write(repository, {"a.py": "a", "folder/b.py": "b"})
    left = tmp_path / f"{PREFIX}left"
    left.mkdir()
    (left / "folder").symlink_to(repository / "folder")
    (tmp_path / f"{PREFIX}link").symlink_to(repository)
    with swapped(repository, {"a.py": b"old"}, []) as top:
        assert not left.exists()
        sweep()
        assert (top / "a.py").read_bytes() == b"old"
    assert not top.exists()
    assert (repository / "folder/b.py").exists()
