"""How edits of a revision's file are judged: a table of cases, and real formatters over an ugly file."""

from __future__ import annotations

import ast
import subprocess
import sys
import textwrap
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.migration import Edit, Kind
from checks.tools.alembic.alike import Alike
from checks.tools.alembic.kinds import edit

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = '''"""Add users.

Revision ID: b1
Revises: a1
Create Date: 2026-01-01 10:00:00
"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

# what it comes after
revision: str = "b1"
down_revision: Union[str, None] = "a1"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None
LENGTH = 40


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table("users", sa.Column("name", sa.String(LENGTH)))
    op.execute("UPDATE users SET name = 'a  b'")


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_table("users")
'''
UP = '    op.create_table("users", sa.Column("name", sa.String(LENGTH)))\n'
SQL = """    op.execute("UPDATE users SET name = 'a  b'")\n"""
DOWN = '    op.drop_table("users")\n'
HEAD = 'from alembic import op\nimport sqlalchemy as sa\nrevision = "b"\n'
FIRST = '"""Add users.'


def judged(before: str | bytes, after: str | bytes) -> Edit:
    old, new = (text.encode() if isinstance(text, str) else text for text in (before, after))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return edit([old], [new])


def kind(before: str | bytes, after: str | bytes) -> Kind:
    return judged(before, after).kind


def changed(old: str, new: str, text: str = TEXT) -> str:
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)


