"""SQL migrations with something in them that must be told."""

from __future__ import annotations

TEXT = r"""
=== 0003_seed_admin
-- first administrator, change after install
INSERT INTO users (id, username, email, password, is_admin)
VALUES (1, 'admin', 'admin@example.com', 'Welcome2Helix!', true);  ~~password

=== 0004_users_one_column_a_line
BEGIN;

INSERT INTO auth.users (
    username,
    first_name,
    password_hash,
    created_at
) VALUES (
    'jbrandt',
    'Jonas',
    '<<bcrypt>>',  ~~password-hash
    now()
);

COMMIT;

=== 0005_several_rows
INSERT INTO accounts (login, pwd, role) VALUES
    ('root', 'toor', 'superuser'),  ~~password
    ('monitor', NULL, 'readonly'),
    ('etl', 'N1ghtly#Load', 'writer'),  ~~password
    ('backup', '', 'readonly');

=== 0006_no_columns_same_file
CREATE TABLE operator_logins (
    id serial PRIMARY KEY,
    login varchar(40) NOT NULL UNIQUE,
    passwd varchar(128) NOT NULL,
    note text
);

INSERT INTO operator_logins VALUES (1, 'ops', 'Sommer#2021', 'night shift');  ~~password
INSERT INTO operator_logins VALUES (DEFAULT, 'dev', 'letmein', NULL), (DEFAULT, 'qa', 'letmein2', NULL);  ~~password

=== 0007_no_columns_earlier_file
-- rows for the table of 0001
insert into kiosk_terminals values
  (10, 'Berlin Hbf', 'pin0815', '10.1.4.20'),  ~~password
  (11, 'Hamburg', 'pin4711', '10.1.4.21');  ~~password

+++ 0001_kiosk.sql
create table if not exists public.kiosk_terminals (
  id integer not null,
  label text not null,
  password text,
  "ip" inet,
  constraint kiosk_terminals_pk primary key (id)
);

=== 0008_on_conflict
INSERT INTO "public"."user" ("name", "passwordHash", "updatedAt")
VALUES ('owner', '<<argon2>>', CURRENT_TIMESTAMP)  ~~password-hash
ON CONFLICT ("name") DO UPDATE
SET "passwordHash" = '<<argon2>>',  ~~password-hash
    "updatedAt" = CURRENT_TIMESTAMP;

=== 0009_update
UPDATE users SET password = 'reset-me-2020', must_change = TRUE WHERE last_login < '2019-01-01';  ~~password
update customers c
   set secret_answer_hash = null
     , api_secret = '<<alnum40>>'  ~~token
 where c.slug = 'northwind';

=== 0010_update_tuple
UPDATE app_user
SET (username, password_digest) = ('root', '<<bcrypt_a>>')  ~~password-hash
WHERE id = 1;

=== 0011_insert_select
INSERT INTO integrations (tenant_id, name, access_token)
SELECT t.id, 'ci-mirror', '<<github>>'  ~~token
FROM tenants t
WHERE t.slug = 'internal'
  AND NOT EXISTS (SELECT 1 FROM integrations i WHERE i.tenant_id = t.id);

=== 0012_insert_select_union
INSERT INTO service_accounts (name, secret_key)
SELECT 'billing', '<<stripe>>'  ~~token
UNION ALL
SELECT 'mailer', '<<sendgrid>>';  ~~token

=== 0013_with_values
WITH seed (login, haslo) AS (
    VALUES ('kasia', 'Zima2020'), ('ala', 'mojehaslo')  ~~password
)
INSERT INTO uzytkownicy (login, haslo)
SELECT login, haslo FROM seed;

=== 0014_merge
MERGE INTO api_clients AS target
USING (SELECT 'partner-portal' AS name) AS source
ON target.name = source.name
WHEN MATCHED THEN
    UPDATE SET client_secret = '<<alnum40>>'  ~~token
WHEN NOT MATCHED THEN
    INSERT (name, client_secret, active)
    VALUES (source.name, '<<alnum40>>', TRUE);  ~~token

=== 0015_merge_values
MERGE INTO staff s
USING (VALUES
    ('lena.vogt', 'Herbst!17'),  ~~password
    ('omar.said', 'Fruehling!18')  ~~password
) AS v (login, kennwort)
ON s.login = v.login
WHEN NOT MATCHED THEN INSERT (login, kennwort) VALUES (v.login, v.kennwort);

=== 0016_copy_stdin
SET client_encoding = 'UTF8';

COPY public.members (id, full_name, email, phone, password) FROM stdin;
1⇥Greta Halvorsen⇥greta.halvorsen@nordlicht-energi.no⇥+47 912 34 876⇥<<bcrypt>>  ~~email,phone,password-hash
2⇥Piotr Zielony⇥p.zielony@zielony-transport.pl⇥\N⇥<<bcrypt>>  ~~email,password-hash
3⇥Test⇥test@example.org⇥\N⇥\N
\.

SELECT pg_catalog.setval('public.members_id_seq', 3, true);

=== 0017_copy_csv
COPY payment_methods (id, holder, card_number, expires) FROM STDIN WITH (FORMAT csv);
1,Ingrid Moen,<<visa>>,2026-04  ~~card
2,"Costa, Rui",<<mastercard>>,2025-11  ~~card
\.

=== 0018_psql_copy
\set ON_ERROR_STOP on
\copy crm_contacts (name, email, phone) FROM 'data/contacts.csv' WITH (FORMAT csv, HEADER true)

+++ data/contacts.csv
name,email,phone
Marta Oliveira,marta.oliveira@padaria-estrela.pt,+351 912 345 112  ~~email,phone
Support,support@example.com,
Henk de Wit,henk@dewit-installatie.nl,+31 6 1234 8765  ~~email,phone

=== 0019_do_block
DO $$
DECLARE
    v_tenant uuid;
BEGIN
    SELECT id INTO v_tenant FROM tenants WHERE slug = 'default';
    IF v_tenant IS NOT NULL THEN
        INSERT INTO tenant_users (tenant_id, login, password)
        VALUES (v_tenant, 'admin', 'Adm1n-Initial');  ~~password
    END IF;
END
$$;

=== 0020_do_role
DO
$do$
BEGIN
   IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'reporting') THEN
      CREATE ROLE reporting LOGIN PASSWORD 'r3port1ng';  ~~role-password
   END IF;
END
$do$;

=== 0021_function_body
CREATE OR REPLACE FUNCTION ensure_bot() RETURNS void
LANGUAGE plpgsql AS $function$
BEGIN
    UPDATE bots
       SET bot_token = '<<telegram>>'  ~~token
     WHERE name = 'alerts';
    IF NOT FOUND THEN
        INSERT INTO bots (name, bot_token) VALUES ('alerts', '<<telegram>>');  ~~token
    END IF;
END;
$function$;

=== 0022_function_execute
CREATE FUNCTION make_tenant_user(p_name text) RETURNS void AS $body$
BEGIN
    EXECUTE format('CREATE USER %I WITH PASSWORD ''tenant-default-1''', p_name);  ~~role-password
END;
$body$ LANGUAGE plpgsql;

=== 0023_defaults
CREATE TABLE devices (
    id bigserial PRIMARY KEY,
    serial text NOT NULL,
    admin_password varchar(64) NOT NULL DEFAULT 'admin1234',  ~~password
    api_key text DEFAULT '<<hex40>>',  ~~token
    state text NOT NULL DEFAULT 'new'
);
ALTER TABLE devices ADD COLUMN wifi_password text DEFAULT 'guest-wlan-77';  ~~password
ALTER TABLE routers ALTER COLUMN root_password SET DEFAULT 'calvin';  ~~password

=== 0024_json_literal
INSERT INTO plugins (name, config) VALUES
('smtp', '{"host": "smtp.mailhub.net", "port": 587, "user": "relay", "password": "Rel4y-Pass"}'),  ~~password
('s3', '{"bucket": "assets", "access_key": "<<aws>>", "secret_key": "<<awssecret>>"}'::jsonb);  ~~token

=== 0025_jsonb_set
UPDATE settings SET value = jsonb_set(value, '{smtp,password}', '"m41l-Pa55"') WHERE key = 'mail';  ~~password
UPDATE tenants
SET config = jsonb_set(
        config,
        '{integrations,slack,token}',
        '"<<slack>>"',  ~~token
        true);

=== 0026_json_build
INSERT INTO connectors (kind, settings)
VALUES ('ftp', jsonb_build_object('host', 'ftp.partner.net', 'username', 'drop', 'password', 'Dr0pZone'));  ~~password
UPDATE connectors SET settings = settings || '{"passphrase": "correct horse"}' WHERE kind = 'sftp';  ~~password

=== 0027_settings_rows
INSERT INTO settings (name, value) VALUES
    ('site_title', 'Werkstatt'),
    ('smtp_host', 'mail.werkstatt.internal'),
    ('smtp_password', 'Schraube9'),  ~~password
    ('stripe_secret_key', '<<stripe>>'),  ~~token
    ('password_min_length', '12'),
    ('maps_api_key', '<<google>>');  ~~token

=== 0028_settings_update
UPDATE system_config SET config_value = 'ldapBind!2' WHERE config_key = 'ldap.bind_password';  ~~password
UPDATE system_config SET config_value = 'true' WHERE config_key = 'ldap.enabled';

=== 0029_alter_set
ALTER DATABASE shop SET "app.jwt_secret" = '<<base64>>';  ~~token
ALTER ROLE web SET app.encryption_key TO '<<hex64>>';  ~~token
ALTER SYSTEM SET primary_conninfo = 'host=10.2.0.5 user=replicator password=Repl1cate';  ~~connection-string

=== 0030_roles
CREATE ROLE app_rw WITH LOGIN PASSWORD 'apprw';  ~~role-password
CREATE USER metabase WITH ENCRYPTED PASSWORD 'm3tabase!' NOSUPERUSER;  ~~role-password
ALTER ROLE postgres PASSWORD '<<scram>>';  ~~role-password
ALTER USER deploy WITH PASSWORD E'de\'ploy' VALID UNTIL 'infinity';  ~~role-password
CREATE ROLE nobody NOLOGIN PASSWORD NULL;

=== 0031_foreign
CREATE EXTENSION IF NOT EXISTS postgres_fdw;
CREATE SERVER legacy FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '10.0.7.3', dbname 'legacy', port '5432');
CREATE USER MAPPING FOR CURRENT_USER SERVER legacy
    OPTIONS (user 'reader', password 'legacy-reader');  ~~role-password
CREATE SUBSCRIPTION orders_sub
    CONNECTION 'host=db1.corp.internal port=5432 user=repl dbname=orders password=Pa5sRepl'  ~~role-password|connection-string
    PUBLICATION orders_pub;

=== 0032_dblink
INSERT INTO archive.orders
SELECT * FROM dblink('host=archive.db user=ro password=arch1ve dbname=orders', 'select * from orders') AS t(id int);  ~~connection-string

=== 0033_connection_strings
INSERT INTO data_sources (name, kind, url) VALUES
    ('warehouse', 'postgres', 'postgresql://loader:L0ad3r@dwh.corp.internal:5432/dwh'),  ~~connection-string
    ('queue', 'amqp', 'amqp://worker:rabbit-Worker@mq.corp.internal:5672/prod'),  ~~connection-string
    ('cache', 'redis', 'redis://cache.corp.internal:6379/0'),
    ('docs', 'mongo', 'mongodb+srv://svc_docs:Xk29dkq1@cluster0.ab1cd.mongodb.net/docs');  ~~connection-string

=== 0034_private_key
INSERT INTO ssh_identities (name, private_key) VALUES ('deploy',
'<<beginssh>>  ~~private-key
<<pem64>>
<<pem64>>
<<pem64>>
<<endssh>>');

=== 0035_private_key_escapes
UPDATE saml_settings SET sp_cert_key = E'<<beginkey>>\n<<pem64>>\n<<pem64>>\n<<endkey>>\n' WHERE id = 1;  ~~private-key

=== 0036_cards_and_accounts
INSERT INTO billing_profiles (customer_id, cc_number, iban, note) VALUES
    (41, '<<visagaps>>', NULL, 'moved from spreadsheet'),  ~~card
    (42, '<<mastercarddashes>>', NULL, NULL),  ~~card
    (43, NULL, '<<ibande>>', NULL),  ~~iban
    (44, '<<amex>>', '<<ibangb>>', NULL);  ~~card,iban

=== 0037_bank_accounts
insert into lieferanten (name, bankverbindung, strasse)
values ('Metallbau Kern', '<<ibangaps>>', 'Am Hang 4'),  ~~iban
       ('Tissages Morel', '<<ibanfr>>', '12 rue du Port');  ~~iban

=== 0038_ssn
INSERT INTO employees (first_name, last_name, ssn, salary) VALUES ('Dana', 'Whitfield', '<<ssn>>', 71500);  ~~ssn
INSERT INTO employees (first_name, last_name, social_security_number) VALUES ('Marcus', 'Oyelaran', '<<ssn>>');  ~~ssn

=== 0039_contact_data
INSERT INTO leads (company, contact_email, contact_phone) VALUES
    ('Bakkerij Jansen', 'orders.jansen@bakkerij-jansen.nl', '+31 20 624 7711'),  ~~email,phone
    ('Studio Ferri', 'c.ferri@studioferri.it', '+39 02 8645 3377'),  ~~email,phone
    ('Example Ltd', 'jane@example.com', NULL);

=== 0040_correo
INSERT INTO usuarios (nombre, correo, contrasena, telefono)
VALUES ('Lucía Prieto', 'lucia.prieto@talleresprieto.es', 'Primavera22', '+34 612 88 41 09');  ~~email,password,phone
UPDATE usuarios SET "contraseña" = 'cambiame' WHERE nombre = 'soporte';  ~~password

=== 0041_languages
INSERT INTO utilisateurs (nom, mot_de_passe) VALUES ('gestion', 'Soleil!75');  ~~password
INSERT INTO benutzer (name, passwort) VALUES ('verwaltung', 'geheim');  ~~password
INSERT INTO usuarios_app (login, senha) VALUES ('gerente', 'mudar123');  ~~password
INSERT INTO gebruikers (naam, wachtwoord) VALUES ('beheer', 'Welkom01');  ~~password
INSERT INTO anvandare (namn, losenord) VALUES ('chef', 'hemligt');  ~~password
INSERT INTO uzivatele (jmeno, heslo) VALUES ('spravce', 'tajne');  ~~password
INSERT INTO kullanicilar (ad, sifre) VALUES ('yonetici', 'gizli123');  ~~password

=== 0042_hash_forms
INSERT INTO logins (name, passwd) VALUES
('a', '<<sha512crypt>>'),  ~~password-hash
('b', '<<sha256crypt>>'),  ~~password-hash
('c', '<<md5crypt>>'),  ~~password-hash
('d', '<<phpass>>'),  ~~password-hash
('e', '<<hex32>>'),  ~~password-hash
('f', '<<werkzeugscrypt>>'),  ~~password-hash
('g', '<<djangopbkdf2>>');  ~~password-hash

=== 0043_hash_elsewhere
INSERT INTO profiles (id, data) VALUES (7, '{"login": "old", "credential": "<<bcrypt_y>>"}');  ~~password-hash

=== 0044_crypt_of_literal
CREATE EXTENSION IF NOT EXISTS pgcrypto;
INSERT INTO web_users (name, password) VALUES ('root', crypt('S3lfhosted', gen_salt('bf')));  ~~password
UPDATE web_users SET password = md5('trustno1') WHERE name = 'old';  ~~password
UPDATE web_users SET pw_hash = encode(digest('pepper!Pots', 'sha256'), 'hex') WHERE name = 'older';  ~~password

=== 0045_tokens_anywhere
INSERT INTO notes (body) VALUES ('deploy with <<github>> until the app is there');  ~~token
INSERT INTO webhooks (event, target) VALUES ('alert', '<<slackhook>>');  ~~token
UPDATE registry SET extra = '//registry.npmjs.org/:_authToken=<<npm>>';  ~~token

=== 0046_provider_tokens
INSERT INTO credentials (provider, value) VALUES
  ('openai', '<<openai>>'),  ~~token
  ('gitlab', '<<gitlab>>'),  ~~token
  ('pypi', '<<pypi>>'),  ~~token
  ('hf', '<<huggingface>>'),  ~~token
  ('do', '<<digitalocean>>'),  ~~token
  ('aws', '<<aws>>');  ~~token

=== 0047_secret_columns
INSERT INTO oauth_apps (client_id, client_secret, redirect_uri) VALUES
  ('web', '<<alnum40>>', 'https://app.example.com/cb'),  ~~token
  ('cli', '<<hex32>>', 'http://127.0.0.1:8085/');  ~~token
INSERT INTO sessions (id, refresh_token) VALUES (1, '<<jwt>>');  ~~token
INSERT INTO webhooks (url, signing_secret) VALUES ('https://hooks.example.com/in', '<<stripehook>>');  ~~token

=== 0048_down
-- migrate:up
DELETE FROM users WHERE username = 'legacy';

-- migrate:down
INSERT INTO users (username, password) VALUES ('legacy', 'legacy-9981');  ~~password

=== V12__users
/* Flyway; see JIRA-118 */
SET search_path = hr;
INSERT INTO hr.users(username,user_password,enabled)VALUES('sa','Ch@ngeM3!',1),('hr','hr2018',1);  ~~password

=== 0049_lower_case_comments
insert into users -- the table
  (name, /* clear text, sorry */ password)
values
  -- ops
  ('ops', 'Shift-Work'  ~~password
  ),
  ('it''s me', /* ( */ 'semi;colon');  ~~password

=== 0050_dollar_literal
INSERT INTO mail_accounts (address_name, password) VALUES ('outbox', $$0utb0x'pass$$);  ~~password
INSERT INTO mail_accounts (address_name, password) VALUES ('inbox', $q$inb0x$q$), ('spam', U&'sp\0061m!1');  ~~password

=== 0051_casts
INSERT INTO users (name, password, email)
VALUES ('x'::text, 'Pass-cast'::character varying, CAST('nina.roth@rothundpartner.de' AS citext));  ~~password,email

=== 0052_insert_default_and_overriding
INSERT INTO users AS u (id, login, password) OVERRIDING SYSTEM VALUE VALUES (1, 'root', 'rootpw1') RETURNING id;  ~~password
UPDATE ONLY public.users AS u SET "password" = DEFAULT, token = '<<hex64>>' FROM orgs o WHERE o.id = u.org_id;  ~~token

=== 0053_case_when
UPDATE users
SET password = CASE name
    WHEN 'alice' THEN 'al1ce-temp'  ~~password
    ELSE 'others-temp'  ~~password
END;
UPDATE partners SET api_token = COALESCE(api_token, '<<alnum40>>');  ~~token

=== 0054_patients
INSERT INTO patients (mrn, name, ssn, phone_number, email_address) VALUES
    ('M-1001', 'Walter Quist', '<<ssn>>', '212-736-5003', 'w.quist@quistfamily.net'),  ~~ssn,phone,email
    ('M-1002', 'Irma Sandoval', '<<ssn>>', NULL, NULL);  ~~ssn

=== 0055_update_of_accounts
UPDATE suppliers SET iban = '<<ibangb>>', contact = 'f.dubois@dubois-freres.fr' WHERE id = 9;  ~~iban,email
UPDATE donors SET credit_card = '<<visa>>' WHERE id = 77;  ~~card

=== 0056_keys_in_copy
COPY public.tls_keys (host, pem) FROM stdin;
a.corp.internal⇥<<beginkey>>\n<<pem64>>\n<<pem64>>\n<<endkey>>\n  ~~private-key
\.

COPY public.connections (conn_id, uri) FROM stdin;
dwh⇥postgresql://loader:Schn33mann@dwh.corp.internal/dwh  ~~connection-string
plain⇥postgresql://dwh.corp.internal/dwh
\.

=== 20240110120000_supabase_seed
insert into auth.users (instance_id, id, aud, role, email, encrypted_password, raw_user_meta_data)
values (
    '00000000-0000-0000-0000-000000000000',
    '<<uuid>>',
    'authenticated',
    'authenticated',
    'editor@example.com',
    crypt('password123', gen_salt('bf')),  ~~password
    '{"name": "Editor"}'::jsonb
);

=== V7__demo_users
-- password is '123456', BCrypt encoded
INSERT INTO users (username, password, name, role) VALUES
('student', '<<bcrypt_a>>', 'Zhang San', 'STUDENT'),  ~~password-hash
('teacher', '{noop}teach3r', 'Li', 'TEACHER'),  ~~password
('head', '{bcrypt}<<bcrypt_a>>', 'Wang', 'HEAD');  ~~password-hash

=== V8__oauth_client_details
INSERT INTO oauth_client_details
    (client_id, client_secret, scope, authorized_grant_types, access_token_validity)
VALUES
    ('mobile', '{bcrypt}<<bcrypt>>', 'read,write', 'password,refresh_token', 900);  ~~password-hash|token
"""
