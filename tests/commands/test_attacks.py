"""Pull requests that change what is deployed and would rather not be noticed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from checks import lockfile
from checks.content import blob_id

if TYPE_CHECKING:
    from sandbox import Sandbox

INI = "[alembic]\nscript_location = migrations\n"
REVISION = "revision = {0!r}\ndown_revision = {1!r}\n\n\ndef upgrade():\n    op.execute({2!r})\n"
YAML = "projects: {app: {directory: migrations, tool: alembic, ini_file: alembic.ini}}\n"


def revision(repo: Sandbox, where: str, version: str, parent: str | None, statement: str) -> None:
    repo.write(f"{where}/versions/{version}.py", REVISION.format(version, parent, statement))


@pytest.fixture
def shop(repo: Sandbox) -> Sandbox:
    """Two deployed revisions, locked on main, and a branch for the pull request."""
    repo.write("alembic.ini", INI)
    repo.write("migseal.yaml", YAML)
    repo.write("migrations/env.py", "")
    revision(repo, "migrations", "a1", None, "CREATE TABLE t (id int)")
    revision(repo, "migrations", "b2", "a1", "CREATE TABLE u (id int)")
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    return repo


def copy(repo: Sandbox, where: str) -> None:
    """Lay a true copy of the deployed revisions somewhere else."""
    repo.write(f"{where}/env.py", "")
    for version in ("a1", "b2"):
        repo.write(f"{where}/versions/{version}.py", repo.read(f"migrations/versions/{version}.py"))


def edit(repo: Sandbox, where: str = "migrations") -> None:
    revision(repo, where, "a1", None, "CREATE TABLE t (id bigint)")


def caught(repo: Sandbox) -> str:
    """Check as a pull request and as a commit: neither may pass."""
    repo.commit()
    ran = repo.check("--base", "main")
    assert ran.code != 0, ran.out
    assert repo.check("--staged", "--base", "main").code != 0
    return ran.said


def test_another_directory_with_a_true_copy(shop: Sandbox) -> None:
    copy(shop, "decoy")
    edit(shop)
    shop.write("migseal.yaml", YAML.replace("directory: migrations", "directory: decoy"))
    assert "still stand in migrations" in caught(shop)


def test_the_ini_leads_to_an_edited_copy(shop: Sandbox) -> None:
    copy(shop, "new")
    edit(shop, "new")
    shop.write("alembic.ini", INI.replace("= migrations", "= new"))
    assert "alembic.ini leads to the script location new" in caught(shop)


@pytest.mark.parametrize(
    ("path", "text"),
    {
        "another location": ("alembic.ini", f"{INI}version_locations = evil/versions\n"),
        "by a name": ("alembic.ini", f"{INI}x = evil\nversion_locations = %(here)s/%(x)s/versions\n"),
        "in the toml": ("pyproject.toml", '[tool.alembic]\nversion_locations = ["evil/versions"]\n'),
        "a broken ini": ("alembic.ini", "[loggers\n[alembic]\nscript_location = migrations\n"),
        "an unknown name": ("alembic.ini", f"{INI}version_locations = %(nothing)s\n"),
        "not UTF-8": ("alembic.ini", b"# \xe9\n" + INI.encode()),
    }.values(),
)
def test_the_versions_are_read_from_elsewhere(shop: Sandbox, path: str, text: str | bytes) -> None:
    copy(shop, "evil")
    edit(shop, "evil")
    shop.write(path, text)
    caught(shop)


def test_another_ini_file(shop: Sandbox) -> None:
    copy(shop, "evil")
    edit(shop, "evil")
    edit(shop)
    shop.write("other.ini", f"{INI}version_locations = evil/versions\n")
    shop.write("migseal.yaml", YAML.replace("ini_file: alembic.ini", "ini_file: other.ini"))
    caught(shop)


def test_a_decoy_takes_the_name_of_what_is_locked(repo: Sandbox) -> None:
    repo.locked("001_t")
    repo.branch()
    repo.write("backend/migrations/001_t.sql", repo.read("migrations/001_t.sql"))
    repo.write("migrations/001_t.sql", "CREATE TABLE t_001 (id bigint);\n")
    repo.write("migrations/env.py", "")
    assert "edited-migration" in caught(repo)


def test_a_branch_from_before_the_lock(repo: Sandbox) -> None:
    repo.sql("001_t")
    repo.commit()
    repo.git("branch", "old")
    assert repo.run("lock").code == 0
    repo.commit()
    repo.git("switch", "--quiet", "old")
    repo.write("migrations/001_t.sql", "CREATE TABLE t_001 (id bigint);\n")
    assert "deployed" in caught(repo)


def test_a_branch_does_not_lose_what_was_locked_and_added_after_it(repo: Sandbox) -> None:
    repo.locked("001_t")
    repo.branch()
    repo.commit()
    repo.git("switch", "--quiet", "main")
    repo.locked("002_u")
    repo.git("switch", "--quiet", "change")
    assert repo.check("--base", "main").code == 0


def test_the_change_does_not_choose_its_base(repo: Sandbox) -> None:
    repo.locked("001_t")
    repo.branch()
    repo.write("migseal.yaml", "base: HEAD\n")
    repo.write("migrations/001_t.sql", "CREATE TABLE t_001 (id bigint);\n")
    repo.commit()
    assert repo.check().code == 1


def test_a_new_entry_with_the_blob_of_an_edit_to_come(repo: Sandbox) -> None:
    repo.locked("001_t")
    repo.sql("002_u")
    repo.commit()
    repo.branch()
    assert repo.run("lock").code == 0
    true = blob_id((repo.root / "migrations/002_u.sql").read_bytes())
    poison = blob_id(b"CREATE TABLE t_002 (id bigint);\n")
    repo.write(lockfile.NAME, repo.read(lockfile.NAME).replace(true, poison))
    assert "changed-lockfile" in caught(repo)


@pytest.mark.parametrize(
    "line",
    [
        "if True:\n    revision = 'b2'",
        "revision, down_revision = 'b2', 'a1'",
        "(revision := 'b2')",
        "globals().update(revision='b2')",
        "for revision in ['b2']:\n    pass",
        "def f():\n    global revision\n    revision = 'b2'",
        "from os import sep as revision",
    ],
)
def test_a_revision_that_only_running_would_tell(shop: Sandbox, line: str) -> None:
    shop.write("migrations/versions/c3.py", REVISION.format("c3", "b2", "SELECT 1") + line + "\n")
    assert "unreadable-migration" in caught(shop)


def test_an_encoding_that_hides_code(shop: Sandbox) -> None:
    text = "# coding: utf-7\n" + REVISION.format("c3", "b2", "SELECT 1") + "#+AAo-revision='b2'\n"
    shop.write("migrations/versions/c3.py", text)
    assert "declares the encoding utf-7" in caught(shop)


def test_a_start_that_stands_for_what_is_new(repo: Sandbox) -> None:
    repo.locked("001_t")
    repo.branch()
    repo.sql("002_u")
    repo.write("s.sql", "")
    start = "projects: {{m: {{directory: migrations, tool: sql, start: {{sql: s.sql, at: '{}'}}}}}}\n"
    repo.write("migseal.yaml", start.format("002"))
    ran = repo.run("check")
    assert ran.code == 2
    assert "is never proved" in ran.said
    repo.write("migseal.yaml", start.format("0022"))
    ran = repo.run("check")
    assert ran.code == 2
    assert "no migration has the version 0022" in ran.said


def test_an_empty_base_is_no_base(repo: Sandbox) -> None:
    repo.locked("001_t")
    assert repo.check("--base", "").code == 2
