from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from checks import sql
from checks.content import fingerprint
from checks.migration import Edit, Kind
from checks.tools.sql.edit import edit
from checks.tools.sql.edit.ways import read
from checks.tools.sql.edit.wrappers import unwrapped, wrapped_alike

if TYPE_CHECKING:
    from collections.abc import Sequence

TABLE = "CREATE TABLE t (a int);\n"
BODY = "CREATE FUNCTION f() RETURNS int AS $$\nBEGIN\n  RETURN 1;\nEND\n$$ LANGUAGE plpgsql;\n"
MATE = "-- migrate:up\nCREATE TABLE t (a int);\n-- migrate:down\nDROP TABLE t;\n"
DATA = "COPY t (a, b) FROM stdin;\n1\tone\n2\ttwo  x\n\\.\nSELECT 1;\n"
ATOMIC = "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END;\n"
# Statements before and after, which change nothing; and one more.
AROUND = "".join(f"CREATE INDEX i{number} ON a (b) WHERE c = 'D;';\n" for number in range(5))
PLAIN = "SELECT 1 AS a$b;\n"

Texts = str | tuple[str, ...]
Cases = dict[str, tuple[Texts, Texts]]

FORMAT: Cases = {
    "white space": (TABLE, "CREATE  TABLE\n\tt( a int )\n;\n\n"),
    "no white space at all": ("SELECT ( 1 , 2 ) ;", "SELECT(1,2);"),
    "form feed": ("SELECT 1;", "SELECT\f1;"),
    "tab for space": (TABLE, TABLE.replace(" ", "\t")),
    "line endings": (BODY, BODY.replace("\n", "\r\n")),
    "line endings of data": (DATA, DATA.replace("\n", "\r\n")),
    "line endings outside literals": ("SELECT 1;\nSELECT 'a';\n", "SELECT 1;\r\nSELECT   'a';\r\n"),
    "lone carriage return": ("SELECT 1;\nSELECT 2;", "SELECT 1;\rSELECT 2;"),
    "byte order mark": (TABLE, "\ufeff" + TABLE),
    "byte order mark and space": (TABLE, "\ufeff" + TABLE.replace(" ", "  ")),
    "case of keywords": (TABLE, "create table t (a int);\n"),
    "case of names": (TABLE, "CREATE TABLE T (A INT);\n"),
    "case beside letters beyond ASCII": ("SELECT grÖße;", "SELECT GRÖßE;"),
    "last semicolon gone": (TABLE, "CREATE TABLE t (a int)\n"),
    "last semicolon new": ("SELECT 1", "SELECT 1 ;"),
    "empty statements": ("SELECT 1;\nSELECT 2;", ";SELECT 1;;\n;\nSELECT 2;;"),
    "empty statement among equal ones": ("A;\nA;\nB;\n", ";\nA;\nA;\nB;\n"),
    "empty statement after equal ones": (";\nA;\nA;\nB;\n", "A;\nA;\n;\nB;\n"),
    "case of a prefix": (
        "SELECT E'\\n', b'1', x'F', n'a', u&'a';",
        "SELECT e'\\n', B'1', X'F', N'a', U&'a';",
    ),
    "case of a name's prefix": ('SELECT 1 AS U&"a";', 'SELECT 1 AS u&"a";'),
    "cast": ("SELECT x::int;", "SELECT x :: int;"),
    "comparison with a negative number": ("SELECT a=-1, b<>-1, c*-1;", "SELECT a = -1, b <> - 1, c * -1;"),
    "operators of several signs": ("SELECT a=+-1;", "SELECT a = + - 1;"),
    "string goes on": ("SELECT 'a'\n'b';", "SELECT 'a'  \n\n    'b';"),
    "space around a parameter": ("SELECT f(:a,:b);", "SELECT f( :a, :b );"),
    "template": ("CREATE TABLE {{ S }}.t (a int);", "create table {{ S }}.t (a  int);"),
    "white space in a comment": ("-- a  b\nSELECT 1;", "--  a b \nSELECT 1;"),
    "comment on another line": ("SELECT 1; -- a\nSELECT 2;", "SELECT 1;\n-- a\nSELECT 2;"),
    "space after COPY": (DATA, DATA.replace("stdin;", "STDIN ;  ")),
    "space around psql's line": ("SELECT 1;\n\\echo a\nSELECT 2;", "SELECT 1;\n\n  \\echo a\n\nselect 2;"),
    "body of statements": (ATOMIC, ATOMIC.lower()),
    "way down": (MATE, MATE.replace("DROP TABLE", "drop  table")),
    "file of the way down": ((TABLE, "DROP TABLE t;"), (TABLE, "drop table T")),
    "both files": ((TABLE, "DROP TABLE t;"), (TABLE.lower(), "drop table T")),
    "line endings of an unreadable file": ("-- +goose Up\nA;\n", "-- +goose Up\r\nA;\r\n"),
    "nothing": (TABLE, TABLE),
}
COMMENT: Cases = {
    "new": (TABLE, "-- of all things\n" + TABLE),
    "gone": ("/* a */" + TABLE, TABLE),
    "reworded": ("-- a\n" + TABLE, "-- b\n" + TABLE),
    "case": ("-- a\n" + TABLE, "-- A\n" + TABLE),
    "another style": ("-- a\n" + TABLE, "/* a */\n" + TABLE),
    "nested": (TABLE, "/* a /* b */ ' ; */" + TABLE),
    "with quotes": (TABLE, "-- it's; $$ \"\n" + TABLE),
    "inside a statement": (TABLE, "CREATE TABLE t ( -- a;\n  a int /* 'b */\n);\n"),
    "instead of space": ("SELECT 1;", "SELECT/**/1;"),
    "between the parts of a string": ("SELECT 'a'\n'b';", "SELECT 'a' -- c\n'b';"),
    "at the end": (TABLE, TABLE + "-- a"),
    "before COPY's data": (DATA, DATA.replace("stdin;", "stdin; -- a")),
    "with format": (TABLE, "-- a\n" + TABLE.lower()),
    "among equal statements": ("A;\nA;\nB;\n", "-- c\nA;\nA;\n-- d\nB;\n"),
    "among equal statements without the last semicolon": ("A;\nA;\nB", "-- c\nA;\nA;\nB;\n"),
    "with equal parts on other lines": ("SELECT\na,\n1,\n1, 2;", "-- c\nSELECT\nA, 1,\n1,\n2;"),
    "allowance": (TABLE, "-- migseal: allow sensitive-insert: a demo\n" + TABLE),
    "about a migration": (TABLE, "-- this migration is irreversible, no transaction helps\n" + TABLE),
    "commented statement": (TABLE, TABLE + "-- DROP TABLE t;\n"),
    "way down": (MATE, MATE + "-- a\n"),
    "file of the way down": ((TABLE, "DROP TABLE t;"), (TABLE, "-- a\nDROP TABLE t;")),
    "of a template": ("SELECT {{ a }};", "SELECT {{ a }}; -- b"),
}
TRANSACTION: Cases = {
    "new wrapper": (TABLE, f"BEGIN;\n{TABLE}COMMIT;\n"),
    "no wrapper": (f"begin;\n{TABLE}end;\n", TABLE),
    "long words": (TABLE, f"BEGIN WORK;\n{TABLE}COMMIT TRANSACTION;\n"),
    "another word": (f"BEGIN;\n{TABLE}COMMIT;\n", f"START TRANSACTION;\n{TABLE}END;\n"),
    "last one without semicolon": (TABLE, f"BEGIN;\n{TABLE}COMMIT"),
    "two for one": (f"BEGIN;{TABLE}SELECT 1;COMMIT;", f"BEGIN;{TABLE}COMMIT;BEGIN;SELECT 1;COMMIT;"),
    "later begin": (f"BEGIN;{TABLE}SELECT 1;COMMIT;", f"{TABLE}BEGIN;SELECT 1;COMMIT;"),
    "under a heading": (f"-- a\n{TABLE}", f"-- a\nBEGIN;\n{TABLE}COMMIT;\n"),
    "with a comment": (TABLE, f"-- a\nBEGIN;\n{TABLE.lower()}COMMIT;\n"),
    "around a body": (ATOMIC, f"BEGIN;\n{ATOMIC}COMMIT;\n"),
    "after psql's line": (f"\\set a 1\n{TABLE}", f"\\set a 1\nBEGIN;\n{TABLE}COMMIT;\n"),
    "comment asks": (TABLE, "-- migseal: no-transaction\n" + TABLE),
    "comment asks no more": ("-- no-transaction\n" + TABLE, TABLE),
    "comment asks after a reason": (TABLE, "-- no-transaction: it is long\n" + TABLE),
    "no longer on its own line": ("-- no-transaction\nSELECT 1;", "SELECT 1; -- no-transaction"),
    "on a line of its own no more": (
        "SELECT 0;\n-- no-transaction\nSELECT 1;",
        "SELECT 0; -- no-transaction\nSELECT 1;",
    ),
    "no longer the first line": ("-- no-transaction\n-- a\nSELECT 1;", "-- a\n-- no-transaction\nSELECT 1;"),
    "option": (MATE, MATE.replace(":up", ":up transaction:false")),
    "option of another value": (
        MATE.replace(":up", ":up transaction:true"),
        MATE.replace(":up", ":up transaction:false"),
    ),
    "of a way up in a file of its own": (
        (TABLE, "DROP TABLE t;"),
        (f"BEGIN;{TABLE}COMMIT;", "DROP TABLE t;"),
    ),
}
DOWNGRADE: Cases = {
    "way down": (MATE, MATE.replace("DROP TABLE t", "DROP TABLE IF EXISTS t")),
    "new statement": (MATE, MATE + "SELECT 1;\n"),
    "literal": (MATE + "SELECT 'a b';", MATE + "SELECT 'a  b';"),
    "new way down": ("-- migrate:up\n" + TABLE, MATE),
    "no way down": (MATE, "-- migrate:up\n" + TABLE),
    "no way down but its line": (MATE, MATE.replace("DROP TABLE t;\n", "")),
    "wrapper": (MATE, MATE.replace("DROP TABLE t;", "BEGIN;DROP TABLE t;COMMIT;")),
    "option": (MATE, MATE.replace(":down", ":down transaction:false")),
    "refused": (MATE, MATE.replace("DROP TABLE t;", "-- migseal: irreversible: a\nDROP TABLE t;")),
    "refused for another reason": (
        MATE + "-- migseal: irreversible: a\n",
        MATE + "-- migseal: irreversible: b\n",
    ),
    "refused in the way up": (TABLE, TABLE + "-- migseal: irreversible\n"),
    "refused with a wrapper": (TABLE, f"BEGIN;\n{TABLE}COMMIT;\n-- migseal: irreversible\n"),
    "with a wrapper of the way up": (
        MATE,
        MATE.replace("CREATE TABLE t (a int);", "BEGIN;CREATE TABLE t (a int);COMMIT;").replace(
            "DROP", "drop x"
        ),
    ),
    "file": ((TABLE, "DROP TABLE t;"), (TABLE, "DROP TABLE t CASCADE;")),
    "wrapper in its file": ((TABLE, "DROP TABLE t;"), (TABLE, "BEGIN;DROP TABLE t;COMMIT;")),
    "comment that asks in its file": ((TABLE, "DROP TABLE t;"), (TABLE, "-- no-transaction\nDROP TABLE t;")),
    "new file": ((TABLE,), (TABLE, "DROP TABLE t;")),
    "no file": ((TABLE, "DROP TABLE t;"), (TABLE,)),
    "new file and a comment": ((TABLE,), ("-- a\n" + TABLE, "DROP TABLE t;")),
    "file that was empty": ((TABLE, ""), (TABLE, "-- nothing\n")),
    "psql's line in its file": ((TABLE, "DROP TABLE t \\g\n"), (TABLE, "DROP TABLE t \\gx\n")),
}
UPGRADE: Cases = {
    "type": (TABLE, TABLE.replace("int", "bigint")),
    "new statement": (TABLE, TABLE + "SELECT 1;"),
    "order": ("SELECT 1;SELECT 2;", "SELECT 2;SELECT 1;"),
    "doubled": ("SELECT 1;\n", "SELECT 1;\nSELECT 1;\n"),
    "number": ("SELECT 1.0;", "SELECT 1.00;"),
    "exponent": ("SELECT 1e5;", "SELECT 1e6;"),
    "string": ("SELECT 'a';", "SELECT 'A';"),
    "space in a string": ("SELECT 'a b';", "SELECT 'a  b';"),
    "end of line in a string": ("SELECT 'a\nb', 1;", "SELECT 'a\r\nb',  1;"),
    "comment in a string": ("SELECT 'a /* b */';", "SELECT 'a';"),
    "quote in a string": ("SELECT 'It''s';", "SELECT 'It''S';"),
    "escape": ("SELECT E'\\n';", "SELECT '\\n';"),
    "prefix apart": ("SELECT E'a';", "SELECT E 'a';"),
    "unicode escape": ("SELECT U&'\\0061';", "SELECT U&'\\0062';"),
    "letter of a unicode escape": ("SELECT U&'d!0061' UESCAPE '!';", "SELECT U&'d!0061' UESCAPE '?';"),
    "no unicode escape": ("SELECT U&'a';", "SELECT U & 'a';"),
    "strings joined": ("SELECT 'a'\n'b';", "SELECT 'ab';"),
    "strings on one line": ("SELECT 'a'\n'b';", "SELECT 'a' 'b';"),
    "string goes on after a block comment": ("SELECT 'a'\n'b';", "SELECT 'a' /* c */\n'b';"),
    "quote made of two strings": ("SELECT 'a'\n'b';", "SELECT 'a''b';"),
    "string goes on after an escape": ("SELECT E'a'\n'b\\'c  d';", "SELECT E'a'\n'b\\'c d';"),
    "backslash that may escape": ("SELECT 'a\\', b  c, ' d';", "SELECT 'a\\', b c, ' d';"),
    "body": (BODY, BODY.replace("RETURN 1", "RETURN 2")),
    "space in a body": (BODY, BODY.replace("  RETURN", "\tRETURN")),
    "case in a body": (BODY, BODY.replace("RETURN 1", "return 1")),
    "comment in a body": (BODY, BODY.replace("1;", "1; -- a")),
    "end of line in a body": (BODY, BODY.replace("$$\nB", "$$\r\nB").lower()),
    "tag": (BODY, BODY.replace("$$", "$a$")),
    "quoted name": ('SELECT 1 AS "a b";', 'SELECT 1 AS "a  b";'),
    "case of a quoted name": ('SELECT 1 AS "a";', 'SELECT 1 AS "A";'),
    "quotes of a keyword": ('SELECT "user";', "SELECT user;"),
    "case of letters beyond ASCII": ("SELECT größe;", "SELECT GRÖSSE;"),
    "case of one letter beyond ASCII": ("SELECT é;", "SELECT É;"),
    "space that is a letter": ("SELECT a b;", "SELECT a\u00a0b;"),
    "vertical tab": ("SELECT 1 a;", "SELECT 1\va;"),
    "second byte order mark": (TABLE, "\ufeff\ufeff" + TABLE),
    "row": (DATA, DATA.replace("one", "One")),
    "space in a row": (DATA, DATA.replace("two  x", "two x")),
    "empty row": (DATA, DATA.replace("1\tone", "\n1\tone")),
    "row to statement": ("COPY t FROM stdin;\na\n", "COPY t FROM stdin; a\n"),
    "row after a mark that is none": (
        "COPY t FROM stdin CSV;\n\\. \na  b\n\\.\n",
        "COPY t FROM stdin CSV;\n\\. \na b\n\\.\n",
    ),
    "row after a statement on the same line": (
        "COPY t FROM stdin; SELECT 1;\na  b\n\\.\n",
        "COPY t FROM stdin; SELECT 1;\na b\n\\.\n",
    ),
    "row after a mark that is none, to the end": (
        "COPY t FROM stdin CSV;\n\\. \na  b\n",
        "COPY t FROM stdin CSV;\n\\. \na b\n",
    ),
    "row after a statement, to the end": (
        "COPY t FROM stdin; SELECT 1;\na  b\n",
        "COPY t FROM stdin; SELECT 1;\na b\n",
    ),
    "row of psql's own copy": ("\\copy t from stdin\na  b\n\\.\n", "\\copy t from stdin\na b\n\\.\n"),
    "psql's line": ("\\set a  b\nSELECT :a;", "\\set a b\nSELECT :a;"),
    "end of psql's line": ("SELECT 1;\n\\echo a\n", "SELECT 1;\n\\echo a \n"),
    "end of a statement's line": ("SELECT 1 \\g A\n", "SELECT 1 \\g a\n"),
    "semicolon before psql's line": ("SELECT 1\n\\g\n", "SELECT 1;\n\\g\n"),
    "empty statement before psql's line": ("SELECT 1;\n\\g\n", "SELECT 1;;\n\\g\n"),
    "case of a variable": ("SELECT :a;", "SELECT :A;"),
    "space before a variable": ("SELECT -:a;", "SELECT - :a;"),
    "variable apart from a name": ("SELECT t_:a;", "SELECT t_ :a;"),
    "template apart from a name": ("CREATE TABLE {{s}}_t (a int);", "CREATE TABLE {{s}} _t (a int);"),
    "case in a template": ("{% if A %}SELECT 1;{% endif %}", "{% if a %}SELECT 1;{% endif %}"),
    "name apart from a number": ("SELECT 1a;", "SELECT 1 a;"),
    "dollars of a name": (
        "SELECT 1 a$$; SELECT 'b $$ C' -- '\n;",
        "SELECT 1 a$$; SELECT 'b $$ c' -- '\n;",
    ),
    "operators apart": ("SELECT a <> b;", "SELECT a < > b;"),
    "operator that ends in a minus": ("SELECT a @- b;", "SELECT a @ - b;"),
    "two signs made a comment": ("SELECT a - -1;", "SELECT a --1\n;"),
    "slash and star made a comment": ("SELECT 4 / * 2;", "SELECT 4 /* 2*/;"),
    "statement made a comment": ("SELECT 1;\nSELECT 2;", "SELECT 1; -- SELECT 2;"),
    "two statements made one": ("SELECT 1; SELECT 2;", "SELECT 1 SELECT 2;"),
    "words joined by a comment gone": ("SELECT a/**/b;", "SELECT ab;"),
    "comment that does not end": (TABLE, TABLE + "/* a"),
    "nested comment that does not end": (TABLE, TABLE + "/* /* a */"),
    "comment for a planner": ("/*+ SeqScan(t) */ SELECT 1;", "/*+ IndexScan(t) */ SELECT 1;"),
    "comment that parts statements": (
        "SELECT 1;\n--> statement-breakpoint\nSELECT 2;",
        "SELECT 1;\nSELECT 2;",
    ),
    "comment of another tool that parts": ("SELECT 1;\n--bun:split\nSELECT 2;", "SELECT 1;\nSELECT 2;"),
    "line for up": (TABLE, "-- Up\n" + TABLE),
    "line for migratus": ("SELECT 1;\n--;;\nSELECT 2;", "SELECT 1;\nSELECT 2;"),
    "line for graphile": (TABLE, "--! Previous: a\n" + TABLE),
    "comment for liquibase": ("--liquibase formatted sql\n-- a\nA;", "--liquibase formatted sql\n-- b\nA;"),
    "line for goose": (TABLE, "-- +goose Up\n" + TABLE),
    "line for goose in both": ("-- +goose Up\n" + TABLE, "-- +goose Up\n-- a\n" + TABLE),
    "mark of the way up": (TABLE, "-- migrate:up\n" + TABLE),
    "mark twice": (MATE, MATE + "-- migrate:down\n"),
    "mark moved": (MATE, MATE.replace("-- migrate:down\nDROP TABLE t;", "DROP TABLE t;\n-- migrate:down")),
    "mark gone": (MATE, MATE.replace("-- migrate:down\n", "")),
    "mark no longer at the margin": (MATE, MATE.replace("-- migrate:down", "  -- migrate:down")),
    "mark of the way up no longer at the margin": (MATE, "  " + MATE),
    "mark in a block comment": (
        MATE,
        MATE.replace("-- migrate:down", "/*\n-- migrate:down\n*/\n-- migrate:down"),
    ),
    "ways swapped": (MATE, "-- migrate:down\nDROP TABLE t;\n-- migrate:up\nCREATE TABLE t (a int);\n"),
    "down section in a file of the way up": ((TABLE, "A;"), (TABLE + "-- migrate:down\nDROP TABLE t;", "A;")),
    "both ways": (MATE, MATE.replace(" t", " u")),
    "both files": ((TABLE, "A;"), (TABLE.replace("t", "u"), "B;")),
    "new file and another way up": ((TABLE,), (TABLE.replace("int", "text"), "DROP TABLE t;")),
    "way down to a file of its own": ((MATE,), ("-- migrate:up\n" + TABLE, "DROP TABLE t;")),
    "was empty": ("", TABLE),
    "was empty, is a comment": ("", "-- a\n"),
    "is empty": (TABLE, ""),
    "no file before": ((), (TABLE,)),
    "no file after": ((TABLE,), ()),
    "NUL": (TABLE, TABLE + "-- \0"),
    "rolled back": (TABLE, f"BEGIN;\n{TABLE}ROLLBACK;\n"),
    "never committed": (f"BEGIN;\n{TABLE}COMMIT;\n", f"BEGIN;\n{TABLE}"),
    "wrapper around a rollback": ("A;ROLLBACK;B;", "BEGIN;A;ROLLBACK;B;COMMIT;"),
    "wrapper around a savepoint": ("SAVEPOINT s;A;", "BEGIN;SAVEPOINT s;A;COMMIT;"),
    "wrapper before a rollback": (
        "A;\nB;\nB;\nC 1,\n2;\nROLLBACK;\nD 1,\n2;\n",
        "A;\nBEGIN;\nCOMMIT;\nB;\nB;\nC 1,\n2;\nROLLBACK;\nD 1,\n2;\n",
    ),
    "column called begin": ("SELECT a,\nbegin;\nB;\nCOMMIT;\n", "SELECT a,\n;\nB;\n"),
    "savepoint": ("BEGIN;A;B;COMMIT;", "BEGIN;A;SAVEPOINT s;B;COMMIT;"),
    "rolled back to a savepoint": (
        "BEGIN;SAVEPOINT s;A;COMMIT;",
        "BEGIN;SAVEPOINT s;A;ROLLBACK TO s;COMMIT;",
    ),
    "wrapper of its own kind": (TABLE, f"BEGIN READ ONLY;\n{TABLE}COMMIT;\n"),
    "isolation": (f"BEGIN;\n{TABLE}COMMIT;\n", f"BEGIN ISOLATION LEVEL SERIALIZABLE;\n{TABLE}COMMIT;\n"),
    "prepared": (f"BEGIN;\n{TABLE}COMMIT;\n", f"BEGIN;\n{TABLE}PREPARE TRANSACTION 'a';\n"),
    "chain": (f"BEGIN;\n{TABLE}COMMIT;\n", f"BEGIN;\n{TABLE}COMMIT AND CHAIN;\n"),
    "wrapper and more": (TABLE, f"BEGIN;\n{TABLE}SELECT 1;\nCOMMIT;\n"),
    "ends before it begins": ("BEGIN;A;COMMIT;", "COMMIT;A;BEGIN;"),
    "end of a body": (ATOMIC, ATOMIC.replace("END;", "")),
    "statement past a wrapper's end": ("BEGIN;A;COMMIT;B;", "BEGIN;B;COMMIT;A;"),
    "comment's text made a statement": ("A; -- b\nC;", "A; --\nb\nC;"),
}
CASES = [
    pytest.param(before, after, kind, id=f"{kind}: {name}")
    for kind, cases in (
        (Kind.FORMAT, FORMAT),
        (Kind.COMMENT, COMMENT),
        (Kind.TRANSACTION, TRANSACTION),
        (Kind.DOWNGRADE, DOWNGRADE),
        (Kind.UPGRADE, UPGRADE),
    )
    for name, (before, after) in cases.items()
]


