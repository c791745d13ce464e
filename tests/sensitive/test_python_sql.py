"""SQL in strings of Python: read as SQL, each literal at its line, with what is bound to it."""

from __future__ import annotations

import pytest
from literals import cells, nobody, rows

from checks.sensitive.literal import HOLE, Place
from checks.sensitive.python import read

INSERT = "INSERT INTO users (email, password) VALUES"
PLAIN = f"{INSERT} ('a@x.org', 'pw')"
BOTH = [("users", "email", "a@x.org", 1), ("users", "password", "pw", 1)]


@pytest.mark.parametrize(
    "call",
    [
        *(
            "op.execute",
            "connection.execute",
            "bind.execute",
            "session.execute",
            "cursor.execute",
            "conn.scalar",
        ),
        *("conn.exec_driver_sql", "op.get_bind().execute", "session.scalars", "schema_editor.execute"),
        *("migrations.RunSQL", "op.get_bind().exec_driver_sql", "cursor.executemany", "run_whatever"),
    ],
)
def test_whatever_runs_it(call: str) -> None:
    assert cells(f'{call}("{PLAIN}")\n') == BOTH


@pytest.mark.parametrize(
    "wrap", ["text({})", "sa.text({})", "sqlalchemy.sql.text(text={})", "sa.DDL({})", "({})"]
)
def test_what_it_is_wrapped_in(wrap: str) -> None:
    assert cells(f"op.execute({wrap.format(repr(PLAIN))})\n") == BOTH


TEXTS = {
    'op.execute(f"' + INSERT + " ('{mail}', '{PW}')\")": [("email", HOLE, 2), ("password", "const", 1)],
    'op.execute("' + INSERT + " ('{}', '{p}')\".format('x', p='y'))": [
        ("email", "x", 2), ("password", "y", 2)
    ],
    'op.execute("' + INSERT + " ('%s', '%s')\" % (mail, PW))": [("email", HOLE, 2), ("password", "const", 1)],
    'op.execute("' + INSERT + " ('%(a)s', '%(b)s')\" % {'a': 'x', 'b': PW})": [
        ("email", "x", 2), ("password", "const", 1)
    ],
    'op.execute("' + INSERT + " ('x', '\" + PW + \"')\")": [("email", "x", 2), ("password", "const", 1)],
    'op.execute(" ".join(["' + INSERT + "\", \"('x', 'y')\"]))": [("email", "x", 2), ("password", "y", 2)],
    'sql = "' + INSERT + " \"\nsql += \"('x', 'y')\"\nop.execute(sql)": [
        ("email", "x", 3), ("password", "y", 3)
    ],
    'op.execute(r"' + INSERT + " ('x', 'y')\" '')": [("email", "x", 2), ("password", "y", 2)],
}  # fmt: skip


@pytest.mark.parametrize("source", TEXTS)
def test_texts_that_are_put_together(source: str) -> None:
    expected = TEXTS[source]
    found = [cell[1:] for cell in cells(f"PW = 'const'\n{source}\n")]
    assert found == expected


@pytest.mark.parametrize(
    "source",
    [
        "'ALTER ROLE x PASSWORD {!r}'.format('pw')",
        "'ALTER ROLE x PASSWORD %r' % 'pw'",
        "f'ALTER ROLE x PASSWORD {PW!r}'",
        "sql.SQL('ALTER ROLE x PASSWORD {}').format(sql.Literal('pw'))",
        "'ALTER ROLE x PASSWORD %s' % sql.Literal(PW)",
    ],
)
def test_literals_that_get_their_quotes_late(source: str) -> None:
    [row] = rows(f"PW = 'pw'\nop.execute({source})\n", Place.ROLE)
    assert [(cell.text, cell.line) for cell in row.cells] == [("pw", 1 if "PW" in source else 2)]


def test_what_is_asked_for_by_a_name_is_no_sql() -> None:
    assert cells("op.execute(CREATE.format(password='x'))\n", Place.NAMED) == [("", "password", "x", 1)]
    assert cells("op.execute(statement_for('x'))\n", Place.LOOSE) == [("", "", "x", 1)]


