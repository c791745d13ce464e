"""Calls of functions: which of their arguments are values, and where those go."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from checks.sensitive.literal import Cell, Place, Row
from checks.sensitive.sql import sheet
from checks.sensitive.sql.concatenation import atom, formatted, joined
from checks.sensitive.sql.gathered import Gathered, Target
from checks.sensitive.sql.origin import Literal
from checks.sensitive.sql.sheet import Span, split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# How many arguments, from the first on, are values; the others say how, or where.
_VALUES = {
    **dict.fromkeys(("gen_salt", "nextval", "currval", "setval", "current_setting", "date_trunc"), 0),
    **dict.fromkeys(("date_part", "extract", "timezone", "to_regclass", "pg_get_serial_sequence"), 0),
    **dict.fromkeys(("interval", "make_interval", "generate_series", "has_table_privilege"), 0),
    **dict.fromkeys(("encode", "decode", "digest", "to_char", "to_date", "to_timestamp", "to_number"), 1),
    **dict.fromkeys(("convert_to", "convert_from", "crypt", "lpad", "rpad", "left", "right", "repeat"), 1),
    **dict.fromkeys(("substr", "substring", "split_part", "round"), 1),
    **dict.fromkeys(("hmac", "encrypt", "decrypt", "encrypt_iv", "decrypt_iv"), 2),
    **dict.fromkeys(
        ("pgp_sym_encrypt", "pgp_sym_decrypt", "pgp_sym_encrypt_bytea", "pgp_sym_decrypt_bytea"), 2
    ),
    **dict.fromkeys(("pgp_pub_encrypt", "pgp_pub_encrypt_bytea"), 2),
    **dict.fromkeys(("pgp_pub_decrypt", "pgp_pub_decrypt_bytea"), 3),
}
# These make a value, of a length that they are given.
_MAKES = re.compile(
    r"(?!.*(?:hash|crypt|digest))(?:gen|generate|rand|random|uuid_generate)_|[a-z_]*_random(?:_|\Z)|random\Z|uuid_v?[0-9]"
)
_PAIR = re.compile(
    r'(?:\A|(?<=[\s,]))("(?:[^"\\]|\\.)*+"|[^\s"=,]++)\s*+=>\s*+("(?:[^"\\]|\\.)*+"|[^\s",]++)', re.DOTALL
)
_Part = tuple[Span, Target]


def arguments(function: str, inner: Span, target: Target, into: Gathered) -> Iterable[_Part]:
    """Give those arguments of a call that are values, each with where it goes; gather what is plain."""
    parts = split(inner, ",")
    if _MAKES.match(function):
        return []
    if special := _SPECIAL.get(function):
        return special(parts, target, into)
    if function.startswith("dblink"):
        return _dblink(parts, target, into)
    target = Target(target.column, (*target.through, function)[-8:])
    return [_argument(part, target) for part in parts[: _VALUES.get(function)]]


def unpack(found: Literal, target: Target, into: Gathered) -> None:
    """Gather the values of an hstore's text."""
    line, start = found.line, 0
    for match in _PAIR.finditer(found.text):
        line += found.text.count("\n", start, match.start(2))
        start = match.start(2)
        into.put(Literal(_bare(match[2]), line), Target(_bare(match[1]).lower(), target.through))


def _bare(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL) if text[:1] == '"' else text


def _argument(part: Span, target: Target) -> _Part:
    """Give an argument, by its name if it has one: `name => value`."""
    if part.word(1) in ("=>", ":=") and sheet.name(part):
        return part.skip(2), Target(sheet.name(part), target.through)
    return part, target


def _cast(parts: list[Span], target: Target, _: Gathered) -> Iterator[_Part]:
    for part in parts[:1]:
        yield part.between(part.start, sheet.find(part, ("AS",))), target


def _pairs(parts: list[Span], target: Target, _: Gathered) -> Iterator[_Part]:
    """Read `key, value, key, value`."""
    for key, part in zip(parts[::2], parts[1::2], strict=False):
        found = atom(key)
        yield part, Target(found.text.lower() if found else "", target.through)


def _document_set(parts: list[Span], target: Target, into: Gathered) -> Iterator[_Part]:
    """Read `jsonb_set(document, path, new value)`."""
    yield from ((part, target) for part in parts[:1])
    for part in parts[2:3]:
        inner = Target(_innermost(parts[1]), target.through)
        found = atom(part)
        if found:
            into.put(Literal(unquoted(found.text), found.line), inner)
        else:
            yield part, inner


def _innermost(path: Span) -> str:
    """Give the last key of a path: `'{smtp,password}'`, `ARRAY['smtp', 'password']`."""
    found = atom(path)
    if found is None and path.word(1) == "[":
        parts = split(sheet.inside(path, path.start + 1), ",")
        found = atom(parts[-1]) if parts else None
    text = found.text.strip().strip("{}") if found else ""
    return text.rpartition(",")[2].strip().strip('"').lower()


def unquoted(text: str) -> str:
    """Give the text of a JSON string; of any other JSON its text as it is."""
    try:
        value = json.loads(text) if text.lstrip()[:1] == '"' else text
    except ValueError:
        return text
    return str(value)


def _json(parts: list[Span], target: Target, _: Gathered) -> Iterator[_Part]:
    yield from ((part, target) for part in parts)


def _concatenated(parts: list[Span], target: Target, into: Gathered) -> Iterator[_Part]:
    yield from ((part, target) for part in joined(parts, target, into))


def _formatted(parts: list[Span], target: Target, into: Gathered) -> Iterator[_Part]:
    yield from ((part, target) for part in formatted(parts, target, into))


def _set_config(parts: list[Span], target: Target, into: Gathered) -> Iterator[_Part]:
    """Read `set_config('app.secret', 'value', false)`."""
    name, new = (atom(part) for part in parts[:2]) if len(parts) > 1 else (None, None)
    if name and new:
        setting = name.text.lower()
        cell = Cell(setting.rpartition(".")[2], new.text, new.line)
        into.rows.append(Row(Place.SETTING, setting, (cell,)))
    elif len(parts) > 1:
        yield parts[1], Target(name.text.lower().rpartition(".")[2] if name else "", target.through)


def _dblink(parts: list[Span], target: Target, into: Gathered) -> Iterator[_Part]:
    """Read `dblink('connection', 'query')`; a connection may also have a name before it."""
    for part in parts:
        found = atom(part)
        if found and re.search(r"^\s*\w+\s*=|://", found.text):
            into.rows.append(Row(Place.CONNECTION, "", (Cell("", found.text, found.line),)))
        else:
            yield part, Target("", (*target.through, "dblink"))


_SPECIAL: dict[str, Callable[[list[Span], Target, Gathered], Iterable[_Part]]] = {
    "cast": _cast,
    **dict.fromkeys(("jsonb_build_object", "json_build_object", "hstore"), _pairs),
    **dict.fromkeys(("jsonb_set", "jsonb_set_lax", "jsonb_insert"), _document_set),
    **dict.fromkeys(("to_json", "to_jsonb"), _json),
    "concat": _concatenated,
    "format": _formatted,
    "set_config": _set_config,
}
