from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import pytest

from checks.content import blob_id
from checks.migration import Downgrade, History, Migration, Project, Refusal
from checks.tools import sql

CREATE = "CREATE TABLE t (a int);\n"


@dataclass(frozen=True)
class Files:
    """A tree of files in memory."""

    files: dict[str, bytes]
    unread: tuple[str, ...] = ()

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self.files))

    def blob(self, path: str) -> str:
        return blob_id(self.files[path])

    def read(self, path: str) -> bytes:
        if path in self.unread:
            raise KeyError(path)
        return self.files[path]


def tree(*paths: str) -> Files:
    return Files(dict.fromkeys(paths, CREATE.encode()))


def holding(files: dict[str, str | bytes]) -> Files:
    return Files({path: text.encode() if isinstance(text, str) else text for path, text in files.items()})


def read(files: Files, directory: str = "migrations") -> History:
    return sql.read(Project("app", directory, "sql"), files, {})


def versions(history: History) -> list[str]:
    return [migration.version for migration in history.migrations]


def one(files: dict[str, str | bytes]) -> Migration:
    history = read(holding({f"migrations/{path}": text for path, text in files.items()}))
    assert history.problems == ()
    (migration,) = history.migrations
    return migration


FOUND = {
    "migrations/001_a.sql": "migrations",
    "migrations/1.sql": "migrations",
    "app/migrations/001-a.sql": "app/migrations",
    "Migrations/20260115120000_a.sql": "Migrations",
    "db/migrations/2026_01_15_001_a.up.sql": "db/migrations",
    "db/migrate/001_a.sql": "db/migrate",
    "db_migrations/001_a.sql": "db_migrations",
    "migrations/2020-01-01-000000_a/up.sql": "migrations",
    "migrations/postgres/001_a.sql": "migrations/postgres",
    "services/billing/migrations/0001_a.sql": "services/billing/migrations",
    "src/sql-migrations/0001_a.sql": "src/sql-migrations",
}
NOT_FOUND = (
    "001_a.sql",
    "sql/001_a.sql",
    "queries/001_a.sql",
    "db/001_a.sql",
    "db/init/001_a.sql",
    "migrations/a.sql",
    "migrations/V1__a.sql",
    "migrations/R__a.sql",
    "migrations/20260115_a/migration.sql",
    "migrations/seeds/001_a.sql",
    "migrations/functions/001_a.sql",
    "migrations/mysql/001_a.sql",
    "internal/sqlite3/migrations/001_a.sql",
    "tests/migrations/001_a.sql",
    "node_modules/a/migrations/001_a.sql",
    "vendor/a/migrations/001_a.sql",
    ".cache/migrations/001_a.sql",
    "docs/migrations/001_a.sql",
    "immigration/001_a.sql",
)
BESIDE = (
    "migrations/env.py",
    "migrations/__init__.py",
    "migrations/0001_initial.py",
    "migrations/002_a.go",
    "migrations/20260101000000-a.js",
    "migrations/V2__b.sql",
    "migrations/002_b.mysql.up.sql",
    "app/wrangler.toml",
)
OTHER_TEXTS = {
    "goose": "-- +goose Up\nCREATE TABLE t (a int);\n-- +goose Down\nDROP TABLE t;\n",
    "sql-migrate": "-- +migrate Up\nCREATE TABLE t (a int);\n-- +migrate Down\nDROP TABLE t;\n",
    "node-pg-migrate": "-- Up Migration\nCREATE TABLE t (a int);\n-- Down Migration\nDROP TABLE t;\n",
    "tern": "CREATE TABLE t (a int);\n\n---- create above / drop below ----\n\nDROP TABLE t;\n",
}
OTHER_SERVERS = {
    "mysql": "CREATE TABLE `t` (a int);",
    "mysql without quotes": "CREATE TABLE t (a int AUTO_INCREMENT);",
    "template": "CREATE TABLE {{ schema }}.t (a int);",
    "shell template": "CREATE TABLE ${schema}.t (a int);",
    "sqlite": "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT);",
}


@pytest.mark.parametrize(("path", "directory"), FOUND.items())
def test_found(path: str, directory: str) -> None:
    (project,) = sql.find(tree(path, "README.md", "src/001_a.py"))
    assert (project.directory, project.tool) == (directory, "sql")
    assert project.name in PurePosixPath(directory).parts


@pytest.mark.parametrize("path", NOT_FOUND)
def test_not_found(path: str) -> None:
    assert sql.find(tree(path)) == ()


@pytest.mark.parametrize("path", BESIDE)
def test_other_tools_beside(path: str) -> None:
    directory = "app/migrations" if path.startswith("app/") else "migrations"
    assert sql.find(tree(f"{directory}/001_a.sql")) != ()
    assert sql.find(tree(f"{directory}/001_a.sql", path)) == ()


