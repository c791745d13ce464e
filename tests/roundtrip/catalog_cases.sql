-- Each case: what is there, what is done to it, and the differences to be named.
-- "undumped" tells why pg_dump shows nothing of it ("undumped by" of which major), "since" which has it first.

-- case: nothing
create table t (id int primary key);
-- change
select 1;

-- case: schema left
-- change
create schema app;
-- expect: left | schema | app | | DROP SCHEMA app;

-- case: schema lost with its content
create schema app; create table app.t (id int); create type app.e as enum ('a'); comment on table app.t is 'x';
-- change
drop schema app cascade;
-- expect: lost | schema | app | with enum type app.e, table app.t | CREATE SCHEMA app;

-- case: schema owner
create role bob; create schema app;
-- change
alter schema app owner to bob;
-- expect: altered | schema | app | owner {user} became bob | ALTER SCHEMA app OWNER TO {user};

-- case: table left with all that hangs on it
-- change
create table t (id bigserial primary key, n text default 'a' unique check (n <> ''));
create index on t (n); comment on table t is 'x'; comment on column t.n is 'y'; grant select on t to public;
grant select (n) on t to public; comment on index t_n_idx is 'i'; comment on constraint t_n_check on t is 'c';
comment on sequence t_id_seq is 's'; comment on index t_pkey is 'p'; create rule r as on delete to t do nothing;
alter table t enable row level security; create policy p on t using (true); comment on policy p on t is 'p';
create statistics st on id, n from t;
-- expect: left | table | public.t | | DROP TABLE public.t;

-- case: table lost
create table t (id int generated always as identity primary key);
-- change
drop table t;
-- expect: lost | table | public.t | |

-- case: table with a name to be quoted
create table "Order ""x""" ("a b" int);
-- change
alter table "Order ""x""" alter "a b" set default 1;
-- expect: altered | column | public."Order ""x"""."a b" | default none became 1 | ALTER TABLE public."Order ""x""" ALTER COLUMN "a b" DROP DEFAULT;

-- case: table without columns gets one
create table t ();
-- change
alter table t add a int;
-- expect: left | column | public.t.a | | ALTER TABLE public.t DROP COLUMN a;

-- case: table becomes a view
create table t (id int);
-- change
drop table t; create view t as select 1 as id;
-- expect: lost | table | public.t | |
-- expect: left | view | public.t | | DROP VIEW public.t;

-- case: table persistence
create table t (id int);
-- change
alter table t set unlogged;
-- expect: altered | table | public.t | logged became unlogged | ALTER TABLE public.t SET logged;

-- case: table options
create table t (id int) with (fillfactor = 70, autovacuum_enabled = false);
-- change
alter table t set (fillfactor = 80, parallel_workers = 2); alter table t reset (autovacuum_enabled);
-- expect: altered | table | public.t | options (autovacuum_enabled=false, fillfactor=70) became (fillfactor=80, parallel_workers=2) | ALTER TABLE public.t SET (autovacuum_enabled = 'false', fillfactor = '70'), RESET (parallel_workers);

-- case: toast options
create table t (a text);
-- change
alter table t set (toast.autovacuum_enabled = false);
-- expect: altered | table | public.t | toast options none became (autovacuum_enabled=false) | ALTER TABLE public.t RESET (toast.autovacuum_enabled);

-- case: replica identity
create table t (id int primary key);
-- change
alter table t replica identity full;
-- expect: altered | table | public.t | replica identity default became full | ALTER TABLE public.t REPLICA IDENTITY default;

-- case: replica identity by an index
create table t (id int not null); create unique index i on t (id);
-- change
alter table t replica identity using index i;
-- expect: altered | table | public.t | replica identity default became index | ALTER TABLE public.t REPLICA IDENTITY default;
-- expect: altered | index | public.i | replica identity was switched on |

-- case: row security
create table t (id int);
-- change
alter table t enable row level security; alter table t force row level security;
-- expect: altered | table | public.t | row security was switched on; forced row security was switched on | ALTER TABLE public.t DISABLE ROW LEVEL SECURITY; ALTER TABLE public.t NO FORCE ROW LEVEL SECURITY;

-- case: table owner
create role bob; create table t (id int);
-- change
alter table t owner to bob;
-- expect: altered | table | public.t | owner {user} became bob | ALTER TABLE public.t OWNER TO {user};

-- case: access method of a table
create access method heap2 type table handler heap_tableam_handler; create table t (id int);
-- change
drop table t; create table t (id int) using heap2;
-- expect: altered | table | public.t | access method none became heap2 |

-- case: inheritance
create table p (id int); create table c (id int);
-- change
alter table c inherit p;
-- expect: altered | table | public.c | inherits none became public.p | ALTER TABLE public.c NO INHERIT public.p;

-- case: inherited column and check left with the parent's
create table p (id int); create table c () inherits (p);
-- change
alter table p add n int default 1; alter table p add constraint k check (n > 0);
-- expect: left | column | public.p.n | | ALTER TABLE public.p DROP COLUMN n;
-- expect: left | constraint | k on public.p | | ALTER TABLE public.p DROP CONSTRAINT k;

-- case: inherited column's own default
create table p (id int); create table c () inherits (p);
-- change
alter table c alter id set default 3;
-- expect: altered | column | public.c.id | default none became 3 | ALTER TABLE public.c ALTER COLUMN id DROP DEFAULT;

-- case: typed table
create type ct as (a int); create table t (a int);
-- change
alter table t of ct;
-- expect: altered | table | public.t | of type none became public.ct | ALTER TABLE public.t NOT OF;

-- case: partition key
create table t (a int, b int) partition by range (a);
-- change
drop table t; create table t (a int, b int) partition by list (b);
-- expect: altered | table | public.t | partition key RANGE (a) became LIST (b) |

-- case: partition left
create table t (a int primary key) partition by range (a); create index i on t (a);
-- change
create table t1 partition of t for values from (1) to (2);
-- expect: left | table | public.t1 | | ALTER TABLE public.t DETACH PARTITION public.t1; DROP TABLE public.t1;

-- case: partition bound
create table t (a int) partition by range (a); create table t1 partition of t for values from (1) to (2);
-- change
alter table t detach partition t1; alter table t attach partition t1 for values from (1) to (3);
-- expect: altered | table | public.t1 | partition of public.t FOR VALUES FROM (1) TO (2) became public.t FOR VALUES FROM (1) TO (3) | ALTER TABLE public.t DETACH PARTITION public.t1; ALTER TABLE public.t ATTACH PARTITION public.t1 FOR VALUES FROM (1) TO (2);

-- case: partition detached
create table t (a int primary key) partition by range (a); create table t1 partition of t for values from (1) to (2);
-- change
alter table t detach partition t1;
-- expect: altered | table | public.t1 | partition of public.t FOR VALUES FROM (1) TO (2) became none | ALTER TABLE public.t ATTACH PARTITION public.t1 FOR VALUES FROM (1) TO (2);

-- case: partitioned table gets a column, an index, a key, a foreign key, a trigger
create table o (id int primary key); create table t (a int not null, b int) partition by range (a);
create table t1 partition of t for values from (1) to (2);
create function f() returns trigger language plpgsql as 'begin return new; end';
-- change
alter table t add c int; create index i on t (b); alter table t add constraint u unique (a);
alter table t add constraint fk foreign key (b) references o; create trigger tr after insert on t for each row execute function f();
alter table t alter b set not null;
-- expect: altered | column | public.t.b | nullable became not null | ALTER TABLE public.t ALTER COLUMN b DROP NOT NULL;
-- expect: left | column | public.t.c | | ALTER TABLE public.t DROP COLUMN c;
-- expect: left | constraint | fk on public.t | | ALTER TABLE public.t DROP CONSTRAINT fk;
-- expect: left | constraint | u on public.t | | ALTER TABLE public.t DROP CONSTRAINT u;
-- expect: left | index | public.i | | DROP INDEX public.i;
-- expect: left | trigger | tr on public.t | | DROP TRIGGER tr ON public.t;

