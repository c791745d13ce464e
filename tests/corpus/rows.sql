-- Downgrades that leave, lose or alter rows, and nothing else. The form is that of defects.sql; "rule" is the one that
-- has to find it.

-- defect: row of a list left
-- rule: leftover-row
-- named: $s.plan (id = 30)
-- mend: DELETE FROM $s.plan WHERE id IN (30);
-- start
CREATE TABLE $s.plan (id int PRIMARY KEY, code text); INSERT INTO $s.plan VALUES (1, 'free'), (2, 'team');
-- up
INSERT INTO $s.plan VALUES (30, 'pro');
-- down
SELECT 1;
-- op up
op.bulk_insert(sa.table("plan", sa.column("id"), sa.column("code"), schema="$s"), [{"id": 30, "code": "pro"}])
-- op down
pass

-- defect: row left in a table without a key
-- rule: leftover-row
-- named: 1 row of $s.word
-- start
CREATE TABLE $s.word (word text); INSERT INTO $s.word VALUES ('a'), ('a');
-- up
INSERT INTO $s.word VALUES ('a');
-- down
SELECT 1;

-- defect: row left in a partition
-- rule: leftover-row
-- named: $s.log_b
-- start
CREATE TABLE $s.log (day int, word text) PARTITION BY RANGE (day); CREATE TABLE $s.log_a PARTITION OF $s.log FOR VALUES FROM (0) TO (10); CREATE TABLE $s.log_b PARTITION OF $s.log FOR VALUES FROM (10) TO (20); INSERT INTO $s.log VALUES (1, 'a'), (11, 'b');
-- up
INSERT INTO $s.log VALUES (2, 'c'), (12, 'd');
-- down
DELETE FROM $s.log_a WHERE word = 'c';

-- defect: row of a list gone
-- rule: lost-row
-- named: $s.plan (id = 2)
-- start
CREATE TABLE $s.plan (id int PRIMARY KEY, code text); INSERT INTO $s.plan VALUES (1, 'free'), (2, 'team');
-- up
DELETE FROM $s.plan WHERE code = 'team';
-- down
SELECT 1;
-- op up
op.execute(sa.text("DELETE FROM $s.plan WHERE code = :code").bindparams(code="team"))
-- op down
pass

-- defect: one of two equal rows gone
-- rule: lost-row
-- named: 1 row of $s.word
-- start
CREATE TABLE $s.word (word text, n int); INSERT INTO $s.word VALUES ('a', NULL), ('a', NULL);
-- up
DELETE FROM $s.word w WHERE word = 'a' AND EXISTS (SELECT FROM $s.word o WHERE o.word = w.word AND o.ctid < w.ctid);
-- down
SELECT 1;

-- defect: values in another unit
-- rule: altered-row
-- named: price in 1 row of $s.plan (code = team)
-- start
CREATE TABLE $s.plan (code text PRIMARY KEY, price int); INSERT INTO $s.plan VALUES ('free', 0), ('team', 50);
-- up
UPDATE $s.plan SET price = price * 100 WHERE code = 'team';
-- down
UPDATE $s.plan SET price = price / 10 WHERE code = 'team';
-- op up
op.execute("UPDATE $s.plan SET price = price * 100 WHERE code = 'team'")
-- op down
op.execute("UPDATE $s.plan SET price = price / 10 WHERE code = 'team'")

-- defect: nothing becomes an empty text
-- rule: altered-row
-- named: name in 1 row of $s.t (id = 2)
-- start
CREATE TABLE $s.t (id int PRIMARY KEY, name text); INSERT INTO $s.t VALUES (1, 'a'), (2, NULL);
-- up
UPDATE $s.t SET name = '' WHERE name IS NULL;
-- down
UPDATE $s.t SET name = '' WHERE name IS NULL;

-- defect: document without a key of its own
-- rule: altered-row
-- named: body in 1 row of $s.t
-- start
CREATE TABLE $s.t (id int PRIMARY KEY, body jsonb); INSERT INTO $s.t VALUES (1, '{"a": 1, "b": null}'), (2, '{"a": 2}');
-- up
UPDATE $s.t SET body = body - 'b' || '{"c": 1}';
-- down
UPDATE $s.t SET body = body - 'c';

-- defect: digits of a float
-- rule: altered-row
-- named: x in 1 row of $s.t
-- start
CREATE TABLE $s.t (id int PRIMARY KEY, x float8); INSERT INTO $s.t VALUES (1, 0.1), (2, 0.5), (3, 'NaN'), (4, '-Infinity');
-- up
ALTER TABLE $s.t ALTER x TYPE real;
-- down
ALTER TABLE $s.t ALTER x TYPE float8;

-- defect: digits of a number
-- rule: altered-row
-- named: x in 2 rows of $s.t
-- start
CREATE TABLE $s.t (x numeric(10, 4), n int); INSERT INTO $s.t VALUES (0.1234, 1), (0.5001, 2), (0.25, 3);
-- up
ALTER TABLE $s.t ALTER x TYPE numeric(10, 2);
-- down
ALTER TABLE $s.t ALTER x TYPE numeric(10, 4);

