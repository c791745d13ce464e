"""What changed since a moment before, as the catalogs' rows tell it: cheap to ask, and never too little.

A row that was written since then has a newer xmin, one that was deleted is missing from the count. What an
object's lines say depends on its own rows and on the names of others, and of a few kinds on more:

- What belongs to no relation is read again as a whole if any of its rows changed.
- A relation whose own rows changed is read again.
- So is one that reads such a relation: how a view, a rule or a policy is written down depends on the columns
  of what they read, and how a partition or an heir is, on its parents.
- So are all functions, if any relation is and one has a body that the server has parsed (BEGIN ATOMIC).
- If something that others may name was renamed, everything is read again. Of relations and their columns
  this is seen when they are read; of all else it is taken to be so when a row that was there is written
  again, or when a new one may change how the server writes others down.
"""

from __future__ import annotations

from functools import cache

# Numbers (oid) rise, so that a row with a new xmin and a number of before is one that was changed.
_FRESH = "age(x.xmin) <= (SELECT age FROM since)"
_FRESH_OF_FEW = "age(x.xmin) <= age($1)"  # one more part of a plan costs more than some calls
_OLD = "x.oid <= $2"
_USER = "x.oid >= 16384"
_IN_SYSTEM = " = 'pg_catalog'::regnamespace"
_SINCE = "since AS MATERIALIZED (SELECT age($1) AS age)"
_OPEN = "pg_snapshot_xmin(pg_current_snapshot())::xid::text"


# The rows of the catalogs, and which relation each belongs to.
_BELONGING = (
    ("pg_class", "x.oid", "x.oid >= 16384"),
    ("pg_attribute", "x.attrelid", "x.attrelid >= 16384 AND (x.attnum > 0 OR x.attacl IS NOT NULL)"),
    ("pg_attrdef", "x.adrelid", "true"),
    ("pg_constraint", "x.conrelid", "x.conrelid >= 16384"),
    ("pg_index", "x.indrelid", "x.indrelid >= 16384"),
    ("pg_trigger", "x.tgrelid", "true"),
    ("pg_trigger", "x.tgconstrrelid", "x.tgconstrrelid <> 0"),
    ("pg_policy", "x.polrelid", "true"),
    ("pg_rewrite", "x.ev_class", "x.ev_class >= 16384"),
    ("pg_statistic_ext", "x.stxrelid", "true"),
    ("pg_inherits", "x.inhrelid", "true"),
    ("pg_sequence", "x.seqrelid", "true"),
    ("pg_foreign_table", "x.ftrelid", "true"),
    # Who owns a sequence, and what belongs to an extension.
    (
        "pg_depend",
        "x.objid",
        "x.classid = 'pg_class'::regclass AND x.objid >= 16384 AND x.deptype IN ('a', 'i', 'e')",
    ),
)
_ROWS = " UNION ALL ".join(
    f"SELECT {relation}, {_FRESH} FROM {catalog} x WHERE {where}" for catalog, relation, where in _BELONGING
)
_OF_SUSPECTS = " UNION ALL ".join(
    f"SELECT {relation} FROM {catalog} x"
    f" WHERE {relation} = ANY (ARRAY(SELECT relation FROM member)) AND {where}"
    for catalog, relation, where in _BELONGING
)


# What others may name: where the rows of users begin, and which fresh ones change others' words.
_NAMED = (
    ("pg_namespace", "true", _OLD),
    ("pg_authid", "true", _OLD),
    ("pg_type", _USER, f"{_OLD} OR x.typnamespace {_IN_SYSTEM}"),
    ("pg_proc", _USER, f"{_OLD} OR x.pronamespace {_IN_SYSTEM}"),
    ("pg_operator", _USER, f"{_OLD} OR x.oprnamespace {_IN_SYSTEM}"),
    ("pg_opclass", _USER, "true"),  # a new default changes how indexes are written down
    ("pg_am", _USER, _OLD),
    ("pg_collation", _USER, _OLD),
    ("pg_enum", _USER, _OLD),
    ("pg_foreign_server", _USER, _OLD),
    ("pg_language", _USER, _OLD),
    ("pg_opfamily", _USER, _OLD),
    ("pg_tablespace", _USER, _OLD),
    ("pg_ts_config", _USER, _OLD),
    ("pg_ts_dict", _USER, _OLD),
)
_RENAMED = " OR ".join(
    f"EXISTS (SELECT FROM {catalog} x WHERE {least} AND {_FRESH_OF_FEW} AND ({where}))"
    for catalog, least, where in _NAMED
)
_LAST = ", ".join(f"(SELECT max(oid) FROM {catalog})" for catalog, _, _ in _NAMED)

