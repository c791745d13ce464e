"""A revision's syntax tree without what is not asked for: docstrings, imports, the downgrade ..."""

from __future__ import annotations

import ast
import builtins
import copy
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

GRAPH = {"revision", "down_revision", "depends_on", "branch_labels"}
# To import one of these, or not to, is nothing that a migration notices.
QUIET = re.compile(r"(?:__future__|typing|collections\.abc|(?:alembic|sqlalchemy)(?:\..+)?)")
# What every Python has on which Alembic runs; it may come as well as go.
TYPES = (
    "Any Callable Dict Iterable Iterator List Literal Mapping Optional Sequence Set Tuple Type Union "
    "TYPE_CHECKING cast"
)
THERE = {
    *(f"typing:{name}" for name in TYPES.split()),
    *(f"collections.abc:{name}" for name in ("Callable", "Iterable", "Iterator", "Mapping", "Sequence")),
    *("typing:typing", "__future__:annotations", "alembic:op", "sqlalchemy:sqlalchemy"),
}
FUTURE = {"__future__:annotations"}
HINTS = (
    *(ast.Name, ast.Attribute, ast.Subscript, ast.Tuple, ast.List, ast.Constant, ast.Load),
    *(ast.BinOp, ast.BitOr),  # str | None
)
WRAPPER = re.compile(r"(?:begin|commit|end|start transaction)(?: work| transaction)?;?", re.IGNORECASE)
Function = ast.FunctionDef | ast.AsyncFunctionDef
IMPORTS = (ast.Import, ast.ImportFrom)


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
    return _kept_imports(tree, without, count) if without.imports else ""


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


def counted(tree: ast.Module) -> Counter[str]:
    """Count the names in a tree, also those of attributes and those that stand alone in a text."""
    return Counter(_names(tree))


def _names(tree: ast.Module) -> Iterator[str]:
    nodes: list[object] = [tree]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                yield node.value
        elif isinstance(node, ast.AST):
            if isinstance(node, ast.Attribute):
                yield node.attr
            for part in vars(node).values():  # ast.walk takes twice as long
                if isinstance(part, list):
                    nodes += part
                elif isinstance(part, ast.AST):
                    nodes.append(part)


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
        known.update(_types(unhinted))
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


def _types(statement: ast.stmt) -> Iterator[str]:
    """Give the names that an import of a well-known module binds."""
    if isinstance(statement, IMPORTS):
        entries = (_entry(statement, alias) for alias in statement.names)
        yield from (name for entry, name in entries if QUIET.fullmatch(entry.partition(":")[0]))


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


def _name(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def imports(tree: ast.Module) -> frozenset[str]:
    """Give what a module imports, each as "module:name"."""
    statements = (node for node in tree.body if isinstance(node, IMPORTS))
    return frozenset(_entry(statement, alias)[0] for statement in statements for alias in statement.names)


def _kept_imports(tree: ast.Module, without: Plain, count: Callable[[str], int]) -> str:
    """Give the imports that matter, sorted where the order does not."""
    found: list[tuple[int, str, str]] = []
    others = 0
    for statement in _around(tree, without):
        if isinstance(statement, IMPORTS):
            found += [(others, *_entry(statement, alias)) for alias in statement.names]
        else:
            others += 1
    there, known = THERE, without.known
    if any(
        isinstance(node, ast.ClassDef) for node in _statements(tree.body)
    ):  # annotations of it may be read
        there, known = there - FUTURE, known - FUTURE
    kept = [entry for entry in found if not _may_go(entry[1], known, there) or count(entry[2])]
    twice = max(Counter(name for _, _, name in kept).values(), default=0) > 1
    return repr(kept if twice else sorted(kept))


def _statements(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Give statements and those inside of them."""
    for node in body:
        yield node
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from _statements(getattr(node, field, ()))


def _around(tree: ast.Module, without: Plain) -> list[ast.stmt]:
    """Give the statements of a module that are not taken out, and its imports."""
    body = tree.body
    if without.docs and ast.get_docstring(tree, clean=False) is not None:
        body = body[1:]
    return [statement for statement in body if not (without.graph and _is_graph(statement))]


def _may_go(entry: str, known: frozenset[str], there: set[str]) -> bool:
    module, _, name = entry.partition(":")
    return entry in there or (entry in known and name != "*" and bool(QUIET.fullmatch(module)))


def _entry(statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> tuple[str, str]:
    """Give what is imported, "module:name", and the name that it gets."""
    if isinstance(statement, ast.Import):
        whole = alias.name if alias.asname else alias.name.partition(".")[0]
        return f"{alias.name}:{whole}", _name(alias)
    return f"{'.' * statement.level}{statement.module or ''}:{alias.name}", _name(alias)
