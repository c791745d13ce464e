"""Types, functions, operators and what else is made with code: casts, collations, text search."""

from __future__ import annotations

from dataclasses import replace

from checks.roundtrip.catalog_sql.section import Field, Section, Style, listed, simple

HOME = "'pg_namespace ' || x.typnamespace::regnamespace"
OWNER = Field("owner", "x.typowner::regrole")
COLLATION = Field(
    "collation", "CASE WHEN x.typcollation <> b.typcollation THEN x.typcollation::regcollation END"
)
DOMAIN_NAME = "'pg_type ' || x.contypid::regtype"


def typed(name: str, letter: str, *fields: Field, joins: str = "") -> Section:
    """Make a section of the types of one sort (`typtype`), `x` in the fields' expressions."""
    return Section(
        name=name,
        kind=f"'{name}'",
        identity="x.oid::regtype",
        source=f"typ x {joins} WHERE x.typtype = '{letter}'",
        fields=(OWNER, *fields),
        catalog="pg_type",
        within=HOME,
    )


ENUMS = typed(
    "enum type",
    "e",
    Field("labels", "l.labels", Style.ORDER),
    joins="LEFT JOIN (SELECT enumtypid, array_agg(enumlabel ORDER BY enumsortorder) AS labels"
    " FROM pg_enum GROUP BY 1) l ON l.enumtypid = x.oid",
)
DOMAINS = typed(
    "domain",
    "d",
    Field("type", "format_type(x.typbasetype, x.typtypmod)"),
    COLLATION,
    Field("not null", "CASE WHEN x.typnotnull THEN 'not null' ELSE 'nullable' END", Style.WORDS),
    Field("default", "x.typdefault"),
    joins="JOIN pg_type b ON b.oid = x.typbasetype",
)
DOMAIN_CONSTRAINTS = Section(
    name="domain constraint",
    kind="'domain constraint'",
    identity="quote_ident(x.conname) || ' on ' || x.contypid::regtype",
    source="pg_constraint x JOIN typ t ON t.oid = x.contypid WHERE x.contype = 'c'",
    fields=(Field("definition", "pg_get_constraintdef(x.oid)", Style.WORDS),),
    catalog="pg_constraint",
    within=DOMAIN_NAME,
)
COMPOSITES = Section(
    name="composite type",
    kind="'composite type'",
    identity="r.name",
    source="rel r JOIN pg_type x ON x.typrelid = r.oid WHERE r.relkind = 'c' AND " + listed("pg_type"),
    fields=(
        OWNER,
        Field(
            "attributes",
            "(SELECT array_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),"
            " CASE WHEN a.attcollation <> t.typcollation THEN 'COLLATE ' || a.attcollation::regcollation END)"
            " ORDER BY a.attnum) FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
            " WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped)",
            Style.ORDER,
        ),
    ),
    catalog="pg_type",
    within=HOME,
    unit="r.oid",
)
RANGES = typed(
    "range type",
    "r",
    Field("subtype", "g.rngsubtype::regtype"),
    Field("operator class", "o.opcname"),
    Field("collation", "nullif(g.rngcollation, 0)::regcollation"),
    Field("canonical", "nullif(g.rngcanonical::oid, 0)::regprocedure"),
    Field("difference", "nullif(g.rngsubdiff::oid, 0)::regprocedure"),
    Field("multirange", "g.rngmultitypid::regtype"),
    joins="JOIN pg_range g ON g.rngtypid = x.oid JOIN pg_opclass o ON o.oid = g.rngsubopc",
)
BASES = typed(
    "base type",
    "b",
    *(
        Field(label, f"x.{column}")
        for label, column in {
            "length": "typlen",
            "by value": "typbyval",
            "alignment": "typalign",
            "storage": "typstorage",
            "input": "typinput",
            "output": "typoutput",
            "receive": "typreceive",
            "send": "typsend",
            "modifier input": "typmodin",
            "modifier output": "typmodout",
            "analyze": "typanalyze",
            "subscript": "typsubscript",
            "category": "typcategory",
            "preferred": "typispreferred",
            "delimiter": "typdelim",
            "default": "typdefault",
        }.items()
    ),
    Field("element", "CASE WHEN x.typelem <> 0 THEN x.typelem::regtype END"),
    Field("collatable", "x.typcollation <> 0", Style.FLAG),
)
SHELLS = typed("shell type", "p")

