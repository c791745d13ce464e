"""What an expression is worth, as far as it is plain: nothing runs."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from checks.sensitive.python.call import Call
from checks.sensitive.python.functions import result
from checks.sensitive.python.members import attribute, elements, item, put
from checks.sensitive.python.placed import marks_of
from checks.sensitive.python.sums import CHAIN, added, digits, operands, size
from checks.sensitive.python.templates import percent
from checks.sensitive.python.values import (
    ITSELF,
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
    return Text(digits(held), ((0, node.lineno),), (id(node),), number=True)


def _formatted(node: ast.JoinedStr, scope: Scope, depth: int) -> Value:
    stretches = scope.file.source.parts(node)
    parts: list[Text] = []
    folder: Path | None = None
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
            folder = inner if isinstance(inner, Path) and not parts else folder
            inner = quoted(inner) if piece.conversion == ord("r") else inner
            parts.append(inner if isinstance(inner, Text) else hole(piece.lineno))
    return _below(folder, parts[1:]) if folder else joined(parts)


def _below(folder: Path, parts: list[Text]) -> Path:
    """Give the file that an f-string names below a folder."""
    rest = joined(parts)
    return folder.down([replace(rest, text=rest.text.lstrip("/"))]) if rest else folder


def _operation(node: ast.BinOp, scope: Scope, depth: int) -> Value:
    if isinstance(node.op, ast.Add):
        return added([value(part, scope, depth) for part in operands(node)[:CHAIN]], node.lineno)
    left, right = value(node.left, scope, depth), value(node.right, scope, depth)
    if isinstance(node.op, ast.Mod) and isinstance(left, Text):
        return percent(left, right)
    if isinstance(node.op, ast.BitOr) and isinstance(left, Map) and isinstance(right, Map):
        return Map([*left.items, *right.items]) if scope.file.budget.spend(len(left.items)) else right
    if isinstance(node.op, ast.Div) and isinstance(left, Path) and isinstance(right, Text):
        return left.down([right])
    return left if isinstance(node.op, ast.Mult) and isinstance(left, Many) else None


def _name(node: ast.Name, scope: Scope, _: int) -> Value:
    if node.id == "__file__":
        return Path(ITSELF, node.lineno, (), beside=True)
    return scope.get(node.id)


def _attribute(node: ast.Attribute, scope: Scope, depth: int) -> Value:
    return attribute(value(node.value, scope, depth), node.attr, scope)


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
            put(made, value(key, scope, depth), held)
        elif isinstance(held, Map) and scope.file.budget.spend(len(held.items)):
            made.items.extend(held.items)
        elif isinstance(held, Path):
            made.items.append(("", held))
    return made


def _either(node: ast.IfExp, scope: Scope, depth: int) -> Value:
    held = value(node.body, scope, depth)
    return held if held is not None else value(node.orelse, scope, depth)


def _any(node: ast.BoolOp, scope: Scope, depth: int) -> Value:
    return next((held for part in node.values if (held := value(part, scope, depth)) is not None), None)


def _item(node: ast.Subscript, scope: Scope, depth: int) -> Value:
    return item(value(node.value, scope, depth), node, scope)


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
            put(made, value(node.key, inner, depth), value(node.value, inner, depth))
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
