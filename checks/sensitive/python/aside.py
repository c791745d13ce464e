"""What goes into no row: defaults of columns and of environment variables, and files that are read."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from checks.sensitive.literal import Columns, Place
from checks.sensitive.python.call import Call, is_environment
from checks.sensitive.python.statements import ddl_default
from checks.sensitive.python.values import Many, Path, Text, Value

if TYPE_CHECKING:
    from checks.sensitive.python.found import Found

COLUMNS = {"Column", "mapped_column", "alter_column"}
COPY = re.compile(r'\s*copy\s+(?:[\w"]+\.)?"?(\w+)"?\s*(?:\(([^()]*)\))?\s*from\b', re.IGNORECASE)
COPIES = {"to_sql", "copy_from", "copy_expert"}
OPENS = {
    *(
        "open",
        "read_text",
        "read_bytes",
        "read_csv",
        "read_json",
        "read_excel",
        "read_sql",
        "safe_load",
        "load",
    ),
    *("read_table", "loadtxt", "genfromtxt", "DictReader", "reader", "call_command", "read_parquet"),
}


def environment(call: Call, found: Found) -> None:
    """Keep the default of an environment variable."""
    default = call.argument(1, "default")
    if is_environment(call) and isinstance(call.first, Text) and isinstance(default, Text):
        found.used.update(call.first.origins)
        found.row(Place.ENVIRONMENT, "", [(call.first.text, default)])


def default(call: Call, name: str, table: str, found: Found, columns: Columns) -> None:
    """Keep the default of a column; `name` is that of what the call is assigned to."""
    if call.name not in COLUMNS and not call.name.endswith("Field"):
        return
    if call.name == "alter_column":
        table, name = (
            _plain(call.argument(0, "table_name"), table),
            _plain(call.argument(1, "column_name"), name),
        )
    elif call.name in ("Column", "mapped_column"):
        name = _plain(call.argument(0, "name"), name)
    found.row(Place.DEFAULT, table, [(name, call.names.get("default"))])
    for word in call.node.keywords:
        held = call.names.get(word.arg or "")
        if word.arg in ("server_default", "db_default") and isinstance(held, Text) and name:
            _server_default(word.value, name, table, held, found, columns)


def _server_default(
    node: ast.expr, name: str, table: str, held: Text, found: Found, columns: Columns
) -> None:
    if isinstance(node, ast.Call):
        ddl_default(found, table, name, held, columns)
    else:
        found.row(Place.DEFAULT, table, [(name, held)])


def _plain(value: Value, other: str) -> str:
    return value.text.lower() if isinstance(value, Text) else other


def file(call: Call, found: Found) -> None:
    """Keep a file that is read by a literal path, and the table that it is copied to."""
    table = call.argument(0, "name")
    if call.name == "to_sql" and isinstance(call.receiver, Path) and isinstance(table, Text):
        found.read(call.receiver, table.text.lower())
    elif call.name == "copy_from" and isinstance(call.first, Path):
        columns = call.argument(99, "columns")
        names = columns.items if isinstance(columns, Many) else []
        texts = tuple(held.text.lower() for held in names if isinstance(held, Text))
        found.read(call.first, _plain(call.argument(1, "table"), ""), texts)
    elif call.name == "copy_expert" and isinstance(path := call.argument(1, "file"), Path):
        copied = COPY.match(call.first.text) if isinstance(call.first, Text) else None
        if copied:
            found.read(path, copied[1].lower(), tuple(re.findall(r"[\w$]+", (copied[2] or "").lower())))
    elif call.name in OPENS:
        for held in (call.receiver, call.first):
            path = _path(held)
            if path:
                found.read(path, "")


def _path(value: Value) -> Path | None:
    if isinstance(value, Text) and value.known and not value.through and "\n" not in value.text:
        return Path("", value.line, (), beside=False).down([value])
    return value if isinstance(value, Path) else None
