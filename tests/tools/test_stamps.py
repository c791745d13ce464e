"""What writes a version table, in SQL and in revision files, and what only looks like it."""

from __future__ import annotations

import ast
import textwrap

import pytest

from checks.content import blob_id
from checks.migration import VERSION_TABLES, Migration, Project, Stamp
from checks.tools import alembic, sql
from checks.tools.alembic.stamps import of_module
from checks.tools.stamps import writes

WRITES = {
    "INSERT INTO alembic_version VALUES ('a')": ["INSERT INTO alembic_version"],
    "insert into Alembic_Version values ('a')": ["INSERT INTO alembic_version"],
    'INSERT INTO "public"."schema_migrations" (version) VALUES (1)': ["INSERT INTO schema_migrations"],
    "UPDATE ONLY app.goose_db_version AS g SET is_applied = false": ["UPDATE goose_db_version"],
    "DELETE FROM ONLY flyway_schema_history": ["DELETE FROM flyway_schema_history"],
    "TRUNCATE users, TABLE_A, public._sqlx_migrations RESTART IDENTITY": ["TRUNCATE _sqlx_migrations"],
    "TRUNCATE users *, alembic_version": ["TRUNCATE alembic_version"],
    "TRUNCATE TABLE ONLY django_migrations": ["TRUNCATE django_migrations"],
    "DROP TABLE IF EXISTS users, atlas_schema_revisions.atlas_schema_revisions CASCADE": [
        "DROP TABLE atlas_schema_revisions"
    ],
    "DROP TABLE schema_version, alembic_version": ["DROP TABLE schema_version", "DROP TABLE alembic_version"],
    "ALTER TABLE databasechangelog RENAME TO old": ["ALTER TABLE databasechangelog"],
    "ALTER TABLE IF EXISTS ONLY alembic_version SET SCHEMA old": ["ALTER TABLE alembic_version"],
    "ALTER TABLE alembic_version DROP COLUMN version_num": ["ALTER TABLE alembic_version"],
    "MERGE INTO _prisma_migrations USING x ON true WHEN MATCHED THEN DELETE": [
        "MERGE INTO _prisma_migrations"
    ],
    "COPY public.alembic_version (version_num) FROM stdin;\na\n\\.\n": ["COPY alembic_version"],
    "WITH gone AS (DELETE FROM alembic_version RETURNING *) SELECT * FROM gone": [
        "DELETE FROM alembic_version"
    ],
    "CREATE TABLE t (a int);\n/* UPDATE */ DELETE FROM alembic_version;": ["DELETE FROM alembic_version"],
    "DELETE FROM {{ schema }}.alembic_version": ["DELETE FROM alembic_version"],
    "DO $$ BEGIN DELETE FROM alembic_version; END $$": ["DELETE FROM alembic_version"],
    "DO LANGUAGE plpgsql $x$ BEGIN EXECUTE 'DROP TABLE ' || 'a'; TRUNCATE alembic_version; END $x$": [
        "TRUNCATE alembic_version"
    ],
    "DO 'BEGIN DELETE FROM alembic_version; END'": ["DELETE FROM alembic_version"],
    "DO $$ BEGIN EXECUTE 'UPDATE alembic_version SET version_num = ''a'''; END $$": [
        "UPDATE alembic_version"
    ],
    "DO $$ BEGIN EXECUTE format('DROP TABLE %I.alembic_version', s); END $$": ["DROP TABLE alembic_version"],
    "CREATE FUNCTION f() RETURNS void AS $$ DELETE FROM alembic_version $$ LANGUAGE sql": [
        "DELETE FROM alembic_version"
    ],
    "CREATE FUNCTION f() RETURNS void BEGIN ATOMIC; DELETE FROM alembic_version; END": [
        "DELETE FROM alembic_version"
    ],
}
NO_WRITES = (
    "SELECT * FROM alembic_version FOR UPDATE OF alembic_version",
    "LOCK TABLE alembic_version",
    "COPY alembic_version TO stdout",
    "COPY alembic_version (version_num) TO '/tmp/from'",
    "GRANT UPDATE, DELETE ON alembic_version TO app",
    "COMMENT ON TABLE users IS 'DELETE FROM alembic_version'",
    "-- DELETE FROM alembic_version\nSELECT 1",
    "INSERT INTO notes VALUES ('DELETE FROM alembic_version', $$DROP TABLE alembic_version$$)",
    "INSERT INTO users SELECT version_num FROM alembic_version",
    "UPDATE users SET v = (SELECT version_num FROM alembic_version)",
    "DELETE FROM users USING alembic_version",
    "DROP VIEW alembic_version",
    "DROP TABLE alembic_version_of_mine, my_alembic_version, migrations",
    'DROP TABLE "ALEMBIC_VERSION"',
    "DELETE FROM alembic_version.users",
    "ALTER TABLE alembic_version ALTER COLUMN version_num TYPE varchar(128)",
    "ALTER TABLE alembic_version OWNER TO app",
    "ALTER TABLE alembic_version RENAME CONSTRAINT a TO b",
    "ALTER TABLE users ADD alembic_version text",
    "CREATE TRIGGER t AFTER UPDATE OR DELETE ON alembic_version EXECUTE FUNCTION f()",
    "CREATE VIEW v AS SELECT * FROM alembic_version",
    "DO $$ BEGIN ALTER TABLE alembic_version OWNER TO a; ALTER TABLE users RENAME TO b; END $$",
    "Please do not DELETE FROM alembic_version",
    "Update alembic_version by hand, and set nothing",
    "\\copy alembic_version from 'a'",
    "DELETE FROM",
    "DROP TABLE alembic_version.",
    "alembic_version",
)


