"""Alembic migrations with nothing in them that may be told: styles seen in public histories, retold."""

from __future__ import annotations

TEXT = r"""
=== b01_keys_to_variables
CONFIG_KEYS = {
    'audio.tts.api_key': 'AUDIO_TTS_API_KEY',
    'oauth.client_secret': 'OAUTH_CLIENT_SECRET',
    'ldap.server.app_password': 'LDAP_APP_PASSWORD',
    'notebook.auth_token': 'NOTEBOOK_AUTH_TOKEN',
}
RENAMED = {
    'oauth.oidc.client_secret': 'oauth.client_secret',
    'search.password': 'search.yacy_password',
}


def upgrade():
    conn = op.get_bind()
    for old, new in RENAMED.items():
        conn.execute(sa.text("UPDATE config SET key = :new WHERE key = :old"), {"old": old, "new": new})


def downgrade():
    pass

=== b02_json_schema
SCHEMA = {
    "title": "AwsCredentials",
    "type": "object",
    "properties": {
        "aws_secret_access_key": {"title": "Aws Secret Access Key", "type": "string", "format": "password"},
        "aws_session_token": {"title": "Aws Session Token", "type": "string"},
    },
    "secret_fields": ["aws_secret_access_key", "aws_session_token"],
    "block_type_slug": "aws-credentials",
}


def upgrade():
    op.get_bind().execute(sa.text("UPDATE block_schema SET fields = :f"), {"f": str(SCHEMA)})


def downgrade():
    pass

=== b03_from_select
def upgrade():
    auth = sa.table("auth", sa.column("id"), sa.column("email"), sa.column("password"), sa.column("active"))
    users = sa.table("users", sa.column("id"), sa.column("email"), sa.column("secret"))
    missing = sa.select(users.c.id, users.c.email, sa.literal(""), sa.true())
    op.execute(auth.insert().from_select(["id", "email", "password", "active"], missing))
    cols_to_drop = {"api_key", "oauth_sub"} & {"api_key", "secret"}
    for name in cols_to_drop:
        op.drop_column("users", name)


def downgrade():
    pass

=== b04_tables_in_lists
TABLES = ["apikey", "variable", "password_reset"]
SECRET_COLUMNS = [("users", "password"), ("clients", "client_secret"), ("hooks", "token")]


def upgrade():
    for table, column in SECRET_COLUMNS:
        op.alter_column(table, column, existing_type=sa.String(64), type_=sa.String(512))
    for table in TABLES:
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column("created_at", existing_type=sa.DateTime(), nullable=False)


def downgrade():
    pass

=== b05_reflection
from sqlalchemy.engine.reflection import Inspector


def has_column(table, column):
    inspector = Inspector.from_engine(op.get_bind())
    return any(one["name"] == column for one in inspector.get_columns(table))


def upgrade():
    if not has_column("connection", "password"):
        op.add_column("connection", sa.Column("password", sa.String(500)))
    if not has_column(table="connection", column="extra_token"):
        op.add_column("connection", sa.Column("extra_token", sa.Text()))


def downgrade():
    if has_column("connection", "password"):
        op.drop_column("connection", "password")

=== b06_enum_class
import enum


class TokenType(str, enum.Enum):
    ACCESS = "access"
    REFRESH = "refresh"
    PASSWORD_RESET = "password_reset"


class SecretScope(str, enum.Enum):
    PASSWORD = "password"
    API_KEY = "api_key"
    TOKEN = "token"


def upgrade():
    op.add_column("tokens", sa.Column("type", sa.Enum(TokenType), server_default=TokenType.ACCESS.value))
    op.add_column("secrets", sa.Column("scope", sa.String(20), server_default=SecretScope.TOKEN.value))


def downgrade():
    op.drop_column("tokens", "type")

=== b07_encrypt_existing
from cryptography.fernet import Fernet

from app.settings import settings


def upgrade():
    fernet = Fernet(settings.FERNET_KEY)
    conn = op.get_bind()
    for row in conn.execute(sa.text("SELECT id, password FROM connections WHERE password <> ''")):
        conn.execute(
            sa.text("UPDATE connections SET password = :password WHERE id = :id"),
            {"password": fernet.encrypt(row.password.encode()).decode(), "id": row.id},
        )


def downgrade():
    pass

=== b08_defaults_of_other_columns
def upgrade():
    with op.batch_alter_table("oauth_clients", schema=None) as batch_op:
        batch_op.add_column(sa.Column("token_endpoint_auth_method", sa.String(48), server_default="client_secret_basic"))
        batch_op.add_column(sa.Column("password_policy", sa.String(20), server_default=sa.text("'default'")))
        batch_op.add_column(sa.Column("secret_backend", sa.String(20), server_default="vault"))
        batch_op.add_column(sa.Column("api_key_prefix", sa.String(8), server_default="mk_"))
        batch_op.add_column(sa.Column("key", sa.String(64), nullable=True))
        batch_op.alter_column("token", existing_type=sa.VARCHAR(), comment="secret part, hashed", existing_nullable=True)


def downgrade():
    pass

=== b09_logging
import logging

log = logging.getLogger("alembic.runtime.migration")


def upgrade():
    log.info("password column: %s", "users.password")
    print("token =", "none yet")
    context = {"password": None, "token": None}
    assert context["password"] is None, "no password here"
    raise_if = dict(password="", secret="")
    op.execute("COMMENT ON COLUMN users.password IS 'argon2id since 2.4'")


def downgrade():
    log.warning("the password column stays")

=== b0a_permissions_of_models
PERMISSIONS = [
    {"action": "can_read", "resource": "Api Key"},
    {"action": "reset_password", "resource": "User"},
    {"action": "can_edit", "resource": "Secret"},
]
NEW_PVMS = {"Token": ("can_read", "can_write"), "Password": ("can_reset",)}


def upgrade():
    pvm = sa.table("ab_permission", sa.column("name"))
    op.bulk_insert(pvm, [{"name": name} for names in NEW_PVMS.values() for name in names])


def downgrade():
    pass

=== b0b_who_wrote_it
# Copyright (c) Petra Nowotna <petra.nowotna@nowotna-soft.cz>
#
# SPDX-License-Identifier: GPL-3.0-or-later
# In an emergency: +420 603 112 874


def upgrade():
    '''Widen the key, by Petra Nowotna (petra.nowotna@nowotna-soft.cz).'''
    op.alter_column("hosts", "key", type_=sa.String(128))  # see petra.nowotna@nowotna-soft.cz


def downgrade():
    '''Nothing.'''

=== b0c_case_of_the_old_value
def upgrade():
    server = sa.table("server", sa.column("id"), sa.column("password"), sa.column("save_password"))
    op.execute(server.update().values(save_password=sa.case((server.c.password.is_(None), 0), else_=1)))
    op.execute("UPDATE server SET password = NULL WHERE password = ''")
    op.execute("UPDATE server SET password = CASE WHEN password = '' THEN NULL ELSE password END")


def downgrade():
    pass
"""