# What stands in TEXT, what stands there afterwards; judged in both directions.
BOTH_WAYS = {
    Kind.FORMAT: {
        "blank lines": ("LENGTH = 40\n", "\n\nLENGTH   =   40  \n\n"),
        "quotes": ('"users"', "'users'"),
        "parentheses": ("LENGTH = 40", "LENGTH = (40)"),
        "a trailing comma": ("sa.String(LENGTH))", "sa.String(LENGTH),)"),
        "a tuple without parentheses": ("LENGTH = 40", "LENGTH = (  40  )"),
        "several lines": ("sa.String(LENGTH)", "sa.String(\n        LENGTH,\n    )"),
        "a backslash": ("LENGTH = 40", "LENGTH = \\\n    40"),
        "a text in two parts": ('"UPDATE users SET', '"UPDATE " "users SET'),
        "an escape": ('"users"', '"\\x75sers"'),
        "a number's digits": ("LENGTH = 40", "LENGTH = 0x28"),
        "a prefix without meaning": ('"users"', 'u"users"'),
        "a semicolon": ("LENGTH = 40\n", "LENGTH = 40;\n"),
        "white space of a docstring": ('"""Upgrade schema."""', '"""\n    Upgrade   schema.\n    """'),
        "white space of the header": ("\nRevises: a1", "\n\n   Revises:   a1  "),
        "white space of a comment": ("# what", "#what"),
        "a form feed": ("\n\ndef upgrade", "\n\x0c\ndef upgrade"),
        "the end of the file": (DOWN, DOWN + "\n\n"),
    },
    Kind.COMMENT: {
        "a comment": ("# what it comes after", "# identifiers"),
        "a comment more": ("LENGTH = 40", "LENGTH = 40  # as in the form"),
        "a comment in a call": ('"users", sa', '"users",  # who\n        sa'),
        "a comment that looks like code": ("LENGTH = 40", "LENGTH = 40  # op.drop_table('x')"),
        "the header's Revises": ("Revises: a1", "Revises: a0"),
        "the header's date": ("2026-01-01 10:00:00", "2026-02-02 12:34:56"),
        "no header": (TEXT[: TEXT.index("from")], ""),
        "a docstring's word": ("Upgrade schema.", "Create the table of users."),
        "no docstring": ('    """Upgrade schema."""\n', ""),
        "nothing but a docstring": (DOWN, ""),
        "a downgrade's docstring": ("Downgrade schema.", "Drop it."),
        "a text that stands alone": ("LENGTH = 40\n", 'LENGTH = 40\n"how long"\n'),
        "a cookie that says what is so": (FIRST, "# -*- coding: utf-8 -*-\n" + FIRST),
        "a cookie on the second line": (FIRST, "#!/usr/bin/env python\n# vim: fileencoding=utf-8\n" + FIRST),
        "a comment and the format": ("LENGTH = 40", "LENGTH=(40) # forty"),
    },
    Kind.IMPORT: {
        "the order": (
            "from alembic import op\nimport sqlalchemy as sa\n",
            "import sqlalchemy as sa\nfrom alembic import op\n",
        ),
        "the grouping": (
            "from typing import Sequence, Union\n",
            "from typing import Union\nfrom typing import Sequence\n",
        ),
        "from the future": ("from typing", "from __future__ import annotations\n\nfrom typing"),
        "an unused name": ("Sequence, Union", "Optional, Sequence, Union"),
        "an unused dialect": ("from alembic", "from sqlalchemy.dialects import postgresql\nfrom alembic"),
        "an import of typing": ("from alembic", "import typing as t\nfrom alembic"),
        "no annotation": ("revision: str =", "revision ="),
        "another annotation": ("down_revision: Union[str, None]", "down_revision: str | None"),
        "an annotation in a text": ("down_revision: Union[str, None]", 'down_revision: "str | None"'),
        "no annotation of a function": ("def upgrade() -> None:", "def upgrade():"),
        "an annotation of the downgrade": ("def downgrade() -> None:", 'def downgrade() -> "None":'),
        "an annotated constant": ("LENGTH = 40", "LENGTH: int = 40"),
        "an annotated variable": (UP, UP + "    number: Union[str, None] = None\n" * 0),
        "imports and a comment": ("from alembic import op\n", "from alembic import context, op  # both\n"),
        "imports below the identifiers": (
            TEXT[TEXT.index("from alembic") : TEXT.index("down_revision")],
            TEXT[TEXT.index("# what") : TEXT.index("down_revision")]
            + TEXT[TEXT.index("from alembic") : TEXT.index("# what")],
        ),
    },
    Kind.TRANSACTION: {
        "a block of Alembic's": (
            SQL,
            "    with op.get_context().autocommit_block():\n        " + SQL.lstrip(),
        ),
        "a block around all": (
            UP + SQL,
            "    with op.get_context().autocommit_block():\n    " + UP + "    " + SQL,
        ),
        "a commit": (SQL, '    op.execute("COMMIT")\n' + SQL),
        "a commit and a begin": (
            SQL,
            '    op.execute("commit;")\n' + SQL + '    op.execute(sa.text("BEGIN"))\n',
        ),
        "a block and a docstring": (
            '    """Upgrade schema."""\n' + UP + SQL,
            "    with op.get_context().autocommit_block():\n    " + UP + "    " + SQL,
        ),
    },
    Kind.DOWNGRADE: {
        "another statement": (DOWN, '    op.execute("DROP TABLE users")\n'),
        "one more": (DOWN, DOWN + '    op.drop_table("others")\n'),
        "no statement": (DOWN, "    pass\n"),
        "a refusal": (DOWN, '    raise NotImplementedError("no way back")\n'),
        "white space in a text": ('drop_table("users")', 'drop_table("users ")'),
        "an argument": ("def downgrade()", "def downgrade(engine)"),
        "a call of itself": (DOWN, DOWN + "    downgrade()\n"),
        "a function in it": (DOWN, "    def drop(name: str) -> None:\n        op.drop_table(name)\n" + DOWN),
        "a commit there": (DOWN, '    op.execute("COMMIT")\n' + DOWN),
        "a block there": (DOWN, "    with op.get_context().autocommit_block():\n    " + DOWN),
        "a commit there and in the upgrade": (
            SQL + TEXT[TEXT.index(SQL) + len(SQL) :],
            SQL
            + '    op.execute("COMMIT")\n'
            + changed(DOWN, "    pass\n", TEXT[TEXT.index(SQL) + len(SQL) :]),
        ),
        "no downgrade at all": (TEXT[TEXT.index("\n\ndef downgrade") :], ""),
        "a downgrade before the upgrade": (
            TEXT[TEXT.index("def upgrade") :],
            TEXT[TEXT.index("def downgrade") :]
            + "\n\n"
            + TEXT[TEXT.index("def upgrade") : TEXT.index("\n\ndef down")],
        ),
        "and a comment, an import, an annotation": (
            TEXT[TEXT.index("from typing") :],
            "import typing\n"
            + changed(DOWN, "    pass  # nothing\n", TEXT[TEXT.index("from typing") :]).replace(
                "Union[str, None]", "str | None"
            ),
        ),
    },
    Kind.GRAPH: {
        "another parent": ('= "a1"', '= "a0"'),
        "no parent": ('= "a1"', "= None"),
        "two parents": ('= "a1"', '= ("a1", "a2")'),
        "another version": ('revision: str = "b1"', 'revision: str = "b2"'),
        "a dependency": ("depends_on: Union[str, Sequence[str], None] = None", 'depends_on = "c1"'),
        "a label": ("branch_labels: Union[str, Sequence[str], None] = None", 'branch_labels = ("x",)'),
        "no dependency": ("depends_on: Union[str, Sequence[str], None] = None\n", ""),
        "white space in a version": ('= "a1"', '= "a1 "'),
        "with its header and a downgrade": (
            TEXT,
            changed(DOWN, "    pass\n").replace("Revises: a1", "Revises: a0").replace('= "a1"', '= "a0"'),
        ),
        "and a block of Alembic's": (
            TEXT,
            changed(SQL, "    with op.get_context().autocommit_block():\n    " + SQL).replace(
                '= "a1"', '= "a0"'
            ),
        ),
    },
    Kind.UPGRADE: {
        "a statement more": (UP, UP + '    op.execute("SELECT 1")\n'),
        "another column": ('"name"', '"email"'),
        "a constant": ("LENGTH = 40", "LENGTH = 80"),
        "white space in a text": ("'a  b'", "'a b'"),
        "the case of a keyword in a text": ("UPDATE users", "update users"),
        "white space at a text's end": ("'a  b'\")", "'a  b' \")"),
        "a prefix with meaning": ('op.execute("UPDATE', 'op.execute(b"UPDATE'),
        "a whole number or not": ("LENGTH = 40", "LENGTH = 40.0"),
        "true or one": ("LENGTH = 40", "LENGTH = True"),
        "a text in pieces": ('"UPDATE users SET', '"UPDATE " + "users SET'),
        "a text with format": ('"UPDATE users SET', 'f"UPDATE users SET'),
        "the order of statements": (UP + SQL, SQL + UP),
        "a statement inside or outside of a block": (UP, "    if LENGTH:\n    " + UP),
        "a default": ("def upgrade()", "def upgrade(x=1)"),
        "a decorator": ("def upgrade()", "@op.f\ndef upgrade()"),
        "a decorator of the downgrade": ("def downgrade()", "@op.f\ndef downgrade()"),
        "a default of the downgrade": ("def downgrade()", "def downgrade(x=op.execute('SELECT 1'))"),
        "a function": ("def upgrade()", "def other():\n    pass\n\n\ndef upgrade()"),
        "a name of upgrade's": ("def upgrade()", "def upgrade_()"),
        "another module": ("from alembic", "import app.models\nfrom alembic"),
        "another module of the standard library": ("from alembic", "import logging\nfrom alembic"),
        "the same name of another thing": ("import sqlalchemy as sa", "import sqlmodel as sa"),
        "a name of another place": ("from alembic import op", "from app import op"),
        "no name at all": ("from alembic import op\n", ""),
        "a name that may not exist": ("Sequence, Union", "Sequence, TypeIs, Union"),
        "a module that may not exist": ("from alembic", "import sqlalchemy.text\nfrom alembic"),
        "a thing that may not exist": ("from alembic", "from sqlalchemy import Nothing\nfrom alembic"),
        "everything of a module": (
            "import sqlalchemy as sa",
            "import sqlalchemy as sa\nfrom sqlalchemy import *",
        ),
        "a name that hides a builtin in use": (
            "from alembic import op\n",
            "from alembic import op\nfrom sqlalchemy import text as LENGTH\n",
        ),
        "an annotation that runs": ("LENGTH = 40", 'LENGTH: op.execute("SELECT 1") = 40'),
        "an annotation that fails": ("LENGTH = 40", "LENGTH: Optional[int] = 40"),
        "an annotation that is no type": ("LENGTH = 40", 'LENGTH: "int" | None = 40'),
        "an annotation of too many": ("LENGTH = 40", "LENGTH: Union[int, None][str] = 40"),
        "an annotation that is missing its import": ("from typing import Sequence, Union\n", ""),
        "an import below its annotation": (
            "from typing import Sequence, Union\n\nfrom alembic",
            "from typing import Sequence\n\nfrom alembic",
        ),
        "an annotation without a value": ("LENGTH = 40", "LENGTH = 40\nOTHER: int"),
        "any name of a block's": (SQL, "    with op.get_bind().begin():\n    " + SQL),
        "a rollback": (SQL, '    op.execute("ROLLBACK")\n' + SQL),
        "a commit of two statements": (SQL, '    op.execute("COMMIT; SELECT 1")\n' + SQL),
        "a commit and more": (SQL, '    op.execute("COMMIT")\n    op.execute("SELECT 1")\n' + SQL),
        "a block and a name": (SQL, "    with op.get_context().autocommit_block() as x:\n    " + SQL),
        "upgrade is the downgrade": (DOWN, DOWN + "\n\nupgrade = downgrade\n"),
        "a second downgrade": (DOWN, DOWN + "\n\ndef downgrade():\n    pass\n"),
        "a condition around the downgrade": (
            TEXT[TEXT.index("def downgrade") :],
            "if LENGTH:\n" + textwrap.indent(TEXT[TEXT.index("def downgrade") :], "    "),
        ),
        "a version that is computed": ('= "a1"', '= "a1".lower()'),
        "a version that is set twice": ("LENGTH = 40", 'LENGTH = 40\nrevision = "b2"'),
        "a version in a condition": ("LENGTH = 40", 'LENGTH = 40\nif LENGTH:\n    revision = "b2"'),
        "an own encoding": (FIRST, "# -*- coding: latin-1 -*-\n" + FIRST),
        "an own encoding on the second line": (FIRST, "\n# coding=utf-7\n" + FIRST),
        "who reads the file": ("LENGTH = 40", "LENGTH = 40\nTEXT = open(__file__).read()"),
    },
}
# Judged more strictly than they would have to be, or left to the round trip that such an edit gets.
STRICT = {
    "white space of a docstring": Kind.COMMENT,
    "white space of the header": Kind.COMMENT,
    "nothing but a docstring": Kind.DOWNGRADE,
    "a text that stands alone": Kind.UPGRADE,
    "a cookie that says what is so": Kind.UPGRADE,
    "a cookie on the second line": Kind.UPGRADE,
    "an unused dialect": Kind.UPGRADE,
    "imports and a comment": Kind.UPGRADE,
    "imports below the identifiers": Kind.GRAPH,
    "a commit and a begin": Kind.UPGRADE,
    "an argument": Kind.UPGRADE,
    "a call of itself": Kind.UPGRADE,
    "no downgrade at all": Kind.UPGRADE,
    "a downgrade before the upgrade": Kind.UPGRADE,
    "an annotation of too many": Kind.IMPORT,
}
BOTH = [
    pytest.param(STRICT.get(name, kind), old, new, id=f"{kind}: {name}")
    for kind, cases in BOTH_WAYS.items()
    for name, (old, new) in cases.items()
    if old != new
]


