"""Rows that Python puts into tables: each literal with its column, and at its line."""

from __future__ import annotations

import pytest
from literals import HEAD, cells, rows

from checks.sensitive.literal import HOLE, Place
from checks.sensitive.python import made, read

ROW = '[\n  {"email":\n "a@x.org",\n "password": "hunter2"}]'


@pytest.mark.parametrize(
    "table",
    [
        'op.bulk_insert(sa.table("users", sa.column("password")), ',
        'op.bulk_insert(sa.sql.table("users"), ',
        'op.bulk_insert(sa.Table("Users", sa.MetaData()), ',
        'op.bulk_insert(op.create_table("users", sa.Column("password")), ',
        'op.bulk_insert(sa.table("app.users"), rows=',
        "op.bulk_insert(User.__table__, ",
    ],
)
def test_the_table_of_a_bulk_insert(table: str) -> None:
    name = "user" if "User." in table else "users"
    assert cells(f"{HEAD}{table}{ROW})\n") == [
        (name, "email", "a@x.org", 5),
        (name, "password", "hunter2", 6),
    ]


@pytest.mark.parametrize(
    "head",
    [
        "from sqlalchemy.sql import table, column\nt = table('users', column('email'))",
        "from sqlalchemy.sql import table as tab\nt = tab('users')",
        "import sqlalchemy as db\nt = db.table('users')",
        "import sqlalchemy\nt = sqlalchemy.sql.table('users')",
        "NAME = 'users'\nt = sqlalchemy.Table(NAME, meta, autoload_with=bind)",
        "meta.reflect()\nt = meta.tables['public.users']",
        "x = 1\nt = op.create_table('users')",
        "class Person(Base): __tablename__ = 'users'\nt = Person.__table__",
    ],
)
def test_a_table_by_its_variable(head: str) -> None:
    source = f"{head}\ndef upgrade():\n    op.bulk_insert(t, [dict(password='hunter2')])\n"
    assert cells(source) == [("users", "password", "hunter2", 4)]


ROWS = {
    "literals": ("[{'a': 'x', 'b': 'y'}]", [("a", "x", 2), ("b", "y", 2)]),
    "dict()": ("[dict(a='x')]", [("a", "x", 2)]),
    "dict of pairs": ("[dict([('a', 'x')])]", [("a", "x", 2)]),
    "dict of zip": ("[dict(zip(['a', 'b'], ['x', 'y']))]", [("a", "x", 2), ("b", "y", 2)]),
    "zip of names": (
        "[dict(zip(COLS, v)) for v in PAIRS]",
        [("a", "p", 1), ("b", "q", 1), ("a", "r", 1), ("b", "s", 1)],
    ),
    "comprehension": (
        "[{'a': n, 'b': p} for n, p in PAIRS]",
        [("a", "p", 1), ("b", "q", 1), ("a", "r", 1), ("b", "s", 1)],
    ),
    "items": ("[{'a': n, 'b': p} for n, p in MAP.items()]", [("a", "k", 1), ("b", "v", 1)]),
    "index": ("[{'a': u[0], 'b': u[1]} for u in PAIRS[:]] or [{'a': PAIRS[0][1]}]", []),
    "item": ("[{'a': PAIRS[0][1]}, {'b': MAP['k']}]", [("a", "q", 1), ("b", "v", 1)]),
    "constant": ("[{'a': TEXT}]", [("a", "t", 1)]),
    "unpacked": ("[{**MAP, 'a': 'x'}]", [("k", "v", 1), ("a", "x", 2)]),
    "merged": ("[MAP | {'a': 'x'}]", [("k", "v", 1), ("a", "x", 2)]),
    "concatenated": ("[{'a': 'x'}] + [{'b': 'y'}]", [("a", "x", 2), ("b", "y", 2)]),
    "starred": ("[*LIST, {'a': 'x'}]", [("c", "z", 1), ("a", "x", 2)]),
    "f-string": ("[{'a': f'{TEXT}-{x}'}]", [("a", "t-${}", 1)]),
    "implicit": ("[{'a': 'x' 'y'}]", [("a", "xy", 2)]),
    "format": ("[{'a': '{}{b}{0}'.format('x', b='y')}]", [("a", "xyx", 2)]),
    "percent": ("[{'a': '%s-%d' % ('x', 5)}]", [("a", "x-5", 2)]),
    "percent names": ("[{'a': '%(u)s' % {'u': 'x'}}]", [("a", "x", 2)]),
    "join": ("[{'a': '-'.join(['x', 'y'])}]", [("a", "x-y", 2)]),
    "strip": ("[{'a': ' x '.strip()}]", [("a", "x", 2)]),
    "bytes": ("[{'a': b'x'}]", [("a", "x", 2)]),
    "number": ("[{'a': 4111}]", [("a", "4111", 2)]),
    "json": ("[{'a': {'smtp': {'password': 'x'}}}]", [("password", "x", 2)]),
    "json text": ("[{'a': json.dumps({'password': 'x'})}]", [("password", "x", 2)]),
    "either": ("[{'a': x or 'x'}]", [("a", "x", 2)]),
    "cast": (
        "[{'a': sa.cast('x', sa.String)}, {'b': op.inline_literal('y')}]",
        [("a", "x", 2), ("b", "y", 2)],
    ),
    "values": ("[{'a': v} for v in MAP.values()]", [("a", "v", 1)]),
    "keys": ("[{'a': k} for k in MAP]", [("a", "k", 1)]),
    "get": ("[{'a': MAP.get('k')}]", [("a", "v", 1)]),
    "half known": ("[{'a': n, 'b': p} for n, p in zip(names, ['x'])]", []),
    "case": ("[{'a': sa.case((x, 'x'), else_='y')}]", [("a", "x", 2), ("a", "y", 2)]),
    "none": ("[{'a': None, 'b': True, 'c': other, 'd': f()}]", []),
}  # fmt: skip
CONSTANTS = (
    "TEXT = 't'; LIST = [{'c': 'z'}]; COLS = ('a', 'b'); MAP = {'k': 'v'}; PAIRS = [('p', 'q'), ('r', 's')]"
)