@pytest.mark.parametrize(
    "text", [*OTHER_TEXTS.values(), *OTHER_SERVERS.values()], ids=[*OTHER_TEXTS, *OTHER_SERVERS]
)
def test_texts_for_others(text: str) -> None:
    assert sql.find(holding({"migrations/001_a.sql": text})) == ()


def test_a_backtick_in_a_comment_or_a_string_says_nothing() -> None:
    text = "-- `t` for AUTO_INCREMENT\nCREATE TABLE t (a text DEFAULT '`');"
    assert len(sql.find(holding({"migrations/001_a.sql": text}))) == 1


def test_a_file_that_is_no_text_is_found_so_that_it_is_complained_of() -> None:
    assert len(sql.find(holding({"migrations/001_a.sql": b"\xff"}))) == 1


def test_a_folder_called_db_needs_a_way_down() -> None:
    (project,) = sql.find(tree("db/001_a.up.sql", "db/001_a.down.sql"))
    assert (project.name, project.directory) == ("db", "db")


def test_a_folder_in_a_project_is_no_project() -> None:
    found = sql.find(tree("migrations/001_a.sql", "migrations/more/001_a.sql", "migrations2/001_a.sql"))
    assert [project.directory for project in found] == ["migrations"]


def test_two_projects() -> None:
    found = sql.find(tree("a/migrations/001_a.sql", "b/migrations/001_a.sql"))
    assert [project.name for project in found] == ["a", "b"]


VERSIONS = {
    "001_add_users.sql": "001",
    "1-add-users.sql": "1",
    "010.sql": "010",
    "0002_2fa_tokens.sql": "0002",
    "0003_2_factors.sql": "0003",
    "0004_v1.2_data.sql": "0004",
    "000005__two_lines.up.sql": "000005",
    "20260115120000_add_users.sql": "20260115120000",
    "20260115_120000_add_users.sql": "20260115_120000",
    "20260115-001-add-users.sql": "20260115-001",
    "2026_01_15_001_add_users.sql": "2026_01_15_001",
    "2026-01-15-001.sql": "2026-01-15-001",
    "2026-01-15-120000_add_users/up.sql": "2026-01-15-120000",
    "2026-01-15-120000-0000_add_users/up.sql": "2026-01-15-120000-0000",
    "1700000000000_add_users/up.sql": "1700000000000",
    "2026-01-15-add-users.sql": "2026-01-15-add-users",
    "20260115_add_users.sql": "20260115_add_users",
    "001_scale_down.sql": "001",
    "001_scale_up.sql": "001",
}


@pytest.mark.parametrize(("path", "version"), VERSIONS.items())
def test_versions(path: str, version: str) -> None:
    migration = one({path: CREATE})
    assert (migration.version, migration.file.path, migration.line) == (version, path, 1)


@pytest.mark.parametrize(
    "path", ["add_users.sql", "a001.sql", "001add.sql", "001_a.txt", "sub/001_a.sql", "001_a/migration.sql"]
)
def test_ignored(path: str) -> None:
    history = read(tree(f"migrations/{path}"))
    assert (history.migrations, history.problems) == ((), ())


def test_order_is_that_of_numbers() -> None:
    history = read(tree(*(f"migrations/{name}.sql" for name in ("10_a", "9_b", "009_a", "1_c", "2_b", "11"))))
    assert versions(history) == ["1", "2", "009", "9", "10", "11"]
    assert history.linear
    assert all(migration.after == () for migration in history.migrations)


def test_order_of_dates() -> None:
    names = ("2026_01_15_002_a", "2026_01_15_010_a", "2026_01_15_001_b", "2025_12_31_999_c")
    history = read(tree(*(f"migrations/{name}.sql" for name in names)))
    assert versions(history) == ["2025_12_31_999", "2026_01_15_001", "2026_01_15_002", "2026_01_15_010"]


def test_two_of_one_version_are_two_migrations() -> None:
    history = read(tree("migrations/001_b.sql", "migrations/001_a.sql"))
    assert [m.file.path for m in history.migrations] == ["001_a.sql", "001_b.sql"]
    assert versions(history) == ["001", "001"]


PAIRS = {
    "001_a.up.sql": "001_a.down.sql",
    "001_a.sql": "001_a.down.sql",
    "001_a/up.sql": "001_a/down.sql",
    "001_a_up.sql": "001_a_down.sql",
    "001-a-up.sql": "001-a-down.sql",
    "002_a.sql": "002_a.rollback.sql",
    "003_a.sql": "003_a_undo.sql",
    "001.up.sql": "001.down.sql",
    "001_add_users.up.sql": "001_drop_users.down.sql",
}


