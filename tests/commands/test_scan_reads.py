"""What `migseal scan` reads beside a file, and what it says of one that nobody can follow."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HOLES = 10_001  # in one f-string: more than are followed


def scan(folder: Path) -> list[dict[str, Any]]:
    command = [sys.executable, "-I", "-m", "checks", "scan", ".", "--output", "json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1}, done.stderr
    return json.loads(done.stdout)["findings"]


def test_an_insert_without_columns_takes_them_from_the_file_before(tmp_path: Path) -> None:
    (tmp_path / "1.sql").write_text("CREATE UNLOGGED TABLE kiosk (id int, label text, password text);")
    (tmp_path / "2.sql").write_text("\nINSERT INTO kiosk VALUES (1, 'west', 'pin-0815');")
    assert [(one["path"], one["line"], one["kind"]) for one in scan(tmp_path)] == [("2.sql", 2, "password")]


def test_so_it_does_where_python_made_the_table(tmp_path: Path) -> None:
    made = "op.create_table('kiosk', sa.Column('id', sa.Integer), sa.Column('password', sa.String))"
    (tmp_path / "1.py").write_text(f"def upgrade():\n    {made}\n")
    (tmp_path / "2.py").write_text(
        "def upgrade():\n    op.execute(\"INSERT INTO kiosk VALUES (1, 'pin-0815')\")\n"
    )
    assert [(one["path"], one["line"]) for one in scan(tmp_path)] == [("2.py", 2)]


def test_python_that_is_too_odd_is_told_and_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(f'text = f"{"{x}" * HOLES}"\n')
    (only,) = scan(tmp_path)
    assert only["severity"] == "error"
    assert "too odd" in only["message"]


def test_what_is_no_python_is_told_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def upgrade():\n    op.execute(\n")
    (only,) = scan(tmp_path)
    assert (only["path"], only["line"]) == ("broken.py", 2)


def test_a_file_that_is_scanned_and_loaded_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "1.py").write_text(
        "from pathlib import Path\nop.execute(Path(__file__).with_name('2.sql').read_text())\n"
    )
    (tmp_path / "2.sql").write_text("INSERT INTO users (password) VALUES ('pin-0815');")
    assert [one["path"] for one in scan(tmp_path)] == ["2.sql"]


def test_a_file_of_rows_has_a_line_of_names_or_none(tmp_path: Path) -> None:
    (tmp_path / "1.sql").write_text(
        "\\copy people (name, password) from 'a.csv' csv header\n\\copy q from 'b.csv'"
    )
    (tmp_path / "a.csv").write_text("name,password\nann,pin-0815\n")
    (tmp_path / "b.csv").write_text("1,4111 1111 1111 1111\n")
    assert [(one["path"], one["line"]) for one in scan(tmp_path)] == [("a.csv", 2), ("b.csv", 1)]
