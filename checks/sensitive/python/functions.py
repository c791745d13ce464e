"""What a function gives, by its name: tables, records, mappings, paths, texts as they are."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from checks.sensitive.python import fields
from checks.sensitive.python.call import Call, asked, is_environment
from checks.sensitive.python.methods import is_method, method
from checks.sensitive.python.scope import MODEL
from checks.sensitive.python.templates import dedented, split
from checks.sensitive.python.values import (
    Column,
    Many,
    Map,
    Path,
    Record,
    Table,
    Text,
    Value,
    quoted,
    through,
)

if TYPE_CHECKING:
    from collections.abc import Callable

# These give their first argument, or what they are called on, as it is.
SAME = {
    *("str", "text", "literal", "inline_literal", "quoted_name", "bytes", "bytearray", "r"),
    *("encode", "decode", "cast", "type_coerce", "SQL", "lower", "upper", "mark_safe", "Value", "expandtabs"),
    *("list", "tuple", "set", "sorted", "reversed", "iter", "copy", "deepcopy", "tuple_", "DDL"),
    *("from_string", "SecretStr", "memoryview", "frozenset", "OrderedDict", "casefold", "Jsonb", "Json"),
}
# What these are called with is the name of a thing, not its text; unless they hash it.
LOOKUP = re.compile(
    r"_*(?:get|fetch|load|read|find|look|resolve|require|section|input|prompt|secret|vault|url_for|getpass|format|literal_column)"
)
HASH = re.compile(r"hash|crypt|digest")
# Of what is called on a thing that is not known, a module for one, only these give back what they are given.
KEEPS = re.compile(
    r"hash|crypt|digest|md5|sha\d|pbkdf|hmac|encode\b|hexlify|quote|dumps|password|secret|kdf|derive"
)
OF_TEXTS = {"encode", "decode", "lower", "upper", "casefold", "expandtabs"}


def result(call: Call) -> Value:
    """Give what a call is worth; None if that is not plain."""
    if is_environment(call):
        return None
    if is_method(call):
        return method(call)
    answer = FUNCTIONS.get(call.name)
    held = answer(call) if answer else None
    return _other(call) if held is None else held


def _other(call: Call) -> Value:
    on_unknown = isinstance(call.node.func, ast.Attribute)
    if on_unknown and call.name in OF_TEXTS:
        return None
    if call.name in SAME:
        return call.argument(0, "text")
    if MODEL.fullmatch(call.name) and call.names.items and not call.places:
        return Record(call.name.lower(), call.names)
    return None if on_unknown and not KEEPS.search(call.name) else _through(call)


def _through(call: Call) -> Value:
    if LOOKUP.match(call.name) and not HASH.search(call.name):
        return None
    inner = call.first if isinstance(call.first, Text) and not call.first.number else None
    if inner is None:
        inner = next(
            (held for _, held in call.names.items if isinstance(held, Text) and not held.number), None
        )
    if inner is None and call.first is not None and call.name in ("dumps", "bindparam", "array", "func"):
        return call.first
    return through(inner, call.name.lower()) if inner is not None and call.name else None


def _table(call: Call) -> Value:
    name = call.argument(0, "name", "table_name")
    if not isinstance(name, Text):
        return None
    columns = tuple(held.name for held in call.places if isinstance(held, Column))
    return Table(_bare(name.text), columns)


def _bare(name: str) -> str:
    return name.rpartition(".")[2].strip('"').lower()


def _model(call: Call) -> Value:
    last = call.places[-1] if call.places else call.names.get("model_name")
    return Table(_bare(last.text)) if isinstance(last, Text) else None


def _statement(call: Call) -> Value:
    if isinstance(call.first, Table | Column):
        return asked(call.first)
    return asked(Table("")) if call.name in ("insert", "update", "delete") else None


def _column(call: Call) -> Value:
    return Column(call.first.text.lower()) if isinstance(call.first, Text) else None


def _expression(call: Call) -> Value:
    """Give SQL that has a literal in it: what has none names a column."""
    return call.first if isinstance(call.first, Text) and "'" in call.first.text else None


def _dedented(call: Call) -> Value:
    return dedented(call.first, call.name) if isinstance(call.first, Text) else None


def _numbered(call: Call) -> Value:
    return Many([Many([None, item]) for item in call.first.items]) if isinstance(call.first, Many) else None


def _contents(call: Call) -> Value:
    """Give a file for what is in it."""
    if isinstance(call.first, Text) and call.name.startswith("read_"):
        return _path(call)
    if isinstance(call.first, Text) and call.name in ("DictReader", "reader"):
        return _separated(call, call.first)
    text = isinstance(call.first, Text) and call.name == "StringIO"
    return call.first if text or isinstance(call.first, Path) else None


def _separated(call: Call, text: Text) -> Value:
    """Give the rows of a text in CSV that stands in the migration itself."""
    delimiter = call.names.get("delimiter")
    mark = delimiter if isinstance(delimiter, Text) else Text(",", ((0, 1),))
    lines = [held for held in split(text, Text("\n", ((0, 1),))).items if isinstance(held, Text)]
    rows = [split(line, mark) for line in lines if line.text.strip()]
    if call.name == "reader" or not rows:
        return Many(list(rows))
    names = [held.text.strip() for held in rows[0].items if isinstance(held, Text)]
    return Many([Map(list(zip(names, row.items, strict=False))) for row in rows[1:]])


def _fields(call: Call) -> Value:
    return call.first.cells if isinstance(call.first, Record) else None


def _zipped(call: Call) -> Value:
    return _zip(call.places)


def _mapping(call: Call) -> Value:
    made = Map([])
    if isinstance(call.first, Map):
        made.items.extend(call.first.items)
        made.keys.update(call.first.keys)
    for pair in call.first.items if isinstance(call.first, Many) else ():
        if isinstance(pair, Many) and pair.items[1:] and isinstance(pair.items[0], Text):
            made.items.append((pair.items[0].text, pair.items[1]))
            made.keys[pair.items[0].text] = pair.items[0]
    made.items.extend(call.names.items)
    return made


def _zip(places: list[Value]) -> Value:
    known = [held.items for held in places if isinstance(held, Many)]
    if not known or len(known) < len(places):
        return None
    return Many([Many(list(items)) for items in zip(*known, strict=False)])


def _path(call: Call) -> Value:
    start, texts = call.first, [held for held in call.places if isinstance(held, Text)]
    if call.name == "files":
        named = isinstance(start, Text)
        folder = start.text.replace(".", "/") if isinstance(start, Text) else ""
        return Path(folder, call.node.lineno, (), beside=not named)
    if isinstance(start, Path):
        return start.up() if call.name == "dirname" else start.down(texts)
    if not texts or "\n" in texts[0].text:
        return None
    return Path("", texts[0].line, (), beside=False).down(texts)


FUNCTIONS: dict[str, Callable[[Call], Value]] = {
    **dict.fromkeys(("table", "Table", "create_table", "TableClause", "batch_alter_table"), _table),
    **dict.fromkeys(("insert", "update", "delete", "query", "select"), _statement),
    **dict.fromkeys(("dict", "OrderedDict"), _mapping),
    **dict.fromkeys(("Column", "column"), _column),
    **dict.fromkeys(("dedent", "cleandoc"), _dedented),
    **dict.fromkeys(
        ("Path", "PurePath", "join", "abspath", "dirname", "resolve", "open", "files", "realpath"), _path
    ),
    **dict.fromkeys(("asdict", "vars"), _fields),
    **dict.fromkeys(fields.NAMES, fields.name),
    **dict.fromkeys(fields.EXPRESSIONS, fields.expression),
    **dict.fromkeys(fields.JOINS, fields.concatenation),
    **dict.fromkeys(
        (
            *("DictReader", "reader", "load", "loads", "safe_load", "read_csv", "read_json", "read_table"),
            *("read_excel", "StringIO", "TextIOWrapper", "as_file"),
        ),
        _contents,
    ),
    "get_model": _model,
    "case": lambda call: Many([*call.places, *(held for _, held in call.names.items)]),
    "Literal": lambda call: quoted(call.first),
    "literal_column": _expression,
    "zip": _zipped,
    "enumerate": _numbered,
    "bindparam": lambda call: call.argument(1, "value"),
}