@pytest.mark.parametrize("name", ROWS)
def test_what_rows_are_made_of(name: str) -> None:
    source, expected = ROWS[name]
    found = cells(f"{CONSTANTS}\nop.bulk_insert(users, {source})\n")
    assert [cell[1:] for cell in found] == expected


def test_rows_that_a_loop_appends() -> None:
    source = """
def upgrade():
    rows = []
    for name, password in [
        ("a", "p1"),
        ("b", "p2"),
    ]:
        rows.append({"name": name, "password": password})
    rows.extend([{"name": "c"}])
    op.bulk_insert(users, rows)
"""
    assert [cell[1:] for cell in cells(source)] == [
        ("name", "a", 5), ("password", "p1", 5), ("name", "b", 6), ("password", "p2", 6), ("name", "c", 9)
    ]  # fmt: skip


def test_rows_that_a_function_gives() -> None:
    source = "def upgrade():\n    op.bulk_insert(t, rows())\ndef rows():\n    return [{'password': 'x'}]\n"
    assert cells(source) == [("", "password", "x", 4)]


def test_what_a_function_is_called_with() -> None:
    source = """
def add(conn, n, *, p="d"):
    conn.execute(users.insert().values(name=n, password=p))
def both(names):
    for n, p in names:
        add(bind, n, p=p)
def upgrade():
    add(bind, "a",
        p="x")
    add(bind, "b")
    both([("c", "y")])
"""
    found = {cell[1:] for cell in cells(source)}
    assert found == {
        ("name", "a", 8), ("password", "x", 9), ("name", "b", 10), ("password", "d", 2),
        ("name", "c", 11), ("password", "y", 11),
    }  # fmt: skip
    assert not cells(source, Place.NAMED, Place.LOOSE)


SEEDS = {
    "@dataclass\nclass Seed:\n    name: str\n    pw: str": "{'a': s.name, 'b': s.pw}",
    "class Seed(NamedTuple):\n    a: str\n    b: str": "s._asdict()",
    "Seed = namedtuple('Seed', 'a b')": "{**s._asdict()}",
    "Seed = collections.namedtuple('Seed', ['a', 'b'])": "{'a': s[0], 'b': s[1]}",
    "@dataclasses.dataclass\nclass Seed:\n    a: str\n    b: str": "asdict(s)",
    "@dataclass\nclass Seed:\n    a: str = ''\n    b: str = ''": "vars(s)",
}


@pytest.mark.parametrize("head", SEEDS)
def test_values_of_small_classes(head: str) -> None:
    source = (
        f"{head}\nall = [Seed('x', 'y'), Seed('z', 'w')]\nop.bulk_insert(t, [{SEEDS[head]} for s in all])\n"
    )
    assert [cell[1:3] for cell in cells(source)] == [("a", "x"), ("b", "y"), ("a", "z"), ("b", "w")]


