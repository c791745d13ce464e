"""By what files look like it is told who runs them, where that is sure."""

from __future__ import annotations

import pytest

from checks.content import blob_id
from checks.lockfile import known_files
from checks.migration import History, Project
from checks.tools import sql
from checks.tools.sql.runners import DBMATE, DIESEL, SUPABASE

UP = "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n"


class Files:
    """A tree of a few files, that knows which were read."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = {path: text.encode() for path, text in files.items()}
        self.seen: list[str] = []

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self.files))

    def blob(self, path: str) -> str:
        return blob_id(self.files[path])

    def read(self, path: str) -> bytes:
        self.seen.append(path)
        return self.files[path]


def runner(files: dict[str, str], directory: str = "m") -> str | None:
    found = history(Files({f"{directory}/{path}": text for path, text in files.items()}), directory).runner
    return found.name if found else None


def history(files: Files, directory: str = "m", known: History | None = None) -> History:
    locked = {m.version: m for m in known.migrations} if known else {}
    return sql.read(Project("m", directory, "sql"), files, known_files(locked))


@pytest.mark.parametrize(
    ("files", "name"),
    [
        pytest.param({"1_a.sql": UP, "2_b.sql": UP}, DBMATE.name, id="dbmate"),
        pytest.param({"1_a.sql": "-- a\n--migrate:up transaction:false\n"}, DBMATE.name, id="with an option"),
        pytest.param({"1_a.sql": UP, "2_b.sql": "SELECT 1;", "3_c.sql": UP}, None, id="not all are dbmate's"),
        pytest.param(
            {"1_a.sql": "SELECT 1;\n-- migrate:down\nSELECT 1;"}, None, id="only the way down is marked"
        ),
        pytest.param({"1_a.sql": "-- migrate:uppercase\n"}, None, id="another word"),
        pytest.param({"1_a.up.sql": UP, "1_a.down.sql": "SELECT 1;"}, None, id="dbmate has no pairs"),
        pytest.param(
            {"1_a.up.sql": "SELECT 1;", "1_a.down.sql": "SELECT 1;"}, None, id="golang-migrate or sqlx"
        ),
        pytest.param({"1_a.sql": "SELECT 1;"}, None, id="plain"),
        pytest.param({}, None, id="none"),
        pytest.param(
            {"00000000000000_diesel_initial_setup/up.sql": "", "2026-01-10-120000_a/up.sql": ""},
            DIESEL.name,
            id="diesel",
        ),
        pytest.param({"2026-01-10-120000-0000_a/up.sql": ""}, DIESEL.name, id="diesel 2"),
        pytest.param({"2026-01-10-120000_a/up.sql": "", "7_b/up.sql": ""}, None, id="not all are diesel's"),
        pytest.param({"1768046400000_a/up.sql": "", "1768046400000_a/down.sql": ""}, None, id="hasura"),
        pytest.param({"2026-01-10-120000_a.sql": ""}, None, id="a day and no folder"),
    ],
)
def test_who_runs_a_folder(files: dict[str, str], name: str | None) -> None:
    assert runner(files) == name


def test_supabase_is_told_by_its_place() -> None:
    files = {"supabase/migrations/20260110120000_a.sql": "SELECT 1;"}
    assert history(Files(files), "supabase/migrations").runner is None
    files["supabase/config.toml"] = ""
    assert history(Files(files), "supabase/migrations").runner == SUPABASE
    deeper = {f"web/{path}": text for path, text in files.items()}
    assert history(Files(deeper), "web/supabase/migrations").runner == SUPABASE
    beside = {f"my{path}": text for path, text in files.items()}
    assert history(Files(beside), "mysupabase/migrations").runner is None


def test_where_nothing_is_new_nothing_is_read() -> None:
    files = Files({"m/1_a.sql": UP, "m/2_b.sql": UP, "m/4_d.sql": UP})
    known = history(files)
    files.seen.clear()
    assert history(files, known=known).runner is None
    assert files.seen == []
    later = Files({"m/1_a.sql": UP, "m/2_b.sql": UP, "m/3_c.sql": UP, "m/4_d.sql": UP})
    assert history(later, known=known).runner == DBMATE
    assert "m/2_b.sql" not in later.seen
    spoiled = Files({"m/1_a.sql": "SELECT 1;", "m/2_b.sql": UP})
    known = history(spoiled)
    assert (
        history(Files({"m/1_a.sql": "SELECT 1;", "m/2_b.sql": UP, "m/3_c.sql": UP}), known=known).runner
        is None
    )
