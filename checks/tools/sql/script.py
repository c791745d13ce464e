r"""One way of a SQL file, sent to the server statement by statement."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from checks import sql as lexer
from checks.migration import Failure, Sent

if TYPE_CHECKING:
    import psycopg
    from psycopg.rows import TupleRow

    from checks.tools.sql.parts import Part

_SHOWN = 300  # characters of a statement
# What only changes what psql prints, or asks for what we do anyway.
_HARMLESS = re.compile(
    r"\\(?:(?:echo|qecho|warn|timing|pset|restrict|unrestrict|[aHtx])(?:\s.*)?"
    r"|set\s+(?:quiet|echo|echo_hidden|verbosity|show_context)(?:\s.*)?"
    r"|set\s+on_error_stop(?:\s+(?:on|true|yes|1))?\s*"
    r"|encoding\s+['\"]?utf-?8['\"]?\s*)",
    re.IGNORECASE,
)
_COPY_LINE = re.compile(r"^COPY .*, line (?P<line>\d+)", re.MULTILINE)
_BLOCK_LINE = re.compile(r"inline_code_block line (?P<line>\d+)")
_SYNTAX_ERROR = "42601"
# What runs in a transaction just as well as by itself, unless the lexer knows better.
_CAN_BE_FOLLOWED = frozenset(
    (
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "MERGE",
        "WITH",
        "VALUES",
        "TABLE",
        "TRUNCATE",
        "CREATE",
        "ALTER",
        "DROP",
        "COMMENT",
        "GRANT",
        "REVOKE",
    )
)


@dataclass(frozen=True)
class Script:
    """What is to be run.

    Attributes:
        path: The file, relative to the repository's root.
        line: The line of the file where it begins, from 1.
        statements: What to send, in order.
        in_transaction: Whether to put it into one transaction of ours.
    """

    path: str
    line: int
    statements: tuple[lexer.Statement, ...]
    in_transaction: bool

    def place(self, statement: lexer.Statement) -> int:
        """Give a statement's line in the file, from 1."""
        return self.line + statement.line - 1


@dataclass
class Look:
    """A last look at each transaction before it is committed.

    Attributes:
        statement: What to send then; empty for nothing.
        alone: What ran outside of transactions, and could not be followed by a look.
    """

    statement: str = ""
    alone: list[str] = field(default_factory=list)


def write(path: str, part: Part) -> Script | Failure:
    """Make a script of one way of a file; a line for psql that cannot be left out is a failure."""
    found = lexer.statements(part.text)
    script = Script(path, part.line, _for_server(found), part.in_transaction and not any(map(_alone, found)))
    for statement in found:
        if statement.kind is lexer.StatementKind.META and not _HARMLESS.fullmatch(statement.text):
            command = statement.text.split()[0]
            message = f"{command} is a command of psql: migseal sends the file to the server, which has none"
            return Failure(message, path, script.place(statement), statement.text[:_SHOWN])
    return script


def sent(part: Part) -> tuple[Sent, ...]:
    """Give what a part of a file sends, with its comments; lines for psql, and COPY with rows, are blank."""
    lines = part.text.split("\n")
    found = lexer.statements(part.text)
    for statement in found:
        if statement.kind is lexer.StatementKind.META:
            _blank(lines, statement.line, statement.text.count("\n") + 1)
        elif statement.copy_line is not None:
            first = statement.line
            _blank(lines, first, statement.copy_line - first + (statement.copy_data or "").count("\n") + 1)
    alone = not part.in_transaction or any(map(_alone, found))
    return (Sent("\n".join(lines), part.line, follows=True, alone=alone),)


def _blank(lines: list[str], first: int, number: int) -> None:
    lines[first - 1 : first - 1 + number] = [""] * len(lines[first - 1 : first - 1 + number])


def run(connection: psycopg.Connection[TupleRow], script: Script, look: Look | None = None) -> Failure | None:
    """Send a script to the server, and leave no transaction and no temporary table behind.

    Args:
        connection: In autocommit; it is not fit for another script, which needs a session of its own.
        script: What to send.
        look: What to send at the end of each transaction.
    """
    failure = _run(connection, script, look or Look())
    _settle(connection)
    return failure


def _for_server(found: tuple[lexer.Statement, ...]) -> tuple[lexer.Statement, ...]:
    return tuple(statement for statement in found if statement.kind is not lexer.StatementKind.META)


def _alone(statement: lexer.Statement) -> bool:
    return lexer.controls_transaction(statement) or lexer.runs_outside_transaction(statement)


