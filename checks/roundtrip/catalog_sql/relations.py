"""Tables and what hangs on them, views and sequences."""

from __future__ import annotations

from checks.roundtrip.catalog_sql.section import Field, Section, Style, listed, options

HOME = "'pg_namespace ' || x.relnamespace::regnamespace"
ON_TABLE = "'pg_class ' || r.name"
OWNER = Field("owner", "x.relowner::regrole")
OPTIONS = Field("options", options("x.reloptions"))
TABLESPACE = Field(
    "tablespace",
    "CASE WHEN x.reltablespace <> 0 THEN"
    " (SELECT quote_ident(spcname) FROM pg_tablespace s WHERE s.oid = x.reltablespace) END",
)
METHOD = Field(
    "access method",
    # A partitioned table has one only if it was chosen (17), heap too.
    "CASE WHEN x.relam NOT IN (0, 2) OR x.relam = 2 AND x.relkind = 'p' THEN"
    " (SELECT quote_ident(amname) FROM pg_am m WHERE m.oid = x.relam) END",
)
PERSISTENCE = Field(
    "persistence", "CASE x.relpersistence WHEN 'u' THEN 'unlogged' ELSE 'logged' END", Style.WORDS
)
# What ALTER ... ALTER COLUMN can set on the columns of a view, a materialised view or an index.
# Without joins: nested loops are off, and a hash table for each view would be slow.
SETTINGS = Field(
    "column settings",
    "(SELECT array_agg(concat_ws(' ', quote_ident(a.attname), 'default ' || (SELECT pg_get_expr(d.adbin,"
    " d.adrelid) FROM pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum),"
    " 'statistics ' || nullif(a.attstattarget, -1), 'storage ' || CASE WHEN x.relkind = 'm' THEN"
    " nullif(a.attstorage, (SELECT t.typstorage FROM pg_type t WHERE t.oid = a.atttypid)) END::text,"
    " 'compression ' || nullif(a.attcompression, '')::text, a.attoptions::text) ORDER BY a.attnum)"
    " FROM pg_attribute a WHERE a.attrelid = x.oid AND a.attnum > 0 AND (a.atthasdef"
    " OR a.attstattarget >= 0 OR a.attoptions IS NOT NULL OR x.relkind = 'm' AND (a.attcompression <> ''"
    " OR a.attstorage <> (SELECT t.typstorage FROM pg_type t WHERE t.oid = a.atttypid))))",
)

TABLES = Section(
    name="table",
    kind="CASE x.relkind WHEN 'f' THEN 'foreign table' ELSE 'table' END",
    identity="x.name",
    source="rel x LEFT JOIN pg_class t ON t.oid = x.reltoastrelid AND t.reloptions IS NOT NULL"
    " LEFT JOIN heir h ON h.inhrelid = x.oid LEFT JOIN pg_foreign_table f ON f.ftrelid = x.oid"
    " LEFT JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE x.relkind IN ('r', 'p', 'f')",
    fields=(
        OWNER,
        PERSISTENCE,
        Field("partition key", "CASE WHEN x.relkind = 'p' THEN pg_get_partkeydef(x.oid) END"),
        Field(
            "partition of",
            "CASE WHEN x.relispartition THEN h.parents[1] || ' ' || pg_get_expr(x.relpartbound, x.oid) END",
        ),
        Field("parent", "CASE WHEN x.relispartition THEN h.parents[1] END", Style.QUIET),
        Field("inherits", "CASE WHEN NOT x.relispartition THEN h.parents END", Style.ORDER),
        OPTIONS,
        Field("toast options", options("t.reloptions")),
        Field(
            "replica identity",
            "CASE x.relreplident WHEN 'd' THEN 'default' WHEN 'f' THEN 'full' WHEN 'n' THEN 'nothing'"
            " ELSE 'index' END",
        ),
        Field("row security", "x.relrowsecurity", Style.FLAG),
        Field("forced row security", "x.relforcerowsecurity", Style.FLAG),
        METHOD,
        TABLESPACE,
        Field("of type", "CASE WHEN x.reloftype <> 0 THEN x.reloftype::regtype END"),
        Field("server", "quote_ident(s.srvname)"),
        Field("foreign options", options("f.ftoptions")),
    ),
    catalog="pg_class",
    within=HOME,
    unit="x.oid",
)

