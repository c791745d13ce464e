"""A revision's syntax tree without what is not asked for: docstrings, imports, the downgrade ..."""

from __future__ import annotations

import ast
import builtins
import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from checks.tools.alembic.imported import IMPORTS, imports, kept_imports, types

GRAPH = {"revision", "down_revision", "depends_on", "branch_labels"}
HINTS = (
    *(ast.Name, ast.Attribute, ast.Subscript, ast.Tuple, ast.List, ast.Constant, ast.Load),
    *(ast.BinOp, ast.BitOr),  # str | None
)
WRAPPER = re.compile(r"(?:begin|commit|end|start transaction)(?: work| transaction)?;?", re.IGNORECASE)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Plain:
    """What is taken out.

    Attributes:
        docs: Docstrings.
        imports: Annotations, the order of imports, and unused ones of modules that do nothing when imported.
        wrappers: What only puts the upgrade into a transaction or out of it.
        downgrade: The body of the downgrade.
        graph: What a revision comes after.
        known: The imports of the text as it was: only these, and what is surely there, may be unused.
    """

    docs: bool = False
    imports: bool = False
    wrappers: bool = False
    downgrade: bool = False
    graph: bool = False
    known: frozenset[str] = frozenset()


def plain(tree: ast.Module, without: Plain) -> ast.Module | None:
    """Give a module without something; None where that cannot be taken out of it.

    Args:
        tree: A module, which is left as it is.
        without: What to take out; whether it may be told by `rest` alone.
    """
    tree = _copied(tree)
    if without.docs:
        _drop_docs(tree)
    if without.wrappers:
        _unwrap(tree)
    if without.imports and not drop_hints(tree):
        return None
    if without.downgrade and not _drop_downgrade(tree):
        return None
    if without.graph and not _drop_graph(tree):
        return None
    if without.imports:
        tree.body = [statement for statement in tree.body if not isinstance(statement, IMPORTS)]
    return tree


def rest(tree: ast.Module, without: Plain, count: Callable[[str], int]) -> str | None:
    """Give what matters of what `plain` takes out; None where it may not be taken out.

    Args:
        tree: The whole module.
        without: What is taken out.
        count: Counts a name in the whole of it, annotations aside.
    """
    if without.downgrade and count("downgrade"):
        return None  # something may call it
    if without.graph and any(count(name) > 1 for name in GRAPH):
        return None  # something may read it
    return kept_imports(_around(tree, without), without.known, count) if without.imports else ""


def unhinted(tree: ast.Module) -> ast.Module:
    """Give a module without annotations."""
    tree = _copied(tree)
    drop_hints(tree)
    return tree


def _copied(tree: ast.Module) -> ast.Module:
    """Copy as much of a module as may be changed."""
    return ast.Module([_copied_way(statement) for statement in tree.body], [])


def _copied_way(statement: ast.stmt) -> ast.stmt:
    if not isinstance(statement, Function) or statement.name not in ("upgrade", "downgrade"):
        return statement
    function = copy.copy(statement)
    function.args = copy.deepcopy(statement.args)
    return function


def _named(tree: ast.Module, name: str) -> list[Function]:
    return [node for node in tree.body if isinstance(node, Function) and node.name == name]


def _drop_docs(tree: ast.Module) -> None:
    """Take out the docstrings of the module and of both ways: whoever asks for another's may use it."""
    for node in (tree, *_ways(tree)):
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
        node.body = node.body or [ast.Pass()]


def _ways(tree: ast.Module) -> list[Function]:
    """Give the upgrade and the downgrade, unless a decorator sees them."""
    found = (*_named(tree, "upgrade"), *_named(tree, "downgrade"))
    return [function for function in found if not function.decorator_list]


def _unwrap(tree: ast.Module) -> None:
    for function in _named(tree, "upgrade") if "alembic:op" in imports(tree) else ():
        function.body = list(_unwrapped(function.body)) or [ast.Pass()]


