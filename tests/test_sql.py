from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from checks import sql
from checks.postgres.server import connect, create, drop
from checks.sql import Kind, StatementKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.postgres.server import Server

# One statement each; where the server is asked, it must take them one by one.
ONE = {
    "semicolon in a string": "SELECT 'a;b', 'it''s;'",
    "backslash that is none": r"SELECT 'a\', ';'",
    "escape string": r"SELECT E'it\'s;', e'\\', E'a''b;'",
    "unicode string": r"SELECT U&'d\0061t;a', U&'a'';'",
    "bits and national": "SELECT B'01', X'1F', N'a;b'",
    "string in two parts": "SELECT 'a;'\n  'b;'",
    "quoted identifiers": 'SELECT 1 AS "a;b", 2 AS "c"";d", 3 AS U&"e;f"',
    "dollar quotes": "SELECT $$a;b'$$, $tag$ $$ ; $other$ $tag$, $_1$;$_1$, $é$;$é$",
    "dollars in names": "SELECT 1 AS a$b$, 2 AS c$b$",
    "line comment": "SELECT 1 -- a; b' $$\n, 2",
    "nested comment": "SELECT 1 /* a; /* b; */ ' ; */, 2 /*/ ; */, 3",
    "operators that look like comments": "SELECT 1 -1, 2 * 3, 4 / 2, 1 *-1, 4/-2",
    "numbers": "SELECT 1.5, .5, 1e10, 1.5e-3, 1., 017",
    "casts": "SELECT '1'::int, 'a'::\"char\", (ARRAY[1,2,3])[1:2]",
    "letters beyond ASCII": "SELECT 1 AS größe, 2 AS 表",
    "carriage returns": "SELECT 1\r\n-- a;\r\n, 2",
    "parentheses": "SELECT (1), ((2))",
    "rule of two": "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM t; NOTIFY x; SELECT ';')",
    "body": "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END",
    "body with case": (
        "CREATE OR REPLACE PROCEDURE p(a int) BEGIN ATOMIC\n"
        "SELECT CASE a WHEN 1 THEN CASE WHEN a > 2 THEN 3 END END; SELECT (CASE WHEN true THEN 1 END);\nEND"
    ),
    "body with names": "CREATE FUNCTION f() BEGIN ATOMIC SELECT 1 AS end; SELECT 1 AS case; SELECT 2; END",
    "function called begin": "CREATE FUNCTION begin() RETURNS int RETURN 1",
    "plpgsql": "DO $body$ BEGIN IF true THEN NULL; END IF; END $body$",
    "definition in a string": "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1; SELECT ''a;'';'",
    "percent": "SELECT '%s', 5 % 2, 'a' LIKE '%'",
    "json operators": """SELECT '{"a;": 1}'::jsonb ? 'a;', '[1]'::jsonb @> '1', '{}'::jsonb #>> '{a}'""",
    "called argument": "SELECT make_interval(days := 1), make_interval(days => 1)",
    "end of a transaction": "COMMIT",
}
# What the server would not take, and we must live through.
ALSO_ONE = {
    "template": "CREATE TABLE {{ schema; }}.t (id int)",
    "shell template": "CREATE TABLE ${a;b}.t (id int)",
    "psql variables": "SELECT :'a', :\"b\", :c",
    "parameters": "UPDATE t SET a = $1 WHERE b = $2",
    "unterminated string": "SELECT 'a; SELECT 2;\n-- b",
    "unterminated escape": "SELECT E'a; SELECT 2\\",
    "unterminated name": 'SELECT "a; SELECT 2;',
    "unterminated dollar quote": "SELECT $a$ ; SELECT $b$ ;",
    "unterminated parenthesis": "SELECT (1; SELECT 2; SELECT 3",
    "unterminated body": "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2",
    "closed too often": "SELECT 1)",
    "no SQL at all": "\x00 \\ ] [ € \udcff",
}
WHOLE = {**ONE, **ALSO_ONE}
SPLIT = {
    "nothing": ("", []),
    "comments only": ("-- a;\n/* b; */ ;;\n", []),
    "no last semicolon": ("SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
    "comments around": ("-- a\nSELECT 1 /* b */; -- c\n/* d */", ["SELECT 1"]),
    "unterminated comment": ("SELECT 1; /* SELECT 2; /* */", ["SELECT 1"]),
    "byte order mark": ("\ufeffSELECT 1;", ["SELECT 1"]),
    "after a body": (
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END; SELECT 2",
        ["CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END", "SELECT 2"],
    ),
    "no body": ("BEGIN; CREATE TABLE atomic (a int); END; SELECT 1", None),
    "a table named atomic": ("CREATE TABLE a (begin atomic); SELECT 1", None),
    "closed too often": ("SELECT 1); SELECT (2); SELECT 3", ["SELECT 1)", "SELECT (2)", "SELECT 3"]),
    "psql lines": (
        "\\set a 1;\nSELECT 1;\n  \\echo x; y\r\nSELECT 2",
        ["\\set a 1;", "SELECT 1", "\\echo x; y", "SELECT 2"],
    ),
    "psql line ends a statement": (
        "SELECT (1\n\\g\nSELECT 2; SELECT 3",
        ["SELECT (1", "\\g", "SELECT 2", "SELECT 3"],
    ),
    "dollars in names": ("SELECT 1 AS a$b$; SELECT 2 AS c$b$", None),
    "a column called begin": ("SELECT begin atomic; SELECT 2", None),
    "no psql line in a string": ("SELECT '\n\\echo;'", ["SELECT '\n\\echo;'"]),
    "no psql line after other text": ("SELECT 1 \\ 2", ["SELECT 1 \\ 2"]),
}
OUTSIDE = (
    "CREATE INDEX CONCURRENTLY i ON t (a)",
    "create unique index /* c */ concurrently if not exists i on t (a)",
    "DROP INDEX CONCURRENTLY IF EXISTS i",
    "REINDEX INDEX CONCURRENTLY i",
    "REINDEX (VERBOSE, CONCURRENTLY) TABLE t",
    "REINDEX (CONCURRENTLY TRUE) TABLE t",
    "REINDEX DATABASE d",
    "REINDEX SCHEMA s",
    "REINDEX (VERBOSE) SYSTEM d",
    "CREATE DATABASE d",
    "DROP DATABASE d",
    "ALTER DATABASE d SET TABLESPACE s",
    "CREATE TABLESPACE s LOCATION '/x'",
    "DROP TABLESPACE s",
    "VACUUM (ANALYZE) t",
    "ALTER SYSTEM SET work_mem = 1",
    "CLUSTER",
    "CLUSTER VERBOSE",
    "ALTER TABLE ONLY s.t DETACH PARTITION s.p CONCURRENTLY",
    "CREATE SUBSCRIPTION s CONNECTION 'a' PUBLICATION p",
    "CREATE SUBSCRIPTION s CONNECTION 'a' PUBLICATION p WITH (create_slot)",
    "DROP SUBSCRIPTION s",
    "ALTER SUBSCRIPTION s REFRESH PUBLICATION",
    "ALTER SUBSCRIPTION s SET PUBLICATION p",
    "DISCARD ALL",
    "COMMIT PREPARED 'a'",
)
INSIDE = (
    "CREATE INDEX i ON t (a)",
    'CREATE INDEX "CONCURRENTLY" ON t (a)',
    "CREATE TABLE vacuum_log (a int)",
    "DROP INDEX i",
    "REINDEX TABLE t",
    "REINDEX (CONCURRENTLY FALSE) TABLE t",
    "ALTER DATABASE d SET search_path = a",
    "CLUSTER t USING i",
    "CLUSTER (VERBOSE) t",
    "ALTER TABLE t DETACH PARTITION p",
    "ALTER TABLE t DETACH PARTITION p FINALIZE",
    "CREATE SUBSCRIPTION s CONNECTION 'a' PUBLICATION p WITH (create_slot = false)",
    "CREATE SUBSCRIPTION s CONNECTION 'a' PUBLICATION p WITH (connect = 'off')",
    "ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)",
    "ALTER SUBSCRIPTION s DISABLE",
    "ALTER TYPE e ADD VALUE 'a'",
    "DISCARD TEMP",
    "SELECT 'VACUUM'",
)
CONTROLS = (
    "BEGIN",
    "begin isolation level serializable",
    "START TRANSACTION",
    "COMMIT AND CHAIN",
    "END",
    "ROLLBACK",
    "ROLLBACK WORK",
    "ABORT",
    "PREPARE TRANSACTION 'a'",
)
CONTROLS_NOT = (
    "SAVEPOINT a",
    "RELEASE a",
    "ROLLBACK TO a",
    "ROLLBACK WORK TO SAVEPOINT a",
    "PREPARE a AS SELECT 1",
    "COMMIT PREPARED 'a'",
    "DO $$ BEGIN COMMIT; END $$",
    "SET TRANSACTION READ ONLY",
)


def texts(text: str) -> list[str]:
    return [statement.text for statement in sql.statements(text)]


def only(text: str) -> sql.Statement:
    (statement,) = sql.statements(text)
    return statement


def kinds(text: str) -> list[tuple[Kind, str]]:
    return [(token.kind, token.text) for token in sql.tokens(text) if token.kind is not Kind.SPACE]


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE.keys())
def test_one_statement(text: str) -> None:
    assert texts(text) == [text]


