from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import lockfile
from checks.content import fingerprint
from checks.errors import CannotCheckError
from checks.lockfile import Lock, LockedProject, Retired, compare, lock_changes
from checks.migration import Comparison, Downgrade, File, History, LockChange, Migration, Project, Tier

ODD = (
    "001",
    "010",
    "1.10",
    "on",
    "null",
    "~",
    "",
    "2026_01_15_001",
    "a b",
    'it\'s "so"',
    "back\\slash",
    "größe",
    "表",
    "😀",
    "\x00\x1b\x7f",
    "\x85",
    "\u2028\ufeff",
    "a: b # c",
    "- {x}",
    "*a",
    "two\nlines\r\n",
    " ",
)
TEXTS = st.one_of(st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
HASHES = st.integers(0, 2**256 - 1).map("{:064x}".format)
BLOBS = st.integers(0, 2**160 - 1).map("{:040x}".format) | HASHES
FILES = st.builds(File, TEXTS, HASHES, BLOBS)


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Migration]:
    found = {}
    for version in draw(st.lists(TEXTS, max_size=4, unique=True)):
        depends = tuple(draw(st.lists(TEXTS, max_size=2)))
        found[version] = Migration(
            version,
            draw(FILES),
            draw(st.none() | FILES),
            after=(*draw(st.lists(TEXTS, max_size=2)), *depends),
            depends=depends,
            downgrade=draw(st.sampled_from(Downgrade)),
        )
    return found


PROJECTS = st.builds(
    LockedProject,
    TEXTS,
    TEXTS,
    locked=entries(),
    deployments=st.dictionaries(TEXTS, st.lists(TEXTS, max_size=3).map(tuple), max_size=2),
    retired=st.builds(
        lambda found, by: {f"r {v}": Retired(replace(m, version=f"r {v}"), by) for v, m in found.items()},
        entries(),
        TEXTS,
    ),
)
LOCKS = st.builds(Lock, st.dictionaries(TEXTS, PROJECTS, max_size=3))


def bare(lock: Lock) -> Lock:
    """Leave out the lines."""
    return Lock(
        {
            name: replace(
                project,
                locked={v: replace(m, line=1) for v, m in project.locked.items()},
                retired={
                    v: replace(gone, migration=replace(gone.migration, line=1))
                    for v, gone in project.retired.items()
                },
                lines={},
            )
            for name, project in lock.projects.items()
        }
    )


@given(LOCKS)
def test_what_is_written_is_read_as_it_was(lock: Lock) -> None:
    text = lockfile.write(lock)
    assert bare(lockfile.read(text)) == lock
    assert lockfile.write(lockfile.read(text)) == text


@given(LOCKS)
def test_an_entry_is_one_line_and_knows_it(lock: Lock) -> None:
    text = lockfile.write(lock)
    lines = text.split("\n")
    assert not set(text) & set("\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\ufeff\x1b\x00")
    read = lockfile.read(text)
    for project in read.projects.values():
        for migration in project.locked.values():
            assert migration.file.sha256 in lines[migration.line - 1]
        for key, line in project.lines.items():
            assert lines[line - 1].startswith("      ")
            assert key in project.deployments
    entry_lines = sum(len(p.locked) + len(p.deployments) + len(p.retired) + 6 for p in lock.projects.values())
    assert len(lines) <= entry_lines + 4


def test_the_text_is_as_the_design_has_it() -> None:
    users = Migration("3f2a", File("versions/3f2a.py", "a" * 64, "b" * 40), after=("18b2",))
    first = Migration("18b2", File("versions/18b2.py", "c" * 64, "d" * 40), downgrade=Downgrade.ABSENT)
    project = LockedProject(
        "migrations", "alembic", {"3f2a": users, "18b2": first}, {"staging/v1": ("18b2", "3f2a")}
    )
    assert lockfile.write(Lock({"app": project})) == (
        "# Written by `migseal lock`. What stands here is deployed: it never changes and never leaves.\n"
        'lockfile: "1"\n'
        "projects:\n"
        '  "app":\n'
        '    directory: "migrations"\n'
        '    tool: "alembic"\n'
        "    locked:\n"
        f'      "18b2": {{file: "versions/18b2.py", sha256: "{"c" * 64}", blob: "{"d" * 40}", after: [], '
        'downgrade: "absent"}\n'
        f'      "3f2a": {{file: "versions/3f2a.py", sha256: "{"a" * 64}", blob: "{"b" * 40}", '
        'after: ["18b2"]}\n'
        "    deployments:\n"
        '      "staging/v1": ["18b2", "3f2a"]\n'
    )


