-- Downgrades that look as if they left something and restore all that matters: nothing is found, at most a note
-- where "note" says of what. Where it "loses" what rows hold, that is said, as a warning. The form is that of
-- defects.sql.

-- alike: column in another place
-- loses: name
-- note: table $s.t
-- start
CREATE TABLE $s.t (id int, name text, n int);
-- up
ALTER TABLE $s.t DROP name;
-- down
ALTER TABLE $s.t ADD name text;

-- alike: grant and revoke leave an explicit list
-- start
CREATE TABLE $s.t (id int); CREATE SEQUENCE $s.q; CREATE FUNCTION $s.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
-- up
GRANT SELECT ON $s.t TO corpus_reader; GRANT USAGE ON SCHEMA $s TO corpus_reader; GRANT SELECT (id) ON $s.t TO corpus_reader; GRANT USAGE ON $s.q TO corpus_reader; GRANT EXECUTE ON FUNCTION $s.f() TO corpus_reader;
-- down
REVOKE EXECUTE ON FUNCTION $s.f() FROM corpus_reader; REVOKE USAGE ON $s.q FROM corpus_reader; REVOKE SELECT (id) ON $s.t FROM corpus_reader; REVOKE USAGE ON SCHEMA $s FROM corpus_reader; REVOKE SELECT ON $s.t FROM corpus_reader;

-- alike: default privileges given and taken
-- up
ALTER DEFAULT PRIVILEGES IN SCHEMA $s GRANT SELECT ON TABLES TO corpus_reader; ALTER DEFAULT PRIVILEGES FOR ROLE corpus_staff REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
-- down
ALTER DEFAULT PRIVILEGES FOR ROLE corpus_staff GRANT EXECUTE ON FUNCTIONS TO PUBLIC; ALTER DEFAULT PRIVILEGES IN SCHEMA $s REVOKE SELECT ON TABLES FROM corpus_reader;

-- alike: values made of the time
-- start
CREATE TABLE $s.t (id int, made timestamptz); INSERT INTO $s.t VALUES (1, now()), (2, clock_timestamp());
-- up
ALTER TABLE $s.t ADD seen timestamptz DEFAULT now(); ALTER TABLE $s.t ADD token uuid DEFAULT gen_random_uuid();
-- down
ALTER TABLE $s.t DROP seen, DROP token;

-- alike: partition named by the date
-- start
CREATE TABLE $s.log (at date NOT NULL) PARTITION BY RANGE (at);
-- up
DO $$BEGIN EXECUTE format('CREATE TABLE $s.%I PARTITION OF $s.log FOR VALUES FROM (%L) TO (%L)', 'log_' || to_char(now(), 'YYYYMMDD'), current_date, current_date + 1); END$$;
-- down
DO $$BEGIN EXECUTE format('DROP TABLE $s.%I', 'log_' || to_char(now(), 'YYYYMMDD')); END$$;

-- alike: names that the server makes
-- start
CREATE TABLE $s.o (id int PRIMARY KEY); CREATE TABLE $s.t (a int UNIQUE CHECK (a > 0) REFERENCES $s.o);
-- up
ALTER TABLE $s.t DROP CONSTRAINT t_a_key, DROP CONSTRAINT t_a_check, DROP CONSTRAINT t_a_fkey;
-- down
ALTER TABLE $s.t ADD UNIQUE (a), ADD CHECK (a > 0), ADD FOREIGN KEY (a) REFERENCES $s.o;

-- alike: a sequence has gone on
-- start
CREATE SEQUENCE $s.numbers; CREATE TABLE $s.t (id int DEFAULT nextval('$s.numbers'), n int);
-- up
SELECT nextval('$s.numbers'); INSERT INTO $s.t (n) VALUES (987654);
-- down
DELETE FROM $s.t WHERE n = 987654;

-- alike: a value is added to an enum
-- start
CREATE TYPE $s.mood AS ENUM ('sad', 'ok');
-- up
ALTER TYPE $s.mood ADD VALUE 'glad';
-- down

-- alike: a value is added to an enum before another, if it is not there
-- start
CREATE TYPE $s.mood AS ENUM ('sad', 'ok');
-- up
ALTER TYPE $s.mood ADD VALUE IF NOT EXISTS 'glad' BEFORE 'ok';
-- down
SELECT 1;

