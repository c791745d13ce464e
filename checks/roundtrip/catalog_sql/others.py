"""What belongs to the database or the cluster: schemas, extensions, foreign data, roles, settings."""

from __future__ import annotations

from checks.roundtrip.catalog_sql.section import Field, Section, Style, options, simple

FLAG = Style.FLAG
# A value may be a password: only its digest leaves the server.
DIGEST = "md5(coalesce({0}::text, ''))"

SCHEMAS = Section(
    name="schema",
    kind="'schema'",
    identity="x.name",
    source="home x WHERE (x.oid >= 16384 OR x.name = 'public') AND NOT EXISTS"
    " (SELECT FROM member WHERE member.classid = 'pg_namespace'::regclass AND member.objid = x.oid)",
    fields=(Field("owner", "x.nspowner::regrole"),),
    catalog="pg_namespace",
)
EXTENSIONS = Section(
    name="extension",
    kind="'extension'",
    identity="quote_ident(x.extname)",
    source="pg_extension x",
    fields=(
        Field("owner", "x.extowner::regrole"),
        Field("version", "x.extversion"),
        Field("schema", "x.extnamespace::regnamespace"),
    ),
    catalog="pg_extension",
)
LANGUAGES = simple(
    "language",
    "pg_language",
    Field("owner", "x.lanowner::regrole"),
    Field("trusted", "x.lanpltrusted", FLAG),
    Field("handler", "nullif(x.lanplcallfoid, 0)::regprocedure"),
    Field("inline", "nullif(x.laninline, 0)::regprocedure"),
    Field("validator", "nullif(x.lanvalidator, 0)::regprocedure"),
)
ACCESS_METHODS = simple(
    "access method", "pg_am", Field("type", "x.amtype"), Field("handler", "x.amhandler::regproc")
)
EVENT_TRIGGERS = simple(
    "event trigger",
    "pg_event_trigger",
    Field("owner", "x.evtowner::regrole"),
    Field("event", "x.evtevent"),
    Field("tags", "x.evttags", Style.ORDER),
    Field("function", "x.evtfoid::regprocedure"),
    Field(
        "enabled",
        "CASE x.evtenabled WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica'"
        " ELSE 'always' END",
    ),
    # Ours, by which the server tells what a migration does.
    where="NOT EXISTS (SELECT FROM ignored i WHERE i.class = 'pg_proc'::regclass AND i.id = x.evtfoid)",
)
WRAPPERS = simple(
    "foreign data wrapper",
    "pg_foreign_data_wrapper",
    Field("owner", "x.fdwowner::regrole"),
    Field("handler", "nullif(x.fdwhandler, 0)::regprocedure"),
    Field("validator", "nullif(x.fdwvalidator, 0)::regprocedure"),
    Field("options", DIGEST.format(options("x.fdwoptions")), Style.HIDDEN),
)
SERVERS = simple(
    "server",
    "pg_foreign_server",
    Field("owner", "x.srvowner::regrole"),
    Field("type", "x.srvtype"),
    Field("version", "x.srvversion"),
    Field(
        "foreign data wrapper",
        "(SELECT quote_ident(fdwname) FROM pg_foreign_data_wrapper w WHERE w.oid = x.srvfdw)",
    ),
    Field("options", DIGEST.format(options("x.srvoptions")), Style.HIDDEN),
)
MAPPINGS = Section(
    name="user mapping",
    kind="'user mapping'",
    identity="CASE x.umuser WHEN 0 THEN 'public' ELSE x.umuser::regrole::text END || ' on server '"
    " || quote_ident(x.srvname)",
    source="pg_user_mappings x",
    fields=(Field("options", DIGEST.format(options("x.umoptions")), Style.HIDDEN),),
    catalog="pg_user_mapping",
    within="ARRAY['pg_foreign_server ' || quote_ident(x.srvname), 'pg_authid ' || x.umuser::regrole]",
)
PUBLICATIONS = simple(
    "publication",
    "pg_publication",
    Field("owner", "x.pubowner::regrole"),
    Field("all tables", "x.puballtables", FLAG),
    Field("insert", "x.pubinsert", FLAG),
    Field("update", "x.pubupdate", FLAG),
    Field("delete", "x.pubdelete", FLAG),
    Field("truncate", "x.pubtruncate", FLAG),
    Field("via root", "x.pubviaroot", FLAG),
    Field("generated columns", "x.pubgencols", since=18),
)
PUBLISHED = Section(
    name="publication table",
    kind="'publication table'",
    identity="r.name || ' in publication ' || quote_ident(p.pubname)",
    source="pg_publication_rel x JOIN rel r ON r.oid = x.prrelid JOIN pg_publication p ON p.oid = x.prpubid",
    fields=(
        Field("where", "pg_get_expr(x.prqual, x.prrelid)", since=15),
        Field(
            "columns",
            "(SELECT array_agg(quote_ident(a.attname) ORDER BY a.attnum) FROM pg_attribute a"
            " WHERE a.attrelid = x.prrelid AND a.attnum = ANY (x.prattrs::smallint[]))",
            Style.ORDER,
            since=15,
        ),
    ),
    catalog="pg_publication_rel",
    within="ARRAY['pg_class ' || r.name, 'pg_publication ' || quote_ident(p.pubname)]",
)
PUBLISHED_SCHEMAS = Section(
    name="publication schema",
    kind="'publication schema'",
    identity="x.pnnspid::regnamespace || ' in publication ' || quote_ident(p.pubname)",
    source="pg_publication_namespace x JOIN pg_publication p ON p.oid = x.pnpubid",
    fields=(),
    catalog="pg_publication_namespace",
    within="ARRAY['pg_namespace ' || x.pnnspid::regnamespace, 'pg_publication ' || quote_ident(p.pubname)]",
    since=15,
)
SUBSCRIPTIONS = Section(
    name="subscription",
    kind="'subscription'",
    identity="quote_ident(x.subname)",
    source="pg_subscription x WHERE x.subdbid = (SELECT oid FROM here)",
    fields=(
        Field("owner", "x.subowner::regrole"),
        Field("connection", DIGEST.format("x.subconninfo"), Style.HIDDEN),
        Field("enabled", "x.subenabled", FLAG),
        Field("slot", "x.subslotname"),
        Field("publications", "x.subpublications", Style.ORDER),
        Field(
            "parameters",
            "to_jsonb(x) - ARRAY['oid', 'subdbid', 'subskiplsn', 'subname', 'subowner', 'subenabled',"
            " 'subconninfo', 'subslotname', 'subpublications']",
        ),
    ),
    catalog="pg_subscription",
    superuser=True,
)
DATABASE = Section(
    name="database",
    kind="'database'",
    identity="'current'",
    source="pg_database x WHERE x.datname = current_database()",
    fields=(
        Field("owner", "x.datdba::regrole"),
        Field("connection limit", "nullif(x.datconnlimit, -1)"),
        Field("connections allowed", "x.datallowconn", FLAG),
        Field("template", "x.datistemplate", FLAG),
    ),
    catalog="pg_database",
)
# Settings with a dot are an application's own, tokens among them.
SETTINGS = Section(
    name="setting",
    kind="CASE s.setdatabase WHEN 0 THEN 'role setting' ELSE 'database setting' END",
    identity="split_part(c.line, '=', 1) || coalesce(' of role ' || nullif(s.setrole, 0)::regrole, '')",
    source="pg_db_role_setting s, unnest(s.setconfig) c(line)"
    # Ours: the token that tells a throwaway database.
    " WHERE c.line !~ '^migseal[.]' AND (s.setdatabase = 0 OR s.setdatabase = (SELECT oid FROM here))",
    fields=(
        Field(
            "value",
            "CASE WHEN strpos(split_part(c.line, '=', 1), '.') = 0"
            " THEN substr(c.line, strpos(c.line, '=') + 1) END",
        ),
        Field(
            "own value",
            "CASE WHEN strpos(split_part(c.line, '=', 1), '.') > 0 THEN md5(c.line) END",
            Style.HIDDEN,
        ),
    ),
    catalog="pg_db_role_setting",
    within="CASE WHEN s.setrole <> 0 THEN 'pg_authid ' || s.setrole::regrole END",
)
ROLES = Section(
    name="role",
    kind="'role'",
    identity="quote_ident(x.rolname)",
    source="pg_roles x WHERE x.rolname !~ '^pg_'",
    fields=(
        Field("superuser", "x.rolsuper", FLAG),
        Field("inherit", "x.rolinherit", FLAG),
        Field("createrole", "x.rolcreaterole", FLAG),
        Field("createdb", "x.rolcreatedb", FLAG),
        Field("login", "x.rolcanlogin", FLAG),
        Field("replication", "x.rolreplication", FLAG),
        Field("bypassrls", "x.rolbypassrls", FLAG),
        Field("connection limit", "nullif(x.rolconnlimit, -1)"),
        Field("valid until", "nullif(x.rolvaliduntil, 'infinity')"),
    ),
    catalog="pg_authid",
)
MEMBERSHIPS = Section(
    name="role membership",
    kind="'role membership'",
    identity="x.member::regrole || ' in ' || x.roleid::regrole"
    " || coalesce(' granted by ' || nullif(x.grantor, 10)::regrole, '')",
    source="pg_auth_members x WHERE x.member >= 16384 OR x.roleid >= 16384",
    fields=(
        Field("admin", "x.admin_option", FLAG),
        Field("inherit", "x.inherit_option", FLAG, since=16),
        Field("set", "x.set_option", FLAG, since=16),
    ),
    catalog="pg_auth_members",
    within="ARRAY['pg_authid ' || x.member::regrole, 'pg_authid ' || x.roleid::regrole]",
)
TABLESPACES = Section(
    name="tablespace",
    kind="'tablespace'",
    identity="quote_ident(x.spcname)",
    source="pg_tablespace x WHERE x.oid >= 16384",
    fields=(
        Field("owner", "x.spcowner::regrole"),
        Field("location", "pg_tablespace_location(x.oid)"),
        Field("options", options("x.spcoptions")),
    ),
    catalog="pg_tablespace",
)

SECTIONS = (
    SCHEMAS,
    EXTENSIONS,
    LANGUAGES,
    ACCESS_METHODS,
    EVENT_TRIGGERS,
    WRAPPERS,
    SERVERS,
    MAPPINGS,
    PUBLICATIONS,
    PUBLISHED,
    PUBLISHED_SCHEMAS,
    SUBSCRIPTIONS,
    DATABASE,
    SETTINGS,
    ROLES,
    MEMBERSHIPS,
    TABLESPACES,
)
