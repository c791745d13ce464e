"""SQL migrations with nothing in them that may be told."""

from __future__ import annotations

TEXT = r"""
=== 0001_initial
CREATE TABLE users (
    id bigserial PRIMARY KEY,
    email citext NOT NULL UNIQUE,
    password varchar(255) NOT NULL,
    password_salt varchar(64),
    reset_token varchar(64) DEFAULT NULL,
    api_key text,
    secret_question text,
    phone varchar(32) DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_api_key_idx ON users (api_key) WHERE api_key IS NOT NULL;
COMMENT ON COLUMN users.password IS 'bcrypt, cost 12; never plain text';
COMMENT ON COLUMN users.api_key IS 'sent as X-Api-Key';

=== 0002_token_types
CREATE TYPE token_type AS ENUM ('bearer', 'mac', 'refresh');
CREATE TABLE token_kinds (token_type text PRIMARY KEY, label text NOT NULL);
INSERT INTO token_kinds (token_type, label) VALUES
    ('bearer', 'Bearer token'),
    ('api_key', 'API key'),
    ('refresh', 'Refresh token');
ALTER TABLE oauth_tokens ADD COLUMN token_type token_type NOT NULL DEFAULT 'bearer';
UPDATE oauth_tokens SET token_type = 'bearer', token_status = 'active' WHERE token_type IS NULL;

=== 0003_permissions
INSERT INTO permissions (code, description) VALUES
    ('user.password.reset', 'Reset the password of a user'),
    ('user.token.revoke', 'Revoke tokens'),
    ('secret.read', 'Read secrets'),
    ('api_key.create', 'Create API keys');
INSERT INTO role_permissions (role, permission) SELECT 'admin', code FROM permissions;

=== 0004_settings
INSERT INTO settings (key, value) VALUES
    ('site_name', 'Acme Portal'),
    ('password_min_length', '10'),
    ('password_policy', 'strict'),
    ('token_expiry_days', '30'),
    ('require_password_change', 'true'),
    ('session_token_ttl', '3600'),
    ('smtp_host', 'localhost'),
    ('smtp_password', ''),
    ('ldap_bind_password', NULL),
    ('secret_scanning', 'enabled'),
    ('api_key_header', 'X-Api-Key'),
    ('support_email', 'support@acme-portal.io'),
    ('password_reset_url', '/account/password/reset');

=== 0005_messages
INSERT INTO translations (locale, msg_key, msg_text) VALUES
    ('en', 'password_label', 'Password'),
    ('en', 'forgot_password', 'Forgot your password?'),
    ('en', 'password_hint', 'At least 10 characters, one digit'),
    ('de', 'password_label', 'Passwort'),
    ('de', 'forgot_password', 'Passwort vergessen?'),
    ('es', 'password_label', 'Contraseña'),
    ('pt', 'token_expired', 'O token expirou'),
    ('en', 'api_key_label', 'API key'),
    ('en', 'invalid_token', 'This token is not valid any more.');

=== 0006_mail_templates
INSERT INTO email_templates (name, subject, body, sender) VALUES
('reset', 'Reset your password', 'Hello {{ user.name }},

follow this link to set a new password: {{ reset_url }}?token={{ token }}
Your temporary password: {{ password }}

The team', 'noreply@acme-portal.io'),
('welcome', 'Welcome', '<p>Your login: <b>${login}</b>, password: <b>${password}</b></p>', 'no-reply@acme-portal.io');

=== 0007_countries
INSERT INTO countries (iso2, iso3, name, phone_code, currency) VALUES
    ('DE', 'DEU', 'Germany', '+49', 'EUR'),
    ('FR', 'FRA', 'France', '+33', 'EUR'),
    ('US', 'USA', 'United States', '+1', 'USD'),
    ('DO', 'DOM', 'Dominican Republic', '+1-809', 'DOP'),
    ('GB', 'GBR', 'United Kingdom', '+44', 'GBP');

=== 0008_currencies
INSERT INTO currencies VALUES ('EUR', '978', 2, 'Euro'), ('JPY', '392', 0, 'Yen'), ('CLF', '990', 4, 'UF');
INSERT INTO exchange_rates (base, quote, rate, day) VALUES ('EUR', 'USD', 1.084512345678, '2024-03-01');

=== 0009_placeholders
INSERT INTO users (name, password, token) VALUES (:name, :password, :'token');
INSERT INTO users (name, password) VALUES ('${admin_name}', '${admin_password}');
INSERT INTO users (name, password) VALUES ('{{ admin }}', '{{ admin_password }}');
INSERT INTO users (name, password) VALUES (%s, %s);
INSERT INTO users (name, password) VALUES ($1, $2);
CREATE ROLE app LOGIN PASSWORD '${db_app_password}';
CREATE ROLE app2 LOGIN PASSWORD :'app_password';
ALTER ROLE app3 PASSWORD NULL;

=== 0010_locked_accounts
INSERT INTO users (name, password) VALUES ('system', '!'), ('nobody', '*'), ('cron', ''), ('ghost', NULL);
UPDATE users SET password = '' WHERE disabled;
UPDATE users SET password = NULL, token = NULL WHERE deleted_at IS NOT NULL;

=== 0011_generated
CREATE EXTENSION IF NOT EXISTS pgcrypto;
ALTER TABLE users ADD COLUMN api_key text NOT NULL DEFAULT encode(gen_random_bytes(32), 'hex');
UPDATE users SET token = gen_random_uuid()::text, secret = md5(random()::text);
UPDATE users SET password = crypt(plain_password, gen_salt('bf', 8));
CREATE FUNCTION set_password(p_user int, p_password text) RETURNS void LANGUAGE sql AS $$
    UPDATE users SET password = crypt(p_password, gen_salt('bf')) WHERE id = p_user;
$$;

=== 0012_uuids
INSERT INTO tenants (id, name, external_key) VALUES
    ('<<uuid>>', 'default', '<<uuid>>'),
    ('<<uuid>>', 'demo', '<<uuid>>');
INSERT INTO tenant_features (tenant_id, feature) VALUES ('<<uuid>>', 'password_login');

=== 0013_checksums
INSERT INTO releases (version, git_commit, sha256, md5) VALUES
    ('1.4.2', '<<hex40>>', '<<hex64>>', '<<hex32>>'),
    ('1.4.3', '<<hex40>>', '<<hex64>>', '<<hex32>>');
INSERT INTO schema_history (version, script, checksum) VALUES ('12', 'V12__users.sql', '-1893245667');
INSERT INTO artifacts (path, etag, hash) VALUES ('dist/app.js', '<<hex32>>', 'sha256:<<hex64>>');

=== 0014_pictures
INSERT INTO avatars (name, image) VALUES ('default', 'data:image/png;base64,<<picture>>');
UPDATE themes SET logo = '<<picture>>' WHERE name = 'light';

=== 0015_enums
CREATE TYPE visibility AS ENUM ('public', 'private', 'secret');
ALTER TABLE groups ADD COLUMN visibility visibility NOT NULL DEFAULT 'secret';
INSERT INTO groups (name, visibility, is_secret, has_password) VALUES ('Board', 'secret', true, false);
UPDATE groups SET visibility = 'secret' WHERE name = 'HR';

=== 0016_flags
INSERT INTO feature_flags (name, enabled, description) VALUES
    ('password_login', true, 'Log in with a password'),
    ('passwordless', false, 'Log in by a link in an e-mail'),
    ('token_rotation', false, 'Rotate tokens each night');

=== 0017_copy_countries
COPY public.phone_prefixes (country, prefix, example) FROM stdin;
AT⇥+43⇥\N
CH⇥+41⇥\N
\.

COPY public.auth_providers (id, name, token_endpoint, password_grant) FROM stdin;
1⇥google⇥https://oauth2.googleapis.com/token⇥f
2⇥azure⇥https://login.microsoftonline.com/common/oauth2/v2.0/token⇥f
\.

=== 0018_ids_that_fit_luhn
INSERT INTO shipments (id, tracking_number, weight) VALUES (<<luhnid>>, '<<luhnid>>', 12.5), (<<luhnid>>, '<<luhnid>>', 3.25);
INSERT INTO products (sku, ean, price) VALUES ('4006381333931', '4006381333931', 199), ('0012345678905', '0012345678905', 20);
ALTER SEQUENCE orders_id_seq RESTART WITH 4000000000000;

=== 0019_versions_and_dates
INSERT INTO app_versions (version, build, released) VALUES ('10.0.19041.1415', '20230115.4', '2023-01-15 10:22:04'),
    ('2024.03.01', '1709251200', '2024-03-01');
INSERT INTO events (at, code) VALUES ('2024-02-29T23:59:59+00:00', '555-0100-22'), ('20240301120000', 'A-49-30');

=== 0020_places
INSERT INTO cities (name, lat, lon, zip) VALUES ('Berlin', 52.520008, 13.404954, '10115'), ('Lima', -12.046374, -77.042793, '15001');
INSERT INTO shapes (geom) VALUES (ST_GeomFromText('POINT(13.404954 52.520008)', 4326));

=== 0021_urls
INSERT INTO integrations (name, base_url, token_url, password_reset_url) VALUES
    ('github', 'https://api.github.com', 'https://github.com/login/oauth/access_token', 'https://github.com/password_reset'),
    ('keycloak', 'https://sso.example.com/realms/main', 'https://sso.example.com/token', NULL);
INSERT INTO data_sources (name, url) VALUES ('dev', 'postgresql://localhost:5432/dev'), ('ci', 'postgres://app@db/app'),
    ('tmpl', 'postgresql://${DB_USER}:${DB_PASSWORD}@db:5432/app'), ('cache', 'redis://localhost:6379/0');

=== 0022_role_mailboxes
INSERT INTO contacts (name, email) VALUES ('Help', 'support@acme-portal.io'), ('Info', 'info@acme-portal.io'),
    ('Robot', 'noreply@acme-portal.io'), ('Post', 'postmaster@acme-portal.io'), ('Abuse', 'abuse@acme-portal.io');
INSERT INTO users (name, email) VALUES ('a', 'a@example.com'), ('b', 'b@mail.example.org'), ('c', 'c@site.test'),
    ('d', 'd@localhost'), ('e', 'e@nowhere.invalid');

=== 0023_roles_without_password
CREATE ROLE app_read NOLOGIN;
CREATE ROLE app_write NOLOGIN IN ROLE app_read;
CREATE USER reporting;
ALTER ROLE app_write SET statement_timeout = '30s';
ALTER ROLE app_write SET search_path TO app, public;
ALTER DATABASE app SET "app.token_ttl" = '3600';
ALTER SYSTEM SET password_encryption = 'scram-sha-256';
SET password_encryption = 'scram-sha-256';
GRANT SELECT (id, password) ON users TO app_read;

=== 0024_checks_and_indexes
ALTER TABLE users ADD CONSTRAINT password_is_hash CHECK (password ~ '^\$2[aby]\$');
ALTER TABLE tokens ADD CONSTRAINT token_kind CHECK (kind IN ('access', 'refresh', 'reset_password'));
CREATE INDEX CONCURRENTLY tokens_token_hash_idx ON tokens (token_hash);
ALTER TABLE secrets RENAME COLUMN value TO secret_value;
DROP INDEX IF EXISTS users_password_reset_token_key;

=== 0025_views_and_triggers
CREATE VIEW public_users AS SELECT id, name, 'hidden' AS password FROM users;
CREATE FUNCTION mask_token() RETURNS trigger AS $$
BEGIN
    IF NEW.token = 'none' THEN
        NEW.token := encode(gen_random_bytes(16), 'hex');
    END IF;
    RAISE NOTICE 'token of % was made', NEW.id;
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;

=== 0026_delete_by_value
DELETE FROM settings WHERE key = 'smtp_password';
DELETE FROM permissions WHERE code IN ('secret.read', 'token.write');
UPDATE settings SET key = 'mail_password' WHERE key = 'smtp_password';

=== 0027_public_keys
INSERT INTO trusted_keys (name, public_key) VALUES
('release', '-----BEGIN PUBLIC KEY-----
<<pem64>>
<<pem64>>
-----END PUBLIC KEY-----'),
('ops', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI<<alnum40>> ops');
INSERT INTO certificates (name, pem) VALUES ('ca', '-----BEGIN CERTIFICATE-----
<<pem64>>
-----END CERTIFICATE-----');

=== 0028_json_config
INSERT INTO forms (name, schema) VALUES
('login', '{"fields": [{"name": "login", "type": "text"}, {"name": "password", "type": "password"}]}'),
('token', '{"type": "object", "properties": {"token": {"type": "string"}, "password": {"type": "string", "minLength": 8}}}');
UPDATE plugins SET config = jsonb_set(config, '{smtp,password}', 'null'), options = '{"password": "", "token": null}';
UPDATE plugins SET config = config - 'password' - 'api_key';

=== 0029_column_copies
INSERT INTO accounts (login, password, email) SELECT login, password, email FROM legacy_accounts;
UPDATE accounts SET password = legacy.password FROM legacy WHERE legacy.id = accounts.id;
INSERT INTO audit_columns (table_name, column_name) VALUES ('users', 'password'), ('users', 'api_key');

=== 0030_menu
INSERT INTO menu_items (label, icon, path, position) VALUES
    ('Change password', 'key', '/profile/password', 1),
    ('API tokens', 'token', '/profile/tokens', 2),
    ('Secrets', 'lock', '/admin/secrets', 3);

=== 0031_product_codes
INSERT INTO parts (code, description, supplier_ref) VALUES
    ('AKX-2201-99', 'Bracket', '4000-1234-77'), ('SK-99-LIVE', 'Live rail', 'GB-29-7731'),
    ('DE89-3704', 'Sheet, 37 x 04', '100-20-300');

=== 0032_hash_of_query
CREATE TABLE query_cache (query_hash char(32) PRIMARY KEY, token_count int NOT NULL DEFAULT 0);
INSERT INTO query_cache (query_hash, token_count) VALUES ('<<hex32>>', 118), ('<<hex32>>', 2048);
INSERT INTO ai_models (name, max_tokens, prompt_token_price) VALUES ('small', 8192, 0.15), ('large', 128000, 2.5);

=== 0033_secret_names
INSERT INTO vault_refs (name, secret_name, secret_arn) VALUES
  ('db', 'prod/db', 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db'),
  ('mail', 'prod/mail', 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/mail');
INSERT INTO secret_types (code, name) VALUES ('ssh_key', 'SSH key'), ('password', 'Password'), ('token', 'Token');

=== 0034_comment_only
-- old: INSERT INTO users (name, password) VALUES ('x', 'old-one');
/* the password of the role is set by Terraform */
SELECT 1;

=== 0035_operators
SELECT set_config('app.current_user', 'migration', true);
UPDATE users SET failed_password_attempts = 0, password_changed_at = now(), password_version = 'v2', password_algo = 'bcrypt';
UPDATE tokens SET token_expires_at = now() + interval '30 days', token_scope = 'read write';

=== 0036_psql
\set ON_ERROR_STOP on
\echo 'set the password by hand: \password app'
\i functions/token.sql

=== V2__add_columns
ALTER TABLE users
    ADD COLUMN password_hint varchar(200),
    ADD COLUMN token_secret varchar(64),
    ADD COLUMN mot_de_passe_oublie boolean DEFAULT false,
    ADD COLUMN auth_type varchar(20) DEFAULT 'password' NOT NULL;
UPDATE users SET auth_type = 'password' WHERE auth_type IS NULL;
INSERT INTO auth_methods (name) VALUES ('password'), ('token'), ('saml');

=== V3__indexes
CREATE INDEX idx_users_email ON users USING btree (lower(email));
CREATE INDEX idx_sessions_token ON sessions USING hash (token);
ALTER TABLE ONLY sessions ADD CONSTRAINT sessions_pkey PRIMARY KEY (token);
ALTER TABLE ONLY api_keys ADD CONSTRAINT api_keys_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;

=== V4__seed_types
INSERT INTO notification_types (id, code, subject_template) VALUES
    (1, 'password_changed', 'Your password was changed'),
    (2, 'new_token', 'A token was made for {{ app }}'),
    (3, 'phone_verified', 'Your phone {{ phone }} is verified');
INSERT INTO phone_types (code) VALUES ('mobile'), ('home'), ('work');
INSERT INTO email_types (email_type) VALUES ('billing'), ('private');

=== V5__oauth_seed
INSERT INTO oauth_clients (client_id, name, grant_types, token_endpoint_auth_method, access_token_lifetime, scopes)
VALUES ('web-app', 'Web', 'authorization_code refresh_token', 'client_secret_post', 3600, 'openid profile email phone');

=== V6__who_wrote_it
-- Author: Petra Nowotna <petra.nowotna@nowotna-soft.cz>, +420 603 112 874
/*
 * Ticket 118: the password of postgres was 'tajne1' in the old image.
 */
ALTER TABLE hosts ALTER COLUMN key TYPE varchar(128);

=== V9__roles_of_pgadmin
SELECT CASE WHEN rolpassword LIKE 'md5%' OR rolpassword LIKE 'SCRAM%' THEN E'\n  ENCRYPTED PASSWORD ''' || rolpassword || ''''
            WHEN rolpassword IS NOT NULL THEN E'\n  PASSWORD ''' || rolpassword || '''' ELSE '' END AS clause
FROM pg_authid;
CREATE ROLE shown ENCRYPTED PASSWORD '<PASSWORD>';
DO $$
BEGIN
    EXECUTE format('ALTER ROLE %I PASSWORD %L', current_user, current_setting('app.password'));
END
$$;
"""