-- alike: renamed and back
-- start
CREATE TABLE $s.t (a serial PRIMARY KEY, b int UNIQUE, CONSTRAINT k CHECK (a > b)); CREATE VIEW $s.v AS SELECT a FROM $s.t; CREATE INDEX i ON $s.t (b);
-- up
ALTER TABLE $s.t RENAME TO u; ALTER TABLE $s.u RENAME a TO c; ALTER TABLE $s.u RENAME CONSTRAINT k TO l; ALTER INDEX $s.i RENAME TO j; ALTER VIEW $s.v RENAME TO w;
-- down
ALTER VIEW $s.w RENAME TO v; ALTER INDEX $s.j RENAME TO i; ALTER TABLE $s.u RENAME CONSTRAINT l TO k; ALTER TABLE $s.u RENAME c TO a; ALTER TABLE $s.u RENAME TO t;

-- alike: a view is made again
-- start
CREATE TABLE $s.t (id int, n numeric(10, 2)); CREATE VIEW $s.v AS SELECT id, n FROM $s.t; GRANT SELECT ON $s.v TO corpus_reader; COMMENT ON VIEW $s.v IS 'x';
-- up
DROP VIEW $s.v; ALTER TABLE $s.t ALTER n TYPE numeric(12, 2); CREATE VIEW $s.v AS SELECT id, n FROM $s.t;
-- down
DROP VIEW $s.v; ALTER TABLE $s.t ALTER n TYPE numeric(10, 2); CREATE VIEW $s.v AS SELECT t.id, t.n FROM $s.t; GRANT SELECT ON $s.v TO corpus_reader; COMMENT ON VIEW $s.v IS 'x';

-- alike: an index is built anew under its name
-- start
CREATE TABLE $s.t (a int, b text); CREATE UNIQUE INDEX i ON $s.t (a) WHERE b IS NOT NULL; COMMENT ON INDEX $s.i IS 'x';
-- up
DROP INDEX $s.i;
-- down
CREATE UNIQUE INDEX i ON $s.t USING btree (a ASC NULLS LAST) WHERE (b IS NOT NULL); COMMENT ON INDEX $s.i IS 'x';

-- alike: a default that says the same
-- start
CREATE TABLE $s.t (a text DEFAULT 'x', b int DEFAULT 3, c timestamptz DEFAULT now(), d bool DEFAULT false);
-- up
ALTER TABLE $s.t ALTER a DROP DEFAULT, ALTER b DROP DEFAULT, ALTER c DROP DEFAULT, ALTER d DROP DEFAULT;
-- down
ALTER TABLE $s.t ALTER a SET DEFAULT 'x'::text, ALTER b SET DEFAULT (3), ALTER c SET DEFAULT now(), ALTER d SET DEFAULT 'f';

-- alike: comments set again, and an empty one for none
-- start
CREATE TABLE $s.t (a int); COMMENT ON TABLE $s.t IS 'one';
-- up
COMMENT ON TABLE $s.t IS 'two'; COMMENT ON COLUMN $s.t.a IS 'a';
-- down
COMMENT ON COLUMN $s.t.a IS ''; COMMENT ON TABLE $s.t IS 'one';

-- alike: another owner and back
-- start
CREATE TABLE $s.t (id serial PRIMARY KEY); GRANT SELECT ON $s.t TO corpus_staff;
-- up
ALTER TABLE $s.t OWNER TO corpus_reader;
-- down
ALTER TABLE $s.t OWNER TO CURRENT_USER;

-- alike: an enum swapped for another
-- start
CREATE TYPE $s.mood AS ENUM ('sad', 'ok'); CREATE TABLE $s.t (m $s.mood NOT NULL DEFAULT 'ok');
-- up
ALTER TYPE $s.mood ADD VALUE 'glad';
-- down
ALTER TABLE $s.t ALTER m DROP DEFAULT; ALTER TYPE $s.mood RENAME TO mood_old; CREATE TYPE $s.mood AS ENUM ('sad', 'ok'); ALTER TABLE $s.t ALTER m TYPE $s.mood USING m::text::$s.mood; ALTER TABLE $s.t ALTER m SET DEFAULT 'ok'; DROP TYPE $s.mood_old;

