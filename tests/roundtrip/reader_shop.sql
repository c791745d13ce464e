-- A schema in which everything is named by something else: in views, keys, bodies, comments.
CREATE SCHEMA app; CREATE ROLE reader_a; CREATE TYPE app.mood AS ENUM ('sad', 'ok');
CREATE TYPE app.pair AS (a int, b text); CREATE DOMAIN app.short AS text CHECK (length(value) < 9);
CREATE COLLATION app.plain FROM "C"; CREATE SEQUENCE app.numbers;
CREATE FUNCTION app.twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE FUNCTION app.noise() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE OPERATOR app.@@@ (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl);
CREATE TABLE app.owner (id int PRIMARY KEY, mood app.mood DEFAULT 'ok', name text COLLATE app.plain);
CREATE TABLE app.pet (id int DEFAULT nextval('app.numbers'), owner int CONSTRAINT kept REFERENCES app.owner,
  p app.pair, s app.short, UNIQUE (id, owner), CONSTRAINT even CHECK (app.twice(owner) > 1));
CREATE INDEX paired ON app.pet (p); CREATE INDEX doubled ON app.pet (app.twice(id)) WHERE owner > 1;
CREATE VIEW app.pets AS SELECT * FROM app.pet JOIN app.owner USING (id);
CREATE VIEW app.few AS SELECT id, name FROM app.pets WHERE id OPERATOR(app.@@@) 1 > 2;
CREATE MATERIALIZED VIEW app.kept AS SELECT (p).b, s FROM app.pet;
CREATE RULE quiet AS ON DELETE TO app.owner DO ALSO SELECT count(*) FROM app.pet JOIN app.owner USING (id);
CREATE TRIGGER noisy BEFORE UPDATE ON app.pet FOR EACH ROW WHEN (OLD.id > 1) EXECUTE FUNCTION app.noise();
ALTER TABLE app.pet ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON app.pet TO reader_a USING (id IN (SELECT id FROM app.owner JOIN app.pet USING (id)));
CREATE TABLE app.log (at int, pet int, CONSTRAINT pk PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE app.log_1 PARTITION OF app.log FOR VALUES FROM (1) TO (9);
CREATE TABLE app.parent (a int, CONSTRAINT positive CHECK (a > 0)); CREATE TABLE app.child () INHERITS (app.parent);
CREATE STATISTICS app.pair_s ON id, owner FROM app.pet;
CREATE PUBLICATION reader_p FOR TABLE app.pet;
COMMENT ON COLUMN app.pet.owner IS 'whose'; COMMENT ON CONSTRAINT kept ON app.pet IS 'kept';
GRANT SELECT ON app.pet TO reader_a; GRANT UPDATE (id) ON app.owner TO reader_a;
CREATE FUNCTION app.count() RETURNS bigint LANGUAGE sql BEGIN ATOMIC
  SELECT count(*) FROM app.pet JOIN app.owner USING (id); END;
CREATE FUNCTION app.all_pets() RETURNS SETOF app.pet LANGUAGE sql AS 'SELECT * FROM app.pet';
CREATE VIEW app.called AS SELECT * FROM app.all_pets();
CREATE TEXT SEARCH CONFIGURATION app.words (COPY = simple);
CREATE INDEX worded ON app.owner USING gin (to_tsvector('app.words', name));
