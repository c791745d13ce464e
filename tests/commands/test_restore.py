from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from checks.lockfile import NAME

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox import Sandbox

OTHER = "CREATE TABLE other (id int);\n"
FIRST = "CREATE TABLE t_001 (id int);\n"


@pytest.fixture
def shop(repo: Sandbox) -> Sandbox:
    """Two migrations are deployed and locked on main; a branch begins."""
    repo.locked("001_a", "002_b")
    repo.branch()
    return repo


@pytest.mark.parametrize("wanted", ["001", "migrations/001_a.sql"])
@pytest.mark.parametrize("deleted", [False, True])
def test_an_edited_or_deleted_migration_comes_back(shop: Sandbox, wanted: str, *, deleted: bool) -> None:
    shop.sql("001_a", OTHER)
    if deleted:
        (shop.root / "migrations/001_a.sql").unlink()
    shop.commit()
    ran = shop.run("restore", wanted)
    assert ran.code == 0
    assert ran.out.splitlines()[0] == "restored migrations/001_a.sql"
    assert ran.out.splitlines()[1:] == [f"now stage it: git add --all -- migrations/001_a.sql {NAME}"]
    assert shop.read("migrations/001_a.sql") == FIRST
    assert shop.check().code == 0


def test_the_only_file_of_a_directory_comes_back(repo: Sandbox) -> None:
    repo.locked("001_a")
    repo.branch()
    (repo.root / "migrations/001_a.sql").unlink()
    (repo.root / "migrations").rmdir()
    assert repo.run("restore", "001").code == 0
    assert repo.check().code == 0


def test_the_entry_comes_back_with_it(shop: Sandbox) -> None:
    before = shop.read("migrations.lock")
    shop.sql("001_a", OTHER)
    lines = before.splitlines(keepends=True)
    shop.write("migrations.lock", "".join(line for line in lines if "001_a" not in line))
    shop.commit()
    ran = shop.run("restore", "001")
    assert "restored the entry of 001 in migrations.lock" in ran.out
    assert shop.read("migrations.lock") == before
    assert shop.check().code == 0


def test_a_moved_migration_goes_back(shop: Sandbox) -> None:
    shop.git("mv", "migrations/001_a.sql", "migrations/001_better.sql")
    ran = shop.run("restore", "001")
    assert "restored migrations/001_a.sql" in ran.out
    assert "removed migrations/001_better.sql" in ran.out
    assert shop.check().out.endswith("passed: nothing found\n")


def test_both_ways_of_a_migration_come_back(repo: Sandbox) -> None:
    repo.locked("001_a.up", "001_a.down")
    repo.branch()
    repo.sql("001_a.down", OTHER)
    (repo.root / "migrations/001_a.up.sql").unlink()
    assert repo.run("restore", "migrations/001_a.down.sql").code == 0
    assert repo.check().code == 0