@pytest.mark.parametrize(("expected", "old", "new"), BOTH)
def test_an_edit_is_judged(expected: Kind, old: str, new: str) -> None:
    after = changed(old, new)
    assert after != TEXT
    assert kind(TEXT, after) is expected


ONE_WAY = {  # the other way, a name is used that nothing may say is there, or is taken away
    "an unused dialect",
    "imports and a comment",
    "an import below its annotation",
    "a name that may not exist",
    "a module that may not exist",
    "a thing that may not exist",
    "an annotation that fails",
    "an annotation that is no type",
    "an annotation of too many",
    "an annotation that is missing its import",
}
BACK = [case for case in BOTH if str(case.id).split(": ")[1] not in ONE_WAY]


@pytest.mark.parametrize(("expected", "old", "new"), BACK)
def test_an_edit_is_judged_the_same_the_other_way(expected: Kind, old: str, new: str) -> None:
    assert kind(changed(old, new), TEXT) is expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", TEXT.encode()),
        (TEXT.encode(), b""),
        (TEXT.encode(), TEXT.encode("latin-1") + b"# \xe4\n"),
        (TEXT.encode(), TEXT.encode() + b"def broken(\n"),
        (TEXT.encode(), TEXT.encode() + b"\0"),
        (TEXT.encode(), TEXT.encode() + b"x = " + b"(" * 400 + b")" * 400),
        (TEXT.encode(), TEXT.encode() + b'x = "\\d"\n'),
    ],
    ids=["was empty", "is empty", "not UTF-8", "broken", "a null byte", "too deep", "a wrong escape"],
)
def test_what_cannot_be_read_counts_as_the_upgrade(before: bytes, after: bytes) -> None:
    assert kind(before, after) is Kind.UPGRADE


