"""What a method gives, by what it is called on: texts, tables, mappings, paths."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from checks.sensitive.python import templates
from checks.sensitive.python.call import Call, asked, column_name
from checks.sensitive.python.values import Bound, Many, Map, Path, Record, Table, Text, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


OF_RECORD = {"_asdict", "asdict", "dict", "model_dump", "to_dict"}
OF_TABLE = {
    *(
        "where",
        "filter",
        "filter_by",
        "exclude",
        "get",
        "insert",
        "update",
        "delete",
        "values",
        "query",
        "all",
    ),
    *("select", "first", "returning", "using", "db_manager", "order_by", "options", "on_conflict_do_nothing"),
}


def is_method(call: Call) -> bool:
    """Tell whether it is called on something that is known: not so for what only looks like a model."""
    held = call.receiver
    if isinstance(held, Table):
        return held.asked or call.name in OF_TABLE
    if isinstance(held, Record):
        return call.name in OF_RECORD
    return isinstance(held, Text | Bound | Map | Many | Path)


def method(call: Call) -> Value:
    """Give what a method is worth; None if that is not plain."""
    for kind, answer in BY_RECEIVER:
        if isinstance(call.receiver, kind):
            return answer(call)
    return None


def _of_text(call: Call) -> Value:
    text = call.receiver
    assert isinstance(text, Text)
    answer = OF_TEXT.get(call.name)
    return answer(call, text) if answer else text


def _split(call: Call, text: Text) -> Value:
    return templates.split(text, Text("\n", ((0, 1),)) if call.name == "splitlines" else call.first)


OF_TEXT: dict[str, Callable[[Call, Text], Value]] = {
    "format": lambda call, text: templates.braces(text, call.places, call.names),
    "format_map": lambda call, text: templates.braces(
        text, [], call.first if isinstance(call.first, Map) else Map([])
    ),
    "join": lambda call, text: templates.concatenated(text, call.first),
    **dict.fromkeys(("split", "splitlines"), _split),
    **dict.fromkeys(("strip", "lstrip", "rstrip"), lambda call, text: templates.stripped(text, call.name)),
    "replace": lambda call, text: templates.replaced(text, call.first, call.argument(1)),
    **dict.fromkeys(("bindparams", "params"), lambda call, text: Bound(text, _binds(call))),
}


def _binds(call: Call) -> Map:
    made = Map(call.names.items[:])
    for node, held in zip(call.node.args, call.places, strict=False):
        if isinstance(node, ast.Call):
            keys = (*node.args[:1], *(word.value for word in node.keywords if word.arg == "key"))
            made.items += [(str(key.value), held) for key in keys[:1] if isinstance(key, ast.Constant)]
    return made


def _of_bound(call: Call) -> Value:
    held = call.receiver
    assert isinstance(held, Bound)
    return Bound(held.text, Map([*held.values.items, *_binds(call).items]))


def _of_table(call: Call) -> Value:
    table = call.receiver
    assert isinstance(table, Table)
    if call.name in ("where", "filter", "filter_by", "exclude", "get"):
        known = [(name.lower(), held) for name, held in call.names.items if isinstance(held, Text)]
        return asked(table, (*known, *_compared(call.node.args)))
    return asked(table)


def _compared(nodes: list[ast.expr]) -> Iterator[tuple[str, Text]]:
    """Give the columns that are compared to a literal, and the literals."""
    for node in (inner for outer in nodes for inner in ast.walk(outer)):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq):
            sides = (node.left, node.comparators[0])
            for column, literal in (sides, sides[::-1]):
                name = column_name(column)
                if name and isinstance(literal, ast.Constant) and isinstance(literal.value, str):
                    yield name, Text(literal.value, ((0, literal.lineno),), (id(literal),))


def _of_map(call: Call) -> Value:
    held = call.receiver
    assert isinstance(held, Map)
    if call.name == "items":
        return Many([Many([held.keys.get(name), inner]) for name, inner in held.items])
    if call.name == "values":
        return Many([inner for _, inner in held.items])
    if call.name == "keys":
        return Many([held.keys.get(name) for name, _ in held.items])
    if call.name in ("get", "pop") and isinstance(call.first, Text):
        return held.get(call.first.text)
    return held if call.name == "copy" else None


def _of_path(call: Call) -> Value:
    start = call.receiver
    assert isinstance(start, Path)
    if call.name == "with_name":
        start = start.up()
    if call.name not in ("with_name", "joinpath"):
        return start
    return start.down([held for held in call.places if isinstance(held, Text)])


def _of_record(call: Call) -> Value:
    return call.receiver.cells if isinstance(call.receiver, Record) else None


def _of_many(call: Call) -> Value:
    return call.receiver if call.name == "copy" else None


BY_RECEIVER: tuple[tuple[type, Callable[[Call], Value]], ...] = (
    (Text, _of_text),
    (Bound, _of_bound),
    (Table, _of_table),
    (Map, _of_map),
    (Many, _of_many),
    (Record, _of_record),
    (Path, _of_path),
)
