"""The env.py files that people write, and the drivers that they use."""

from __future__ import annotations

ASYNC_ENV = """
import asyncio
from alembic import context
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import async_engine_from_config

def run(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()

async def main():
    section = context.config.get_section(context.config.config_ini_section, {})
    engine = async_engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()

asyncio.run(main())
"""

HEAD = """
from alembic import context
from sqlalchemy import create_engine, pool, text

engine = create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool)
"""

BEGIN = """
with engine.begin() as connection:
    context.configure(connection=connection)
    context.run_migrations()
"""

BEGIN_AFTER_CONFIGURE = """
with engine.connect() as connection:
    context.configure(connection=connection)
    transaction = connection.begin()
    context.run_migrations()
    transaction.commit()
"""

BEGIN_IN_TEMPLATE = """
with engine.connect() as connection, connection.begin():
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""

EXECUTES_IN_TRANSACTION = """
with engine.connect() as connection:
    context.configure(connection=connection, version_table_schema="meta", version_table="versions")
    with context.begin_transaction():
        context.execute("CREATE SCHEMA IF NOT EXISTS meta")
        context.run_migrations()
"""

ENV_PYS = {
    "psycopg2": ("", "postgresql+psycopg2"),
    "psycopg": ("", "postgresql+psycopg"),
    "asyncpg": (ASYNC_ENV, "postgresql+asyncpg"),
    "psycopg-async": (ASYNC_ENV, "postgresql+psycopg"),
    "begin": (HEAD + BEGIN, "postgresql+psycopg2"),
    "begin-after-configure": (HEAD + BEGIN_AFTER_CONFIGURE, "postgresql+psycopg2"),
    "begin-in-template": (HEAD + BEGIN_IN_TEMPLATE, "postgresql+psycopg"),
    "executes-in-transaction": (HEAD + EXECUTES_IN_TRANSACTION, "postgresql+psycopg2"),
}