-- case: partition's own trigger state
create table t (a int) partition by range (a); create table t1 partition of t for values from (1) to (2);
create function f() returns trigger language plpgsql as 'begin return new; end';
create trigger tr after insert on t for each row execute function f();
-- change
alter table t1 disable trigger tr;
-- expect: altered | trigger | tr on public.t1 | enabled origin became disabled | ALTER TABLE public.t1 ENABLE TRIGGER tr;

-- case: foreign key to a partitioned table whose partition is new
create table t (a int primary key) partition by range (a); create table o (a int references t);
-- change
create table t1 partition of t for values from (1) to (2);
-- expect: left | table | public.t1 | | ALTER TABLE public.t DETACH PARTITION public.t1; DROP TABLE public.t1;

-- case: column left
create table t (id int);
-- change
alter table t add n text; alter table t add s serial; comment on column t.n is 'x'; comment on sequence t_s_seq is 'x';
-- expect: left | column | public.t.n | | ALTER TABLE public.t DROP COLUMN n;
-- expect: left | column | public.t.s | | ALTER TABLE public.t DROP COLUMN s;

-- case: column lost
create table t (id int, n varchar(20) not null default 'a', g int generated always as (id + 1) stored, i int generated by default as identity);
-- change
alter table t drop n, drop g, drop i;
-- expect: lost | column | public.t.g | | ALTER TABLE public.t ADD COLUMN g integer GENERATED ALWAYS AS ((id + 1)) STORED;
-- expect: lost | column | public.t.i | | ALTER TABLE public.t ADD COLUMN i integer NOT NULL GENERATED BY DEFAULT AS IDENTITY;
-- expect: lost | column | public.t.n | | ALTER TABLE public.t ADD COLUMN n character varying(20) NOT NULL DEFAULT 'a'::character varying;

-- case: column type
create table t (a varchar(10), b numeric(10, 2), c timestamptz(3), d int[]);
-- change
alter table t alter a type varchar(20), alter b type numeric(12, 2), alter c type timestamptz(6), alter d type bigint[];
-- expect: altered | column | public.t.a | type character varying(10) became character varying(20) | ALTER TABLE public.t ALTER COLUMN a TYPE character varying(10);
-- expect: altered | column | public.t.b | type numeric(10,2) became numeric(12,2) | ALTER TABLE public.t ALTER COLUMN b TYPE numeric(10,2) USING b::numeric(10,2);
-- expect: altered | column | public.t.c | type timestamp(3) with time zone became timestamp(6) with time zone | ALTER TABLE public.t ALTER COLUMN c TYPE timestamp(3) with time zone USING c::timestamp(3) with time zone;
-- expect: altered | column | public.t.d | type integer[] became bigint[] | ALTER TABLE public.t ALTER COLUMN d TYPE integer[] USING d::integer[];

-- case: column collation
create table t (a text);
-- change
alter table t alter a type text collate "C";
-- expect: altered | column | public.t.a | collation none became "C" | ALTER TABLE public.t ALTER COLUMN a TYPE text;

-- case: column not null and default
create table acct (name text default 'anon', n int not null);
-- change
alter table acct alter name set default '', alter n drop not null;
-- expect: altered | column | public.acct.n | not null became nullable | ALTER TABLE public.acct ALTER COLUMN n SET NOT NULL;
-- expect: altered | column | public.acct.name | default 'anon'::text became ''::text | ALTER TABLE public.acct ALTER COLUMN name SET DEFAULT 'anon'::text;

-- case: dropping a primary key leaves its columns not null
create table t (id int);
-- change
alter table t add primary key (id); alter table t drop constraint t_pkey;
-- expect: altered | column | public.t.id | nullable became not null | ALTER TABLE public.t ALTER COLUMN id DROP NOT NULL;

-- case: column identity
create table t (a int not null, b int generated always as identity, c int generated always as identity);
-- change
alter table t alter a add generated always as identity, alter b set generated by default, alter c drop identity;
-- expect: altered | column | public.t.a | identity none became always | ALTER TABLE public.t ALTER COLUMN a DROP IDENTITY;
-- expect: altered | column | public.t.b | identity always became by default | ALTER TABLE public.t ALTER COLUMN b SET GENERATED ALWAYS;
-- expect: altered | column | public.t.c | identity always became none | ALTER TABLE public.t ALTER COLUMN c ADD GENERATED ALWAYS AS IDENTITY;

-- case: identity's options
create table t (a int generated always as identity);
-- change
alter table t alter a set increment 5;
-- expect: altered | sequence | public.t_a_seq | increment 1 became 5 | ALTER SEQUENCE public.t_a_seq AS integer INCREMENT 1 MINVALUE 1 MAXVALUE 2147483647 START 1 CACHE 1 NO CYCLE;

-- case: column generated
create table t (a int, b int generated always as (a + 1) stored);
-- change
alter table t alter b drop expression;
-- expect: altered | column | public.t.b | generated stored (a + 1) became none |

-- case: column generated virtually
-- since: 18
create table t (a int, b int generated always as (a + 1) virtual);
-- change
alter table t alter b set expression as (a + 2);
-- expect: altered | column | public.t.b | generated virtual (a + 1) became virtual (a + 2) | ALTER TABLE public.t ALTER COLUMN b SET EXPRESSION AS (a + 1);

-- case: not null that is named, not inherited or not valid
-- since: 18
create table t (a int, b int, c int);
-- change
alter table t add constraint mine not null a; alter table t add constraint t_b_not_null not null b no inherit;
alter table t add constraint t_c_not_null not null c not valid;
-- expect: altered | column | public.t.a | nullable became not null by constraint mine | ALTER TABLE public.t ALTER COLUMN a DROP NOT NULL;
-- expect: altered | column | public.t.b | nullable became not null no inherit | ALTER TABLE public.t ALTER COLUMN b DROP NOT NULL;
-- expect: altered | column | public.t.c | nullable became not null not valid | ALTER TABLE public.t ALTER COLUMN c DROP NOT NULL;

-- case: column storage, compression, statistics, options
create table t (a text, b text, c text);
-- change
alter table t alter a set storage external, alter b set compression pglz, alter c set statistics 50, alter c set (n_distinct = 5);
-- expect: altered | column | public.t.a | storage none became external |
-- expect: altered | column | public.t.b | compression none became pglz | ALTER TABLE public.t ALTER COLUMN b SET COMPRESSION default;
-- expect: altered | column | public.t.c | statistics none became 50; options none became (n_distinct=5) | ALTER TABLE public.t ALTER COLUMN c SET STATISTICS -1; ALTER TABLE public.t ALTER COLUMN c RESET (n_distinct);

-- case: column order
create table t (a int, b int, c int);
-- change
alter table t drop a; alter table t add a int;
-- expect: reordered | table | public.t | columns a, b, c became b, c, a |

-- case: constraint left, lost, altered
create table o (id int primary key); create table t (a int, b int, constraint k check (a > 0), constraint u unique (b));
-- change
alter table t drop constraint k, add constraint k check (a > 1), drop constraint u, add constraint fk foreign key (a) references o on delete cascade not valid;
-- expect: altered | constraint | k on public.t | CHECK ((a > 0)) became CHECK ((a > 1)) | ALTER TABLE public.t DROP CONSTRAINT k; ALTER TABLE public.t ADD CONSTRAINT k CHECK ((a > 0));
-- expect: left | constraint | fk on public.t | | ALTER TABLE public.t DROP CONSTRAINT fk;
-- expect: lost | constraint | u on public.t | | ALTER TABLE public.t ADD CONSTRAINT u UNIQUE (b);

