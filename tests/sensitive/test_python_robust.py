"""The Python reader takes any text: it never raises, is never as deep as its input, and takes linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from literals import cells, nobody

from checks.sensitive.literal import Reading
from checks.sensitive.python import made, parse, read

N = 5000
DEEP = {
    "brackets": "x = " + "[" * N + "]" * N,
    "sum": "x = " + " + ".join(["'a'"] * N),
    "shorter sum": "x = " + " + ".join(["'a'"] * 2500),
    "signs": "x = " + "-" * 2900 + "1",
    "attributes": "x = a" + ".b" * 2900,
    "calls": "x = t" + ".values(password='x')" * 1400,
    "remainders": "x = 'a'" + " % 'b'" * 2900,
    "elif": "if a:\n pass\n" + "elif b:\n op.execute('x')\n" * 900,
    "lambdas": "x = " + "lambda: " * 2000 + "1",
}
SWELLING = {
    "text": "b = 'y'\n" + "b = b + b\n" * 60 + "op.execute(b)\n",
    "list": "b = ['x', 'y']\n" + "b = b + b\n" * 60 + "op.bulk_insert(t, [{'password': b}])\n",
    "nested": "b = ['x', 'y']\n" + "b = [b, b, b]\n" * 60 + "op.bulk_insert(t, [{'password': b}])\n",
    "itself": "b = [{'a': 'x'}]\nb.append([b])\nb.append(b)\nop.bulk_insert(t, b)\n",
    "f-string": "a = 'x'\n" + "a = f'{a}{a}{a}'\n" * 60,
    "format": "a = '{}{}'\n" + "a = a.format(a, a)\n" * 60,
    "replace": "a = 'xx'\n" + "a = a.replace('x', a)\n" * 60,
    "starred": "a = ['x']\n" + "a = [*a, *a]\n" * 60,
    "loops": "X = ['a', 'b', 'c', 'd']\n"
    + "".join("    " * i + f"for v{i} in X:\n" for i in range(15))
    + "    " * 15
    + "op.execute('a')\n",
    "comprehension": "X = ['a', 'b', 'c']\ny = [a" + "".join(f" for v{i} in X" for i in range(40)) + "]\n",
    "calls": "def f(a):\n    f('x')\n    f(a)\n    f(a + a)\n    op.execute(a)\nf('y')\n",
    "rows again": "p = [" + "{'a': 'x'}," * 5000 + "]\n" + "op.bulk_insert(t, p)\n" * 300,
}


@pytest.mark.parametrize("name", DEEP)
def test_what_is_deep_is_read(name: str) -> None:
    assert isinstance(read(DEEP[name], nobody), Reading)
    made(DEEP[name])


@pytest.mark.parametrize("name", SWELLING)
def test_what_swells_ends(name: str) -> None:
    began = time.process_time()
    read(SWELLING[name], nobody)
    assert time.process_time() - began < 5


def test_what_is_no_python_is_told_apart() -> None:
    for source in ("def (", "x = 'a", "x = '\0'", "(" * N):
        assert parse(source) is None
        assert read(source, nobody) == Reading()
        assert made(source) == {}
    assert parse("x = f'" + "{a}" * 30_000 + "'") is None
    assert parse("x = [" + "{'a': 'b'}, " * 30_000 + "]; y = f'{x}'") is not None
    assert parse("") is not None


def test_time_is_linear() -> None:
    def text(count: int) -> str:
        one = "    op.bulk_insert(t, [{'email': 'a%d', 'password': f'{X}%d'}])\n"
        return "X = 'y'\ndef upgrade():\n" + "".join(one % (i, i) for i in range(count))

    def spent(count: int) -> float:
        source = text(count)
        tree = parse(source)
        began = time.process_time()
        assert len(read(source, nobody, tree).rows) == count
        return time.process_time() - began

    spent(500)
    assert spent(8000) < 40 * spent(500)


PIECES = (
    *(
        "op.execute(",
        "op.bulk_insert(",
        "users",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        "'x'",
        '"y"',
        '"""',
        "f'{x}'",
        ",",
    ),
    *(
        ":",
        "=",
        "\n",
        "\n    ",
        "for a, b in ",
        "def f(a):",
        "return ",
        ".values(",
        "password",
        "%",
        "+",
        "*",
    ),
    *(
        "text(",
        "INSERT INTO users (a) VALUES (:p)",
        ".format(",
        "{}",
        "%s",
        "lambda: ",
        " if ",
        " else ",
        "**",
    ),
    *(
        "\\",
        "\\n",
        "é",
        "\ud800",
        "\0",
        "None",
        "1",
        "User(",
        "session.add(",
        "os.environ.get(",
        "open(",
        "b''",
    ),
)
WHOLE = (
    "x = {0}\nop.bulk_insert(t, [{{'a': {0}, **{0}}} for b in {0}])\nop.execute({0}, {0})\nx.append({0})\n"
    "for a, *b in {0}:\n    t.update().where({0}).values({0}, c={0})\nopen({0})\nu.set_password({0})\n"
    "sa.Column({0}, server_default={0})\nUser.objects.create_user({0}, {0})\nsetattr({0}, {0}, {0})\n"
)
ATOMS = ("'a'", "b'b'", "1", "x", "None", "f'{x}q'", "__file__", "User", "t", "'%s {} :a'", "1.5")
OPERATORS = ("+", "%", "/", "|", "*", "or", "==")
METHODS = (
    *("format", "join", "strip", "items", "values", "insert", "update", "where", "split", "replace", "hash"),
    *("bindparams", "parent", "get", "c", "joinpath", "filter", "objects"),
)
FUNCTIONS = (
    *("dict", "zip", "sa.table", "text", "User", "dedent", "Path", "sa.insert", "bindparam", "os.getenv"),
    *("get_model", "enumerate", "json.dumps", "column"),
)


def _wider(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(inner, st.sampled_from(OPERATORS), inner).map(lambda parts: "(({}){}({}))".format(*parts)),
        st.tuples(inner, st.sampled_from(METHODS), inner).map(lambda parts: "({}).{}({})".format(*parts)),
        st.tuples(st.sampled_from(FUNCTIONS), inner).map(lambda parts: "{}({})".format(*parts)),
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        pair.map(lambda parts: "{{{}: {}}}".format(*parts)),
        pair.map(lambda parts: "({})[{}]".format(*parts)),
        *(inner.map(form.format) for form in ("[{0} for x in {0}]", "{{**{0}}}", "User(a={0})")),
    )


EXPRESSIONS = st.recursive(st.sampled_from(ATOMS), _wider, max_leaves=8)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_pieces_of_python_never_raise(source: str) -> None:
    read(source, nobody)
    made(source)


@settings(max_examples=150, deadline=None)
@given(EXPRESSIONS)
def test_any_expression_anywhere_never_raises(expression: str) -> None:
    source = WHOLE.format(expression)
    assert parse(source) is not None
    read(source, nobody)
    made(source)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_any_text_never_raises(source: str) -> None:
    read(source, nobody)


def test_line_ends_of_other_systems() -> None:
    source = "\ufeffop.bulk_insert(t, [\r\n{'a':\r\n'x'}])\r"
    assert cells(source) == [("", "a", "x", 3)]