@pytest.mark.parametrize(("text", "found"), WRITES.items(), ids=list(WRITES))
def test_what_writes(text: str, found: list[str]) -> None:
    assert [write.what for write in writes(text)] == found


@pytest.mark.parametrize("text", NO_WRITES)
def test_what_does_not(text: str) -> None:
    assert list(writes(text)) == []


def test_each_table_is_known() -> None:
    found = {write.table for name in VERSION_TABLES for write in writes(f"DELETE FROM {name}")}
    assert found == VERSION_TABLES


def test_the_place_is_that_of_the_command() -> None:
    text = "SELECT 1;\nDO $x$\nBEGIN\n    DELETE FROM alembic_version;\nEND $x$;"
    assert [text[write.start :].partition(" ")[0] for write in writes(text)] == ["DELETE"]


def in_revision(body: str, top: str = "") -> list[str]:
    """Give what the body of an upgrade writes."""
    text = f"{top}\n\ndef upgrade():\n{textwrap.indent(body, '    ')}\n"
    return [stamp.what for stamp in of_module(ast.parse(text), text)]


DELETES = ["DELETE FROM alembic_version"]
PYTHON = {
    'op.execute("DELETE FROM alembic_version")': DELETES,
    'op.execute(sa.text("DELETE FROM alembic_version WHERE version_num = :v"), {"v": 1})': DELETES,
    'op.get_bind().exec_driver_sql("DELETE FROM " "alembic_version")': DELETES,
    'op.execute(f"DELETE FROM {schema}.alembic_version")': DELETES,
    "op.execute(f\"INSERT INTO alembic_version VALUES ('{revision}')\")": ["INSERT INTO alembic_version"],
    'op.execute("DELETE FROM " + schema + ".alembic_version")': DELETES,
    'op.execute("DELETE FROM {}.alembic_version".format(schema))': DELETES,
    'op.execute("DELETE FROM %s.alembic_version" % schema)': DELETES,
    'for line in ["SELECT 1", "DELETE FROM alembic_version"]:\n    op.execute(line)': DELETES,
    'op.execute("""\n    SELECT 1;\n    DELETE FROM alembic_version;\n""")': DELETES,
    'op.execute(sa.table("alembic_version").delete())': DELETES,
    'old = sa.Table("alembic_version", sa.MetaData())\nold.drop(op.get_bind())': [
        "DROP TABLE alembic_version"
    ],
    'table = sa.table("alembic_version")\nop.execute(sa.update(table).values(v="a"))': [
        "UPDATE alembic_version"
    ],
    'op.bulk_insert(sa.table("alembic_version", sa.column("version_num")), [{}])': [
        "INSERT INTO alembic_version"
    ],
    'op.drop_table("alembic_version", schema="app")': ['drop_table("alembic_version")'],
    'op.drop_table(table_name="alembic_version")': ['drop_table("alembic_version")'],
    'op.rename_table("alembic_version", "old")': ['rename_table("alembic_version")'],
    'op.alter_column("alembic_version", "version_num", new_column_name="v")': [
        'alter_column("alembic_version")'
    ],
    'op.get_context().stamp(script, "head")': ["op.get_context().stamp()"],
    'where = MigrationContext.configure(bind)\nwhere.stamp(script, "head")': ["where.stamp()"],
    'alembic.command.stamp(config, "head")': ["alembic.command.stamp()"],
    'if old:\n    op.execute("DELETE FROM alembic_version")\nop.drop_table("alembic_version")': [
        *DELETES,
        'drop_table("alembic_version")',
    ],
}
NO_PYTHON = (
    '"""DELETE FROM alembic_version"""',
    'op.execute("SELECT * FROM alembic_version")',
    'print("DELETE FROM alembic_version")',
    'logger.info("DROP TABLE alembic_version %s", 1)',
    'raise RuntimeError("DELETE FROM alembic_version first")',
    'op.create_table("users", sa.Column("alembic_version", sa.Text(), comment="Delete it"))',
    'op.alter_column("alembic_version", "version_num", type_=sa.String(128))',
    'op.drop_table("users")  # and not alembic_version',
    'op.bulk_insert(sa.table("users"), [{"a": "alembic_version"}])',
    'sa.select(sa.table("alembic_version"))',
    'versions.update({"alembic_version": 1})',
    'letter.stamp("alembic_version")',
    'stamp("alembic_version")',
    'context("alembic_version")',
    'if "alembic_version" in names:\n    pass',
)


