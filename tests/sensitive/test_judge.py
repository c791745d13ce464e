"""Which literals are sensitive, given the column that each goes into."""

from __future__ import annotations

import json

import pytest

from checks.sensitive.judge import NOTHING, Settings, judge
from checks.sensitive.literal import HOLE, Cell, Place, Row
from checks.sensitive.mask import mask
from checks.sensitive.names import Meaning, meaning

BCRYPT = "$2b$12$" + "a" * 53
GITHUB = "ghp_" + "A1b2" * 9
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----\nabc"
URL = "postgresql://app:" + "s3cr3t@db/x"


def row(table: str, place: Place = Place.ROW, **cells: str) -> Row:
    return Row(
        place, table, tuple(Cell(column, text, line) for line, (column, text) in enumerate(cells.items(), 1))
    )


def loose(text: str) -> Row:
    return Row(Place.LOOSE, "", (Cell("", text, 1),))


def kinds(one: Row, settings: Settings = NOTHING) -> list[str]:
    return [found.kind.value for found in judge([one], settings)]


SENSITIVE = [
    (row("users", password="secret"), "password"),
    (row("properties", prop_key="ldap.password", prop_value="Kakadu-7"), "password"),
    (row("options", option_name="mailserver_pass", option_value="Kakadu-7"), "password"),
    (row("users", password="12345"), "password"),
    (row("users", password="changeme"), "password"),
    (row("users", senha="x1"), "password"),
    (row("users", passwort="geheim"), "password"),
    (row("users", mot_de_passe="azerty"), "password"),
    (row("users", contraseña="hola"), "password"),
    (row("users", hasło="kot"), "password"),
    (row("users", パスワード="neko"), "password"),
    (row("users", userpassword="abc def ghi"), "password"),
    (row("mail", smtp_pass="abc"), "password"),
    (row("users", password=f"Tenant!{HOLE}x"), "password"),
    (row("api_keys", key="b4kk1hJHTA2TvLlS58C0rBal"), "token"),
    (row("users", password=BCRYPT), "password-hash"),
    (row("users", anything=BCRYPT), "password-hash"),
    (row("users", password_hash="5f4dcc3b5aa765d61d8327deb882cf99"), "password-hash"),
    (row("u", note=GITHUB), "token"),
    (row("u", api_key="8f14e45fceea167a5a36dedd4bea2543"), "token"),
    (row("u", client_secret="550e8400-e29b-41d4-a716-446655440000"), "token"),
    (row("u", token="my-secret-token"), "token"),
    (row("u", secret="s3cr3t"), "token"),
    (row("u", secret_key="django-" + "insecure-abc"), "token"),
    (row("settings", key="smtp_password", value="hunter2"), "password"),
    (row("settings", key="smtp_password", value="猫123"), "password"),
    (row("users", password="пароль"), "password"),
    (Row(Place.ROW, "x", (Cell("password", "hunter22", 1, inner=True),)), "password"),
    (row("users", password="vault:x"), "password"),
    (row("settings", name="api.token", value="abc123def456"), "token"),
    (Row(Place.ROW, "s", (Cell("value", "hunter2", 1),), (Cell("key", "smtp_password", 1),)), "password"),
    (Row(Place.ROW, "s", (Cell("", "smtp_password", 1), Cell("", "hunter2", 1))), "password"),
    (row("x", config=json.dumps({"smtp": {"password": "hunter22"}})), "password"),
    (row("d", url=URL), "connection-string"),
    (row("d", dsn="host=db user=app password=" + "abc"), "connection-string"),
    (loose(URL), "connection-string"),
    (loose(PEM), "private-key"),
    (loose(GITHUB), "token"),
    (Row(Place.ROLE, "app", (Cell("password", "x", 3),)), "role-password"),
    (row("", Place.ENVIRONMENT, admin_password="changeme"), "password"),
    (row("", Place.SETTING, jwt_secret="Zm9vYmFyMTIzNDU2"), "token"),
    (row("users", Place.DEFAULT, password="welcome"), "password"),
    (row("p", card_number="4111 1111 1111 1111"), "card"),
    (row("p", what="5500-0055-5555-5559"), "card"),
    (row("p", iban="DE89370400440532013000"), "iban"),
    (row("p", note="GB82 WEST 1234 5698 7654 32"), "iban"),
    (row("p", ssn="123-45-6789"), "ssn"),
    (row("p", cpf="529.982.247-25"), "ssn"),
    (row("p", x="anna.meier@gmail.com"), "email"),
    (row("p", phone="030 1234568"), "phone"),
    (row("x", config=json.dumps({"password": "Tiger7651!"})), "password"),
    (row("u", secret="\\x46c5296f62e338d74ff1fe4f7f505aef9ebdd25b"), "token"),
    (row("u", recovery_codes="{a8Kd92Lq,NULL}"), "token"),
    (row("u", tokens="b4kk1hJHTA2TvLlS58C0rBal"), "token"),
    (row("settings", key="database.secret", value="550e8400-e29b-41d4-a716-446655440000"), "token"),
    (row("usuarios", clave="verano"), "password"),
    (row("users", pin="4711"), "password"),
    (row("members", security_answer="Rex"), "password"),
    (row("x", header="Bearer " + "b4kk1hJHTA2TvLlS58C0rBal"), "token"),
    (row("p", social_insurance_number="046-454-286"), "ssn"),
    (row("users", passwordhash="AQAAAAEAACcQAAAAEZyxiZEfbbjGoOf0fJmM=="), "password"),
    (row("s", stripeapikey="b4kk1hJHTA2TvLlS58C0rBal"), "token"),
    (row("x", doc=json.dumps({"email": "anna.meier@gmail.com"})), "email"),
    (row("x", doc=json.dumps({"card": {"number": "4111 1111 1111 1111"}})), "card"),
    (row("settings", key="webhook_secret", value='"b4kk1hJHTA2TvLlS58C0rBal"'), "token"),
    (row("settings", pref="proxy.password", value="Winter6018$x"), "password"),
    (row("p", codice_fiscale="RSSMRA85T10A562S"), "ssn"),
    (row("p", tc_kimlik_no="10000000146"), "ssn"),
    (row("p", 手机号="13912345678"), "phone"),
    (Row(Place.ROW, "s", tuple(Cell("", text, 1) for text in ("1", "ftp_pass", "Tiger18"))), "password"),
    (row("", Place.NAMED, v_pass="hunter2"), "password"),
    (row("p", fax="+49 30 901820"), "phone"),
]
HARMLESS = [
    row("users", password=""),
    row("users", password="!"),
    row("users", password="*"),
    row("users", password=HOLE),
    row("users", password="{{ password }}"),
    row("users", password=f"pbkdf2:sha256:{HOLE}"),
    row("users", password=f"{HOLE}-{HOLE}"),
    row("api_keys", key="primary_key", name="A key for everything"),
    row("languages", key="b4kk1hJHTA2TvLlS58C0rBal"),
    row("users", password="%s"),
    row("users", password="true"),
    row("users", password="null"),
    row("t", token_type="bearer"),
    row("t", secret="secret"),
    row("t", token="access_token"),
    row("t", secret="HS256"),
    row("t", secret="client_secret_basic"),
    row("u", api_key="YOUR_API_KEY"),
    row("u", password_reset_url="https://shop.example/reset"),
    row("u", password_changed_at="2024-01-01"),
    row("k", public_key="AAAAB3NzaC1yc2EAAAADAQABAAABgQC7"),
    row("i18n", key="password", value="Passwort"),
    row("translations", key="password", value="Your password"),
    row("settings", key="password", value="Password"),
    row("settings", key="password_min_length", value="8"),
    row("settings", key="token_expiry_days", value="30"),
    row("fields", name="password", label="Password"),
    row("x", schema=json.dumps({"properties": {"password": {"type": "string", "title": "Password"}}})),
    row("x", conf=json.dumps({"password": "string", "auth": "basic"})),
    row("perm", codename="change_password", name="Can change password"),
    row("users", email="noreply@acme.com"),
    row("users", email="support@acme.com"),
    row("users", email="customer.support@acme.com"),
    row("users", email="reservations@acme.com"),
    row("users", email="app@project-1.iam.gserviceaccount.com"),
    row("users", email="anna@example.com"),
    row("users", email="anna@shop.test"),
    row("x", revision="a1b2c3d4e5f6"),
    row("x", id="4111111111111111"),
    row("x", sku="5500005555555559"),
    row("x", uuid="550e8400-e29b-41d4-a716-446655440000"),
    row("x", checksum="8f14e45fceea167a5a36dedd4bea2543"),
    row("x", picture="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUA"),
    row("c", phone_code="+49"),
    row("c", country="Germany", phone_prefix="49"),
    row("d", url="postgresql://localhost/db"),
    row("d", url="postgresql://${user}:${password}@db/x"),
    row("d", url="postgresql://user:password@localhost/db"),
    row("geo", lat="52.5200066", lng="13.404954"),
    row("p", phone="555-0123"),
    loose("secret"),
    loose("anna.meier@gmail.com"),
    row("", Place.NAMED, password="password"),
    row("", Place.NAMED, token="access"),
    row("x", config=json.dumps({"password": "Required!", "secret": "At least 8 signs!"})),
    row("catalogo", clave="verano"),
    row("u", tokens="{read,write}"),
    row("ai", tokens="4096"),
    row("board", pin="4711"),
    row("x", header="Bearer authenticationAndAuthorization"),
    row("u", mustchangepassword="later"),
    row("u", passwordreseturl="https://shop.example/reset"),
    Row(Place.NAMED, "", (Cell("conf", json.dumps({"email": "anna.meier@gmail.com"}), 1),)),
    Row(
        Place.ROW,
        "scopes",
        (Cell("", "550e8400-e29b-41d4-a716-446655440000", 1), Cell("", "api_key", 1)),
    ),
    row("settings", key="password_hash", value="sha512"),
    row("icons", name="api-key", data="iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"),
    row("settings", key="token", value="__Host-session"),
    row("engines", uri_placeholder="oracle://scott:" + "tiger@host:1521/sid"),
    row("x", labels=json.dumps({"password": "Κωδικός πρόσβασης", "passphrase": "Mật khẩu"})),
    row("x", labels=json.dumps({"password": "Contrasenya"})),
    row("settings", key="jwt", value="RS256"),
    row("audit", key="password", value="[redacted]"),
    row("plans", subscription_key="pro-monthly-2024"),
    row("files", storage_key="uploads/2024/01/8f14e45fceea167a5a36dedd4bea2543.pdf"),
    Row(Place.ROW, "forms", (Cell("password", "user_password", 1, inner=True),)),
    Row(Place.ROW, "u", (Cell("token", "t", 1),), (Cell("password", "pbkdf2_sha256$%", 1, ("like",)),)),
]
REFERENCES = [
    *("vault:secret/data/db#password", "vault://db#token", "ssm:/prod/db/password", "secretsmanager:prod/db"),
    *(
        "arn:aws:ssm:eu-west-1:123456789012:parameter/db",
        "projects/x/secrets/db/versions/1",
        "op://Private/db",
    ),
    *(
        "@Microsoft.KeyVault(SecretUri=https://kv.vault.azure.net/secrets/db)",
        "ENV[DB_PASSWORD]",
        "env:DB_PW",
    ),
    *("!ENV PASSWORD", "os.environ/DB_PASSWORD", "/run/secrets/db", "#{DB_PASSWORD}", "__DB_PASSWORD__"),
    *("@@DB_PASSWORD@@", "={{ $env.PASSWORD }}", "$(DB_PASSWORD)", "[[password]]", "((vault-db-password))"),
    *("%{hiera('pw')}", "~{token}", "@{variables('token')}", "$(vault read secret/db)", "`cat /run/db`"),
]


