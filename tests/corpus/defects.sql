-- Downgrades with one defect each. All that they need is made by one migration at the bottom, in a schema of its
-- own, $s; "undo" is what its downgrade does beside dropping that. "named" is the object that must be named,
-- "mend" what the finding says to add, where a statement can be made. Where it also "fails" on
-- rows, that is to be found in the same run.

-- defect: enum type left
-- named: enum type $s.mood
-- mend: DROP TYPE $s.mood;
-- up
CREATE TYPE $s.mood AS ENUM ('sad', 'glad'); CREATE TABLE $s.t (id int, mood $s.mood);
-- down
DROP TABLE $s.t;
-- op up
op.create_table("t", sa.Column("mood", sa.Enum("sad", "glad", name="mood", schema="$s")), schema="$s")
-- op down
op.drop_table("t", schema="$s")

-- defect: index forgotten
-- named: index $s.t_n
-- mend: DROP INDEX $s.t_n;
-- start
CREATE TABLE $s.t (id int, n int);
-- up
CREATE INDEX t_n ON $s.t (n); ALTER TABLE $s.t ADD m int;
-- down
ALTER TABLE $s.t DROP m;
-- op up
op.create_index("t_n", "t", ["n"], schema="$s")
op.add_column("t", sa.Column("m", sa.Integer), schema="$s")
-- op down
op.drop_column("t", "m", schema="$s")

-- defect: default lost
-- named: column $s.t.name
-- mend: ALTER TABLE $s.t ALTER COLUMN name SET DEFAULT 'anon'::text;
-- start
CREATE TABLE $s.t (name text DEFAULT 'anon');
-- up
ALTER TABLE $s.t ALTER name SET DEFAULT '';
-- down
ALTER TABLE $s.t ALTER name DROP DEFAULT;
-- op up
op.alter_column("t", "name", server_default="", schema="$s")
-- op down
op.alter_column("t", "name", server_default=None, schema="$s")

-- defect: nullable not restored
-- fails: on rows
-- named: column $s.t.email
-- mend: ALTER TABLE $s.t ALTER COLUMN email DROP NOT NULL;
-- start
CREATE TABLE $s.t (email text);
-- up
ALTER TABLE $s.t ALTER email SET NOT NULL; COMMENT ON TABLE $s.t IS 'x';
-- down
COMMENT ON TABLE $s.t IS NULL;
-- op up
op.alter_column("t", "email", nullable=False, schema="$s")
op.create_table_comment("t", "x", schema="$s")
-- op down
op.drop_table_comment("t", schema="$s")

-- defect: foreign key without its action
-- named: constraint fk on $s.t
-- mend: ADD CONSTRAINT fk FOREIGN KEY (o) REFERENCES $s.o(id) ON DELETE CASCADE;
-- start
CREATE TABLE $s.o (id int PRIMARY KEY); CREATE TABLE $s.t (o int CONSTRAINT fk REFERENCES $s.o ON DELETE CASCADE);
-- up
ALTER TABLE $s.t DROP CONSTRAINT fk;
-- down
ALTER TABLE $s.t ADD CONSTRAINT fk FOREIGN KEY (o) REFERENCES $s.o;
-- op up
op.drop_constraint("fk", "t", schema="$s")
-- op down
op.create_foreign_key("fk", "t", "o", ["o"], ["id"], source_schema="$s", referent_schema="$s")

-- defect: length changed
-- named: column $s.t.code
-- mend: ALTER TABLE $s.t ALTER COLUMN code TYPE character varying(20)
-- start
CREATE TABLE $s.t (code varchar(20));
-- up
ALTER TABLE $s.t ALTER code TYPE varchar(40);
-- down
ALTER TABLE $s.t ALTER code TYPE varchar(30);
-- op up
op.alter_column("t", "code", type_=sa.String(40), schema="$s")
-- op down
op.alter_column("t", "code", type_=sa.String(30), schema="$s")

-- defect: precision lost
-- named: column $s.t.price
-- mend: ALTER TABLE $s.t ALTER COLUMN price TYPE numeric(10,2)
-- start
CREATE TABLE $s.t (price numeric(10, 2));
-- up
ALTER TABLE $s.t ALTER price TYPE float8;
-- down
ALTER TABLE $s.t ALTER price TYPE numeric;
-- op up
op.alter_column("t", "price", type_=sa.Float(53), schema="$s")
-- op down
op.alter_column("t", "price", type_=sa.Numeric(), schema="$s")

-- defect: time zone lost
-- named: column $s.t.at
-- mend: ALTER TABLE $s.t ALTER COLUMN at TYPE timestamp with time zone
-- start
CREATE TABLE $s.t (at timestamptz);
-- up
ALTER TABLE $s.t ALTER at TYPE date;
-- down
ALTER TABLE $s.t ALTER at TYPE timestamp;
-- op up
op.alter_column("t", "at", type_=sa.Date(), schema="$s")
-- op down
op.alter_column("t", "at", type_=sa.DateTime(), schema="$s")

-- defect: check lost
-- named: constraint positive on $s.t
-- mend: ALTER TABLE $s.t ADD CONSTRAINT positive CHECK ((n > 0));
-- start
CREATE TABLE $s.t (n int CONSTRAINT positive CHECK (n > 0));
-- up
ALTER TABLE $s.t DROP CONSTRAINT positive;
-- down
SELECT 1;
-- op up
op.drop_constraint("positive", "t", schema="$s")
-- op down
op.execute("SELECT 1")

-- defect: check changed
-- named: constraint kind on $s.t
-- mend: ADD CONSTRAINT kind CHECK
-- start
CREATE TABLE $s.t (kind text CONSTRAINT kind CHECK (kind IN ('a', 'b')));
-- up
ALTER TABLE $s.t DROP CONSTRAINT kind, ADD CONSTRAINT kind CHECK (kind IN ('a', 'b', 'c'));
-- down
ALTER TABLE $s.t DROP CONSTRAINT kind, ADD CONSTRAINT kind CHECK (kind IN ('a'));
-- op up
op.drop_constraint("kind", "t", schema="$s")
op.create_check_constraint("kind", "t", "kind IN ('a', 'b', 'c')", schema="$s")
-- op down
op.drop_constraint("kind", "t", schema="$s")
op.create_check_constraint("kind", "t", "kind IN ('a')", schema="$s")

