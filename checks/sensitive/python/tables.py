"""The tables that a file makes or describes: `create_table`, `Table`, `CreateModel`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    name = _text(first, texts).rpartition(".")[2].strip('"').lower()
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