def judge(before: Texts, after: Texts) -> Edit:
    return edit(data(before), data(after))


def data(texts: Texts) -> Sequence[bytes]:
    return [text.encode() for text in ((texts,) if isinstance(texts, str) else texts)]


@pytest.mark.parametrize(("before", "after", "kind"), CASES)
def test_kind(before: Texts, after: Texts, kind: Kind) -> None:
    assert judge(before, after).kind is kind


# Each with its parts between which white space and comments may be put, but for where it says so.
SAMPLE = (
    "-- migrate:up\n"
    "CREATE TABLE IF NOT EXISTS app.Users (id bigint PRIMARY KEY, name text DEFAULT 'It''s', b \"Up\");\n"
    "INSERT INTO t VALUES (1, E'a\\'b', $x$ a  b $x$, -1, a=-1, U&'\\0061', x'1F', NULL);\n"
    "CREATE FUNCTION f(a int) RETURNS int AS $$\nBEGIN\n  RETURN 1; -- x\nEND\n$$ LANGUAGE plpgsql;\n"
    "CREATE FUNCTION g() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; END;\n"
    "COPY t (a) FROM stdin;\n1\tone  two\n\\.\n"
    "UPDATE t SET a = b::int || 'x' WHERE c @> '{\"a\": 1}' AND d <> 1.50;\n"
    "\\set a  b\n"
    "SELECT 1 AS Größe;\n"
    "-- migrate:down\n"
    "DROP FUNCTION f(int);\nUPDATE t SET a = 'a  b';\n"
)
# The same of plain statements alone.
CALM = (
    "-- migrate:up\n"
    "CREATE TABLE t (\n  id bigint,\n  name text DEFAULT 'It''s, \n x',\n  \"Up, \" int -- a,\n);\n"
    "INSERT INTO t VALUES\n  (1, 'a  B'),\n  (1, 'a  B'),\n  (a=-1, $x$ a,\n B;\n $x$),\n  (NULL, U&'D');\n"
    "SELECT 1 AS Foo, b::int;\n"
    "CREATE FUNCTION f(a int) RETURNS int AS $$\nBEGIN\n  RETURN 1; -- x\nEND\n$$ LANGUAGE plpgsql;\n"
    "SELECT 1 AS Foo, b::int;\n"
    "-- migrate:down\n"
    "DROP FUNCTION f(int);\nUPDATE t SET a = 'a  b';\n"
)
SAMPLES = {text: tuple(sql.tokens(text)) for text in (SAMPLE, CALM)}
EXACT = {sql.Kind.STRING, sql.Kind.DOLLAR, sql.Kind.QUOTED, sql.Kind.DATA, sql.Kind.META}
LINES = {sql.Kind.COMMENT, sql.Kind.DATA, sql.Kind.META}
SPACES = st.sampled_from(
    [" ", "  ", "\n", "\t\r\n ", "\f", " /* it's; /* $$ */ */ ", " -- it's; $$ /*\n", "/**/"]
)


