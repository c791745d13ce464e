"""A secret in a migration is in no output, no log, no cache and no file that is left."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox import Sandbox

pytestmark = pytest.mark.postgres

CANARY = "K4nari-" + "envogel-77"
USERS = "op.execute('CREATE TABLE users (name text UNIQUE, password text CHECK (length(password) < 30))')"
WRITES = {
    "op.bulk_insert": f"op.bulk_insert(users, [{{'name': 'a', 'password': '{CANARY}'}}])",
    "op.execute": f"op.execute(\"INSERT INTO users VALUES ('a', '{CANARY}')\")",
    "bound": f"op.get_bind().execute(sa.text('INSERT INTO users VALUES (:n, :p)'), "
    f"{{'n': 'a', 'p': '{CANARY}'}})",
    "a role": f"op.execute(\"DO $$ BEGIN CREATE ROLE kanari PASSWORD '{CANARY}'; DROP ROLE kanari; END $$\")",
}
FAILS = {
    "passes": "pass",
    "fails": "op.execute('SELECT 1 / 0')",
    "fails with it": f"op.execute(\"INSERT INTO users VALUES ('a', '{CANARY}'), ('a', '{CANARY}')\")",
    "fails on its row": f"op.execute(\"INSERT INTO users VALUES ('b', '{CANARY}{CANARY}')\")",
    "fails to be read": f"op.execute(\"INSERT INTO users VALUES ('b', '{CANARY}'\")",
    "raises it": f'raise ValueError("no such user: {CANARY}")',
    "hangs": f"op.execute(\"SELECT pg_sleep(60), '{CANARY}' AS password\")",
}
TABLE = "users = sa.table('users', sa.column('name'), sa.column('password'))"


def files(*folders: Path) -> list[Path]:
    """Give the files below folders that hold the secret."""
    found = []
    for folder in folders:
        for place, _, names in os.walk(folder):
            found += [path for name in names if (path := Path(place, name)).is_file() and holds(path)]
    return found


def holds(path: Path) -> bool:
    try:
        return CANARY.encode() in path.read_bytes()
    except OSError:
        return False


@pytest.mark.parametrize("fails", FAILS.values(), ids=FAILS)
@pytest.mark.parametrize("writes", WRITES.values(), ids=WRITES)
def test_a_secret_is_nowhere_but_in_its_migration(
    repo: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: str, fails: str
) -> None:
    kept, scratch, out = tmp_path / "kept", tmp_path / "scratch", tmp_path / "out"
    scratch.mkdir()
    monkeypatch.setenv("MIGSEAL_CACHE", str(kept))
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", None)
    repo.alembic(("1a", None, USERS, "op.drop_table('users')"))
    repo.write("migseal.yaml", "timeout: 3\n")
    repo.commit()
    repo.run("init", "--no-baseline")
    repo.commit()
    repo.branch()
    down = "op.execute('DELETE FROM users')"
    repo.alembic(("2b", "1a", f"{TABLE}\n    {writes}\n    {fails}", down))
    formats = [f"--output={name}={out / name}" for name in ("text", "json", "github")]
    ran = repo.process("check", "--cache", "--output=text", *formats, env=dict(os.environ))
    assert ran.code == 1, ran.said
    assert "sensitive-insert" in ran.said
    assert CANARY not in ran.said
    assert CANARY[:9] not in ran.said
    assert files(kept, scratch, out) == []