-- alike: a last column comes back as it was
-- loses: body
-- start
CREATE TABLE $s.t (id int, body text COLLATE "C" DEFAULT 'x' NOT NULL); ALTER TABLE $s.t ALTER body SET STORAGE EXTERNAL, ALTER body SET STATISTICS 7; COMMENT ON COLUMN $s.t.body IS 'x';
-- up
ALTER TABLE $s.t DROP body;
-- down
ALTER TABLE $s.t ADD body text COLLATE "C" DEFAULT 'x' NOT NULL; ALTER TABLE $s.t ALTER body SET STORAGE EXTERNAL, ALTER body SET STATISTICS 7; COMMENT ON COLUMN $s.t.body IS 'x';

-- alike: a table made again, with another hidden table for large values
-- loses: its rows
-- start
CREATE TABLE $s.t (id int GENERATED ALWAYS AS IDENTITY, body text);
-- up
DROP TABLE $s.t;
-- down
CREATE TABLE $s.t (id int GENERATED ALWAYS AS IDENTITY, body text);

-- alike: checks that the server writes in its own words
-- start
CREATE TABLE $s.t (a text, n int, CONSTRAINT k CHECK (a IN ('x', 'y')), CONSTRAINT l CHECK (n BETWEEN 1 AND 9));
-- up
ALTER TABLE $s.t DROP CONSTRAINT k, DROP CONSTRAINT l;
-- down
ALTER TABLE $s.t ADD CONSTRAINT k CHECK (a = ANY (ARRAY['x', 'y'])), ADD CONSTRAINT l CHECK (n >= 1 AND n <= 9);

-- alike: a serial by hand
-- start
CREATE TABLE $s.t (id serial, n int);
-- up
ALTER TABLE $s.t ALTER id DROP DEFAULT; DROP SEQUENCE $s.t_id_seq;
-- down
CREATE SEQUENCE $s.t_id_seq AS integer OWNED BY $s.t.id; ALTER TABLE $s.t ALTER id SET DEFAULT nextval('$s.t_id_seq'::regclass);

-- alike: detached and attached
-- start
CREATE TABLE $s.log (id int, n int, PRIMARY KEY (id)) PARTITION BY RANGE (id); CREATE TABLE $s.log_1 PARTITION OF $s.log FOR VALUES FROM (1) TO (9); CREATE INDEX i ON $s.log (n);
-- up
ALTER TABLE $s.log DETACH PARTITION $s.log_1;
-- down
ALTER TABLE $s.log ATTACH PARTITION $s.log_1 FOR VALUES FROM (1) TO (9);

-- alike: options set back to none
-- start
CREATE TABLE $s.t (id int, body text); CREATE INDEX i ON $s.t (id);
-- up
ALTER TABLE $s.t SET (fillfactor = 70); ALTER INDEX $s.i SET (fillfactor = 50); ALTER TABLE $s.t ALTER body SET (n_distinct = 5);
-- down
ALTER TABLE $s.t ALTER body RESET (n_distinct); ALTER INDEX $s.i RESET (fillfactor); ALTER TABLE $s.t RESET (fillfactor);

-- alike: options in another order
-- start
CREATE TABLE $s.t (id int) WITH (fillfactor = 70, autovacuum_enabled = off);
-- up
ALTER TABLE $s.t RESET (fillfactor);
-- down
ALTER TABLE $s.t SET (fillfactor = 70);

-- alike: a function with the same words in another layout of its head
-- start
CREATE FUNCTION $s.f(a int) RETURNS int LANGUAGE sql STABLE AS 'SELECT a';
-- up
DROP FUNCTION $s.f(int);
-- down
create or replace function $s.f(a integer) returns integer stable language sql as $f$SELECT a$f$;

-- alike: a materialized view made again
-- start
CREATE TABLE $s.t (id int); CREATE MATERIALIZED VIEW $s.m AS SELECT id FROM $s.t; CREATE UNIQUE INDEX i ON $s.m (id);
-- up
DROP MATERIALIZED VIEW $s.m;
-- down
CREATE MATERIALIZED VIEW $s.m AS SELECT id FROM $s.t; CREATE UNIQUE INDEX i ON $s.m (id);

-- alike: row security on and off
-- start
CREATE TABLE $s.t (id int);
-- up
ALTER TABLE $s.t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON $s.t USING (id > 1);
-- down
DROP POLICY p ON $s.t; ALTER TABLE $s.t DISABLE ROW LEVEL SECURITY;

-- alike: a role comes and goes with what it was given
-- start
CREATE TABLE $s.t (id int);
-- up
CREATE ROLE $s_role; GRANT SELECT ON $s.t TO $s_role; GRANT corpus_staff TO $s_role; ALTER ROLE $s_role SET work_mem = '5MB';
-- down
REVOKE ALL ON $s.t FROM $s_role; DROP ROLE $s_role;