@pytest.mark.parametrize(("one", "kind"), SENSITIVE)
def test_what_is_sensitive(one: Row, kind: str) -> None:
    assert kinds(one) == [kind]


@pytest.mark.parametrize("one", HARMLESS)
def test_what_is_not(one: Row) -> None:
    assert kinds(one) == []


@pytest.mark.parametrize("text", REFERENCES)
@pytest.mark.parametrize("column", ["password", "api_key"])
def test_where_a_secret_is_kept_is_no_secret(column: str, text: str) -> None:
    assert not kinds(row("connections", **{column: text}))
    assert not kinds(row("settings", key="smtp_" + column, value=text))


@pytest.mark.parametrize("text", ["!", "!!", "*", "*LK*", "!locked", "!" + "aB3" * 13 + "c", "*no-login*"])
def test_a_password_that_nobody_can_use_is_none(text: str) -> None:
    assert not kinds(row("users", password=text))


@pytest.mark.parametrize("text", ["!QAZ2wsx", "*Hallo12", "!Summer-2020"])
def test_a_password_may_begin_like_one_that_nobody_can_use(text: str) -> None:
    assert kinds(row("users", password=text)) == ["password"]


@pytest.mark.parametrize("through", ["replace", "regexp_replace", "substring", "to_char"])
def test_what_takes_a_value_apart_is_no_value(through: str) -> None:
    cell = Cell("password", "sha1:", 1, (through,))
    assert not kinds(Row(Place.ROW, "users", (cell,)))


