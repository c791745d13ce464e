"""Write Alembic histories of any length, of what real ones hold."""

from __future__ import annotations

import subprocess
from pathlib import Path

ENV = """\
from alembic import context
from sqlalchemy import engine_from_config, pool

section = context.config.get_section(context.config.config_ini_section)
engine = engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
INI = "[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql://nobody@localhost/nothing\n"
REVISION = '''\
"""Revision {number}."""
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {parent!r}


def upgrade():
{up}


def downgrade():
{down}
'''


def write(directory: Path, revisions: int) -> None:
    """Write a project with a history: tables, columns, indexes, foreign keys, enums, views, functions, rows.

    Args:
        directory: Where; it is made.
        revisions: How many.
    """
    versions = directory / "migrations" / "versions"
    versions.mkdir(parents=True)
    (directory / "alembic.ini").write_text(INI)
    (directory / "migrations" / "env.py").write_text(ENV)
    (directory / "migrations" / "script.py.mako").write_text("")
    (directory / "migseal.yaml").write_text("populate: false\n")  # Alembic alone runs on empty tables, too
    for number in range(revisions):
        up, down = body(number)
        parent = revision(number - 1) if number else None
        text = REVISION.format(
            number=number, revision=revision(number), parent=parent, up=_indented(up), down=_indented(down)
        )
        (versions / f"{revision(number)}_step.py").write_text(text)


def revision(number: int) -> str:
    """Give a revision id that looks like Alembic's."""
    return f"{number:04d}{(number * 2654435761) % 2**32:08x}"


def body(number: int) -> tuple[str, str]:
    """Give the statements of one revision, up and down: eight kinds, one after the other."""
    table = f"t{number - number % 8}"
    kinds = (
        (
            (
                f'op.create_table("{table}", sa.Column("id", sa.Integer, primary_key=True), '
                'sa.Column("name", sa.String(40), nullable=False), sa.Column("made", sa.DateTime, '
                "server_default=sa.func.now()))"
            ),
            f'op.drop_table("{table}")',
        ),
        (
            (
                f'op.add_column("{table}", sa.Column("price", sa.Numeric(10, 2), server_default="0"))\n'
                f'op.create_check_constraint("price_{number}", "{table}", "price >= 0")'
            ),
            f'op.drop_column("{table}", "price")',
        ),
        (f'op.create_index("by_name_{number}", "{table}", ["name"])', f'op.drop_index("by_name_{number}")'),
        (
            (
                f'op.create_table("{table}_line", sa.Column("id", sa.Integer, primary_key=True), '
                f'sa.Column("of", sa.Integer, sa.ForeignKey("{table}.id"), nullable=False))'
            ),
            f'op.drop_table("{table}_line")',
        ),
        (
            (
                f"op.execute(\"CREATE TYPE mood_{number} AS ENUM ('good', 'bad')\")\n"
                f'op.execute("ALTER TABLE {table} ADD COLUMN mood mood_{number}")'
            ),
            f'op.execute("ALTER TABLE {table} DROP COLUMN mood")\nop.execute("DROP TYPE mood_{number}")',
        ),
        (
            f'op.execute("CREATE VIEW v{number} AS SELECT id, name FROM {table}")',
            f'op.execute("DROP VIEW v{number}")',
        ),
        (
            (
                f'op.execute("CREATE FUNCTION f{number}() RETURNS trigger LANGUAGE plpgsql AS '
                "'BEGIN NEW.name := trim(NEW.name); RETURN NEW; END'\")\n"
                f'op.execute("CREATE TRIGGER trim_{number} BEFORE INSERT ON {table} '
                f'FOR EACH ROW EXECUTE FUNCTION f{number}()")'
            ),
            f'op.execute("DROP TRIGGER trim_{number} ON {table}")\nop.execute("DROP FUNCTION f{number}()")',
        ),
        (
            f"op.execute(\"INSERT INTO {table} (id, name) VALUES (1, 'one'), (2, 'two')\")",
            f'op.execute("DELETE FROM {table}")',
        ),
    )
    return kinds[number % len(kinds)]


def commit(directory: Path, message: str) -> None:
    """Commit everything in a directory, which becomes a repository if it is none."""
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.com"]
    if not (directory / ".git").exists():
        subprocess.run(["git", "init", "--quiet", "--initial-branch", "main"], cwd=directory, check=True)
    subprocess.run(["git", "add", "--all"], cwd=directory, check=True)
    subprocess.run(["git", *identity, "commit", "--quiet", "--message", message], cwd=directory, check=True)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
