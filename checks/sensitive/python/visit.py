"""The expressions of a file, one by one: what each call does, and the literals that stand alone."""

from __future__ import annotations

import ast
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from checks.sensitive.python import aside
from checks.sensitive.python.call import Call
from checks.sensitive.python.evaluate import arguments_of, rounds, text_of, value
from checks.sensitive.python.sinks import HASHES, SINKS, sink
from checks.sensitive.python.statements import looks_like_sql
from checks.sensitive.python.sums import operands, size
from checks.sensitive.python.values import Map, Table, Text, Value, weight
from checks.sensitive.python.wording import DEFAULTS, FIELDS, FORMATS, NAMES, PAIRS, SHOWN, WORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from checks.sensitive.literal import Columns
    from checks.sensitive.python.found import Found
    from checks.sensitive.python.scope import Scope

Function = ast.FunctionDef | ast.AsyncFunctionDef
TABLES_OF = {"create_table", "add_column", "Table", "AddField", "AlterField", "CreateModel"}
GETS = {"get", "pop", "setdefault"}
LOOKED = {
    *(*SINKS, *HASHES, *aside.COLUMNS, *aside.OPENS, *aside.COPIES, *TABLES_OF),
    *(
        "get",
        "getenv",
        "setdefault",
        "config",
        "env",
        "environ",
        "pop",
        "str",
        "bool",
        "int",
        "db_url",
        "url",
    ),
}


class Spot(NamedTuple):
    """A node, and what stands around it.

    Attributes:
        node: What is looked at.
        name: What it is given to, or the keyword or key that it stands for.
        names: Whether its texts are names of tables and columns.
        table: The table whose column is described.
    """

    node: ast.AST
    name: str = ""
    names: bool = False
    table: str = ""


