"""A module's imports: which of them matter to a migration, and which may come and go."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet

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
IMPORTS = (ast.Import, ast.ImportFrom)


def imports(tree: ast.Module) -> frozenset[str]:
    """Give what a module imports, each as "module:name"."""
    statements = (node for node in tree.body if isinstance(node, IMPORTS))
    return frozenset(_entry(statement, alias)[0] for statement in statements for alias in statement.names)


def types(statement: ast.stmt) -> Iterator[str]:
    """Give the names that an import of a well-known module binds."""
    if isinstance(statement, IMPORTS):
        entries = (_entry(statement, alias) for alias in statement.names)
        yield from (name for entry, name in entries if QUIET.fullmatch(entry.partition(":")[0]))


def kept_imports(body: Sequence[ast.stmt], known: AbstractSet[str], count: Callable[[str], int]) -> str:
    """Give the imports that matter, sorted where the order does not.

    Args:
        body: The statements of a module.
        known: The imports of the text as it was, each as "module:name".
        count: Counts a name beside what imports it.
    """
    found: list[tuple[int, str, str]] = []
    others = 0
    for statement in body:
        if isinstance(statement, IMPORTS):
            found += [(others, *_entry(statement, alias)) for alias in statement.names]
        else:
            others += 1
    there: AbstractSet[str] = THERE
    if any(isinstance(node, ast.ClassDef) for node in _statements(body)):  # annotations of it may be read
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


def _may_go(entry: str, known: AbstractSet[str], there: AbstractSet[str]) -> bool:
    module, _, name = entry.partition(":")
    return entry in there or (entry in known and name != "*" and bool(QUIET.fullmatch(module)))


def _entry(statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> tuple[str, str]:
    """Give what is imported, "module:name", and the name that it gets."""
    if isinstance(statement, ast.Import):
        whole = alias.name if alias.asname else alias.name.partition(".")[0]
        return f"{alias.name}:{whole}", _name(alias)
    return f"{'.' * statement.level}{statement.module or ''}:{alias.name}", _name(alias)


def _name(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]
