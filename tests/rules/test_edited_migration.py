"""What is shown of an edit: never a literal of a line that smells of a secret, nor of those beside it."""

from __future__ import annotations

import pytest
from histories import SQL

from checks.migration import Change, Edit, File, Kind, Migration, Tier
from checks.rules.edited_migration import RULE


def shown(*added: str, removed: tuple[str, ...] = ()) -> list[str]:
    """Give the lines that a finding shows."""
    before, after = (Migration("1", File("1_a.sql", sha256, "")) for sha256 in "ab")
    edit = Edit(Kind.UPGRADE, 0, 1, removed, added)
    (finding,) = RULE.judge(Change(SQL, Tier.LOCKED, before, after, edit=edit))
    return finding.message.split("\n  ")[1:]


SECRETS = {
    "SQL": "INSERT INTO users (name, password) VALUES ('bob', 'hunter2');",
    "an escape that SQL has not": r"INSERT INTO t (password, b) VALUES ('a\', 'hunter2');",
    "an escape string": r"INSERT INTO t (password) VALUES (E'it\'s hunter2');",
    "a doubled quote": "UPDATE t SET password = 'it''s hunter2';",
    "quotes within quotes": """op.execute('UPDATE t SET password = "hunter2"')""",
    "quotes of both kinds": """UPDATE "t" SET "password" = 'a"hunter2"b';""",
    "dollar quotes": "UPDATE t SET password = $$hunter2$$;",
    "tagged dollar quotes": "UPDATE t SET password = $a$'hunter2$a$;",
    "Python": """op.execute("ALTER ROLE app PASSWORD 'hunter2'")""",
    "an f-string": """op.execute(f"SET x.token = {'hunter2'}")""",
    "an f-string in itself": """op.execute(f"ALTER ROLE app PASSWORD {f("hunter2")}")""",
    "triple quotes": '''op.execute("""UPDATE t SET token = 'a'""" + """hunter2""")''',
    "an escape in Python": r"""op.execute("UPDATE t SET token = \"hunter2\"")""",
    "a keyword argument": "op.execute(sql, password='hunter2')",
    "an assignment": "PASSWORD = 'hunter2'",
    "an unterminated literal": "UPDATE t SET password = 'a hunter2",
    "the end of a literal": "hunter2', 'a'); -- password",
    "the middle of a literal": "password: hunter2",
    "the middle of a literal with others": "hunter2', 'password', 'hunter2",
    "a literal of two quotes": "hunter2'', token",
    "a comment of SQL": "SELECT 1; -- the password is hunter2",
    "a block comment": "SELECT 1 /* token hunter2 */;",
    "a comment of Python": "op.execute(x)  # password hunter2",
    "a comment alone": "-- password: hunter2",
    "a number": "UPDATE t SET api_key = 700412;",
    "a URL": "CREATE SERVER s OPTIONS (host postgres://me:hunter2@db)",
    "a URL without a quote": "  postgresql+psycopg2://me:hunter2@db/shop",
    "an identifier in quotes": 'ALTER ROLE "hunter2" PASSWORD NULL;',
    "a template": "UPDATE t SET token = {{ hunter2 }};",
    "a key": "-----BEGIN RSA PRIVATE KEY----- hunter2",
    "behind the end of what is shown": "op.execute('" + "hunter2 " * 12 + "password')",
}


@pytest.mark.parametrize("line", SECRETS.values(), ids=SECRETS.keys())
def test_no_literal_is_shown(line: str) -> None:
    for lines in (shown(line), shown(removed=(line,))):
        told = " ".join(lines)
        assert "***" in told
        assert "hunter2" not in told
        assert "700412" not in told


def test_what_stands_before_a_literal_is_shown() -> None:
    assert shown(SECRETS["SQL"]) == ["+ INSERT INTO users (name, password) VALUES (***"]
    assert shown(SECRETS["Python"]) == ["+ op.execute(***"]
    assert shown("ALTER TABLE t DROP COLUMN password;") == ["+ ALTER TABLE t DROP COLUMN password;"]


@pytest.mark.parametrize(
    "line", ["  token varchar(40) NOT NULL,", "password text", "ADD COLUMN api_key uuid;"]
)
def test_a_column_and_its_type_are_shown(line: str) -> None:
    assert shown(line) == [f"+ {line}"]


@pytest.mark.parametrize("line", ["  token varchar(40) hunter2,", "password text 'hunter2'", "it is text"])
def test_a_column_with_anything_more_is_not(line: str) -> None:
    assert shown(line, "token") == ["+ ***", "+ ***"]


def test_a_line_beside_one_that_smells_is_hidden_too() -> None:
    assert shown("VALUES ('bob', 'hunter2');", removed=("INSERT INTO users (name, token)",)) == [
        "- INSERT INTO users (name, token)",
        "+ ***",
    ]


def test_lines_that_smell_of_nothing_are_shown_as_they_are() -> None:
    assert shown("UPDATE t SET a = 'b';", removed=("  'c', 1",)) == ["-   'c', 1", "+ UPDATE t SET a = 'b';"]


def test_a_long_line_is_cut() -> None:
    assert len(shown("x" * 200)[0]) == 100