class Visitor:
    """Looks at expressions: nothing is called as deep as they are nested."""

    def __init__(self, found: Found, columns: Columns) -> None:
        self.found = found
        self.columns = columns
        self.called: deque[tuple[Function, list[Value], Map]] = deque()
        self.look: dict[type[ast.AST], Callable[[Spot, Scope], list[Spot]]] = {
            ast.Call: self._call,
            ast.Dict: self._dict,
            ast.Tuple: self._tuple,
            ast.JoinedStr: self._made,
            ast.BinOp: self._made,
            ast.Subscript: self._subscript,
            ast.Lambda: self._lambda,
            ast.NamedExpr: self._walrus,
            ast.ListComp: self._listed,
            ast.SetComp: self._listed,
            ast.GeneratorExp: self._listed,
        }

    def visit(self, node: ast.expr | None, scope: Scope, name: str = "") -> None:
        """Look at an expression and all that is in it."""
        spots = [Spot(node, name)] if node else []
        scope.memory = {}
        while spots:
            spot = spots.pop()
            kind = type(spot.node)
            if kind is ast.Constant:
                self._literal(spot, scope)
            elif kind in self.look:
                spots.extend(self.look[kind](spot, scope))
            else:
                spots.extend(Spot(inner, spot.name, spot.names, spot.table) for inner in _inner(spot.node))
        scope.memory = None

    def _literal(self, spot: Spot, scope: Scope) -> None:
        node = spot.node
        if spot.names or id(node) in self.found.seen or id(node) in self.found.used:
            return
        assert isinstance(node, ast.Constant)
        if isinstance(node.value, str | bytes) or (spot.name and isinstance(node.value, int | float)):
            self._alone(spot.name, text_of(node, scope))

    def _alone(self, name: str, text: Text | None) -> None:
        if not text or not text.text.strip() or self.found.seen.issuperset(text.origins):
            return
        if looks_like_sql(text.text):
            self.found.seen.update(text.origins)
            self.found.statements.append(text)
        else:
            self.found.alone(name, text)

    def _dict(self, spot: Spot, _: Scope) -> list[Spot]:
        node = spot.node
        assert isinstance(node, ast.Dict)
        spots = []
        for key, held in zip(node.keys, node.values, strict=True):
            plain = isinstance(key, ast.Constant) and isinstance(key.value, str)
            assert key is None or not plain or isinstance(key, ast.Constant)
            spots.append(
                Spot(held, str(key.value) if isinstance(key, ast.Constant) else spot.name, spot.names)
            )
            if key is not None and not plain:
                spots.append(Spot(key, "", spot.names))
        return spots

    def _made(self, spot: Spot, scope: Scope) -> list[Spot]:
        """Look at a text that is put together."""
        node = spot.node
        assert isinstance(node, ast.JoinedStr | ast.BinOp)
        if not spot.names:
            self._alone(spot.name, text_of(node, scope))
        if isinstance(node, ast.JoinedStr):
            holes = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
            return [Spot(hole, "", spot.names) for hole in holes]
        parts = operands(node) if isinstance(node.op, ast.Add) else [node.left, node.right]
        return [Spot(part, spot.name, spot.names) for part in parts]

    def _tuple(self, spot: Spot, _: Scope) -> list[Spot]:
        """Look at a tuple; of a pair, the first may name the second."""
        node = spot.node
        assert isinstance(node, ast.Tuple)
        match node.elts:
            case [ast.Constant(str(name)), second] if spot.name not in PAIRS and WORD.fullmatch(name):
                return [spot._replace(node=second, name=name), spot._replace(node=node.elts[0])]
        return [spot._replace(node=held) for held in node.elts]

    def _subscript(self, spot: Spot, _: Scope) -> list[Spot]:
        assert isinstance(spot.node, ast.Subscript)
        return [Spot(spot.node.value, "", spot.names)]

    def _lambda(self, spot: Spot, _: Scope) -> list[Spot]:
        assert isinstance(spot.node, ast.Lambda)
        return [Spot(spot.node.body, "", spot.names)]

    @staticmethod
    def _walrus(spot: Spot, scope: Scope) -> list[Spot]:
        assert isinstance(spot.node, ast.NamedExpr)
        value(spot.node, scope)  # which binds the name
        return [Spot(spot.node.value, spot.node.target.id, spot.names)]

    def _listed(self, spot: Spot, scope: Scope) -> list[Spot]:
        """Look at a comprehension; a call that puts rows into a table is made in each of its rounds."""
        node = spot.node
        assert isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp)
        if isinstance(node.elt, ast.Call) and scope.called(node.elt.func) in SINKS:
            inner = scope.inner()
            for _ in rounds(node.generators, inner, size(node.elt)):
                self._call(Spot(node.elt), inner)
        return [Spot(part, spot.name, spot.names, spot.table) for part in (node.elt, *node.generators)]

    def _call(self, spot: Spot, scope: Scope) -> list[Spot]:
        node = spot.node
        assert isinstance(node, ast.Call)
        name = scope.called(node.func)
        table = spot.table
        if name in LOOKED or name.endswith("Field"):
            table = self._do(Call(name, scope.dotted(node.func), self._receiver(node, scope),
                                  *arguments_of(node, scope), node), spot)  # fmt: skip
        elif name in FORMATS and isinstance(node.func, ast.Attribute) and not spot.names:
            self._alone(spot.name, text_of(node, scope))
        function = scope.file.functions.get(name)
        if function and isinstance(node.func, ast.Name):
            places, words = arguments_of(node, scope)
            if any(
                (*places, *dict(words.items).values(), *function.args.defaults, *function.args.kw_defaults)
            ):
                self.called.append((function, places, words))
        return [*self._arguments(node, name, scope, table), Spot(node.func)]

    @staticmethod
    def _receiver(node: ast.Call, scope: Scope) -> Value:
        return value(node.func.value, scope) if isinstance(node.func, ast.Attribute) else None

    def _do(self, call: Call, spot: Spot) -> str:
        if self.found.budget.spend(sum(map(weight, call.places))):
            sink(call, self.found, self.columns)
        table = spot.table
        if call.name in TABLES_OF:
            held = call.argument(0, "table_name", "model_name", "name")
            table = held.text.rpartition(".")[2].lower() if isinstance(held, Text) else table
        if isinstance(call.receiver, Table) and not call.receiver.asked:
            table = call.receiver.name
        aside.environment(call, self.found)
        aside.default(call, spot.name, table, self.found, self.columns)
        aside.file(call, self.found)
        return table

    def _arguments(self, node: ast.Call, name: str, scope: Scope, table: str) -> list[Spot]:
        names = (name in NAMES or name in SHOWN) and name not in scope.file.functions
        places = _parameters(scope, node, name)
        spots = [Spot(held, place, names, table) for held, place in zip(node.args, places, strict=True)]
        texts = {word.arg: word.value.value for word in node.keywords if isinstance(word.value, ast.Constant)}
        for word in node.keywords:
            kept = names and word.arg not in DEFAULTS
            field = str(texts.get("name", "")) if word.arg == "field" else word.arg or ""
            spots.append(Spot(word.value, field, kept, table))
        return [_field(spot, node) for spot in spots] if name in FIELDS else spots


def _field(spot: Spot, call: ast.Call) -> Spot:
    """Give the field of a model the name that stands before it."""
    match call.args:
        case [_, ast.Constant(str(name)), field] if field is spot.node:
            return spot._replace(name=name)
    return spot


def _parameters(scope: Scope, node: ast.Call, name: str) -> list[str]:
    """Give the names of what a function is given by place: one of the file, or what looks up a key."""
    count = len(node.args)
    match node.args:
        case [ast.Constant(str(key)), _] if name in GETS and isinstance(node.func, ast.Attribute):
            return ["", key]
    function = scope.file.functions.get(name)
    names = [argument.arg for argument in function.args.args] if function else scope.file.fields.get(name, [])
    return [*names, *[""] * count][:count]


def _inner(node: ast.AST) -> list[ast.AST]:
    return [inner for inner in ast.iter_child_nodes(node) if not isinstance(inner, ast.expr_context)]