-- case: constraint validated and deferrable
create table o (id int primary key); create table t (a int, b int);
alter table t add constraint f1 foreign key (a) references o not valid, add constraint f2 foreign key (b) references o;
-- change
alter table t validate constraint f1; alter table t alter constraint f2 deferrable initially deferred;
-- expect: altered | constraint | f1 on public.t | FOREIGN KEY (a) REFERENCES public.o(id) NOT VALID became FOREIGN KEY (a) REFERENCES public.o(id) | ALTER TABLE public.t DROP CONSTRAINT f1; ALTER TABLE public.t ADD CONSTRAINT f1 FOREIGN KEY (a) REFERENCES public.o(id) NOT VALID;
-- expect: altered | constraint | f2 on public.t | FOREIGN KEY (b) REFERENCES public.o(id) became FOREIGN KEY (b) REFERENCES public.o(id) DEFERRABLE INITIALLY DEFERRED | ALTER TABLE public.t DROP CONSTRAINT f2; ALTER TABLE public.t ADD CONSTRAINT f2 FOREIGN KEY (b) REFERENCES public.o(id);

-- case: constraint not enforced
-- since: 18
create table t (a int); alter table t add constraint k check (a > 0);
-- change
alter table t drop constraint k; alter table t add constraint k check (a > 0) not enforced;
-- expect: altered | constraint | k on public.t | CHECK ((a > 0)) became CHECK ((a > 0)) NOT ENFORCED | ALTER TABLE public.t DROP CONSTRAINT k; ALTER TABLE public.t ADD CONSTRAINT k CHECK ((a > 0));

-- case: foreign key whose triggers are off
-- undumped: pg_dump leaves the state of the server's own triggers out
create table o (id int primary key); create table t (a int constraint fk references o);
-- change
alter table t disable trigger all;
-- expect: altered | constraint | fk on public.t | triggers enabled became triggers disabled | ALTER TABLE public.t ENABLE TRIGGER ALL;

-- case: exclusion constraint
create table t (a int4range);
-- change
alter table t add constraint x exclude using gist (a with &&);
-- expect: left | constraint | x on public.t | | ALTER TABLE public.t DROP CONSTRAINT x;

-- case: constraint's index options
create table t (a int constraint u unique);
-- change
alter index u set (fillfactor = 50);
-- expect: altered | index | public.u | options none became (fillfactor=50) | ALTER INDEX public.u RESET (fillfactor);

-- case: constraint becomes an index
create table t (a int constraint u unique);
-- change
alter table t drop constraint u; create unique index u on t (a);
-- expect: lost | constraint | u on public.t | | ALTER TABLE public.t ADD CONSTRAINT u UNIQUE (a);
-- expect: left | index | public.u | | DROP INDEX public.u;

-- case: index left, lost, altered
create table t (a int, b text); create index i1 on t (a); create index i2 on t (a) where b is null;
-- change
drop index i1; drop index i2; create unique index i2 on t (a); create index i3 on t (lower(b));
-- expect: lost | index | public.i1 | | CREATE INDEX i1 ON public.t USING btree (a);
-- expect: altered | index | public.i2 | CREATE INDEX i2 ON public.t USING btree (a) WHERE (b IS NULL) became CREATE UNIQUE INDEX i2 ON public.t USING btree (a) | DROP INDEX public.i2; CREATE INDEX i2 ON public.t USING btree (a) WHERE (b IS NULL);
-- expect: left | index | public.i3 | | DROP INDEX public.i3;

-- case: index columns
create table t (a int, b int); create index i on t (a);
-- change
drop index i; create index i on t (a, b desc) include (b);
-- expect: altered | index | public.i | btree (a) became btree (a, b DESC) INCLUDE (b) | DROP INDEX public.i; CREATE INDEX i ON public.t USING btree (a);

-- case: index clustered and its statistics
create table t (a int, b int); create index i on t (a, (b + 1));
-- change
alter table t cluster on i; alter index i alter column 2 set statistics 100;
-- expect: altered | index | public.i | clustered was switched on; column settings none became (expr statistics 100) |

-- case: index not valid
create table t (a int); create index i on t (a);
-- change
update pg_index set indisvalid = false where indexrelid = 'i'::regclass;
-- expect: altered | index | public.i | valid was switched off | DROP INDEX public.i; CREATE INDEX i ON public.t USING btree (a);

-- case: sequence
create sequence s1; create sequence s2 increment 2; create table t (id int);
-- change
drop sequence s2; create sequence s3; alter sequence s1 as int increment 3 start 4 restart 4 minvalue 2 maxvalue 99 cache 5 cycle owned by t.id;
-- expect: altered | sequence | public.s1 | type bigint became integer; start 1 became 4; minimum 1 became 2; maximum 9223372036854775807 became 99; increment 1 became 3; cache 1 became 5; cycle was switched on; owned by none became public.t.id | ALTER SEQUENCE public.s1 AS bigint INCREMENT 1 MINVALUE 1 MAXVALUE 9223372036854775807 START 1 CACHE 1 NO CYCLE; ALTER SEQUENCE public.s1 OWNED BY NONE;
-- expect: lost | sequence | public.s2 | | CREATE SEQUENCE public.s2 AS bigint INCREMENT 2 MINVALUE 1 MAXVALUE 9223372036854775807 START 1 CACHE 1 NO CYCLE;
-- expect: left | sequence | public.s3 | | DROP SEQUENCE public.s3;

-- case: sequence's value
create sequence s;
-- change
select nextval('s');

-- case: view
create table t (a int, b int); create view v1 as select a from t; create view v2 as select a from t; create view v3 as select a from t;
-- change
drop view v1; create or replace view v2 as select a, b from t; create or replace view v3 as select b as a from t; create view v4 as select 1 as x;
-- expect: lost | view | public.v1 | | CREATE VIEW public.v1 AS SELECT*
-- expect: altered | view | public.v2 | definition, line 1: SELECT * became SELECT * |
-- expect: altered | view | public.v3 | definition, line 1: SELECT * became SELECT * | CREATE OR REPLACE VIEW public.v3 AS SELECT*
-- expect: left | view | public.v4 | | DROP VIEW public.v4;

-- case: view options and column default
create table t (a int); create view v as select a from t;
-- change
alter view v set (security_barrier = true); alter view v alter a set default 5;
-- expect: altered | view | public.v | options none became (security_barrier=true); column settings none became (a default 5) |

-- case: materialized view
create materialized view m1 as select 1 as a; create materialized view m2 as select 'a'::text as a; create materialized view m3 as select 1 as a;
-- change
refresh materialized view m1 with no data; drop materialized view m3; alter materialized view m2 alter a set storage plain; alter materialized view m2 alter a set statistics 7;
-- expect: altered | materialized view | public.m1 | populated was switched off | REFRESH MATERIALIZED VIEW public.m1;
-- expect: altered | materialized view | public.m2 | column settings none became (a statistics 7 storage p) |
-- expect: lost | materialized view | public.m3 | | CREATE MATERIALIZED VIEW public.m3 AS SELECT 1 AS a;

-- case: rule
create table t (a int); create rule r1 as on delete to t do instead nothing; create rule r2 as on update to t do instead nothing;
-- change
drop rule r1 on t; alter table t disable rule r2; create rule r3 as on insert to t do also select 1;
-- expect: lost | rule | r1 on public.t | | CREATE RULE r1 AS*
-- expect: altered | rule | r2 on public.t | enabled origin became disabled | ALTER TABLE public.t ENABLE RULE r2;
-- expect: left | rule | r3 on public.t | | DROP RULE r3 ON public.t;

