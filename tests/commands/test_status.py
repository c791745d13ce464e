from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox import Sandbox


def lines(repo: Sandbox) -> dict[str, list[str]]:
    """Give the words of each migration's line."""
    ran = repo.run("status")
    assert ran.code == 0
    return {words[0]: words[1:] for line in ran.out.splitlines() if (words := line.split())}


def test_the_history_is_a_table(repo: Sandbox) -> None:
    repo.locked("001_a", "002_b")
    assert repo.run("lock", "--environment", "staging", "--release", "v1").code == 0
    repo.commit()
    repo.sql("003_c")
    repo.commit()
    repo.branch()
    repo.sql("004_d")
    found = lines(repo)
    assert found["base"][1] == "(main):"
    assert found["project"] == ["migrations"]
    assert found["001"] == ["locked", "001_a.sql", "staging/v1"]
    assert found["003"] == ["merged", "003_c.sql"]
    assert found["004"] == ["new", "004_d.sql"]


def test_what_happened_is_told(repo: Sandbox) -> None:
    repo.locked("001_a", "002_b", "003_c")
    repo.branch()
    repo.sql("001_a", "SELECT 1;\n")
    (repo.root / "migrations/002_b.sql").unlink()
    repo.git("mv", "migrations/003_c.sql", "migrations/003_better.sql")
    found = lines(repo)
    assert found["001"][:2] == ["locked", "(edited)"]
    assert found["002"][:2] == ["locked", "(deleted)"]
    assert found["003"][:2] == ["locked", "(moved)"]


def test_a_name_is_no_markup(repo: Sandbox) -> None:
    repo.sql("001_[red]a", "SELECT 1;\n")
    assert lines(repo)["001"] == ["new", "001_[red]a.sql"]


def test_nothing_is_told_as_nothing(repo: Sandbox) -> None:
    assert "no migrations found" in repo.run("status").out
