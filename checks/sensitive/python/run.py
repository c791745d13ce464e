"""The statements of a file in their order: what names stand for, and loops over what is constant."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from checks.sensitive.literal import Place
from checks.sensitive.python.call import column_name
from checks.sensitive.python.evaluate import value
from checks.sensitive.python.members import elements
from checks.sensitive.python.sums import size
from checks.sensitive.python.values import Many, Map, Record, Table, Text, Value, weight
from checks.sensitive.python.visit import Function

if TYPE_CHECKING:
    from checks.sensitive.python.scope import Scope
    from checks.sensitive.python.visit import Visitor

GRAPH = {
    "revision",
    "down_revision",
    "depends_on",
    "branch_labels",
    "dependencies",
    "replaces",
    "__tablename__",
}
GRAPH |= {"__all__", "__table_args__", "initial", "app_label", "verbose_name", "help_text"}
CALL = 5  # what it costs to go through a node of a function that is called
Statements = Iterator[ast.stmt]


class Runner:
    """Goes through the statements; functions come after all that stands around them."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.waiting: list[tuple[Function, Scope]] = []

    def run(self, body: list[ast.stmt], scope: Scope) -> None:
        """Go through statements, then through the functions that they define, then as these are called."""
        self._go(body, scope)
        while self.waiting:
            batch = sorted(self.waiting, key=lambda pair: pair[0].name in ("upgrade", "downgrade"))
            self.waiting = []
            for function, around in batch:
                self._go(function.body, around.inner(), function)
        while self.visitor.called:
            function, places, names = self.visitor.called.popleft()
            if scope.file.budget.spend(CALL * size(function)):
                self._go(function.body, _called(function, places, names, scope.inner()))

    def _go(self, body: list[ast.stmt], scope: Scope, function: Function | None = None) -> None:
        stack: list[Statements] = [iter(body)]
        while stack:
            statement = next(stack[-1], None)
            if statement is None:
                stack.pop()
            elif isinstance(statement, ast.Return) and function:
                self._look(statement, scope)
                scope.file.returned[function.name] = value(statement.value, scope)
            elif isinstance(statement, ast.ClassDef):
                stack.append(self._class(statement, scope))
            else:
                stack.append(self._step(statement, scope))

    def _step(self, statement: ast.stmt, scope: Scope) -> Statements:
        if isinstance(statement, Function):
            return self._function(statement, scope)
        if isinstance(statement, ast.For | ast.AsyncFor):
            return self._loop(statement, scope)
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
            self._assign(statement, scope)
        elif isinstance(statement, ast.With | ast.AsyncWith):
            self._with(statement, scope)
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            _import(statement, scope)
        elif not _is_doc(statement):
            self._look(statement, scope)
        return chain.from_iterable(_bodies(statement))

    def _look(self, statement: ast.stmt, scope: Scope) -> None:
        """Look at the expressions of a statement that stand in it alone."""
        for _, held in ast.iter_fields(statement):
            for node in held if isinstance(held, list) else [held]:
                if isinstance(node, ast.expr):
                    self.visitor.visit(node, scope)
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            _mutate(statement.value, scope)

    def _function(self, function: Function, scope: Scope) -> Statements:
        scope.file.functions[function.name] = function
        self.waiting.append((function, scope))
        for node in function.decorator_list:
            self.visitor.visit(node, scope)
        arguments = function.args
        places = [*arguments.posonlyargs, *arguments.args]
        given = [*zip(places[::-1], arguments.defaults[::-1], strict=False)]
        named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        given.extend((argument, node) for argument, node in named if node)
        for argument, node in given:
            self.visitor.visit(node, scope, argument.arg)
        return iter(())

    def _class(self, statement: ast.ClassDef, scope: Scope) -> Statements:
        inner = scope.inner()
        inner.labels = any(scope.called(base).endswith(("Enum", "Choices")) for base in statement.bases)
        named = (node.target for node in statement.body if isinstance(node, ast.AnnAssign))
        scope.file.fields[statement.name] = [target.id for target in named if isinstance(target, ast.Name)]
        name = next((held for node in statement.body if (held := _tablename(node))), statement.name.lower())
        scope.names[statement.name] = Table(name)
        self._go(statement.body, inner)
        scope.names[statement.name] = Table(name, attributes=Map(list(inner.names.items())))
        return iter(())

    def _loop(self, statement: ast.For | ast.AsyncFor, scope: Scope) -> Statements:
        self.visitor.visit(statement.iter, scope)
        cost = sum(size(node) for node in statement.body)
        rounds = 0
        for held in elements(value(statement.iter, scope), scope, cost):
            rounds += 1
            scope.bind(statement.target, held)
            yield from statement.body
        if not rounds:
            scope.bind(statement.target, None)
            yield from statement.body
        yield from statement.orelse

    def _with(self, statement: ast.With | ast.AsyncWith, scope: Scope) -> None:
        for item in statement.items:
            self.visitor.visit(item.context_expr, scope)
            if item.optional_vars:
                scope.bind(item.optional_vars, value(item.context_expr, scope))

    def _assign(self, statement: ast.Assign | ast.AnnAssign | ast.AugAssign, scope: Scope) -> None:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        if statement.value is None or any(_is_graph(target) for target in targets):
            return
        held = value(statement.value, scope)
        if isinstance(statement, ast.AugAssign):
            held = value(
                ast.BinOp(statement.target, statement.op, statement.value, lineno=statement.lineno), scope
            )
        for target in targets:
            scope.bind(target, held)
            for part, item in _pairs(target, held):
                self._put(part, item, scope)
        self.visitor.visit(statement.value, scope, "" if scope.labels else _name(targets[0]))
        _named_tuple(targets[0], statement.value, scope)

    def _put(self, target: ast.expr, held: Value, scope: Scope) -> None:
        """Keep what is given to an attribute: `user.password = "x"`."""
        if isinstance(target, ast.Attribute) and isinstance(held, Text):
            owner = value(target.value, scope)
            if isinstance(target.value, ast.Name) and target.value.id in ("self", "cls"):
                return
            table = (
                owner.name if isinstance(owner, Table) else owner.table if isinstance(owner, Record) else ""
            )
            self.visitor.found.row(Place.ROW, table, [(target.attr, held)])


