"""The tables that a file makes or describes: `create_table`, `Table`, `CreateModel`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from checks.sensitive import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.sensitive.literal import Columns

ALTERERS = {"add_column", "drop_column", "rename_table"}
MAKERS = {"create_table", "Table", "table", "CreateModel"}


def tables(tree: ast.Module) -> dict[str, tuple[str, ...]]:
    """Give the tables and their columns, in order; one that is described twice has most columns."""
    texts = dict(_constants(tree))
    found: dict[str, tuple[str, ...]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node.func) in MAKERS:
            name, columns = _table(node, texts)
            if name and len(columns) > len(found.get(name, ())):
                found[name] = columns
    return found


def altered(tree: ast.Module, known: Columns) -> dict[str, tuple[str, ...]]:
    """Give the tables that a file makes, and those that it alters on its way up, as they are after that.

    Args:
        tree: The file.
        known: Gives the columns of the tables that earlier migrations made.
    """
    texts = dict(_constants(tree))
    found = tables(tree)

    def now(table: str) -> tuple[str, ...] | None:
        return found.get(table) or known(table)

    calls = [node for one in _upward(tree) for node in ast.walk(one) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: call.lineno):
        verb, names = _called(call.func), [_bare(node, texts) for node in call.args[:2]]
        if verb == "execute":
            found.update(sql.altered(_statement(call, texts), now))
        elif verb in ALTERERS and names and (columns := now(names[0])):
            found.update(_altered(verb, call, columns, names, texts))
    return found


def _statement(call: ast.Call, texts: dict[str, str]) -> str:
    """Give the SQL that `op.execute("...")` runs, of `text("...")` too, if it is plain and about a table."""
    first = call.args[0] if call.args else None
    if isinstance(first, ast.Call) and _called(first.func) == "text" and first.args:
        first = first.args[0]
    statement = _text(first, texts)
    return statement if "table" in statement.lower() else ""


def _altered(
    verb: str, call: ast.Call, columns: tuple[str, ...], names: list[str], texts: dict[str, str]
) -> dict[str, tuple[str, ...]]:
    if verb == "add_column":
        return {names[0]: tuple(dict.fromkeys((*columns, *_columns(call.args[1:2], texts))))}
    if verb == "drop_column":
        return {names[0]: tuple(column for column in columns if column not in names[1:])}
    return {names[-1]: columns}


def _upward(tree: ast.Module) -> Iterator[ast.stmt]:
    """Give all of a file but its way down."""
    return (one for one in tree.body if not (isinstance(one, ast.FunctionDef) and one.name == "downgrade"))


def _bare(node: ast.expr, texts: dict[str, str]) -> str:
    """Give a table's or a column's name without its schema and quotes."""
    return _text(node, texts).rpartition(".")[2].strip('"').lower()


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        match node:
            case ast.Assign([ast.Name(name)], ast.Constant(str(text))):
                yield name, text
            case ast.AnnAssign(ast.Name(name), value=ast.Constant(str(text))):
                yield name, text


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _table(call: ast.Call, texts: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    words = {word.arg: word.value for word in call.keywords}
    first = call.args[0] if call.args else words.get("name") or words.get("table_name")
    name = _bare(first, texts) if first else ""
    fields = words.get("fields") or (call.args[1] if len(call.args) > 1 else None)
    if _called(call.func) == "CreateModel":
        return name, tuple(_fields(fields, texts))
    return name, tuple(filter(None, _columns(call.args[1:], texts)))


def _text(node: ast.expr | None, texts: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return texts.get(node.id, "")
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _columns(nodes: list[ast.expr], texts: dict[str, str]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Starred) and isinstance(node.value, ast.List | ast.Tuple):
            yield from _columns(node.value.elts, texts)
        elif isinstance(node, ast.Call) and _called(node.func) in ("Column", "column") and node.args:
            yield _text(node.args[0], texts).lower()


def _fields(node: ast.expr | None, texts: dict[str, str]) -> Iterator[str]:
    for field in node.elts if isinstance(node, ast.List | ast.Tuple) else ():
        if isinstance(field, ast.Tuple) and field.elts and (name := _text(field.elts[0], texts).lower()):
            yield name