@pytest.mark.parametrize("text", ONE.values(), ids=ONE.keys())
def test_one_statement_among_others(text: str) -> None:
    assert texts(f"SELECT 'x'; {text} ;\n SELECT 1") == ["SELECT 'x'", text, "SELECT 1"]


@pytest.mark.parametrize(("text", "expected"), SPLIT.values(), ids=SPLIT.keys())
def test_split(text: str, expected: list[str] | None) -> None:
    assert texts(text) == (text.split("; ") if expected is None else expected)


def test_tokens_know_their_kinds() -> None:
    assert kinds("\\a\nSELECT \"b\", 'c', $$d$$, 1.5 <> $1 -- e") == [
        (Kind.META, "\\a"),
        (Kind.WORD, "SELECT"),
        (Kind.QUOTED, '"b"'),
        (Kind.OPERATOR, ","),
        (Kind.STRING, "'c'"),
        (Kind.OPERATOR, ","),
        (Kind.DOLLAR, "$$d$$"),
        (Kind.OPERATOR, ","),
        (Kind.NUMBER, "1.5"),
        (Kind.OPERATOR, "<>"),
        (Kind.PARAMETER, "$1"),
        (Kind.COMMENT, "-- e"),
    ]


@pytest.mark.parametrize("text", [":a", ":'a'", ':"a"', "$1", "${a}", "{{ a.b }}"])
def test_parameters(text: str) -> None:
    assert kinds(f"a={text};")[2:] == [(Kind.PARAMETER, text), (Kind.OPERATOR, ";")]


