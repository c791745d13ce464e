"""From the text of a file to its literals, and to the tables that it makes."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Mapping
from functools import lru_cache

from checks.sensitive.literal import FILLS, Columns, Reading
from checks.sensitive.python.found import Found
from checks.sensitive.python.placed import Source
from checks.sensitive.python.run import Runner
from checks.sensitive.python.scope import Budget, File, Scope
from checks.sensitive.python.statements import statement
from checks.sensitive.python.tables import altered, tables
from checks.sensitive.python.visit import Visitor

_FORMATTED = re.compile(r"\b(?:[fF][rR]?|[rR][fF])(\"\"\"|'''|\"|')")
HOLES = 10_000  # of one f-string
SQL = 500_000  # characters of SQL that a small file may put together
STEPS = 50_000  # that a small file may take beyond its length


@lru_cache(maxsize=1)
def parse(text: str) -> ast.Module | None:
    """Parse a file; None if it is no Python that this interpreter reads, or too deep or odd to be parsed.

    The last one is kept, for those who ask one after another.
    """
    if _has_too_many_holes(text):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a wrong escape, for one, is not ours to tell
            return ast.parse(_lines(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _has_too_many_holes(text: str) -> bool:
    """Tell whether an f-string has so many holes that the parser, whose time is their square, is slow."""
    if text.count("{") <= HOLES:
        return False
    at = 0
    while found := _FORMATTED.search(text, at):
        at = text.find(found.group(1), found.end())
        at = len(text) if at < 0 else at + 1
        if text.count("{", found.end(), at) > HOLES:
            return True
    return False


def read(text: str, columns: Columns, tree: ast.Module | None = None) -> Reading:
    """Read a file.

    Args:
        text: All of it.
        columns: Gives the columns of tables that earlier migrations made; those of this one are known.
        tree: What `parse` gave, if that was done.
    """
    tree = tree or parse(text)
    if tree is None:
        return Reading()
    scope = _scope(text)
    here = altered(tree, columns) if FILLS.search(text) else tables(tree)
    found = Found(Budget(STEPS + len(text) // 3), Budget(SQL + 4 * len(text)))

    def known(table: str) -> tuple[str, ...] | None:
        return here.get(table) or columns(table)

    Runner(Visitor(found, known)).run(tree.body, scope)
    for held in found.statements:
        if not found.used.issuperset(held.origins):
            statement(found, held, known)
    return found.reading()


def made(text: str, before: Mapping[str, tuple[str, ...]] | None = None) -> dict[str, tuple[str, ...]]:
    """Give the columns, in their order, of the tables that a file makes, or alters on its way up.

    Args:
        text: All of it.
        before: The tables that were there before; they are given, too.
    """
    tree = parse(text)
    earlier = dict(before or {})
    return {**earlier, **altered(tree, earlier.get)} if tree else earlier


def _scope(text: str) -> Scope:
    return Scope(File(Source(_lines(text)), Budget(STEPS + len(text))))


def _lines(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