@pytest.mark.parametrize(("body", "found"), PYTHON.items(), ids=list(PYTHON))
def test_what_a_revision_writes(body: str, found: list[str]) -> None:
    assert in_revision(body) == found


@pytest.mark.parametrize("body", NO_PYTHON)
def test_what_a_revision_does_not_write(body: str) -> None:
    assert in_revision(body) == []


NAMED = {
    'TABLE = "alembic_version"': ('op.execute(f"DELETE FROM {TABLE}")', DELETES),
    'T = "alembic_version"': ("op.drop_table(T)", ['drop_table("alembic_version")']),
    'T = "alembic_version"\nv = sa.table(T)': ("op.execute(v.delete())", DELETES),
    'SQL = "DELETE FROM alembic_version"': ("op.execute(SQL)", DELETES),
    "from alembic.command import stamp as mark": ('mark(config, "head")', ["mark()"]),
    "from alembic import command as c": ('c.stamp(config, "head")', ["c.stamp()"]),
    "from flask_migrate import stamp": ("stamp()", ["stamp()"]),
    'T = "alembic_version"\nT = "users"': ("op.drop_table(T)", []),
    "from philately import stamp": ("stamp()", []),
}


@pytest.mark.parametrize(("top", "case"), NAMED.items(), ids=list(NAMED))
def test_names_are_followed(top: str, case: tuple[str, list[str]]) -> None:
    body, found = case
    assert in_revision(body, top) == found


def test_a_very_long_sum_is_read() -> None:
    many = " + ".join(['" "'] * 400)
    assert in_revision(f'op.execute("DELETE FROM alembic_version" + {many})') == DELETES


class Files(dict[str, str]):
    """A tree of files in memory."""

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self))

    def blob(self, path: str) -> str:
        return blob_id(self.read(path))

    def read(self, path: str) -> bytes:
        return self[path].encode()


def numbered(**files: str) -> Migration:
    """Read the migration of some files, whose names are given without their number and ending."""
    tree = Files({f"migrations/002_{name}.sql": text for name, text in files.items()})
    (migration,) = sql.read(Project("app", "migrations", "sql"), tree, {}).migrations
    return migration


def test_a_revision_file_has_them_with_their_lines() -> None:
    text = (
        'revision = "a"\n\ndef upgrade():\n    op.execute("""\n        SELECT 1;\n'
        '        DELETE FROM alembic_version""")\n'
    )
    tree = Files({"migrations/env.py": "", "migrations/versions/a.py": text})
    (migration,) = alembic.read(Project("app", "migrations", "alembic"), tree, {}).migrations
    assert migration.stamps == (Stamp("DELETE FROM alembic_version", "alembic_version", 6),)


def test_both_files_of_a_migration_are_read() -> None:
    migration = numbered(
        **{"a.up": "SELECT 1;\nDELETE FROM goose_db_version;", "a.down": "DROP TABLE goose_db_version;"}
    )
    assert migration.stamps == (
        Stamp("DELETE FROM goose_db_version", "goose_db_version", 2),
        Stamp("DROP TABLE goose_db_version", "goose_db_version", 1, file=1, removes=True),
    )


OWN_BOOKS = {
    "INSERT INTO schema_version VALUES (2);": True,
    "INSERT INTO schema_migrations (version) VALUES ('002_a.sql') ON CONFLICT DO NOTHING;": True,
    "UPDATE schema_version SET version = 2;\n-- migrate:down\nUPDATE schema_version SET version = 1;": True,
    "CREATE TABLE IF NOT EXISTS schema_version (v int);\nINSERT INTO schema_version VALUES (0);": True,
    "INSERT INTO schema_version VALUES (20);": False,
    "INSERT INTO schema_migrations (version) VALUES ('020_a.sql');": False,
    "UPDATE schema_version SET version = 1;": False,
    "SELECT 1;\n-- migrate:down\nUPDATE schema_version SET version = 1;": False,
    "DROP TABLE schema_migrations; -- 2": False,
    "TRUNCATE schema_version;\nINSERT INTO schema_version VALUES (2);": False,
    "INSERT INTO goose_db_version (version_id, is_applied) VALUES (2, true);": False,
    "CREATE TABLE goose_db_version (v int);\nINSERT INTO goose_db_version VALUES (2);": False,
}


@pytest.mark.parametrize(("text", "kept"), OWN_BOOKS.items(), ids=list(OWN_BOOKS))
def test_a_file_that_keeps_its_own_books(text: str, kept: bool) -> None:
    assert (numbered(a=text).stamps == ()) is kept