LINES = {
    "triple": ('op.execute("""\n' + INSERT + "\n\n('x',\n\n'y')\"\"\")", (4, 6)),
    "implicit": ('op.execute("' + INSERT + '"\n " (\'x\',"\n\n"\'y\')")', (2, 4)),
    "implicit, without space": ("op.execute(\n'" + INSERT + "('\n\"'x'\"\n','\n\"'y')\")", (3, 5)),
    "within a literal": ('op.execute(\n"' + INSERT + ' (\'x"\n"z\', "\n"\'y\')")', (2, 4)),
    "comment between": ('op.execute(\n"' + INSERT + "\" # 'no'\n\n # 'no'\n\"('x', \" \"'y')\")", (5, 5)),
    "plus": ('op.execute("' + INSERT + '" +\n " (\'x\'," +\n\n"\'y\')")', (2, 4)),
    "escape": ('op.execute("\\n\\n' + INSERT + "\\n('x',\\n'y')\")", (1, 1)),
    "continued": ('op.execute("""' + INSERT + " \\\n('x', \\\n\\\n'y')\"\"\")", (2, 4)),
    "continued string": ('op.execute("' + INSERT + " \\\n('x', \\\n'y')\")", (2, 3)),
    "escapes in triple": (
        'op.execute("""\\n\\t\\x41\\u0041; -- \\N{BULLET}\n' + INSERT + " ('x',\n'y')\"\"\")",
        (2, 3),
    ),
    "raw": ('op.execute(r"""\\n;\n' + INSERT + " ('x',\n'y')\"\"\")", (2, 3)),
    "f-string": (
        'op.execute(f"""\n-- {a} {{}}\n' + INSERT + "\n('x{b}', \n'y')\"\"\")",
        (4, 5),
    ),
    "f-string in pieces": ('op.execute(f"' + INSERT + '"\nf"(\'x\', " \n"\'y\')")', (2, 3)),
    "f-string, holes of some lines": (
        'op.execute(f"""{a(\n1)}{b};\n{c}{d[\'e\']}{{;\n' + INSERT + " ('x',\n'y')\"\"\")",
        (4, 5),
    ),
    "letters beyond ASCII": ('é = "é"; op.execute("é" ";"\n\'' + INSERT + "'\n\"('x',\"\n\"'y')\")", (3, 4)),
    "dedent": (
        'op.execute(textwrap.dedent("""\\\n    ' + INSERT + "\n    ('x',\n      'y')\"\"\").strip())",
        (3, 4),
    ),
    "strip": ('op.execute("""\n\n' + INSERT + "\n('x',\n'y')\n\"\"\".strip())", (4, 5)),
    "variable": ("sql = '''\n" + INSERT + "\n('x',\n'y')'''\n\n\nop.execute(sql)", (3, 4)),
    "split": (
        "for one in '''\nSELECT 1;\n" + INSERT + "\n('x',\n'y'); '''.split(';'):\n    op.execute(one)",
        (4, 5),
    ),
}


@pytest.mark.parametrize("name", LINES)
def test_the_line_of_the_literal(name: str) -> None:
    source, lines = LINES[name]
    found = [cell[1:4] for cell in cells(f"{source}\n") if cell[1]]
    assert [(column, line) for column, _, line in found] == [("email", lines[0]), ("password", lines[1])]


def test_a_body_and_data_within_a_text() -> None:
    source = f'''op.execute("""
DO $$ BEGIN
  {INSERT} ('x',
    'y');
END $$""")
op.execute("""COPY users (email, password) FROM stdin;
z\\tw
\\\\.
""")
'''
    assert [cell[1:] for cell in cells(source) if cell[1]] == [
        ("email", "x", 3), ("password", "y", 4), ("email", "z", 7), ("password", "w", 7)
    ]  # fmt: skip


