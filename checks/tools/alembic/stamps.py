"""Where a revision file writes the table in which a tool keeps what has run."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checks.migration import VERSION_TABLES, Stamp
from checks.tools.stamps import mentions, writes

_STAMP = re.compile(r"stamp(?<!\wstamp)\b")  # as \bstamp\b, and ten times as fast
_HOLE = "migseal_hole"  # stands for what only running it would tell
_PLACEHOLDER = re.compile(r"\{\w*\}|%s|%\(\w+\)s")
# What takes a text to be read by a person.
_MESSAGES = {
    "critical",
    "debug",
    "echo",
    "error",
    "exception",
    "info",
    "log",
    "print",
    "secho",
    "warn",
    "warning",
}
_STAMPERS = {"command", "context", "ctx", "migration_context"}
_STAMP_MODULES = {"alembic.command", "flask_migrate"}
_OPERATIONS = {
    "drop_column": "table_name",
    "drop_table": "table_name",
    "rename_table": "old_table_name",
    "alter_column": "table_name",
}
_WORDS = {
    "bulk_insert": "INSERT INTO",
    "delete": "DELETE FROM",
    "drop": "DROP TABLE",
    "insert": "INSERT INTO",
    "update": "UPDATE",
}


@dataclass(frozen=True)
class _Names:
    """What names stand for in a file.

    Attributes:
        texts: Texts, where a name stands for only one.
        tables: Version tables, made by `sa.table("alembic_version")`.
        stampers: What has a `stamp`, and functions that are one.
    """

    texts: Mapping[str, str]
    tables: Mapping[str, str]
    stampers: frozenset[str]


def of_module(module: ast.Module, text: str) -> tuple[Stamp, ...]:
    """Find what a revision file writes to a version table, by its own text: SQL, operations and stamps."""
    if not (mentions(text) or _STAMP.search(text)):
        return ()
    names = _names(module)
    found = [stamp for node in _nodes(module) for stamp in _stamps(node, names)]
    return tuple(dict.fromkeys(sorted(found, key=lambda stamp: stamp.line)))


def _nodes(module: ast.Module) -> Iterator[ast.AST]:
    """Give the nodes of a module but for docstrings and messages, and what is put together as one."""
    waiting: list[ast.AST] = [module]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Raise) or _is_message(node):
            continue
        yield node
        if not isinstance(node, (ast.JoinedStr, ast.BinOp)):
            waiting += ast.iter_child_nodes(node)
        elif isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Add):
            waiting.append(node.left)


def _is_message(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Call) and _last(node.func) in _MESSAGES


def _stamps(node: ast.AST, names: _Names) -> Iterator[Stamp]:
    if isinstance(node, ast.Call):
        yield from _of_call(node, names)
    text = _text(node, names.texts) if isinstance(node, (ast.Constant, ast.JoinedStr, ast.BinOp)) else None
    for write in writes(text or ""):
        if write.verb != "CREATE":
            assert isinstance(node, ast.expr)
            line = node.lineno + (text or "").count("\n", 0, write.start)
            yield write.stamp(min(line, node.end_lineno or line))


def _of_call(call: ast.Call, names: _Names) -> Iterator[Stamp]:
    name = _last(call.func)
    if _is_stamp(call.func, names):
        yield Stamp(f"{ast.unparse(call.func)}()", "", call.lineno)
    if name in _OPERATIONS:
        table = _text(_argument(call, _OPERATIONS[name]), names.texts)
        renames = name != "alter_column" or any(k.arg == "new_column_name" for k in call.keywords)
        if table in VERSION_TABLES and renames:
            yield Stamp(f'{name}("{table}")', table, call.lineno, removes=True)
    if name in _WORDS:
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        written = _table(owner, names) or _table(_argument(call, "table"), names)
        if written:
            yield Stamp(f"{_WORDS[name]} {written}", written, call.lineno, removes=name == "drop")


def _is_stamp(function: ast.expr, names: _Names) -> bool:
    if isinstance(function, ast.Name):
        return function.id in names.stampers - _STAMPERS
    if not isinstance(function, ast.Attribute) or function.attr != "stamp":
        return False
    owner = function.value
    if isinstance(owner, ast.Call):
        return _gives_context(owner)
    return _last(owner) in names.stampers


def _gives_context(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _last(node.func) in ("get_context", "configure")


def _argument(call: ast.Call, keyword: str) -> ast.expr | None:
    """Give a call's first argument, or the one of a keyword."""
    named = (k.value for k in call.keywords if k.arg == keyword)
    return call.args[0] if call.args else next(named, None)


def _last(node: ast.AST) -> str:
    """Give the last part of a dotted name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _table(node: ast.AST | None, names: _Names) -> str:
    """Give the version table that an expression stands for, or nothing."""
    if isinstance(node, ast.Name):
        return names.tables.get(node.id, "")
    return _made_table(node, names.texts)


def _made_table(node: ast.AST | None, texts: Mapping[str, str]) -> str:
    if not (isinstance(node, ast.Call) and _last(node.func) in ("table", "Table")):
        return ""
    name = _text(_argument(node, "name"), texts)
    return name if name in VERSION_TABLES else ""


def _text(node: ast.AST | None, texts: Mapping[str, str]) -> str | None:
    """Give the text of an expression, with holes where only running it would tell; None if it is no text."""
    if isinstance(node, ast.Constant):
        return _PLACEHOLDER.sub(_HOLE, node.value) if isinstance(node.value, str) else None
    if isinstance(node, ast.Name):
        return texts.get(node.id)
    if isinstance(node, ast.JoinedStr):
        parts = (v.value if isinstance(v, ast.FormattedValue) else v for v in node.values)
        return "".join(_HOLE if (part := _text(v, texts)) is None else part for v in parts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        found = [_text(operand, texts) for operand in _operands(node)]
        return "".join(_HOLE if part is None else part for part in found) if any(found) else None
    return None


def _operands(node: ast.BinOp) -> list[ast.expr]:
    """Give what a sum is made of, from left to right: a long one is too deep for recursion."""
    found = []
    left: ast.expr = node
    while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
        found.append(left.right)
        left = left.left
    return [left, *reversed(found)]


def _names(module: ast.Module) -> _Names:
    bound: dict[str, list[ast.expr]] = defaultdict(list)
    stampers = set(_STAMPERS)
    for node in ast.walk(module):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                bound[_last(target)].append(node.value)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            stampers |= set(_imported_stampers(node))
    texts = {name: text for name, (node, *more) in bound.items() if not more and (text := _text(node, {}))}
    tables = {name: table for name, nodes in bound.items() for n in nodes if (table := _made_table(n, texts))}
    stampers |= {name for name, nodes in bound.items() if any(map(_gives_context, nodes))}
    return _Names(texts, tables, frozenset(stampers))


def _imported_stampers(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """Give the names under which Alembic's command and context, and their stamp, are imported."""
    for alias in node.names:
        whole = f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
        module, _, name = whole.rpartition(".")
        if whole in ("alembic.command", "alembic.context") or (name == "stamp" and module in _STAMP_MODULES):
            yield alias.asname or name
