"""Alembic migrations with something in them that must be told: tables and rows."""

from __future__ import annotations

TEXT = r'''
=== 3f1_bulk_insert
def upgrade():
    users = sa.table("users", sa.column("name", sa.String), sa.column("password", sa.String))
    op.bulk_insert(users, [{"name": "root", "password": "secret"}])  ~~password


def downgrade():
    op.execute("DELETE FROM users WHERE name = 'root'")

=== 3f2_bulk_insert_long
users_table = sa.sql.table(
    "users",
    sa.sql.column("email", sa.String),
    sa.sql.column("hashed_password", sa.String),
    sa.sql.column("is_superuser", sa.Boolean),
)


def upgrade():
    op.bulk_insert(
        users_table,
        [
            {
                "email": "admin@example.com",
                "hashed_password": "<<bcrypt>>",  ~~password-hash
                "is_superuser": True,
            },
            {
                "email": "yara.haddad@haddad-logistics.ae",  ~~email
                "hashed_password": "<<bcrypt>>",  ~~password-hash
                "is_superuser": False,
            },
        ],
    )


def downgrade():
    pass

=== 3f3_created_table
def upgrade():
    accounts = op.create_table(
        'accounts',
        sa.Column('id', sa.Integer(), primary_key=True),
        sa.Column('login', sa.String(50), nullable=False),
        sa.Column('passwd', sa.String(255), nullable=False),
    )
    op.bulk_insert(accounts, [
        dict(id=1, login='admin', passwd='4dm1n'),  ~~password
        dict(id=2, login='guest', passwd='gu3st'),  ~~password
    ])


def downgrade():
    op.drop_table('accounts')

=== 3f4_metadata_table
from sqlalchemy import MetaData, Table, Column, Integer, String

meta = MetaData()
t = Table("api_clients", meta, Column("id", Integer), Column("name", String), Column("client_secret", String))


def upgrade() -> None:
    op.bulk_insert(t, [{"id": 1, "name": "mobile", "client_secret": "<<alnum40>>"}])  ~~token
    op.execute(t.insert().values(id=2, name="desktop", client_secret="<<alnum40>>"))  ~~token


def downgrade() -> None:
    op.execute(t.delete())

=== 3f5_constants
ADMIN_NAME = "administrator"
ADMIN_PASSWORD = "S0nnenblume"  ~~password


def upgrade():
    users = sa.table("users", sa.column("username"), sa.column("password"))
    op.bulk_insert(users, [{"username": ADMIN_NAME, "password": ADMIN_PASSWORD}])


def downgrade():
    pass

=== 3f6_plain_constant
PW = "karibu-2020"  ~~password
TABLE = "watumiaji"


def upgrade():
    conn = op.get_bind()
    conn.execute(sa.text("INSERT INTO watumiaji (jina, password) VALUES (:n, :p)"), {"n": "mkuu", "p": PW})


def downgrade():
    pass

=== 3f7_comprehension
USERS = [
    ("anna", "Anna-1!"),  ~~password
    ("bert", "Bert-2!"),  ~~password
]


def upgrade():
    table = sa.table("users", sa.column("username"), sa.column("password"))
    op.bulk_insert(table, [{"username": name, "password": password} for name, password in USERS])


def downgrade():
    pass

=== 3f8_zip
names = ["north", "south"]
keys = [
    "<<hex64>>",  ~~token
    "<<hex64>>",  ~~token
]


def upgrade():
    site = sa.table("site", sa.column("name"), sa.column("api_key"))
    op.bulk_insert(site, [{"name": n, "api_key": k} for n, k in zip(names, keys)])


def downgrade():
    pass

=== 3f9_loop
def upgrade():
    conn = op.get_bind()
    users = sa.table("users", sa.column("login"), sa.column("password"))
    for login, password in [
        ("front", "desk-01"),  ~~password
        ("back", "office-02"),  ~~password
    ]:
        conn.execute(users.insert().values(login=login, password=password))


def downgrade():
    pass

=== 3fa_zip_dict
COLUMNS = ("id", "login", "password")
ROWS = (
    (1, "reader", "read-only!"),  ~~password
    (2, "writer", "write-0nly"),  ~~password
)


def upgrade():
    users = sa.table("users", *[sa.column(c) for c in COLUMNS])
    op.bulk_insert(users, [dict(zip(COLUMNS, row)) for row in ROWS])


def downgrade():
    pass

=== 3fb_execute_string
def upgrade():
    op.execute("INSERT INTO users (name, password) VALUES ('sys', 'sys-Init1')")  ~~password
    op.execute(
        """
        UPDATE users
        SET password = 'expired-1',  ~~password
            token = NULL
        WHERE active = false
        """
    )


def downgrade():
    op.execute("INSERT INTO users (name, password) VALUES ('old', 'old-Pass')")  ~~password

=== 3fc_execute_concat
def upgrade():
    op.execute(
        "INSERT INTO users (name, email, password) "
        "VALUES ('chief', 'chief@example.com', "
        "'Ch1ef-Officer')"  ~~password
    )
    sql = "UPDATE api_keys SET key = " + "'<<alnum40>>'" + " WHERE name = 'old'"  ~~token
    op.execute(sql)


def downgrade():
    pass

=== 3fd_fstring
SCHEMA = "tenant"


def upgrade():
    for number in range(3):
        op.execute(f"INSERT INTO {SCHEMA}_{number}.users (login, password) VALUES ('admin', 'Tenant!{number}x')")  ~~password
    op.execute(f"""
        ALTER ROLE {SCHEMA}_owner WITH PASSWORD 'owner-pass'  ~~role-password
    """)


def downgrade():
    pass

=== 3fe_format
INSERT = "INSERT INTO {table} (login, password) VALUES ('{login}', 'Standard9')"  ~~password


def upgrade():
    for login in ("a", "b"):
        op.execute(INSERT.format(table="users", login=login))
    op.execute("UPDATE users SET password = '{}' WHERE login = 'c'".format("Format-Me"))  ~~password
    op.execute("UPDATE users SET password = '%s' WHERE login = 'd'" % "Percent-Me")  ~~password
    op.execute("UPDATE users SET password = '%(pw)s' WHERE login = 'e'" % {"pw": "Named-Me"})  ~~password


def downgrade():
    pass

=== 3ff_text_params
from sqlalchemy import text


def upgrade():
    bind = op.get_bind()
    bind.execute(
        text("INSERT INTO users (email, password_hash) VALUES (:email, :hash)"),
        {"email": "admin@example.com", "hash": "<<argon2>>"},  ~~password-hash
    )
    bind.execute(
        text("UPDATE users SET password_hash = :h WHERE id = 1"),
        dict(h="<<argon2>>"),  ~~password-hash
    )
    op.execute(text("UPDATE orgs SET webhook_secret = :s").bindparams(s="<<hex40>>"))  ~~token


def downgrade():
    pass

=== 401_text_kwargs
def upgrade():
    conn = op.get_bind()
    conn.execute(sa.text("insert into users (login, pass) values (:l, :p)"), l="ada", p="ada-1815")  ~~password
    conn.execute(sa.text("insert into users (login, pass) values (:l, :p)"), [
        {"l": "grace", "p": "cobol-59"},  ~~password
        {"l": "alan", "p": "enigma-39"},  ~~password
    ])


def downgrade():
    pass

=== 402_sa_insert_values
def upgrade():
    users = sa.table("users", sa.column("name"), sa.column("password"), sa.column("phone"))
    op.execute(
        sa.insert(users).values(
            name="desk",
            password="Empfang1",  ~~password
            phone="+49 30 2312 5014",  ~~phone
        )
    )
    op.get_bind().execute(users.insert(), [{"name": "x", "password": "x-Press"}])  ~~password
    op.execute(users.insert().values([{"name": "y", "password": "y-Ray"}, {"name": "z", "password": "z-Ebra"}]))  ~~password
    op.execute(users.update().where(users.c.name == "w").values({"password": "w-Orm"}))  ~~password
    op.execute(users.update().values({users.c.password: "v-Iper"}))  ~~password


def downgrade():
    pass

=== 403_execute_params
def upgrade():
    connection = op.get_bind()
    stmt = sa.table("users", sa.column("login"), sa.column("password")).insert()
    connection.execute(
        stmt,
        [
            {"login": "kitchen", "password": "Pfanne"},  ~~password
            {"login": "cellar", "password": "Flasche"},  ~~password
        ],
    )


def downgrade():
    pass

=== 404_exec_driver_sql
def upgrade():
    conn = op.get_bind()
    conn.exec_driver_sql("INSERT INTO users (login, password) VALUES ('one', 'uno-Uno')")  ~~password
    conn.exec_driver_sql(
        "INSERT INTO users (login, password) VALUES (%s, %s)",
        ("two", "dos-Dos"),  ~~password
    )
    conn.exec_driver_sql(
        "INSERT INTO users (login, password) VALUES (%(l)s, %(p)s)", {"l": "three", "p": "tres-Tres"}  ~~password
    )


def downgrade():
    pass

=== 405_orm
from sqlalchemy.orm import Session, declarative_base

Base = declarative_base()


class User(Base):
    __tablename__ = "users"
    id = sa.Column(sa.Integer, primary_key=True)
    login = sa.Column(sa.String)
    password = sa.Column(sa.String)


def upgrade():
    session = Session(bind=op.get_bind())
    session.add(User(login="superadmin", password="Sup3r!"))  ~~password
    user = User(login="second")
    user.password = "S3cond!"  ~~password
    session.add(user)
    session.add_all([
        User(
            login="third",
            password="Th1rd!",  ~~password
        ),
    ])
    session.commit()


def downgrade():
    pass

=== 406_orm_query
from sqlalchemy import orm

from app.models import Setting, User


def upgrade():
    session = orm.Session(bind=op.get_bind())
    session.query(User).filter(User.login == "admin").update({"password": "Upd4ted"})  ~~password
    session.query(User).update({User.password: "Upd4ted-2"}, synchronize_session=False)  ~~password
    session.merge(Setting(key="smtp_password", value="M41ler"))  ~~password
    session.commit()


def downgrade():
    pass

=== 407_hash_helpers
import bcrypt
from passlib.context import CryptContext
from passlib.hash import pbkdf2_sha256
from werkzeug.security import generate_password_hash

pwd_context = CryptContext(schemes=["bcrypt"])


def upgrade():
    users = sa.table("users", sa.column("login"), sa.column("password_hash"))
    op.bulk_insert(
        users,
        [
            {"login": "a", "password_hash": generate_password_hash("Werkzeug1")},  ~~password
            {"login": "b", "password_hash": bcrypt.hashpw(b"Bcrypt1!", bcrypt.gensalt()).decode()},  ~~password
            {"login": "c", "password_hash": pwd_context.hash("Passlib1")},  ~~password
            {"login": "d", "password_hash": pbkdf2_sha256.hash("Pbkdf2!1")},  ~~password
        ],
    )


def downgrade():
    pass

=== 408_hash_before
import hashlib

from werkzeug.security import generate_password_hash


def upgrade():
    hashed = generate_password_hash("Vorab-Hash")  ~~password
    digest = hashlib.sha256("Sha-Pass1".encode()).hexdigest()  ~~password
    op.get_bind().execute(
        sa.text("UPDATE users SET password_hash = :hashed, legacy_password = :digest"),
        {"hashed": hashed, "digest": digest},
    )


def downgrade():
    pass

=== 409_environment
import os

ADMIN = os.getenv("ADMIN_USER", "admin")
SECRET = os.environ.get("ADMIN_PASSWORD", "changeme")  ~~password


def upgrade():
    users = sa.table("users", sa.column("name"), sa.column("password"))
    op.bulk_insert(users, [{"name": ADMIN, "password": SECRET}])
    op.execute("CREATE ROLE app LOGIN PASSWORD '%s'" % os.getenv("APP_PW", "app-pw"))  ~~role-password|password
    op.bulk_insert(users, [{"name": "x", "password": os.environ.get("X_PW") or "fallback-x"}])  ~~password


def downgrade():
    pass
'''