NAMED = f'text("{INSERT} (:e, :p)")'
BINDS = {
    f"op.execute({NAMED}.bindparams(e='x',\np='y'))": [("email", "x", 1), ("password", "y", 2)],
    f"op.execute({NAMED}.bindparams(sa.bindparam('e', 'x'), sa.bindparam('p', value='y')))": [
        ("email", "x", 1), ("password", "y", 1)
    ],
    f"session.execute({NAMED}.params(e='x').params(p='y'))": [("email", "x", 1), ("password", "y", 1)],
    f"stmt = {NAMED}\nconn.execute(stmt, {{'e': 'x', 'p': 'y'}})": [("email", "x", 2), ("password", "y", 2)],
    f"conn.execute({NAMED}, [{{'e': 'x', 'p': 'y'}},\n{{'e': 'z', 'p': 'w'}}])": [
        ("email", "x", 1), ("password", "y", 1), ("email", "z", 2), ("password", "w", 2)
    ],
    f"conn.execute({NAMED}, parameters=dict(e='x', p='y'))": [("email", "x", 1), ("password", "y", 1)],
    f"conn.execute({NAMED}, e='x', p='y')": [("email", "x", 1), ("password", "y", 1)],
    f"for e, p in [('x', 'y')]:\n    conn.execute({NAMED}, {{'e': e, 'p': p}})": [
        ("email", "x", 1), ("password", "y", 1)
    ],
    f"conn.execute('{INSERT} (%s, %s)', ('x', 'y'))": [("email", "x", 1), ("password", "y", 1)],
    f"conn.execute('{INSERT} (?, ?)', ['x', 'y'])": [("email", "x", 1), ("password", "y", 1)],
    f"conn.execute('{INSERT} ($2, $1)', ['x', 'y'])": [("password", "x", 1), ("email", "y", 1)],
    f"cur.execute('{INSERT} (%(e)s, %(p)s)', {{'e': 'x', 'p': 'y'}})": [
        ("email", "x", 1), ("password", "y", 1)
    ],
    f"cur.executemany('{INSERT} (%s, %s)', [('x', 'y'), ('z', 'w')])": [
        ("email", "x", 1), ("password", "y", 1), ("email", "z", 1), ("password", "w", 1)
    ],
    f"migrations.RunSQL([('{INSERT} (%s, %s)', ['x', 'y'])])": [("email", "x", 1), ("password", "y", 1)],
    f"""conn.execute("{INSERT} ('%s :no ?', :p::text)", {{'p': 'y', 'no': 'n'}})""": [
        ("email", "%s :no ?", 1), ("password", "y", 1), ("no", "n", 1)
    ],
    "conn.execute(SOME_STATEMENT, {'password': 'y'})": [],
    "conn.execute(text('SELECT app.add_user(:mail, :pw)'), {'mail': 'x', 'pw': 'y'})": [
        ("mail", "x", 1), ("pw", "y", 1)
    ],
}  # fmt: skip


@pytest.mark.parametrize("source", BINDS)
def test_what_is_bound_goes_where_its_placeholder_stands(source: str) -> None:
    found = [cell[1:] for cell in cells(f"{source}\n") if cell[1]]
    assert sorted(found) == sorted(BINDS[source])


def test_functions_around_a_placeholder_are_kept() -> None:
    source = "conn.execute(text(\"UPDATE users SET password = crypt(:p, gen_salt('bf'))\"), {'p': 'x'})\n"
    [row] = [row for row in rows(source, Place.ROW) if row.cells[0].column == "password"]
    assert (row.table, row.cells[0].text, row.cells[0].through) == ("users", "x", ("crypt",))


def test_what_a_statement_compares_is_known() -> None:
    source = (
        "conn.execute(text('UPDATE s SET value = :v WHERE key = :k'), {'v': 'x', 'k': 'smtp_password'})\n"
    )
    [row] = rows(source, Place.ROW)
    assert [(cell.column, cell.text) for cell in row.cells] == [("value", "x")]
    assert [(cell.column, cell.text) for cell in row.known] == [("key", "smtp_password")]


def test_both_ways_of_run_sql() -> None:
    source = f"""migrations.RunSQL(
    "{INSERT} ('a', 'b')",
    reverse_sql=["SELECT 1", "{INSERT} ('c', 'd')"],
)
"""
    assert [cell[1:] for cell in cells(source) if cell[1]] == [
        ("email", "a", 2), ("password", "b", 2), ("email", "c", 3), ("password", "d", 3)
    ]  # fmt: skip


def test_the_columns_of_a_table_that_the_file_makes() -> None:
    source = "op.create_table('t', sa.Column('id'), sa.Column('pw'))\n"
    source += "op.execute(\"INSERT INTO t VALUES (1, 'x')\")\n"
    assert ("t", "pw", "x", 2) in cells(source)


def test_a_default_that_is_sql() -> None:
    source = "op.add_column('users', sa.Column('password', server_default=sa.text(\"'x'::text\")))\n"
    source += "op.add_column('users', sa.Column('token', server_default=sa.text('gen_random_uuid()')))\n"
    assert cells(source, Place.DEFAULT) == [("users", "password", "x", 1)]


def test_sql_that_nobody_is_seen_to_run_is_read_once() -> None:
    source = f'SEED = """{PLAIN}"""\nrun(SEED)\n'
    assert cells(source) == BOTH
    assert not read(source.replace("INSERT INTO", "insertion of"), nobody).rows[0].table


def test_a_function_that_is_told_in_parts() -> None:
    body = "\nreturns void as $$\nbegin\n update users set password = 'x';\nend $$ language plpgsql"
    source = f'''PGFunction(schema="s", signature="f()", definition="""{body}""")'''
    assert ("users", "password", "x", 4) in cells(source)