STATEMENTS = {
    "sa.insert(t).values(a='x')": [("t", "a", "x", 2)],
    "sa.insert(t).values([{'a': 'x'}, {'a': 'y'}])": [("t", "a", "x", 2), ("t", "a", "y", 2)],
    "sa.insert(t).values({'a': 'x'})": [("t", "a", "x", 2)],
    "t.insert().values(('x', 'y'))": [("t", "a", "x", 2), ("t", "b", "y", 2)],
    "op.execute(t.insert().values(a='x'))": [("t", "a", "x", 2)],
    "conn.execute(t.insert(), [{'a': 'x'}])": [("t", "a", "x", 2)],
    "conn.execute(t.insert(), {'a': 'x'})": [("t", "a", "x", 2)],
    "conn.execute(t.insert(), a='x')": [("t", "a", "x", 2)],
    "t.update().values({t.c.a: 'x'})": [("t", "a", "x", 2)],
    "t.update().values({'a': 'x'})": [("t", "a", "x", 2)],
    "pg.insert(t).values(a='x').on_conflict_do_update(index_elements=[t.c.b], set_={'b': 'y'})": [
        ("t", "b", "y", 2),
        ("t", "a", "x", 2),
    ],
    "session.add(User(a='x'))": [("user", "a", "x", 2)],
    "session.add_all([User(a='x'), models.Role(a='y')])": [("user", "a", "x", 2), ("role", "a", "y", 2)],
    "session.bulk_save_objects([User(a=v) for v in ['x', 'y']])": [
        ("user", "a", "x", 2), ("user", "a", "y", 2)
    ],
    "session.bulk_insert_mappings(User, [{'a': 'x'}])": [("user", "a", "x", 2)],
    "session.query(User).filter_by(b='k').update({'a': 'x'})": [("user", "a", "x", 2)],
    "session.query(User).filter(User.b == 'k').update({User.a: 'x'}, synchronize_session=False)": [
        ("user", "a", "x", 2)
    ],
    "u = User(b='y')\nu.a = 'x'\nsession.add(u)": [("user", "b", "y", 2), ("user", "a", "x", 3)],
    "setattr(user, 'a', 'x')": [("", "a", "x", 2)],
    "User.objects.create(a='x')": [("user", "a", "x", 2)],
    "User.objects.create_user('n', 'm@x.org', 'x')": [
        ("user", "username", "n", 2), ("user", "email", "m@x.org", 2), ("user", "password", "x", 2)
    ],
    "User.objects.create_superuser(username='n', password='x')": [
        ("user", "username", "n", 2), ("user", "password", "x", 2)
    ],
    "User.objects.get_or_create(b='n', defaults={'a': 'x'})": [("user", "b", "n", 2), ("user", "a", "x", 2)],
    "User.objects.update_or_create(b='n', defaults={'a': 'x'})": [
        ("user", "b", "n", 2), ("user", "a", "x", 2)
    ],
    "User.objects.bulk_create([User(a='x')])": [("user", "a", "x", 2)],
    "User.objects.filter(b='k').update(a='x')": [("user", "a", "x", 2)],
    "SMS.objects.create(a='x')": [("", "a", "x", 2)],
    "apps.get_model('app', 'Thing').objects.create(a='x')": [("thing", "a", "x", 2)],
    "[conn.execute(t.insert(), {'a': v}) for v in ('x', 'y')]": [("t", "a", "x", 2), ("t", "a", "y", 2)],
    "if (v := 'x'):\n    op.bulk_insert(t, [{'a': v}])": [("t", "a", "x", 2)],
    "row = {'b': 'y'}\nrow['a'] = 'x'\nop.bulk_insert(t, [row])": [("t", "b", "y", 2), ("t", "a", "x", 3)],
    "s = sa.insert(t)\ns = s.values(a='x')\nop.execute(s)": [("t", "a", "x", 3)],
    "User(a='x').save()": [("user", "a", "x", 2)],
}  # fmt: skip


@pytest.mark.parametrize("source", STATEMENTS)
def test_statements_and_objects(source: str) -> None:
    assert cells(f"t = sa.table('t', sa.column('a'), sa.column('b'))\n{source}\n") == STATEMENTS[source]