-- defect: unique constraint left
-- fails: on rows
-- named: constraint once on $s.t
-- mend: ALTER TABLE $s.t DROP CONSTRAINT once;
-- start
CREATE TABLE $s.t (n int, m int);
-- up
ALTER TABLE $s.t ADD CONSTRAINT once UNIQUE (n, m); CREATE INDEX i ON $s.t (m);
-- down
DROP INDEX $s.i;
-- op up
op.create_unique_constraint("once", "t", ["n", "m"], schema="$s")
op.create_index("i", "t", ["m"], schema="$s")
-- op down
op.drop_index("i", "t", schema="$s")

-- defect: primary key of other columns
-- fails: on rows
-- named: constraint t_pkey on $s.t
-- mend: ADD CONSTRAINT t_pkey PRIMARY KEY (a);
-- start
CREATE TABLE $s.t (a int PRIMARY KEY, b int NOT NULL);
-- up
ALTER TABLE $s.t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (b);
-- down
ALTER TABLE $s.t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (a, b);
-- op up
op.drop_constraint("t_pkey", "t", schema="$s")
op.create_primary_key("t_pkey", "t", ["b"], schema="$s")
-- op down
op.drop_constraint("t_pkey", "t", schema="$s")
op.create_primary_key("t_pkey", "t", ["a", "b"], schema="$s")

-- defect: column left
-- named: column $s.t.nick
-- mend: ALTER TABLE $s.t DROP COLUMN nick;
-- start
CREATE TABLE $s.t (id int);
-- up
ALTER TABLE $s.t ADD name text, ADD nick text;
-- down
ALTER TABLE $s.t DROP name;
-- op up
op.add_column("t", sa.Column("name", sa.Text), schema="$s")
op.add_column("t", sa.Column("nick", sa.Text), schema="$s")
-- op down
op.drop_column("t", "name", schema="$s")

-- defect: column comes back without its index
-- named: index $s.t_email
-- mend: CREATE UNIQUE INDEX t_email ON $s.t USING btree (email);
-- start
CREATE TABLE $s.t (id int, email text); CREATE UNIQUE INDEX t_email ON $s.t (email);
-- up
ALTER TABLE $s.t DROP email;
-- down
ALTER TABLE $s.t ADD email text;
-- op up
op.drop_column("t", "email", schema="$s")
-- op down
op.add_column("t", sa.Column("email", sa.Text), schema="$s")

-- defect: column comes back without its comment
-- named: column $s.t.n
-- mend: COMMENT ON COLUMN $s.t.n IS 'how many';
-- start
CREATE TABLE $s.t (n int); COMMENT ON COLUMN $s.t.n IS 'how many';
-- up
ALTER TABLE $s.t DROP n;
-- down
ALTER TABLE $s.t ADD n int;
-- op up
op.drop_column("t", "n", schema="$s")
-- op down
op.add_column("t", sa.Column("n", sa.Integer), schema="$s")

-- defect: table left
-- named: table $s.log
-- mend: DROP TABLE $s.log;
-- up
CREATE TABLE $s.t (id int PRIMARY KEY); CREATE TABLE $s.log (id serial PRIMARY KEY, note text);
-- down
DROP TABLE $s.t;
-- op up
op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), schema="$s")
op.create_table("log", sa.Column("id", sa.Integer, primary_key=True), sa.Column("note", sa.Text), schema="$s")
-- op down
op.drop_table("t", schema="$s")

-- defect: table lost
-- named: table $s.t
-- start
CREATE TABLE $s.t (id int PRIMARY KEY);
-- up
DROP TABLE $s.t; CREATE TABLE $s.u (id int PRIMARY KEY);
-- down
DROP TABLE $s.u;
-- op up
op.drop_table("t", schema="$s")
op.create_table("u", sa.Column("id", sa.Integer, primary_key=True), schema="$s")
-- op down
op.drop_table("u", schema="$s")

-- defect: name of a table kept
-- named: table $s.people
-- start
CREATE TABLE $s.users (id int);
-- up
ALTER TABLE $s.users RENAME TO people; ALTER TABLE $s.people ADD n int;
-- down
ALTER TABLE $s.people DROP n;
-- op up
op.rename_table("users", "people", schema="$s")
op.add_column("people", sa.Column("n", sa.Integer), schema="$s")
-- op down
op.drop_column("people", "n", schema="$s")

-- defect: name of a column kept
-- named: column $s.t.full_name
-- start
CREATE TABLE $s.t (name text);
-- up
ALTER TABLE $s.t RENAME name TO full_name; COMMENT ON TABLE $s.t IS 'x';
-- down
COMMENT ON TABLE $s.t IS NULL;
-- op up
op.alter_column("t", "name", new_column_name="full_name", schema="$s")
op.create_table_comment("t", "x", schema="$s")
-- op down
op.drop_table_comment("t", schema="$s")

-- defect: comment lost
-- named: table $s.t
-- mend: COMMENT ON TABLE $s.t IS 'old';
-- start
CREATE TABLE $s.t (id int); COMMENT ON TABLE $s.t IS 'old';
-- up
COMMENT ON TABLE $s.t IS 'new';
-- down
COMMENT ON TABLE $s.t IS NULL;
-- op up
op.create_table_comment("t", "new", schema="$s")
-- op down
op.drop_table_comment("t", schema="$s")

-- defect: policy altered
-- named: policy p on $s.t
-- mend: CREATE POLICY p ON $s.t
-- start
CREATE TABLE $s.t (owner text); CREATE POLICY p ON $s.t USING (owner = current_user);
-- up
ALTER POLICY p ON $s.t USING (owner IS NOT NULL);
-- down
ALTER POLICY p ON $s.t USING (true);

-- defect: row security left on
-- named: table $s.t
-- mend: ALTER TABLE $s.t DISABLE ROW LEVEL SECURITY;
-- start
CREATE TABLE $s.t (id int);
-- up
ALTER TABLE $s.t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON $s.t USING (true);
-- down
DROP POLICY p ON $s.t;

-- defect: forced row security lost
-- named: table $s.t
-- mend: ALTER TABLE $s.t FORCE ROW LEVEL SECURITY;
-- start
CREATE TABLE $s.t (id int); ALTER TABLE $s.t FORCE ROW LEVEL SECURITY, ENABLE ROW LEVEL SECURITY;
-- up
ALTER TABLE $s.t NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;
-- down
ALTER TABLE $s.t ENABLE ROW LEVEL SECURITY;

