"""The base's migrations where they cannot be loaded beside the application of the change."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from checks.roundtrip.basetree import SHOWN, notes

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox import Sandbox

from histories import ALEMBIC

pytestmark = pytest.mark.postgres

INI = "[alembic]\nscript_location = migrations\nprepend_sys_path = {0}\n"
REVISION = """\
import sqlalchemy as sa
from alembic import op
{head}

revision = {version!r}
down_revision = {parent!r}


def upgrade():
    op.create_table({version!r}, sa.Column("name", sa.String({length})))


def downgrade():
    op.drop_table({version!r})
"""


def revision(repo: Sandbox, version: str, parent: str | None, head: str, length: str = "LENGTH") -> None:
    text = REVISION.format(version=version, parent=parent, head=head, length=length)
    repo.write(f"migrations/versions/{version}.py", text)


def application(repo: Sandbox, name: str, length: int = 40) -> None:
    repo.write(f"{name}/__init__.py", "")
    repo.write(f"{name}/models.py", f"LENGTH = {length}\n")


def rename(repo: Sandbox, length: int = 40) -> None:
    """Give the application another name, as a change of everything that imports it."""
    repo.git("rm", "-rq", "app")
    application(repo, "shop", length)
    revision(repo, "r1", None, "from shop.models import LENGTH")
    env = repo.read("migrations/env.py").replace("app.models", "shop.models")
    repo.write("migrations/env.py", env)


@pytest.fixture
def deployed(repo: Sandbox) -> Sandbox:
    """One deployed revision that imports the application, as env.py does, and a branch."""
    repo.alembic()
    application(repo, "app")
    repo.write("alembic.ini", INI.format("."))
    repo.write("migrations/env.py", "import app.models\n" + repo.read("migrations/env.py"))
    repo.write(".gitignore", "__pycache__/\n")
    revision(repo, "r1", None, "from app.models import LENGTH")
    lock(repo)
    return repo


def lock(repo: Sandbox) -> None:
    repo.commit()
    assert repo.run("init", "--no-baseline").code == 0
    repo.commit("lock")
    repo.branch()


def anew(repo: Sandbox, head: str, length: str) -> None:
    """Let another first revision be deployed."""
    (repo.root / "migrations.lock").unlink()
    revision(repo, "r1", None, head, length)
    repo.commit("other")
    assert repo.run("init", "--no-baseline").code == 0
    repo.commit("lock")
    repo.branch("next")


def check(repo: Sandbox) -> tuple[list[tuple[str, str]], str]:
    """Run `migseal check`; give what was found in short, and all that was said."""
    said = repo.run("check").said
    document: dict[str, Any] = json.loads(repo.run("check", "--output", "json").out)
    assert document["error"] is None, document["error"]
    return [(f["rule"], f["severity"]) for f in document["findings"]], said


def state(root: Path) -> dict[str, bytes]:
    """Read everything in a repository, but what Python itself writes."""
    files = (path for path in root.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in files if "__pycache__" not in path.parts}


def test_an_application_of_another_name(deployed: Sandbox) -> None:
    rename(deployed)
    before = state(deployed.root)
    found, said = check(deployed)
    assert found == [("edited-migration", "note")], said
    assert "the base's migrations do not load beside this change's application" in said
    assert "No module named 'app'" in said
    assert "came from the work tree" not in said
    assert state(deployed.root) == before


def test_what_diverges_is_named_all_the_same(deployed: Sandbox) -> None:
    rename(deployed, 80)
    found, said = check(deployed)
    assert found == [("diverging-histories", "error")], said
    assert "column public.r1.name is another" in said
    assert "in a tree of all files of the base" in said


def test_what_fails_on_top_of_it_is_told_too(deployed: Sandbox) -> None:
    rename(deployed)
    revision(deployed, "r1", None, "from shop.models import LENGTH\nop.execute('SELECT 1') if 0 else None")
    revision(deployed, "r2", "r1", "", "None), sa.CheckConstraint('nothing > 0'")
    found, said = check(deployed)
    assert ("diverging-histories", "error") in found, said
    assert "r2 fails on a deployed database" in said
    assert "in a tree of all files of the base" in said


def test_what_is_gone_when_a_migration_runs(deployed: Sandbox) -> None:
    """It loads in both trees, and calls what the change removed."""
    deployed.git("switch", "-q", "main")
    anew(deployed, "import app.models", "app.models.LENGTH")
    deployed.write("app/models.py", "WIDTH = 40\n")
    revision(deployed, "r1", None, "import app.models", "app.models.WIDTH")
    found, said = check(deployed)
    assert found == [("edited-migration", "note")], said
    assert "has no attribute 'LENGTH'" in said


def test_an_sql_error_takes_no_other_tree(deployed: Sandbox) -> None:
    """It may be the base's own: then what the change does to it cannot be told."""
    deployed.git("switch", "-q", "main")
    anew(deployed, "from app.models import LENGTH", "LENGTH")
    deployed.write("app/models.py", "LENGTH = -1\n")
    revision(deployed, "r1", None, "", "40")
    found, said = check(deployed)
    assert found == [("edited-migration", "error")], said
    assert "in a tree of all files of the base" not in said


