"""Files of rows that a migration loads: CSV, JSON and YAML, read as data, with the line of each value."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import yaml

from checks.sensitive.literal import Cell, Place, Row

DEEPEST = 30  # of lists and mappings in each other
SEPARATED = {".csv": ",", ".tsv": "\t"}
NESTED = (".json", ".yaml", ".yml")
_DATUM = re.compile(r"[\s(+-]*[0-9][0-9\s.,:/()-]*\Z|[^@\s]+@")
LOADED = (*SEPARATED, *NESTED, ".sql", ".txt")  # what is looked into where a migration names it


class UnreadError(Exception):
    """A file is not what its name says.

    Attributes:
        line: Where that shows, from 1.
        reason: Why.
    """

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line, self.reason = line, reason


def rows(suffix: str, text: str, table: str, columns: tuple[str, ...]) -> Iterator[Row]:
    """Give the rows of a data file.

    Args:
        suffix: Of its name, lower case: what it is.
        text: What is in it.
        table: Where it goes, empty if nobody knows.
        columns: Of a file without a line of names; empty if its first line has them.

    Raises:
        UnreadError: It is not what its name says.
    """
    if suffix in SEPARATED:
        yield from _separated(text, SEPARATED[suffix], table, columns)
    elif suffix in NESTED:
        yield from _nested(text, table)


def _separated(text: str, delimiter: str, table: str, columns: tuple[str, ...]) -> Iterator[Row]:
    first = text.partition("\n")[0]
    if delimiter not in first and ";" in first:
        delimiter = ";"
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    names = list(columns)
    begin = 1
    try:
        for values in lines:
            if not names and not _are_names(values):
                names = [""] * len(values)
            if not names:
                names = [value.strip().lower() for value in values]
            elif values and [value.strip().lower() for value in values] != names:
                cells = zip(names, values, strict=False)
                yield Row(Place.ROW, table, tuple(Cell(name, value, begin) for name, value in cells))
            begin = lines.line_num + 1
    except csv.Error as error:
        raise UnreadError(begin, f"it is no CSV: {error}") from error


def _are_names(values: list[str]) -> bool:
    """Tell whether a first line has the names of columns: no number, and no address."""
    return not any(_DATUM.match(value) for value in values)


def _nested(text: str, table: str) -> Iterator[Row]:
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        documents = list(yaml.compose_all(text.replace("\t", "  "), Loader=loader))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or "it is too deep"
        line = min(mark.line, text.count("\n")) + 1 if mark else 1
        raise UnreadError(line, f"it is neither JSON nor YAML: {why}") from error
    seen: set[int] = set()
    waiting = [(document, table, 0) for document in documents if document is not None]
    while waiting:
        node, name, depth = waiting.pop()
        if id(node) in seen or depth > DEEPEST:
            continue  # an alias: it was read where it stands
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += [(inner, name, depth + 1) for inner in node.value]
        elif isinstance(node, yaml.MappingNode):
            pairs = [(key.value, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)]
            cells = tuple(
                Cell(str(key).lower(), str(value.value), value.start_mark.line + 1)
                for key, value in pairs
                if isinstance(value, yaml.ScalarNode)
            )
            if cells:
                yield Row(Place.ROW, name, cells)
            waiting += [(value, str(key).lower(), depth + 1) for key, value in pairs]
