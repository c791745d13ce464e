"""Which SQL only adds values to enum types: that is the one thing that nothing undoes by itself."""

from __future__ import annotations

import re

from checks import sql as lexer

_ADDS = re.compile(r"ALTER\s+TYPE\s+\S.*?\s+ADD\s+VALUE\b", re.IGNORECASE | re.DOTALL)


def only_adds_values(text: str) -> bool:
    """Tell whether a text of SQL adds values to enum types, and does nothing else."""
    found = [
        statement
        for statement in lexer.statements(text)
        if statement.kind is not lexer.StatementKind.META and not lexer.controls_transaction(statement)
    ]
    return bool(found) and all(_ADDS.match(statement.text) for statement in found)