def test_modules_that_come_from_the_work_tree(deployed: Sandbox) -> None:
    """As with an editable install: the search path leads to the repository, wherever the files are run."""
    deployed.git("switch", "-q", "main")
    deployed.write("common/__init__.py", "")
    deployed.write("common/words.py", "")
    deployed.write("alembic.ini", INI.format(f"{deployed.root} ."))
    env = "import common.words\n" + deployed.read("migrations/env.py")
    deployed.write("migrations/env.py", env)
    anew(deployed, "from app.models import LENGTH", "LENGTH")
    rename(deployed)
    found, said = check(deployed)
    assert found == [("edited-migration", "note")], said
    assert "there, common, common.words came from the work tree all the same" in said


def test_a_broken_env_of_the_change_cannot_check(deployed: Sandbox) -> None:
    rename(deployed)
    deployed.write("migrations/env.py", "import shop.models\nshop.models.NOTHING\n")
    ran = deployed.run("check")
    assert ran.code == 2
    assert "migrations/env.py:2" in ran.said
    assert "has no attribute 'NOTHING'" in ran.said


def test_what_does_not_load_on_top_is_no_fault_of_the_base(deployed: Sandbox) -> None:
    rename(deployed)
    revision(deployed, "r2", "r1", "")
    only_here = "import os\nif 'migseal-base' not in os.getcwd():\n    import nothing_here\n"
    deployed.write("migrations/env.py", only_here + deployed.read("migrations/env.py"))
    ran = deployed.run("check")
    assert ran.code == 2
    assert "No module named 'nothing_here'" in ran.said
    assert "No module named 'app'" not in ran.said


def test_where_neither_tree_loads_the_first_error_is_told(repo: Sandbox) -> None:
    repo.alembic()
    env = repo.read("migrations/env.py")
    repo.write("migrations/env.py", f"import elsewhere\n{env}")
    revision(repo, "r1", None, "import nowhere", "40")
    lock(repo)
    repo.write("migrations/env.py", env)
    revision(repo, "r1", None, "", "40")
    ran = repo.run("check")
    assert ran.code == 2
    assert "No module named 'nowhere'" in ran.said
    assert "elsewhere" not in ran.said
    assert "migrations/versions/r1.py:3" in ran.said


@pytest.mark.parametrize("config", ["", "python: .venv/bin/python, "])
def test_the_interpreter_of_the_repository_is_found(
    deployed: Sandbox, config: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    deployed.write(".gitignore", "__pycache__/\n.venv\n")
    python = deployed.root / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\necho "$0" >> {deployed.root}/.venv/seen\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    project = f"{{directory: migrations, tool: alembic, {config}ini_file: alembic.ini}}"
    deployed.write("migseal.yaml", f"projects: {{migrations: {project}}}\n")
    rename(deployed)
    found, said = check(deployed)
    assert ("edited-migration", "note") in found, said
    assert "in a tree of all files of the base" in said
    seen = (deployed.root / ".venv/seen").read_text().splitlines()
    assert seen.count(os.fspath(python)) > 2
    assert sum("migseal-base" in path for path in seen) == 2, "once a check: by the link in the tree of links"


def test_a_folder_that_was_a_file(deployed: Sandbox) -> None:
    deployed.git("switch", "-q", "main")
    deployed.write("notes", "one")
    deployed.commit("notes")
    deployed.branch("next")
    deployed.git("rm", "-q", "notes")
    deployed.write("notes/one", "one")
    rename(deployed)
    found, said = check(deployed)
    assert found == [("edited-migration", "note")], said


def test_only_a_few_modules_are_named() -> None:
    told = notes(ALEMBIC, "why\nand where", [f"m{number}" for number in range(SHOWN + 2)])
    assert "m0, m1, m2, m3, m4 and 2 more came from" in told[1]
    assert "(why)" in told[0]
    assert len(notes(ALEMBIC, "why", [])) == 1