ENTRY = f'{{file: "a.sql", sha256: "{"a" * 64}", blob: "{"b" * 40}", after: []}}'
HEAD = 'lockfile: "1"\nprojects:\n  "app":\n    directory: "m"\n    tool: "sql"\n'
LOCKED = f'{HEAD}    locked:\n      "001": {ENTRY}\n'
BROKEN = {
    "": ":1: the lockfile is empty",
    "# only a comment\n": ":1: the lockfile is empty",
    "text": ":1: the lockfile must hold `key: value` lines",
    'projects: {}\nlockfile: "2"\n': ':2: this lockfile has format "2"',
    "projects: {}\n": ":1: the lockfile has no lockfile",
    'lockfile: "1"\nproject: {}\n': ":2: the lockfile has an unknown key: project (did you mean",
    f'{LOCKED}      "001": {ENTRY}\n': ':8: "001" stands twice, first at line 7',
    f'{LOCKED}  "app": {{}}\n': ':8: "app" stands twice',
    f"{HEAD}    lokced: {{}}\n": ':6: project "app" has an unknown key: lokced (did you mean locked?)',
    'lockfile: "1"\nprojects:\n  "app":\n    tool: "sql"\n': ':4: project "app" has no directory',
    'lockfile: "1"\nprojects:\n  "app": []\n': ':3: project "app" must hold `key: value` lines',
    LOCKED.replace("sha256", "sha"): ':7: migration "001" has an unknown key: sha (did you mean',
    LOCKED.replace(f', blob: "{"b" * 40}"', ""): ':7: migration "001" has no blob',
    LOCKED.replace('file: "a.sql", ', ""): ':7: migration "001" has no file',
    LOCKED.replace("a" * 64, "A" * 64): ':7: migration "001": sha256 is not a hash: AAAA',
    LOCKED.replace("b" * 40, "b" * 39): ':7: migration "001": blob is not a hash',
    LOCKED.replace("after: []", "after: x"): ':7: migration "001" after must be a list',
    LOCKED.replace("after: []", 'downgrade: "absentt"'): "downgrade is absentt (did you mean absent?)",
    LOCKED.replace("after: []", 'down: "a.down.sql"'): ':7: migration "001" has no down_sha256',
    LOCKED.replace("after: []}", "after: []"): ":7: broken YAML",
    f"{LOCKED}    deployments:\n      a: b\n": ':9: deployment "a" must be a list',
    f"{LOCKED}<<<<<<< HEAD\n": ":8: broken YAML",
}


@pytest.mark.parametrize(("content", "message"), BROKEN.items(), ids=[str(n) for n in range(len(BROKEN))])
def test_what_is_mangled_is_told_with_its_line_and_what_mends_it(content: str, message: str) -> None:
    with pytest.raises(CannotCheckError) as raised:
        lockfile.read(content)
    assert raised.value.message.startswith("migrations.lock:")
    assert message in raised.value.message
    assert any(
        word in raised.value.hint for word in ("git checkout", "pip install", "it may hold", "remove one")
    )


def test_unquoted_versions_are_the_texts_they_are() -> None:
    lock = lockfile.read(LOCKED.replace('"001"', "001") + "    deployments:\n      prod/1.10: [001, on]\n")
    assert list(lock.projects["app"].locked) == ["001"]
    assert lock.projects["app"].deployments == {"prod/1.10": ("001", "on")}


def test_lines_in_any_order_are_one_set() -> None:
    one = f'{HEAD}    locked:\n      "001": {ENTRY}\n      "002": {ENTRY}\n'
    other = f'{HEAD}    locked:\n      "002": {ENTRY}\n      "001": {ENTRY}\n'
    assert lockfile.write(lockfile.read(one)) == lockfile.write(lockfile.read(other))


