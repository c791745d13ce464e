"""The names of a file and what they stand for, as far as that is plain."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from checks.sensitive.python.values import Many, Map, Record, Table, Value

if TYPE_CHECKING:
    from checks.sensitive.python.placed import Source

MODEL = re.compile(r"_*[A-Z]\w*[a-z]\w*")


@dataclass(slots=True)
class Budget:
    """How many more steps may be made: what unrolls a loop is paid for, so that time stays linear."""

    left: int

    def spend(self, steps: int) -> bool:
        """Take steps; False if there are not so many left."""
        if steps > self.left:
            return False
        self.left -= steps
        return True


@dataclass(slots=True)
class File:
    """What is the same everywhere in a file.

    Attributes:
        source: Its text.
        budget: Of all that is unrolled.
        imported: The full names that names stand for.
        functions: Its functions, by name.
        fields: Of its classes that hold values, in their order.
        returned: What a function gives that is called with nothing.
    """

    source: Source
    budget: Budget
    imported: dict[str, str] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = field(default_factory=dict)
    fields: dict[str, list[str]] = field(default_factory=dict)
    returned: dict[str, Value] = field(default_factory=dict)


@dataclass(slots=True)
class Scope:
    """The names of a function, and those around it.

    Attributes:
        file: Where it stands.
        outer: What is around it.
        names: What its names stand for.
        memory: What expressions are worth while one is looked at, by `id` of their nodes.
        labels: Whether it is an enum, whose names say nothing of its texts.
    """

    file: File
    outer: Scope | None = None
    names: dict[str, Value] = field(default_factory=dict)
    memory: dict[int, Value] | None = None
    labels: bool = False

    def inner(self) -> Scope:
        """Give a scope within this one."""
        return Scope(self.file, self)

    def get(self, name: str) -> Value:
        """Give what a name stands for; a name like a class's is a model."""
        scope: Scope | None = self
        while scope:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return Table(name.strip("_").lower()) if MODEL.fullmatch(name) else None

    def bind(self, target: ast.expr, value: Value) -> None:
        """Give a value to a target of an assignment; what is not plain is not known."""
        left = [(target, value)]
        while left:
            node, given = left.pop()
            if isinstance(node, ast.Name):
                self.names[node.id] = given
            elif isinstance(node, ast.Starred):
                left.append((node.value, None))
            elif isinstance(node, ast.Tuple | ast.List):
                left.extend(zip(node.elts, _spread(given, len(node.elts)), strict=True))
            elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
                self._put(node.value.id, node.slice, given)

    def _put(self, name: str, key: ast.expr, value: Value) -> None:
        held = self.get(name)
        if isinstance(held, Map) and isinstance(key, ast.Constant):
            held.items.append((str(key.value), value))

    def called(self, function: ast.expr) -> str:
        """Give the last part of a function's name, as it was before an import named it otherwise."""
        if isinstance(function, ast.Attribute):
            return function.attr
        if isinstance(function, ast.Name):
            return self.file.imported.get(function.id, function.id).rpartition(".")[2]
        return ""

    def dotted(self, function: ast.expr) -> str:
        """Give a function's whole name: `os.environ.get`; empty if it has none."""
        parts: list[str] = []
        while isinstance(function, ast.Attribute):
            parts.append(function.attr)
            function = function.value
        if isinstance(function, ast.Call):
            parts.append(f"{self.called(function.func)}()")
        elif isinstance(function, ast.Name):
            parts.append(self.file.imported.get(function.id, function.id))
        return ".".join(reversed(parts))


def _spread(value: Value, count: int) -> list[Value]:
    if isinstance(value, Many) and len(value.items) == count:
        return value.items
    if isinstance(value, Record) and len(value.cells.items) == count:
        return [held for _, held in value.cells.items]
    return [None] * count