-- defect: trigger left disabled
-- named: trigger tr on $s.t
-- mend: ALTER TABLE $s.t ENABLE TRIGGER tr;
-- start
CREATE TABLE $s.t (id int); CREATE FUNCTION $s.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER tr BEFORE INSERT ON $s.t FOR EACH ROW EXECUTE FUNCTION $s.f();
-- up
ALTER TABLE $s.t DISABLE TRIGGER tr; ALTER TABLE $s.t ADD n int;
-- down
ALTER TABLE $s.t DROP n;

-- defect: triggers of keys left disabled
-- named: constraint fk on $s.t
-- mend: ALTER TABLE $s.t ENABLE TRIGGER ALL;
-- start
CREATE TABLE $s.o (id int PRIMARY KEY); CREATE TABLE $s.t (o int CONSTRAINT fk REFERENCES $s.o);
-- up
ALTER TABLE $s.t DISABLE TRIGGER ALL; ALTER TABLE $s.t ADD n int;
-- down
ALTER TABLE $s.t DROP n;

-- defect: trigger fires at another time
-- named: trigger tr on $s.t
-- mend: CREATE TRIGGER tr BEFORE UPDATE
-- start
CREATE TABLE $s.t (id int); CREATE FUNCTION $s.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER tr BEFORE UPDATE ON $s.t FOR EACH ROW EXECUTE FUNCTION $s.f();
-- up
DROP TRIGGER tr ON $s.t;
-- down
CREATE TRIGGER tr AFTER UPDATE ON $s.t FOR EACH ROW EXECUTE FUNCTION $s.f();

-- defect: function body altered
-- named: function $s.f(integer)
-- mend: CREATE OR REPLACE FUNCTION $s.f(a integer)
-- start
CREATE FUNCTION $s.f(a int) RETURNS int LANGUAGE sql AS 'SELECT a + 1';
-- up
CREATE OR REPLACE FUNCTION $s.f(a int) RETURNS int LANGUAGE sql AS 'SELECT a + 2';
-- down
CREATE OR REPLACE FUNCTION $s.f(a int) RETURNS int LANGUAGE sql AS 'SELECT a';

-- defect: function left behind its trigger
-- named: function $s.changed()
-- mend: DROP FUNCTION $s.changed();
-- start
CREATE TABLE $s.t (at timestamptz);
-- up
CREATE FUNCTION $s.changed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.at := now(); RETURN NEW; END'; CREATE TRIGGER tr BEFORE UPDATE ON $s.t FOR EACH ROW EXECUTE FUNCTION $s.changed();
-- down
DROP TRIGGER tr ON $s.t;

-- defect: overloaded function left
-- named: function $s.f(text)
-- mend: DROP FUNCTION $s.f(text);
-- start
CREATE FUNCTION $s.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
-- up
CREATE FUNCTION $s.f(text) RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP FUNCTION $s.f(int);
-- down
CREATE FUNCTION $s.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';

-- defect: security definer lost
-- named: function $s.f()
-- mend: SECURITY DEFINER
-- start
CREATE FUNCTION $s.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
-- up
CREATE OR REPLACE FUNCTION $s.f() RETURNS int LANGUAGE sql AS 'SELECT 2';
-- down
CREATE OR REPLACE FUNCTION $s.f() RETURNS int LANGUAGE sql AS 'SELECT 1';

-- defect: search path of a function lost
-- named: function $s.f()
-- mend: SET search_path TO 'pg_catalog'
-- start
CREATE FUNCTION $s.f() RETURNS int LANGUAGE sql SET search_path = pg_catalog AS 'SELECT 1';
-- up
ALTER FUNCTION $s.f() RESET ALL; ALTER FUNCTION $s.f() STRICT;
-- down
ALTER FUNCTION $s.f() CALLED ON NULL INPUT;

