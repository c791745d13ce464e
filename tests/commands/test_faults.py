"""What misbehaves ends as a finding of `migseal check`, at its place; what comes next is proved."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox import Sandbox

pytestmark = pytest.mark.postgres

HANG = 'op.execute("SELECT pg_sleep(1000000)")'


def findings(repo: Sandbox, *arguments: str) -> tuple[int, list[tuple[str, str, int, str]]]:
    """Give the exit code, and of each finding its rule, version, line and message."""
    ran = repo.run("check", "--all", "--output", "json", *arguments)
    found = json.loads(ran.out)["findings"]
    return ran.code, [(f["rule"], f["migration"], f["line"], f["message"]) for f in found]


@pytest.mark.parametrize("place", ["top", "project"])
def test_a_revision_that_hangs_is_a_finding_and_the_next_is_proved(repo: Sandbox, place: str) -> None:
    project = "projects:\n  shop: {directory: migrations, tool: alembic, ini_file: alembic.ini%s}\n"
    settings = {"top": "timeout: 2\n" + project % "", "project": project % ", timeout: 2"}
    repo.write("migseal.yaml", settings[place])
    repo.alembic(
        ("r1", None, 'op.execute("CREATE TABLE a ()")', HANG),
        ("r2", "r1", 'op.execute("CREATE TABLE b ()")', "pass"),
    )
    code, found = findings(repo)
    assert code == 1
    assert [(rule, version, line) for rule, version, line, _ in found] == [
        ("failed-downgrade", "r1", 11),
        ("leftover-object", "r2", 10),
    ]
    assert "it was not done after 2 s, and was ended in: SELECT pg_sleep(1000000)" in found[0][3]


def test_a_file_that_hangs_is_a_finding_and_the_next_is_proved(repo: Sandbox) -> None:
    repo.write("migseal.yaml", "timeout: 1\n")
    repo.sql("001_a", "CREATE TABLE a ();\n-- migrate:down\nDROP TABLE a;\nSELECT pg_sleep(1000000);\n")
    repo.sql("002_b", "CREATE TABLE b ();\n-- migrate:down\nSELECT 'nothing';\n")
    code, found = findings(repo)
    assert code == 1
    assert [(rule, version, line) for rule, version, line, _ in found] == [
        ("failed-downgrade", "001", 4),
        ("leftover-object", "002", 2),
    ]
    told = repo.run("check", "--all").out
    assert "raise `timeout` in migseal.yaml, at its top or of the project: `timeout: 2`" in told
