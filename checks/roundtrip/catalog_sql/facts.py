"""What can be said of any object: comments, security labels, grants, dependence on an extension."""

from __future__ import annotations

from dataclasses import replace

from checks.roundtrip.catalog_sql.section import Field, Section, Style

# The address of an object (class, number, column) as the name and the key that its own section gives it.
# Functions are named with their argument types as people write them, not with pg_catalog before each.
_KEY = "CASE WHEN o.sub <> 0 THEN 'pg_attribute' ELSE o.class::regclass::text END || ' ' || {name}"
_NAME = (
    "CASE o.class WHEN 'pg_proc'::regclass THEN o.id::regprocedure::text"
    " WHEN 'pg_transform'::regclass THEN replace(i.identity, ' on language ', ' language ')"
    " WHEN 'pg_database'::regclass THEN 'current' ELSE i.identity END"
)
_TABLE = (
    "CASE WHEN o.sub <> 0 THEN CASE i.type WHEN 'composite type column' THEN 'pg_type ' ELSE 'pg_class ' END"
    " || (pg_identify_object(o.class, o.id, 0)).identity END"
)
_OURS = (
    "NOT EXISTS (SELECT FROM member WHERE member.classid = o.class AND member.objid = o.id)"
    " AND NOT EXISTS (SELECT FROM ignored WHERE ignored.class = o.class AND ignored.id = o.id)"
    " AND coalesce(i.schema !~ '^pg_(temp|toast)', true)"
)


def _fact(name: str, objects: str, *fields: Field, where: str = "true", identity: str = "") -> Section:
    """Make a section of what is said of objects.

    Args:
        name: The section and the kind.
        objects: A query for `o`: class, id, sub and what is said.
        fields: What is said, in terms of `o`.
        where: What else must hold.
        identity: What stands behind the object's name, for what can be said more than once.

    Returns:
        A section whose rows are named as the object and go away with it.
    """
    word = Field("object", "i.type", Style.QUIET)
    subject = Field("subject", _NAME, Style.QUIET)
    return Section(
        name=name,
        kind=f"'{name}'",
        identity=_KEY.format(name=_NAME) + identity,
        source=f"({objects}) o, pg_identify_object(o.class, o.id, o.sub) i WHERE {where}",
        fields=(*fields, word, subject),
        within=f"ARRAY[{_KEY.format(name=_NAME)}, {_TABLE}]",
    )


COMMENTS = _fact(
    "comment",
    # Of what initdb made only public, the extensions and the languages can be the user's.
    "SELECT classoid AS class, objoid AS id, objsubid AS sub, description FROM pg_description"
    " WHERE (objoid >= 16384 OR objoid = ANY (ARRAY(SELECT oid FROM home WHERE name = 'public'"
    " UNION ALL SELECT oid FROM pg_extension UNION ALL SELECT oid FROM pg_language)))"
    " AND classoid <> 'pg_largeobject'::regclass"
    " UNION ALL SELECT classoid, objoid, 0, description FROM pg_shdescription"
    " WHERE classoid <> 'pg_database'::regclass AND objoid >= 16384 OR objoid = (SELECT oid FROM here)",
    Field("comment", "quote_literal(o.description)"),
    where=_OURS,
)
LABELS = _fact(
    "security label",
    "SELECT classoid AS class, objoid AS id, objsubid AS sub, provider, label FROM pg_seclabel"
    " WHERE classoid <> 'pg_largeobject'::regclass"
    " UNION ALL SELECT classoid, objoid, 0, provider, label FROM pg_shseclabel"
    " WHERE classoid <> 'pg_database'::regclass OR objoid = (SELECT oid FROM here)",
    Field("security label", "quote_literal(o.label)"),
    where=_OURS,
    identity=" || ' by ' || o.provider",
)
DEPENDENCES = _fact(
    "extension dependence",
    "SELECT d.classid AS class, d.objid AS id, 0 AS sub, array_agg(quote_ident(e.extname) ORDER BY e.extname)"
    " AS names FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid"
    " WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'x' GROUP BY 1, 2",
    Field("depends on extension", "o.names", Style.ORDER),
)

_PRIVILEGE = (
    "CASE {a}.grantee WHEN 0 THEN 'PUBLIC' ELSE {a}.grantee::regrole::text END || ' ' || {a}.privilege_type"
    " || CASE WHEN {a}.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END"
    " || CASE {a}.grantor WHEN o.owner THEN '' ELSE ' GRANTED BY ' || {a}.grantor::regrole END"
)
_ITEM = _PRIVILEGE.format(a="a")


def _without(sign: str, these: str, those: str) -> str:
    """Write the privileges that one list has and another has not, each behind a sign."""
    one, other = (f"SELECT {_ITEM} FROM aclexplode({acls}) a" for acls in (these, those))
    return f"SELECT '{sign}' || p FROM ({one} EXCEPT {other}) q(p)"