# Those of a range type belong to it.
CONSTRUCTORS = "SELECT objid FROM pg_depend WHERE classid = 'pg_proc'::regclass AND deptype = 'i'"
ROUTINES = Section(
    name="routine",
    kind="CASE x.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END",
    identity="x.oid::regprocedure",
    source="pg_proc x JOIN home n ON n.oid = x.pronamespace"
    " LEFT JOIN pg_aggregate a ON a.aggfnoid = x.oid"
    f" LEFT JOIN ({CONSTRUCTORS}) d ON d.objid = x.oid WHERE d.objid IS NULL AND {listed('pg_proc')}"
    " AND NOT EXISTS (SELECT FROM ignored i WHERE i.class = 'pg_proc'::regclass AND i.id = x.oid)",
    fields=(
        Field("owner", "x.proowner::regrole"),
        Field("definition", "CASE WHEN x.prokind <> 'a' THEN pg_get_functiondef(x.oid) END", Style.TEXT),
        Field(
            "parts",
            "CASE WHEN x.prokind = 'a' THEN (to_jsonb(a) - 'aggfnoid' - 'aggsortop' - 'aggtranstype'"
            " - 'aggmtranstype') || jsonb_build_object('aggtranstype', a.aggtranstype::regtype,"
            " 'aggmtranstype', a.aggmtranstype::regtype, 'aggsortop', a.aggsortop::regoperator,"
            " 'result', x.prorettype::regtype, 'parallel', x.proparallel,"
            " 'arguments', pg_get_function_arguments(x.oid)) END",
            Style.PARTS,
        ),
    ),
    catalog="pg_proc",
    within="'pg_namespace ' || n.name",
)

OPERATORS = simple(
    "operator",
    "pg_operator",
    Field("owner", "x.oprowner::regrole"),
    Field("function", "x.oprcode::regprocedure"),
    Field("commutator", "nullif(x.oprcom, 0)::regoperator"),
    Field("negator", "nullif(x.oprnegate, 0)::regoperator"),
    Field("restrict", "nullif(x.oprrest::oid, 0)::regprocedure"),
    Field("join", "nullif(x.oprjoin::oid, 0)::regprocedure"),
    Field("merges", "x.oprcanmerge", Style.FLAG),
    Field("hashes", "x.oprcanhash", Style.FLAG),
)


def _members(label: str, catalog: str, text: str, prefix: str, owner: str) -> Field:
    """Tell the operators or functions that an operator class or a family holds itself."""
    links = (
        f"pg_depend d ON d.classid = '{catalog}'::regclass AND d.objid = m.oid"
        " AND d.refclassid = 'pg_opclass'::regclass AND d.deptype = 'i'"
    )
    mine = {
        "class": f"m.{prefix}family = x.opcfamily AND d.refobjid = x.oid",
        "family": f"m.{prefix}family = x.oid AND d.refobjid IS NULL",
    }[owner]
    words = " ".join(
        ("SELECT", f"array_agg({text} ORDER BY {text})", f"FROM {catalog} m LEFT JOIN {links}", "WHERE", mine)
    )
    return Field(label, f"({words})", Style.ORDER)