def test_a_file_is_named_from_where_one_stands(shop: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.write("backend/file", "")
    shop.sql("001_a", OTHER)
    inside = shop.at(shop.root / "backend")
    assert inside.run("restore", "../migrations/001_a.sql").code == 0
    assert shop.read("migrations/001_a.sql") == FIRST
    shop.sql("001_a", OTHER)
    monkeypatch.chdir(shop.root / "migrations")
    assert shop.process("restore", "001_a.sql", cwd=shop.root / "migrations").code == 0
    assert shop.read("migrations/001_a.sql") == FIRST


def test_a_version_that_is_none_names_the_nearest(repo: Sandbox) -> None:
    repo.locked("20260115120000_a")
    ran = repo.run("restore", "20260115120001")
    assert ran.code == 2
    assert "20260115120001 is not locked (did you mean 20260115120000?)" in ran.err
    assert "migseal status" in ran.err


def test_a_version_of_two_projects_must_be_told_by_its_file(repo: Sandbox) -> None:
    for name in ("one", "two"):
        repo.write(f"{name}/001_x.sql", f"-- {name}\n")
    both = "".join(f"  {name}:\n    directory: {name}\n    tool: sql\n" for name in ("one", "two"))
    repo.write("migseal.yaml", f"projects:\n{both}")
    repo.locked()
    repo.write("two/001_x.sql", OTHER)
    ran = repo.run("restore", "001")
    assert ran.code == 2
    assert "001 stands for several migrations: one/001_x.sql, two/001_x.sql" in ran.err
    assert repo.run("restore", "two/001_x.sql").code == 0
    assert repo.read("two/001_x.sql") == "-- two\n"


def test_the_bases_lockfile_says_what_was_deployed(shop: Sandbox) -> None:
    """Nobody can have another content restored by a rewritten entry."""
    shop.sql("001_a", OTHER)
    blob = shop.git("hash-object", "-w", "migrations/001_a.sql").out.strip()
    text = shop.read("migrations.lock")
    old = shop.git("rev-parse", "HEAD:migrations/001_a.sql").out.strip()
    shop.write("migrations.lock", text.replace(old, blob))
    assert shop.run("restore", "001").code == 0
    assert shop.read("migrations/001_a.sql") == FIRST


def test_an_entry_whose_blob_is_not_its_hash_is_refused(repo: Sandbox) -> None:
    repo.locked("001_a")
    repo.sql("002_b")
    blob = repo.git("hash-object", "-w", "migrations/002_b.sql").out.strip()
    old = repo.git("rev-parse", "HEAD:migrations/001_a.sql").out.strip()
    repo.write("migrations.lock", repo.read("migrations.lock").replace(old, blob))
    repo.commit()
    ran = repo.run("restore", "001")
    assert ran.code == 2
    assert "its blob is not what its sha256" in ran.err


def edited_later(repo: Sandbox) -> None:
    """Lock a migration, and edit it in a later commit, so that a shallow clone lacks its bytes."""
    repo.locked("001_a")
    repo.sql("001_a", OTHER)
    repo.commit()


def test_what_a_shallow_clone_lacks_is_told_with_the_command(repo: Sandbox, tmp_path: Path) -> None:
    edited_later(repo)
    repo.git("clone", "--quiet", "--depth=1", f"file://{repo.root}", str(tmp_path / "shallow"))
    clone = repo.at(tmp_path / "shallow")
    ran = clone.run("restore", "001")
    assert ran.code == 2
    assert "is not in this clone" in ran.err
    assert "git fetch --unshallow" in ran.err
    clone.git("fetch", "--quiet", "--unshallow")
    assert clone.run("restore", "001").code == 0
    assert clone.read("migrations/001_a.sql") == FIRST


def test_what_a_partial_clone_cannot_fetch_is_told(repo: Sandbox, tmp_path: Path) -> None:
    edited_later(repo)
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("clone", "--quiet", "--filter=blob:none", f"file://{repo.root}", str(tmp_path / "partial"))
    clone = repo.at(tmp_path / "partial")
    repo.root.rename(tmp_path / "away")
    ran = clone.run("restore", "001")
    assert ran.code == 2
    assert "git fetch --refetch" in ran.err
    (tmp_path / "away").rename(repo.root)
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    assert clone.run("restore", "001").code == 0


def test_nothing_is_written_through_a_link_to_outside(shop: Sandbox, tmp_path: Path) -> None:
    outside = tmp_path / "outside.sql"
    outside.write_text("mine\n", encoding="utf-8")
    (shop.root / "migrations/001_a.sql").unlink()
    (shop.root / "migrations/001_a.sql").symlink_to(outside)
    assert shop.run("restore", "001").code == 0
    assert outside.read_text(encoding="utf-8") == "mine\n"
    assert shop.read("migrations/001_a.sql") == FIRST
    assert not (shop.root / "migrations/001_a.sql").is_symlink()


def test_a_link_loop_is_replaced(shop: Sandbox) -> None:
    (shop.root / "migrations/001_a.sql").unlink()
    (shop.root / "migrations/001_a.sql").symlink_to("001_a.sql")
    assert shop.run("restore", "001").code == 0
    assert shop.read("migrations/001_a.sql") == FIRST


@pytest.mark.parametrize("path", ["../../outside.sql", "../.git/hooks/pre-commit", "../.git/x"])
def test_an_entry_that_leads_elsewhere_is_refused(repo: Sandbox, path: str) -> None:
    repo.locked("001_a")
    text = repo.read("migrations.lock").replace('file: "001_a.sql"', f'file: "{path}"')
    repo.write("migrations.lock", text)
    repo.commit()
    ran = repo.run("restore", "001")
    assert ran.code == 2
    assert "is not a file of this repository" in ran.err
    assert not (repo.root.parent / "outside.sql").exists()
    assert not (repo.root / ".git/hooks/pre-commit").exists()


def test_a_folder_in_its_place_is_told(shop: Sandbox) -> None:
    (shop.root / "migrations/001_a.sql").unlink()
    (shop.root / "migrations/001_a.sql").mkdir()
    ran = shop.run("restore", "001")
    assert ran.code == 2
    assert "migrations/001_a.sql cannot be written" in ran.err