-- alike: a key that is dropped leaves its column not null, which is undone
-- start
CREATE TABLE $s.t (id int UNIQUE CHECK (id IS NOT NULL));
-- up
ALTER TABLE $s.t ADD PRIMARY KEY (id);
-- down
ALTER TABLE $s.t DROP CONSTRAINT t_pkey; ALTER TABLE $s.t ALTER id DROP NOT NULL;

-- alike: a type changed and back
-- start
CREATE TABLE $s.t (a varchar(20), n int); CREATE INDEX i ON $s.t (a, n);
-- up
ALTER TABLE $s.t ALTER a TYPE text, ALTER n TYPE bigint;
-- down
ALTER TABLE $s.t ALTER a TYPE varchar(20), ALTER n TYPE int;

-- alike: a temporary table
-- start
CREATE TABLE $s.t (id int);
-- up
CREATE TEMP TABLE $s_passing (id int); ALTER TABLE $s.t ADD n int; DROP TABLE $s_passing;
-- down
ALTER TABLE $s.t DROP n;

-- alike: rows made again in another order
-- start
CREATE TABLE $s.t (id int PRIMARY KEY, name text); INSERT INTO $s.t VALUES (1, 'a'), (2, 'b'), (3, NULL);
-- up
DELETE FROM $s.t WHERE id IN (1, 2, 3);
-- down
INSERT INTO $s.t VALUES (3, NULL), (1, 'a'), (2, 'b');

-- alike: rows without a key made again in another order
-- start
CREATE TABLE $s.t (name text, n int); INSERT INTO $s.t VALUES ('a', 1), ('a', 1), ('b', NULL);
-- up
DELETE FROM $s.t WHERE name IN ('a', 'b');
-- down
INSERT INTO $s.t VALUES ('b', NULL), ('a', 1), ('a', 1);

-- alike: values that are computed back
-- start
CREATE TABLE $s.t (id int PRIMARY KEY, n int); INSERT INTO $s.t VALUES (1, 10), (2, NULL);
-- up
UPDATE $s.t SET n = n + 1;
-- down
UPDATE $s.t SET n = n - 1;

-- alike: floats as texts and back
-- start
CREATE TABLE $s.t (id int PRIMARY KEY, x float8, y real); INSERT INTO $s.t VALUES (1, 0.1, 0.1), (2, 1e-300, 'NaN'), (3, NULL, '-0');
-- up
ALTER TABLE $s.t ALTER x TYPE text, ALTER y TYPE float8;
-- down
ALTER TABLE $s.t ALTER x TYPE float8 USING x::float8, ALTER y TYPE real;

-- alike: numbers with more digits and back
-- start
CREATE TABLE $s.t (id int PRIMARY KEY, x numeric(10, 2)); INSERT INTO $s.t VALUES (1, 0.10), (2, 12345678.99), (3, NULL);
-- up
ALTER TABLE $s.t ALTER x TYPE numeric(12, 4);
-- down
ALTER TABLE $s.t ALTER x TYPE numeric(10, 2);

-- alike: bytes and arrays as texts and back
-- start
CREATE TABLE $s.t (id int PRIMARY KEY, b bytea, tags text[]); INSERT INTO $s.t VALUES (1, '\x00ff', '{b,"a,c",NULL}'), (2, NULL, '{}');
-- up
ALTER TABLE $s.t ALTER b TYPE text USING encode(b, 'hex'), ALTER tags TYPE text USING tags::text;
-- down
ALTER TABLE $s.t ALTER b TYPE bytea USING decode(b, 'hex'), ALTER tags TYPE text[] USING tags::text[];

-- alike: document written in another way
-- start
CREATE TABLE $s.t (id int PRIMARY KEY, body jsonb); INSERT INTO $s.t VALUES (1, '{"b": [1, 2.50], "a": null}'), (2, 'null'), (3, NULL);
-- up
ALTER TABLE $s.t ALTER body TYPE text USING '  ' || (body::text); ALTER TABLE $s.t ADD seen text DEFAULT random()::text;
-- down
ALTER TABLE $s.t DROP seen; ALTER TABLE $s.t ALTER body TYPE jsonb USING body::jsonb;

