"""What comes late, in real repositories: what the runner does with it, and both ways out of two heads."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sandbox import Ran, Sandbox

MARKED = "-- migrate:up\nCREATE TABLE {0} (id int);\n-- migrate:down\nDROP TABLE {0};\n"
HARMFUL = "-- migrate:up\nCREATE TABLE IF NOT EXISTS c (other int);\n-- migrate:down\nDROP TABLE c;\n"


def findings(ran: Ran) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(ran.out)["findings"]
    return found


def told(ran: Ran) -> list[tuple[str, str, str]]:
    return [(f["severity"], f["rule"], f["migration"]) for f in findings(ran)]


@pytest.fixture
def heads(repo: Sandbox) -> Sandbox:
    """Two revisions are deployed, and two new ones part from the first of them."""
    drop, make = "op.execute('DROP TABLE {}')", "op.execute('CREATE TABLE {} (id int)')"
    repo.alembic(*((v, after, make.format(v), drop.format(v)) for v, after in (("r1", None), ("r2", "r1"))))
    repo.locked()
    repo.branch()
    repo.alembic(*((v, after, make.format(v), drop.format(v)) for v, after in (("n1", "r1"), ("n2", "n1"))))
    return repo


def test_two_heads_are_mended_as_the_finding_says(heads: Sandbox) -> None:
    ran = heads.check("--output", "json")
    assert told(ran) == [("error", "two-heads", "n2")]
    fix = findings(ran)[0]["fix"]
    match = re.fullmatch(
        r"alembic merge -m merge n2 r2, or write `(down_revision = \"r2\")` at (\S+):(\d+); "
        r"never re-point r2, which is deployed",
        fix,
    )
    assert match, fix
    statement, path, line = match.groups()
    assert path == "migrations/versions/n1.py"
    lines = heads.read(path).splitlines()
    assert lines[int(line) - 1] == "down_revision = 'r1'"
    lines[int(line) - 1] = statement
    heads.write(path, "\n".join(lines) + "\n")
    assert told(heads.check("--output", "json")) == []


def late(repo: Sandbox, folder: str, text: str = MARKED) -> None:
    """Deploy two migrations, and make a new one between them."""
    for number, name in (("001", "a"), ("003", "c")):
        repo.write(f"{folder}/{number}_{name}.sql", text.format(name))
    repo.locked()
    repo.branch()
    repo.write(f"{folder}/002_b.sql", text.format("b"))


def test_the_deployed_files_are_looked_at_too(repo: Sandbox) -> None:
    late(repo, "migrations")
    ran = repo.check("--output", "json", "--fail-on", "warning")
    assert (ran.code, told(ran)) == (1, [("warning", "out-of-order-migration", "002")])
    assert "dbmate without --strict runs it there after 003" in findings(ran)[0]["message"]


def test_a_marker_in_the_new_file_alone_makes_nothing_milder(repo: Sandbox) -> None:
    late(repo, "migrations", "CREATE TABLE {0} (id int);\n-- migrate:down\nDROP TABLE {0};\n")
    repo.write("migrations/002_b.sql", MARKED.format("b"))
    assert told(repo.check("--output", "json")) == [("error", "out-of-order-migration", "002")]


@pytest.mark.postgres
def test_what_dbmate_runs_late_is_proved(repo: Sandbox, ours: str) -> None:
    del ours
    late(repo, "migrations")
    ran = repo.run("check", "--output", "json")
    assert (ran.code, told(ran)) == (0, [("note", "out-of-order-migration", "002")])
    repo.write("migrations/002_b.sql", HARMFUL)
    ran = repo.run("check", "--output", "json")
    assert ran.code == 1
    assert ("error", "diverging-histories", "002") in told(ran)
    assert "out-of-order-migration" not in {rule for _, rule, _ in told(ran)}


@pytest.mark.postgres
def test_what_supabase_refuses_stays_an_error(repo: Sandbox, ours: str) -> None:
    del ours
    repo.write("supabase/config.toml", 'project_id = "shop"\n')
    late(repo, "supabase/migrations")
    ran = repo.run("check", "--output", "json")
    assert (ran.code, told(ran)) == (1, [("error", "out-of-order-migration", "002")])
    assert findings(ran)[0]["fix"].startswith(
        "git mv supabase/migrations/002_b.sql supabase/migrations/004_b"
    )