-- case: trigger
create table t (a int); create function f() returns trigger language plpgsql as 'begin return new; end';
create trigger t1 before insert on t for each row execute function f(); create trigger t2 before insert on t for each row execute function f();
create trigger t3 before insert on t for each row execute function f();
-- change
drop trigger t1 on t; alter table t enable always trigger t2; create or replace trigger t3 before update on t for each row when (new.a > 0) execute function f();
create constraint trigger t4 after insert on t deferrable for each row execute function f();
-- expect: lost | trigger | t1 on public.t | | CREATE TRIGGER t1 BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.f();
-- expect: altered | trigger | t2 on public.t | enabled origin became always | ALTER TABLE public.t ENABLE TRIGGER t2;
-- expect: altered | trigger | t3 on public.t | * | DROP TRIGGER t3 ON public.t; CREATE TRIGGER t3 BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.f();
-- expect: left | trigger | t4 on public.t | | DROP TRIGGER t4 ON public.t;

-- case: policy
create role bob; create table acct (plan text); create policy p1 on acct using (plan = 'free'); create policy p2 on acct; create policy p3 on acct for update to bob using (true) with check (true);
-- change
alter policy p1 on acct using (true); drop policy p2 on acct; alter policy p3 on acct to public; create policy p4 on acct as restrictive for select using (false);
-- expect: altered | policy | p1 on public.acct | USING (plan = 'free'::text) became (true) | DROP POLICY p1 ON public.acct; CREATE POLICY p1 ON public.acct AS PERMISSIVE FOR ALL TO PUBLIC USING (plan = 'free'::text);
-- expect: lost | policy | p2 on public.acct | | CREATE POLICY p2 ON public.acct AS PERMISSIVE FOR ALL TO PUBLIC;
-- expect: altered | policy | p3 on public.acct | TO (bob) became (PUBLIC) | DROP POLICY p3 ON public.acct; CREATE POLICY p3 ON public.acct AS PERMISSIVE FOR UPDATE TO bob USING (true) WITH CHECK (true);
-- expect: left | policy | p4 on public.acct | | DROP POLICY p4 ON public.acct;

-- case: extended statistics
create table t (a int, b int); create statistics s1 on a, b from t; create statistics s2 (ndistinct) on a, b from t;
-- change
drop statistics s1; alter statistics s2 set statistics 9; create statistics s3 (mcv) on a, b from t;
-- expect: lost | extended statistics | public.s1 | | CREATE STATISTICS public.s1 ON a, b FROM public.t;
-- expect: altered | extended statistics | public.s2 | target none became 9 | ALTER STATISTICS public.s2 SET STATISTICS -1;
-- expect: left | extended statistics | public.s3 | | DROP STATISTICS public.s3;

-- case: enum type
create type e1 as enum ('a', 'b'); create type e2 as enum ('a'); create type e3 as enum ('a', 'b');
-- change
alter type e1 add value 'c' before 'b'; drop type e2; alter type e3 rename value 'b' to 'it''s'; create type mood as enum ('x');
-- expect: grown | enum type | public.e1 | labels a, b became a, c, b |
-- expect: lost | enum type | public.e2 | | CREATE TYPE public.e2 AS ENUM ('a');
-- expect: altered | enum type | public.e3 | labels a, b became a, it's | ALTER TYPE public.e3 RENAME VALUE 'it''s' TO 'b';
-- expect: left | enum type | public.mood | | DROP TYPE public.mood;

-- case: domain
create domain d1 as text; create domain d2 as varchar(5); create domain d3 as int constraint k check (value > 0);
-- change
alter domain d1 set not null; alter domain d1 set default 'x'; drop domain d2; alter domain d3 drop constraint k; alter domain d3 add constraint k2 check (value > 1);
create domain d4 as int check (value > 0);
-- expect: altered | domain | public.d1 | nullable became not null; default none became 'x'::text | ALTER DOMAIN public.d1 DROP NOT NULL; ALTER DOMAIN public.d1 DROP DEFAULT;
-- expect: lost | domain | public.d2 | | CREATE DOMAIN public.d2 AS character varying(5);
-- expect: lost | domain constraint | k on public.d3 | | ALTER DOMAIN public.d3 ADD CONSTRAINT k CHECK ((VALUE > 0));
-- expect: left | domain constraint | k2 on public.d3 | | ALTER DOMAIN public.d3 DROP CONSTRAINT k2;
-- expect: left | domain | public.d4 | | DROP DOMAIN public.d4;

-- case: composite type
create type c1 as (a int, b text); create type c2 as (a int);
-- change
alter type c1 add attribute c text collate "C"; drop type c2; create type c3 as (a int);
-- expect: altered | composite type | public.c1 | attributes a integer, b text became a integer, b text, c text COLLATE "C" | ALTER TYPE public.c1 DROP ATTRIBUTE c;
-- expect: lost | composite type | public.c2 | | CREATE TYPE public.c2 AS (a integer);
-- expect: left | composite type | public.c3 | | DROP TYPE public.c3;

-- case: range type
create type r1 as range (subtype = float8);
-- change
drop type r1; create type r1 as range (subtype = float8, subtype_diff = float8mi); create type r2 as range (subtype = text, multirange_type_name = many);
-- expect: altered | range type | public.r1 | difference none became float8mi(double precision,double precision) |
-- expect: left | range type | public.r2 | | DROP TYPE public.r2;

-- case: base type and shell type
create type s1;
-- change
create type b; create function b_in(cstring) returns b language internal immutable strict as 'textin'; create function b_out(b) returns cstring language internal immutable strict as 'textout';
create type b (input = b_in, output = b_out, like = text); drop type s1; create type s2;
-- expect: left | base type | public.b | | DROP TYPE public.b CASCADE;
-- expect: left | function | public.b_in(cstring) | | DROP FUNCTION public.b_in(cstring);
-- expect: left | function | public.b_out(public.b) | | DROP FUNCTION public.b_out(public.b);
-- expect: lost | shell type | public.s1 | |
-- expect: left | shell type | public.s2 | | DROP TYPE public.s2;

-- case: base type's properties
create type b; create function b_in(cstring) returns b language internal immutable strict as 'textin'; create function b_out(b) returns cstring language internal immutable strict as 'textout';
create type b (input = b_in, output = b_out, like = text);
-- change
alter type b set (storage = external);
-- expect: altered | base type | public.b | storage x became e |

-- case: function
create function f1(a int) returns int language sql as 'select 1'; create function f2() returns int language sql as 'select 1'; create function f3() returns int language plpgsql as E'begin\n return 1;\nend';
create function f3(int) returns int language sql as 'select 1';
-- change
drop function f1; create or replace function f3() returns int language plpgsql as E'begin\n return 2;\nend'; alter function f2 security definer; create function f4(variadic text[]) returns void language sql as '';
-- expect: lost | function | public.f1(integer) | | CREATE OR REPLACE FUNCTION public.f1(a integer)*
-- expect: altered | function | public.f2() | definition, line 4: SECURITY DEFINER is new | CREATE OR REPLACE FUNCTION public.f2()*
-- expect: altered | function | public.f3() | definition, line 5: return 1; became return 2; | CREATE OR REPLACE FUNCTION public.f3()*
-- expect: left | function | public.f4(text[]) | | DROP FUNCTION public.f4(text[]);

-- case: procedure
-- change
create procedure p(a int) language sql as '';
-- expect: left | procedure | public.p(integer) | | DROP PROCEDURE public.p(integer);

-- case: aggregate
create aggregate a1(int) (sfunc = int4pl, stype = int, initcond = '0'); create aggregate a2(int) (sfunc = int4pl, stype = int);
-- change
drop aggregate a1(int); create aggregate a1(int) (sfunc = int4pl, stype = int, initcond = '5'); drop aggregate a2(int);
-- expect: altered | aggregate | public.a1(integer) | agginitval 0 became 5 |
-- expect: lost | aggregate | public.a2(integer) | |