NOT_NULL = Field(
    "not null", "CASE WHEN a.attnotnull THEN 'not null' ELSE 'nullable' END", Style.WORDS, until=17
)
# Names that the server makes are nobody's choice: only others are shown.
NAMED_NOT_NULL = Field(
    "not null",
    "CASE WHEN a.attnotnull THEN concat_ws(' ', 'not null', CASE WHEN n.connoinherit THEN 'no inherit' END,"
    " CASE WHEN NOT n.convalidated THEN 'not valid' END,"
    " CASE WHEN n.coninhcount > 0 AND n.conislocal THEN 'of its own' END,"
    " CASE WHEN n.conname !~ '_not_null[0-9]*$' THEN 'by constraint ' || quote_ident(n.conname) END)"
    " ELSE 'nullable' END",
    Style.WORDS,
    since=18,
)
COLUMNS = Section(
    name="column",
    kind="'column'",
    identity="a.name || '.' || quote_ident(a.attname)",
    # OFFSET 0 is a fence: the planner would else do all the joins anew for each table.
    source="(SELECT r.name, a.* FROM rel r CROSS JOIN LATERAL (SELECT * FROM pg_attribute a"
    " WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped) a"
    " WHERE r.relkind IN ('r', 'p', 'f') OFFSET 0) a JOIN pg_type t ON t.oid = a.atttypid"
    " LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
    " LEFT JOIN pg_constraint n ON n.contype = 'n' AND n.conrelid = a.attrelid AND n.conkey[1] = a.attnum"
    " LEFT JOIN heir h ON h.inhrelid = a.attrelid",
    fields=(
        Field("type", "format_type(a.atttypid, a.atttypmod)"),
        Field(
            "collation", "CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation END"
        ),
        NOT_NULL,
        NAMED_NOT_NULL,
        Field("default", "CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END"),
        Field("identity", "CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END"),
        Field(
            "generated",
            "CASE a.attgenerated WHEN 's' THEN 'stored ' WHEN 'v' THEN 'virtual ' END"
            " || pg_get_expr(d.adbin, d.adrelid)",
        ),
        Field(
            "storage",
            "CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage WHEN 'p' THEN 'plain'"
            " WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' ELSE 'extended' END END",
        ),
        Field("compression", "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END"),
        Field("statistics", "nullif(a.attstattarget, -1)"),
        Field("options", options("a.attoptions")),
        Field("foreign options", options("a.attfdwoptions")),
        Field("inherited", "a.attinhcount > 0 AND NOT a.attislocal", Style.FLAG),
    ),
    catalog="pg_attribute",
    within="'pg_class ' || a.name",
    clones="CASE WHEN a.attinhcount > 0 THEN (SELECT array_agg('pg_attribute ' || p || '.'"
    " || quote_ident(a.attname)) FROM unnest(h.parents) p) END",
    unit="a.attrelid",
)

ORDERS = Section(
    name="column order",
    kind="'column order'",
    identity="r.name",
    source="rel r CROSS JOIN LATERAL (SELECT array_agg(quote_ident(a.attname) ORDER BY a.attnum) AS names"
    " FROM pg_attribute a WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped) o"
    " WHERE r.relkind IN ('r', 'p', 'f')",
    fields=(Field("columns", "coalesce(o.names, '{}')", Style.ORDER),),
    within=ON_TABLE,
    unit="r.oid",
)

