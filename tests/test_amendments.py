"""What amendments of a lockfile accept, and that what was accepted once stays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from histories import SQL

from checks import lockfile
from checks.errors import CannotCheckError
from checks.lockfile import Amendment, Lock, LockedProject, compare, lock_changes
from checks.migration import Change, File, History, Migration

if TYPE_CHECKING:
    from sandbox import Sandbox


def text(letter: str, *after: str) -> Migration:
    """Give migration 1 with some content; one of which all digits are the same letter."""
    return Migration("1", File("1_a.sql", letter * 64, letter * 40), after=after)


A, B, C = (text(letter) for letter in "abc")
FIRST, SECOND = Amendment(A, B, "first"), Amendment(B, C, "second")


def project(locked: Migration | None, *amendments: Amendment) -> LockedProject:
    entries = {"1": locked} if locked else {}
    return LockedProject("migrations", "sql", entries, amendments={"1": amendments} if amendments else {})


def change(base: LockedProject | None, now: LockedProject, head: Migration) -> Change:
    (found,) = compare(History(SQL, (head,)), History(SQL, (A,)), base, now).changes
    return found


def lost(base: LockedProject, now: LockedProject, head: Migration) -> list[str]:
    comparison = compare(History(SQL, (head,)), History(SQL, (A,)), base, now)
    locks = (Lock({"shop": found}) for found in (base, now))
    return [
        f"{found.subject} {found.what}" for found in lock_changes(*locks, {"shop": comparison}, lockfile.NAME)
    ]


@pytest.mark.parametrize(
    ("base", "now", "head", "reason"),
    [
        pytest.param(project(A), project(B, FIRST), B, "first", id="an edit"),
        pytest.param(project(A), project(C, FIRST, SECOND), C, "first; second", id="an edit of an edit"),
        pytest.param(
            project(B, FIRST), project(C, FIRST, SECOND), C, "second", id="what is deployed is not told"
        ),
        pytest.param(project(A), project(B, FIRST), C, "", id="other bytes than those accepted"),
        pytest.param(project(C), project(B, FIRST), B, "", id="from other bytes than those deployed"),
        pytest.param(None, project(B, FIRST), B, "", id="not locked at the base"),
        pytest.param(
            project(A), project(B, FIRST), text("b", "0"), "", id="other parents than those accepted"
        ),
    ],
)
def test_what_is_accepted(
    base: LockedProject | None, now: LockedProject, head: Migration, reason: str
) -> None:
    found = change(base, now, head)
    assert found.amended == reason
    assert not (found.amended and found.relocked)


@pytest.mark.parametrize(
    ("base", "now", "head", "told"),
    [
        pytest.param(project(A), project(B, FIRST), B, [], id="an amendment"),
        pytest.param(project(B, FIRST), project(C, FIRST, SECOND), C, [], id="one more"),
        pytest.param(project(B, FIRST), project(B, FIRST), B, [], id="the same"),
        pytest.param(
            project(B, FIRST),
            project(B, Amendment(A, B, "other")),
            B,
            ['migration "1" has an amendment that was changed'],
            id="another reason",
        ),
        pytest.param(
            project(B, FIRST),
            project(B),
            B,
            ['migration "1" has an amendment that was changed'],
            id="no amendment any more",
        ),
        pytest.param(
            project(A),
            project(B, Amendment(C, B, "first")),
            B,
            ['migration "1" was changed'],
            id="another begin",
        ),
        pytest.param(
            project(B, FIRST),
            project(C, Amendment(A, C, "instead")),
            C,
            ['migration "1" was changed'],
            id="another one in its place",
        ),
        pytest.param(
            project(A),
            project(replace(B, file=replace(B.file, blob="f" * 40)), FIRST),
            B,
            ['migration "1" was changed'],
            id="a blob that is not the file's",
        ),
        pytest.param(project(A), project(None, FIRST), B, ['migration "1" was removed'], id="no entry"),
        pytest.param(
            project(None),
            project(B, FIRST),
            B,
            ['migration "1" is amended before it was locked at the base'],
            id="not locked at the base",
        ),
    ],
)
def test_what_was_accepted_stays(
    base: LockedProject, now: LockedProject, head: Migration, told: list[str]
) -> None:
    assert lost(base, now, head) == told


def test_amendments_are_the_same_on_any_line() -> None:
    assert replace(FIRST, line=7) == FIRST


def both(letter: str) -> Migration:
    return replace(text(letter), down_file=File("1_a.down.sql", letter * 64, letter * 40))


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [pytest.param(A, B, C, id="one file"), pytest.param(both("a"), both("b"), both("c"), id="two files")],
)
def test_a_chain_is_read_as_it_was_written(first: Migration, second: Migration, third: Migration) -> None:
    chain = Amendment(first, second, "first"), Amendment(second, third, 'se"c\no nd')
    read = lockfile.read(lockfile.write(Lock({"shop": project(third, *chain)}))).projects["shop"]
    assert [file.sha256 for file in read.locked["1"].files] == [file.sha256 for file in third.files]
    assert [file.sha256 for file in read.recorded("1").files] == [file.sha256 for file in first.files]
    assert [found.reason for found in read.amendments["1"]] == ["first", 'se"c\no nd']
    assert lockfile.write(Lock({"shop": read})) == lockfile.write(Lock({"shop": project(third, *chain)}))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            '    amended:\n      "1"',
            '    amended:\n      "2"',
            'migration "2" is amended, and neither locked nor retired',
        ),
        (f'was: ["{"b" * 64}"]', f'was: ["{"a" * 64}"]', "not from the bytes that were locked before it"),
    ],
)
def test_a_chain_without_a_link_is_refused(old: str, new: str, words: str) -> None:
    written = lockfile.write(Lock({"shop": project(C, FIRST, SECOND)}))
    assert old in written
    with pytest.raises(CannotCheckError, match=words):
        lockfile.read(written.replace(old, new))


EDIT = "SELECT 1;\n"


def amend(repo: Sandbox, version: str, *options: str, reason: str = "why") -> tuple[int, str]:
    ran = repo.run("amend", version, "--reason", reason, *options)
    return ran.code, ran.said


def test_amendments_of_other_migrations_stay(repo: Sandbox) -> None:
    repo.locked("001_a", "002_b")
    repo.branch()
    for name in ("001_a", "002_b"):
        repo.sql(name, EDIT)
        assert amend(repo, name[:3], reason=f"of {name}")[0] == 0
    assert repo.read("migrations.lock").count("reason:") == 2
    assert repo.check().code == 0


def test_a_reason_is_one_line(repo: Sandbox) -> None:
    repo.locked("001_a")
    repo.branch()
    repo.sql("001_a", EDIT)
    assert amend(repo, "001", reason="built \n\n  by\thand ")[0] == 0
    assert 'reason: "built by hand"' in repo.read("migrations.lock")


def test_a_new_number_cannot_be_accepted(repo: Sandbox) -> None:
    repo.locked("001_a")
    repo.branch()
    repo.git("mv", "migrations/001_a.sql", "migrations/007_a.sql")
    code, said = amend(repo, "001")
    assert (code, "001 is gone, and that cannot be accepted" in said) == (2, True)


def test_what_is_only_merged_needs_no_amendment(repo: Sandbox) -> None:
    repo.locked("001_a")
    repo.sql("002_b")
    repo.commit()
    repo.branch()
    repo.sql("002_b", EDIT)
    code, said = amend(repo, "002")
    assert (code, "002 is not locked" in said) == (2, True)


def test_a_wrong_version_names_the_nearest(repo: Sandbox) -> None:
    repo.locked("20260101_a")
    assert "20260101" in amend(repo, "20260102")[1].replace("20260102", "")


def test_an_entry_that_is_gone_here_is_told(repo: Sandbox) -> None:
    repo.locked("001_a", "002_b")
    repo.branch()
    repo.sql("001_a", EDIT)
    lines = repo.read("migrations.lock").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith('      "001"')]
    repo.write("migrations.lock", "".join(kept))
    code, said = amend(repo, "001")
    assert (code, "001 is locked at the base, and not in migrations.lock here" in said) == (2, True)


def test_of_two_projects_one_is_named_and_the_other_stays(repo: Sandbox) -> None:
    for name in ("one", "two"):
        repo.write(f"{name}/001_a.sql", "CREATE TABLE t (id int);\n")
    repo.write(
        "migseal.yaml",
        "projects:\n  one: {directory: one, tool: sql}\n  two: {directory: two, tool: sql}\n",
    )
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    for name in ("one", "two"):
        repo.write(f"{name}/001_a.sql", EDIT)
    code, said = amend(repo, "001")
    assert (code, "001 is locked in several projects: one, two" in said) == (2, True)
    assert amend(repo, "001", "--project", "two")[0] == 0
    accepted = lockfile.read(repo.read("migrations.lock")).projects
    assert (accepted["one"].amendments, list(accepted["two"].amendments)) == ({}, ["001"])
