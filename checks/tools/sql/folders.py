"""Which folders of a tree are migrations in numbered SQL files: better one too few than a wrong one."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from checks import sql as lexer
from checks.migration import Project
from checks.tools.order import project_name
from checks.tools.sql import names, parts
from checks.tools.sql.files import understand

if TYPE_CHECKING:
    from collections.abc import Iterable

    from checks.migration import Tree

_MIGRATIONS = re.compile(r"(?:.*[-_.])?migrat(?:ions?|e)|migrations[-_.].*", re.IGNORECASE)
_DATABASE = {"database", "db"}
# Copies of others' code and examples.
_ELSEWHERE = re.compile(
    r"\..*|node_modules|vendor|third_party|site-packages|venv|examples?|fixtures?|mocks?|testdata|tests?|docs?"
    r"|archived?|backups?|old",
    re.IGNORECASE,
)
# What stands in a migrations folder, and is run in another way or at another time.
_BESIDE = re.compile(
    r"down|fixes|functions|manual|procedures|queries|repeatable|rollbacks?|scripts|seed(?:s|ers?)?|snapshots?"
    r"|sqls|triggers|undo|versions|views",
    re.IGNORECASE,
)
_OTHER_SERVERS = re.compile(
    r"(?:.*[-_.])?(?:mysql|mariadb|sqlite|clickhouse|mssql|sqlserver|oracle|cassandra|scylla|spanner|bigquery"
    r"|snowflake|duckdb|d1|redshift|singlestore|tidb)\d*",
    re.IGNORECASE,
)
_FOREIGN_WORDS = {
    "AUTOINCREMENT",
    "AUTO_INCREMENT",
    "IDENTITY_INSERT",
    "INNODB",
    "MERGETREE",
    "NVARCHAR",
    "PRAGMA",
}
# Tools that run SQL from code, number it in one sequence with code, or name it otherwise.
_OTHER_TOOLS = re.compile(
    r"env\.py|script\.py\.mako|__init__\.py|\d.*\.(?:py|rb|js|mjs|cjs|ts|php|go|java|kt|cs|exs?)"
    r"|[VUR]\d*.*__.*\.sql|flyway\.(?:conf|toml)"
    r"|\d.*\.fizz|\d.*\.(?:cockroach|mariadb|mysql|sqlite3?)\.(?:(?:up|down)\.)?sql"
)
_D1 = re.compile(r"wrangler\.(?:toml|jsonc?)")


def find(tree: Tree) -> tuple[Project, ...]:
    """Find the folders of numbered SQL files that are called migrations, or stand in one that is.

    A folder called `db` or `database` counts only where its files have a way down: else it is more often
    what sets up a container. Folders of other tools, of other databases and within another project do not.
    """
    files = _by_folder(tree.paths())
    found = {folder: names.pairs(numbered)[0] for folder, numbered in _numbered(tree.paths()).items()}
    claimed: list[Project] = []
    for folder, pairs in sorted(found.items()):
        within = any(folder.startswith(f"{project.directory}/") for project in claimed)
        if pairs and not within and _is_named(folder, pairs) and _is_ours(tree, folder, pairs, files):
            claimed.append(Project(project_name(folder), folder, "sql"))
    return tuple(claimed)


def _by_folder(paths: Iterable[str]) -> dict[str, list[str]]:
    files: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        folder, _, name = path.rpartition("/")
        files[folder].append(name)
    return files


def _numbered(paths: Iterable[str]) -> dict[str, list[names.Name]]:
    found: dict[str, list[names.Name]] = defaultdict(list)
    for path in paths:
        if not path.endswith(".sql"):
            continue
        folder, _, name = path.rpartition("/")
        if name in {"up.sql", "down.sql"}:
            folder, _, parent = folder.rpartition("/")
            name = f"{parent}/{name}"
        parsed = names.parse(name)
        if parsed:
            found[folder].append(parsed)
    return found


def _named(folder: str) -> str | None:
    """Give the part of a folder's path that is called migrations, with all above it."""
    path = PurePosixPath(folder)
    chain = (path, *path.parents)
    return next((str(part) for part in chain if _MIGRATIONS.fullmatch(part.name)), None)


def _is_named(folder: str, pairs: tuple[names.Pair, ...]) -> bool:
    inside = folder.split("/")
    if any(_ELSEWHERE.fullmatch(part) or _OTHER_SERVERS.fullmatch(part) for part in inside):
        return False
    named = _named(folder)
    if named is None:
        return inside[-1].lower() in _DATABASE and any(pair.down is not None for pair in pairs)
    return not any(_BESIDE.fullmatch(part) for part in folder.removeprefix(named).split("/"))


def _is_ours(tree: Tree, folder: str, pairs: tuple[names.Pair, ...], files: dict[str, list[str]]) -> bool:
    named = _named(folder) or folder
    if any(_OTHER_TOOLS.fullmatch(name) for place in {folder, named} for name in files.get(place, ())):
        return False
    if any(_D1.fullmatch(name) for name in files.get(named.rpartition("/")[0], ())):
        return False
    prefix = f"{folder}/" if folder else ""
    return all(_reads_as_ours(tree, prefix + pair.up.path) for pair in (pairs[0], pairs[-1]))


def _reads_as_ours(tree: Tree, path: str) -> bool:
    """Look at one file: what cannot be read is ours to complain of, what is for another tool is not."""
    try:
        data = tree.read(path)
    except KeyError:
        return True
    understood = understand(data)
    if not isinstance(understood, parts.Parts):
        return not parts.is_foreign(data.decode("utf-8", "replace"))
    return not any(_is_foreign(token) for token in lexer.tokens(understood.up.text))


def _is_foreign(token: lexer.Token) -> bool:
    """Tell what no file has that is sent to PostgreSQL as it stands."""
    if token.kind is lexer.Kind.PARAMETER:
        return token.text.startswith(("{", "${"))
    if token.kind is lexer.Kind.OPERATOR:
        return "`" in token.text
    return token.kind is lexer.Kind.WORD and token.word in _FOREIGN_WORDS