CONSTRAINTS = Section(
    name="constraint",
    kind="'constraint'",
    identity="quote_ident(x.conname) || ' on ' || r.name",
    source="pg_constraint x JOIN rel r ON r.oid = x.conrelid LEFT JOIN heir h ON h.inhrelid = x.conrelid"
    " LEFT JOIN pg_constraint p ON p.oid = x.conparentid"
    # One more row for each partition that a foreign key leads to: the server's own bookkeeping.
    " WHERE x.contype IN ('c', 'f', 'p', 'u', 'x') AND x.conrelid IS DISTINCT FROM p.conrelid",
    fields=(
        Field("definition", "pg_get_constraintdef(x.oid)", Style.WORDS),
        Field(
            "triggers",
            "CASE WHEN EXISTS (SELECT FROM pg_trigger g WHERE g.tgconstraint = x.oid AND g.tgisinternal"
            " AND g.tgenabled <> 'O') THEN 'triggers disabled' ELSE 'triggers enabled' END",
            Style.WORDS,
        ),
        Field("inherited", "x.coninhcount > 0 AND NOT x.conislocal", Style.FLAG),
    ),
    catalog="pg_constraint",
    within=ON_TABLE,
    clones="CASE WHEN p.oid IS NOT NULL THEN ARRAY['pg_constraint ' || quote_ident(p.conname) || ' on '"
    " || p.conrelid::regclass] WHEN x.coninhcount > 0 THEN (SELECT array_agg('pg_constraint '"
    " || quote_ident(x.conname) || ' on ' || q) FROM unnest(h.parents) q) END",
    unit="r.oid",
)

INDEXES = Section(
    name="index",
    kind="CASE WHEN c.oid IS NULL THEN 'index' ELSE 'constraint index' END",
    identity="x.oid::regclass",
    source="pg_index i JOIN rel r ON r.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid"
    " LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid"
    " AND c.contype IN ('p', 'u', 'x') LEFT JOIN heir h ON h.inhrelid = x.oid",
    fields=(
        Field("definition", "CASE WHEN c.oid IS NULL THEN pg_get_indexdef(x.oid) END", Style.TEXT),
        Field("options", f"CASE WHEN c.oid IS NOT NULL THEN {OPTIONS.sql} END"),
        Field("valid", "i.indisvalid", Style.FLAG),
        Field("clustered", "i.indisclustered", Style.FLAG),
        Field("replica identity", "i.indisreplident", Style.FLAG),
        TABLESPACE,
        Field("column settings", "CASE WHEN i.indexprs IS NOT NULL THEN " + SETTINGS.sql + " END"),
        Field("table", "r.name", Style.QUIET),
    ),
    catalog="pg_class",
    within="CASE WHEN c.oid IS NULL THEN 'pg_class ' || r.name"
    " ELSE 'pg_constraint ' || quote_ident(c.conname) || ' on ' || r.name END",
    clones="CASE WHEN h.parents IS NOT NULL THEN ARRAY['pg_class ' || h.parents[1]] END",
    unit="r.oid",
)

SEQUENCES = Section(
    name="sequence",
    kind="CASE d.deptype WHEN 'i' THEN 'identity sequence' ELSE 'sequence' END",
    identity="x.name",
    source="(SELECT * FROM pg_sequence s JOIN rel x ON x.oid = s.seqrelid OFFSET 0) x"
    " LEFT JOIN LATERAL (SELECT d.deptype, d.refobjid, d.refobjid::regclass || '.'"
    " || (SELECT quote_ident(a.attname) FROM pg_attribute a WHERE a.attrelid = d.refobjid"
    " AND a.attnum = d.refobjsubid) AS owner FROM pg_depend d WHERE d.classid = 'pg_class'::regclass"
    # Only a column has a sub-number; naming refclassid too would lure the planner to the other index.
    " AND d.objid = x.oid AND d.objsubid = 0 AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i') OFFSET 0) d"
    " ON true WHERE d.refobjid IS NULL OR d.refobjid NOT IN (SELECT id FROM ignored)",
    fields=(
        OWNER,
        PERSISTENCE,
        Field("type", "x.seqtypid::regtype"),
        Field("start", "x.seqstart"),
        Field("minimum", "x.seqmin"),
        Field("maximum", "x.seqmax"),
        Field("increment", "x.seqincrement"),
        Field("cache", "x.seqcache"),
        Field("cycle", "x.seqcycle", Style.FLAG),
        Field("owned by", "d.owner"),
    ),
    catalog="pg_class",
    within=f"coalesce('pg_attribute ' || d.owner, {HOME})",
    unit="x.oid",
)

