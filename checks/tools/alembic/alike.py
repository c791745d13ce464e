"""Whether two syntax trees are the same: read side by side, up to the first difference."""

from __future__ import annotations

import ast
from collections.abc import Sequence

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)  # their decorators stand above them


class Alike:
    """Compares trees of two texts: statements that are the same to the letter need no look into them."""

    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old.split("\n"), new.split("\n")

    def trees(self, one: object, other: object) -> bool:
        """Tell whether two nodes, or two values of theirs, are the same but for where they stand."""
        if one.__class__ is not other.__class__:
            return False
        if isinstance(one, list):
            return self._lists(one, other)
        if not isinstance(one, ast.AST):
            return one == other if isinstance(one, str) else repr(one) == repr(other)
        return (isinstance(one, ast.stmt) and self._same_text(one, other)) or self._nodes(one, other)

    def _nodes(self, one: ast.AST, other: object) -> bool:
        for name in one._fields if not isinstance(one, ast.Constant) else ("value",):  # not the u of u"..."
            part, its = getattr(one, name, None), getattr(other, name, None)
            if part is not its and not self.trees(part, its):
                return False
        return True

    def _lists(self, one: list[object], other: object) -> bool:
        assert isinstance(other, list)
        return len(one) == len(other) and all(map(self.trees, one, other))

    def _same_text(self, one: ast.stmt, other: object) -> bool:
        """Tell whether two statements stand in equal lines, at the same place of them."""
        if isinstance(one, DEFINITIONS) or not (place := _place(one)) or not (where := _place(other)):
            return False
        (first, last, *columns), (begin, end, *others) = place, where
        return columns == others and self.old[first - 1 : last] == self.new[begin - 1 : end]


def _place(node: object) -> Sequence[int]:
    """Give the lines and columns of a statement, nothing for one that we made."""
    assert isinstance(node, ast.stmt)
    if getattr(node, "lineno", None) is None or node.end_lineno is None or node.end_col_offset is None:
        return ()
    return node.lineno, node.end_lineno, node.col_offset, node.end_col_offset