@pytest.mark.parametrize(("up", "down"), PAIRS.items())
def test_pairs(up: str, down: str) -> None:
    migration = one({up: CREATE, down: "DROP TABLE t;"})
    assert migration.downgrade is Downgrade.PRESENT
    assert [file.path for file in migration.files] == [up, down]
    assert migration.file.sha256 == hashlib.sha256(CREATE.encode()).hexdigest()
    assert migration.down_file is not None
    assert migration.down_file.blob == blob_id(b"DROP TABLE t;")


@pytest.mark.parametrize("path", ["001_a.down.sql", "001_a/down.sql", "001_a.undo.sql"])
def test_a_way_down_alone(path: str) -> None:
    history = read(tree(f"migrations/{path}", "migrations/002_b.sql"))
    assert versions(history) == ["002"]
    (problem,) = history.problems
    assert (problem.path, problem.line, problem.reason) == (
        path,
        1,
        "there is no file for the way up beside it",
    )


DOWNGRADES = {
    "DROP TABLE t;": Downgrade.PRESENT,
    "": Downgrade.EMPTY,
    "-- nothing to do\n;": Downgrade.EMPTY,
    "BEGIN; COMMIT;": Downgrade.EMPTY,
    "\\echo nothing\n": Downgrade.EMPTY,
    "-- migseal: irreversible: the rows are gone\n": Downgrade.REFUSED,
    "  --migseal: irreversible\nDROP TABLE t;": Downgrade.REFUSED,
    "SELECT '\n-- migseal: irreversible: no\n';": Downgrade.PRESENT,
    "DROP TABLE t; -- migseal: irreversible: no line of its own": Downgrade.PRESENT,
}


@pytest.mark.parametrize(("text", "downgrade"), DOWNGRADES.items())
def test_downgrades(text: str, downgrade: Downgrade) -> None:
    assert one({"1_a.up.sql": CREATE, "1_a.down.sql": text}).downgrade is downgrade
    same_file = f"-- migrate:up\n{CREATE}\n-- migrate:down\n{text}"
    assert one({"1_a.sql": same_file}).downgrade is downgrade
    assert one({"1_a.sql": f"{CREATE}-- migrate:down\n{text}"}).downgrade is downgrade
    assert one({"1_a.sql": f"--  migrate:down\r\n{text}\r\n-- migrate:up\r\n{CREATE}"}).downgrade is downgrade


@pytest.mark.parametrize(
    "text",
    [
        CREATE,
        f"-- migrate:up\n{CREATE}",
        f"SELECT 1; -- migseal: irreversible: no line of its own\n{CREATE}",
        f"SELECT '\n-- migrate:down\n';\n{CREATE}",
        f"{CREATE} /* \n-- migrate:down\n*/",
        f"COPY t FROM stdin;\n-- migrate:down\n\\.\n{CREATE}",
        f"{CREATE}-- migrate:downward",
    ],
)
def test_no_way_down(text: str) -> None:
    migration = one({"1_a.sql": text})
    assert (migration.downgrade, migration.down_file) == (Downgrade.ABSENT, None)


REFUSALS: dict[str, tuple[dict[str, str | bytes], Refusal | None]] = {
    "below the line": (
        {"1_a.sql": f"{CREATE}\n-- migrate:down\n-- migseal: irreversible: the rows are gone\n"},
        Refusal("the rows are gone", 4),
    ),
    "before the way up": (
        {"1_a.sql": f"-- migrate:down\n-- migseal: irreversible\n-- migrate:up\n{CREATE}"},
        Refusal("", 2),
    ),
    "its own file": (
        {"1_a.up.sql": CREATE, "1_a.down.sql": "\n-- migseal: irreversible: rows are gone"},
        Refusal("rows are gone", 2, 1),
    ),
    "no way down": (
        {"1_a.sql": f"-- migseal: irreversible: rows are gone\n{CREATE}"},
        Refusal("rows are gone", 1),
    ),
    "an empty way down": (
        {"1_a.sql": f"-- migseal: irreversible: rows are gone\n{CREATE}\n-- migrate:down\n"},
        Refusal("rows are gone", 1),
    ),
    "an empty file": (
        {"1_a.up.sql": f"-- migseal: irreversible: rows are gone\n{CREATE}", "1_a.down.sql": "-- nothing"},
        Refusal("rows are gone", 1),
    ),
    "a folder": (
        {"1_a/up.sql": CREATE, "1_a/down.sql": "-- migseal: irreversible: cannot be undone"},
        Refusal("", 1, 1),
    ),
    "above a way down": (
        {"1_a.sql": f"-- migseal: irreversible: rows are gone\n{CREATE}\n-- migrate:down\nDROP TABLE t;"},
        None,
    ),
}