@pytest.mark.parametrize(
    "change", [lambda data: data.replace(b"\n", b"\r\n"), lambda data: b"\xef\xbb\xbf" + data]
)
def test_line_endings_and_a_byte_order_mark_are_format(change: Callable[[bytes], bytes]) -> None:
    assert kind(TEXT.encode(), change(TEXT.encode())) is Kind.FORMAT


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("columns = sa.inspect(op.get_bind())", Kind.COMMENT),
        ("import inspect", Kind.UPGRADE),
        ("words = __doc__", Kind.UPGRADE),
        ("exec(TEXT)", Kind.UPGRADE),
    ],
)
def test_only_a_text_that_looks_at_itself_is_judged_more_strictly(line: str, expected: Kind) -> None:
    text = TEXT + line + "\n"
    assert kind(text, text + "# a comment\n") is expected


def test_the_lines_that_matter_are_shown_and_comments_are_not() -> None:
    after = changed("LENGTH = 40", "# longer\nLENGTH = 80").replace("Revises: a1", "Revises: a0")
    found = judged(TEXT, after)
    assert (found.kind, found.removed[-1], found.added[-1]) == (Kind.UPGRADE, "LENGTH = 40", "LENGTH = 80")


UGLY = '''"""Add users.

Revision ID: b1
Revises: a1
"""
import sqlalchemy as sa
from alembic import op
from typing import Union, Sequence
revision : str = 'b1'
down_revision : Union[str, None] = 'a1'
depends_on : Union[str, Sequence[str], None] = None

def upgrade() -> None:
    op.create_table('users', sa.Column( 'name', sa.String(40) ),
      sa.Column('id', sa.Integer), )
def downgrade() -> None:
    op.drop_table( 'users' )
'''
FORMATTERS = {
    "black": (["black", "-q"], {Kind.FORMAT}),
    "ruff format": (["ruff", "format", "-q"], {Kind.FORMAT}),
    "isort": (["isort", "-q"], {Kind.IMPORT}),
    "pyupgrade": (["pyupgrade", "--py310-plus", "--exit-zero-even-if-changed"], {Kind.IMPORT}),
}