-- defect: volatility changed
-- named: function $s.f(integer)
-- mend: IMMUTABLE
-- start
CREATE FUNCTION $s.f(int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 1';
-- up
ALTER FUNCTION $s.f(int) VOLATILE;
-- down
ALTER FUNCTION $s.f(int) STABLE;

-- defect: procedure left
-- named: procedure $s.p(integer)
-- mend: DROP PROCEDURE $s.p(integer);
-- up
CREATE PROCEDURE $s.p(a int) LANGUAGE sql AS 'SELECT 1'; CREATE TABLE $s.t (id int);
-- down
DROP TABLE $s.t;

-- defect: execute revoked from public
-- named: function $s.f()
-- mend: GRANT EXECUTE ON FUNCTION $s.f() TO PUBLIC;
-- start
CREATE FUNCTION $s.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
-- up
REVOKE EXECUTE ON FUNCTION $s.f() FROM PUBLIC; COMMENT ON FUNCTION $s.f() IS 'x';
-- down
COMMENT ON FUNCTION $s.f() IS NULL;

-- defect: sequence left
-- named: sequence $s.numbers
-- mend: DROP SEQUENCE $s.numbers;
-- start
CREATE TABLE $s.t (id int);
-- up
CREATE SEQUENCE $s.numbers; ALTER TABLE $s.t ALTER id SET DEFAULT nextval('$s.numbers');
-- down
ALTER TABLE $s.t ALTER id DROP DEFAULT;

-- defect: sequence no longer owned
-- named: sequence $s.t_id_seq
-- mend: ALTER SEQUENCE $s.t_id_seq OWNED BY $s.t.id;
-- start
CREATE TABLE $s.t (id serial);
-- up
ALTER SEQUENCE $s.t_id_seq OWNED BY NONE; ALTER TABLE $s.t ADD n int;
-- down
ALTER TABLE $s.t DROP n;

-- defect: sequence options changed
-- named: sequence $s.numbers
-- mend: ALTER SEQUENCE $s.numbers AS bigint INCREMENT 10
-- start
CREATE SEQUENCE $s.numbers INCREMENT 10 CACHE 5;
-- up
ALTER SEQUENCE $s.numbers INCREMENT 1 CACHE 1;
-- down
ALTER SEQUENCE $s.numbers INCREMENT 10;

-- defect: identity becomes a serial
-- named: column $s.t.id
-- mend: DROP SEQUENCE $s.t_id_seq CASCADE;
-- start
CREATE TABLE $s.t (id int GENERATED ALWAYS AS IDENTITY, n int);
-- up
ALTER TABLE $s.t DROP id;
-- down
ALTER TABLE $s.t ADD id serial;

-- defect: identity of another sort
-- named: column $s.t.id
-- mend: ALTER TABLE $s.t ALTER COLUMN id SET GENERATED ALWAYS;
-- start
CREATE TABLE $s.t (id int GENERATED ALWAYS AS IDENTITY);
-- up
ALTER TABLE $s.t ALTER id DROP IDENTITY;
-- down
ALTER TABLE $s.t ALTER id ADD GENERATED BY DEFAULT AS IDENTITY;

-- defect: generated column becomes a plain one
-- named: column $s.t.double
-- start
CREATE TABLE $s.t (n int, double int GENERATED ALWAYS AS (n * 2) STORED);
-- up
ALTER TABLE $s.t DROP double;
-- down
ALTER TABLE $s.t ADD double int;

-- defect: collation lost
-- fails: on rows
-- named: column $s.t.name
-- mend: ALTER TABLE $s.t ALTER COLUMN name TYPE text COLLATE "C";
-- start
CREATE TABLE $s.t (name text COLLATE "C");
-- up
ALTER TABLE $s.t ALTER name TYPE varchar(20) COLLATE "C";
-- down
ALTER TABLE $s.t ALTER name TYPE text;

-- defect: column storage lost
-- named: column $s.t.body
-- mend: ALTER TABLE $s.t ALTER COLUMN body SET STORAGE external;
-- start
CREATE TABLE $s.t (body text); ALTER TABLE $s.t ALTER body SET STORAGE EXTERNAL;
-- up
ALTER TABLE $s.t ALTER body SET STORAGE MAIN;
-- down
ALTER TABLE $s.t ALTER body SET STORAGE EXTENDED;

-- defect: compression lost
-- named: column $s.t.body
-- mend: ALTER TABLE $s.t ALTER COLUMN body SET COMPRESSION pglz;
-- start
CREATE TABLE $s.t (body text COMPRESSION pglz);
-- up
ALTER TABLE $s.t ALTER body SET COMPRESSION default; ALTER TABLE $s.t ADD n int;
-- down
ALTER TABLE $s.t DROP n;

-- defect: statistics target lost
-- named: column $s.t.n
-- mend: ALTER TABLE $s.t ALTER COLUMN n SET STATISTICS 1000;
-- start
CREATE TABLE $s.t (n int); ALTER TABLE $s.t ALTER n SET STATISTICS 1000;
-- up
ALTER TABLE $s.t DROP n;
-- down
ALTER TABLE $s.t ADD n int;

-- defect: storage parameters lost
-- named: table $s.t
-- mend: ALTER TABLE $s.t SET (fillfactor = '70')
-- start
CREATE TABLE $s.t (id int) WITH (fillfactor = 70);
-- up
ALTER TABLE $s.t SET (fillfactor = 90);
-- down
ALTER TABLE $s.t RESET (fillfactor);

-- defect: autovacuum left off for large values
-- named: table $s.t
-- mend: ALTER TABLE $s.t RESET (toast.autovacuum_enabled);
-- start
CREATE TABLE $s.t (body text);
-- up
ALTER TABLE $s.t SET (autovacuum_enabled = off, toast.autovacuum_enabled = off);
-- down
ALTER TABLE $s.t RESET (autovacuum_enabled);

-- defect: replica identity lost
-- named: table $s.t
-- mend: ALTER TABLE $s.t REPLICA IDENTITY full;
-- start
CREATE TABLE $s.t (id int PRIMARY KEY); ALTER TABLE $s.t REPLICA IDENTITY FULL;
-- up
ALTER TABLE $s.t REPLICA IDENTITY DEFAULT; ALTER TABLE $s.t ADD n int;
-- down
ALTER TABLE $s.t DROP n;

-- defect: table left unlogged
-- named: table $s.t
-- mend: ALTER TABLE $s.t SET logged;
-- start
CREATE TABLE $s.t (id int);
-- up
ALTER TABLE $s.t SET UNLOGGED; ALTER TABLE $s.t ADD n int;
-- down
ALTER TABLE $s.t DROP n;

-- defect: inheritance lost
-- named: table $s.child
-- mend: ALTER TABLE $s.child INHERIT $s.parent;
-- start
CREATE TABLE $s.parent (id int); CREATE TABLE $s.child () INHERITS ($s.parent);
-- up
ALTER TABLE $s.child NO INHERIT $s.parent; ALTER TABLE $s.child ADD n int;
-- down
ALTER TABLE $s.child DROP n;

-- defect: partition left detached
-- named: table $s.log_1
-- mend: ALTER TABLE $s.log ATTACH PARTITION $s.log_1 FOR VALUES FROM (1) TO (10);
-- start
CREATE TABLE $s.log (id int) PARTITION BY RANGE (id); CREATE TABLE $s.log_1 PARTITION OF $s.log FOR VALUES FROM (1) TO (10);
-- up
ALTER TABLE $s.log DETACH PARTITION $s.log_1; ALTER TABLE $s.log ADD n int;
-- down
ALTER TABLE $s.log DROP n;

-- defect: partition left
-- named: table $s.log_2
-- mend: DROP TABLE $s.log_2;
-- start
CREATE TABLE $s.log (id int) PARTITION BY RANGE (id);
-- up
CREATE TABLE $s.log_2 PARTITION OF $s.log FOR VALUES FROM (10) TO (20); CREATE INDEX i ON $s.log (id);
-- down
DROP INDEX $s.i;

-- defect: partition of other bounds
-- named: table $s.log_1
-- mend: ATTACH PARTITION $s.log_1 FOR VALUES FROM (1) TO (10);
-- start
CREATE TABLE $s.log (id int) PARTITION BY RANGE (id); CREATE TABLE $s.log_1 PARTITION OF $s.log FOR VALUES FROM (1) TO (10);
-- up
ALTER TABLE $s.log DETACH PARTITION $s.log_1;
-- down
ALTER TABLE $s.log ATTACH PARTITION $s.log_1 FOR VALUES FROM (1) TO (11);

-- defect: index without its columns beside
-- named: index $s.i
-- mend: INCLUDE (b);
-- start
CREATE TABLE $s.t (a int, b int); CREATE INDEX i ON $s.t (a) INCLUDE (b);
-- up
DROP INDEX $s.i;
-- down
CREATE INDEX i ON $s.t (a);

-- defect: index without its predicate
-- named: index $s.i
-- mend: WHERE (gone IS NULL);
-- start
CREATE TABLE $s.t (a int, gone date); CREATE INDEX i ON $s.t (a) WHERE gone IS NULL;
-- up
DROP INDEX $s.i;
-- down
CREATE INDEX i ON $s.t (a);
-- op up
op.drop_index("i", "t", schema="$s")
-- op down
op.create_index("i", "t", ["a"], schema="$s")

-- defect: index no longer unique
-- named: index $s.i
-- mend: CREATE UNIQUE INDEX i ON $s.t USING btree (a);
-- start
CREATE TABLE $s.t (a int); CREATE UNIQUE INDEX i ON $s.t (a);
-- up
DROP INDEX $s.i;
-- down
CREATE INDEX i ON $s.t (a);
-- op up
op.drop_index("i", "t", schema="$s")
-- op down
op.create_index("i", "t", ["a"], schema="$s")

-- defect: index of another method
-- named: index $s.i
-- mend: USING hash (a);
-- start
CREATE TABLE $s.t (a int); CREATE INDEX i ON $s.t USING hash (a);
-- up
DROP INDEX $s.i;
-- down
CREATE INDEX i ON $s.t (a);

-- defect: index without its operator class
-- named: index $s.i
-- mend: text_pattern_ops
-- start
CREATE TABLE $s.t (a text); CREATE INDEX i ON $s.t (a text_pattern_ops);
-- up
DROP INDEX $s.i;
-- down
CREATE INDEX i ON $s.t (a);

-- defect: index of an expression becomes one of a column
-- named: index $s.i
-- mend: (lower(a));
-- start
CREATE TABLE $s.t (a text); CREATE INDEX i ON $s.t (lower(a));
-- up
DROP INDEX $s.i;
-- down
CREATE INDEX i ON $s.t (a);

-- defect: index in the other direction
-- named: index $s.i
-- mend: DESC
-- start
CREATE TABLE $s.t (a int, b int); CREATE INDEX i ON $s.t (a, b DESC NULLS LAST);
-- up
DROP INDEX $s.i;
-- down
CREATE INDEX i ON $s.t (a, b);

-- defect: nulls are distinct again
-- since: 15
-- named: constraint once on $s.t
-- mend: UNIQUE NULLS NOT DISTINCT (a);
-- start
CREATE TABLE $s.t (a int, CONSTRAINT once UNIQUE NULLS NOT DISTINCT (a));
-- up
ALTER TABLE $s.t DROP CONSTRAINT once;
-- down
ALTER TABLE $s.t ADD CONSTRAINT once UNIQUE (a);

-- defect: cluster mark lost
-- named: index $s.i
-- mend: ALTER TABLE $s.t CLUSTER ON i;
-- start
CREATE TABLE $s.t (a int); CREATE INDEX i ON $s.t (a); ALTER TABLE $s.t CLUSTER ON i;
-- up
ALTER TABLE $s.t SET WITHOUT CLUSTER; ALTER TABLE $s.t ADD n int;
-- down
ALTER TABLE $s.t DROP n;

-- defect: constraint left not valid
-- named: constraint positive on $s.t
-- mend: ALTER TABLE $s.t VALIDATE CONSTRAINT positive;
-- start
CREATE TABLE $s.t (n int CONSTRAINT positive CHECK (n > 0));
-- up
ALTER TABLE $s.t DROP CONSTRAINT positive;
-- down
ALTER TABLE $s.t ADD CONSTRAINT positive CHECK (n > 0) NOT VALID;

-- defect: deferrable lost
-- named: constraint fk on $s.t
-- mend: DEFERRABLE INITIALLY DEFERRED
-- start
CREATE TABLE $s.o (id int PRIMARY KEY); CREATE TABLE $s.t (o int CONSTRAINT fk REFERENCES $s.o DEFERRABLE INITIALLY DEFERRED);
-- up
ALTER TABLE $s.t ALTER CONSTRAINT fk NOT DEFERRABLE; COMMENT ON TABLE $s.t IS 'x';
-- down
COMMENT ON TABLE $s.t IS NULL;

-- defect: exclusion constraint lost
-- named: constraint apart on $s.t
-- mend: ADD CONSTRAINT apart EXCLUDE USING gist (during WITH &&);
-- start
CREATE TABLE $s.t (during tstzrange, CONSTRAINT apart EXCLUDE USING gist (during WITH &&));
-- up
ALTER TABLE $s.t DROP CONSTRAINT apart;
-- down
CREATE INDEX apart ON $s.t USING gist (during);

-- defect: view altered
-- named: view $s.v
-- mend: CREATE OR REPLACE VIEW $s.v AS
-- start
CREATE TABLE $s.t (id int, gone bool); CREATE VIEW $s.v AS SELECT id FROM $s.t WHERE NOT gone;
-- up
CREATE OR REPLACE VIEW $s.v AS SELECT id FROM $s.t WHERE gone;
-- down
CREATE OR REPLACE VIEW $s.v AS SELECT id FROM $s.t;

-- defect: view keeps a column
-- named: view $s.v
-- start
CREATE TABLE $s.t (id int, n int); CREATE VIEW $s.v AS SELECT id FROM $s.t;
-- up
CREATE OR REPLACE VIEW $s.v AS SELECT id, n FROM $s.t; COMMENT ON TABLE $s.t IS 'x';
-- down
COMMENT ON TABLE $s.t IS NULL;

-- defect: view without its barrier
-- named: view $s.v
-- mend: ALTER VIEW $s.v SET (security_barrier = 'true');
-- start
CREATE VIEW $s.v WITH (security_barrier = true) AS SELECT 1 AS a;
-- up
DROP VIEW $s.v;
-- down
CREATE VIEW $s.v AS SELECT 1 AS a;

-- defect: view without its check option
-- named: view $s.v
-- mend: ALTER VIEW $s.v SET (check_option = 'cascaded');
-- start
CREATE TABLE $s.t (id int); CREATE VIEW $s.v AS SELECT id FROM $s.t WHERE id > 1 WITH CASCADED CHECK OPTION;
-- up
DROP VIEW $s.v;
-- down
CREATE VIEW $s.v AS SELECT id FROM $s.t WHERE id > 1;

-- defect: view comes back without its grant
-- named: view $s.v
-- mend: GRANT SELECT ON TABLE $s.v TO corpus_reader;
-- start
CREATE VIEW $s.v AS SELECT 1 AS a; GRANT SELECT ON $s.v TO corpus_reader;
-- up
DROP VIEW $s.v;
-- down
CREATE VIEW $s.v AS SELECT 1 AS a;

-- defect: view lost by a cascade
-- named: view $s.v
-- mend: CREATE VIEW $s.v AS
-- start
CREATE TABLE $s.t (id int, n int); CREATE VIEW $s.v AS SELECT n FROM $s.t;
-- up
ALTER TABLE $s.t DROP n CASCADE;
-- down
ALTER TABLE $s.t ADD n int;

-- defect: materialized view left unpopulated
-- named: materialized view $s.m
-- mend: REFRESH MATERIALIZED VIEW $s.m;
-- start
CREATE MATERIALIZED VIEW $s.m AS SELECT 1 AS a;
-- up
DROP MATERIALIZED VIEW $s.m;
-- down
CREATE MATERIALIZED VIEW $s.m AS SELECT 1 AS a WITH NO DATA;

-- defect: materialized view without its index
-- named: index $s.i
-- mend: CREATE UNIQUE INDEX i ON $s.m USING btree (a);
-- start
CREATE MATERIALIZED VIEW $s.m AS SELECT 1 AS a; CREATE UNIQUE INDEX i ON $s.m (a);
-- up
DROP MATERIALIZED VIEW $s.m;
-- down
CREATE MATERIALIZED VIEW $s.m AS SELECT 1 AS a;

-- defect: rule left
-- named: rule r on $s.t
-- mend: DROP RULE r ON $s.t;
-- start
CREATE TABLE $s.t (id int);
-- up
CREATE RULE r AS ON DELETE TO $s.t DO INSTEAD NOTHING; COMMENT ON TABLE $s.t IS 'x';
-- down
COMMENT ON TABLE $s.t IS NULL;

-- defect: grant left
-- named: table $s.t
-- mend: REVOKE SELECT ON TABLE $s.t FROM corpus_reader;
-- start
CREATE TABLE $s.t (id int);
-- up
GRANT SELECT ON $s.t TO corpus_reader; COMMENT ON TABLE $s.t IS 'x';
-- down
COMMENT ON TABLE $s.t IS NULL;

-- defect: grant on a column left
-- named: column $s.t.a
-- mend: REVOKE SELECT (a) ON TABLE $s.t FROM corpus_reader;
-- start
CREATE TABLE $s.t (a int, b int);
-- up
GRANT SELECT (a, b) ON $s.t TO corpus_reader;
-- down
REVOKE SELECT (b) ON $s.t FROM corpus_reader;

-- defect: grant lost with its table
-- named: table $s.t
-- mend: GRANT SELECT ON TABLE $s.t TO corpus_reader;
-- start
CREATE TABLE $s.t (id int); GRANT SELECT ON $s.t TO corpus_reader;
-- up
DROP TABLE $s.t;
-- down
CREATE TABLE $s.t (id int);
-- op up
op.drop_table("t", schema="$s")
-- op down
op.create_table("t", sa.Column("id", sa.Integer), schema="$s")

-- defect: usage of a schema left
-- named: schema $s
-- mend: REVOKE USAGE ON SCHEMA $s FROM corpus_reader;
-- up
GRANT USAGE ON SCHEMA $s TO corpus_reader; CREATE TABLE $s.t (id int);
-- down
DROP TABLE $s.t;

-- defect: default privileges left
-- named: default privileges for role
-- mend: IN SCHEMA $s REVOKE SELECT ON TABLES FROM corpus_reader;
-- up
ALTER DEFAULT PRIVILEGES IN SCHEMA $s GRANT SELECT ON TABLES TO corpus_reader; CREATE TABLE $s.t (id int);
-- down
DROP TABLE $s.t;

-- defect: owner changed
-- named: table $s.t
-- mend: ALTER TABLE $s.t OWNER TO corpus_reader;
-- start
CREATE TABLE $s.t (id int); ALTER TABLE $s.t OWNER TO corpus_reader;
-- up
DROP TABLE $s.t;
-- down
CREATE TABLE $s.t (id int);

-- defect: enum in another order
-- named: enum type $s.mood
-- start
CREATE TYPE $s.mood AS ENUM ('a', 'b');
-- up
DROP TYPE $s.mood;
-- down
CREATE TYPE $s.mood AS ENUM ('b', 'a');

-- defect: enum without a value
-- named: enum type $s.mood
-- mend: ALTER TYPE $s.mood ADD VALUE 'b' BEFORE 'c';
-- start
CREATE TYPE $s.mood AS ENUM ('a', 'b', 'c');
-- up
DROP TYPE $s.mood;
-- down
CREATE TYPE $s.mood AS ENUM ('a', 'c');

-- defect: enum value renamed
-- named: enum type $s.mood
-- mend: ALTER TYPE $s.mood RENAME VALUE 'fine' TO 'ok';
-- start
CREATE TYPE $s.mood AS ENUM ('sad', 'ok');
-- up
ALTER TYPE $s.mood RENAME VALUE 'ok' TO 'fine'; COMMENT ON TYPE $s.mood IS 'x';
-- down
COMMENT ON TYPE $s.mood IS NULL;

-- defect: domain constraint lost
-- named: domain constraint short on $s.word
-- mend: ALTER DOMAIN $s.word ADD CONSTRAINT short CHECK ((length(VALUE) < 9));
-- start
CREATE DOMAIN $s.word AS text CONSTRAINT short CHECK (length(value) < 9);
-- up
ALTER DOMAIN $s.word DROP CONSTRAINT short; ALTER DOMAIN $s.word SET DEFAULT 'x';
-- down
ALTER DOMAIN $s.word DROP DEFAULT;

-- defect: domain lost
-- named: domain $s.word
-- mend: CREATE DOMAIN $s.word AS character varying(9)
-- start
CREATE DOMAIN $s.word AS varchar(9) DEFAULT 'x' NOT NULL;
-- up
DROP DOMAIN $s.word; CREATE TABLE $s.t (id int);
-- down
DROP TABLE $s.t;

-- defect: composite type altered
-- named: composite type $s.pair
-- mend: ALTER TYPE $s.pair DROP ATTRIBUTE c;
-- start
CREATE TYPE $s.pair AS (a int, b text);
-- up
ALTER TYPE $s.pair ADD ATTRIBUTE c int; COMMENT ON TYPE $s.pair IS 'x';
-- down
COMMENT ON TYPE $s.pair IS NULL;

-- defect: range type left
-- named: range type $s.span
-- mend: DROP TYPE $s.span;
-- up
CREATE TYPE $s.span AS RANGE (subtype = float8); CREATE TABLE $s.t (s $s.span);
-- down
DROP TABLE $s.t;

-- defect: schema left
-- named: schema $s_new
-- mend: DROP SCHEMA $s_new;
-- up
CREATE SCHEMA $s_new; CREATE TABLE $s_new.t (id int);
-- down
DROP TABLE $s_new.t;

-- defect: extension left
-- named: extension
-- mend: DROP EXTENSION
-- needs: citext
-- up
CREATE EXTENSION citext SCHEMA $s; CREATE TABLE $s.t (id int);
-- down
DROP TABLE $s.t;

-- defect: publication keeps a table
-- named: publication table $s.t in publication $s_pub
-- mend: ALTER PUBLICATION $s_pub DROP TABLE $s.t;
-- start
CREATE TABLE $s.t (id int PRIMARY KEY); CREATE TABLE $s.u (id int PRIMARY KEY); CREATE PUBLICATION $s_pub FOR TABLE $s.u;
-- undo
DROP PUBLICATION $s_pub;
-- up
ALTER PUBLICATION $s_pub ADD TABLE $s.t; COMMENT ON TABLE $s.t IS 'x';
-- down
COMMENT ON TABLE $s.t IS NULL;

-- defect: publication of a recreated table
-- named: publication table $s.t in publication $s_pub
-- mend: ALTER PUBLICATION $s_pub ADD TABLE $s.t;
-- start
CREATE TABLE $s.t (id int PRIMARY KEY); CREATE PUBLICATION $s_pub FOR TABLE $s.t;
-- undo
DROP PUBLICATION $s_pub;
-- up
DROP TABLE $s.t;
-- down
CREATE TABLE $s.t (id int PRIMARY KEY);

-- defect: publication left
-- named: publication $s_pub
-- mend: DROP PUBLICATION $s_pub;
-- up
CREATE TABLE $s.t (id int PRIMARY KEY); CREATE PUBLICATION $s_pub FOR TABLE $s.t;
-- down
DROP TABLE $s.t;

-- defect: subscription left
-- named: subscription $s_sub
-- mend: DROP SUBSCRIPTION $s_sub;
-- up
CREATE SUBSCRIPTION $s_sub CONNECTION 'host=a.invalid' PUBLICATION p WITH (connect = false, slot_name = NONE); CREATE TABLE $s.t (id int);
-- down
DROP TABLE $s.t;

-- defect: extended statistics left
-- named: extended statistics $s.st
-- mend: DROP STATISTICS $s.st;
-- start
CREATE TABLE $s.t (a int, b int);
-- up
CREATE STATISTICS $s.st ON a, b FROM $s.t; CREATE INDEX i ON $s.t (a);
-- down
DROP INDEX $s.i;

-- defect: role left
-- named: role $s_role
-- mend: DROP ROLE $s_role;
-- up
CREATE ROLE $s_role; CREATE TABLE $s.t (id int);
-- down
DROP TABLE $s.t;

-- defect: role may still log in
-- named: role corpus_reader
-- mend: ALTER ROLE corpus_reader nologin;
-- up
ALTER ROLE corpus_reader LOGIN; CREATE TABLE $s.t (id int);
-- down
DROP TABLE $s.t;

-- defect: member left
-- named: role membership corpus_reader in corpus_staff
-- mend: REVOKE corpus_staff FROM corpus_reader;
-- up
GRANT corpus_staff TO corpus_reader; CREATE TABLE $s.t (id int);
-- down
DROP TABLE $s.t;

-- defect: member lost
-- named: role membership corpus_member in corpus_staff
-- mend: GRANT corpus_staff TO corpus_member;
-- up
REVOKE corpus_staff FROM corpus_member; CREATE TABLE $s.t (id int);
-- down
DROP TABLE $s.t;

-- defect: role setting left
-- named: role setting statement_timeout of role corpus_reader
-- mend: ALTER ROLE corpus_reader RESET statement_timeout;
-- up
ALTER ROLE corpus_reader SET statement_timeout = '5s'; CREATE TABLE $s.t (id int);
-- down
DROP TABLE $s.t;

-- defect: role setting lost
-- named: role setting work_mem of role corpus_member
-- mend: ALTER ROLE corpus_member SET work_mem = '6MB';
-- up
ALTER ROLE corpus_member RESET work_mem; CREATE TABLE $s.t (id int);
-- down
DROP TABLE $s.t;

-- defect: database setting left
-- named: database setting lock_timeout
-- up
DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET lock_timeout = %L', current_database(), '3s'); END$$; CREATE TABLE $s.t (id int);
-- down
DROP TABLE $s.t;

-- defect: event trigger left
-- named: event trigger $s_watch
-- mend: DROP EVENT TRIGGER $s_watch;
-- start
CREATE FUNCTION $s.f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
-- up
CREATE EVENT TRIGGER $s_watch ON sql_drop EXECUTE FUNCTION $s.f(); CREATE TABLE $s.t (id int);
-- down
DROP TABLE $s.t;

-- defect: event trigger left disabled
-- named: event trigger $s_watch
-- mend: ALTER EVENT TRIGGER $s_watch ENABLE;
-- start
CREATE FUNCTION $s.f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER $s_watch ON sql_drop EXECUTE FUNCTION $s.f();
-- undo
DROP EVENT TRIGGER $s_watch;
-- up
ALTER EVENT TRIGGER $s_watch DISABLE; CREATE TABLE $s.t (id int);
-- down
DROP TABLE $s.t;

-- defect: text search configuration left
-- named: text search configuration $s.words
-- mend: DROP TEXT SEARCH CONFIGURATION $s.words;
-- up
CREATE TEXT SEARCH CONFIGURATION $s.words (COPY = simple); CREATE TABLE $s.t (v tsvector);
-- down
DROP TABLE $s.t;

-- defect: text search mapping lost
-- named: text search configuration $s.words
-- mend: ALTER TEXT SEARCH CONFIGURATION $s.words ADD MAPPING FOR word WITH simple;
-- start
CREATE TEXT SEARCH CONFIGURATION $s.words (COPY = simple);
-- up
ALTER TEXT SEARCH CONFIGURATION $s.words DROP MAPPING FOR word; COMMENT ON TEXT SEARCH CONFIGURATION $s.words IS 'x';
-- down
COMMENT ON TEXT SEARCH CONFIGURATION $s.words IS NULL;

-- defect: text search dictionary left
-- named: text search dictionary $s.d
-- mend: DROP TEXT SEARCH DICTIONARY $s.d;
-- up
CREATE TEXT SEARCH DICTIONARY $s.d (TEMPLATE = simple); CREATE TEXT SEARCH CONFIGURATION $s.c (COPY = simple);
-- down
DROP TEXT SEARCH CONFIGURATION $s.c;

-- defect: operator left
-- named: operator $s.===(integer,integer)
-- mend: DROP OPERATOR $s.===(integer,integer);
-- up
CREATE OPERATOR $s.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq); CREATE TABLE $s.t (id int);
-- down
DROP TABLE $s.t;

