"""A call, with what is known of all that goes in."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace

from checks.sensitive.python.values import Column, Map, Table, Text, Value


@dataclass(frozen=True, slots=True)
class Call:
    """A call.

    Attributes:
        name: The last part of the function's name.
        dotted: All of it; empty if it has none.
        receiver: What it is called on, if it is a method.
        places: What is given by place.
        names: What is given by name.
        node: Where it stands.
    """

    name: str
    dotted: str
    receiver: Value
    places: list[Value]
    names: Map
    node: ast.Call

    @property
    def first(self) -> Value:
        """What is given first."""
        return self.places[0] if self.places else None

    def argument(self, place: int, *names: str) -> Value:
        """Give an argument by its place or one of its names."""
        if len(self.places) > place:
            return self.places[place]
        return next((held for name in names if (held := self.names.get(name)) is not None), None)


def is_environment(call: Call) -> bool:
    """Tell whether it asks for an environment variable, and gives what counts if there is none."""
    if call.name in ("get", "setdefault", "pop"):
        return call.dotted.endswith(("environ.get", "environ.setdefault", "environ.pop"))
    if call.name in ("getenv", "config", "env", "environ"):
        return not isinstance(call.receiver, Text | Map)
    return call.dotted.rpartition(".")[0] in ("env", "environ")


def column_name(node: ast.expr) -> str:
    """Name a column that is written `t.c.name`, `Model.name`, `t.c["name"]` or `column("name")`."""
    if isinstance(node, ast.Attribute):
        return node.attr.lower()
    inner = node.slice if isinstance(node, ast.Subscript) else None
    if isinstance(node, ast.Call) and node.args:
        inner = node.args[0]
    return str(inner.value).lower() if isinstance(inner, ast.Constant) else ""


def asked(table: Table | Column, known: tuple[tuple[str, Text], ...] = ()) -> Table:
    """Give what is asked of a table, and what it is filtered by."""
    if isinstance(table, Column):
        return Table("", (), known, asked=True)
    return replace(table, known=(*table.known, *known), asked=True)
