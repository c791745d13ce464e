"""What an expression is worth, as far as it is plain: nothing runs."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from checks.sensitive.python.call import Call
from checks.sensitive.python.functions import result
from checks.sensitive.python.placed import marks_of
from checks.sensitive.python.templates import percent
from checks.sensitive.python.values import (
    ITSELF,
    Column,
    Many,
    Map,
    Path,
    Record,
    Table,
    Text,
    Value,
    hole,
    joined,
    quoted,
    weight,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from checks.sensitive.python.scope import Scope

DEEPEST = 40  # how deep an expression is looked into
MAKING = (ast.BinOp, ast.Call, ast.JoinedStr)  # what these make may be longer than they are
CHAIN = 4000  # how many operands one sum may have
TABLES = {"__table__", "objects", "c", "columns", "table", "query"}


def value(node: ast.expr | None, scope: Scope, depth: int = 0) -> Value:
    """Give what an expression is worth; None if that is not plain."""
    evaluate = EVALUATE.get(type(node)) if node else None
    if evaluate is None or depth > DEEPEST:
        return None
    if not isinstance(node, MAKING):
        return evaluate(node, scope, depth + 1)
    memory = scope.memory
    if memory is None or id(node) not in memory:
        held = evaluate(node, scope, depth + 1)
        held = held if scope.file.budget.spend(weight(held)) else None
        if memory is None:
            return held
        memory[id(node)] = held
    return memory[id(node)]


def text_of(node: ast.expr | None, scope: Scope) -> Text | None:
    """Give a text that an expression is, if it is one of which something is known."""
    found = value(node, scope)
    return found if isinstance(found, Text) and found.known else None


def _constant(node: ast.Constant, scope: Scope, _: int) -> Value:
    held = node.value
    if isinstance(held, bytes):
        held = held.decode("latin-1")
    if isinstance(held, str):
        return Text(held, scope.file.source.marks(node, len(held)), (id(node),))
    if isinstance(held, bool) or not isinstance(held, int | float):
        return None
    return Text(_digits(held), ((0, node.lineno),), (id(node),), number=True)


def _digits(number: float) -> str:
    try:
        return str(number)
    except ValueError:  # more digits than Python writes
        return ""


def _formatted(node: ast.JoinedStr, scope: Scope, depth: int) -> Value:
    stretches = scope.file.source.parts(node)
    parts: list[Text] = []
    holes = 0
    for piece in node.values:
        if isinstance(piece, ast.Constant):
            chunks = stretches[holes] if holes < len(stretches) else []
            line = node.lineno if len(stretches) == 1 else piece.lineno
            held = str(piece.value)
            parts.append(Text(held, marks_of(chunks, len(held), line), (id(piece),)))
        elif isinstance(piece, ast.FormattedValue):
            holes += 1
            inner = value(piece.value, scope, depth)
            inner = quoted(inner) if piece.conversion == ord("r") else inner
            parts.append(inner if isinstance(inner, Text) else hole(piece.lineno))
    return joined(parts)


def operands(node: ast.expr) -> list[ast.expr]:
    """Give what a sum is of, from the left."""
    found: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        found.append(node.right)
        node = node.left
    return [node, *reversed(found)]


def _operation(node: ast.BinOp, scope: Scope, depth: int) -> Value:
    if isinstance(node.op, ast.Add):
        return _sum([value(part, scope, depth) for part in operands(node)[:CHAIN]], node.lineno)
    left, right = value(node.left, scope, depth), value(node.right, scope, depth)
    if isinstance(node.op, ast.Mod) and isinstance(left, Text):
        return percent(left, right)
    if isinstance(node.op, ast.BitOr) and isinstance(left, Map) and isinstance(right, Map):
        return Map([*left.items, *right.items]) if scope.file.budget.spend(len(left.items)) else right
    if isinstance(node.op, ast.Div) and isinstance(left, Path) and isinstance(right, Text):
        return left.down([right])
    return left if isinstance(node.op, ast.Mult) and isinstance(left, Many) else None


def _sum(parts: list[Value], line: int) -> Value:
    if any(isinstance(part, Many) for part in parts):
        return Many([item for part in parts if isinstance(part, Many) for item in part.items])
    if any(isinstance(part, Text) for part in parts):
        return joined([part if isinstance(part, Text) else hole(line) for part in parts])
    return None


def _name(node: ast.Name, scope: Scope, _: int) -> Value:
    if node.id == "__file__":
        return Path(ITSELF, node.lineno, (), beside=True)
    return scope.get(node.id)


def _attribute(node: ast.Attribute, scope: Scope, depth: int) -> Value:
    held = value(node.value, scope, depth)
    if isinstance(held, Path):
        return held.up() if node.attr == "parent" else held
    if isinstance(held, Table):
        return held if node.attr in TABLES else held.attributes.get(node.attr) or Column(node.attr.lower())
    if isinstance(held, Record):
        return held.cells if node.attr == "__dict__" else held.cells.get(node.attr)
    if held is None and node.attr[:1].isupper():
        return scope.get(node.attr)
    return None


def _many(node: ast.List | ast.Tuple | ast.Set, scope: Scope, depth: int) -> Value:
    return Many(_items(node.elts, scope, depth))


def _items(nodes: list[ast.expr], scope: Scope, depth: int) -> list[Value]:
    items: list[Value] = []
    for element in nodes:
        if isinstance(element, ast.Starred):
            inner = value(element.value, scope, depth)
            if isinstance(inner, Many) and scope.file.budget.spend(len(inner.items)):
                items.extend(inner.items)
        else:
            items.append(value(element, scope, depth))
    return items


def _map(node: ast.Dict, scope: Scope, depth: int) -> Value:
    made = Map([])
    for key, inner in zip(node.keys, node.values, strict=True):
        held = value(inner, scope, depth)
        if key is not None:
            _put(made, value(key, scope, depth), held)
        elif isinstance(held, Map) and scope.file.budget.spend(len(held.items)):
            made.items.extend(held.items)
        elif isinstance(held, Path):
            made.items.append(("", held))
    return made


def _put(made: Map, key: Value, held: Value) -> None:
    made.items.append((named(key), held))
    if isinstance(key, Text):
        made.keys[key.text] = key


def named(held: Value) -> str:
    """Give the name of a column or the text of a key; empty if it has none."""
    if isinstance(held, Text):
        return held.text
    return held.name if isinstance(held, Column) else ""


def _either(node: ast.IfExp, scope: Scope, depth: int) -> Value:
    held = value(node.body, scope, depth)
    return held if held is not None else value(node.orelse, scope, depth)


def _any(node: ast.BoolOp, scope: Scope, depth: int) -> Value:
    return next((held for part in node.values if (held := value(part, scope, depth)) is not None), None)


def _is_parents(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "parents"


def _steps(node: ast.expr) -> int:
    """Give how many folders up `parents[node]` is."""
    return node.value + 1 if isinstance(node, ast.Constant) and isinstance(node.value, int) else 1


def _item(node: ast.Subscript, scope: Scope, depth: int) -> Value:
    held = value(node.value, scope, depth)
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


def _call(node: ast.Call, scope: Scope, depth: int) -> Value:
    function = node.func
    receiver = value(function.value, scope, depth) if isinstance(function, ast.Attribute) else None
    arguments, keywords = arguments_of(node, scope, depth)
    call = Call(scope.called(function), scope.dotted(function), receiver, arguments, keywords, node)
    if not node.args and not node.keywords and call.dotted in scope.file.returned:
        return scope.file.returned[call.dotted]
    fields = scope.file.fields.get(call.name)
    if fields and call.places and call.receiver is None:
        return Record(call.name.lower(), Map([*zip(fields, call.places, strict=False), *keywords.items]))
    held = result(call)
    if isinstance(held, Record) and isinstance(model := scope.get(call.name), Table):
        return Record(model.name, held.cells)
    return held


def arguments_of(node: ast.Call, scope: Scope, depth: int = 0) -> tuple[list[Value], Map]:
    """Give what a function is called with: by place, and by name."""
    keywords = Map([])
    for word in node.keywords:
        held = value(word.value, scope, depth)
        if word.arg:
            keywords.items.append((word.arg, held))
        elif isinstance(held, Map) and scope.file.budget.spend(len(held.items)):
            keywords.items.extend(held.items)
        elif isinstance(held, Path):
            keywords.items.append(("", held))
    return _items(node.args, scope, depth), keywords


def _listed(
    node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, scope: Scope, depth: int
) -> Value:
    inner = scope.inner()
    if isinstance(node, ast.DictComp):
        made = Map([])
        for _ in rounds(node.generators, inner, size(node.key) + size(node.value), depth):
            _put(made, value(node.key, inner, depth), value(node.value, inner, depth))
        return made
    times = rounds(node.generators, inner, size(node.elt), depth)
    return Many([value(node.elt, inner, depth) for _ in times])


def rounds(generators: list[ast.comprehension], scope: Scope, cost: int, depth: int = 0) -> Iterator[None]:
    """Bind the names of a comprehension, round by round."""
    if not generators or depth > DEEPEST:
        yield None
        return
    for held in elements(value(generators[0].iter, scope, depth), scope, cost):
        scope.bind(generators[0].target, held)
        yield from rounds(generators[1:], scope, cost, depth + 1)


def size(node: ast.AST) -> int:
    """Count the nodes of a tree."""
    return sum(1 for _ in ast.walk(node))


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


def _inside(node: ast.Await | ast.NamedExpr | ast.Starred, scope: Scope, depth: int) -> Value:
    held = value(node.value, scope, depth)
    if isinstance(node, ast.NamedExpr):
        scope.bind(node.target, held)
    return held


EVALUATE: dict[type[ast.AST], Callable[[Any, Scope, int], Value]] = {
    ast.Constant: _constant,
    ast.JoinedStr: _formatted,
    ast.BinOp: _operation,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.List: _many,
    ast.Tuple: _many,
    ast.Set: _many,
    ast.Dict: _map,
    ast.IfExp: _either,
    ast.BoolOp: _any,
    ast.Subscript: _item,
    ast.Call: _call,
    ast.ListComp: _listed,
    ast.SetComp: _listed,
    ast.GeneratorExp: _listed,
    ast.DictComp: _listed,
    ast.Await: _inside,
    ast.NamedExpr: _inside,
    ast.Starred: _inside,
}
