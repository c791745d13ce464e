"""A history full of old defects is adopted in one `migseal init`, is green, and a new defect turns it red."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox import Sandbox

pytestmark = pytest.mark.postgres

LEAVES = (
    "r1",
    None,
    "op.execute(\"CREATE TYPE mood AS ENUM ('a'); CREATE TABLE users (mood mood)\")",
    "op.drop_table('users')",
)
FAILS = ("r2", "r1", "op.execute('CREATE TABLE teams (id int)')", "op.drop_table('nothing')")
CLEAN = ("r3", "r2", "op.execute('CREATE TABLE c (id int)')", "op.drop_table('c')")
FORGETS = ("r4", "r3", "op.execute('CREATE TABLE d (id int)')", "pass")


@pytest.fixture
def adopted(repo: Sandbox) -> Sandbox:
    """A history with two old defects, adopted and merged."""
    repo.alembic(LEAVES, FAILS, CLEAN)
    repo.commit()
    repo.branch("adopt")
    ran = repo.run("init")
    assert ran.code == 0, ran.said
    assert "recorded 2 findings of today" in ran.out
    return repo


def merge(repo: Sandbox, branch: str = "adopt") -> None:
    repo.commit(branch)
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", branch)
    repo.branch("change")


def check(repo: Sandbox, *arguments: str) -> tuple[int, list[tuple[str, str]], int]:
    ran = repo.run("check", "--output", "json", *arguments)
    document = json.loads(ran.out)
    assert document["error"] is None, document["error"]
    found = sorted((f["rule"], f["migration"]) for f in document["findings"])
    return ran.code, found, document["known"]


OLD = [("failed-downgrade", "r2"), ("leftover-object", "r1")]


def test_it_is_green_before_and_after_the_merge(adopted: Sandbox) -> None:
    lock = adopted.read("migrations.lock")
    assert '"r1": {"leftover-object": ["enum type public.mood"]}' in lock
    assert '"r2": {"failed-downgrade": []}' in lock
    for _ in range(2):
        assert check(adopted) == (0, [], 0)
        assert check(adopted, "--all") == (0, [], 2)
        assert check(adopted, "--all", "--no-baseline") == (1, OLD, 0)
        if adopted.git("branch", "--show-current").out.strip() == "adopt":
            merge(adopted)
    assert "2 known findings in deployed migrations not shown" in adopted.run("check", "--all").out


def test_what_another_tells_is_recorded_too(repo: Sandbox) -> None:
    """One cause, one finding: but what is known no longer tells the other."""
    repo.alembic(LEAVES, ("r2", "r1", "pass", "op.execute('DROP TABLE alembic_version')"))
    repo.commit()
    repo.branch("adopt")
    assert repo.run("init").code == 0
    assert check(repo, "--all")[:2] == (0, [])


def test_a_new_defect_turns_it_red(adopted: Sandbox) -> None:
    merge(adopted)
    adopted.alembic(FORGETS)
    assert check(adopted) == (1, [("leftover-object", "r4")], 0)
    assert check(adopted, "--all") == (1, [("leftover-object", "r4")], 2)


def test_a_release_keeps_what_is_known(adopted: Sandbox) -> None:
    merge(adopted)
    adopted.alembic(("r4", "r3", "pass", "pass"))
    adopted.commit()
    assert adopted.run("lock").code == 0
    assert adopted.read("migrations.lock").count('"leftover-object"') == 1


def test_what_else_it_leaves_now_is_told(adopted: Sandbox) -> None:
    """The record names the objects: it is no licence for others."""
    lock = adopted.read("migrations.lock")
    adopted.write("migrations.lock", lock.replace("enum type public.mood", "enum type public.other"))
    merge(adopted)
    assert check(adopted, "--all") == (1, [("leftover-object", "r1")], 1)


def test_an_edited_downgrade_is_told_all_that_is_wrong_with_it(adopted: Sandbox) -> None:
    merge(adopted)
    adopted.alembic((*LEAVES[:3], "op.execute('DROP TABLE users')"), (*FAILS[:3], "op.drop_table('no')"))
    code, found, known = check(adopted)
    assert (code, known) == (1, 0)
    assert {("leftover-object", "r1"), ("failed-downgrade", "r2")} <= set(found)


def test_an_edited_upgrade_is_not_blamed_for_the_same_objects(adopted: Sandbox) -> None:
    merge(adopted)
    adopted.alembic((*LEAVES[:2], LEAVES[2].replace("(mood mood)", "(mood mood, n int)"), LEAVES[3]))
    assert check(adopted) == (1, [("diverging-histories", "r1")], 1)
    adopted.alembic(LEAVES, (*FAILS[:2], FAILS[2].replace("id int", "id bigint"), FAILS[3]))
    assert check(adopted) == (1, [("diverging-histories", "r2"), ("failed-downgrade", "r2")], 0)


def test_a_change_cannot_record_its_own_defect(adopted: Sandbox) -> None:
    merge(adopted)
    adopted.alembic(FORGETS)
    lock = adopted.read("migrations.lock")
    line = '      "r4": {"leftover-object": ["table public.d"]}\n'
    adopted.write("migrations.lock", lock.replace("    findings:\n", f"    findings:\n{line}"))
    code, found, _ = check(adopted)
    assert code == 1
    assert found == [("changed-lockfile", "r4"), ("leftover-object", "r4")]


def test_adopting_records_nothing_of_what_is_new(repo: Sandbox) -> None:
    repo.alembic(LEAVES, FAILS, CLEAN)
    repo.commit()
    repo.branch("adopt")
    repo.alembic(FORGETS)
    ran = repo.run("init")
    assert ran.code == 0
    assert "this is not recorded, and has to be mended" in ran.out
    assert "table public.d is still there" in ran.out
    assert check(repo) == (1, [("leftover-object", "r4")], 0)
    lock = repo.read("migrations.lock")
    line = '      "r4": {"leftover-object": ["table public.d"]}\n'
    repo.write("migrations.lock", lock.replace("    findings:\n", f"    findings:\n{line}"))
    assert ("leftover-object", "r4") in check(repo)[1]


def test_what_keeps_others_from_being_run_is_never_quiet(repo: Sandbox) -> None:
    broken = ("r2", "r1", "op.execute('no such statement')", "pass")
    repo.alembic(LEAVES, broken)
    repo.commit()
    repo.branch("adopt")
    ran = repo.run("init")
    assert ran.code == 0
    lock = repo.read("migrations.lock")
    merge(repo)
    repo.alembic(("r3", "r2", "pass", "pass"))
    code, found, _ = check(repo)
    assert (code, found) == (1, [("failed-upgrade", "r2")])
    assert "failed-upgrade" in lock


def test_only_the_base_says_what_is_known(adopted: Sandbox) -> None:
    adopted.write("migrations.lock", adopted.git("show", "main:migrations.lock", check=False).out)
    (adopted.root / "migrations.lock").unlink()
    assert adopted.run("init", "--no-baseline").code == 0
    merge(adopted)
    assert check(adopted, "--all") == (1, OLD, 0)
    assert adopted.run("init", "--baseline").code == 0
    assert '"leftover-object"' in adopted.read("migrations.lock")
    seen = [("changed-lockfile", "r1"), ("changed-lockfile", "r2")]
    assert check(adopted) == (0, seen, 0)
    assert check(adopted, "--all") == (1, sorted([*seen, *OLD]), 0)
    adopted.commit("record")
    adopted.git("switch", "-q", "main")
    adopted.git("merge", "-q", "change")
    assert check(adopted, "--all") == (0, [], 2)


def test_nothing_but_round_trips_can_be_known(adopted: Sandbox) -> None:
    lock = adopted.read("migrations.lock")
    line = '      "r3": {"changed-lockfile": [], "duplicate-version": [], "edited-migration": []}\n'
    adopted.write("migrations.lock", lock.replace("    findings:\n", f"    findings:\n{line}"))
    merge(adopted)
    copy = adopted.read("migrations/versions/r3.py")
    adopted.write("migrations/versions/r3_again.py", copy.replace("'c'", "'cc'"))
    assert ("duplicate-version", "r3") in check(adopted)[1]
    (adopted.root / "migrations/versions/r3_again.py").unlink()
    lines = adopted.read("migrations.lock").splitlines(keepends=True)
    kept = [line for line in lines if not (line.startswith('      "r3": {file:'))]
    assert len(kept) == len(lines) - 1
    adopted.write("migrations.lock", "".join(kept))
    assert ("changed-lockfile", "r3") in check(adopted)[1]


def test_without_a_server_it_is_adopted_all_the_same(repo: Sandbox) -> None:
    repo.write("migseal.yaml", "postgres: {major: 9}\n")
    repo.alembic(LEAVES)
    repo.commit()
    ran = repo.run("init")
    assert ran.code == 0
    assert "what is found today is not recorded" in ran.out
    assert "then: migseal init --baseline" in ran.out
    assert repo.check().code == 0


def test_a_dry_run_runs_nothing(repo: Sandbox) -> None:
    repo.alembic(LEAVES)
    repo.commit()
    ran = repo.run("init", "--dry-run", "--baseline")
    assert "running every migration" not in ran.out
    assert not (repo.root / "migrations.lock").exists()