def respaced(draw: st.DrawFn, text: str) -> str:
    """Write a sample in another way."""
    written, tokens = [], SAMPLES[text]
    for at, token in enumerate(tokens):
        beside = {tokens[max(at - 1, 0)].kind, tokens[min(at + 1, len(tokens) - 1)].kind}
        if token.kind is sql.Kind.SPACE and not beside & LINES:
            written.append(draw(SPACES))
        elif token.kind is sql.Kind.WORD and token.text.isascii():
            written.append(draw(st.sampled_from([token.text, token.text.upper(), token.text.lower()])))
        else:
            written.append(token.text)
    return "".join(written)


@settings(max_examples=30, deadline=None)
@given(st.data(), st.sampled_from(list(SAMPLES)))
def test_what_stands_between_tokens_is_at_most_a_comment(data: st.DataObject, before: str) -> None:
    after = data.draw(st.composite(respaced)(before))
    assert judge(before, after).kind in {Kind.FORMAT, Kind.COMMENT}


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([(text, token) for text in SAMPLES for token in SAMPLES[text] if token.kind in EXACT]),
    st.integers(0, 200),
    st.sampled_from(["", " ", "x", "X", "'", "\n", "\\", "$", "-", "\t", ","]),
    st.booleans(),
)
def test_every_character_of_a_literal_counts(
    place: tuple[str, sql.Token], offset: int, put: str, instead: bool
) -> None:
    before, token = place
    at = token.start + 1 + offset % (len(token.text) - 1)
    after = before[:at] + put + before[at + instead :]
    assume(fingerprint(after.encode()) != fingerprint(before.encode()))
    assert judge(before, after).kind in {Kind.UPGRADE, Kind.DOWNGRADE}


