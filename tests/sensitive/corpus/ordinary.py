"""Ordinary migrations in any number, put together of what real ones hold: none may be told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from sensitive.corpus import values
from sensitive.corpus.case import filled, header

TABLES = (
    *("users", "accounts", "orders", "order_items", "invoices", "products", "tokens", "api_keys", "secrets"),
    *(
        "sessions",
        "audit_log",
        "teams",
        "memberships",
        "projects",
        "comments",
        "attachments",
        "webhooks",
        "jobs",
    ),
    *("password_resets", "email_addresses", "phone_numbers", "payment_methods", "devices", "oauth_clients"),
)
COLUMNS = (
    *(
        "name",
        "title",
        "status",
        "kind",
        "position",
        "amount",
        "currency",
        "description",
        "created_at",
        "owner_id",
    ),
    *(
        "email",
        "phone",
        "password",
        "password_hash",
        "token",
        "api_key",
        "secret",
        "client_secret",
        "salt",
        "iban",
    ),
    *(
        "card_last4",
        "external_id",
        "locale",
        "timezone",
        "is_active",
        "retry_count",
        "payload",
        "checksum",
        "version",
    ),
)
TYPES = (
    "Integer()",
    "String(length=64)",
    "String()",
    "Text()",
    "Boolean()",
    "DateTime()",
    "Numeric(10, 2)",
    "JSON()",
)
SQL_TYPES = (
    "integer",
    "varchar(64)",
    "text",
    "boolean DEFAULT false",
    "timestamptz DEFAULT now()",
    "jsonb",
    "uuid",
)
VOCABULARY = {
    "table": TABLES,
    "other": TABLES,
    "column": COLUMNS,
    "second": COLUMNS,
    "third": COLUMNS,
    "type": TYPES,
    "sqltype": SQL_TYPES,
    "state": ("active", "pending", "archived", "draft", "secret", "password", "token", "bearer"),
    "flag": (
        "password_login",
        "dark_mode",
        "token_rotation",
        "beta_search",
        "email_digest",
        "secret_sharing",
    ),
    "number": ("0", "1", "30", "100", "4096", "86400"),
    "role": ("admin", "editor", "viewer", "billing"),
    "long": ("BIGINT", "VARCHAR(255)", "TEXT", "NUMERIC"),
}
OPERATIONS = {
    "alembic": (
        "op.add_column('{table}', sa.Column('{column}', sa.{type}, nullable=True))",
        "op.add_column(\n    '{table}', sa.Column('{column}', sa.{type}, nullable=False, server_default='')\n)",
        "op.drop_column('{table}', '{column}')",
        "op.alter_column('{table}', '{column}', new_column_name='{second}')",
        "op.alter_column(\n    '{table}', '{column}',\n    existing_type=sa.VARCHAR(length=32),\n    type_=sa.{type},\n)",
        "op.create_index('ix_{table}_{column}', '{table}', ['{column}'], unique=False)",
        "op.create_index(op.f('ix_{table}_{column}'), '{table}', ['{column}', '{second}'], unique=True)",
        "op.drop_index('ix_{table}_{second}', table_name='{table}')",
        "op.create_foreign_key('fk_{table}_{other}', '{table}', '{other}', ['{other}_id'], ['id'])",
        (
            "op.create_table(\n    '{table}_{second}',\n    sa.Column('id', sa.Integer(), nullable=False),\n"
            "    sa.Column('{column}', sa.{type}, nullable=True),\n    sa.Column('{second}', sa.{type}),\n"
            "    sa.Column('{third}', sa.{type}, comment='the {third} of the {table}'),\n    sa.PrimaryKeyConstraint('id'),\n)"
        ),
        "op.drop_table('{table}_{second}')",
        (
            "with op.batch_alter_table('{table}', schema=None) as batch_op:\n"
            "    batch_op.add_column(sa.Column('{column}', sa.{type}, nullable=True))\n    batch_op.drop_column('{second}')"
        ),
        "op.execute(\"UPDATE {table} SET status = '{state}' WHERE status IS NULL\")",
        "op.execute('UPDATE {table} SET {column} = {second}')",
        "op.execute(sa.text('UPDATE {table} SET {column} = :value').bindparams(value=None))",
        (
            "op.bulk_insert(\n    sa.table('feature_flags', sa.column('name'), sa.column('enabled')),\n"
            "    [{{'name': '{flag}', 'enabled': True}}, {{'name': '{flag}_v2', 'enabled': False}}],\n)"
        ),
        (
            "op.bulk_insert(\n    sa.table('settings', sa.column('key'), sa.column('value')),\n"
            "    [{{'key': '{flag}_limit', 'value': '{number}'}}, {{'key': 'session_token_ttl', 'value': '{number}'}}],\n)"
        ),
        (
            'op.execute("""\n    INSERT INTO role_permissions (role, permission)\n'
            "    VALUES ('{role}', '{table}.read'), ('{role}', '{table}.{column}.write')\n\"\"\")"
        ),
        "op.execute(\"UPDATE tenants SET id = '<<uuid>>' WHERE external_id = '<<uuid>>'\")",
        "op.execute(\"UPDATE releases SET git_commit = '<<hex40>>' WHERE version = '1.{number}'\")",
        "sa.Enum('{state}', 'other', name='{table}_{column}').create(op.get_bind(), checkfirst=True)",
        "op.create_unique_constraint('uq_{table}_{column}', '{table}', ['{column}'])",
        "op.alter_column('{table}', '{column}', server_default=sa.text('now()'), nullable=False)",
    ),
    "sql": (
        "ALTER TABLE {table} ADD COLUMN {column} {sqltype};",
        "ALTER TABLE public.{table}\n    DROP COLUMN IF EXISTS {column},\n    ADD COLUMN {second} {sqltype};",
        "ALTER TABLE {table} ALTER COLUMN {column} TYPE {long} USING {column}::{long};",
        "ALTER TABLE {table} RENAME COLUMN {column} TO {second};",
        (
            "CREATE TABLE {table}_{second} (\n    id bigserial PRIMARY KEY,\n    {column} {sqltype},\n"
            "    {second} {sqltype},\n    {third} {sqltype} -- see the wiki\n);"
        ),
        "CREATE INDEX CONCURRENTLY {table}_{column}_idx ON {table} ({column});",
        "CREATE UNIQUE INDEX {table}_{column}_key ON {table} (lower({column})) WHERE {second} IS NOT NULL;",
        "DROP INDEX IF EXISTS {table}_{column}_idx;",
        "COMMENT ON COLUMN {table}.{column} IS 'the {column} of the {table}, see {second}';",
        "UPDATE {table} SET {column} = NULL WHERE status = '{state}';",
        "UPDATE {table} SET status = '{state}', updated_at = now() WHERE id IN (SELECT {other}_id FROM {other});",
        "INSERT INTO {table} ({column}, {second}) SELECT {column}, {second} FROM {other};",
        "INSERT INTO feature_flags (name, enabled) VALUES ('{flag}', true), ('{flag}_v2', false);",
        "INSERT INTO settings (key, value) VALUES ('{flag}_limit', '{number}'), ('password_min_length', '{number}');",
        "INSERT INTO role_permissions (role, permission) VALUES ('{role}', '{table}.{column}.read');",
        "INSERT INTO releases (version, sha256) VALUES ('1.{number}.0', '<<hex64>>');",
        "ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_check CHECK ({column} IN ('{state}', 'none'));",
        (
            "CREATE FUNCTION {table}_{column}_touch() RETURNS trigger AS $$\nBEGIN\n    NEW.updated_at := now();\n"
            "    RETURN NEW;\nEND;\n$$ LANGUAGE plpgsql;"
        ),
        "GRANT SELECT ({column}, {second}) ON {table} TO reporting;",
        "CREATE TYPE {table}_{column} AS ENUM ('{state}', 'none');",
    ),
    "django": (
        "migrations.AddField('{table}', '{column}', models.CharField(max_length=64, default='', blank=True)),",
        (
            "migrations.AlterField(\n    model_name='{table}',\n    name='{column}',\n"
            "    field=models.TextField(help_text='The {column}', null=True),\n),"
        ),
        "migrations.RemoveField(model_name='{table}', name='{column}'),",
        "migrations.RenameField('{table}', '{column}', '{second}'),",
        "migrations.AddIndex('{table}', models.Index(fields=['{column}'], name='{table}_{column}_idx')),",
        "migrations.RunSQL(\"UPDATE {table} SET status = '{state}'\", migrations.RunSQL.noop),",
        (
            "migrations.CreateModel(\n    name='{table}',\n    fields=[\n        ('id', models.AutoField(primary_key=True)),\n"
            "        ('{column}', models.CharField(max_length=128, verbose_name='{column}')),\n    ],\n),"
        ),
        "migrations.AddField('{table}', 'kind', models.CharField(choices=[('{state}', 'x')], default='{state}')),",
    ),
}
TOOLS = ("alembic", "alembic", "alembic", "sql", "sql", "django")


