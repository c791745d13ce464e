"""What the SQL reader gives: each literal with its column, its line and what it goes through."""

from __future__ import annotations

import re

import pytest

from checks.sensitive.literal import Reference
from checks.sensitive.sql import made, read

TABLES = {"users": ("id", "email", "password"), "settings": ("key", "value")}

# A statement, and its rows: place, table, cells and what is only compared. A cell is `column=text@line`, with
# the functions that it goes through after the line.
Rows = list[str]


def shown(text: str, line: int = 1) -> Rows:
    rows = []
    for row in read(text, TABLES.get, line).rows:
        cells = [
            f"{cell.column}={cell.text}@{'/'.join((str(cell.line), *cell.through))}" for cell in row.cells
        ]
        known = [
            f"{cell.column}={cell.text}@{'/'.join((str(cell.line), *cell.through))}" for cell in row.known
        ]
        told = " ? " + ", ".join(known) if known else ""
        rows.append(f"{row.place} {row.table}: {', '.join(cells)}{told}")
    return rows


INSERTS = {
    "columns": ("INSERT INTO t (a, b) VALUES ('x', 'y')", ["row t: a=x@1, b=y@1"]),
    "known columns": (
        "INSERT INTO users VALUES (1, 'e', 'p')",
        ["row users: id=1@1, email=e@1, password=p@1"],
    ),
    "replace": ("REPLACE INTO t (a) VALUES ('x')", ["row t: a=x@1"]),
    "set": ("INSERT INTO t SET a = 'x', b = 'y'", ["row t: a=x@1, b=y@1"]),
    "unknown columns": ("INSERT INTO t VALUES ('x')", ["row t: =x@1"]),
    "made columns": (
        "CREATE TABLE t (a int, b text);\nINSERT INTO t VALUES (1, 'x')",
        ["row t: a=1@2, b=x@2"],
    ),
    "lines": (
        "INSERT INTO t (a,\n b)\nVALUES\n ('x',\n  'y'),\n ('z\n1', 'w')",
        ["row t: a=x@4, b=y@5", "row t: a=z\n1@6, b=w@7"],
    ),
    "names": (
        'INSERT INTO "My"."Table" AS q ("Pass word", B) VALUES (\'x\', 1.5)',
        ["row table: pass word=x@1, b=1.5@1"],
    ),
    "no literal": ("INSERT INTO t (a, b, c, d, e) VALUES (NULL, true, DEFAULT, now(), z)", []),
    "placeholders": ("INSERT INTO t (a, b, c, d, e, f, g) VALUES ($1, :x, %s, %(y)s, ?, ${z}, {{ w }})", []),
    "placeholder in quotes": (
        "INSERT INTO t (a) VALUES ('{{ x }} ${y} %s :z')",
        ["row t: a={{ x }} ${y} %s :z@1"],
    ),
    "casts": (
        "INSERT INTO t VALUES ('x'::text, CAST('y' AS varchar(5)), text 'z', 'w'::char varying(9))",
        ["row t: =x@1, =y@1, =z@1, =w@1"],
    ),
    "quotes": (
        r"INSERT INTO t VALUES (E'it\'s\n', U&'d\0061t', $q$a'b$q$, 'it''s', U&'d!0061' UESCAPE '!')",
        ["row t: =it's\n@1, =dat@1, =a'b@1, =it's@1, =da@1"],
    ),
    "string in two parts": ("INSERT INTO t (a, b) VALUES ('x'\n  'y', 'z')", ["row t: a=xy@1, b=z@2"]),
    "concatenation": (
        "INSERT INTO t (a, b) VALUES ('x' || 'y', 'p' || n || 'q'), (concat('a', n), format('%s-%s', 1, n))",
        ["row t: a=xy@1, b=p${}q@1", "row t: a=a${}@1, b=1-${}@1"],
    ),
    "functions": (
        "INSERT INTO t VALUES (crypt('x', gen_salt('bf')), encode(digest('y', 'm'), 'hex'), nextval('s'))",
        ["row t: =x@1/crypt, =y@1/encode/digest"],
    ),
    "braces in a concatenation": ("INSERT INTO t (a) VALUES ('x' || '{}')", ["row t: a=x{}@1"]),
    "coalesced": ("INSERT INTO t (a) VALUES (coalesce(current_setting('x', true), 'y'))", ["row t: a=y@1"]),
    "case": (
        "INSERT INTO t (a) VALUES (CASE k WHEN 'w' THEN 'x' ELSE 'y' END)",
        ["row t: a=x@1, a=y@1 ? k=w@1"],
    ),
    "array": (
        "INSERT INTO t (a, b) VALUES (ARRAY['x', 'y'], ROW('z', 1))",
        ["row t: a=x@1, a=y@1, b=z@1, b=1@1"],
    ),
    "conflict": (
        "INSERT INTO t (a) VALUES ('x') ON CONFLICT (a) DO UPDATE SET b = 'y' WHERE t.c = 'z' RETURNING id",
        ["row t: b=y@1 ? c=z@1", "row t: a=x@1"],
    ),
    "overriding": ("INSERT INTO t (a) OVERRIDING SYSTEM VALUE VALUES (1)", ["row t: a=1@1"]),
    "select": (
        "INSERT INTO t (a, b)\nSELECT 'x', 'y' FROM u WHERE n = 'z'\nUNION ALL SELECT 'p' AS n, md5('q')",
        ["row t: a=x@2, b=y@2", "loose : =z@2", "row t: a=p@3, b=q@3/md5"],
    ),
    "select without columns": ("INSERT INTO settings SELECT 'k', 'v'", ["row settings: key=k@1, value=v@1"]),
    "select from values": (
        "INSERT INTO t (a, b) SELECT crypt(v.y, 'bf'), x\nFROM (VALUES ('1', '2'),\n ('3', '4')) AS v(x, y)",
        ["row t: b=1@2, a=2@2/crypt", "row t: b=3@3, a=4@3/crypt"],
    ),
    "select all from values": (
        "INSERT INTO t (a, b) SELECT * FROM (VALUES ('x', 'y')) v",
        ["row t: a=x@1, b=y@1"],
    ),
    "select from arrays": (
        "INSERT INTO t (a, b) SELECT x, md5(y) FROM unnest(ARRAY['p', 'q'],\n ARRAY['r', 's']) AS v(x, y)",
        ["row t: a=p@1, b=r@2/md5", "row t: a=q@1, b=s@2/md5"],
    ),
    "with values": (
        "WITH v (x, y) AS (VALUES ('1', '2')) INSERT INTO t (a, b) SELECT y, x FROM v",
        ["row t: b=1@1, a=2@1"],
    ),
    "with select": ("WITH v AS (SELECT '1' AS x) INSERT INTO t (a) SELECT v.x FROM v", ["row t: a=1@1"]),
    "with insert": (
        "WITH i AS (INSERT INTO t (a) VALUES ('x') RETURNING id) INSERT INTO u (b, c) SELECT id, 'y' FROM i",
        ["row u: c=y@1", "row t: a=x@1"],
    ),
    "subquery": (
        "INSERT INTO t (a, b) VALUES ((SELECT id FROM u WHERE n = 'x'), (SELECT 'y'))",
        ["loose : =x@1", "row t: b=y@1"],
    ),
    "unknown table": ("INSERT INTO ${} (a, ${}, b) VALUES ('x', 'y', 'z')", ["row : a=x@1, =y@1, b=z@1"]),
    "table of a template": ("INSERT INTO {{ s }}.t (a) VALUES ('x')", ["row t: a=x@1"]),
    "comments": ("INSERT /* a */ INTO t -- b\n(a) VALUES (/* 'c' */ 'x' -- 'd'\n)", ["row t: a=x@2"]),
    "template's mark before": ("{% if x %} INSERT INTO t (a) VALUES ('x')", ["row t: a=x@1"]),
    "explained": ("EXPLAIN ANALYZE INSERT INTO t (a) VALUES ('x')", ["row t: a=x@1"]),
}
UPDATES = {
    "made": ("UPDATE t SET a = encode(gen_random_bytes(24), 'base64'), b = random_string(9)", []),
    "hashed": ("UPDATE t SET a = generate_hash('x')", ["row t: a=x@1/generate_hash"]),
    "patterns": ("UPDATE t SET a = 'x' WHERE p LIKE 'y%'", ["row t: a=x@1 ? p=y%@1/like"]),
    "decrypted": (
        "UPDATE t SET a = pgp_sym_decrypt(a, 'k', 'cipher-algo=aes256')",
        ["row t: a=k@1/pgp_sym_decrypt"],
    ),
    "set": ("UPDATE ONLY s.t AS u SET a = 'x',\n b = upper('y')", ["row t: a=x@1, b=y@2/upper"]),
    "together": (
        "UPDATE t SET (a, b) = ('x', 'y'), (c, d) = ROW('z', 1)",
        ["row t: a=x@1, b=y@1, c=z@1, d=1@1"],
    ),
    "where": (
        "UPDATE settings SET value = 'x' WHERE key = 'k' AND (lower(g) IN ('p', 'q') OR NOT t.n LIKE 'w')",
        ["row settings: value=x@1 ? key=k@1, g=p@1, g=q@1, n=w@1/like"],
    ),
    "where of a document": ("UPDATE t SET v = 'x' WHERE d->>'key' = 'smtp'", ["row t: v=x@1 ? key=smtp@1"]),
    "only compared": ("UPDATE t SET a = b WHERE e = 'x'", ["row t:  ? e=x@1"]),
    "from": (
        "UPDATE t SET a = v.p FROM (VALUES (1, 'x')) AS v(id, p) WHERE t.id = v.id",
        ["row t: id=1@1, a=x@1"],
    ),
    "subquery": ("UPDATE t SET (a, b) = (SELECT 'x', 'y')", ["row t: a=x@1, b=y@1"]),
    "merge": (
        (
            "MERGE INTO t USING (VALUES ('e', 'p')) AS s(m, w) ON t.a = s.m\n"
            "WHEN MATCHED THEN UPDATE SET b = 'x'\nWHEN NOT MATCHED THEN INSERT (a, b, c) VALUES (m, w, 'y')"
        ),
        ["row t: a=e@1, b=p@1", "row t: b=x@2", "row t: c=y@3"],
    ),
}
DOCUMENTS = {
    "built": (
        "UPDATE t SET d = jsonb_build_object('smtp', json_build_object('Password', 'x'), 'n', 1)",
        ["row t: password=x@1, n=1@1"],
    ),
    "set": ("""UPDATE t SET d = jsonb_set(d, '{smtp,"password"}', '"x"')""", ["row t: password=x@1"]),
    "set by an array": (
        "UPDATE t SET d = jsonb_set(d, ARRAY['a', 'key'], to_jsonb('x'::text))",
        ["row t: key=x@1"],
    ),
    "merged": ("""UPDATE t SET d = d || '{"password": "x"}'""", ["""row t: d={"password": "x"}@1"""]),
    "key of a column": ("""UPDATE t SET d['smtp']['password'] = '"x"'""", ["row t: password=x@1"]),
    "key of a value": ("INSERT INTO t (a) SELECT d->>'k' FROM u", []),
    "hstore": (
        "INSERT INTO t (h) VALUES (hstore('k', 'x')), ('a=>y,\n \"b c\" => \"z\"'::hstore)",
        ["row t: k=x@1", "row t: a=y@1, b c=z@2"],
    ),
}
BODIES = {
    "block": (
        "DO $$\nDECLARE\n  v text := 'x';\nBEGIN\nIF a = 'y' THEN INSERT INTO t (a)\n VALUES ('z'); END $$",
        ["named : v=x@3", "loose : =y@5", "row t: a=z@6"],
    ),
    "function": (
        "CREATE FUNCTION f(p text DEFAULT 'd')\nAS '\nUPDATE t SET a = ''x'';\n' LANGUAGE sql",
        ["named : p=d@1", "row t: a=x@3"],
    ),
    "atomic": (
        "CREATE PROCEDURE p() BEGIN ATOMIC INSERT INTO t (a) VALUES ('x'); UPDATE t SET a = 'y'; END",
        ["row t: a=x@1", "row t: a=y@1"],
    ),
    "loop": (
        (
            "DO $$ BEGIN FOR r IN SELECT * FROM (VALUES ('x', 'y')) AS v(email, password) LOOP\n"
            "  NEW.password := crypt('z', 'bf'); END LOOP; END $$"
        ),
        ["named : email=x@1, password=y@1", "named : password=z@2/crypt"],
    ),
    "execute": (
        "DO $$ BEGIN\nEXECUTE 'INSERT INTO t (a)\n VALUES ('\n|| quote_literal('x') || n || ')'; END $$",
        ["row t: a=x@4"],
    ),
    "execute a format": (
        "DO $$ BEGIN\nEXECUTE format('CREATE ROLE %I\n PASSWORD %L', 'bob',\n 'x'); END $$",
        ["role bob: password=x@4"],
    ),
    "execute with arguments": (
        "DO $$ BEGIN EXECUTE 'INSERT INTO t (a, b) VALUES ($1, $2)' USING 'x', n; END $$",
        ["row t: a=x@1"],
    ),
    "executed later": (
        "DO $$ DECLARE q text := 'UPDATE t SET a = ''x'''; BEGIN EXECUTE q; END $$",
        ["row t: a=x@1"],
    ),
    "variable": (
        "DO $$ DECLARE\nV_pw text := 'x';\nBEGIN UPDATE t SET a = crypt(v_pw, 'bf'), b = u.v_pw; END $$",
        ["named : v_pw=x@2", "row t: a=x@2/crypt"],
    ),
    "handler of errors": (
        "DO $$ BEGIN EXCEPTION WHEN others THEN UPDATE t SET a = 'x'; END $$",
        ["row t: a=x@1"],
    ),
    "merge": (
        "DO $$ BEGIN MERGE INTO t USING u ON true WHEN MATCHED THEN UPDATE SET a = 'x'; END $$",
        ["row t: a=x@1"],
    ),
    "other language": (
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS $$\na = 'x'\n$$",
        ["loose : =a = 'x'@2"],
    ),
    "rule": (
        "CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO u (a) VALUES ('x'); SELECT f('y'))",
        ["row u: a=x@1", "loose : =y@1/f"],
    ),
}
DEFINITIONS = {
    "function without its head": (
        "RETURNS TABLE (a int) LANGUAGE plpgsql AS $$BEGIN\nUPDATE t SET a = 'x'; END$$",
        ["row t: a=x@2"],
    ),
    "default": (
        "CREATE TABLE IF NOT EXISTS s.t (\n a text DEFAULT 'x' NOT NULL,\n b text CHECK (b IN ('y')))",
        ["default t: a=x@2"],
    ),
    "added": ("ALTER TABLE ONLY s.t ADD COLUMN IF NOT EXISTS a text DEFAULT 'x'::text", ["default t: a=x@1"]),
    "set": ("ALTER TABLE t ALTER COLUMN a TYPE text, ALTER b SET DEFAULT 'x'", ["default t: b=x@1"]),
    "table of a query": ("CREATE TABLE t AS SELECT 'x' AS a, 'y'::text AS b", ["row t: a=x@1, b=y@1"]),
    "partition": ("CREATE TABLE p PARTITION OF t FOR VALUES IN ('x')", []),
    "labels": ("CREATE TYPE e AS ENUM ('x', 'y'); ALTER TYPE e ADD VALUE 'z'", []),
    "comment": ("COMMENT ON TABLE t IS 'insert into x'", ["loose : =insert into x@1"]),
    "policy and index": ("CREATE INDEX i ON t (a) WHERE b = 'x'; CREATE POLICY p ON t USING (a = 'y')", []),
    "view": ("CREATE VIEW v AS SELECT a FROM t WHERE b = 'x'", ["loose : =x@1"]),
    "role": (
        "CREATE ROLE bob PASSWORD 'x'; ALTER USER \"Al\" PASSWORD 'y'; ALTER ROLE c PASSWORD NULL",
        ["role bob: password=x@1", "role al: password=y@1"],
    ),
    "identified": ("CREATE USER bob IDENTIFIED WITH sha2 BY 'x'", ["role bob: password=x@1"]),
    "mapping": (
        "CREATE USER MAPPING FOR bob SERVER s OPTIONS (user 'x', password 'y')",
        ["role bob: user=x@1, password=y@1"],
    ),
    "subscription": ("CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p", ["connection s: =host=x@1"]),
    "server": (
        "ALTER SERVER s OPTIONS (SET host 'x', ADD password 'y', DROP dbname)",
        ["connection s: host=x@1, password=y@1"],
    ),
    "dblink": (
        "SELECT dblink_connect('c', 'host=x password=y')",
        ["connection : =host=x password=y@1", "loose : =c@1/dblink"],
    ),
    "settings": (
        (
            "SET LOCAL app.secret = 'a'; ALTER SYSTEM SET app.key TO 'b'; ALTER ROLE r SET app.x = 'c'; "
            "SELECT set_config('app.y', 'd', false); ALTER DATABASE d SET app.z = 'e'"
        ),
        [
            f"setting app.{name}: {name}={value}@1"
            for name, value in zip(("secret", "key", "x", "y", "z"), "abcde", strict=True)
        ],
    ),
}
LOOSE = {
    "call": ("SELECT add_user('x', g('y'))", ["loose : =x@1/add_user, =y@1/add_user/g"]),
    "of SQL": (
        "SELECT cron.schedule('j', $$\nUPDATE t SET a = 'x'$$), dblink_exec('c', 'INSERT INTO t VALUES (1)')",
        ["loose : =j@1/schedule, =c@2/dblink", "row t: a=x@2", "row t: =1@2"],
    ),
    "by name": (
        "CALL add_user(email => 'x', password := 'y')",
        ["named : email=x@1/add_user, password=y@1/add_user"],
    ),
    "alias": ("SELECT 'x' AS password", ["named : password=x@1"]),
    "delete": ("DELETE FROM ONLY s.t AS q WHERE q.a = 'x' AND b IN ('y')", ["row t:  ? a=x@1, b=y@1"]),
    "delete using": (
        "DELETE FROM t USING u JOIN v ON v.c = 'z' WHERE t.a = 'x' RETURNING 'w'",
        ["row t:  ? a=x@1", "loose : =z@1"],
    ),
    "psql": ("\\set pw 'it''s'\nINSERT INTO t (a) VALUES (:'pw')", ["named : pw=it's@1", "row t: a=it's@1"]),
    "granted": ("GRANT INSERT, UPDATE ON t TO bob", []),
}
COPIES = {
    "text": (
        "COPY s.t (a, b) FROM stdin;\nx\ty\\tz\n\\N\tw\n\\.\nINSERT INTO t (a) VALUES ('q');",
        ["row t: a=x@2, b=y\tz@2", "row t: b=w@3", "row t: a=q@5"],
    ),
    "known columns": (
        "\nCOPY users FROM stdin;\n1\te\tp\n\\.",
        ["row users: id=1@3, email=e@3, password=p@3"],
    ),
    "csv": (
        'COPY t (a, b) FROM stdin WITH (FORMAT csv, HEADER true);\nb,a\nx,"y\n""z"""\n,w\n\\.',
        ['row t: b=x@3, a=y\n"z"@3', "row t: a=w@5"],
    ),
    "old csv": (
        "COPY t (a, b) FROM STDIN CSV DELIMITER AS ';' NULL AS 'nil' QUOTE '|';\n|x;y|;nil\n\\.",
        ["row t: a=x;y@2"],
    ),
    "psql": (
        "\\copy t (a, b) FROM stdin\nit's\ty\n\\.\nINSERT INTO t (a) VALUES ('q');",
        ["row t: a=it's@2, b=y@2", "row t: a=q@4"],
    ),
    "delimiter": ("COPY t (a, b) FROM stdin (DELIMITER '|');\nx\\|y|z\n\\.", ["row t: a=x|y@2, b=z@2"]),
}
ALL = {**INSERTS}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(*case, id=f"{kind}-{name}")
        for kind, cases in {
            "insert": INSERTS,
            "update": UPDATES,
            "document": DOCUMENTS,
            "body": BODIES,
            "definition": DEFINITIONS,
            "loose": LOOSE,
            "copy": COPIES,
        }.items()
        for name, case in cases.items()
    ],
)
def test_each_literal_with_its_column_and_its_line(text: str, expected: Rows) -> None:
    assert shown(text) == expected
    assert shown("\n" * 9 + text) == shown(text, 10) == [moved(row, 9) for row in expected]


