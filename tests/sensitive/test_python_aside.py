"""What stands in no row of Python: hashes, the environment, defaults, names, loose texts and files."""

from __future__ import annotations

import pytest
from literals import HEAD, cells, nobody, rows

from checks.sensitive.literal import Place, Reference
from checks.sensitive.python import read

HASHES = {
    "generate_password_hash('x')": "generate_password_hash",
    "bcrypt.hashpw(b'x', bcrypt.gensalt()).decode()": "hashpw",
    "pwd_context.hash('x')": "hash",
    "PasswordHasher().hash('x')": "hash",
    "make_password('x')": "make_password",
}
DIGESTS = {
    "hashlib.sha256(b'x').hexdigest()": "sha256",
    "hashlib.md5('x'.encode()).hexdigest()": "md5",
}


@pytest.mark.parametrize("source", HASHES)
def test_a_hash_of_a_literal(source: str) -> None:
    context = "pwd_context = CryptContext(schemes=SCHEMES)\n"
    [row] = rows(f"{context}hashed = {source}\n")
    assert row.place is Place.NAMED
    assert [(cell.column, cell.text, cell.line) for cell in row.cells] == [("password", "x", 2)]
    assert row.cells[0].through == (HASHES[source],)
    [row] = rows(f"{context}op.bulk_insert(users, [{{'pw': {source}}}])\n")
    assert row.place is Place.ROW
    assert [(cell.column, cell.text, cell.through) for cell in row.cells] == [("pw", "x", (HASHES[source],))]


@pytest.mark.parametrize("source", DIGESTS)
def test_a_digest_of_a_literal_is_a_password_where_it_goes_into_its_column_only(source: str) -> None:
    assert [row.place for row in rows(f"name = {source}\n")] in ([], [Place.LOOSE])
    [row] = rows(f"digest = {source}\nop.bulk_insert(users, [{{'pw': digest}}])\n")
    assert row.place is Place.ROW
    assert [(cell.column, cell.text, cell.through) for cell in row.cells] == [("pw", "x", (DIGESTS[source],))]


@pytest.mark.parametrize(
    "source",
    [
        "row.password.replace('old', 'new')",
        "row.created.strftime('%Y%m%d')",
        "row.password.encode('utf-8')",
        "fernet.encrypt(row.password.encode('utf8')).decode('utf8')",
        "''.join(secrets.choice('abcdef') for _ in range(9))",
        "hashlib.sha256(json.dumps(row, sort_keys=True).encode('utf-8')).hexdigest()",
        "sa.literal_column('legacy_password')",
    ],
)
def test_what_only_says_how_a_value_is_made_goes_into_no_column(source: str) -> None:
    found = rows(f"op.bulk_insert(users, [{{'pw': {source}}}])\n")
    assert not [cell for row in found for cell in row.cells if cell.column]


def test_a_password_that_is_set() -> None:
    [row] = rows("user.set_password('x')\n")
    assert (row.cells[0].column, row.cells[0].through) == ("password", ("set_password",))


@pytest.mark.parametrize(
    "source",
    [
        "os.environ.get('ADMIN_PASSWORD', 'x')",
        "environ.get('ADMIN_PASSWORD', 'x')",
        "os.getenv('ADMIN_PASSWORD', default='x')",
        "getenv('ADMIN_PASSWORD', 'x')",
        "os.environ.setdefault('ADMIN_PASSWORD', 'x')",
        "config('ADMIN_PASSWORD', default='x')",
        "env('ADMIN_PASSWORD', default='x')",
        "env.str('ADMIN_PASSWORD', 'x')",
        "op.bulk_insert(users, [{'pw': os.environ.get('ADMIN_PASSWORD', 'x')}])",
    ],
)
def test_the_default_of_an_environment_variable(source: str) -> None:
    [row] = rows(f"pw = {source}\n")
    assert row.place is Place.ENVIRONMENT
    assert [(cell.column, cell.text, cell.line) for cell in row.cells] == [("admin_password", "x", 1)]