def _run(connection: psycopg.Connection[TupleRow], script: Script, look: Look) -> Failure | None:
    import psycopg  # noqa: PLC0415 -- the file rules do without

    current = None
    try:
        if script.in_transaction:
            connection.execute("BEGIN")
        for statement in script.statements:
            current = statement
            _send_and_look(connection, statement, look)
        current = None
        if look.statement and (script.in_transaction or not script.statements):
            connection.execute(look.statement.encode())
        if script.in_transaction:
            connection.execute("COMMIT")
    except psycopg.Error as error:
        return _failure(script, current, error)
    return _left_open(connection, script)


def _send_and_look(connection: psycopg.Connection[TupleRow], statement: lexer.Statement, look: Look) -> None:
    """Send a statement; look before it if it commits a transaction, after it if it is one by itself."""
    from psycopg.pq import TransactionStatus  # noqa: PLC0415 -- the file rules do without

    by_itself = connection.info.transaction_status is TransactionStatus.IDLE
    if not look.statement:
        _send(connection, statement)
    elif not by_itself:
        if lexer.commits(statement):
            connection.execute(look.statement.encode())
        _send(connection, statement)
    elif _can_be_followed(statement):
        # Sent as one, both are one transaction, as if somebody had written BEGIN and COMMIT.
        _send(connection, replace(statement, text=f"{statement.text};\n{look.statement}"))
    else:
        if not lexer.controls_transaction(statement):
            look.alone.append(statement.text)
        _send(connection, statement)


def _can_be_followed(statement: lexer.Statement) -> bool:
    first = next(lexer.words(statement.text), "")
    alone = lexer.runs_outside_transaction(statement)
    return first in _CAN_BE_FOLLOWED and not alone and statement.kind is lexer.StatementKind.SQL


def _send(connection: psycopg.Connection[TupleRow], statement: lexer.Statement) -> None:
    text = statement.text.encode()
    with connection.cursor() as cursor:
        if statement.kind is not lexer.StatementKind.COPY:
            cursor.execute(text, prepare=False)
            return
        with cursor.copy(text) as copy:
            copy.write((statement.copy_data or "").encode())


def _settle(connection: psycopg.Connection[TupleRow]) -> None:
    """Undo what is open now: the server drops a session's temporary tables only some time after its end."""
    import psycopg  # noqa: PLC0415 -- the file rules do without

    with suppress(psycopg.Error):
        connection.rollback()
        connection.execute("DISCARD ALL", prepare=False)


def _left_open(connection: psycopg.Connection[TupleRow], script: Script) -> Failure | None:
    from psycopg.pq import TransactionStatus  # noqa: PLC0415 -- the file rules do without

    if connection.info.transaction_status is TransactionStatus.IDLE:
        return None
    begun = [statement for statement in script.statements if lexer.controls_transaction(statement)]
    message = "the file ends inside a transaction that it began: write COMMIT after it"
    return Failure(message, script.path, script.place(begun[-1]), begun[-1].text[:_SHOWN])


def _failure(script: Script, statement: lexer.Statement | None, error: psycopg.Error) -> Failure:
    if statement is None:
        return Failure(
            f"at the end of the transaction: {_message(error)}", script.path, sqlstate=error.sqlstate
        )
    message = _message(error)
    if error.sqlstate == _SYNTAX_ERROR:
        message += _placeholder(statement)
    line = script.place(statement) + _lines_into(statement, error)
    return Failure(message, script.path, line, statement.text[:_SHOWN], error.sqlstate)


def _message(error: psycopg.Error) -> str:
    diag = error.diag
    if not diag.message_primary:
        return str(error).strip() or type(error).__name__
    detail = f"\nDetail: {diag.message_detail}" if diag.message_detail else ""
    hint = f"\nHint: {diag.message_hint}" if diag.message_hint else ""
    return f"{diag.message_primary}{detail}{hint}"


def _placeholder(statement: lexer.Statement) -> str:
    for token in lexer.tokens(statement.text):
        if token.kind is lexer.Kind.PARAMETER and not token.text[1:].isdigit():
            return (
                f"\n{token.text} is for psql or another program to fill in: migseal sends the file as it is"
            )
    return ""


def _lines_into(statement: lexer.Statement, error: psycopg.Error) -> int:
    """Give how many lines after the statement's first one the error lies."""
    diag = error.diag
    if diag.statement_position:
        return lexer.position(statement.text, int(diag.statement_position) - 1) - 1
    context = diag.context or ""
    row = _COPY_LINE.search(context)
    if row and statement.copy_line is not None:
        return statement.copy_line - statement.line + int(row["line"]) - 1
    block = _BLOCK_LINE.findall(context)
    body = next((t for t in lexer.tokens(statement.text) if t.kind is lexer.Kind.DOLLAR), None)
    if block and body:
        return lexer.position(statement.text, body.start) - 1 + int(block[-1]) - 1
    return 0