-- defect: operator class left
-- named: operator family $s.ops USING btree
-- mend: DROP OPERATOR FAMILY $s.ops USING btree;
-- up
CREATE OPERATOR CLASS $s.ops FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 3 =, FUNCTION 1 btint4cmp(int, int); CREATE TABLE $s.t (id int);
-- down
DROP TABLE $s.t;

-- defect: cast left
-- named: cast (integer AS $s.mood)
-- mend: DROP CAST (integer AS $s.mood);
-- start
CREATE TYPE $s.mood AS ENUM ('a');
-- up
CREATE CAST (int AS $s.mood) WITH INOUT; CREATE TABLE $s.t (id int);
-- down
DROP TABLE $s.t;

-- defect: aggregate altered
-- named: aggregate $s.total(integer)
-- start
CREATE AGGREGATE $s.total(int) (sfunc = int4pl, stype = int, initcond = '0');
-- up
DROP AGGREGATE $s.total(int);
-- down
CREATE AGGREGATE $s.total(int) (sfunc = int4pl, stype = int);

-- defect: collation left
-- named: collation $s.plain
-- mend: DROP COLLATION $s.plain;
-- up
CREATE COLLATION $s.plain FROM "C"; CREATE TABLE $s.t (a text COLLATE $s.plain);
-- down
DROP TABLE $s.t;