@pytest.mark.parametrize(
    "source",
    [
        "t.update().where(t.c.key == 'smtp').values(value='x')",
        "t.update().where('smtp' == t.c.key).values(value='x')",
        "sa.update(t).where(sa.and_(t.c.a == 1, t.c['key'] == 'smtp')).values(value='x')",
        "Setting.objects.filter(key='smtp').update(value='x')",
        "session.query(Setting).filter(Setting.key == 'smtp').update({'value': 'x'})",
    ],
)
def test_what_a_row_is_found_by_is_known(source: str) -> None:
    [row] = rows(f"t = sa.table('t')\n{source}\n", Place.ROW)
    assert [(cell.column, cell.text) for cell in row.cells] == [("value", "x")]
    assert ("key", "smtp") in [(cell.column, cell.text) for cell in row.known]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("F('old_password')", []),
        ("OuterRef('password')", []),
        ("MD5('password')", []),
        ("Coalesce('password', 'old_password')", []),
        ("Coalesce('password', Value('x'))", ["x"]),
        ("Case(When(a=1, then=Value('')), default=F('old_password'))", []),
        ("JSONObject(password='pass_field')", []),
        ("Concat(Value('bcrypt$'), 'password')", ["bcrypt$" + HOLE]),
        ("Concat(Value('a'), Value('b'))", ["ab"]),
    ],
)
def test_a_name_of_a_field_is_no_value(value: str, expected: list[str]) -> None:
    found = rows(f"User.objects.update(password={value})\n", Place.ROW)
    assert [cell.text for row in found for cell in row.cells if cell.text] == expected


def test_what_stands_in_a_document_has_no_column_of_its_name() -> None:
    source = "t = sa.table('t')\nop.bulk_insert(t, [{'a': {'b': {'c': 'x'}}, 'd': 'y', 'e': ['z']}])\n"
    [row] = rows(source, Place.ROW)
    assert [(cell.column, cell.inner) for cell in row.cells] == [("c", True), ("d", False), ("e", False)]


def test_columns_in_order_are_asked_for() -> None:
    source = "users = sa.table('users')\nusers.insert().values(('x', 'y'))\n"
    [row] = read(source, {"users": ("id", "password")}.get).rows
    assert [(cell.column, cell.text) for cell in row.cells] == [("id", "x"), ("password", "y")]


@pytest.mark.parametrize(
    "source",
    [
        "User.objects.values('id', 'email')",
        "session.query(User).filter_by(email='a@x.org').first()",
        "seen.add('x')",
        "names.update({'a': 'x'})",
        "os.environ['A'] == 'x'",
        "op.create_table('users', sa.Column('password', sa.String(length=30), nullable=False))",
        "op.drop_column('users', 'password')",
        "op.create_index('ix_password', 'users', ['password'])",
        "op.bulk_insert(users, [{'password': os.environ['ADMIN_PASSWORD']}])",
        "op.bulk_insert(users, [{'password': secrets.token_hex(16)}])",
        "op.bulk_insert(users, [{'password': get_secret('ADMIN')}])",
    ],
)
def test_what_puts_no_literal_into_a_row(source: str) -> None:
    assert cells(f"{HEAD}{source}\n") == []


def test_tables_that_a_file_makes() -> None:
    source = """
NAME = "roles"
def upgrade():
    op.create_table("users", sa.Column("Id"), sa.Column("password"), sa.PrimaryKeyConstraint("id"))
    sa.Table(NAME, metadata, sa.Column("name"))
    migrations.CreateModel("Thing", [("id", models.AutoField()), ("token", models.CharField())])
    migrations.CreateModel(name="Other", fields=[("id", models.AutoField())])
    op.drop_table("old")
"""
    assert made(source) == {
        "users": ("id", "password"), "roles": ("name",), "thing": ("id", "token"), "other": ("id",)
    }  # fmt: skip


def test_rows_of_csv_that_stands_in_the_file() -> None:
    text = 'DATA = """name;password\na;x1\nb;x2\n"""\nt = sa.table("users")\n'
    found = cells(f"{text}op.bulk_insert(t, list(csv.DictReader(io.StringIO(DATA), delimiter=';')))\n")
    assert [cell for cell in found if cell[1] == "password"] == [
        ("users", "password", "x1", 2),
        ("users", "password", "x2", 3),
    ]


def test_what_several_attributes_are_given_at_once() -> None:
    found = cells("u = User()\nu.email, u.password = (\n 'a@x.org',\n 'hunter2')\n")
    assert ("", "password", "hunter2", 4) in found
    assert ("", "email", "a@x.org", 3) in found