-- alike: very many rows written twice
-- start
CREATE TABLE $s.t (id int PRIMARY KEY, n int); INSERT INTO $s.t SELECT n, n FROM generate_series(1, 20100) n;
-- up
UPDATE $s.t SET n = n + 1;
-- down
UPDATE $s.t SET n = n - 1;

-- alike: row goes to another partition and back
-- start
CREATE TABLE $s.log (day int, word text) PARTITION BY RANGE (day); CREATE TABLE $s.log_a PARTITION OF $s.log FOR VALUES FROM (0) TO (10); CREATE TABLE $s.log_b PARTITION OF $s.log FOR VALUES FROM (10) TO (20); INSERT INTO $s.log VALUES (1, 'a'), (11, 'b');
-- up
UPDATE $s.log SET day = 12 WHERE word = 'a';
-- down
UPDATE $s.log SET day = 1 WHERE word = 'a';

-- alike: generated column goes and comes back
-- start
CREATE TABLE $s.t (id int PRIMARY KEY, n int, twice int GENERATED ALWAYS AS (n * 2) STORED); INSERT INTO $s.t VALUES (1, 1), (2, NULL);
-- up
ALTER TABLE $s.t DROP twice;
-- down
ALTER TABLE $s.t ADD twice int GENERATED ALWAYS AS (n * 2) STORED;

-- alike: sequence put where it was
-- start
CREATE TABLE $s.t (id serial PRIMARY KEY, name text); INSERT INTO $s.t (name) VALUES ('a'), ('b');
-- up
SELECT setval('$s.t_id_seq', 1000);
-- down
SELECT setval('$s.t_id_seq', (SELECT max(id) FROM $s.t));

-- alike: sequence set back
-- note: $s.q
-- start
CREATE SEQUENCE $s.q; SELECT setval('$s.q', 10);
-- up
SELECT nextval('$s.q');
-- down
SELECT setval('$s.q', 5);

-- alike: a trigger writes the time of each update
-- start
CREATE TABLE $s.t (id int PRIMARY KEY, name text, made timestamptz, updated_at timestamptz NOT NULL, day date); CREATE FUNCTION $s.stamps() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.updated_at := now(); NEW.day := current_date; RETURN NEW; END$$; CREATE TRIGGER stamps BEFORE UPDATE ON $s.t FOR EACH ROW EXECUTE FUNCTION $s.stamps(); INSERT INTO $s.t VALUES (1, 'a', '2020-01-01', '2020-01-01', '2020-01-01');
-- up
ALTER TABLE $s.t ADD n int; UPDATE $s.t SET n = id;
-- down
ALTER TABLE $s.t DROP n;

-- alike: an extension writes the time of each update
-- needs: moddatetime
-- start
CREATE EXTENSION moddatetime SCHEMA $s; CREATE TABLE $s.t (id int PRIMARY KEY, name text, updated_at timestamptz NOT NULL); CREATE TRIGGER stamps BEFORE UPDATE ON $s.t FOR EACH ROW EXECUTE FUNCTION $s.moddatetime(updated_at);
-- up
ALTER TABLE $s.t ADD n int; UPDATE $s.t SET n = id;
-- down
ALTER TABLE $s.t DROP n;

-- alike: child that left its parent and came back
-- note: column $s.child.id is of its own now, beside its parent's
-- start
CREATE TABLE $s.parent (id int CONSTRAINT ck CHECK (id > 0)); CREATE TABLE $s.child (x int) INHERITS ($s.parent);
-- up
ALTER TABLE $s.child NO INHERIT $s.parent;
-- down
ALTER TABLE $s.child INHERIT $s.parent;

-- alike: password that never ends to be valid
-- up
ALTER ROLE corpus_staff VALID UNTIL '2030-01-01';
-- down
ALTER ROLE corpus_staff VALID UNTIL 'infinity';

-- alike: rows inserted by keys that nobody else gives
-- start
CREATE TABLE $s.kind (id int PRIMARY KEY, name text NOT NULL); CREATE TABLE $s.t (id smallint PRIMARY KEY, kind int NOT NULL REFERENCES $s.kind); INSERT INTO $s.kind VALUES (1, 'a');
-- up
INSERT INTO $s.kind (id, name) VALUES (2, 'b'), (3, 'c'); INSERT INTO $s.t VALUES (1, 2);
-- down
DELETE FROM $s.t WHERE id = 1; DELETE FROM $s.kind WHERE id IN (2, 3);