DEFAULTS = {
    "op.add_column('users', sa.Column('password', sa.String(), server_default='x'))": "users",
    "op.add_column('users', sa.Column('password', sa.String(), default='x'))": "users",
    "op.alter_column('users', 'password', server_default='x')": "users",
    "op.create_table('users', sa.Column('password', sa.String(), server_default='x'))": "users",
    "with op.batch_alter_table('users') as b:\n b.add_column(sa.Column('password', default='x'))": "users",
    "class User(Base):\n password = sa.Column(sa.String, default='x')": "",
    "class User(Base):\n password: Mapped[str] = mapped_column(default='x')": "",
    "migrations.AddField(model_name='users', name='password', field=models.CharField(default='x'))": "users",
    "migrations.AddField('users', 'password', models.CharField(default='x'))": "users",
    "migrations.CreateModel('users', fields=[('password', models.CharField(default='x'))])": "users",
}


@pytest.mark.parametrize("source", DEFAULTS)
def test_the_default_of_a_column(source: str) -> None:
    line = 1 + source.count("\n")
    assert cells(source, Place.DEFAULT) == [(DEFAULTS[source], "password", "x", line)]
    assert not cells(source, Place.NAMED, Place.LOOSE)


NAMED = {
    "ADMIN_PASSWORD = 'x'": [("admin_password", "x")],
    "PIN: int = 1234": [("pin", "1234")],
    "def f(token='x'): pass": [("token", "x")],
    "def f(*, token='x'): pass": [("token", "x")],
    "def f(a, token): pass\nf(b, 'x')": [("token", "x")],
    "post(url, auth=('u', 'p'))": [("auth", "p"), ("auth", "u")],
    "post(url, headers={'api_key': 'x'})": [("api_key", "x")],
    "SETTINGS = [('smtp_password', 'x')]": [("settings", "smtp_password"), ("smtp_password", "x")],
    "DSN = f'postgresql://u:pw@{host}/d'": [("dsn", "postgresql://u:pw@${}/d")],
    "DSN = 'postgresql://u:' + 'pw' + '@h'": [("dsn", "postgresql://u:pw@h")],
    "class S:\n token = 'x'": [("token", "x")],
    "config['token'] = 'x'": [("token", "x")],
    "args.get('token', 'x')": [("token", "x")],
    "Fernet(b'x')": [("secret_key", "x")],
}


@pytest.mark.parametrize("source", NAMED)
def test_what_a_name_says(source: str) -> None:
    found = cells(source, Place.NAMED)
    assert [cell[1:3] for cell in found] == NAMED[source]


@pytest.mark.parametrize(
    "source",
    [
        "class Kind(str, enum.Enum):\n    PASSWORD = 'x'",
        "class Kind(models.TextChoices):\n    PASSWORD = 'x'",
        "models.CharField(choices=[('password', 'x')])",
    ],
)
def test_names_of_labels_say_nothing_of_them(source: str) -> None:
    assert "password" not in [cell[1] for cell in cells(source, Place.NAMED)]
    assert rows(source)


def test_a_loose_text() -> None:
    source = "engine = create_engine('postgresql://u:p@h/d')\n"
    assert cells(source, Place.LOOSE) == [("", "", "postgresql://u:p@h/d", 1)]


def test_what_a_row_has_is_not_given_again() -> None:
    source = "PASSWORD = 'x'\nUSERS = [('a', 'y')]\nop.bulk_insert(t, [{'password': PASSWORD}])\n"
    source += "op.bulk_insert(t, [{'name': n, 'password': p} for n, p in USERS])\n"
    assert not cells(source, Place.NAMED, Place.LOOSE)
    assert len(cells(source)) == 3
    source = "KEY = 'smtp'\nSetting.objects.filter(key=KEY).update(value='x')\n"
    assert not cells(source, Place.NAMED, Place.LOOSE)
    source = "DEFAULT = \"'x'\"\nsa.Column('a', server_default=sa.text(DEFAULT))\n"
    assert not cells(source, Place.NAMED, Place.LOOSE)


