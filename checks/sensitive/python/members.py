"""What is in a value: attributes, items, and what a loop over it goes through."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from checks.sensitive.python.values import Column, Many, Map, Path, Record, Table, Text, Value, weight

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.sensitive.python.scope import Scope

TABLES = {"__table__", "objects", "c", "columns", "table", "query"}


def attribute(held: Value, name: str, scope: Scope) -> Value:
    """Give an attribute of a value."""
    if isinstance(held, Path):
        return held.up() if name == "parent" else held
    if isinstance(held, Table):
        return held if name in TABLES else held.attributes.get(name) or Column(name.lower())
    if isinstance(held, Record):
        return held.cells if name == "__dict__" else held.cells.get(name)
    if held is None and name == "objects":
        return Table("", asked=True)
    if held is None and name[:1].isupper():
        return scope.get(name)
    return None


def item(held: Value, node: ast.Subscript, scope: Scope) -> Value:
    """Give an item of a value."""
    if isinstance(held, Path):
        return held.up(_steps(node.slice)) if _is_parents(node.value) else held
    if not isinstance(node.slice, ast.Constant):
        return None
    key = node.slice.value
    if isinstance(node.value, ast.Attribute) and node.value.attr == "tables":
        return Table(str(key).rpartition(".")[2].lower())
    if isinstance(held, Map):
        return held.get(str(key)) if scope.file.budget.spend(weight(held)) else None
    if isinstance(held, Record):
        held = Many([inner for _, inner in held.cells.items])
    if isinstance(held, Many) and isinstance(key, int) and abs(key) < len(held.items):
        return held.items[key]
    return Column(str(key).lower()) if isinstance(held, Table) else None


def _is_parents(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "parents"


def _steps(node: ast.expr) -> int:
    """Give how many folders up `parents[node]` is."""
    return node.value + 1 if isinstance(node, ast.Constant) and isinstance(node.value, int) else 1


def elements(held: Value, scope: Scope, cost: int) -> Iterator[Value]:
    """Give what a loop goes over, as far as it can be paid for: one that is not known if nobody knows."""
    items: list[Value] = [None]
    if isinstance(held, Path):
        items = [held]
    elif isinstance(held, Many):
        items = held.items[: scope.file.budget.left]
    elif isinstance(held, Map):
        items = [held.keys.get(key) for key, _ in held.items[: scope.file.budget.left]]
    for item in items:
        if not scope.file.budget.spend(cost + 5):
            return
        yield item


def put(made: Map, key: Value, held: Value) -> None:
    """Put a value into a mapping."""
    made.items.append((named(key), held))
    if isinstance(key, Text):
        made.keys[key.text] = key


def named(held: Value) -> str:
    """Give the name of a column or the text of a key; empty if it has none."""
    if isinstance(held, Text):
        return held.text
    return held.name if isinstance(held, Column) else ""