-- defect: conversion left
-- named: conversion $s.conv
-- mend: DROP CONVERSION $s.conv;
-- up
CREATE CONVERSION $s.conv FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1; CREATE TABLE $s.t (id int);
-- down
DROP TABLE $s.t;

-- defect: options of a foreign table changed
-- named: foreign table $s.far
-- mend: ALTER FOREIGN TABLE $s.far OPTIONS (SET path 'a');
-- start
CREATE FOREIGN DATA WRAPPER $s_w; CREATE SERVER $s_srv FOREIGN DATA WRAPPER $s_w; CREATE FOREIGN TABLE $s.far (a int) SERVER $s_srv OPTIONS (path 'a');
-- undo
DROP FOREIGN DATA WRAPPER $s_w CASCADE;
-- up
ALTER FOREIGN TABLE $s.far OPTIONS (SET path 'b');
-- down
ALTER FOREIGN TABLE $s.far OPTIONS (SET path 'c');

-- defect: server left
-- named: server $s_srv
-- mend: DROP SERVER $s_srv;
-- start
CREATE FOREIGN DATA WRAPPER $s_w;
-- undo
DROP FOREIGN DATA WRAPPER $s_w CASCADE;
-- up
CREATE SERVER $s_srv FOREIGN DATA WRAPPER $s_w; CREATE FOREIGN TABLE $s.far (a int) SERVER $s_srv;
-- down
DROP FOREIGN TABLE $s.far;

