"""Which literals are sensitive: each is judged by the column that it goes into, then by its own shape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from checks.sensitive import shapes
from checks.sensitive import vocabulary as known
from checks.sensitive.exposure import Kind, Sensitive
from checks.sensitive.inner import parts, plain
from checks.sensitive.literal import Cell, Place, Row
from checks.sensitive.mask import mask
from checks.sensitive.names import Meaning, meaning, words
from checks.sensitive.people import is_email, is_person, is_phone
from checks.sensitive.values import is_password, is_template, is_token, is_uuid

# Of texts that people read, with keys such as "password".
_TEXTS = re.compile(
    r"translation|i18n|l10n|locali[sz]|message|label|phrase|caption|tooltip|language|string|text|glossar|faq|help"
    r"|permission|menu|field|form|question|attribute_type|column|error|template|enum|lookup|content_type|dictionar"
)
_NAME = re.compile(r"[A-Za-z][\w.:/ -]{1,80}\Z")
_SHOWS = {"example", "examples", "sample", "placeholder", "template", "format", "pattern"}


@dataclass(frozen=True)
class Settings:
    """What a user adds.

    Attributes:
        columns: More names whose values are secrets, with * and ?.
        ignore: Columns whose values are never told: `column` or `table.column`, with * and ?.
    """

    columns: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


NOTHING = Settings()


def judge(
    rows: Iterable[Row], settings: Settings = NOTHING, lines: Sequence[str] = ()
) -> tuple[Sensitive, ...]:
    """Give the sensitive literals of some rows, by line, each once.

    Args:
        rows: The literals.
        settings: What the user adds.
        lines: Those of the file: what is in a document that goes over several is told at its own.
    """
    found: dict[tuple[int, str, str], Sensitive] = {}
    for row in rows:
        for cell, kind in _of_row(row, settings, lines):
            one = Sensitive(kind, cell.line, row.table, cell.column, mask(cell.text, kind), cell.text)
            key = (cell.line, kind, cell.text)
            if key not in found or not found[key].column:
                found[key] = one
    return tuple(sorted(found.values(), key=lambda one: (one.line, one.kind)))


def _of_row(row: Row, settings: Settings, lines: Sequence[str]) -> Iterator[tuple[Cell, Kind]]:
    row = replace(row, cells=tuple(map(plain, row.cells)))
    named = {id(cell): name for cell, name in _settings(row)}
    for cell in (*row.cells, *row.known):
        if _is_ignored(row.table, cell.column, settings.ignore):
            continue
        for part, place in parts(row.place, cell, lines):
            kind = _kind(row.table, part, place, settings)
            if kind is None and part is cell and id(cell) in named:
                plainly = bool(cell.column) and is_uuid(cell.text)
                kind = _of_meaning(meaning(named[id(cell)]), cell.text, plainly=plainly)
            if kind is None and part is not cell and row.place is Place.ROW and place is Place.NAMED:
                kind = _of_person(part, meaning(part.column))
            if kind is not None:
                yield part, kind


def _is_ignored(table: str, column: str, ignore: tuple[str, ...]) -> bool:
    names = (column, f"{table}.{column}")
    return any(fnmatchcase(name, pattern.lower()) for name in names for pattern in ignore)


def _settings(row: Row) -> Iterator[tuple[Cell, str]]:
    """Give the values of a row of settings, each with the name that the row itself gives it."""
    if row.place is not Place.ROW or _TEXTS.search(row.table):
        return
    cells = [cell for cell in row.cells if not cell.through]
    keys = [c for c in (*cells, *row.known) if meaning(c.column) is Meaning.KEY or not c.column]
    secret = [c for c in keys if _NAME.match(c.text) and meaning(c.text) in _SECRETS]
    if len(secret) != 1:
        return
    at = next((index for index, cell in enumerate(cells) if cell is secret[0]), -1)
    for index, cell in enumerate(cells):
        follows = index == at + 1 and not cell.column and not secret[0].column
        if cell is not secret[0] and (follows or meaning(cell.column) is Meaning.VALUE):
            yield cell, secret[0].text


_SECRETS = (Meaning.PASSWORD, Meaning.HASH, Meaning.TOKEN)


def _kind(table: str, cell: Cell, place: Place, settings: Settings) -> Kind | None:
    """Judge a literal by where it stands, its shape and its column's name."""
    if is_template(cell.text):
        return None
    if place is Place.ROLE and meaning(cell.column or "password") is Meaning.PASSWORD:
        return Kind.ROLE_PASSWORD
    shape = None if _is_shown(cell) else _of_shape(cell.text)
    if shape is not None or place is Place.LOOSE or not known.TAKES_APART.isdisjoint(cell.through):
        return shape
    if any(fnmatchcase(cell.column, pattern.lower()) for pattern in settings.columns):
        return Kind.TOKEN if is_password(cell.text, plainly=True) else None
    if place is Place.CONNECTION:
        return Kind.CONNECTION_STRING if _is_secret_option(cell) else None
    return _of_name(table, cell, place)


