"""What the catalogs know of tables, of those that they refer to, and of the types of their columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from checks.roundtrip.populate.shape import Column, Key, Reference, Rule, Shape, Type

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from psycopg import Connection

TABLES = """
WITH RECURSIVE asked AS (
  SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
    AND (c.oid = ANY (%(numbers)s) OR n.nspname || '.' || c.relname = ANY (%(names)s))
), family AS (
  SELECT oid FROM asked
  UNION
  SELECT x.oid FROM family f CROSS JOIN LATERAL (
    SELECT confrelid FROM pg_constraint WHERE conrelid = f.oid AND contype = 'f'
    UNION ALL
    SELECT i.inhrelid FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhrelid
    WHERE i.inhparent = f.oid AND p.relispartition
  ) x (oid)
)
SELECT json_build_object(
  'oid', c.oid::bigint, 'schema', n.nspname, 'name', c.relname, 'sort', c.relkind,
  'persistence', c.relpersistence, 'asked', c.oid IN (SELECT oid FROM asked),
  'extension', EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                       AND d.deptype = 'e'),
  'system', n.nspname = 'information_schema' OR n.nspname ~ '^pg_',
  'bounds', CASE WHEN c.relispartition THEN pg_get_partition_constraintdef(c.oid) END,
  'leaves', (SELECT array_agg(l.oid::bigint ORDER BY pg_get_expr(l.relpartbound, l.oid) = 'DEFAULT', l.oid)
             FROM pg_partition_tree(c.oid) t JOIN pg_class l ON l.oid = t.relid
             WHERE c.relkind = 'p' AND t.isleaf AND l.relkind = 'r'),
  'columns', (
    SELECT json_agg(json_build_object(
      'name', a.attname, 'number', a.attnum,
      'type', a.atttypid::bigint, 'modifier', a.atttypmod, 'required', a.attnotnull,
      'generated', a.attgenerated <> '', 'expression', pg_get_expr(d.adbin, d.adrelid),
      'numbered', (SELECT p.refobjid::regclass::text FROM pg_depend p JOIN pg_class s ON s.oid = p.refobjid
                   WHERE p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid
                     AND p.refclassid = 'pg_class'::regclass AND s.relkind = 'S' LIMIT 1),
      'identity', CASE WHEN a.attidentity <> '' OR c.relispartition THEN (
        SELECT p.objid::regclass::text
        FROM pg_depend p JOIN pg_attribute o ON o.attrelid = p.refobjid AND o.attnum = p.refobjsubid
        WHERE p.refclassid = 'pg_class'::regclass AND p.refobjid = coalesce(pg_partition_root(c.oid), c.oid)
          AND p.classid = 'pg_class'::regclass AND p.deptype = 'i' AND o.attname = a.attname) END
    ) ORDER BY a.attnum)
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'rules', (
    SELECT json_agg(json_build_array(k.conname, pg_get_expr(k.conbin, k.conrelid), (
      SELECT array_agg(a.attname) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey)
    )) ORDER BY k.conname)
    FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c'),
  'keys', (
    SELECT json_agg(json_build_object(
      'name', x.relname, 'primary', i.indisprimary,
      'nulls', coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false),
      'plain', i.indexprs IS NULL AND i.indpred IS NULL AND NOT i.indisexclusion,
      'expressions', pg_get_expr(i.indexprs, i.indrelid),
      'columns', (SELECT array_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
                  WHERE a.attrelid = c.oid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1]))
    ) ORDER BY i.indisprimary DESC, x.relname)
    FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
    WHERE i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion)),
  'references', (
    SELECT json_agg(json_build_object(
      'name', k.conname, 'parent', k.confrelid::bigint, 'full', k.confmatchtype = 'f',
      'columns', (SELECT array_agg(a.attname ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY u (num, n)
                  JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num),
      'targets', (SELECT array_agg(a.attname ORDER BY u.n) FROM unnest(k.confkey) WITH ORDINALITY u (num, n)
                  JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num)
    ) ORDER BY k.conname)
    FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f'
      AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.oid = k.conparentid AND p.conrelid = c.oid)),
  'running', (SELECT array_agg(e) FROM (
      SELECT tgenabled FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal
      UNION ALL SELECT ev_enabled FROM pg_rewrite WHERE ev_class = c.oid AND rulename <> '_RETURN') t (e))
)
FROM family JOIN pg_class c USING (oid) JOIN pg_namespace n ON n.oid = c.relnamespace
ORDER BY n.nspname, c.relname
"""
TYPES = """
WITH RECURSIVE used AS (
  SELECT unnest(%s::bigint[])::oid AS oid
  UNION
  SELECT x.oid FROM used u JOIN pg_type t ON t.oid = u.oid CROSS JOIN LATERAL (
    SELECT nullif(t.typbasetype, 0)
    UNION ALL SELECT nullif(t.typelem, 0)
    UNION ALL SELECT rngsubtype FROM pg_range WHERE rngtypid = t.oid
    UNION ALL SELECT rngtypid FROM pg_range WHERE rngmultitypid = t.oid
    UNION ALL SELECT a.atttypid FROM pg_attribute a
              WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
  ) x (oid) WHERE x.oid IS NOT NULL
)
SELECT json_build_object(
  'oid', t.oid::bigint, 'name', format_type(t.oid, -1), 'short', t.typname, 'sort', t.typtype,
  'builtin', t.oid < 16384, 'modifier', t.typtypmod, 'required', t.typnotnull, 'base', t.typbasetype::bigint,
  'array', t.typcategory = 'A' AND t.typlen = -1 AND t.typname NOT IN ('int2vector', 'oidvector')
           AND t.typelem <> 0,
  'element', t.typelem::bigint,
  'subtype', (SELECT rngsubtype::bigint FROM pg_range WHERE rngtypid = t.oid),
  'range', (SELECT rngtypid::bigint FROM pg_range WHERE rngmultitypid = t.oid),
  'labels', (SELECT array_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid),
  'checks', (SELECT array_agg(pg_get_constraintdef(oid)) FROM pg_constraint
             WHERE contypid = t.oid AND contype = 'c'),
  'fields', (SELECT json_agg(json_build_array(a.atttypid::bigint, a.atttypmod) ORDER BY a.attnum)
             FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)
)
FROM used JOIN pg_type t USING (oid)
"""
SKIPPED = {
    "f": "a foreign table's rows live on another server",
    "v": "a view has no rows of its own",
    "m": "a materialized view has no rows of its own",
}
ALWAYS = ("A", "R")  # the states of a trigger or rule that runs in a replica
NUMBERED = re.compile(r"(?:pg_catalog\.)?nextval\('[^']*'(?:::[\w.]+)?\)(?:::\w+)?")


def read(
    connection: Connection[Any], tables: Collection[str | int]
) -> tuple[dict[int, Shape], frozenset[int]]:
    """Read tables and all that they refer to.

    Args:
        connection: With an empty `search_path`.
        tables: Their names ("schema.table", nothing quoted) or numbers (oid).

    Returns:
        All of them by their numbers, and the numbers of those that were asked for.
    """
    names = [table for table in tables if isinstance(table, str)]
    numbers = [table for table in tables if not isinstance(table, str)]
    found = [told for (told,) in connection.execute(TABLES, {"names": names, "numbers": numbers})]
    used = {column["type"] for told in found for column in told["columns"] or ()}
    types = _types(connection, used)
    shapes = {told["oid"]: _shape(told, types) for told in found}
    return shapes, frozenset(told["oid"] for told in found if told["asked"])


def _types(connection: Connection[Any], used: Collection[int]) -> Mapping[int, Type]:
    told = {each["oid"]: each for (each,) in connection.execute(TYPES, (list(used),))}
    made: dict[int, Type] = {}

    def make(oid: int) -> Type:
        if oid not in made:
            made[oid] = _type(told[oid], make)
        return made[oid]

    return {oid: make(oid) for oid in told}


def _type(told: Mapping[str, Any], make: Any) -> Type:  # noqa: ANN401 -- a function that calls this one
    inner = told["base"] or told["subtype"] or told["range"] or (told["element"] if told["array"] else 0)
    return Type(
        name=told["name"],
        short=told["short"],
        sort=told["sort"],
        builtin=told["builtin"],
        modifier=told["modifier"],
        required=told["required"],
        labels=tuple(told["labels"] or ()),
        checks=tuple(told["checks"] or ()),
        inner=make(inner) if inner else None,
        array=told["array"],
        fields=tuple((make(oid), modifier) for oid, modifier in told["fields"] or ()),
    )


def _shape(told: Mapping[str, Any], types: Mapping[int, Type]) -> Shape:
    columns = tuple(_column(each, types) for each in told["columns"] or ())
    running = told["running"] or ()
    return Shape(
        oid=told["oid"],
        schema=told["schema"],
        name=told["name"],
        sort=told["sort"],
        columns=columns,
        rules=tuple(_rules(told, columns)),
        keys=tuple(_key(each, columns) for each in told["keys"] or ()),
        references=tuple(_reference(each) for each in told["references"] or ()),
        leaves=tuple(told["leaves"] or ()),
        skipped=_skipped(told),
        fires=any(state in ALWAYS for state in running),
        triggers=any(state != "D" for state in running),
    )


def _skipped(told: Mapping[str, Any]) -> str:
    if told["extension"]:
        return "it belongs to an extension"
    if told["system"]:
        return "it belongs to the server"
    if told["persistence"] == "t":
        return "it is a temporary table of another session"
    if told["sort"] == "p" and not told["leaves"]:
        return "a partitioned table without partitions can have no rows"
    return SKIPPED.get(told["sort"], "")


def _column(told: Mapping[str, Any], types: Mapping[int, Type]) -> Column:
    expression = told["expression"] or ""
    plain = NUMBERED.fullmatch(expression)
    return Column(
        name=told["name"],
        type=types[told["type"]],
        modifier=told["modifier"],
        required=told["required"],
        default="" if told["generated"] else expression,
        generated=expression if told["generated"] else "",
        sequence=told["identity"] or (told["numbered"] if plain else "") or "",
        number=told["number"],
    )


def _rules(told: Mapping[str, Any], columns: Iterable[Column]) -> Iterator[Rule]:
    for name, expression, read_columns in told["rules"] or ():
        yield Rule(name, expression, tuple(read_columns or ()))
    if told["bounds"]:
        yield Rule("its partition's bounds", told["bounds"], named(told["bounds"], columns))


def _key(told: Mapping[str, Any], columns: tuple[Column, ...]) -> Key:
    own = tuple(told["columns"] or ())
    generated = [column for column in columns if column.generated and column.name in own]
    texts = [told["expressions"] or "", *(column.generated for column in generated)]
    more = (name for text in texts for name in named(text, columns))
    kept = tuple(name for name in own if name not in {column.name for column in generated})
    return Key(
        name=told["name"],
        columns=tuple(dict.fromkeys((*kept, *more))),
        primary=told["primary"],
        plain=told["plain"] and not generated,
        nulls=told["nulls"],
    )


def _reference(told: Mapping[str, Any]) -> Reference:
    return Reference(
        told["name"], tuple(told["columns"]), told["parent"], tuple(told["targets"]), full=told["full"]
    )


def named(expression: str, columns: Iterable[Column]) -> tuple[str, ...]:
    """Give the columns whose names stand in an expression."""
    words = set(re.findall(r'"((?:[^"]|"")+)"|([\w$]+)', re.sub(r"'(?:[^']|'')*'", "''", expression)))
    found = {quoted.replace('""', '"') or plain for quoted, plain in words}
    return tuple(column.name for column in columns if column.name in found)