-- defect: user mapping left
-- named: user mapping corpus_reader on server $s_srv
-- mend: DROP USER MAPPING FOR corpus_reader SERVER $s_srv;
-- start
CREATE FOREIGN DATA WRAPPER $s_w; CREATE SERVER $s_srv FOREIGN DATA WRAPPER $s_w;
-- undo
DROP FOREIGN DATA WRAPPER $s_w CASCADE;
-- up
CREATE USER MAPPING FOR corpus_reader SERVER $s_srv OPTIONS (password 'x'); CREATE TABLE $s.t (id int);
-- down
DROP TABLE $s.t;

-- defect: trigger lost with its table
-- named: trigger tr on $s.t
-- mend: CREATE TRIGGER tr BEFORE INSERT
-- start
CREATE TABLE $s.t (id int); CREATE FUNCTION $s.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER tr BEFORE INSERT ON $s.t FOR EACH ROW EXECUTE FUNCTION $s.f();
-- up
DROP TABLE $s.t;
-- down
CREATE TABLE $s.t (id int);

-- defect: constraint of another name
-- named: constraint t_n_key on $s.t
-- mend: ADD CONSTRAINT once UNIQUE (n);
-- start
CREATE TABLE $s.t (n int CONSTRAINT once UNIQUE);
-- up
ALTER TABLE $s.t DROP CONSTRAINT once;
-- down
ALTER TABLE $s.t ADD UNIQUE (n);

