"""The calls by which rows go into tables, each by the name of what is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from checks.sensitive.literal import Columns, Place
from checks.sensitive.python.statements import looks_like_sql, statement
from checks.sensitive.python.values import Bound, Many, Map, Path, Record, Table, Text, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from checks.sensitive.python.call import Call
    from checks.sensitive.python.found import Found

HASHES = {
    *(
        "generate_password_hash",
        "hashpw",
        "make_password",
        "set_password",
        "hash_password",
        "get_password_hash",
    ),
    *(
        "Fernet",
        "hash",
        "pbkdf2_hmac",
        "scrypt",
        "create_password_hash",
        "bcrypt",
        "argon2",
        "check_password_hash",
    ),
}
USER = ("username", "email", "password")


@dataclass(frozen=True, slots=True)
class Sink:
    """What a call is judged with."""

    call: Call
    found: Found
    columns: Columns

    @property
    def table(self) -> Table | None:
        """The table that it is called on."""
        return self.call.receiver if isinstance(self.call.receiver, Table) else None

    def row(self, table: Table | None, cells: list[tuple[str, Value]]) -> None:
        """Keep a row."""
        self.found.row(Place.ROW, table.name if table else "", cells, table.known if table else ())


def sink(call: Call, found: Found, columns: Columns) -> None:
    """Keep what a call puts into a table."""
    answer = SINKS.get(call.name)
    if answer:
        answer(Sink(call, found, columns))
    elif call.name in HASHES:
        _hash(Sink(call, found, columns))


def _rows(sink: Sink, table: Table | None, value: Value) -> None:
    """Keep one row or several: mappings, records, or values in the order of the columns."""
    for held in _each(value):
        if isinstance(held, Map):
            sink.found.keys(held)
            sink.row(table, held.items)
        elif isinstance(held, Record):
            sink.found.row(Place.ROW, held.table, held.cells.items)
        elif isinstance(held, Path):
            sink.row(table, [("", held)])
        elif isinstance(held, Many):
            _in_order(sink, table, held.items)


def _each(value: Value) -> Iterator[Value]:
    if isinstance(value, Many) and any(isinstance(item, Map | Many | Record | Path) for item in value.items):
        yield from value.items
    else:
        yield value


def _in_order(sink: Sink, table: Table | None, items: list[Value]) -> None:
    names = table.columns if table else ()
    if table and not names:
        names = sink.columns(table.name) or ()
    filled = [*names, *[""] * len(items)][: len(items)]
    sink.row(table, list(zip(filled, items, strict=True)))


def _bulk_insert(sink: Sink) -> None:
    table = sink.call.argument(0, "table", "mapper")
    _rows(sink, _table(table), sink.call.argument(1, "rows", "mappings", "multiinsert_data"))


def _table(value: Value) -> Table | None:
    if isinstance(value, Text):
        return Table(value.text.rpartition(".")[2].lower())
    return value if isinstance(value, Table) else None


def _execute(sink: Sink) -> None:
    call = sink.call
    first = call.argument(0, "statement", "sqltext", "sql", "query", "clause", "object_", "operation")
    binds = call.argument(1, "params", "parameters", "vars", "multiparams", "argslist", "vars_list", "args")
    if binds is None and call.names.items:
        rest = [item for item in call.names.items if item[0] not in ("statement", "sqltext", "sql", "query")]
        binds = Map(rest) if rest and call.places else None
    if binds is not None and call.places[2:]:
        binds = Many(call.places[1:])
    _run(sink, first, binds)


def _run(sink: Sink, first: Value, binds: Value) -> None:
    if isinstance(first, Text) and (not first.through or looks_like_sql(first.text)):
        statement(sink.found, first, sink.columns, binds)
    elif isinstance(first, Bound):
        given = [*first.values.items, *(binds.items if isinstance(binds, Map) else ())]
        _run(sink, first.text, binds if isinstance(binds, Many) else Map(given))
    elif isinstance(first, Table):
        _rows(sink, first, binds)
    elif isinstance(first, Many):
        for item in first.items:
            _run(sink, item, binds)


def _run_sql(sink: Sink) -> None:
    for given in (sink.call.argument(0, "sql"), sink.call.argument(1, "reverse_sql")):
        for item in given.items if isinstance(given, Many) else [given]:
            if isinstance(item, Many) and item.items[1:]:
                _run(sink, item.items[0], item.items[1])
            else:
                _run(sink, item, None)


def _values(sink: Sink) -> None:
    if sink.table is None:
        return
    sink.row(sink.table, sink.call.names.items)
    places = sink.call.places
    if places and all(isinstance(held, Map | Many) for held in places):
        _rows(sink, sink.table, places[0] if len(places) == 1 else Many(places))


def _update(sink: Sink) -> None:
    if sink.table is None:
        return
    if isinstance(sink.call.first, Map):
        sink.row(sink.table, sink.call.first.items)
    sink.row(sink.table, [item for item in sink.call.names.items if item[0] != "synchronize_session"])


def _conflict(sink: Sink) -> None:
    given = sink.call.names.get("set_")
    if isinstance(given, Map):
        sink.row(sink.table, given.items)


def _duplicate(sink: Sink) -> None:
    sink.row(sink.table, sink.call.names.items)


def _add(sink: Sink) -> None:
    for held in (sink.call.receiver, *sink.call.places, *(value for _, value in sink.call.names.items)):
        for record in held.items if isinstance(held, Many) else [held]:
            if isinstance(record, Record):
                sink.found.row(Place.ROW, record.table, record.cells.items)


def _create(sink: Sink) -> None:
    if sink.table is None:
        return
    cells = [item for item in sink.call.names.items if item[0] not in ("defaults", "create_defaults")]
    for name in ("defaults", "create_defaults"):
        given = sink.call.names.get(name)
        cells.extend(given.items if isinstance(given, Map) else ())
    if sink.call.name.endswith("_or_create") and isinstance(second := sink.call.argument(0), Map):
        cells.extend(second.items)
    sink.row(sink.table, cells)


def _create_user(sink: Sink) -> None:
    cells = [*zip(USER, sink.call.places, strict=False), *sink.call.names.items]
    sink.row(sink.table or Table("user"), cells)


def _setattr(sink: Sink) -> None:
    owner, name, value = (sink.call.argument(place) for place in range(3))
    if isinstance(name, Text):
        sink.found.used.update(name.origins)
        table = owner if isinstance(owner, Table) else Table(owner.table if isinstance(owner, Record) else "")
        sink.row(table, [(name.text, value)])


def _hash(sink: Sink) -> None:
    """Keep a password that is hashed, but not again that of a row."""
    held = sink.call.argument(0, "password", "secret", "raw_password", "key")
    if not isinstance(held, Text) or not held.known or sink.found.used.issuperset(held.origins):
        return
    hashed = Text(held.text, held.lines, held.origins, (sink.call.name.lower(), *held.through))
    sink.found.alone("secret_key" if sink.call.name == "Fernet" else "password", hashed)


SINKS: dict[str, Callable[[Sink], None]] = {
    **dict.fromkeys(("bulk_insert", "bulk_insert_mappings", "bulk_update_mappings"), _bulk_insert),
    **dict.fromkeys(
        (
            *("execute", "executemany", "exec_driver_sql", "scalar", "scalars", "execute_sql", "mogrify"),
            *("execute_values", "execute_batch", "run_sql", "executescript", "execute_if", "fetch", "raw"),
        ),
        _execute,
    ),
    **dict.fromkeys(("RunSQL",), _run_sql),
    **dict.fromkeys(("values",), _values),
    **dict.fromkeys(("update", "aupdate", "ordered_values"), _update),
    "on_conflict_do_update": _conflict,
    "on_duplicate_key_update": _duplicate,
    **dict.fromkeys(
        (
            *("add", "add_all", "bulk_save_objects", "bulk_create", "abulk_create", "bulk_update", "merge"),
            *("save", "asave", "append", "extend", "persist"),
        ),
        _add,
    ),
    **dict.fromkeys(
        ("create", "acreate", "get_or_create", "update_or_create", "aget_or_create", "aupdate_or_create"),
        _create,
    ),
    **dict.fromkeys(("create_user", "create_superuser", "acreate_user", "acreate_superuser"), _create_user),
    "setattr": _setattr,
}