def test_names_that_a_user_adds_or_leaves_out() -> None:
    bank = row("accounts", bank_login="zebra")
    assert kinds(bank) == []
    assert kinds(bank, Settings(columns=("bank_*",))) == ["token"]
    assert kinds(row("faq", password="secret"), Settings(ignore=("faq.password",))) == []
    assert kinds(row("users", password="secret"), Settings(ignore=("faq.password",))) == ["password"]


def test_a_literal_is_told_once_with_its_own_line_and_masked() -> None:
    one = Row(Place.ROW, "users", (Cell("password", "hunter2", 7), Cell("email", "anna@gmail.com", 6)))
    found = judge([one, Row(Place.LOOSE, "", (Cell("", "hunter2", 7),)), one])
    assert [(f.line, f.kind, f.value, f.table, f.column) for f in found] == [
        (6, "email", "an***m", "users", "email"),
        (7, "password", "hu***2", "users", "password"),
    ]
    assert "hunter2" not in repr(found)


def test_what_is_in_a_document_of_several_lines_is_told_at_its_own() -> None:
    document = '{\n "name": "it\'s",\n "password":\n  "hunter2"}'
    one = Row(Place.ROW, "t", (Cell("config", document, 2),))
    laid_out = ["--", "INSERT '" + document.replace("'", "''") + "'"]
    assert [f.line for f in judge([one], lines="\n".join(laid_out).split("\n"))] == [5]
    assert [f.line for f in judge([one], lines=["--", "INSERT E'{\\n'", "--", "--", "--"])] == [2]
    assert [f.line for f in judge([one])] == [2]


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [("hunter2", "password", "hu***2"), ("short", "password", "***"), (URL, "connection-string", "***")],
)
def test_what_is_shown(text: str, kind: str, shown: str) -> None:
    assert mask(text, kind) == shown


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("userPassword", Meaning.PASSWORD),
        ("passwordHash", Meaning.HASH),
        ("encrypted_password", Meaning.HASH),
        ("password_reset_token", Meaning.TOKEN),
        ("password_reset_url", Meaning.NOTHING),
        ("must_change_password", Meaning.NOTHING),
        ("password_policy", Meaning.NOTHING),
        ("token_type", Meaning.NOTHING),
        ("max_tokens", Meaning.NOTHING),
        ("is_secret", Meaning.NOTHING),
        ("aws_secret_access_key", Meaning.TOKEN),
        ("public_key", Meaning.IDENTITY),
        ("cache_key", Meaning.IDENTITY),
        ("bus_pass", Meaning.NOTHING),
        ("passport_number", Meaning.NOTHING),
        ("bypass", Meaning.NOTHING),
        ("cc_number", Meaning.CARD),
        ("work_email", Meaning.EMAIL),
        ("phone_code", Meaning.IDENTITY),
        ("settingValue", Meaning.VALUE),
        ("รหัสผ่าน", Meaning.PASSWORD),
        ("पासवर्ड", Meaning.PASSWORD),
        ("كلمة_المرور", Meaning.PASSWORD),
        ("mật_khẩu", Meaning.PASSWORD),
        ("kata_laluan", Meaning.PASSWORD),
        ("contrasen\u0303a", Meaning.PASSWORD),
        ("codigo_acceso", Meaning.PASSWORD),
        ("parola_d'ordine", Meaning.PASSWORD),
    ],
)
def test_what_a_name_says(name: str, expected: Meaning) -> None:
    assert meaning(name) is expected