@pytest.mark.parametrize(
    ("before", "after", "kind"), [case for case in CASES if isinstance(case.values[0], str)]
)
def test_equal_statements_around_change_nothing(before: str, after: str, kind: Kind) -> None:
    del kind
    short = judge(AROUND + before + "\n" + AROUND, AROUND + after + "\n" + AROUND)
    whole = judge(PLAIN + AROUND + before + "\n" + AROUND, PLAIN + AROUND + after + "\n" + AROUND)
    assert short.kind is whole.kind


STATEMENTS = st.sampled_from(
    [
        "A;\n",
        "a ;\n",
        "-- c\nA;\n",
        "/* migrate:down */ A;\n",
        "A (b, 'c;  D' , \"E\");\n",
        "A(B,'c;  D',\"E\");\n",
        "F $$\n;BEGIN 'x\n$$ g;\n",
        "f  $$\n;BEGIN 'x\n$$ G;\n",
        "BEGIN;\n",
        "COMMIT;\n",
        "ROLLBACK;\n",
        "A; B; ",
        "A,\n",
        "(a, ',\n' ),\n",
        "(A,',\n'),\n",
        "-- ,\n, ",
        ";\n",
        "'a' 'b';\n",
        "'a'\n'b';\n",
        "a=-1;\n",
        "a = - 1;\n",
        ":A;\n",
        ":a;\n",
        "(A;\n",
        "B);\n",
        "-- migrate:up\n",
        "-- migrate:down\n",
        "-- no-transaction\n",
        "\\echo A\n",
        "E'\\';\n'; A;\n",
    ]
)
TEXTS = st.lists(STATEMENTS, max_size=8)


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_an_equal_statement_ahead_never_changes_the_kind(
    head: list[str], before: list[str], after: list[str], tail: list[str]
) -> None:
    old, new = ("A0;\n" + "".join((*head, *middle, *tail)) for middle in (before, after))
    assume(fingerprint(old.encode()) != fingerprint(new.encode()))
    assert judge(old, new).kind is judge(PLAIN + old, PLAIN + new).kind


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_what_cannot_wrap_tells_the_same_as_all(
    head: list[str], before: list[str], after: list[str], tail: list[str]
) -> None:
    files = [read("".join((*head, *middle, *tail)).encode()) for middle in (before, after)]
    assume(all(files))
    old, new = (file.up for file in files if file)
    bare = unwrapped(old)
    assert wrapped_alike(old, new) is (bare is not None and bare == unwrapped(new))