# Told against what the object is born with: no list at all and an equal explicit one are the same.
_SIGNED = " UNION ALL ".join((_without("+", "o.acl", "o.born"), _without("-", "o.born", "o.acl")))
_PRIVILEGES = f"(SELECT array_agg(s ORDER BY s) FROM ({_SIGNED}) u(s))"


def _acls(catalog: str, acl: str, letter: str, owner: str, where: str = "true") -> str:
    """Write the query for one catalog's explicit privileges."""
    known = f"'{catalog}'::regclass::oid AS class, oid AS id, 0 AS sub, {acl} AS acl"
    born = f"acldefault({letter}, {owner}) AS usual, {owner} AS owner"
    return f"SELECT {known}, {born} FROM {catalog} WHERE {acl} IS NOT NULL AND {where}"


def _grants(name: str, held: str) -> Section:
    """Make a section of the privileges in which objects differ from what they are born with."""
    return _fact(
        name,
        f"SELECT h.*, coalesce(p.initprivs, h.usual) AS born FROM ({held}) h LEFT JOIN pg_init_privs p"
        " ON p.classoid = h.class AND p.objoid = h.id AND p.objsubid = h.sub"
        " WHERE h.acl IS DISTINCT FROM coalesce(p.initprivs, h.usual)",
        Field("grants", _PRIVILEGES, Style.GRANTS),
        where="NOT EXISTS (SELECT FROM ignored WHERE ignored.class = o.class AND ignored.id = o.id)"
        " AND coalesce(i.schema !~ '^pg_(temp|toast)', true)",
    )


_KIND = "CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\""
_COLUMNS = (
    "SELECT 'pg_class'::regclass, a.attrelid, a.attnum, a.attacl, NULL, c.relowner FROM pg_attribute a"
    " JOIN pg_class c ON c.oid = a.attrelid WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND "
)
_ASKED = "{0} >= 16384 AND ASKED({0})"
RELATION_GRANTS = replace(
    _grants(
        "grants",
        " UNION ALL ".join(
            (
                _acls("pg_class", "relacl", _KIND, "relowner", _ASKED.format("oid")),
                _COLUMNS + _ASKED.format("a.attrelid"),
            )
        ),
    ),
    unit="o.id",
)
_HELD = " UNION ALL ".join(
    (
        # initdb grants on information_schema without a record of it, so that what is born there cannot be
        # told.
        _acls(
            "pg_class",
            "relacl",
            _KIND,
            "relowner",
            "oid < 16384 AND relnamespace = 'pg_catalog'::regnamespace",
        ),
        _COLUMNS + "a.attrelid < 16384",
        _acls("pg_proc", "proacl", "'f'", "proowner"),
        _acls("pg_type", "typacl", "'T'", "typowner"),
        _acls("pg_namespace", "nspacl", "'n'", "nspowner"),
        _acls("pg_language", "lanacl", "'l'", "lanowner"),
        _acls("pg_foreign_data_wrapper", "fdwacl", "'F'", "fdwowner"),
        _acls("pg_foreign_server", "srvacl", "'S'", "srvowner"),
        _acls("pg_database", "datacl", "'d'", "datdba", "datname = current_database()"),
        _acls("pg_tablespace", "spcacl", "'t'", "spcowner"),
    )
)
GRANTS = replace(_grants("grants", _HELD), name="other grants")
DEFAULT_PRIVILEGES = Section(
    name="default privileges",
    kind="'default privileges'",
    identity="concat_ws(' ', 'for role', o.owner::regrole,"
    " 'in schema ' || nullif(o.defaclnamespace, 0)::regnamespace, 'on', CASE o.defaclobjtype"
    " WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types'"
    " WHEN 'n' THEN 'schemas' ELSE 'large objects' END)",
    source="(SELECT d.*, d.defaclrole AS owner, d.defaclacl AS acl, CASE d.defaclnamespace WHEN 0 THEN"
    " acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END, d.defaclrole)"
    " END AS born FROM pg_default_acl d) o",
    fields=(Field("grants", _PRIVILEGES, Style.GRANTS),),
    catalog="pg_default_acl",
    within="ARRAY['pg_authid ' || o.owner::regrole, 'pg_namespace ' ||"
    " nullif(o.defaclnamespace, 0)::regnamespace]",
)
PARAMETERS = Section(
    name="parameter privileges",
    kind="'parameter privileges'",
    identity="o.parname",
    source="(SELECT parname, paracl AS acl, acldefault('p', 10) AS born, 10::oid AS owner"
    " FROM pg_parameter_acl) o",
    fields=(Field("grants", _PRIVILEGES, Style.GRANTS),),
    catalog="pg_parameter_acl",
    since=15,
)

SECTIONS = (COMMENTS, LABELS, DEPENDENCES, RELATION_GRANTS, GRANTS, DEFAULT_PRIVILEGES, PARAMETERS)