OPERATOR_TEXT = (
    "concat_ws(' ', m.amopstrategy, m.amopopr::regoperator, 'for order by ' || (SELECT f.opfname"
    " FROM pg_opfamily f WHERE f.oid = m.amopsortfamily))"
)
FUNCTION_TEXT = (
    "concat_ws(' ', m.amprocnum, m.amproclefttype::regtype, m.amprocrighttype::regtype,"
    " m.amproc::regprocedure)"
)
CLASSES = Section(
    name="operator class",
    kind="'operator class'",
    identity="i.identity",
    source="pg_opclass x JOIN home n ON n.oid = x.opcnamespace JOIN pg_opfamily f ON f.oid = x.opcfamily,"
    " pg_identify_object('pg_opclass'::regclass, x.oid, 0) i,"
    " pg_identify_object('pg_opfamily'::regclass, f.oid, 0) j WHERE " + listed("pg_opclass"),
    fields=(
        Field("owner", "x.opcowner::regrole"),
        Field("family", "j.identity"),
        Field("type", "x.opcintype::regtype"),
        Field("default", "x.opcdefault", Style.FLAG),
        Field("key type", "nullif(x.opckeytype, 0)::regtype"),
        _members("operators", "pg_amop", OPERATOR_TEXT, "amop", "class"),
        _members("functions", "pg_amproc", FUNCTION_TEXT, "amproc", "class"),
    ),
    catalog="pg_opclass",
    within="'pg_opfamily ' || j.identity",
)
FAMILIES = simple(
    "operator family",
    "pg_opfamily",
    Field("owner", "x.opfowner::regrole"),
    _members("operators", "pg_amop", OPERATOR_TEXT, "amop", "family"),
    _members("functions", "pg_amproc", FUNCTION_TEXT, "amproc", "family"),
)
CASTS = simple(
    "cast",
    "pg_cast",
    Field("function", "nullif(x.castfunc, 0)::regprocedure"),
    Field(
        "context",
        "CASE x.castcontext WHEN 'e' THEN 'explicit' WHEN 'a' THEN 'assignment' ELSE 'implicit' END",
    ),
    Field(
        "method",
        "CASE x.castmethod WHEN 'f' THEN 'function' WHEN 'i' THEN 'inout' ELSE 'binary' END",
    ),
    # The cast of a range type to its multirange belongs to it.
    where="NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = x.oid"
    " AND d.deptype = 'i')",
)
TRANSFORMS = replace(
    simple(
        "transform",
        "pg_transform",
        Field("from SQL", "nullif(x.trffromsql::oid, 0)::regprocedure"),
        Field("to SQL", "nullif(x.trftosql::oid, 0)::regprocedure"),
    ),
    # Up to 17 the server says "for x on language y", which is not what statements say.
    identity="replace(i.identity, ' on language ', ' language ')",
)
COLLATIONS = simple(
    "collation",
    "pg_collation",
    Field("owner", "x.collowner::regrole"),
    Field(
        "provider",
        "CASE x.collprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' END",
    ),
    Field("deterministic", "x.collisdeterministic", Style.FLAG),
    Field("encoding", "nullif(x.collencoding, -1)"),
    Field("collate", "x.collcollate"),
    Field("ctype", "x.collctype"),
    Field("locale", "x.colliculocale", since=15, until=16),
    Field("locale", "x.colllocale", since=17),
    Field("rules", "x.collicurules", since=16),
)
CONVERSIONS = simple(
    "conversion",
    "pg_conversion",
    Field("owner", "x.conowner::regrole"),
    Field("from", "pg_encoding_to_char(x.conforencoding)"),
    Field("to", "pg_encoding_to_char(x.contoencoding)"),
    Field("function", "x.conproc::regproc"),
    Field("default", "x.condefault", Style.FLAG),
)
PARSERS = simple(
    "text search parser",
    "pg_ts_parser",
    *(
        Field(label, f"x.{column}::regproc")
        for label, column in {
            "start": "prsstart",
            "token": "prstoken",
            "end": "prsend",
            "headline": "prsheadline",
            "types": "prslextype",
        }.items()
    ),
)
TEMPLATES = simple(
    "text search template",
    "pg_ts_template",
    Field("init", "x.tmplinit::regproc"),
    Field("lexize", "x.tmpllexize::regproc"),
)
DICTIONARIES = simple(
    "text search dictionary",
    "pg_ts_dict",
    Field("owner", "x.dictowner::regrole"),
    Field(
        "template",
        "(SELECT t.tmplnamespace::regnamespace || '.' || quote_ident(t.tmplname)"
        " FROM pg_ts_template t WHERE t.oid = x.dicttemplate)",
    ),
    Field("options", "x.dictinitoption"),
)
CONFIGURATIONS = simple(
    "text search configuration",
    "pg_ts_config",
    Field("owner", "x.cfgowner::regrole"),
    Field(
        "parser",
        "(SELECT p.prsnamespace::regnamespace || '.' || quote_ident(p.prsname)"
        " FROM pg_ts_parser p WHERE p.oid = x.cfgparser)",
    ),
    Field(
        "mappings",
        "(SELECT array_agg(t.alias || ' ' || m.mapseqno || ' ' || m.mapdict::regdictionary"
        " ORDER BY t.tokid, m.mapseqno) FROM pg_ts_config_map m"
        " JOIN ts_token_type(x.cfgparser) t ON t.tokid = m.maptokentype WHERE m.mapcfg = x.oid)",
        Style.ORDER,
    ),
)

SECTIONS = (
    ENUMS,
    DOMAINS,
    DOMAIN_CONSTRAINTS,
    COMPOSITES,
    RANGES,
    BASES,
    SHELLS,
    ROUTINES,
    OPERATORS,
    CLASSES,
    FAMILIES,
    CASTS,
    TRANSFORMS,
    COLLATIONS,
    CONVERSIONS,
    PARSERS,
    TEMPLATES,
    DICTIONARIES,
    CONFIGURATIONS,
)