@pytest.mark.parametrize(
    ("text", "operator"), [("a::b", "::"), ("a := 1", ":="), ("a ? b", "?"), ("a*-1", "*-")]
)
def test_operators(text: str, operator: str) -> None:
    assert kinds(text)[1] == (Kind.OPERATOR, operator)


def test_an_operator_ends_where_a_comment_begins() -> None:
    assert kinds("a+--b\n*/*c*/") == [
        (Kind.WORD, "a"),
        (Kind.OPERATOR, "+"),
        (Kind.COMMENT, "--b"),
        (Kind.OPERATOR, "*"),
        (Kind.COMMENT, "/*c*/"),
    ]


def test_copy_data_belongs_to_its_statement() -> None:
    text = "COPY t (a, b) FROM stdin; -- rows\r\n1\t;'\r\n\\N\tx\r\n\\.\r\nSELECT 1;\n"
    copy, select = sql.statements(text)
    assert copy == sql.Statement(
        "COPY t (a, b) FROM stdin", 0, 1, StatementKind.COPY, "1\t;'\r\n\\N\tx\r\n", 2
    )
    assert (select.text, select.line) == ("SELECT 1", 5)


@pytest.mark.parametrize(
    "text", ["COPY t FROM STDIN", "COPY t FROM STDIN;", "copy t from stdin with (format csv);\n\\.\n"]
)
def test_copy_of_nothing(text: str) -> None:
    statement = only(text)
    assert (statement.kind, statement.copy_data) == (StatementKind.COPY, "")