def _pairs(target: ast.expr, held: Value) -> list[tuple[ast.expr, Value]]:
    """Give each target of an assignment with what it is given: `user.name, user.password = "a", "x"`."""
    if isinstance(target, ast.Tuple) and isinstance(held, Many):
        return list(zip(target.elts, held.items, strict=False))
    return [(target, held)]


def _called(function: Function, places: list[Value], names: Map, scope: Scope) -> Scope:
    """Give the names of a function what it is called with."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args]
    defaults = zip(every[::-1], arguments.defaults[::-1], strict=False)
    for argument, node in (*defaults, *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)):
        scope.names[argument.arg] = value(node, scope)
    given = {argument.arg: held for argument, held in zip(every, places, strict=False)}
    scope.names.update(given | dict(names.items))
    return scope


def _bodies(statement: ast.stmt) -> Iterable[list[ast.stmt]]:
    """Give the blocks of a statement, in their order."""
    for name in ("body", "handlers", "cases", "orelse", "finalbody"):
        held = getattr(statement, name, None)
        for block in held if isinstance(held, list) else ():
            if isinstance(block, ast.ExceptHandler | ast.match_case):
                yield block.body
        if isinstance(held, list) and held and isinstance(held[0], ast.stmt):
            yield held


def _is_doc(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_graph(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id in GRAPH


def _name(target: ast.expr) -> str:
    if isinstance(target, ast.Name):
        return target.id
    return column_name(target) if isinstance(target, ast.Attribute | ast.Subscript) else ""


def _named_tuple(target: ast.expr, node: ast.expr, scope: Scope) -> None:
    """Remember the fields of `Seed = namedtuple("Seed", "login password")`."""
    if isinstance(target, ast.Name) and isinstance(node, ast.Call) and len(node.args) > 1:
        fields = value(node.args[1], scope) if scope.called(node.func) == "namedtuple" else None
        texts = fields.items if isinstance(fields, Many) else [fields]
        names = " ".join(held.text.replace(",", " ") for held in texts if isinstance(held, Text))
        scope.file.fields[target.id] = names.split()


def _tablename(node: ast.stmt) -> str:
    match node:
        case ast.Assign([ast.Name("__tablename__")], ast.Constant(str(name))):
            return name.lower()
    return ""


def _import(statement: ast.Import | ast.ImportFrom, scope: Scope) -> None:
    module = statement.module or "" if isinstance(statement, ast.ImportFrom) else ""
    for alias in statement.names:
        if alias.asname or module:
            full = f"{module}.{alias.name}" if module else alias.name
            scope.file.imported[alias.asname or alias.name] = full


def _mutate(call: ast.Call, scope: Scope) -> None:
    """Follow `rows.append(x)`, `rows.extend(x)` and `values.update(x)`."""
    if not isinstance(call.func, ast.Attribute) or not isinstance(call.func.value, ast.Name) or not call.args:
        return
    owner, given = scope.get(call.func.value.id), value(call.args[0], scope)
    name = call.func.attr
    if not scope.file.budget.spend(weight(given)):
        return
    if isinstance(owner, Many) and name == "append" and given is not owner:
        owner.items.append(given)
    if name == "extend" and isinstance(owner, Many) and isinstance(given, Many):
        owner.items.extend(given.items)
    if name == "update" and isinstance(owner, Map) and isinstance(given, Map):
        owner.items.extend(given.items)
