"""The SQL reader against PostgreSQL's own parser: of what it takes, the columns and literals must agree."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import postgast
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.sensitive.literal import Place
from checks.sensitive.sql import read

if TYPE_CHECKING:
    from collections.abc import Iterator

Node = Any  # a message of protobuf: its fields are made when they are asked for
Pairs = Counter[tuple[str, str, str]]  # a table, a column and a literal
QUIET = {
    "nextval": 0,
    "gen_salt": 0,
    "encode": 1,
    "digest": 1,
    "crypt": 1,
    "now": 0,
}  # arguments that are values

REAL = """
INSERT INTO public.users (id, email, "Password Hash", created_at) VALUES
  (1, 'alice@example.org', crypt('s3cret', gen_salt('bf', 8)), now()),
  (2, 'bob' || '@' || 'example.org', E'it\\'s', '2024-01-01T00:00:00Z'::timestamptz),
  (3, lower('C@EXAMPLE.ORG'), encode(digest('x', 'sha256'), 'hex'), NULL);
INSERT INTO settings (key, value) SELECT 'smtp_password', 'hunter2' WHERE NOT EXISTS (SELECT FROM settings);
INSERT INTO settings (key, value) SELECT k.a, k.b FROM (VALUES ('x', 'y'), ('z', 'w')) AS k (a, b);
INSERT INTO settings (key, value) VALUES ('a', 'b') ON CONFLICT (key) DO UPDATE SET value = 'c' RETURNING key;
WITH s (a, b) AS (VALUES ('x', 'y')) INSERT INTO settings (value, key) SELECT a, b FROM s;
INSERT INTO s.t (a) VALUES (U&'d\\0061t'), ($q$it's$q$), ('two'
  'parts'), (CASE WHEN true THEN 'p' ELSE 'q' END), (ARRAY['m', 'n']), (-5), (1.50), ((('deep'))),
  (CAST('c' AS text));
INSERT INTO t (a, b) OVERRIDING USER VALUE SELECT 'x', upper('y') UNION ALL SELECT 'z', coalesce(NULL, 'w');
INSERT INTO t AS u (a, b) VALUES (DEFAULT, text 'x'), (nextval('s'), varchar 'y' || 'z');
UPDATE users SET password = 'x', (a, b) = ('y', 'z'), c = DEFAULT WHERE id = 4 AND email = 'q';
UPDATE ONLY s.users AS u SET password = md5('x' || 'y') FROM roles r WHERE r.name = 'admin' AND u.role = r.id;
UPDATE t SET (a, b) = ROW('x', 1), c = interval '1 day', d = '{"a": "b"}'::jsonb, e = (SELECT 'f');
"""


def name_of(node: Node) -> str:
    return str(node.WhichOneof("node"))


def inner(node: Node) -> Node:
    return (
        getattr(node, name_of(node))
        if hasattr(node, "WhichOneof") and node.DESCRIPTOR.name == "Node"
        else node
    )


def constant(node: Node) -> str | None:
    kind = node.WhichOneof("val")
    if kind == "sval":
        return str(node.sval.sval)
    if kind == "ival":
        return str(abs(node.ival.ival))
    return str(node.fval.fval).lstrip("-") if kind == "fval" else None


def joined(node: Node) -> str | None:
    """Give the text of literals that are put together."""
    node = inner(node)
    kind = node.DESCRIPTOR.name
    if kind == "A_Const":
        return constant(node)
    if kind == "TypeCast":
        return joined(node.arg)
    if kind == "A_Expr" and node.name[0].string.sval == "||":
        sides = (joined(node.lexpr), joined(node.rexpr))
        return None if None in sides else "".join(filter(None, sides))
    return None


def literals(node: Node) -> Iterator[str]:
    """Give the literals that are a value of an expression, without what is only compared or says how."""
    node = inner(node)
    kind = node.DESCRIPTOR.name
    if (text := joined(node)) is not None:
        yield text
    elif kind == "FuncCall":
        function = node.funcname[-1].string.sval
        for argument in list(node.args)[: QUIET.get(function)]:
            yield from literals(argument)
    elif kind == "CaseExpr":
        for case in node.args:
            yield from literals(case.case_when.result)
        yield from literals(node.defresult)
    elif kind == "SubLink":
        for target in node.subselect.select_stmt.target_list:
            yield from literals(target.res_target.val)
    else:
        parts = (
            [node.arg] if kind == "TypeCast" else [*getattr(node, "args", ()), *getattr(node, "elements", ())]
        )
        for part in parts:
            yield from literals(part)


def assigned(targets: Node, table: str) -> Pairs:
    found: Pairs = Counter()
    for target in (inner(target) for target in targets):
        value = inner(target.val)
        if value.DESCRIPTOR.name == "MultiAssignRef":
            row = inner(value.source)
            values = list(literals(row.args[value.colno - 1]))
        else:
            values = list(literals(value))
        found.update((table, target.name.lower(), text) for text in values)
    return found


def selected(select: Node, columns: list[str], table: str, named: dict[str, Any]) -> Pairs:
    found: Pairs = Counter()
    if select.HasField("larg"):
        return selected(select.larg, columns, table, named) + selected(select.rarg, columns, table, named)
    for row in select.values_lists:
        for column, value in zip(columns, inner(row).items, strict=False):
            found.update((table, column, text) for text in literals(value))
    items = [inner(target) for target in select.target_list]
    for column, item in zip(columns, items, strict=False):
        found.update((table, column, text) for text in literals(item.val))
    return found + from_values(select, items, columns, table, named)


def from_values(
    select: Node, items: list[Any], columns: list[str], table: str, named: dict[str, Any]
) -> Pairs:
    """Give what comes from VALUES in the FROM clause: each column by the item that names it."""
    found: Pairs = Counter()
    moved = {
        inner(item.val).fields[-1].string.sval: at
        for at, item in enumerate(items)
        if name_of(item.val) == "column_ref"
    }
    for source in (inner(source) for source in select.from_clause):
        if source.DESCRIPTOR.name == "RangeSubselect":
            values, names = inner(source.subquery), [part.string.sval for part in source.alias.colnames]
        elif source.DESCRIPTOR.name == "RangeVar" and source.relname in named:
            expression = named[source.relname]
            values, names = (
                inner(expression.ctequery),
                [part.string.sval for part in expression.aliascolnames],
            )
        else:
            continue
        own = [columns[moved[name]] if name in moved else name for name in names]
        found += selected(values, own, table, named)
    return found


def expected(statement: Node) -> Pairs:
    node = inner(statement)
    table = node.relation.relname.lower()
    found: Pairs = Counter()
    if node.DESCRIPTOR.name == "UpdateStmt":
        return assigned(node.target_list, table)
    columns = [target.res_target.name.lower() for target in node.cols]
    named = {cte.common_table_expr.ctename: cte.common_table_expr for cte in node.with_clause.ctes}
    found += selected(inner(node.select_stmt), columns, table, named)
    return found + assigned(node.on_conflict_clause.target_list, table)


def given_by_us(text: str) -> Pairs:
    rows = [row for row in read(text, {}.get).rows if row.place is Place.ROW]
    return Counter((row.table, cell.column, cell.text) for row in rows for cell in row.cells)


@pytest.mark.parametrize("statement", postgast.split(REAL))
def test_real_statements_agree(statement: str) -> None:
    assert set(given_by_us(statement)) == set(expected(postgast.parse(statement).stmts[0].stmt))


NAME = st.sampled_from(("a", "email", '"Password"', '"two ""words"', "größe", "value_1"))
TEXT = st.text(st.sampled_from("ab'\\\"$-;(),{}%:| \n/*é"), max_size=8)
CONSTANT = st.one_of(
    TEXT.map(lambda text: "'" + text.replace("'", "''") + "'"),
    TEXT.map(lambda text: "E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"),
    TEXT.map(lambda text: f"$q${text}$q$"),
    TEXT.map(lambda text: "'" + text.replace("'", "''") + "'::text"),
    TEXT.map(lambda text: "CAST('" + text.replace("'", "''") + "' AS varchar(20))"),
    st.integers(0, 10**6).map(str),
)
NOTHING = st.sampled_from(("NULL", "DEFAULT", "true", "now()", "nextval('s')", "b", "u.email", "$1"))
VALUE = st.recursive(
    CONSTANT,
    lambda value: st.one_of(
        value.map("lower({})".format),
        value.map("crypt({}, gen_salt('bf'))".format),
        value.map("encode(digest({}, 'sha256'), 'hex')".format),
        value.map("({})".format),
        st.tuples(value, value).map(lambda pair: f"coalesce({pair[0]}, {pair[1]})"),
        st.tuples(value, value).map(lambda pair: f"CASE WHEN a = 'no' THEN {pair[0]} ELSE {pair[1]} END"),
        st.tuples(CONSTANT, CONSTANT).map(lambda pair: f"('x' || {pair[0]} || {pair[1]})"),
    ),
    max_leaves=4,
)
ITEM = st.one_of(VALUE, NOTHING)
PART = st.tuples(NAME, ITEM)
PARTS = st.lists(PART, min_size=1, max_size=3)


def inserted(parts: list[tuple[str, str]], tail: str) -> str:
    columns, values = zip(*parts, strict=True)
    row = f"({', '.join(values)})"
    return f"INSERT INTO s.t ({', '.join(columns)}) VALUES {row},\n {row} {tail}"


def put(parts: list[tuple[str, str]]) -> str:
    return ", ".join(f"{column} = {value}" for column, value in parts)


STATEMENT = st.one_of(
    st.builds(inserted, PARTS, st.sampled_from(("", "ON CONFLICT DO NOTHING", "RETURNING 'no'"))),
    st.builds(inserted, PARTS, PARTS.map(lambda parts: "ON CONFLICT (a) DO UPDATE SET " + put(parts))),
    PARTS.map(lambda parts: f"UPDATE ONLY t AS u SET {put(parts)} WHERE a = 'no' AND b IN ('no', 'no')"),
    PARTS.map(
        lambda parts: f"INSERT INTO t (a, b, c) SELECT {', '.join(value for _, value in parts)} FROM u"
    ),
)


@settings(max_examples=300, deadline=None)
@given(STATEMENT)
def test_made_statements_agree(statement: str) -> None:
    try:
        parsed = postgast.parse(statement).stmts[0].stmt
    except postgast.PgQueryError:
        return
    assert set(given_by_us(statement)) == set(expected(parsed))