@pytest.mark.parametrize("data", [b"a\nb\n", b"a\r\nb\r\n", b"\xef\xbb\xbfa\r\nb\n"])
def test_line_endings_and_the_byte_order_mark_do_not_count(data: bytes) -> None:
    assert fingerprint(data) == fingerprint(b"a\nb\n")


@pytest.mark.parametrize("data", [b"a\nb", b"a\n\nb\n", b"a\nb \n", b"a\rb\n", b"a\n\xef\xbb\xbfb\n"])
def test_everything_else_counts(data: bytes) -> None:
    assert fingerprint(data) != fingerprint(b"a\nb\n")


APP = Project("app", "migrations", "sql")


def migration(version: str, body: str = "", path: str = "", after: tuple[str, ...] = ()) -> Migration:
    sha = fingerprint((body or version).encode())
    return Migration(version, File(path or f"{version}.sql", sha, sha[:40]), after=after)


def history(*migrations: Migration) -> History:
    return History(APP, migrations)


def locked(*migrations: Migration, deployments: dict[str, tuple[str, ...]] | None = None) -> LockedProject:
    return LockedProject("migrations", "sql", {m.version: m for m in migrations}, deployments or {})


def judged(
    head: tuple[Migration, ...],
    base: LockedProject | None,
    now: LockedProject | None = None,
    before: tuple[Migration, ...] | None = None,
) -> tuple[Comparison, list[LockChange]]:
    """Compare, where the base commit has what its lock has, unless `before` says otherwise."""
    now = base if now is None else now
    old = before if before is not None else tuple(base.locked.values()) if base else ()
    comparison = compare(history(*head), history(*old), base, now)
    changes = lock_changes(
        Lock({"app": base}) if base else None,
        Lock({"app": now}) if now else None,
        {"app": comparison},
        lockfile.NAME,
    )
    return comparison, list(changes)


ONE, TWO, THREE = migration("001"), migration("002"), migration("003")


def test_nothing_changed_is_nothing_told() -> None:
    comparison, changes = judged((ONE, TWO), locked(ONE), before=(ONE, TWO))
    assert [change.tier for change in comparison.changes] == [Tier.LOCKED, Tier.MERGED]
    assert not any(
        c.edited or c.deleted or c.moved or c.reordered or c.renumbered for c in comparison.changes
    )
    assert changes == []


def test_a_migration_is_locked_or_merged_or_new() -> None:
    comparison, _ = judged((ONE, TWO, THREE), locked(ONE), before=(ONE, TWO))
    assert [c.tier for c in comparison.changes] == [Tier.LOCKED, Tier.MERGED, Tier.NEW]


def test_an_edit_and_a_relock_are_one_change() -> None:
    edited = migration("001", "other")
    comparison, changes = judged((edited, TWO), locked(ONE, TWO), locked(edited, TWO))
    assert [(c.edited, c.relocked) for c in comparison.changes] == [(True, True), (False, False)]
    assert changes == []


def test_an_edit_without_a_relock_is_not_called_one() -> None:
    comparison, _ = judged((migration("001", "other"),), locked(ONE))
    assert [(c.edited, c.relocked) for c in comparison.changes] == [(True, False)]


def test_an_entry_that_was_rewritten_alone_is_told_of_the_lockfile() -> None:
    _, changes = judged((ONE,), locked(ONE), locked(replace(migration("001", "other"), line=7)))
    assert [(c.subject, c.what, c.line) for c in changes] == [('migration "001"', "was changed", 7)]


@pytest.mark.parametrize(
    "other",
    [
        replace(ONE, file=replace(ONE.file, blob="f" * 40)),
        replace(ONE, file=replace(ONE.file, path="else.sql")),
        replace(ONE, after=("000",)),
        replace(ONE, after=("000",), depends=("000",)),
        replace(ONE, downgrade=Downgrade.EMPTY),
        replace(ONE, down_file=ONE.file),
    ],
)
def test_every_fact_of_an_entry_is_guarded(other: Migration) -> None:
    _, changes = judged((ONE,), locked(ONE), locked(other))
    assert [c.what for c in changes] == ["was changed"]


