"""Sums of texts and of lists, and what they are of."""

from __future__ import annotations

import ast

from checks.sensitive.python.values import Many, Text, Value, hole, joined

CHAIN = 4000  # how many operands one sum may have


def operands(node: ast.expr) -> list[ast.expr]:
    """Give what a sum is of, from the left."""
    found: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        found.append(node.right)
        node = node.left
    return [node, *reversed(found)]


def added(parts: list[Value], line: int) -> Value:
    """Give the sum of texts or of lists."""
    if any(isinstance(part, Many) for part in parts):
        return Many([item for part in parts if isinstance(part, Many) for item in part.items])
    if any(isinstance(part, Text) for part in parts):
        return joined([part if isinstance(part, Text) else hole(line) for part in parts])
    return None


def digits(number: float) -> str:
    """Give a number as it is written; empty if it is too long."""
    try:
        return str(number)
    except ValueError:  # more digits than Python writes
        return ""


def size(node: ast.AST) -> int:
    """Count the nodes of a tree."""
    return sum(1 for _ in ast.walk(node))