def test_blanks_in_copy_data_are_data() -> None:
    assert only("COPY t FROM STDIN;  \n  a\n\n\\.x\n\n\\.\n").copy_data == "  a\n\n\\.x\n\n"


def test_copy_data_without_an_end_runs_to_the_end() -> None:
    assert only("COPY t FROM STDIN;\n1;\n2;\n").copy_data == "1;\n2;\n"


@pytest.mark.parametrize(
    "text", ["COPY t FROM '/a'", "COPY t TO STDOUT", "SELECT a FROM stdin", "COPY stdin FROM '/a'"]
)
def test_no_copy_data(text: str) -> None:
    assert len(sql.statements(f"{text};\nSELECT 1;\n")) == 2
    assert only(text).kind is StatementKind.SQL


def test_places() -> None:
    text = "\ufeff-- a\r\n\r\n  SELECT\n1;\n\n\\echo\n/* b\n */ SELECT 2"
    found = sql.statements(text)
    assert [(s.line, s.kind) for s in found] == [
        (3, StatementKind.SQL),
        (6, StatementKind.META),
        (8, StatementKind.SQL),
    ]
    assert all(text[s.start :].startswith(s.text) for s in found)
    assert sql.position(text, found[2].start) == 8
    assert sql.position(text, 0) == 1


def test_words_leave_out_what_the_server_does_not_see() -> None:
    assert list(sql.words("select /* a */ \"b\",\n'c' -- d")) == ["SELECT", '"b"', ",", "'c'"]


@pytest.mark.parametrize("text", OUTSIDE)
def test_runs_outside_a_transaction(text: str) -> None:
    assert sql.runs_outside_transaction(only(text))


@pytest.mark.parametrize("text", [*INSIDE, *CONTROLS])
def test_runs_inside_a_transaction(text: str) -> None:
    assert not sql.runs_outside_transaction(only(text))


@pytest.mark.parametrize("text", CONTROLS)
def test_controls_the_transaction(text: str) -> None:
    assert sql.controls_transaction(only(text))


@pytest.mark.parametrize("text", [*CONTROLS_NOT, *INSIDE])
def test_does_not_control_the_transaction(text: str) -> None:
    assert not sql.controls_transaction(only(text))


PIECES = [
    "'",
    '"',
    "$",
    "$$",
    "$a$",
    ";",
    "--",
    "/*",
    "*/",
    "\n",
    "\r",
    " ",
    "\\",
    "\\.",
    "\\echo",
    "E'",
    "U&",
    "(",
    ")",
    "::",
]
PIECES += [
    ":",
    "{{",
    "}}",
    "${",
    "}",
    "COPY a FROM stdin",
    "BEGIN ATOMIC",
    "CREATE FUNCTION a()",
    "CASE",
    "END",
    "a1",
]
ANY_TEXT = st.text() | st.lists(st.sampled_from(PIECES)).map("".join)
STATEMENT = st.sampled_from([text for name, text in ONE.items() if name != "end of a transaction"])
BETWEEN = st.sampled_from([";", ";\n", " ;; ", "; -- a;'\n", "\n;/* ; /* $$ */ ' */", ";\r\n\t"])


@settings(max_examples=200, deadline=None)
@given(ANY_TEXT)
def test_tokens_joined_are_the_text(text: str) -> None:
    found = list(sql.tokens(text))
    assert "".join(token.text for token in found) == text
    assert all(text[token.start : token.end] == token.text != "" for token in found)


@settings(max_examples=400, deadline=None)
@given(ANY_TEXT)
def test_a_text_that_may_hold_data_has_the_same_tokens(text: str) -> None:
    """A word in a comment turns the quick way off, which does not follow the statements."""
    assume(not text[:1].isspace() and not text.startswith("\ufeff"))
    found = list(sql.tokens(f"-- stdin\n{text}"))[2:]
    assert [token._replace(start=token.start - 9) for token in found] == list(sql.tokens(text))