-- defect: bytes with one more
-- rule: altered-row
-- named: b in 1 row of $s.t (id = 1)
-- start
CREATE TABLE $s.t (id int PRIMARY KEY, b bytea); INSERT INTO $s.t VALUES (1, '\x00ff'), (2, NULL);
-- up
UPDATE $s.t SET b = b || '\x00';
-- down
SELECT 1;

-- defect: array in another order
-- rule: altered-row
-- named: tags in 1 row of $s.t (id = 1)
-- start
CREATE TABLE $s.t (id int PRIMARY KEY, tags text[]); INSERT INTO $s.t VALUES (1, '{b,a,NULL}'), (2, '{}');
-- up
UPDATE $s.t SET tags = array_prepend('x', array_remove(tags, 'b')) WHERE 'b' = ANY (tags);
-- down
UPDATE $s.t SET tags = array_append(array_remove(tags, 'x'), 'b') WHERE 'x' = ANY (tags);

-- defect: one row of very many altered
-- rule: altered-row
-- named: $s.t (other values)
-- start
CREATE TABLE $s.t (id int PRIMARY KEY, n int); INSERT INTO $s.t SELECT n, n FROM generate_series(1, 20100) n;
-- up
UPDATE $s.t SET n = 0 WHERE id = 20000;
-- down
SELECT 1;

-- defect: a few rows of very many gone
-- rule: lost-row
-- named: $s.t (20,100 rows became 20,090)
-- start
CREATE TABLE $s.t (id int PRIMARY KEY, n int); INSERT INTO $s.t SELECT n, n FROM generate_series(1, 20100) n;
-- up
DELETE FROM $s.t WHERE n BETWEEN 20091 AND 20100;
-- down
SELECT 1;

-- defect: one of a key of two
-- rule: altered-row
-- named: n in 1 row of $s.t (a = 1, b = y)
-- start
CREATE TABLE $s.t (a int, b text, n int, PRIMARY KEY (a, b)); INSERT INTO $s.t VALUES (1, 'x', 1), (1, 'y', 2);
-- up
UPDATE $s.t SET n = 3 WHERE b = 'y';
-- down
UPDATE $s.t SET n = 4 WHERE b = 'y';

-- defect: what is generated of it is another, too
-- rule: altered-row
-- named: n, twice in 1 row of $s.t (id = 1)
-- start
CREATE TABLE $s.t (id int PRIMARY KEY, n int, twice int GENERATED ALWAYS AS (n * 2) STORED); INSERT INTO $s.t VALUES (1, 1), (2, 2);
-- up
UPDATE $s.t SET n = 7 WHERE id = 1;
-- down
UPDATE $s.t SET n = 8 WHERE id = 1;

-- defect: a time that is another each time
-- rule: altered-row
-- named: seen in 1 row of $s.t
-- start
CREATE TABLE $s.t (id int PRIMARY KEY, seen timestamptz); INSERT INTO $s.t VALUES (1, now());
-- up
UPDATE $s.t SET seen = clock_timestamp();
-- down
UPDATE $s.t SET seen = clock_timestamp();

-- defect: rows come back with other keys
-- rule: altered-row
-- named: id in 2 rows of $s.t
-- start
CREATE TABLE $s.t (id serial PRIMARY KEY, name text); INSERT INTO $s.t (name) VALUES ('a'), ('b');
-- up
DELETE FROM $s.t WHERE name IN ('a', 'b');
-- down
INSERT INTO $s.t (name) VALUES ('a'), ('b');

-- defect: the time written over a time beside a trigger's
-- rule: altered-row
-- named: made in 1 row of $s.t (id = 1)
-- start
CREATE TABLE $s.t (id int PRIMARY KEY, made timestamptz, updated_at timestamptz NOT NULL); CREATE FUNCTION $s.stamps() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.updated_at := now(); RETURN NEW; END$$; CREATE TRIGGER stamps BEFORE UPDATE ON $s.t FOR EACH ROW EXECUTE FUNCTION $s.stamps(); INSERT INTO $s.t VALUES (1, '2020-01-01', '2020-01-01');
-- up
UPDATE $s.t SET made = now();
-- down
UPDATE $s.t SET id = id;

-- defect: rows of a child that went with their parent's
-- rule: lost-row
-- named: $s.line (id = 10; id = 11)
-- start
CREATE TABLE $s.parent (id int PRIMARY KEY); CREATE TABLE $s.line (id int PRIMARY KEY, p int REFERENCES $s.parent ON DELETE CASCADE); INSERT INTO $s.parent VALUES (1), (2); INSERT INTO $s.line VALUES (10, 1), (11, 1);
-- up
DELETE FROM $s.parent WHERE id = 1;
-- down
INSERT INTO $s.parent VALUES (1);
