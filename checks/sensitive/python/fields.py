"""Django's expressions: a plain text in them is the name of a field; what `Value` holds is a value."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from checks.sensitive.python.values import Text, Value, hole, joined, through

if TYPE_CHECKING:
    from checks.sensitive.python.call import Call

NAMES = ("F", "OuterRef", "KT", "KeyTextTransform", "KeyTransform", "JSONObject")
JOINS = ("Concat", "ConcatPair")
EXPRESSIONS = (
    *("Coalesce", "Cast", "Collate", "Lower", "Upper", "Trim", "LTrim", "RTrim", "Substr", "Left", "Right"),
    *("Replace", "Repeat", "Reverse", "LPad", "RPad", "NullIf", "Greatest", "Least", "Func"),
    *("MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512"),
)


def name(call: Call) -> Value:
    """Give what a field's name stands for: nothing that is known."""
    return hole(call.node.lineno)


def expression(call: Call) -> Value:
    """Give the first value in an expression."""
    known = (held for held in _given(call) if held.known)
    return through(next(known, hole(call.node.lineno)), call.name.lower())


def concatenation(call: Call) -> Value:
    """Give the text that is put together, with holes for the fields."""
    return joined(_given(call))


def _given(call: Call) -> list[Text]:
    places = zip(call.node.args, call.places, strict=False)
    return [
        held if isinstance(held, Text) and not isinstance(node, ast.Constant) else hole(call.node.lineno)
        for node, held in places
    ]