QUIET = '''
"""Revision ID: abcdef123456"""
revision = "abcdef123456"
down_revision: str = "123456abcdef"
branch_labels = ("x",)
depends_on = None
def upgrade() -> "None":
    """Do it."""
    x: "Optional[str]" = None
    op.create_table("users", sa.Column("password", sa.String(30)), sa.ForeignKeyConstraint(["a"], ["b.c"]))
    op.create_index(op.f("ix"), "users", ["email"], unique=True, postgresql_using="btree")
    op.drop_constraint("fk", "users", type_="foreignkey")
    sa.Enum("a", "b", name="kind").create(bind)
'''


def test_what_is_no_literal_of_ours() -> None:
    assert rows(HEAD + QUIET) == []


FILES = {
    "open('seeds/x.csv')": Reference("seeds/x.csv", 1),
    "open(os.path.join(os.path.dirname(__file__), 'x.sql'))": Reference("x.sql", 1, beside=True),
    "HERE = os.path.dirname(os.path.abspath(__file__)); open(os.path.join(HERE, 'd', 'x.sql'))": Reference(
        "d/x.sql", 1, beside=True
    ),
    "(Path(__file__).parent / 'seeds' / 'users.csv').read_text()": Reference(
        "seeds/users.csv", 1, beside=True
    ),
    "Path(__file__).resolve().parent.parent.joinpath('users.csv').open()": Reference(
        "../users.csv", 1, beside=True
    ),
    "open(Path(__file__).parents[1] / 'users.csv')": Reference("../users.csv", 1, beside=True),
    "open(Path(__file__).with_name('users.csv'))": Reference("users.csv", 1, beside=True),
    "open(f'{os.path.dirname(__file__)}/d/x.csv')": Reference("d/x.csv", 1, beside=True),
    "pd.read_csv('users.csv')": Reference("users.csv", 1),
    "importlib.resources.files('app.seeds').joinpath('x.json').read_text()": Reference("app/seeds/x.json", 1),
    "with open('users.yaml') as f: yaml.safe_load(f)": Reference("users.yaml", 1),
}


@pytest.mark.parametrize("source", FILES)
def test_a_file_that_is_read(source: str) -> None:
    assert read(source, nobody).references == (FILES[source],)


HERE = "p = Path(__file__).parent / 'x.csv'\n"
COPIED = {
    "with p.open() as f:\n    op.bulk_insert(users, list(csv.DictReader(f)))": (),
    "op.bulk_insert(users, [{'email': row['email']} for row in csv.DictReader(open(p))])": (),
    "for row in csv.reader(open(p)):\n    op.execute(users.insert().values(email=row[0]))": (),
    "for row in csv.DictReader(p.open()):\n    op.execute(users.insert().values(**row))": (),
    "op.bulk_insert(users, json.loads(p.read_text())['users'])": (),
    "op.bulk_insert(users, pd.read_csv(p).to_dict('records'))": (),
    "pd.read_csv(p).to_sql('users', con)": (),
    "cursor.copy_from(p.open(), 'users', columns=('Id', 'email'))": ("id", "email"),
    "cursor.copy_expert('COPY app.users (id, email) FROM STDIN', open(p))": ("id", "email"),
}


@pytest.mark.parametrize("source", COPIED)
def test_the_table_that_a_file_goes_into(source: str) -> None:
    found = read(f"users = sa.table('users')\n{HERE}{source}\n", nobody).references
    assert found == (Reference("x.csv", 2, "users", beside=True, columns=COPIED[source]),)


@pytest.mark.parametrize("source", ["open(path)", "open(f'{x}')", "open('x.bin', 'rb')", "print('x.csv')"])
def test_what_is_no_file_of_data(source: str) -> None:
    assert read(source, nobody).references == ()
