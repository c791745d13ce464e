"""Alembic migrations with something in them that must be told: styles seen in public histories, retold."""

from __future__ import annotations

TEXT = r"""
=== 501_hash_in_a_variable
import bcrypt
from sqlalchemy.sql import column, table
from sqlalchemy import Integer, String


def upgrade():
    users_table = table('Users',
        column('id', Integer),
        column('username', String),
        column('password', String)
    )

    hashed_password = bcrypt.hashpw('admin987'.encode('utf-8'), bcrypt.gensalt()).decode('utf-8')  ~~password

    op.bulk_insert(users_table, [
        {'id': 1, 'username': 'admin', 'password': hashed_password}
    ])


def downgrade():
    op.execute("DELETE FROM \"Users\" WHERE username = 'admin'")

=== 502_hash_helper_of_the_application
from app.core.security import get_password_hash


def upgrade() -> None:
    user_table = sa.table("users",
                       sa.Column('id', sa.Integer(), nullable=False),
                       sa.Column('username', sa.String(), nullable=True),
                       sa.Column('hashed_password', sa.String(), nullable=True))
    op.bulk_insert(user_table,
                   [
                       {"username": "user",
                        "hashed_password": get_password_hash("Lq9xuwPOdS"),  ~~password
                        },
                       {"username": "admin",
                        "hashed_password": get_password_hash("KSipm8Yh"),  ~~password
                        },
                   ]
                   )


def downgrade() -> None:
    pass

=== 503_people_as_dicts
import uuid

import bcrypt

STAFF = [
    {
        "email": "h.lindqvist@lindqvist-bygg.se",  ~~email
        "password": "Bygg-Start1",  ~~password
        "groups": ["admin"],
    },
    {
        "email": "pm@example.org",
        "password": "Bygg-Start2",  ~~password
        "groups": [],
    },
]


def upgrade():
    users_t = sa.table("users", sa.column("id"), sa.column("email"), sa.column("hashed_password"))
    for person in STAFF:
        hashed = bcrypt.hashpw(person["password"].encode(), bcrypt.gensalt()).decode()
        op.bulk_insert(users_t, [{
            "id": str(uuid.uuid4()),
            "email": person["email"],
            "hashed_password": hashed,
        }])


def downgrade():
    pass

=== 504_rows_of_a_helper
from werkzeug.security import generate_password_hash

user_table = sa.table('users', sa.column('username', sa.String), sa.column('password_hash', sa.String))


def first_users(extra):
    users = [{
        'username': 'admin',
        'password_hash': generate_password_hash('Adm-9'),  ~~password
    }]
    for number in range(extra):
        users.append({'username': f'user{number}', 'password_hash': None})
    return users


def upgrade():
    op.bulk_insert(user_table, first_users(3))


def downgrade():
    op.execute(user_table.delete())

=== 505_development_default
import os

import bcrypt

_DEV_ONLY_DEFAULT_PASSWORD = 'sentinel-dev'  ~~password
users = sa.table('users', sa.column('email'), sa.column('password_hash'))


def upgrade():
    email = os.environ.get('DEFAULT_ADMIN_EMAIL', 'admin@example.com')
    password = os.environ.get('DEFAULT_ADMIN_PASSWORD')
    if not password:
        password = _DEV_ONLY_DEFAULT_PASSWORD
    password_hash = bcrypt.hashpw(password.encode('utf-8'), bcrypt.gensalt(rounds=10)).decode('utf-8')
    op.bulk_insert(users, [{'email': email, 'password_hash': password_hash}])


def downgrade():
    pass

=== 506_modular_crypt_in_one_line
def upgrade():
    op.execute("INSERT INTO users (nickname, hashed_password) VALUES ('ars', '$pbkdf2-sha256$29000$0Zqzdq71nnPu/d/bew.B0A$svMz2P9Me3u7H7ApWseyKnsbk5VOtwoYgadPa99TuiQ'), ('art', '$pbkdf2-sha256$29000$0BqDsLbWWitlbC2FUKoV4g$VEhxa/rbC8ydq5VnvvVWn8wmFwVfYIBIByNtTPcG/10')")  ~~password-hash


def downgrade():
    op.execute("TRUNCATE users")

=== 507_returned_table
from datetime import datetime


def upgrade():
    users = op.create_table(
        'users',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('username', sa.String(length=255), nullable=False),
        sa.Column('password', sa.String(length=255), nullable=False),
        sa.Column('token', sa.String(length=255), nullable=True),
        sa.Column('is_enabled', sa.Boolean(), nullable=True, default=True),
        sa.PrimaryKeyConstraint('id'),
    )
    op.execute('ALTER SEQUENCE users_id_seq RENAME TO seq_users_id')
    op.bulk_insert(users, [
        {
             'username': 'admin',
             'password': 'Password@9',  ~~password
             'is_enabled': True,
             'token': 'MTYxNjMzMzUyMi41NDc5OTg=',  ~~token
             "phone_number":"+256 753 823 392",  ~~phone
        }
    ])


def downgrade():
    op.drop_table('users')

=== 508_dataclass_rows
from dataclasses import asdict, dataclass


@dataclass
class Seed:
    username: str
    password: str


SEEDS = [
    Seed("porter", "gate-77"),  ~~password
    Seed(username="guard", password="gate-78"),  ~~password
]


def upgrade():
    table = sa.table("users", sa.column("username"), sa.column("password"))
    op.bulk_insert(table, [asdict(seed) for seed in SEEDS])


def downgrade():
    pass

=== 509_password_in_a_plain_variable
import hashlib


def upgrade():
    conn = op.get_bind()
    password = "L4unch-Day"  ~~password
    salt = "pepper"
    digest = hashlib.sha256((password + salt).encode()).hexdigest()
    conn.execute(
        sa.text("INSERT INTO users (login, password_hash, salt) VALUES ('x', :digest, :salt)"),
        {"digest": digest, "salt": salt},
    )


def downgrade():
    pass

=== 50a_admin_settings
from sqlalchemy.sql import table, column

settings_table = table('settings', column('name'), column('data'), column('type'))


def upgrade():
    op.bulk_insert(settings_table, [
        {'name': 'signup_enabled', 'data': 'True', 'type': 'boolean'},
        {'name': 'mail_password', 'data': 'smtp-Secr3t', 'type': 'string'},  ~~password
        {'name': 'mail_server', 'data': 'localhost', 'type': 'string'},
    ])


def downgrade():
    pass

=== 50b_users_of_replication
def upgrade() -> None:
    # --- Users ---
    op.execute("CREATE USER debezium WITH ENCRYPTED PASSWORD 'debezium'")  ~~role-password
    op.execute("ALTER USER debezium REPLICATION")
    op.execute("CREATE ROLE metric_app WITH LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD 'metric_app'")  ~~role-password
    op.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO debezium")


def downgrade() -> None:
    op.execute("DROP USER debezium")

=== 50c_password_in_a_variable_and_a_role
def upgrade():
    password = "An4lyst-Only"  ~~password|role-password
    op.execute("INSERT INTO siteconfig (name, user_defined, value) VALUES ('{}', {}, '{}')".format(
        'analyst_name', False, 'analyst'))
    op.execute("CREATE USER analyst WITH PASSWORD '{}'".format(password))
    op.execute("GRANT SELECT ON appuser TO analyst")


def downgrade():
    op.execute("DROP USER analyst")
"""
