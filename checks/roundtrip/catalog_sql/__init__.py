"""The catalog as one query: sections of system catalogs, put together for a server's major."""

from __future__ import annotations

import enum
from functools import cache

from checks.roundtrip.catalog_sql import facts, others, relations, types
from checks.roundtrip.catalog_sql.section import Field, Section, Style

__all__ = ["SECTIONS", "Field", "Part", "Section", "Style", "query"]

SECTIONS = {
    section.name: section
    for section in (*others.SECTIONS, *relations.SECTIONS, *types.SECTIONS, *facts.SECTIONS)
}

# Half of the work, as measured: the rest is mostly columns, and sections of which there seldom are any.
SECOND_HALF = frozenset({"column order", "constraint", "grants", "index", "rule", "sequence", "view"})

# What the sections read. Objects of the system have numbers below 16384 (FirstNormalObjectId).
_COMMON = """WITH
home AS MATERIALIZED (SELECT n.oid, quote_ident(n.nspname) AS name, n.nspowner FROM pg_namespace n
  WHERE n.nspname !~ '^pg_(temp|toast)'),
here AS MATERIALIZED (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()),
member AS MATERIALIZED (SELECT d.classid, d.objid FROM pg_depend d
  WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'),
ignored AS MATERIALIZED (SELECT 'pg_class'::regclass::oid AS class, c.oid AS id
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relname = $2 AND ($1 IS NULL OR n.nspname = $1)),
rel AS MATERIALIZED (SELECT c.*, c.oid::regclass::text AS name FROM pg_class c
  WHERE c.oid >= 16384 AND c.relnamespace <> 'pg_toast'::regnamespace AND c.relpersistence <> 't'
  AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid)
  AND NOT EXISTS (SELECT FROM ignored i WHERE i.id = c.oid)),
heir AS MATERIALIZED (SELECT inhrelid, array_agg(inhparent::regclass::text ORDER BY inhseqno) AS parents
  FROM pg_inherits GROUP BY inhrelid),
typ AS MATERIALIZED (SELECT t.* FROM pg_type t JOIN home n ON n.oid = t.typnamespace
  WHERE t.oid >= 16384 AND t.typtype IN ('b', 'd', 'e', 'r', 'p')
  AND NOT EXISTS (SELECT FROM pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid)
  AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid))
"""


class Part(enum.Enum):
    """A part of the catalog: two connections read the halves at the same time."""

    WHOLE = "whole"
    FIRST = "first"
    SECOND = "second"

    def holds(self, name: str) -> bool:
        """Tell whether a section is in it."""
        return self is Part.WHOLE or (name in SECOND_HALF) is (self is Part.SECOND)


@cache
def query(major: int, *, superuser: bool, part: Part = Part.WHOLE) -> str:
    """Write the query for the catalog.

    Args:
        major: The server's major version, 14 or later.
        superuser: Whether we are one: what only they may read is left out otherwise.
        part: Which part of it.

    Returns:
        A query with two parameters, the schema and the name of the table to ignore, or NULL; it gives one
        row a section, its name and its lines.
    """
    chosen = [
        section.query(major)
        for section in SECTIONS.values()
        if section.since <= major and (superuser or not section.superuser) and part.holds(section.name)
    ]
    return _COMMON + " UNION ALL ".join(chosen)