def ordinary(number: int) -> Iterator[tuple[str, str]]:
    """Give the names and texts of so many migrations: of Alembic, SQL and Django."""
    for at in range(number):
        random = Random(at)
        tool = TOOLS[at % len(TOOLS)]
        suffix = "sql" if tool == "sql" else "py"
        name = f"{at:04}_{random.choice(TABLES)}_{random.choice(COLUMNS)}.{suffix}"
        yield name, header(tool, name, random) + body(tool, random, random.randint(1, 8))


def large(size: int) -> str:
    """Give an SQL migration of at least so many characters, most of them rows."""
    random = Random(size)
    texts: list[str] = []
    while sum(map(len, texts)) < size:
        texts += [body("sql", random, 40), rows(random, 400)]
    return "\n".join(texts)


def rows(random: Random, number: int) -> str:
    """Give one INSERT of so many rows."""
    lines = (f"({at}, '{values.uuid(random)}', '{random.choice(COLUMNS)}', NULL)" for at in range(number))
    return "INSERT INTO catalog_entries (id, external_id, label, token) VALUES\n" + ",\n".join(lines) + ";\n"


def body(tool: str, random: Random, length: int) -> str:
    """Give so many operations, as the tool wants them."""
    steps = [step(tool, random) for _ in range(length)]
    if tool == "sql":
        return "\n".join(steps) + "\n"
    if tool == "django":
        inner = indented("\n".join(steps), 8)
        return f"class Migration(migrations.Migration):\n    dependencies = []\n\n    operations = [\n{inner}\n    ]\n"
    up, down = indented("\n".join(steps), 4), indented(step(tool, random), 4)
    return f"def upgrade():\n{up}\n\n\ndef downgrade():\n{down}\n"


def step(tool: str, random: Random) -> str:
    """Give one operation with words of the vocabulary in it."""
    words = {name: random.choice(some) for name, some in VOCABULARY.items()}
    return filled(random.choice(OPERATIONS[tool]).format(**words), random)


def indented(text: str, by: int) -> str:
    """Move each line to the right."""
    return re.sub(r"^(?=.)", " " * by, text, flags=re.MULTILINE)