-- defect: server default becomes one of the application
-- named: column $s.t.made
-- mend: ALTER TABLE $s.t ALTER COLUMN made SET DEFAULT now();
-- start
CREATE TABLE $s.t (id int, made timestamptz NOT NULL DEFAULT now());
-- up
ALTER TABLE $s.t DROP made;
-- down
ALTER TABLE $s.t ADD made timestamptz NOT NULL;
-- op up
op.drop_column("t", "made", schema="$s")
-- op down
op.add_column("t", sa.Column("made", sa.DateTime(timezone=True), nullable=False), schema="$s")

-- defect: aggregate without its first state
-- named: aggregate $s.total(integer): agginitval 0 became none
-- start
CREATE AGGREGATE $s.total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
-- up
DROP AGGREGATE $s.total(int);
-- down
CREATE AGGREGATE $s.total(int) (SFUNC = int4pl, STYPE = int);

-- defect: index that identified the rows
-- named: index $s.t_u: replica identity was switched off
-- mend: ALTER TABLE $s.t REPLICA IDENTITY USING INDEX t_u;
-- start
CREATE TABLE $s.t (id int PRIMARY KEY, u int NOT NULL); CREATE UNIQUE INDEX t_u ON $s.t (u); ALTER TABLE $s.t REPLICA IDENTITY USING INDEX t_u;
-- up
DROP INDEX $s.t_u;
-- down
CREATE UNIQUE INDEX t_u ON $s.t (u);