@pytest.mark.parametrize(("files", "refusal"), REFUSALS.values(), ids=REFUSALS)
def test_why_a_migration_cannot_be_undone(files: dict[str, str | bytes], refusal: Refusal | None) -> None:
    migration = one(files)
    assert migration.refusal == refusal
    assert (migration.downgrade is Downgrade.REFUSED) is (refusal is not None)


def test_nothing_undoes_a_value_of_an_enum_type() -> None:
    adds = "ALTER TYPE mood ADD VALUE 'sad';\n"
    assert one({"1_a.sql": f"{adds}{adds}-- migrate:down\n"}).downgrade is Downgrade.NEEDLESS
    assert one({"1_a.sql": f"{adds}{CREATE}-- migrate:down\n"}).downgrade is Downgrade.EMPTY
    assert one({"1_a.sql": adds}).downgrade is Downgrade.ABSENT


PROBLEMS: dict[str | bytes, tuple[int, str]] = {
    b"SELECT 1;\nSELECT '\xe9';\n": (2, "UTF-8"),
    "SELECT 1;\n".encode("utf-16"): (1, "UTF-8"),
    b"SELECT 1;\n\nSELECT '\0';": (3, "NUL"),
    "-- migrate:up\n-- migrate:down\n\n-- migrate:down\n": (4, "a second -- migrate:down"),
    OTHER_TEXTS["goose"]: (1, "another tool: -- +goose Up"),
    OTHER_TEXTS["node-pg-migrate"]: (1, "another tool: -- Up Migration"),
    OTHER_TEXTS["tern"]: (3, "another tool: ---- create above / drop below ----"),
}


@pytest.mark.parametrize(("text", "expected"), PROBLEMS.items())
def test_problems(text: str | bytes, expected: tuple[int, str]) -> None:
    history = read(holding({"migrations/1_a.sql": text, "migrations/2_b.sql": CREATE}))
    assert versions(history) == ["2"]
    (problem,) = history.problems
    assert (problem.path, problem.line) == ("1_a.sql", expected[0])
    assert expected[1] in problem.reason


def test_a_problem_in_the_way_down() -> None:
    history = read(holding({"migrations/1_a.up.sql": CREATE, "migrations/1_a.down.sql": b"\xff"}))
    assert [(problem.path, problem.line) for problem in history.problems] == [("1_a.down.sql", 1)]


def test_a_file_that_cannot_be_read() -> None:
    files = replace(tree("migrations/1_a.sql", "migrations/2_b.sql"), unread=("migrations/1_a.sql",))
    history = read(files)
    assert versions(history) == ["2"]
    assert [problem.path for problem in history.problems] == ["1_a.sql"]


def test_line_endings_and_a_byte_order_mark_change_nothing_but_the_blob() -> None:
    plain = one({"1_a.sql": "SELECT 1;\n-- migrate:down\nSELECT 2;\n"})
    other = one({"1_a.sql": "\ufeffSELECT 1;\r\n-- migrate:down\r\nSELECT 2;\r\n"})
    assert replace(other, file=replace(other.file, blob=plain.file.blob)) == plain
    assert other.file.blob != plain.file.blob


def test_the_root_is_a_directory_too() -> None:
    assert versions(read(tree("1_a.sql", "sub/2_b.sql"), "")) == ["1"]


def known(history: History) -> dict[tuple[str, str], Migration]:
    return {(file.path, file.blob): migration for migration in history.migrations for file in migration.files}


def test_what_is_known_is_not_read_again() -> None:
    files = tree("migrations/1_a.sql", "migrations/2_b.up.sql", "migrations/2_b.down.sql")
    first = read(files)
    again = sql.read(first.project, replace(files, unread=files.paths()), known(first))
    assert again == first


@pytest.mark.parametrize(
    "now",
    [
        {"1_a.up.sql": CREATE, "1_a.down.sql": ""},
        {"1_a.up.sql": "", "1_a.down.sql": CREATE},
        {"1_a.up.sql": CREATE},
        {"1_b.up.sql": CREATE, "1_b.down.sql": CREATE},
    ],
)
def test_what_is_not_quite_known_is_read(now: dict[str, str]) -> None:
    before = known(read(tree("migrations/1_a.up.sql", "migrations/1_a.down.sql")))
    files = holding({f"migrations/{path}": text for path, text in now.items()})
    history = sql.read(Project("app", "migrations", "sql"), files, before)
    assert history == read(files)
    assert history.migrations[0] not in before.values()