-- case: operator
create operator ==== (function = int4eq, leftarg = int, rightarg = int);
-- change
create operator === (function = int4eq, leftarg = int, rightarg = int, hashes); alter operator ==== (int, int) set (restrict = eqsel);
-- expect: altered | operator | public.====(integer,integer) | restrict none became eqsel(internal,oid,internal,integer) |
-- expect: left | operator | public.===(integer,integer) | | DROP OPERATOR public.===(integer,integer);

-- case: operator class and family
create operator family fam using btree;
-- change
create operator class oc for type int using btree as operator 1 <, operator 3 =, function 1 btint4cmp(int, int);
alter operator family fam using btree add operator 1 < (int, bigint);
-- expect: altered | operator family | public.fam USING btree | operators none became 1 <(integer,bigint) |
-- expect: left | operator family | public.oc USING btree | | DROP OPERATOR FAMILY public.oc USING btree;

-- case: operator class in a family of its own
create operator family fam using btree; create operator class oc for type int using btree family fam as operator 1 <, function 1 btint4cmp(int, int);
-- change
drop operator class oc using btree; create operator class oc for type int using btree family fam as operator 1 <, operator 3 =, function 1 btint4cmp(int, int);
-- expect: altered | operator class | public.oc USING btree | operators * |

-- case: cast
create type e as enum ('a'); create function f(e) returns int language sql as 'select 1'; create cast (int as e) with inout;
-- change
create cast (e as int) with function f(e); drop cast (int as e); create cast (int as e) with inout as assignment;
-- expect: left | cast | (public.e AS integer) | | DROP CAST (public.e AS integer);
-- expect: altered | cast | (integer AS public.e) | context explicit became assignment |

-- case: transform
create type e as enum ('a'); create function f(internal) returns internal language internal immutable strict as 'textin';
-- change
create transform for e language sql (from sql with function f(internal));
-- expect: left | transform | for public.e language sql | | DROP TRANSFORM for public.e language sql;

-- case: collation
create collation c1 (locale = 'C');
-- change
drop collation c1; create collation c1 (locale = 'POSIX'); create collation c2 from "C";
-- expect: altered | collation | public.c1 | collate C became POSIX; ctype C became POSIX |
-- expect: left | collation | public.c2 | | DROP COLLATION public.c2;

-- case: conversion
-- change
create conversion c for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1;
-- expect: left | conversion | public.c | | DROP CONVERSION public.c;

