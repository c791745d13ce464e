"""What a way up sent to the server, whatever sends it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from envs import ENV_PYS

from checks.migration import Sent
from checks.tools.sql.parts import Part
from checks.tools.sql.script import sent

if TYPE_CHECKING:
    from checks.database import Database
    from tests.tools.conftest import AlembicProject

BODY = """op.execute("CREATE TABLE a (id int)")
op.execute("INSERT INTO a VALUES (1)")
helper()
op.execute("COMMENT ON TABLE a IS '5 %'")"""
HELPER = """from alembic import op

def helper():
    op.execute("CREATE INDEX i ON a (id)")
"""


@pytest.mark.postgres
@pytest.mark.parametrize(("env", "scheme"), ENV_PYS.values(), ids=ENV_PYS)
def test_of_alembic(shop: AlembicProject, database: Database, env: str, scheme: str) -> None:
    shop.url = f"{scheme}://somebody:secret@db.invalid/shop"
    shop.ini()
    if env:
        shop.env(env)
    shop.revision("r1", BODY)
    (file,) = Path(shop.root).rglob("*r1*.py")
    text = file.read_text().replace("from alembic import op\n", f"{HELPER}\n", 1)
    file.write_text(text)
    shop.table("b", after="r1")
    first, second = shop.migrations
    with shop.walk(database) as walk:
        walk.records = True
        assert walk.upgrade(first) is None
        told = walk.sent
        walk.records = False
        assert walk.upgrade(second) is None
        assert walk.sent == ()
    lines = text.splitlines()
    assert [(one.text, lines[one.line - 1].strip(), one.alone) for one in told] == [
        ("CREATE TABLE a (id int)", 'op.execute("CREATE TABLE a (id int)")', False),
        ("CREATE INDEX i ON a (id)", 'op.execute("CREATE INDEX i ON a (id)")', False),
        ("COMMENT ON TABLE a IS '5 %'", "op.execute(\"COMMENT ON TABLE a IS '5 %'\")", False),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("A;\nB;", Sent("A;\nB;", 3, follows=True)),
        ("BEGIN;\nA;\nEND;", Sent("BEGIN;\nA;\nEND;", 3, follows=True, alone=True)),
        ("VACUUM a;", Sent("VACUUM a;", 3, follows=True, alone=True)),
        ("A;\n\\echo a\nB;", Sent("A;\n\nB;", 3, follows=True)),
        ("COPY a\nFROM stdin;\n1\n\\.\nB;", Sent("\n\n\n\nB;", 3, follows=True)),
        ("COPY a FROM stdin;\n\\.\nB;", Sent("\n\nB;", 3, follows=True)),
    ],
)
def test_of_a_file(text: str, told: Sent) -> None:
    assert sent(Part(text, 3, in_transaction=True, refusal=None)) == (told,)
