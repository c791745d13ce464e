"""The catalog as two queries, of relations and of the rest, and two that tell if anything changed there."""

from __future__ import annotations

import re
from functools import cache

from checks.roundtrip.catalog_sql import facts, others, types
from checks.roundtrip.catalog_sql import relations as tables
from checks.roundtrip.catalog_sql.probe import ASKED, NAMES, RELATIONS_PROBE, SUSPECTS_PROBE, rest_probe
from checks.roundtrip.catalog_sql.section import Field, Section, Style
from checks.roundtrip.witness_sql import OURS

__all__ = [
    "ASKED",
    "RELATIONS_PROBE",
    "SECTIONS",
    "SUSPECTS_PROBE",
    "Field",
    "Section",
    "Style",
    "relations",
    "rest",
    "rest_probe",
]

SECTIONS = {
    section.name: section
    for section in (*others.SECTIONS, *tables.SECTIONS, *types.SECTIONS, *facts.SECTIONS)
}

# What the sections read. Objects of the system have numbers below 16384 (FirstNormalObjectId).
_COMMON = f"""WITH
home AS MATERIALIZED (SELECT n.oid, quote_ident(n.nspname) AS name, n.nspowner FROM pg_namespace n
  WHERE n.nspname !~ '^pg_(temp|toast)'),
here AS MATERIALIZED (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()),
member AS MATERIALIZED (SELECT d.classid, d.objid FROM pg_depend d
  WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'),
ignored AS MATERIALIZED (SELECT 'pg_class'::regclass::oid AS class, c.oid AS id
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relname = $2 AND ($1 IS NULL OR n.nspname = $1)
  UNION ALL SELECT 'pg_proc'::regclass, x.oid FROM pg_proc x WHERE {OURS}),
rel AS MATERIALIZED (SELECT c.*, c.oid::regclass::text AS name FROM pg_class c
  WHERE c.oid >= 16384 AND c.relkind NOT IN ('i', 'I', 't') AND c.relpersistence <> 't'
  AND ASKED(c.oid)
  AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid)
  AND NOT EXISTS (SELECT FROM ignored i WHERE i.class = 'pg_class'::regclass AND i.id = c.oid)),
heir AS MATERIALIZED (SELECT inhrelid, array_agg(inhparent::regclass::text ORDER BY inhseqno) AS parents
  FROM pg_inherits GROUP BY inhrelid),
typ AS MATERIALIZED (SELECT t.* FROM pg_type t JOIN home n ON n.oid = t.typnamespace
  WHERE t.oid >= 16384 AND t.typtype IN ('b', 'd', 'e', 'r', 'p')
  AND NOT EXISTS (SELECT FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid)
  AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid))
"""
_UNION = " UNION ALL "
_ASKED = re.compile(r"ASKED\((.+?)\)")


@cache
def relations(major: int) -> str:
    """Write the query for all that belongs to some relations.

    Args:
        major: The server's major version, 14 or later.

    Returns:
        A query with three parameters: the schema and the name of the table to ignore, or NULL, and the
        numbers (oid) of the relations. It gives a section's name, a relation's number and lines; and under
        "names" what others may call the relation and its columns, and what it reads.
    """
    chosen = [s.query(major) for s in SECTIONS.values() if s.unit and s.since <= major]
    return _ASKED.sub(r"\1 = ANY ($3)", _COMMON + _UNION.join((*chosen, NAMES)))


@cache
def rest(major: int, *, superuser: bool) -> str:
    """Write the query for all that does not belong to a relation, with the first two parameters.

    Args:
        major: The server's major version, 14 or later.
        superuser: Whether we are one: what only they may read is left out otherwise.
    """
    chosen = [
        section.query(major)
        for section in SECTIONS.values()
        if not section.unit and section.since <= major and (superuser or not section.superuser)
    ]
    return _ASKED.sub("true", _COMMON + _UNION.join(chosen))