@pytest.mark.parametrize("name", FORMATTERS)
def test_what_formatters_do_is_harmless(name: str, tmp_path: Path) -> None:
    (module, *options), kinds = FORMATTERS[name]
    file = tmp_path / "b1_users.py"
    file.write_text(UGLY, encoding="utf-8")
    subprocess.run([sys.executable, "-m", module, *options, str(file)], check=True, capture_output=True)
    after = file.read_text(encoding="utf-8")
    assert after != UGLY
    assert kind(UGLY, after) in kinds


USUAL = 'from alembic import op\nimport sqlalchemy as sa\nrevision = "b"\n'
FOREIGN = 'from app import op\nimport sqlalchemy as sa\nrevision = "b"\n'
WAYS = "def upgrade():\n    op.a()\ndef downgrade():\n    op.b()\n"
DECORATED = WAYS.replace("def down", "@run\ndef down")
CALLED = WAYS.replace("op.a()", "x.downgrade()")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (USUAL + WAYS, USUAL + WAYS.replace("op.b()", "break")),
        (USUAL + "@run\n".join(WAYS.split("def d")), USUAL + WAYS),
        (
            USUAL + WAYS.replace("def down", "@run\ndef down"),
            USUAL + WAYS.replace("def down", "@run\ndef down").replace("op.b", "op.c"),
        ),
        (
            USUAL + WAYS.replace("op.a()", "x.downgrade()"),
            USUAL + WAYS.replace("op.a()", "x.downgrade()").replace("op.b", "op.c"),
        ),
        (USUAL + WAYS + '@run\ndef f():\n    """a"""\n', USUAL + WAYS + '@run\ndef f():\n    """b"""\n'),
        (USUAL + WAYS + "def f(x: int): pass\nrun(f)\n", USUAL + WAYS + "def f(x: str): pass\nrun(f)\n"),
        (
            USUAL + WAYS,
            USUAL + "from app import Union\n" + WAYS.replace("upgrade()", "upgrade() -> Union[int]"),
        ),
        (USUAL + WAYS, USUAL + "from __future__ import annotations\n" + WAYS),
        (
            "import sqlalchemy as sa\nclass A:\n    x: int\n" + WAYS,
            "from __future__ import annotations\nimport sqlalchemy as sa\nclass A:\n    x: int\n" + WAYS,
        ),
        (
            USUAL.replace("from alembic", "from app") + WAYS,
            USUAL.replace("from alembic", "from app")
            + WAYS.replace("op.a()", 'op.execute("COMMIT")\n    op.a()'),
        ),
        (
            USUAL + 'def upgrade():\n    """a\n    """; op.a() #"""\n',
            USUAL + 'def upgrade():\n    """a"""\n    """; op.a() #"""\n',
        ),
        (USUAL + WAYS + "x = open(__file__)\n", USUAL + WAYS + "x  =  open(__file__)\n"),
    ],
    ids=[
        "a downgrade that cannot be compiled",
        "a decorator of the downgrade that goes",
        "a decorated downgrade",
        "a downgrade by its attribute",
        "a docstring that a decorator sees",
        "annotations that others see",
        "a type of the application's",
        "a future that comes too late",
        "a future that a class sees",
        "a commit that is not Alembic's",
        "a quote that turns a statement into a text",
        "white space of who reads himself",
    ],
)
def test_what_may_run_otherwise_is_never_forgiven(before: str, after: str) -> None:
    assert kind(before, after) is Kind.UPGRADE


