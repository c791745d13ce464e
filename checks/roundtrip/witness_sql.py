"""What lets a throwaway database tell what is done to it.

Each function sends notifications, which the server delivers when the transaction is committed and to no one
if it is not: nothing is written, so that there is no table of ours that a migration could come across. The
functions stand in `pg_catalog`, which whoever goes through all schemas leaves out.
"""

from __future__ import annotations

from checks.witness import MODES

CHANNEL = "migseal"
LOOK = "SELECT pg_catalog.migseal_look()"
SUPERUSER = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
_NAME = "quote_ident(n.nspname) || '.' || quote_ident(c.relname)"
TABLES = f"""SELECT c.oid, {_NAME}
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'm', 'f') AND c.relpersistence <> 't'"""
EVENTS = ("ddl_command_end", "sql_drop", "table_rewrite")

_LONGEST = 1500  # characters: a notification has less than 8000 bytes, and a character up to four
_GROUP = 12  # tables in a notification, for the same reason
_HEAD = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
_TRANSACTION = "pg_current_xact_id()::text"
_IN_FORCE = ("current_setting('lock_timeout')", "current_setting('statement_timeout')")
# The table that an object of another catalog belongs to.
_TABLE = """CASE o.classid
  WHEN 'pg_class'::regclass THEN
    coalesce((SELECT indrelid FROM pg_index WHERE indexrelid = o.objid), o.objid)
  WHEN 'pg_constraint'::regclass THEN (SELECT conrelid FROM pg_constraint WHERE oid = o.objid)
  WHEN 'pg_trigger'::regclass THEN (SELECT tgrelid FROM pg_trigger WHERE oid = o.objid)
  WHEN 'pg_policy'::regclass THEN (SELECT polrelid FROM pg_policy WHERE oid = o.objid)
  WHEN 'pg_rewrite'::regclass THEN (SELECT ev_class FROM pg_rewrite WHERE oid = o.objid) END::bigint"""
COUNTING = 150000  # the first server_version that lets go of its counts of scans when it is asked
# The server counts scans by session, and forgets them when they are reported, which is once a second or so:
# reported with each transaction, what is counted at its end is its own.
SETTLE = "SELECT pg_catalog.pg_stat_force_next_flush()"
# A statement that is a transaction of its own begins when that does; nobody can ask anything after it.
_ALONE = "transaction_timestamp() = statement_timestamp()"
_IF_ALONE = f"IF {_ALONE} THEN PERFORM migseal_look(); END IF"


def _tell(kind: str, *values: str) -> str:
    """Write the call that sends a JSON array: its kind, the transaction, and values."""
    words = ", ".join((f"'{kind}'", _TRANSACTION, *values))
    return f"PERFORM pg_notify('{CHANNEL}', json_build_array({words})::text)"


def _tell_object(kind: str, tag: str, table: str) -> str:
    """Write the call that tells what became of an object `o`."""
    return _tell(kind, tag, "o.object_type", f"left(o.object_identity, {_LONGEST})", table, *_IN_FORCE)


_BODIES = {
    "ddl_command_end": f"""{_tell_object("made", "o.command_tag", _TABLE)}
  FROM pg_event_trigger_ddl_commands() o
  WHERE NOT o.in_extension AND coalesce(o.schema_name !~ '^pg_temp', true); {_IF_ALONE}""",
    "sql_drop": f"""{_tell_object("dropped", "tg_tag", _TABLE)}
  FROM pg_event_trigger_dropped_objects() o WHERE NOT o.is_temporary
  AND (o.original OR o.object_type IN ('table', 'table column', 'view', 'materialized view'));
  {_IF_ALONE}""",
    "table_rewrite": _tell("rewritten", "pg_event_trigger_table_rewrite_oid()::bigint"),
}
_MODE = "array_position(ARRAY[{}], l.mode)".format(", ".join(f"'{mode}'" for mode in MODES))
_ADVISORY = "EXISTS (SELECT FROM held WHERE locktype = 'advisory')"
_OURS = ", ".join(f"'migseal_{event}'" for event in EVENTS)
_AWAKE = (
    "coalesce(current_setting('event_triggers', true), 'on') = 'on' AND"
    f" {len(EVENTS)} = (SELECT count(*) FROM pg_event_trigger"
    f" WHERE evtenabled = 'A' AND evtname IN ({_OURS}))"
)
_ENDING = ", ".join(("'transaction'", _TRANSACTION, _ALONE, *_IN_FORCE, _ADVISORY, _AWAKE))
_LOOK = f"""CREATE OR REPLACE FUNCTION pg_catalog.migseal_look() RETURNS void {_HEAD} AS $$BEGIN
PERFORM pg_notify('{CHANNEL}', told) FROM (
  WITH held AS MATERIALIZED (
    SELECT l.locktype, l.relation, {_MODE} AS mode FROM pg_locks l
    WHERE l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (l.locktype = 'advisory'
      OR l.locktype = 'relation' AND l.pid = pg_backend_pid() AND l.relation >= 16384)),
  relation AS (
    SELECT h.relation, array_agg(DISTINCT h.mode) AS modes FROM held h WHERE h.locktype = 'relation'
    GROUP BY 1),
  known AS (
    SELECT row_number() OVER () / {_GROUP} AS part,
      json_build_array(r.relation::bigint, {_NAME}, r.modes, c.oid IS NULL, SCANS) AS line
    FROM relation r LEFT JOIN pg_class c ON c.oid = r.relation
    LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid IS NULL OR c.relkind IN ('r', 'p', 'm', 'f') AND c.relpersistence <> 't')
  SELECT json_build_array({_ENDING})::text
  UNION ALL
  SELECT json_build_array('locks', {_TRANSACTION}, json_agg(line))::text FROM known GROUP BY part
  UNION ALL
  SELECT json_build_array('later', {_TRANSACTION})::text
  WHERE EXISTS (SELECT FROM pg_trigger WHERE tgdeferrable AND NOT tgisinternal)
) q (told);
END$$"""


def _trigger(event: str) -> str:
    """Write an event trigger that fires whatever `session_replication_role` is, and its function.

    A database that was kept between runs may have one already, of another version of ours.
    """
    name, body = f"migseal_{event}", f"$$BEGIN {_BODIES[event]}; END$$"
    return "; ".join(
        (
            f"DROP EVENT TRIGGER IF EXISTS {name}",
            f"CREATE OR REPLACE FUNCTION pg_catalog.{name}() RETURNS event_trigger {_HEAD} AS {body}",
            f"CREATE EVENT TRIGGER {name} ON {event} EXECUTE FUNCTION pg_catalog.{name}()",
            f"ALTER EVENT TRIGGER {name} ENABLE ALWAYS",
        )
    )


def install(version: int) -> str:
    """Write what makes a database of a server of that `server_version` tell."""
    counts = version >= COUNTING
    scans = "CASE WHEN current_setting('track_counts')::bool THEN pg_stat_get_xact_numscans(r.relation) END"
    look = _LOOK.replace("SCANS", scans if counts else "NULL::bigint")
    settled = f"{SETTLE.replace('SELECT', 'PERFORM')}; " if counts else ""
    made = (look, *map(_trigger, EVENTS))
    return "; ".join((*(one.replace("BEGIN", f"BEGIN {settled}", 1) for one in made), f"LISTEN {CHANNEL}"))


# What tells our functions `x` of the catalog pg_proc.
OURS = f"x.pronamespace = 'pg_catalog'::regnamespace AND x.proname IN ('migseal_look', {_OURS})"