VIEWS = Section(
    name="view",
    kind="CASE x.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END",
    identity="x.name",
    source="rel x WHERE x.relkind IN ('v', 'm')",
    fields=(
        OWNER,
        Field("definition", "pg_get_viewdef(x.oid)", Style.TEXT),
        OPTIONS,
        Field("populated", "x.relispopulated", Style.FLAG),
        METHOD,
        TABLESPACE,
        SETTINGS,
        Field(
            "columns",
            "(SELECT array_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum)"
            " FROM pg_attribute a WHERE a.attrelid = x.oid AND a.attnum > 0)",
            Style.QUIET,
        ),
    ),
    catalog="pg_class",
    within=HOME,
    unit="x.oid",
)

ENABLED = "CASE {} WHEN 'O' THEN 'origin' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' ELSE 'always' END"
RULES = Section(
    name="rule",
    kind="'rule'",
    identity="quote_ident(x.rulename) || ' on ' || r.name",
    source="pg_rewrite x JOIN rel r ON r.oid = x.ev_class WHERE x.rulename <> '_RETURN' AND x.oid >= 16384",
    fields=(
        Field("definition", "pg_get_ruledef(x.oid)", Style.TEXT),
        Field("enabled", ENABLED.format("x.ev_enabled")),
    ),
    catalog="pg_rewrite",
    within=ON_TABLE,
    unit="r.oid",
)

TRIGGERS = Section(
    name="trigger",
    kind="'trigger'",
    identity="quote_ident(x.tgname) || ' on ' || r.name",
    source="pg_trigger x JOIN rel r ON r.oid = x.tgrelid LEFT JOIN pg_trigger p ON p.oid = x.tgparentid"
    # Copies on partitions were internal triggers up to 14, as those of foreign keys always are.
    " WHERE NOT x.tgisinternal OR x.tgparentid <> 0 AND NOT p.tgisinternal",
    fields=(
        Field("definition", "pg_get_triggerdef(x.oid)", Style.TEXT),
        Field("enabled", ENABLED.format("x.tgenabled")),
    ),
    catalog="pg_trigger",
    within=ON_TABLE,
    clones="CASE WHEN p.oid IS NOT NULL THEN"
    " ARRAY['pg_trigger ' || quote_ident(p.tgname) || ' on ' || p.tgrelid::regclass] END",
    unit="r.oid",
)

POLICIES = Section(
    name="policy",
    kind="'policy'",
    identity="quote_ident(x.polname) || ' on ' || r.name",
    source="pg_policy x JOIN rel r ON r.oid = x.polrelid",
    fields=(
        Field(
            "FOR",
            "CASE x.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'"
            " WHEN 'd' THEN 'DELETE' ELSE 'ALL' END",
        ),
        Field("AS", "CASE WHEN x.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END"),
        Field(
            "TO",
            "(SELECT array_agg(CASE o WHEN 0 THEN 'PUBLIC' ELSE o::regrole::text END"
            " ORDER BY o::regrole::text) FROM unnest(x.polroles) o)",
        ),
        Field("USING", "'(' || pg_get_expr(x.polqual, x.polrelid, true) || ')'"),
        Field("WITH CHECK", "'(' || pg_get_expr(x.polwithcheck, x.polrelid, true) || ')'"),
    ),
    catalog="pg_policy",
    within=ON_TABLE,
    unit="r.oid",
)

STATISTICS = Section(
    name="extended statistics",
    kind="'extended statistics'",
    identity="i.identity",
    source="pg_statistic_ext x JOIN rel r ON r.oid = x.stxrelid,"
    " pg_identify_object('pg_statistic_ext'::regclass, x.oid, 0) i"
    " WHERE " + listed("pg_statistic_ext"),
    fields=(
        Field("owner", "x.stxowner::regrole"),
        Field("definition", "pg_get_statisticsobjdef(x.oid)", Style.TEXT),
        Field("target", "nullif(x.stxstattarget, -1)"),
    ),
    catalog="pg_statistic_ext",
    within=ON_TABLE,
    unit="r.oid",
)

SECTIONS = (
    TABLES,
    COLUMNS,
    ORDERS,
    CONSTRAINTS,
    INDEXES,
    SEQUENCES,
    VIEWS,
    RULES,
    TRIGGERS,
    POLICIES,
    STATISTICS,
)