SHOWN = {
    "type": (
        "A;\nCREATE TABLE t (\n  a int\n);\n",
        "a;\n\nCREATE TABLE t (\n  a text\n);\n",
        4,
        ("  a int",),
        ("  a text",),
    ),
    "new line of a statement": (
        "T (\n  a int,\n  c int\n);\n",
        "T (\n  a int,\n  b int,\n  c int\n);\n",
        3,
        (),
        ("  b int,",),
    ),
    "new last line of a statement": (
        "T (\n  a int\n);\n",
        "T (\n  a int,\n  b int\n);\n",
        2,
        ("  a int",),
        ("  a int,", "  b int"),
    ),
    "more on a line": ("T (a int);\n", "T (a int, b int);\n", 1, ("T (a int);",), ("T (a int, b int);",)),
    "less on a line": (
        "A;\nT (a int, b int);\n",
        "A;\nT (b int);\n",
        2,
        ("T (a int, b int);",),
        ("T (b int);",),
    ),
    "new statement": ("A;\nC;\n", "A;\n\nB;\nC;\n", 3, (), ("B;",)),
    "no statement": ("A;\nB;\nC;\n", "a;\n-- c\nC;\n", 3, ("B;",), ()),
    "company for the last statement": ("A", "A;\nB;\n", 2, (), ("B;",)),
    "no last statement": ("A;\nB;\n", "A;\n", 1, ("B;",), ()),
    "beside what only looks other": (
        "SELECT 1;\nB (1,\n 2);\nC 1;\n",
        "select 1;\nB (1, 2); -- c\nC 2;\n",
        3,
        ("C 1;",),
        ("C 2;",),
    ),
    "two places": ("A 1;\nB;\nC 1;\n", "A 2;\n-- c\nb;\nC 2;\n", 1, ("A 1;", "C 1;"), ("A 2;", "C 2;")),
    "two places of a statement": (
        "A (1,\n 2,\n 3);\n",
        "A (4,\n  2,\n 5);\n",
        1,
        ("A (1,", " 3);"),
        ("A (4,", " 5);"),
    ),
    "no more than three": ("A;\n", "B;\nC;\nD;\nE;\n", 1, ("A;",), ("B;", "C;", "D;")),
    "line of a body": (
        BODY,
        "-- c\n" + BODY.replace("RETURN 1", "RETURN 2"),
        4,
        ("  RETURN 1;",),
        ("  RETURN 2;",),
    ),
    "wrapper": ("A;\nB;\n", "BEGIN;\na;\nB;\nCOMMIT;\n", 1, (), ("BEGIN;", "COMMIT;")),
    "comment that asks": ("A;\n", "-- of all\n-- no-transaction\nA;\n", 2, (), ("-- no-transaction",)),
    "refusal": (MATE, MATE + "-- a\n-- migseal: irreversible\n", 6, (), ("-- migseal: irreversible",)),
    "way down": (MATE, MATE.lower().replace("drop", "x"), 4, ("DROP TABLE t;",), ("x table t;",)),
    "comment": ("A;\n-- a\nB;\n", "a;\n\n-- b\nb;\n", 3, ("-- a",), ("-- b",)),
    "white space": ("A;\nB  C;\n", "A;\nB C;\n", 2, ("B  C;",), ("B C;",)),
    "line endings": ("A;\nB;\n", "A;\nB;\r\n", 2, (), ()),
    "byte order mark": ("A;\nB;\n", "\ufeffA;\nB;\n", 1, (), ()),
    "what cannot be read": ("-- +goose Up\nA;\nB;\n", "-- +goose Up\nA;\nC;\n", 3, ("B;",), ("C;",)),
    "after much": (
        AROUND + "A 1;\n",
        AROUND.lower().replace("'d;'", "'D;'") + "A 2;\n",
        6,
        ("A 1;",),
        ("A 2;",),
    ),
    "strings on one line": ("A 'a'\n 'b';\n", "A 'a' 'b';\n", 1, (" 'b';",), ("A 'a' 'b';",)),
    "two statements made one": ("-- a\nA;\nB;\n", "-- b\nA\nB;\n", 2, ("A;",), ("A",)),
    "column of many": (
        "T (\n a int,\n b int,\n c int,\n d int\n);\n",
        "t (\n a int,\n B int, -- c\n c text,\n d int\n);\n",
        4,
        (" c int,",),
        (" c text,",),
    ),
}