# Parameters: the oldest transaction that was still open at the moment before, the highest number then, the
# rows of each relation then, and what the readers among them read, as JSON. Of an index all belongs to its
# table. The relations to be read again are left in ASKED, so that one question can hold both.
ASKED = "migseal.asked"
_READERS = """reader AS (
  SELECT key::oid AS unit FROM json_each({reads}) WHERE EXISTS (
    SELECT FROM json_array_elements_text(value) r JOIN change c ON c.unit = r.value::oid)),
asked AS MATERIALIZED (SELECT unit FROM change WHERE NOT gone UNION SELECT unit FROM reader)
SELECT 'probe', 0, json_build_object("""
_TOLD = f"""
  'open', {_OPEN},
  'last', (SELECT greatest({_LAST})::text),
  'renamed', {_RENAMED},
  'asked', (SELECT coalesce(json_agg(unit::bigint), '[]') FROM asked),
  'told', set_config('{ASKED}', ARRAY(SELECT unit FROM asked)::text, false),"""
RELATIONS_PROBE = f"""WITH {_SINCE},
row (relation, fresh) AS ({_ROWS}),
relation AS MATERIALIZED (
  SELECT relation, count(*) AS rows, bool_or(fresh) AS fresh FROM row GROUP BY relation),
unit AS MATERIALIZED (
  SELECT coalesce(i.indrelid, r.relation) AS unit, sum(rows)::int AS rows, bool_or(fresh) AS fresh
  FROM relation r LEFT JOIN pg_index i ON i.indexrelid = r.relation GROUP BY 1),
known AS MATERIALIZED (SELECT key::oid AS unit, value::int AS rows FROM json_each_text($3)),
change AS MATERIALIZED (
  SELECT coalesce(u.unit, k.unit) AS unit, u.unit IS NULL AS gone FROM unit u FULL JOIN known k USING (unit)
  WHERE u.fresh OR u.rows IS DISTINCT FROM k.rows),
{_READERS.format(reads="$4")}{_TOLD}
  'rows', (SELECT json_object_agg(unit, rows) FROM unit),
  'gone', (SELECT coalesce(json_agg(unit::bigint), '[]') FROM change WHERE gone))::text
"""

# The same for much less, where the relations that lost rows are known beforehand: those that have fresh rows
# and the suspects. If all other rows are as many as they were, none of them is gone, as none was added: it
# would be fresh. The parameters are the same, but the suspects instead of the rows, which are told as a
# total, and apart of those that are read again.
SUSPECTS_PROBE = f"""WITH {_SINCE},
row (relation, fresh) AS ({_ROWS}),
total AS MATERIALIZED (
  SELECT count(*) AS rows, array_agg(DISTINCT relation) FILTER (WHERE fresh) AS fresh FROM row),
suspect AS MATERIALIZED (
  SELECT DISTINCT coalesce(i.indrelid, s.relation) AS unit
  FROM unnest((SELECT fresh FROM total) || $3::oid[]) s (relation)
  LEFT JOIN pg_index i ON i.indexrelid = s.relation),
member AS MATERIALIZED (
  SELECT unit, unit AS relation FROM suspect
  UNION ALL SELECT s.unit, i.indexrelid FROM suspect s JOIN pg_index i ON i.indrelid = s.unit),
counted AS MATERIALIZED (
  SELECT m.unit, count(*) AS rows FROM ({_OF_SUSPECTS}) r (relation) JOIN member m USING (relation)
  GROUP BY 1),
change AS MATERIALIZED (SELECT unit, c.unit IS NULL AS gone FROM suspect LEFT JOIN counted c USING (unit)),
{_READERS.format(reads="$4")}{_TOLD}
  'total', (SELECT rows FROM total),
  'rows', (SELECT coalesce(json_object_agg(unit, rows), '{{}}') FROM counted),
  'gone', (SELECT coalesce(json_agg(unit::bigint), '[]') FROM change WHERE gone))::text
"""

