"""Environment variables: those that env.py reads, and those that the driver gets."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from checks.database import Database

DATABASE_NAME = re.compile(
    r"PG[A-Z]+|(.+_)?(DATABASE|DB|POSTGRES|POSTGRESQL|PG|SQL|SQLALCHEMY(_DATABASE)?)_?(URL|URI|DSN)"
    r"|(.+_)?DSN|SQLALCHEMY_.*(URL|URI)",
)
DATABASE_VALUE = re.compile(r"(postgres|postgresql|mysql|mariadb|mssql|oracle|sqlite|cockroachdb)(\+\w+)?:")

PLACEHOLDER = re.compile(r"\{(url|host|port|user|password|dbname|socket)\}")
ADDRESS = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "DATABASE_URL")


def read_by(source: str) -> tuple[str, ...]:
    """Give the names of the environment variables that a Python file reads, in order, by its text alone.

    Args:
        source: The file's text; one that cannot be parsed reads none.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return ()
    found = (name for node in ast.walk(tree) for name in _names(node))
    return tuple(dict.fromkeys(found))


def _names(node: ast.AST) -> Iterator[str]:
    """Give the name in os.environ["X"], os.environ.get("X"), os.getenv("X") and the like."""
    if isinstance(node, ast.Subscript) and _is(node.value, "environ"):
        key: ast.expr | None = node.slice
    elif isinstance(node, ast.Call) and node.args and _reads(node.func):
        key = node.args[0]
    else:
        return
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        yield key.value


def _is(node: ast.expr, name: str) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == name) or (
        isinstance(node, ast.Name) and node.id == name
    )


def _reads(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute) and function.attr in ("get", "pop", "setdefault"):
        return _is(function.value, "environ")
    return _is(function, "getenv")


def scrubbed(environ: Mapping[str, str]) -> dict[str, str]:
    """Leave out what could lead to another database: libpq's variables, and all that name or hold a URL.

    Args:
        environ: Our environment.
    """
    return {
        name: value
        for name, value in environ.items()
        if not DATABASE_NAME.fullmatch(name.upper()) and not DATABASE_VALUE.match(value.strip())
    }


def address(database: Database) -> dict[str, str]:
    """Give the variables that lead libpq, and whatever reads DATABASE_URL, to a database."""
    return {
        "PGHOST": database.host,
        "PGPORT": str(database.port),
        "PGUSER": database.user,
        "PGPASSWORD": database.password,
        "PGDATABASE": database.dbname,
        "DATABASE_URL": "{url}",
    }


def plain(templates: Mapping[str, str]) -> dict[str, str]:
    """Give those that hold no placeholder, so that they are known before there is a database.

    Args:
        templates: Names and values.
    """
    return {name: value for name, value in templates.items() if not PLACEHOLDER.search(value)}


def rendered(templates: Mapping[str, str], database: Database) -> dict[str, str]:
    """Fill in all placeholders but `{url}`, whose scheme only the project's interpreter can tell.

    Args:
        templates: Names and values; what is no placeholder of ours stays as it is.
        database: The address.
    """
    parts = {
        "url": "{url}",
        "host": database.host,
        "port": str(database.port),
        "user": database.user,
        "password": database.password,
        "dbname": database.dbname,
        "socket": database.socket or "",
    }
    return {name: _filled(value, parts) for name, value in templates.items()}


def _filled(value: str, parts: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: parts[found[1]], value)