def _unwrapped(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.With) and all(map(_is_block, statement.items)):
            yield from _unwrapped(statement.body)
        elif not _is_wrapper(statement):
            yield statement


def _is_block(item: ast.withitem) -> bool:
    """Tell whether it is `with op.get_context().autocommit_block():`."""
    return (
        item.optional_vars is None and ast.unparse(item.context_expr) == "op.get_context().autocommit_block()"
    )


def _is_wrapper(statement: ast.stmt) -> bool:
    """Tell whether it is `op.execute("COMMIT")` or the like."""
    match statement:
        case ast.Expr(ast.Call(func, [ast.Constant(str(text))], [])):
            return bool(WRAPPER.fullmatch(" ".join(text.split()))) and ast.unparse(func) == "op.execute"
    return False


def _drop_downgrade(tree: ast.Module) -> bool:
    """Empty the downgrade; False if a decorator sees it."""
    functions = _named(tree, "downgrade")
    if len(functions) != 1 or functions[0].decorator_list:
        return False
    functions[0].body = [ast.Pass()]
    return True


def _drop_graph(tree: ast.Module) -> bool:
    """Take out the assignments that make the graph; False if there are none."""
    kept = [statement for statement in tree.body if not _is_graph(statement)]
    found = len(kept) < len(tree.body)
    tree.body = kept
    return found


def _is_graph(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Assign):
        targets, value = statement.targets, statement.value
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets, value = [statement.target], statement.value
    else:
        return False
    allowed = (ast.Constant, ast.Tuple, ast.List, ast.Set, ast.Load)
    literal = all(isinstance(node, allowed) for node in ast.walk(value))
    return literal and all(isinstance(target, ast.Name) and target.id in GRAPH for target in targets)


def drop_hints(tree: ast.Module) -> bool:
    """Take out annotations of the module and of its plain functions; False if one may not be evaluated."""
    known = set(dir(builtins))
    body = []
    for statement in tree.body:
        hints = list(_taken(statement))
        if not all(_is_hint(hint, known) for hint in hints):
            return False
        unhinted = _unhinted(statement)
        known.update(types(unhinted))
        body.append(unhinted)
    tree.body = body
    return True


def _is_hint(hint: ast.expr, known: set[str]) -> bool:
    """Tell whether an annotation only names types that are there before it, and calls nothing."""
    nodes = list(ast.walk(hint))
    named = {node.id for node in nodes if isinstance(node, ast.Name)}
    joined = [part for node in nodes if isinstance(node, ast.BinOp) for part in (node.left, node.right)]
    texts = any(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in joined)
    return named <= known and not texts and all(isinstance(node, HINTS) for node in nodes)


def _taken(statement: ast.stmt) -> Iterator[ast.expr]:
    """Take the annotations out of a plain function, or give those of a variable."""
    if isinstance(statement, ast.AnnAssign):
        yield statement.annotation
    if not isinstance(statement, Function) or statement.decorator_list:
        return
    if statement.name not in ("upgrade", "downgrade"):
        return  # whoever is given another function may read its annotations
    arguments = statement.args
    every = (
        *arguments.posonlyargs,
        *arguments.args,
        *arguments.kwonlyargs,
        arguments.vararg,
        arguments.kwarg,
    )
    for argument in every:
        if argument is not None and argument.annotation is not None:
            yield argument.annotation
            argument.annotation = None
    if statement.returns is not None:
        yield statement.returns
        statement.returns = None


def _unhinted(statement: ast.stmt) -> ast.stmt:
    if isinstance(statement, ast.AnnAssign) and statement.value and isinstance(statement.target, ast.Name):
        return ast.Assign([statement.target], statement.value)
    return statement


def _around(tree: ast.Module, without: Plain) -> list[ast.stmt]:
    """Give the statements of a module that are not taken out, and its imports."""
    body = tree.body
    if without.docs and ast.get_docstring(tree, clean=False) is not None:
        body = body[1:]
    return [statement for statement in body if not (without.graph and _is_graph(statement))]