def test_a_moved_file_may_be_relocked_with_its_new_path_and_nothing_else() -> None:
    moved = replace(ONE, file=replace(ONE.file, path="deep/001.sql"))
    comparison, changes = judged((moved,), locked(ONE), locked(moved))
    assert [c.moved for c in comparison.changes] == [True]
    assert changes == []
    false = replace(moved, file=replace(moved.file, blob="f" * 40))
    _, changes = judged((moved,), locked(ONE), locked(false))
    assert [c.what for c in changes] == ["was changed"]


def test_an_entry_that_went_is_told_unless_its_migration_went_too() -> None:
    _, changes = judged((ONE, TWO), locked(ONE, TWO), locked(ONE))
    assert [(c.subject, c.what) for c in changes] == [('migration "002"', "was removed")]
    comparison, changes = judged((ONE,), locked(ONE, TWO), locked(ONE))
    assert [c.deleted for c in comparison.changes] == [True, False]
    assert changes == []


def test_deployments_only_grow() -> None:
    base = locked(ONE, deployments={"staging/v1": ("001",), "staging/v2": ()})
    _, (strange,) = judged((ONE,), base, replace(base, deployments={**base.deployments, "x/v1": ("9",)}))
    assert (strange.subject, strange.what) == ('deployment "x/v1"', "names 9, which is not locked")
    _, changes = judged(
        (ONE,), base, replace(base, deployments={**base.deployments, "production/v1": ("001",)})
    )
    assert changes == []
    _, changes = judged((ONE,), base, replace(base, deployments={"staging/v1": ("001", "002")}))
    assert [(c.subject, c.what) for c in changes] == [
        ('deployment "staging/v1"', "was changed"),
        ('deployment "staging/v2"', "was removed"),
        ('deployment "staging/v1"', "names 002, which is not locked"),
    ]


def test_the_lockfile_and_its_projects_cannot_vanish() -> None:
    base = Lock({"app": locked(ONE)})
    comparison = compare(history(ONE), history(ONE), locked(ONE), None)
    (gone,) = lock_changes(base, None, {"app": comparison}, lockfile.NAME)
    assert (gone.subject, gone.what) == ("the lockfile", "was removed")
    (gone,) = lock_changes(base, Lock({"web": locked()}), {"app": comparison}, lockfile.NAME)
    assert (gone.subject, gone.what) == ('project "app"', "was removed")


def test_an_entry_of_nothing_is_told() -> None:
    _, changes = judged((ONE,), locked(ONE), locked(ONE, TWO))
    assert [c.what for c in changes] == ["is locked, and there is no such migration"]


def test_adoption_locks_what_the_base_has_byte_for_byte() -> None:
    _, changes = judged((ONE, TWO), None, locked(ONE, TWO), before=(ONE, TWO))
    assert changes == []
    edited = migration("001", "other")
    _, changes = judged((edited, TWO), None, locked(edited, TWO), before=(ONE, TWO))
    assert [c.what for c in changes] == ["is locked with other bytes or parents than it has at the base"]


def test_adoption_may_lock_new_files_as_they_are() -> None:
    _, changes = judged((ONE,), None, locked(ONE), before=())
    assert changes == []
    _, changes = judged((ONE,), None, locked(migration("001", "other")), before=())
    assert [c.what for c in changes] == ["is locked with other bytes or parents than it has in the file"]


def test_the_same_bytes_under_another_version_are_the_same_migration() -> None:
    other = replace(ONE, version="007", file=replace(ONE.file, path="007.sql"))
    comparison, _ = judged((TWO, other), locked(ONE, TWO))
    assert [(c.tier, c.renumbered) for c in comparison.changes] == [(Tier.LOCKED, False), (Tier.LOCKED, True)]


def test_of_two_that_went_only_one_can_be_the_same_as_a_new_one() -> None:
    twin = migration("002", "001")
    other = migration("007", "001")
    comparison, _ = judged((other,), locked(ONE, twin))
    assert sorted((c.deleted, c.renumbered) for c in comparison.changes) == [(False, True), (True, False)]


def test_of_two_files_of_a_version_the_one_that_was_there_counts() -> None:
    thief = migration("001", "other", "aaa.sql")
    comparison, _ = judged((thief, ONE), locked(ONE))
    assert [(c.edited, c.moved) for c in comparison.changes] == [(False, False)]