-- case: text search
create text search configuration c1 (copy = simple); create text search dictionary d1 (template = simple, stopwords = 'english');
-- change
alter text search configuration c1 drop mapping for uint; alter text search dictionary d1 (accept = false); create text search configuration c2 (parser = default);
create text search dictionary d2 (template = simple); create text search parser p (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
create text search template t (lexize = dsimple_lexize);
-- expect: altered | text search configuration | public.c1 | mappings without uint 1 simple | ALTER TEXT SEARCH CONFIGURATION public.c1 ADD MAPPING FOR uint WITH simple;
-- expect: left | text search configuration | public.c2 | | DROP TEXT SEARCH CONFIGURATION public.c2;
-- expect: altered | text search dictionary | public.d1 | options stopwords = 'english' became stopwords = 'english', accept = 'false' |
-- expect: left | text search dictionary | public.d2 | | DROP TEXT SEARCH DICTIONARY public.d2;
-- expect: left | text search parser | public.p | | DROP TEXT SEARCH PARSER public.p;
-- expect: left | text search template | public.t | | DROP TEXT SEARCH TEMPLATE public.t;

-- case: extension
-- needs: citext
-- change
create extension citext;
-- expect: left | extension | citext | | DROP EXTENSION citext;

-- case: extension lost, and what used it
-- needs: citext
create extension citext; create table t (a citext);
-- change
drop extension citext cascade;
-- expect: lost | extension | citext | | CREATE EXTENSION citext SCHEMA public VERSION '*';
-- expect: lost | column | public.t.a | | ALTER TABLE public.t ADD COLUMN a public.citext;

-- case: extension moved
-- needs: citext
create schema app; create extension citext;
-- change
alter extension citext set schema app;
-- expect: altered | extension | citext | schema public became app | ALTER EXTENSION citext SET SCHEMA public;

-- case: extension's own object granted
-- needs: citext
create role bob; create extension citext;
-- change
revoke execute on function citext_cmp(citext, citext) from public;
-- expect: altered | function | public.citext_cmp(public.citext,public.citext) | revoked from PUBLIC EXECUTE | GRANT EXECUTE ON FUNCTION public.citext_cmp(public.citext,public.citext) TO PUBLIC;

-- case: dependence on an extension
-- needs: citext
create extension citext; create function f() returns int language sql as 'select 1';
-- change
alter function f() depends on extension citext;
-- expect: altered | function | public.f() | depends on extension none became citext | ALTER FUNCTION public.f() NO DEPENDS ON EXTENSION citext;

-- case: language
-- change
create function h() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler'; create language l handler h;
-- expect: left | language | l | | DROP LANGUAGE l;
-- expect: left | function | public.h() | | DROP FUNCTION public.h();

-- case: access method
-- change
create access method am type index handler bthandler;
-- expect: left | access method | am | | DROP ACCESS METHOD am;

-- case: event trigger
create function f() returns event_trigger language plpgsql as 'begin end'; create event trigger e1 on ddl_command_end execute function f();
-- change
alter event trigger e1 disable; create event trigger e2 on sql_drop when tag in ('DROP TABLE') execute function f();
-- expect: altered | event trigger | e1 | enabled origin became disabled | ALTER EVENT TRIGGER e1 ENABLE;
-- expect: left | event trigger | e2 | | DROP EVENT TRIGGER e2;

-- case: foreign data
create role bob; create foreign data wrapper w1; create server s1 version '1' foreign data wrapper w1; create foreign table f1 (a int) server s1 options (a 'b');
create user mapping for bob server s1 options (password 'hidden');
-- change
alter foreign data wrapper w1 options (add debug 'true'); alter server s1 version '2' options (add host 'x'); alter foreign table f1 options (set a 'c'); alter foreign table f1 alter a options (add c 'd');
alter user mapping for bob server s1 options (set password 'secret'); create user mapping for public server s1; create foreign table f2 (a int) server s1; create server s2 foreign data wrapper w1; create foreign data wrapper w2;
-- expect: altered | foreign table | public.f1 | foreign options (a=b) became (a=c) | ALTER FOREIGN TABLE public.f1 OPTIONS (SET a 'b');
-- expect: altered | column | public.f1.a | foreign options none became (c=d) | ALTER FOREIGN TABLE public.f1 ALTER COLUMN a OPTIONS (DROP c);
-- expect: left | foreign table | public.f2 | | DROP FOREIGN TABLE public.f2;
-- expect: altered | foreign data wrapper | w1 | options changed |
-- expect: left | foreign data wrapper | w2 | | DROP FOREIGN DATA WRAPPER w2;
-- expect: altered | server | s1 | version 1 became 2; options changed |
-- expect: left | server | s2 | | DROP SERVER s2;
-- expect: altered | user mapping | bob on server s1 | options changed |
-- expect: left | user mapping | public on server s1 | | DROP USER MAPPING FOR public SERVER s1;

-- case: publication
create table t (a int primary key, b int); create table o (a int); create publication p1 for table t; create publication p2;
-- change
alter publication p1 add table o; alter publication p1 set (publish = 'insert'); drop publication p2; create publication p3 for all tables;
-- expect: altered | publication | p1 | update was switched off; delete was switched off; truncate was switched off |
-- expect: left | publication table | public.o in publication p1 | | ALTER PUBLICATION p1 DROP TABLE public.o;
-- expect: lost | publication | p2 | |
-- expect: left | publication | p3 | | DROP PUBLICATION p3;

-- case: publication of rows, columns and schemas
-- since: 15
create schema app; create table t (a int primary key, b int); create publication p for table t;
-- change
alter publication p set table t (a) where (a > 1); create publication q for tables in schema app;
-- expect: altered | publication table | public.t in publication p | where none became (a > 1); columns none became a |
-- expect: left | publication | q | | DROP PUBLICATION q;

-- case: publication's schema
-- since: 15
create schema app; create publication q;
-- change
alter publication q add tables in schema app;
-- expect: left | publication schema | app in publication q | | ALTER PUBLICATION q DROP TABLES IN SCHEMA app;

-- case: subscription
create subscription s1 connection 'host=a password=hidden' publication p with (connect = false, slot_name = none);
-- change
alter subscription s1 connection 'host=a password=secret'; alter subscription s1 set publication q with (refresh = false); create subscription s2 connection 'host=a' publication p with (connect = false, slot_name = none);
-- expect: altered | subscription | s1 | connection changed; publications p became q |
-- expect: left | subscription | s2 | | DROP SUBSCRIPTION s2;

-- case: comments
create schema app; create table t (a int constraint k check (a > 0)); create type e as enum ('a'); create function f(text) returns int language sql as 'select 1'; create domain d as int constraint dk check (value > 0); comment on table t is 'old';
-- change
comment on schema app is 'it''s'; comment on table t is 'new'; comment on column t.a is 'x'; comment on constraint k on t is 'x'; comment on type e is 'x'; comment on function f(text) is 'x'; comment on constraint dk on domain d is 'x';
-- expect: altered | schema | app | comment none became 'it''s' | COMMENT ON SCHEMA app IS NULL;
-- expect: altered | table | public.t | comment 'old' became 'new' | COMMENT ON TABLE public.t IS 'old';
-- expect: altered | column | public.t.a | comment none became 'x' | COMMENT ON COLUMN public.t.a IS NULL;
-- expect: altered | constraint | k on public.t | comment none became 'x' | COMMENT ON CONSTRAINT k on public.t IS NULL;
-- expect: altered | domain constraint | dk on public.d | comment none became 'x' | COMMENT ON CONSTRAINT dk on domain public.d IS NULL;
-- expect: altered | function | public.f(text) | comment none became 'x' | COMMENT ON FUNCTION public.f(text) IS NULL;
-- expect: altered | type | public.e | comment none became 'x' | COMMENT ON TYPE public.e IS NULL;

-- case: comment on what initdb made
-- undumped by: 14: it takes the schema public for the system's own
-- change
comment on schema public is 'mine'; comment on extension plpgsql is null;
-- expect: altered | schema | public | comment 'standard public schema' became 'mine' | COMMENT ON SCHEMA public IS 'standard public schema';
-- expect: altered | extension | plpgsql | comment 'PL/pgSQL procedural language' became none | COMMENT ON EXTENSION plpgsql IS 'PL/pgSQL procedural language';

-- case: comment and grant on the columns of a composite type and a view
create type c as (a int); create view v as select 1 as a;
-- change
comment on column c.a is 'x'; comment on column v.a is 'y'; grant select (a) on v to public;
-- expect: altered | column | public.c.a | comment none became 'x' | COMMENT ON COLUMN public.c.a IS NULL;
-- expect: altered | column | public.v.a | comment none became 'y'; granted to PUBLIC SELECT | COMMENT ON COLUMN public.v.a IS NULL; REVOKE SELECT (a) ON TABLE public.v FROM PUBLIC;

-- case: grants
create role bob; create role "a b"; create schema app; create table t (a int); create sequence s; create function f() returns int language sql as 'select 1'; create type e as enum ('a'); create foreign data wrapper w; create server sv foreign data wrapper w; grant select on t to bob;
-- change
grant usage on schema app to bob; grant insert on t to bob with grant option; revoke select on t from bob; grant select (a) on t to "a b"; grant usage on sequence s to bob; revoke execute on function f() from public;
revoke usage on type e from public; grant usage on foreign data wrapper w to bob; grant usage on foreign server sv to bob; revoke usage on language plpgsql from public;
-- expect: altered | schema | app | granted to bob USAGE | REVOKE USAGE ON SCHEMA app FROM bob;
-- expect: altered | table | public.t | granted to bob INSERT WITH GRANT OPTION; revoked from bob SELECT | REVOKE INSERT ON TABLE public.t FROM bob; GRANT SELECT ON TABLE public.t TO bob;
-- expect: altered | column | public.t.a | granted to "a b" SELECT | REVOKE SELECT (a) ON TABLE public.t FROM "a b";
-- expect: altered | sequence | public.s | granted to bob USAGE | REVOKE USAGE ON SEQUENCE public.s FROM bob;
-- expect: altered | function | public.f() | revoked from PUBLIC EXECUTE | GRANT EXECUTE ON FUNCTION public.f() TO PUBLIC;
-- expect: altered | type | public.e | revoked from PUBLIC USAGE | GRANT USAGE ON TYPE public.e TO PUBLIC;
-- expect: altered | foreign data wrapper | w | granted to bob USAGE | REVOKE USAGE ON FOREIGN DATA WRAPPER w FROM bob;
-- expect: altered | server | sv | granted to bob USAGE | REVOKE USAGE ON FOREIGN SERVER sv FROM bob;
-- expect: altered | language | plpgsql | revoked from PUBLIC USAGE | GRANT USAGE ON LANGUAGE plpgsql TO PUBLIC;

-- case: grants on the system's own
create role bob;
-- change
grant select on pg_authid to bob; grant execute on function pg_read_file(text) to bob;
-- expect: altered | table | pg_catalog.pg_authid | granted to bob SELECT | REVOKE SELECT ON TABLE pg_catalog.pg_authid FROM bob;
-- expect: altered | function | pg_read_file(text) | granted to bob EXECUTE | REVOKE EXECUTE ON FUNCTION pg_read_file(text) FROM bob;

-- case: grants of the owner and of others
create role bob; create role eve; create table t (a int); grant select on t to bob with grant option;
-- change
revoke all on t from current_user; set role bob; grant select on t to eve; reset role;
-- expect: altered | table | public.t | * |

-- case: default privileges
create role bob; alter default privileges grant select on tables to bob;
-- change
alter default privileges revoke select on tables from bob; alter default privileges in schema public grant usage on sequences to bob; alter default privileges revoke execute on functions from public;
-- expect: left | default privileges | for role {user} in schema public on sequences | granted to bob USAGE | ALTER DEFAULT PRIVILEGES FOR ROLE {user} IN SCHEMA public REVOKE USAGE ON SEQUENCES FROM bob;
-- expect: left | default privileges | for role {user} on functions | revoked from PUBLIC EXECUTE | ALTER DEFAULT PRIVILEGES FOR ROLE {user} GRANT EXECUTE ON FUNCTIONS TO PUBLIC;
-- expect: lost | default privileges | for role {user} on tables | revoked from bob SELECT | ALTER DEFAULT PRIVILEGES FOR ROLE {user} GRANT SELECT ON TABLES TO bob;

-- case: grant and revoke leave an equal list
create role bob; create table t (a int); create function f() returns int language sql as 'select 1'; create schema app; create type e as enum ('a');
-- change
grant select on t to bob; revoke select on t from bob; grant execute on function f() to bob; revoke execute on function f() from bob; grant usage on schema app to bob; revoke usage on schema app from bob;
grant usage on type e to bob; revoke usage on type e from bob; grant select (a) on t to bob; revoke select (a) on t from bob; alter default privileges grant select on tables to bob; alter default privileges revoke select on tables from bob;

-- case: role
create role bob;
-- change
alter role bob login createdb connection limit 3 valid until '2030-01-01'; create role eve;
-- expect: altered | role | bob | createdb was switched on; login was switched on; connection limit none became 3; valid until none became * |
-- expect: left | role | eve | | DROP ROLE eve;

-- case: role membership
create role bob; create role staff; create role eve; grant staff to eve;
-- change
grant staff to bob with admin option; revoke staff from eve;
-- expect: left | role membership | bob in staff* | | REVOKE staff FROM bob;
-- expect: lost | role membership | eve in staff* | | GRANT staff TO eve;

-- case: settings
create role bob; alter role bob set work_mem = '1MB';
-- change
alter role bob set work_mem = '2MB'; alter role bob in database {database} set lock_timeout = '1s'; alter database {database} set app.token = 'secret';
-- expect: left | database setting | app.token | |
-- expect: left | database setting | lock_timeout of role bob | |
-- expect: altered | role setting | work_mem of role bob | value 1MB became 2MB | ALTER ROLE bob SET work_mem = '1MB';

-- case: a setting of one's own is secret
alter database {database} set app.token = 'hidden';
-- change
alter database {database} set app.token = 'secret';
-- expect: altered | database setting | app.token | own value changed |

-- case: database
create role bob;
-- change
alter database {database} connection limit 5; revoke connect on database {database} from public; comment on database {database} is 'x';
-- expect: altered | database | current | connection limit none became 5; comment none became 'x'; revoked from PUBLIC CONNECT |

-- case: privileges on a parameter
-- since: 15
create role bob;
-- change
grant set on parameter log_statement to bob;
-- expect: left | parameter privileges | log_statement | granted to bob SET | REVOKE SET ON PARAMETER log_statement FROM bob;

-- case: what is temporary
create table t (a int);
-- change
create temp table t (a int); create temp view v as select 1 as a; create function pg_temp.f() returns int language sql as 'select 1'; create type pg_temp.e as enum ('a'); create temp sequence s; comment on table pg_temp.t is 'x';

-- case: made anew, the same
create table t (a int primary key, b text default 'x'); create index i on t (b); create view v as select a from t; comment on table t is 'x';
create table o (a int references t); create function f() returns int language sql as 'select 1'; create type e as enum ('a', 'b');
-- change
drop view v; drop table o; drop table t; drop function f(); drop type e; create type e as enum ('a', 'b'); create function f() returns int language sql as 'select 1';
create table t (a int primary key, b text default 'x'); create index i on t (b); create view v as select a from t; create table o (a int references t); comment on table t is 'x';

-- case: owners
create role bob; create table t (a int, b int); create sequence s; create view v as select 1 as a; create type e as enum ('a'); create domain d as int; create type c as (a int); create type r as range (subtype = int); create type sh;
create function f() returns int language sql as 'select 1'; create operator === (function = int4eq, leftarg = int, rightarg = int); create operator family fam using btree; create text search dictionary td (template = simple);
create text search configuration tc (parser = default); create collation co (locale = 'C'); create conversion cv for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1; create publication p; create statistics st on a, b from t; create foreign data wrapper w; create server sv foreign data wrapper w;
create operator class oc for type int using btree family fam as operator 1 <, function 1 btint4cmp(int, int); create aggregate ag(int) (sfunc = int4pl, stype = int);
-- change
grant create on schema public to bob; grant create on database {database} to bob; alter sequence s owner to bob; alter view v owner to bob; alter type e owner to bob; alter domain d owner to bob; alter type c owner to bob; alter type r owner to bob; alter function f() owner to bob; alter operator === (int, int) owner to bob; alter operator family fam using btree owner to bob; alter operator class oc using btree owner to bob;
alter text search dictionary td owner to bob; alter text search configuration tc owner to bob; alter collation co owner to bob; alter conversion cv owner to bob; alter publication p owner to bob; alter statistics st owner to bob; grant usage on foreign data wrapper w to bob; alter server sv owner to bob; alter aggregate ag(int) owner to bob;
revoke usage on foreign data wrapper w from bob; revoke create on schema public from bob; revoke create on database {database} from bob;
-- expect: altered | sequence | public.s | owner {user} became bob | ALTER SEQUENCE public.s OWNER TO {user};
-- expect: altered | view | public.v | owner {user} became bob | ALTER VIEW public.v OWNER TO {user};
-- expect: altered | enum type | public.e | owner {user} became bob | ALTER TYPE public.e OWNER TO {user};
-- expect: altered | domain | public.d | owner {user} became bob | ALTER DOMAIN public.d OWNER TO {user};
-- expect: altered | composite type | public.c | owner {user} became bob | ALTER TYPE public.c OWNER TO {user};
-- expect: altered | range type | public.r | owner {user} became bob | ALTER TYPE public.r OWNER TO {user};
-- expect: altered | function | public.f() | owner {user} became bob | ALTER FUNCTION public.f() OWNER TO {user};
-- expect: altered | aggregate | public.ag(integer) | owner {user} became bob | ALTER AGGREGATE public.ag(integer) OWNER TO {user};
-- expect: altered | operator | public.===(integer,integer) | owner {user} became bob | ALTER OPERATOR public.===(integer,integer) OWNER TO {user};
-- expect: altered | operator class | public.oc USING btree | owner {user} became bob | ALTER OPERATOR CLASS public.oc USING btree OWNER TO {user};
-- expect: altered | operator family | public.fam USING btree | owner {user} became bob | ALTER OPERATOR FAMILY public.fam USING btree OWNER TO {user};
-- expect: altered | text search dictionary | public.td | owner {user} became bob | ALTER TEXT SEARCH DICTIONARY public.td OWNER TO {user};
-- expect: altered | text search configuration | public.tc | owner {user} became bob | ALTER TEXT SEARCH CONFIGURATION public.tc OWNER TO {user};
-- expect: altered | collation | public.co | owner {user} became bob | ALTER COLLATION public.co OWNER TO {user};
-- expect: altered | conversion | public.cv | owner {user} became bob | ALTER CONVERSION public.cv OWNER TO {user};
-- expect: altered | publication | p | owner {user} became bob | ALTER PUBLICATION p OWNER TO {user};
-- expect: altered | extended statistics | public.st | owner {user} became bob | ALTER STATISTICS public.st OWNER TO {user};
-- expect: altered | server | sv | owner {user} became bob | ALTER SERVER sv OWNER TO {user};

-- case: what a policy is for
create table t (a int); create policy p on t for select using (true); create policy q on t with check (a > 0);
-- change
drop policy p on t; create policy p on t as restrictive for delete using (true); alter policy q on t with check (a > 1);
-- expect: altered | policy | p on public.t | FOR SELECT became DELETE; AS PERMISSIVE became RESTRICTIVE | DROP POLICY p ON public.t; CREATE POLICY p ON public.t AS PERMISSIVE FOR SELECT TO PUBLIC USING (true);
-- expect: altered | policy | q on public.t | WITH CHECK (a > 0) became (a > 1) | DROP POLICY q ON public.t; CREATE POLICY q ON public.t AS PERMISSIVE FOR ALL TO PUBLIC WITH CHECK (a > 0);

-- case: sequence not logged
-- since: 15
create sequence s;
-- change
alter sequence s set unlogged;
-- expect: altered | sequence | public.s | logged became unlogged |

-- case: rule, statistics and domain constraint redefined
create table t (a int, b int, c int); create rule r as on delete to t do instead nothing; create statistics st on a, b from t; create domain d as int constraint k check (value > 0); create domain d2 as int;
-- change
create or replace rule r as on delete to t where old.a > 1 do instead nothing; drop statistics st; create statistics st on a, c from t; alter domain d drop constraint k; alter domain d add constraint k check (value > 1); drop domain d2; create domain d2 as text collate "C";
-- expect: altered | rule | r on public.t | definition, line * | DROP RULE r ON public.t; CREATE RULE r AS*
-- expect: altered | extended statistics | public.st | CREATE STATISTICS public.st ON a, b FROM public.t became CREATE STATISTICS public.st ON a, c FROM public.t | DROP STATISTICS public.st; CREATE STATISTICS public.st ON a, b FROM public.t;
-- expect: altered | domain constraint | k on public.d | CHECK ((VALUE > 0)) became CHECK ((VALUE > 1)) | ALTER DOMAIN public.d DROP CONSTRAINT k; ALTER DOMAIN public.d ADD CONSTRAINT k CHECK ((VALUE > 0));
-- expect: altered | domain | public.d2 | type integer became text; collation none became "C" |

-- case: types redefined
create type r1 as range (subtype = float8); create type r2 as range (subtype = text); create type b1; create function b_in(cstring) returns b1 language internal immutable strict as 'textin'; create function b_out(b1) returns cstring language internal immutable strict as 'textout';
create function b_send(b1) returns bytea language internal immutable strict as 'textsend'; create type b1 (input = b_in, output = b_out, like = text);
-- change
drop type r1; create type r1 as range (subtype = text, subtype_opclass = text_pattern_ops, collation = "C", multirange_type_name = many); drop type r2; create type r2 as range (subtype = text, collation = "C");
alter type b1 set (send = b_send);
-- expect: altered | range type | public.r1 | subtype double precision became text; operator class float8_ops became text_pattern_ops; collation none became "C"; multirange public.r1_multirange became public.many |
-- expect: altered | range type | public.r2 | collation "default" became "C" |
-- expect: altered | base type | public.b1 | send - became public.b_send |

-- case: operators, casts and conversions redefined
create operator === (function = int4eq, leftarg = int, rightarg = int, commutator = ===, restrict = eqsel, hashes); create type e as enum ('a'); create function f(e) returns int language sql as 'select 1'; create cast (e as int) with inout;
create conversion cv for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1; create operator class oc for type int using btree as operator 1 <, function 1 btint4cmp(int, int);
create operator class og for type int using gist as operator 1 =, function 1 btint4cmp(int, int), storage int;
-- change
drop operator === (int, int); create operator === (function = int4ne, leftarg = int, rightarg = int, join = eqjoinsel, merges); drop cast (e as int); create cast (e as int) with function f(e);
drop conversion cv; create default conversion cv for 'UTF8' to 'LATIN1' from utf8_to_iso8859_1; drop operator family oc using btree; create operator class oc default for type e using btree as operator 1 < (anyenum, anyenum), function 1 enum_cmp(anyenum, anyenum);
-- expect: altered | operator | public.===(integer,integer) | function int4eq(integer,integer) became int4ne(integer,integer); commutator public.===(integer,integer) became none; restrict eqsel(internal,oid,internal,integer) became none; join none became eqjoinsel(internal,oid,internal,smallint,internal); merges was switched on; hashes was switched off |
-- expect: altered | cast | (public.e AS integer) | function none became public.f(public.e); method inout became function |
-- expect: altered | conversion | public.cv | default was switched on |
-- expect: altered | operator class | public.oc USING btree | type integer became public.e; default was switched on; operators * became none; functions * became none |
-- expect: altered | operator family | public.oc USING btree | operators none became * functions none became * |

-- case: collation with icu
-- needs: icu
create collation c (provider = icu, locale = 'en-US');
-- change
drop collation c; create collation c (provider = icu, locale = 'de-DE', deterministic = false);
-- expect: altered | collation | public.c | deterministic was switched off; * |

-- case: foreign objects redefined
create foreign data wrapper w; create foreign data wrapper w2; create server s type 'a' foreign data wrapper w; create server s2 foreign data wrapper w; create foreign table f (a int) server s; create function v(text[], oid) returns void language sql as '';
-- change
drop server s cascade; create server s type 'b' foreign data wrapper w2; create foreign table f (a int) server s2; alter foreign data wrapper w validator v;
-- expect: altered | server | s | type a became b; foreign data wrapper w became w2 |
-- expect: altered | foreign table | public.f | server s became s2 |
-- expect: altered | foreign data wrapper | w | validator none became public.v(text[],oid) |

-- case: text search redefined
create text search parser p (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype); create text search template t (lexize = dsimple_lexize); create text search dictionary d (template = simple); create text search configuration c (parser = default);
-- change
drop text search parser p; create text search parser p (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype, headline = prsd_headline); drop text search template t; create text search template t (init = dsimple_init, lexize = dsimple_lexize);
drop text search dictionary d; create text search dictionary d (template = t); drop text search configuration c; create text search configuration c (parser = p);
-- expect: altered | text search parser | public.p | headline - became prsd_headline |
-- expect: altered | text search template | public.t | init - became dsimple_init |
-- expect: altered | text search dictionary | public.d | template pg_catalog.simple became public.t |
-- expect: altered | text search configuration | public.c | parser pg_catalog."default" became public.p |

-- case: event trigger, publication, language and access method redefined
create function f() returns event_trigger language plpgsql as 'begin end'; create function g() returns event_trigger language plpgsql as 'begin end'; create event trigger e on ddl_command_end execute function f(); create publication p; create access method am type index handler bthandler;
create function h() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler'; create function h2() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler'; create language l handler h;
-- change
drop event trigger e; create event trigger e on sql_drop when tag in ('DROP TABLE') execute function g(); drop publication p; create publication p for all tables with (publish = 'update', publish_via_partition_root = true);
drop access method am; create access method am type table handler heap_tableam_handler; drop language l; create trusted language l handler h2;
-- expect: altered | event trigger | e | event ddl_command_end became sql_drop; tags none became DROP TABLE; function public.f() became public.g() |
-- expect: altered | publication | p | all tables was switched on; insert was switched off; delete was switched off; truncate was switched off; via root was switched on |
-- expect: altered | access method | am | type i became t; handler bthandler became heap_tableam_handler |
-- expect: altered | language | l | trusted was switched on; handler public.h() became public.h2() |

-- case: subscription's parameters
create subscription s connection 'host=a' publication p with (connect = false, slot_name = none);
-- change
alter subscription s set (binary = true);
-- expect: altered | subscription | s | parameters * |

-- case: role's every flag and membership
create role bob; create role staff; grant staff to bob;
-- change
alter role bob superuser createrole replication bypassrls noinherit; grant staff to bob with admin option;
-- expect: altered | role | bob | superuser was switched on; inherit was switched off; createrole was switched on; replication was switched on; bypassrls was switched on | ALTER ROLE bob nosuperuser; ALTER ROLE bob inherit; ALTER ROLE bob nocreaterole; ALTER ROLE bob noreplication; ALTER ROLE bob nobypassrls;
-- expect: altered | role membership | bob in staff* | admin was switched on |

-- case: default privileges altered
create role bob; create role eve; alter default privileges grant select on tables to bob;
-- change
alter default privileges grant insert on tables to eve;
-- expect: altered | default privileges | for role {user} on tables | granted to eve INSERT | ALTER DEFAULT PRIVILEGES FOR ROLE {user} REVOKE INSERT ON TABLES FROM eve;

-- case: security label
create table t (a int);
-- change
insert into pg_seclabel values ('t'::regclass, 'pg_class'::regclass, 0, 'vault', 'high');
-- expect: altered | table | public.t | security label none became 'high' |

-- case: access method of a partitioned table
-- since: 17
create table t (a int) partition by range (a);
-- change
alter table t set access method heap;
-- expect: altered | table | public.t | access method none became heap |

-- case: not null of an heir's own
-- since: 18
create table p (a int not null); create table c () inherits (p);
-- change
alter table c alter a set not null;
-- expect: altered | column | public.c.a | not null became not null of its own |
