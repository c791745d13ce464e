"""The SQL reader on what is no SQL: it never raises, and its work grows with the text and no faster."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.sensitive.sql import made, read

if TYPE_CHECKING:
    from collections.abc import Callable

PIECES = (
    *(
        "INSERT INTO t (a, b) VALUES ('x', 'y')",
        "ON CONFLICT (a) DO UPDATE SET b = 'z'",
        "RETURNING",
        "WITH v AS (",
    ),
    *(
        "SELECT",
        "FROM",
        "(VALUES ('x'))",
        "AS v(a)",
        "UNION ALL",
        "WHERE a = 'x' AND",
        "UPDATE t SET",
        "(a, b) = (",
    ),
    *(
        "MERGE INTO t USING",
        "WHEN MATCHED THEN",
        "CASE",
        "WHEN",
        "END",
        "::text",
        "::hstore",
        "||",
        "ARRAY[",
        "]",
    ),
    *(
        "DO $$",
        "$$",
        "BEGIN",
        "x text := 'y';",
        "EXECUTE",
        "format('%s %1$L %', ",
        "USING",
        "CREATE FUNCTION f(",
        "AS",
    ),
    *(
        "LANGUAGE",
        "BEGIN ATOMIC",
        "COPY t (a) FROM stdin",
        "WITH (FORMAT csv, QUOTE '",
        "\n1\t\\N\\x4\\\n\\.\n",
        ";",
    ),
    *(
        "CREATE TABLE t (a text DEFAULT",
        "ALTER TABLE t ADD",
        "RENAME TO",
        "DROP TABLE",
        "LIKE t",
        "jsonb_set(a, '{",
    ),
    *(
        "CREATE USER",
        "PASSWORD",
        "MAPPING FOR",
        "OPTIONS (",
        "SERVER",
        "CONNECTION",
        "ALTER SYSTEM SET a.b =",
        "TO",
    ),
    *(
        "set_config('a', ",
        "dblink(",
        "\n\\set a '",
        "\n\\copy t from '",
        "\n\\i ",
        ":'a'",
        "${}",
        "{{ x }}",
        "%s",
        "?",
    ),
    *(
        "'",
        '"',
        "E'\\",
        "U&'\\00",
        "UESCAPE '",
        "(",
        ")",
        ",",
        ".",
        "=",
        "-- ",
        "/*",
        "*/",
        "\n",
        "a",
        "'a'",
        "1",
        "\x00",
    ),
)
MIXED = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=25).map(" ".join)


@settings(max_examples=600, deadline=None)
@given(MIXED)
def test_it_never_raises(text: str) -> None:
    reading = read(text, {"t": ("a",)}.get)
    made(text, {"t": ("a",)})
    lines = text.count("\n") + 1
    cells = [cell for row in reading.rows for cell in (*row.cells, *row.known)]
    assert all(1 <= cell.line <= lines for cell in cells)
    assert all(1 <= reference.line <= lines for reference in reading.references)


def nested(head: str, opened: str, closed: str) -> Callable[[int], str]:
    return lambda n: f"{head} {opened * n}'x'{closed * n}"


GROWING = {
    "rows": lambda n: "INSERT INTO t VALUES " + ",\n".join(["(1, 'x')"] * n),
    "statements": lambda n: "UPDATE t SET a = 'x' WHERE b = 'y';\n" * n,
    "brackets": nested("SELECT", "(", ")"),
    "brackets that stay open": nested("SELECT", "(", ""),
    "rows that stay open": nested("INSERT INTO t VALUES", "('x', ", ""),
    "queries that stay open": nested("SELECT a", " FROM (SELECT 'x'", ""),
    "calls": nested("SELECT", "f('y', ", ")"),
    "queries": nested("INSERT INTO t", "(SELECT 'x', ", ")"),
    "queries of queries": nested("INSERT INTO t", "SELECT 'x' FROM (", ") v"),
    "casts": nested("SELECT", "CAST(", " AS text)"),
    "concatenations": nested("SELECT", "('x' || ", ")"),
    "conditions": nested("UPDATE t SET a = 'x' WHERE", "(a = 'x' AND ", ")"),
    "cases": nested("UPDATE t SET a =", "CASE WHEN a THEN ", " END"),
    "cases that stay open": nested("UPDATE t SET a =", "CASE ", ""),
    "named queries": nested("", "WITH a AS (", ") SELECT 1"),
    "named inserts": nested("", "WITH a AS (INSERT INTO t ", ") SELECT 1"),
    "a query that names itself": lambda n: (
        "WITH RECURSIVE a AS (SELECT 'x' FROM a, a, a) SELECT * FROM a" + ", a" * n
    ),
    "documents": nested("UPDATE t SET a =", "jsonb_build_object('k', ", ")"),
    "blocks in blocks": lambda n: "".join(f"DO $a{at}$ " for at in range(n)) + "'x'",
    "blocks": lambda n: "DO $$" + " BEGIN IF x THEN UPDATE t SET a = 'x'; END IF;" * n + "$$",
    "tables like tables": lambda n: "CREATE TABLE t (a int);" + "CREATE TABLE t (LIKE t, LIKE t);" * n,
    "columns": lambda n: (
        "CREATE TABLE t (a int);" + "".join(f"ALTER TABLE t ADD a{at} int;" for at in range(n))
    ),
    "quotes of csv": lambda n: "COPY t FROM stdin csv;\n" + '",\n' * n,
    "escapes of data": lambda n: "COPY t FROM stdin;\n" + "\\\t" * n,
    "pairs": lambda n: "SELECT '" + "a=>b,\n" * n + "'::hstore",
    "placeholders": lambda n: "SELECT format('" + "%1$s%" * n + "', 'x')",
    "psql's lines": lambda n: "\\set a 'x'\n" * n + "\\copy " + "a" * n + " " * n + "(" * n,
}


def calls(text: str) -> int:
    """Count the calls that a reading takes, of Python functions and of C's."""
    count = 0

    def tick(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(tick)
    try:
        read(text, {}.get)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("grow", GROWING.values(), ids=GROWING)
def test_twice_the_text_is_twice_the_work(grow: Callable[[int], str]) -> None:
    once, twice = calls(grow(150)), calls(grow(300))
    assert twice <= 2.3 * once, f"{twice / once:.2f} times the work"