def moved(row: str, lines: int) -> str:
    return re.sub(r"(?<==)([^@]*)@(\d+)", lambda found: f"{found[1]}@{int(found[2]) + lines}", row)


REFERENCES = {
    "copy": ("\nCOPY s.t (a, b) FROM '/x/y.csv' WITH CSV", Reference("/x/y.csv", 2, "t", columns=("a", "b"))),
    "psql's copy": ("\\copy users FROM 'x y.csv' csv header", Reference("x y.csv", 1, "users")),
    "psql's copy with columns": (
        "\\copy t(a, b) from x.csv csv",
        Reference("x.csv", 1, "t", columns=("a", "b")),
    ),
    "included": ("\\i x.sql", Reference("x.sql", 1)),
    "included from beside": ("\\ir 'x.sql'", Reference("x.sql", 1, beside=True)),
}


@pytest.mark.parametrize(("text", "expected"), REFERENCES.values(), ids=REFERENCES)
def test_files_that_are_named(text: str, expected: Reference) -> None:
    assert read(text, {}.get).references == (expected,)


MADE = {
    "columns": (
        'CREATE TABLE "S"."T" (A int, "B c" text, PRIMARY KEY (a), CONSTRAINT k CHECK (true))',
        ("a", "b c"),
    ),
    "altered": (
        (
            "CREATE TABLE t (a int, b int, c int); ALTER TABLE t ADD d text, DROP COLUMN IF EXISTS b;"
            "ALTER TABLE t RENAME COLUMN a TO z; ALTER TABLE ONLY t ADD CONSTRAINT k UNIQUE (c)"
        ),
        ("z", "c", "d"),
    ),
    "renamed": ("CREATE TABLE u (a int); ALTER TABLE u RENAME TO t", ("a",)),
    "like": ("CREATE TABLE u (a int, b int); CREATE TABLE t (LIKE u INCLUDING ALL, c int)", ("a", "b", "c")),
    "heir": ("CREATE TABLE u (a int); CREATE TABLE t (b int) INHERITS (u)", ("a", "b")),
    "partition": (
        "CREATE TABLE u (a int) PARTITION BY LIST (a); CREATE TABLE t PARTITION OF u DEFAULT",
        ("a",),
    ),
    "of a query": ("CREATE TABLE t AS SELECT a.b, c AS d, f(e) AS g FROM a", ("b", "d", "g")),
    "in a block": ("DO $$ BEGIN CREATE UNLOGGED TABLE IF NOT EXISTS t (a int); END $$", ("a",)),
}


@pytest.mark.parametrize(("text", "columns"), MADE.values(), ids=MADE)
def test_the_columns_of_tables_that_are_made(text: str, columns: tuple[str, ...]) -> None:
    assert {name.rpartition(".")[2]: found for name, found in made(text).items()}["t"] == columns


def test_what_was_made_before_is_altered_and_dropped() -> None:
    before = {"a": ("x",), "b": ("y",)}
    assert made("ALTER TABLE a ADD z int; DROP TABLE IF EXISTS s.b CASCADE; SELECT 1", before) == {
        "a": ("x", "z")
    }
    assert before == {"a": ("x",), "b": ("y",)}
