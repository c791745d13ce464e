"""What a revision file offers for the way down, by its text alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from checks.migration import Downgrade, Refusal
from checks.tools.alembic.allows import comments
from checks.tools.enums import only_adds_values
from checks.tools.refusals import marked, reason_of

HOLE = "migseal_hole"  # stands for what only running it would tell
EXECUTES = ("execute", "exec_driver_sql")


def functions(module: ast.Module) -> dict[str, ast.FunctionDef]:
    """Give the functions at the top of a module, by name."""
    return {statement.name: statement for statement in module.body if isinstance(statement, ast.FunctionDef)}


def refusal_of(module: ast.Module, text: str) -> Refusal | None:
    """Give where a file says that it cannot be undone: by a comment, or by what its downgrade raises."""
    if "migseal:" in text:
        for line, comment in comments(text):
            reason = marked(comment)
            if reason is not None:
                return Refusal(reason, line)
    function = functions(module).get("downgrade")
    raised = _raised(_body(function)) if function else None
    return Refusal(reason_of(_message(raised)), raised.lineno) if raised else None


def downgrade_of(module: ast.Module, refusal: Refusal | None) -> Downgrade:
    """Tell what a module offers for the way down.

    Args:
        module: The file.
        refusal: Where it says that it cannot be undone.
    """
    if refusal is not None:
        return Downgrade.REFUSED
    found = functions(module)
    if "downgrade" not in found or "upgrade" not in found:
        named = any(
            isinstance(s, (ast.Assign, ast.ImportFrom, ast.If, ast.Try)) and _binds(s) for s in module.body
        )
        return Downgrade.PRESENT if named else Downgrade.ABSENT
    if _body(found["downgrade"]):
        return Downgrade.PRESENT
    sent = list(_executed(_body(found["upgrade"])))
    needless = not sent or (all(sent) and only_adds_values(";\n".join(sent)))
    return Downgrade.NEEDLESS if needless else Downgrade.EMPTY


def _binds(statement: ast.stmt) -> bool:
    """Tell whether a statement may give the name `downgrade` another way than by a plain function."""
    words = (node for node in ast.walk(statement))
    return any(
        (isinstance(n, ast.alias) and (n.asname or n.name) in ("downgrade", "*"))
        or (isinstance(n, ast.FunctionDef) and n.name == "downgrade")
        or (isinstance(n, ast.Name) and n.id == "downgrade")
        for n in words
    )


def _body(function: ast.FunctionDef) -> list[ast.stmt]:
    """Give a function's statements without those that do nothing: docstring, pass, ellipsis, bare return."""

    def idle(statement: ast.stmt) -> bool:
        constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        returns = isinstance(statement, ast.Return) and statement.value is None
        return constant or returns or isinstance(statement, ast.Pass)

    return [statement for statement in function.body if not idle(statement)]


def _raised(body: Sequence[ast.stmt]) -> ast.Raise | None:
    """Give the exception that a body always ends with: nothing before it may return."""
    for statement in body:
        if isinstance(statement, ast.Raise):
            return statement
        if any(isinstance(node, ast.Return) for node in ast.walk(statement)):
            return None
    return None


def _message(raised: ast.Raise) -> str:
    """Give the text that an exception is raised with, as far as it stands there."""
    call = raised.exc
    return " ".join(_texts(call.args)) if isinstance(call, ast.Call) else ""


def _texts(nodes: Sequence[ast.expr]) -> Iterator[str]:
    found = (node for part in nodes for node in ast.walk(part))
    return (node.value for node in found if isinstance(node, ast.Constant) and isinstance(node.value, str))


def _executed(body: Sequence[ast.stmt]) -> Iterator[str]:
    """Give the SQL that statements send; nothing, as a text, for one that does anything else."""
    for statement in body:
        if isinstance(statement, (ast.With, ast.For, ast.If)):
            yield from _executed([*statement.body, *getattr(statement, "orelse", ())])
        else:
            yield _sent(statement.value) if isinstance(statement, ast.Expr) else ""


def _sent(node: ast.expr) -> str:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
        return ""
    return _sql(node.args[0]) if node.func.attr in EXECUTES else ""


def _sql(node: ast.expr) -> str:
    """Give the text of an argument, inside `text(...)` too, with holes where only running it would tell."""
    if isinstance(node, ast.Call) and node.args:
        return _sql(node.args[0])
    if isinstance(node, ast.JoinedStr):
        return "".join(_sql(part) or HOLE for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
