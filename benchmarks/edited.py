"""Write long migrations and edits of them, as people and formatters make them."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from checks import sql

LINES = 300
REVISION = '''\
"""Revision {number}: orders and what belongs to them.

Revision ID: {number:04d}
Revises: {parent:04d}
"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

revision: str = '{number:04d}'
down_revision: Union[str, None] = '{parent:04d}'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    # what the shop needs
{up}

def downgrade() -> None:
{down}'''
UP = """\
    op.create_table('order_{n}',
    sa.Column('id', sa.BigInteger(), autoincrement=True, nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False, comment="the customer's own"),
    sa.Column('made_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=True),
    sa.Column('price', sa.Numeric(precision=10, scale=2), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['id'], ['customer_{n}.id'], name='fk_{n}', ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_order_{n}_name'), 'order_{n}', ['name'], unique=False)
    op.add_column('customer_{n}', sa.Column('note', sa.Text(), nullable=True))
    op.execute("UPDATE customer_{n} SET note = 'none  at all' WHERE note IS NULL AND id > {n}")
    op.execute(\"\"\"
        CREATE VIEW cheap_{n} AS
        SELECT id, name, price FROM order_{n} WHERE price < {n}.5
    \"\"\")
    op.alter_column('customer_{n}', 'note', existing_type=sa.TEXT(), nullable=False)

"""
DOWN = """\
    op.execute('DROP VIEW cheap_{n}')
    op.drop_column('customer_{n}', 'note')
    op.drop_index(op.f('ix_order_{n}_name'), table_name='order_{n}')
    op.drop_table('order_{n}')
"""
STATEMENTS = """\
CREATE TABLE order_{n} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name varchar(255) NOT NULL DEFAULT 'it''s nobody',
    made_at timestamptz NOT NULL DEFAULT now(),
    price numeric(10, 2) CHECK (price >= 0), -- before tax
    kind text REFERENCES kind (name) ON DELETE CASCADE
);
CREATE INDEX order_{n}_name ON order_{n} USING btree (lower(name), made_at DESC) WHERE price > {n};
INSERT INTO kind (id, name, price, active) VALUES
    ({n}1, 'cheap and  cheerful', {n}.50, true),
    ({n}2, 'O''Reilly', -1.00, false),
    ({n}3, 'dear', 1e3, NULL);

CREATE OR REPLACE FUNCTION trim_{n}() RETURNS trigger AS $body$
BEGIN
    NEW.name := trim(NEW.name); -- no blanks
    IF NEW.price IS NULL THEN
        RAISE EXCEPTION 'no price for %', NEW.id;
    END IF;
    RETURN NEW;
END
$body$ LANGUAGE plpgsql;
CREATE TRIGGER trim_{n} BEFORE INSERT OR UPDATE ON order_{n} FOR EACH ROW EXECUTE FUNCTION trim_{n}();
UPDATE customer_{n} SET note = data->>'note' WHERE data @> '{{"old": true}}' AND id = ANY('{{1,2}}'::int[]);
ALTER TABLE customer_{n} ADD COLUMN email text, ADD CONSTRAINT email_{n} CHECK (email LIKE '%@%');
GRANT SELECT, INSERT ON order_{n} TO reader;
"""

Edit = Callable[[str], str]


def revision(number: int) -> str:
    """Give an Alembic revision of 300 lines."""
    parts = range(number * 100, number * 100 + 14)
    up, down = ("".join(piece.format(n=n) for n in parts) for piece in (UP, DOWN))
    return _long(REVISION.format(number=number, parent=number - 1, up=up, down=down))


def script(number: int) -> str:
    """Give a SQL file of 300 lines, with a way down."""
    up = "".join(STATEMENTS.format(n=n) for n in range(number * 100, number * 100 + 11))
    down = "".join(f"DROP TABLE order_{n};\n" for n in range(number * 100, number * 100 + 11))
    return _long(f"-- migrate:up\n{up}\n-- migrate:down\n{down}")


def _long(text: str) -> str:
    lines = text.count("\n")
    if not LINES - 20 <= lines <= LINES + 20:
        sys.exit(f"a migration has {lines} lines, and not about {LINES}")
    return text


def formatted(texts: list[str]) -> list[str]:
    """Let ruff format Python."""
    with tempfile.TemporaryDirectory(prefix="migseal-bench-") as folder:
        files = [Path(folder) / f"{number}.py" for number in range(len(texts))]
        for file, text in zip(files, texts, strict=True):
            file.write_text(text)
        subprocess.run([sys.executable, "-I", "-m", "ruff", "format", "--quiet", folder], check=True)
        return [file.read_text() for file in files]


def respaced(text: str) -> str:
    """Write SQL as another formatter would: keywords and names in lower case, other white space."""
    written = {
        sql.Kind.WORD: lambda word: word.lower(),
        sql.Kind.SPACE: lambda space: "\n\n" if "\n" in space else "  ",
    }
    return "".join(written.get(token.kind, str)(token.text) for token in sql.tokens(text))


def _replaced(old: str, new: str, count: int = 1) -> Edit:
    def edit(text: str) -> str:
        after = text.replace(old, new, count)
        return after if after != text else sys.exit(f"nothing to edit: {old}")

    return edit


PYTHON: Mapping[str, Edit] = {
    "comment": _replaced("    # what the shop needs\n", "    # what the shop needs, and more\n"),
    "comment everywhere": _replaced("    op.add_column(", "    # one more\n    op.add_column(", -1),
    "import": _replaced("from typing import Sequence, Union\n", "from typing import Any, Sequence, Union\n"),
    "downgrade": _replaced("    op.execute('DROP VIEW", "    op.execute('DROP VIEW IF EXISTS"),
    "upgrade": _replaced("06', sa.Column('note', sa.Text()", "06', sa.Column('note', sa.String()"),
    "everything": lambda text: re.sub(r"(order|customer)_", r"\1s_", text),
}
SQL: Mapping[str, Edit] = {
    "comment": _replaced("-- before tax", "-- after tax"),
    "comment everywhere": _replaced("-- before tax", "-- after tax", -1),
    "downgrade": lambda text: re.sub(r"DROP TABLE (order_\d+4);", r"DROP TABLE IF EXISTS \1;", text),
    "upgrade": _replaced("06 ADD COLUMN email text", "06 ADD COLUMN email varchar"),
    "everything": lambda text: re.sub(r"(order|customer)_", r"\1s_", text),
}