@settings(max_examples=200, deadline=None)
@given(ANY_TEXT)
def test_statements_stand_in_the_text(text: str) -> None:
    end = 0
    for statement in sql.statements(text):
        assert statement.start >= end
        assert text[statement.start :].startswith(statement.text)
        assert statement.line == sql.position(text, statement.start)
        end = statement.start + len(statement.text)
        sql.runs_outside_transaction(statement)
        sql.controls_transaction(statement)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(STATEMENT, BETWEEN)))
def test_statements_joined_come_back(found: list[tuple[str, str]]) -> None:
    text = "".join(statement + between for statement, between in found)
    assert texts(text) == [statement for statement, _ in found]


@pytest.fixture(scope="module")
def connection(server: Server) -> Iterator[psycopg.Connection]:
    with connect(server.admin) as connection:
        yield connection


def parses(connection: psycopg.Connection, text: str) -> str:
    """Ask the server to parse a text as one statement; gives its complaint."""
    answer = connection.pgconn.prepare(b"", text.encode())
    return answer.error_message.decode()


@pytest.mark.postgres
@pytest.mark.parametrize("text", ONE.values(), ids=ONE.keys())
def test_the_server_takes_it_as_one_statement(connection: psycopg.Connection, text: str) -> None:
    assert parses(connection, text) == ""


@pytest.mark.postgres
@pytest.mark.parametrize("text", [*OUTSIDE, *INSIDE, *CONTROLS, *CONTROLS_NOT])
def test_the_server_knows_such_statements(connection: psycopg.Connection, text: str) -> None:
    assert "syntax error" not in parses(connection, text)


SELECTS = [text for text in ONE.values() if text.startswith("SELECT")]


@pytest.mark.postgres
@settings(max_examples=50, deadline=None)
@given(found=st.lists(st.tuples(st.sampled_from(SELECTS), BETWEEN), min_size=1))
def test_the_server_counts_the_same_statements(
    connection: psycopg.Connection, found: list[tuple[str, str]]
) -> None:
    text = "".join(statement + between for statement, between in found)
    cursor = connection.execute(text.encode())
    results = 1
    while cursor.nextset():
        results += 1
    assert results == len(sql.statements(text))


THERE = """
    CREATE SCHEMA s;
    CREATE TABLE t (a int);
    CREATE INDEX i ON t (a);
    CREATE TYPE e AS ENUM ();
    CREATE TABLE s.t (a int) PARTITION BY LIST (a);
    CREATE TABLE s.p PARTITION OF s.t FOR VALUES IN (1);
    CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (connect = false);
    ALTER SUBSCRIPTION s ENABLE
"""


@pytest.fixture(scope="module")
def furnished(server: Server) -> Iterator[psycopg.Connection]:
    database = create(server)
    with connect(database) as connection:
        for statement in sql.statements(THERE):
            connection.execute(statement.text.encode())
        yield connection
        for text in ("DISABLE", "SET (slot_name = NONE)"):
            connection.execute(f"ALTER SUBSCRIPTION s {text}".encode())
        connection.execute("DROP SUBSCRIPTION s")
    drop(server, database)


def refuses(connection: psycopg.Connection, text: str) -> bool:
    """Ask the server to run a statement in a transaction; tells whether it refuses because of that."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(text.encode(), prepare=False)
    except psycopg.errors.ActiveSqlTransaction:
        return True
    except psycopg.errors.SyntaxError:
        raise
    except psycopg.Error:
        return False
    return False


@pytest.mark.postgres
@pytest.mark.parametrize("text", OUTSIDE)
def test_the_server_refuses_it_in_a_transaction(furnished: psycopg.Connection, text: str) -> None:
    assert refuses(furnished, text)


@pytest.mark.postgres
@pytest.mark.parametrize("text", INSIDE)
def test_the_server_takes_it_in_a_transaction(furnished: psycopg.Connection, text: str) -> None:
    assert not refuses(furnished, text)
