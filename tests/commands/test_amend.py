"""An edit of a locked migration that is accepted: these bytes, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox import Sandbox

EDIT = "CREATE TABLE a (id bigint);\n"


@pytest.fixture
def amended(repo: Sandbox) -> Sandbox:
    """A locked migration that was edited, and the edit accepted."""
    repo.locked("001_a", "002_b")
    repo.branch()
    repo.sql("001_a", EDIT)
    assert repo.run("amend", "001", "--reason", "built by hand, see #7").code == 0
    return repo


def test_the_edit_passes_with_a_note_that_says_why(amended: Sandbox) -> None:
    ran = amended.check()
    assert ran.code == 0
    assert "note: edited-migration" in ran.out
    assert "built by hand, see #7" in ran.out


def test_a_further_edit_fails(amended: Sandbox) -> None:
    amended.sql("001_a", EDIT + "-- more\nSELECT 1;\n")
    ran = amended.check()
    assert ran.code == 1
    assert "error: edited-migration" in ran.out


def test_a_further_edit_can_be_accepted_in_its_place(amended: Sandbox) -> None:
    amended.sql("001_a", EDIT + "SELECT 1;\n")
    assert amended.run("amend", "001", "--reason", "another").code == 0
    assert amended.check().code == 0
    assert amended.read("migrations.lock").count("reason:") == 1


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('reason: "built', 'reason: "", x: "built', 2),
        ('was: ["', 'was: ["0', 2),
        ("built by hand, see #7", " ", 2),
    ],
)
def test_a_mangled_amendment_is_told_with_its_line(amended: Sandbox, old: str, new: str, code: int) -> None:
    text = amended.read("migrations.lock")
    assert old in text
    amended.write("migrations.lock", text.replace(old, new))
    ran = amended.check()
    assert ran.code == code
    line = text[: text.index(old)].count("\n") + 1
    assert f"migrations.lock:{line}:" in ran.said


def test_other_bytes_than_the_amendments_fail(amended: Sandbox) -> None:
    lines = amended.read("migrations.lock").splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if "reason:" in line)
    sha = lines[at].split('sha256: "')[1][:64]
    lines[at] = lines[at].replace(sha, sha[::-1])
    amended.write("migrations.lock", "".join(lines))
    ran = amended.check()
    assert ran.code == 1
    assert "changed-lockfile" in ran.out
    assert "error: edited-migration" in ran.out


def test_an_amendment_names_the_file_as_it_is(amended: Sandbox) -> None:
    text = amended.read("migrations.lock")
    line = next(line for line in text.splitlines() if "reason:" in line)
    amended.write("migrations.lock", text.replace(line, line.replace("001_a.sql", "sub/../../README")))
    ran = amended.check()
    assert ran.code == 1
    assert "changed-lockfile" in ran.out


def merge(repo: Sandbox) -> None:
    repo.commit("amend")
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "change")
    repo.branch("next")


def test_once_merged_it_is_what_is_deployed(amended: Sandbox) -> None:
    deployed = "select 1;\n"
    merge(amended)
    ran = amended.check()
    assert (ran.code, "edited-migration" in ran.out) == (0, False)
    amended.sql("001_a", deployed)
    assert amended.check().code == 1
    amended.sql("001_a", EDIT + "SELECT 1;\n")
    assert amended.check().code == 1
    assert amended.run("amend", "001", "--reason", "second").code == 0
    assert amended.check().code == 0
    assert amended.read("migrations.lock").count("reason:") == 2
    assert amended.run("restore", "001").code == 0
    assert amended.read("migrations/001_a.sql") == EDIT
    assert amended.read("migrations.lock").count("reason:") == 1
    assert amended.check().code == 0


@pytest.mark.parametrize("old", ['reason: "built by hand', "    amended:"])
def test_a_merged_amendment_never_changes(amended: Sandbox, old: str) -> None:
    merge(amended)
    text = amended.read("migrations.lock")
    assert old in text
    if old.startswith(" "):
        lines = text.splitlines(keepends=True)
        at = lines.index("    amended:\n")
        del lines[at : at + 2]
        text = "".join(lines)
    else:
        text = text.replace(old, 'reason: "other')
    amended.write("migrations.lock", text)
    ran = amended.check()
    assert ran.code == 1
    assert "changed-lockfile" in ran.out


def test_a_release_keeps_what_was_recorded_first(amended: Sandbox) -> None:
    merge(amended)
    amended.sql("003_c", "SELECT 3;\n")
    amended.commit()
    assert amended.run("lock").code == 0
    text = amended.read("migrations.lock")
    assert text.count('"001"') == 2
    assert '"003"' in text
    assert amended.run("lock", "--check").code == 0


def test_an_entry_that_sorts_before_it_does_not_change_it(repo: Sandbox) -> None:
    down = "def upgrade():\n    pass\n\ndef downgrade():\n    pass\n"
    path = "migrations/versions/{}.py"
    repo.alembic(("b", None, "pass", "pass"))
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    repo.write(path.format("b"), f"revision = 'b'\ndown_revision = None\nX = 1\n{down}")
    assert repo.run("amend", "b", "--reason", "x").code == 0
    merge(repo)
    repo.alembic(("a", "b", "pass", "pass"))
    repo.commit()
    assert repo.run("lock").code == 0
    assert repo.check().code == 0, repo.check().out


@pytest.mark.parametrize(
    ("version", "words"),
    [("002", "is as it was deployed"), ("009", "is not locked"), ("003", "is not locked")],
)
def test_what_cannot_be_accepted(amended: Sandbox, version: str, words: str) -> None:
    amended.sql("003_c", "SELECT 3;\n")
    ran = amended.run("amend", version, "--reason", "x")
    assert ran.code == 2
    assert words in ran.said


def test_an_entry_that_is_gone_here_is_brought_back_first(amended: Sandbox) -> None:
    lines = amended.git("show", "main:migrations.lock").out.splitlines(keepends=True)
    amended.write("migrations.lock", "".join(line for line in lines if '"001":' not in line))
    ran = amended.run("amend", "001", "--reason", "x")
    assert ran.code == 2
    assert "001 is locked at the base, and not in migrations.lock here" in ran.said
    fix = next(line for line in ran.said.splitlines() if "fix: git checkout" in line)
    assert amended.git("rev-parse", "main").out.startswith(fix.split()[3])
    amended.git(*fix.split()[2:])
    assert amended.run("amend", "001", "--reason", "x").code == 0


def test_a_deletion_cannot_be_accepted(amended: Sandbox) -> None:
    (amended.root / "migrations/002_b.sql").unlink()
    ran = amended.run("amend", "002", "--reason", "x")
    assert ran.code == 2
    assert "migseal restore 002" in ran.said


def test_a_reason_is_needed(amended: Sandbox) -> None:
    assert amended.run("amend", "001", "--reason", "  ").code == 2
    assert amended.run("amend", "001").code == 2