@pytest.mark.parametrize(("before", "after", "line", "removed", "added"), SHOWN.values(), ids=SHOWN.keys())
def test_lines(before: str, after: str, line: int, removed: tuple[str, ...], added: tuple[str, ...]) -> None:
    found = judge(before, after)
    assert (found.file, found.line, found.removed, found.added) == (0, line, removed, added)


FILES = {
    "way down": ((TABLE, "A;\nB;\n"), (TABLE, "A;\nC;\n"), 1, 2),
    "worse of two": ((TABLE, "A;"), (TABLE + "B;", "C;"), 0, 2),
    "second is worse": ((TABLE, "A;"), ("-- c\n" + TABLE, "C;"), 1, 1),
    "new": ((TABLE,), (TABLE, "A;"), 1, 1),
    "gone": ((TABLE, "A;"), (TABLE,), 0, 1),
}


@pytest.mark.parametrize(("before", "after", "file", "line"), FILES.values(), ids=FILES.keys())
def test_file(before: Texts, after: Texts, file: int, line: int) -> None:
    found = judge(before, after)
    assert (found.file, found.line) == (file, line)


def test_lines_of_a_file_that_is_gone() -> None:
    assert judge((TABLE, "A;\nB;\n"), (TABLE,)).removed == ("A;", "B;")


def test_bytes_that_are_no_text() -> None:
    found = edit([TABLE.encode()], [TABLE.encode() + b"-- \xff\n"])
    assert (found.kind, found.line) == (Kind.UPGRADE, 2)
    found = edit([TABLE.encode(), b"\xff"], [TABLE.encode(), b"\xfe"])
    assert (found.kind, found.file) == (Kind.UPGRADE, 1)


def test_nothing_is_shown_where_nothing_changed() -> None:
    assert judge(TABLE, TABLE) == Edit(Kind.FORMAT)
