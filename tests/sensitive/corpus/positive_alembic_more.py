"""Alembic migrations with something in them that must be told: files, defaults, settings, personal data."""

from __future__ import annotations

TEXT = r'''
=== 40a_csv_file
import csv
from pathlib import Path


def upgrade():
    users = sa.table("users", sa.column("login"), sa.column("password"))
    with open(Path(__file__).parent / "data" / "people.csv") as source:
        op.bulk_insert(users, [row for row in csv.DictReader(source)])


def downgrade():
    pass

+++ data/people.csv
login,password
cook,Suppe-01  ~~password
waiter,"Tisch,02"  ~~password

=== 40b_json_file
import json
import os

HERE = os.path.dirname(__file__)


def upgrade():
    with open(os.path.join(HERE, "seed.json"), encoding="utf-8") as f:
        rows = json.load(f)
    op.bulk_insert(sa.table("clients", sa.column("name"), sa.column("client_secret")), rows)


def downgrade():
    pass

+++ seed.json
[
  {"name": "portal", "client_secret": "<<alnum40>>"},  ~~token
  {
    "name": "kiosk",
    "client_secret": "<<alnum40>>"  ~~token
  }
]

=== 40c_yaml_file
import pathlib

import yaml


def upgrade():
    rows = yaml.safe_load((pathlib.Path(__file__).parent / "operators.yaml").read_text())
    op.bulk_insert(sa.table("operators", sa.column("name"), sa.column("password")), rows["operators"])


def downgrade():
    pass

+++ operators.yaml
operators:
  - name: day
    password: "Tag-Schicht"  ~~password
  - name: night
    password: Nacht-Schicht  ~~password

=== 40d_sql_file
from pathlib import Path


def upgrade():
    op.execute(Path(__file__).with_name("seed_users.sql").read_text())


def downgrade():
    pass

+++ seed_users.sql
INSERT INTO users (login, password)
VALUES ('imported', 'Imp0rted');  ~~password

=== 40e_server_default
def upgrade():
    op.add_column("devices", sa.Column("admin_password", sa.String(40), server_default="admin"))  ~~password
    op.add_column(
        "devices",
        sa.Column("api_token", sa.String(80), nullable=False, server_default=sa.text("'<<hex40>>'")),  ~~token
    )
    op.alter_column("devices", "root_password", server_default="toor")  ~~password
    op.create_table(
        "cameras",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("rtsp_password", sa.String, default="cam1234"),  ~~password
    )


def downgrade():
    op.drop_table("cameras")

=== 40f_batch
def upgrade():
    with op.batch_alter_table("printers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pin", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("snmp_password", sa.String(), server_default="public-rw"))  ~~password


def downgrade():
    with op.batch_alter_table("printers", schema=None) as batch_op:
        batch_op.drop_column("snmp_password")
        batch_op.drop_column("pin")

=== 410_settings
settings = sa.table("settings", sa.column("key", sa.String), sa.column("value", sa.String))


def upgrade():
    op.bulk_insert(
        settings,
        [
            {"key": "theme", "value": "dark"},
            {"key": "ldap_bind_password", "value": "B1nd-Me"},  ~~password
            {"key": "sendgrid_api_key", "value": "<<sendgrid>>"},  ~~token
            {"key": "password_expiry_days", "value": "90"},
            {"key": "jwt_secret", "value": "<<base64>>"},  ~~token
        ],
    )


def downgrade():
    op.execute(settings.delete().where(settings.c.key.in_(["ldap_bind_password", "sendgrid_api_key"])))

=== 411_json_value
import json

CONFIG = {
    "host": "imap.example.com",
    "username": "inbox",
    "password": "Briefkasten",  ~~password
}


def upgrade():
    channels = sa.table("channels", sa.column("name"), sa.column("config", sa.JSON))
    op.bulk_insert(channels, [{"name": "mail", "config": json.dumps(CONFIG)}])
    op.bulk_insert(channels, [{"name": "sms", "config": {"sid": "AC1", "auth_token": "<<hex32>>"}}])  ~~token
    op.execute("""UPDATE channels SET config = config || '{"bot": {"token": "<<telegram>>"}}'::jsonb""")  ~~token


def downgrade():
    pass

=== 412_people
people = sa.table("people", sa.column("name"), sa.column("email"), sa.column("mobile"), sa.column("ssn"))


def upgrade():
    op.bulk_insert(people, [
        {"name": "Ruth Amsel", "email": "ruth.amsel@amsel-optik.de", "mobile": "+49 171 448 2093", "ssn": None},  ~~email,phone
        {"name": "Leo Park", "email": "leo@parkandlowe.com", "mobile": "(415) 864-2290", "ssn": "<<ssn>>"},  ~~email,phone,ssn
        {"name": "Test", "email": "test@test.example", "mobile": None, "ssn": None},
    ])


def downgrade():
    op.execute("TRUNCATE people")

=== 413_cards
def upgrade():
    cards = sa.table("cards", sa.column("holder"), sa.column("pan"), sa.column("cvv"), sa.column("iban"))
    op.bulk_insert(cards, [
        {"holder": "E Blanc", "pan": "<<visa>>", "iban": None},  ~~card
        {"holder": "O Lind", "pan": "<<mastercard>>", "iban": "<<ibande>>"},  ~~card,iban
    ])
    op.execute("INSERT INTO refunds (card_number, amount) VALUES ('<<visagaps>>', 12.50)")  ~~card


def downgrade():
    pass

=== 414_emails
EMAILS = [
    "karin.weber@weber-gartenbau.de",  ~~email
    "noreply@weber-gartenbau.de",
    "info@example.com",
    "paolo@trattoria-dapaolo.it",  ~~email
]


def upgrade():
    subscribers = sa.table("subscribers", sa.column("email"))
    op.bulk_insert(subscribers, [{"email": email} for email in EMAILS])


def downgrade():
    pass

=== 415_private_key
KEY = """<<beginrsa>>  ~~private-key
<<pem64>>
<<pem64>>
<<pem64>>
<<endrsa>>
"""


def upgrade():
    signing = sa.table("signing_keys", sa.column("kid"), sa.column("private_key"))
    op.bulk_insert(signing, [{"kid": "main", "private_key": KEY}])


def downgrade():
    pass

=== 416_private_key_inline
def upgrade():
    op.execute(
        "INSERT INTO saml (name, key) VALUES ('idp', "
        "E'<<beginec>>\\n<<pem64>>\\n<<endec>>')"  ~~private-key
    )


def downgrade():
    pass

=== 417_connections
def upgrade():
    op.execute("""
        INSERT INTO connections (conn_id, uri) VALUES
        ('lake', 'mysql+pymysql://etl:Lak3-Side@lake.corp.internal/raw'),  ~~connection-string
        ('local', 'postgresql://localhost/dev')
    """)
    sources = sa.table("sources", sa.column("name"), sa.column("dsn"))
    op.bulk_insert(sources, [
        {"name": "crm", "dsn": "postgres://crm:Cust0mers@10.3.1.9:5432/crm?sslmode=require"},  ~~connection-string
        {"name": "blob", "dsn": "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=<<base64>>;"},  ~~connection-string|token
        {"name": "erp", "dsn": "Server=tcp:erp.corp.internal,1433;Database=erp;User Id=app;Password=Erp-2020;"},  ~~connection-string
    ])


def downgrade():
    pass

=== 418_roles
ROLES = {
    "reader": "rd-Pass1",  ~~role-password|password
    "loader": "ld-Pass2",  ~~role-password|password
}


def upgrade():
    op.execute("CREATE ROLE auditor LOGIN PASSWORD 'aud1t'")  ~~role-password
    for role, password in ROLES.items():
        op.execute(f"CREATE USER {role} WITH PASSWORD '{password}'")


def downgrade():
    op.execute("DROP ROLE auditor")

=== 419_helper_function
def add_user(conn, login, password):
    conn.execute(
        sa.text("INSERT INTO users (login, password) VALUES (:login, :password)"),
        {"login": login, "password": password},
    )


def upgrade():
    conn = op.get_bind()
    add_user(conn, "first", password="F1rst-One")  ~~password
    add_user(conn, login="second", password="S3cond-One")  ~~password


def downgrade():
    pass

=== 41a_downgrade
def upgrade():
    op.drop_column("users", "legacy_token")


def downgrade():
    op.add_column("users", sa.Column("legacy_token", sa.String()))
    op.execute("UPDATE users SET legacy_token = '<<alnum40>>' WHERE id = 1")  ~~token

=== 41b_conditional
def upgrade():
    conn = op.get_bind()
    exists = conn.execute(sa.text("SELECT 1 FROM users WHERE login = 'admin'")).scalar()
    if not exists:
        conn.execute(
            sa.text(
                """
                INSERT INTO users (id, login, senha, email)
                VALUES (:id, :login, :senha, :email)
                """
            ).bindparams(
                id=1,
                login="admin",
                senha="Trocar123",  ~~password
                email="sa@example.net",
            )
        )
    else:
        op.execute("UPDATE users SET senha = 'Trocar456' WHERE login = 'admin'")  ~~password


def downgrade():
    pass

=== 41c_aliases
import sqlalchemy
from sqlalchemy.sql import column, table

accounts = table("accounts", column("login"), column("mot_de_passe"))
a = accounts


def upgrade():
    op.bulk_insert(a, [{"login": "compta", "mot_de_passe": "Facture!"}], multiinsert=False)  ~~password
    op.execute(sqlalchemy.update(accounts).values(mot_de_passe="Remise-a-zero"))  ~~password
    rows = [{"login": "rh", "mot_de_passe": "Conge-22"}]  ~~password
    op.bulk_insert(accounts, rows)


def downgrade():
    pass

=== 41d_append
def upgrade():
    users = sa.table("users", sa.column("login"), sa.column("password"))
    rows = []
    rows.append({"login": "east", "password": "Sunrise-1"})  ~~password
    rows.append(dict(login="west", password="Sunset-2"))  ~~password
    row = {}
    row["login"] = "mid"
    row["password"] = "Midday-3"  ~~password
    rows.append(row)
    op.bulk_insert(users, rows)


def downgrade():
    pass

=== 41e_role_settings
def upgrade():
    op.execute("ALTER DATABASE app SET app.jwt_secret = '<<base64>>'")  ~~token
    op.execute("SELECT set_config('app.signing_key', '<<hex64>>', false)")  ~~token


def downgrade():
    op.execute("ALTER DATABASE app RESET app.jwt_secret")

=== 41f_typed
import datetime
import uuid
from typing import Any, Final

DEFAULT_PASSWORD: Final[str] = "Initial-2024"  ~~password
ROW: dict[str, Any] = {
    "id": uuid.uuid4(),
    "username": "bootstrap",
    "hashed_password": "<<werkzeugpbkdf2>>",  ~~password-hash
    "created": datetime.datetime(2024, 1, 1),
}


def upgrade() -> None:
    users: sa.TableClause = sa.table("users", sa.column("id"), sa.column("username"), sa.column("hashed_password"))
    op.execute(sa.insert(users).values(**ROW))
    op.execute(sa.insert(users).values(username="b", hashed_password=DEFAULT_PASSWORD))


def downgrade() -> None:
    pass

=== 420_percent_lines
def upgrade():
    op.execute("""INSERT INTO oauth_providers (name, client_id, client_secret, created)
        VALUES ('google', '%s', '%s', now())""" % (
        "1029384756.apps.googleusercontent.com",
        "<<alnum40>>",  ~~token
    ))


def downgrade():
    pass

=== 421_copy_in_python
def upgrade():
    raw = op.get_bind().connection
    cursor = raw.cursor()
    cursor.execute("INSERT INTO users (name, password) VALUES (%s, %s)", ("raw", "Raw-Cursor"))  ~~password
    cursor.executemany(
        "INSERT INTO users (name, password) VALUES (%s, %s)",
        [
            ("m1", "Many-1"),  ~~password
            ("m2", "Many-2"),  ~~password
        ],
    )


def downgrade():
    pass
'''