_PUBLIC_TOO = (  # what initdb made and a user may say something of
    "SELECT oid FROM pg_namespace UNION ALL SELECT oid FROM pg_extension"
    " UNION ALL SELECT oid FROM pg_language"
)
# All but what belongs to relations.
_REST = (
    ("pg_aggregate", "x.aggfnoid >= 16384"),
    ("pg_am", _USER),
    ("pg_amop", _USER),
    ("pg_amproc", _USER),
    ("pg_auth_members", "true"),
    ("pg_authid", "true"),
    ("pg_cast", _USER),
    ("pg_collation", _USER),
    ("pg_constraint", "x.contypid <> 0"),
    ("pg_conversion", _USER),
    ("pg_database", "x.datname = current_database()"),
    ("pg_db_role_setting", "true"),
    ("pg_default_acl", "true"),
    ("pg_depend", "x.refclassid = 'pg_extension'::regclass"),
    ("pg_description", "x.objoid >= 16384"),
    ("pg_description", f"x.objoid = ANY (ARRAY({_PUBLIC_TOO}))"),
    ("pg_enum", "true"),
    ("pg_event_trigger", "true"),
    ("pg_extension", "true"),
    ("pg_foreign_data_wrapper", "true"),
    ("pg_foreign_server", "true"),
    ("pg_init_privs", "true"),
    ("pg_language", "true"),
    ("pg_namespace", "true"),
    ("pg_opclass", _USER),
    ("pg_operator", _USER),
    ("pg_opfamily", _USER),
    ("pg_parameter_acl", "true"),
    ("pg_proc", _USER),
    ("pg_publication", "true"),
    ("pg_publication_namespace", "true"),
    ("pg_publication_rel", "true"),
    ("pg_range", "x.rngtypid >= 16384"),
    ("pg_seclabel", "true"),
    ("pg_shdescription", "true"),
    ("pg_shseclabel", "true"),
    ("pg_subscription", "true"),
    ("pg_tablespace", "true"),
    ("pg_transform", "true"),
    ("pg_ts_config", _USER),
    ("pg_ts_config_map", "x.mapcfg >= 16384"),
    ("pg_ts_dict", _USER),
    ("pg_ts_parser", _USER),
    ("pg_ts_template", _USER),
    # Not what comes with each table: its row's type and the array of these.
    (
        "pg_type",
        f"{_USER} AND (x.typrelid = 0 AND x.typinput <> 'array_in'::regproc OR x.typacl IS NOT NULL)",
    ),
    ("pg_user_mapping", "true"),
)
# Of the system's own objects, which nobody drops, a user can change the privileges. These are many rows: they
# are not counted (NULL).
_SYSTEM = "SELECT NULL::bool FROM {0} x WHERE {1} < 16384 AND age(x.xmin) <= (SELECT age($1))"
_GRANTABLE = tuple(
    _SYSTEM.format(catalog, number)
    for catalog, number in (
        ("pg_attribute", "x.attrelid"),
        ("pg_class", "x.oid"),
        ("pg_proc", "x.oid"),
        ("pg_type", "x.oid"),
    )
)
_SINCE_15 = ("pg_parameter_acl", "pg_publication_namespace")


@cache
def rest_probe(major: int) -> str:
    """Write the query that tells whether anything changed that belongs to no relation.

    Args:
        major: The server's major version, 14 or later.

    Returns:
        A query with one parameter, the oldest transaction that was still open at the moment before.
    """
    counted = (
        f"SELECT {_FRESH_OF_FEW} FROM {catalog} x WHERE {where}"
        for catalog, where in _REST
        if major > 14 or catalog not in _SINCE_15  # noqa: PLR2004 - the major that has them not
    )
    rows = " UNION ALL ".join((*counted, *_GRANTABLE))
    return f"""WITH row (fresh) AS ({rows})
SELECT 'probe', 0, json_build_object(
  'open', {_OPEN},
  'rows', count(fresh),
  'fresh', coalesce(bool_or(coalesce(fresh, true)), false),
  'entangled', EXISTS (SELECT FROM pg_proc WHERE oid >= 16384 AND prosqlbody IS NOT NULL))::text FROM row
"""


# What a relation's rules and policies read: relations, types of their rows, functions that give such.
_READ = """SELECT CASE d.refclassid WHEN 'pg_class'::regclass THEN d.refobjid
  WHEN 'pg_type'::regclass THEN (SELECT t.typrelid FROM pg_type t WHERE t.oid = d.refobjid)
  WHEN 'pg_proc'::regclass THEN (SELECT t.typrelid FROM pg_type t
    WHERE t.oid = (SELECT p.prorettype FROM pg_proc p WHERE p.oid = d.refobjid)) END
FROM pg_depend d WHERE d.classid = '{0}'::regclass AND d.objid = ANY (ARRAY(
  SELECT x.oid FROM {0} x WHERE x.{1} = c.oid))"""
_READS = f"""ARRAY(SELECT r::bigint FROM ({_READ.format("pg_rewrite", "ev_class")}
  UNION {_READ.format("pg_policy", "polrelid")}
  UNION SELECT h.inhparent FROM pg_inherits h WHERE h.inhrelid = c.oid) q (r) WHERE r NOT IN (0, c.oid))"""

# What a relation and its columns are called by others: a difference in what was there before is a renaming.
NAMES = f"""SELECT 'names', c.oid, json_build_object('reads', {_READS}, 'names',
  jsonb_build_object('', c.oid::regclass) || coalesce((SELECT jsonb_object_agg(a.attnum, a.attname)
    FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '{{}}'))::text
FROM pg_class c WHERE c.oid >= 16384 AND c.relkind NOT IN ('i', 'I', 't') AND ASKED(c.oid)
"""