def _of_name(table: str, cell: Cell, place: Place) -> Kind | None:
    """Judge a literal by its column's name, and its table's."""
    means = Meaning.PASSWORD if _is_users_key(table, cell.column) else meaning(cell.column)
    if means in (Meaning.KEY, Meaning.VALUE) and place is Place.ROW and _keeps_tokens(table):
        return Kind.TOKEN if is_token(cell.text, plainly=False) else None
    plainly = not cell.inner and place in (Place.ROW, Place.DEFAULT, Place.ENVIRONMENT, Place.SETTING)
    found = _of_meaning(means, cell.text, plainly=plainly)
    return found if found is not None or place is not Place.ROW else _of_person(cell, means)


def _is_users_key(table: str, column: str) -> bool:
    """Tell whether a column that may be any key is the password of users: `usuarios.clave`."""
    return column in known.USER_KEYS and not known.USER_TABLES.isdisjoint(words(table))


def _keeps_tokens(table: str) -> bool:
    """Tell whether a table's name says that its keys and values are tokens: `api_keys`, `tokens`."""
    return meaning(table.removesuffix("s")) is Meaning.TOKEN


def _is_secret_option(cell: Cell) -> bool:
    return meaning(cell.column) is Meaning.PASSWORD and is_password(cell.text, plainly=True)


def _is_shown(cell: Cell) -> bool:
    """Tell whether it is a connection string that shows how one is written."""
    return not _SHOWS.isdisjoint(words(cell.column)) and _of_shape(cell.text) is Kind.CONNECTION_STRING


def _of_shape(text: str) -> Kind | None:
    """Judge by the shapes that nothing else has, wherever it stands."""
    if shapes.PRIVATE_KEY.search(text):
        return Kind.PRIVATE_KEY
    if shapes.HASH.match(text.strip()):
        return Kind.PASSWORD_HASH
    if shapes.AUTHORIZATION.match(text.strip()):
        return Kind.TOKEN
    token = shapes.TOKENS.search(text) or shapes.JWT.search(text)
    if token and "EXAMPLE" not in token[0] and "xxxx" not in token[0].lower():
        return Kind.TOKEN
    password = shapes.url_password(text)
    if password is not None and is_password(password, plainly=True) and not shapes.is_sample(text):
        return Kind.CONNECTION_STRING
    return None


def _of_meaning(means: Meaning, text: str, *, plainly: bool) -> Kind | None:
    """Judge by what a column's name says."""
    if means in (Meaning.PASSWORD, Meaning.HASH):
        if not is_password(text, plainly=plainly):
            return None
        return Kind.PASSWORD_HASH if shapes.HEX_HASH.match(text.strip()) else Kind.PASSWORD
    if means is Meaning.TOKEN:
        return Kind.TOKEN if is_token(text, plainly=plainly) else None
    return None


def _of_person(cell: Cell, means: Meaning) -> Kind | None:
    """Judge what is a person's own: by its shape, and numbers by their column's name, too."""
    text = cell.text
    if shapes.is_iban(text):
        return Kind.IBAN
    plain_number = means is not Meaning.IDENTITY and not {"id", "code"} & {*words(cell.column)[-1:]}
    if shapes.is_card(text, named=means is Meaning.CARD) and (plain_number or shapes.is_grouped(text)):
        return Kind.CARD
    if is_person(text, named=means is Meaning.PERSON):
        return Kind.SSN
    if is_email(text):
        return Kind.EMAIL
    if is_phone(text, named=means is Meaning.PHONE) and means is not Meaning.IDENTITY:
        return Kind.PHONE
    return None