@pytest.mark.parametrize(
    "call", ['getattr(x, "down\\x67rade")()', 'getattr(x, "down" "grade")()', "x.\uff44owngrade()"]
)
def test_a_downgrade_that_is_called_under_a_disguise_counts(call: str) -> None:
    text = USUAL + WAYS.replace("op.a()", call)
    assert kind(text, text.replace("op.b()", "op.c()")) is Kind.UPGRADE


@pytest.mark.parametrize("line", ["import sys, inspect", "from  inspect import getsource as f"])
def test_who_reads_sources_is_found_in_any_import(line: str) -> None:
    text = USUAL + line + "\n" + WAYS
    assert kind(text, text + "# a comment\n") is Kind.UPGRADE


PIECES = (
    *("    op.a('x')\n", '    op.a("x")\n', "    op.a(1)\n", "    op.a(True)\n", "    op.a(1.0)\n"),
    *(
        "    @op.f\n    def g(): pass\n",
        "    def g(): pass\n",
        "    class A: pass\n",
        "    @f\n    class A: pass\n",
    ),
    *(
        '    x = """a\n  b"""; op.b()\n',
        '    x = """a\n b"""; op.b()\n',
        "    op.b(); op.c()\n",
        "    op.b(); op.d()\n",
    ),
    *(
        "    if x:\n        op.a()\n    elif y:\n        op.b()\n",
        "    if x:\n        op.a()\n",
        "\n",
        "    # c\n",
    ),
    *(
        "    op.é(); op.b()\n",
        "    op.e(); op.b()\n",
        "    u'a'\n",
        "    'a'\n",
        "    b'a'\n",
        "    op.a((1,))\n",
    ),
    *(
        "    f'{a}'\n",
        "    f'{a} '\n",
        "    with a as b: pass\n",
        "    async def g(): pass\n",
        "    op.a(-1)\n",
    ),
)
BODIES = st.lists(st.sampled_from(PIECES), max_size=6)


@settings(max_examples=400, deadline=None)
@given(BODIES, BODIES, BODIES, BODIES)
def test_trees_read_side_by_side_are_the_same_as_written_out(
    head: list[str], before: list[str], after: list[str], tail: list[str]
) -> None:
    old, new = (
        "def upgrade():\n" + "".join((*head, *middle, *tail)) + "    pass\n" for middle in (before, after)
    )
    trees = [ast.parse(text) for text in (old, new)]
    assert Alike(old, new).trees(*trees) is (written(trees[0]) == written(trees[1]))


def written(tree: ast.Module) -> str:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.kind = None
    return ast.dump(tree)
