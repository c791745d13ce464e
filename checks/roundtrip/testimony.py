"""What a database told of one leg, read as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from checks import sql
from checks.witness import MODES, READERS_WAIT, WRITING, Command, Lock, Timeout, Witness, milliseconds

Told = tuple[Any, ...]  # a kind, a transaction, and what that kind tells: see `witness_sql`
Tables = Mapping[int, str]  # names by number (oid)
Own = tuple[str | None, str] | None  # the tool's own table

ASLEEP = "it dropped, disabled or switched off the event triggers by which the server tells of it"
UNSEEN = "a transaction of it was committed where nobody could look at its locks"
ALONE = "nobody could look at the locks of a statement outside of a transaction: {}"
LONG = ("CREATE INDEX", "REFRESH MATERIALIZED VIEW")  # it takes as long as there are rows
READING = {
    "AccessShareLock",
    "RowShareLock",
    WRITING,
}  # what a query takes, whose own scans count for nothing
FOREIGN_KEY = "ShareRowExclusiveLock"  # what a new one takes: a query of its own reads all rows
EMPTYING = {"ShareLock", READERS_WAIT}  # what TRUNCATE takes, the first for the indexes
SHOWN = 60  # characters of a statement
PASSING = "ShareUpdateExclusiveLock"
STRONG = MODES.index(PASSING) + 1  # such a lock keeps some writer or another DDL waiting
# Of these, event triggers tell all that there is to tell; or nothing is to be told.
TOLD_OF = frozenset(
    (
        "CREATE",
        "ALTER",
        "DROP",
        "COMMENT",
        "GRANT",
        "REVOKE",
        "SECURITY",
        "IMPORT",
        "REFRESH",
        "SET",
        "RESET",
        "SHOW",
        "BEGIN",
        "START",
        "COMMIT",
        "END",
        "ROLLBACK",
        "SAVEPOINT",
        "RELEASE",
        "DISCARD",
    )
)


class _Change(NamedTuple):
    """An object that was made, changed or dropped; `table` is the number of what table it belongs to."""

    transaction: str
    tag: str
    kind: str | None
    name: str | None
    table: int | None
    lock_timeout: str
    statement_timeout: str
    dropped: bool


class _End(NamedTuple):
    """The last look at a transaction."""

    transaction: str
    alone: bool
    lock_timeout: str
    statement_timeout: str
    advisory: bool
    awake: bool


class _Held(NamedTuple):
    """The locks that a transaction held on a table in the end."""

    transaction: str
    table: int
    name: str | None
    modes: Sequence[int]
    gone: bool
    scans: int | None  # whole, in the transaction; None where the server does not tell


@dataclass(frozen=True)
class _Heard:
    """All that was told of a leg."""

    changes: tuple[_Change, ...]
    rewritten: tuple[tuple[str, int], ...]
    ends: tuple[_End, ...]
    held: tuple[_Held, ...]

    @property
    def unseen(self) -> bool:
        """Something was committed without a last look."""
        done = {change.transaction for change in self.changes} | {xid for xid, _ in self.rewritten}
        return bool(done - {end.transaction for end in self.ends})


@dataclass(frozen=True)
class Testimony:
    """What one leg did, and the tables that are there now: None where that has to be asked."""

    witness: Witness
    tables: Tables | None


def read(told: Iterable[Told], before: Tables, own: Own, alone: Sequence[str]) -> Testimony:
    """Read what was told of a leg.

    Args:
        told: All of it, in order.
        before: The tables that were there before the leg.
        own: The tool's own table, which is left out.
        alone: The statements of the leg that ran outside of transactions.
    """
    heard = _without_own(_parse(told), before, own)
    known = {number: name for number, name in before.items() if not _is_own(name, own)}
    dropped = tuple(change for change in heard.changes if change.dropped and _was_there(change, heard, known))
    witness = Witness(
        commands=tuple(map(_command, heard.changes)),
        dropped=tuple(map(_command, dropped)),
        rewritten=_names({number for _, number in heard.rewritten}, known),
        locks=tuple(_locks(heard, known)),
        touched=_names(_touched(heard), known),
        mixed=_names(_mixed(heard, known), known),
        blocked=_names(_blocked(heard, known), known),
        scanned=_scanned_names(heard, known),
        lock_timeout=_timeout("lock_timeout", heard, dropped, known),
        statement_timeout=_timeout("statement_timeout", heard, dropped, known),
        advisory=bool(heard.ends) and all(end.advisory for end in heard.ends),
        transactions=len({end.transaction for end in heard.ends}),
        autocommit=bool(alone) or any(end.alone for end in heard.ends),
        why_not=_why_not(heard, own, alone),
    )
    return Testimony(witness, _tables_now(heard, before))


def _parse(told: Iterable[Told]) -> _Heard:
    lines: dict[str, list[Told]] = {
        kind: [] for kind in ("made", "dropped", "rewritten", "transaction", "locks", "later")
    }
    changes = []
    for kind, *rest in told:
        lines[kind].append(tuple(rest))
        if kind in ("made", "dropped"):
            changes.append(_Change._make((*rest, kind == "dropped")))
    return _Heard(
        tuple(changes),
        tuple((xid, number) for xid, number in lines["rewritten"]),
        tuple(_End(*rest) for rest in lines["transaction"]),
        tuple(_Held(xid, *line) for xid, tables in lines["locks"] for line in tables),
    )


def _without_own(heard: _Heard, before: Tables, own: Own) -> _Heard:
    """Leave out what was done to the tool's own table."""
    named = [
        *before.items(),
        *((held.table, held.name) for held in heard.held),
        *((change.table, change.name) for change in heard.changes if change.kind == "table"),
    ]
    numbers = {number for number, name in named if number is not None and _is_own(name, own)}
    return replace(
        heard,
        changes=tuple(change for change in heard.changes if change.table not in numbers),
        rewritten=tuple((xid, number) for xid, number in heard.rewritten if number not in numbers),
    )


@cache  # a leg has the names of the last one
def _is_own(name: str | None, own: Own) -> bool:
    """Tell whether a quoted name is that of the tool's own table; without a schema, in any."""
    if own is None or name is None:
        return False
    schema, table = own
    bare = name.replace('"', "")
    return f".{bare}".endswith(f".{schema}.{table}" if schema else f".{table}")


def _command(change: _Change) -> Command:
    return Command(change.tag, change.kind or "", change.name or "", change.dropped)


def _was_there(change: _Change, heard: _Heard, known: Tables) -> bool:
    """Tell whether a dropped object was there before the leg."""
    if change.table is not None and change.kind in ("table", "table column", "foreign table"):
        return change.table in known
    made = ((one.kind, one.name) for one in heard.changes if one.tag.startswith("CREATE") and not one.dropped)
    return (change.kind, change.name) not in made


def _names(numbers: Iterable[int], known: Tables) -> tuple[str, ...]:
    return tuple(sorted(known[number] for number in numbers if number in known))


def _locks(heard: _Heard, known: Tables) -> Iterator[Lock]:
    # What commits on its way, such as CREATE INDEX CONCURRENTLY, has let go of its lock when it tells.
    told = {one.table for one in heard.changes if one.table is not None and not one.dropped}
    passing = told - {held.table for held in heard.held}
    modes = {number: {MODES.index(PASSING) + 1} for number in passing}
    for held in heard.held:
        modes.setdefault(held.table, set()).update(held.modes)
    for number in sorted(modes.keys() & known.keys(), key=lambda number: known[number]):
        yield Lock(known[number], tuple(MODES[mode - 1] for mode in sorted(modes[number])))


def _touched(heard: _Heard) -> set[int]:
    of_changes = {change.table for change in heard.changes if change.table is not None}
    return of_changes | {held.table for held in heard.held} | {number for _, number in heard.rewritten}


def _with(mode: str, heard: _Heard, known: Tables) -> Iterator[tuple[str, int]]:
    """Give the transactions and tables of before for which there was a lock of a mode."""
    number = MODES.index(mode) + 1
    for held in heard.held:
        if held.table in known and number in held.modes:
            yield held.transaction, held.table


def _mixed(heard: _Heard, known: Tables) -> set[int]:
    alone = {transaction for transaction, _ in _with(READERS_WAIT, heard, known)}
    return {table for transaction, table in _with(WRITING, heard, known) if transaction in alone}


def _blocked(heard: _Heard, known: Tables) -> set[int]:
    long = {transaction for transaction, table in heard.rewritten if table in known}
    long |= {transaction for transaction, _ in _with(WRITING, heard, known)}
    long |= {one.transaction for one in heard.changes if one.tag in LONG and one.table in known}
    long |= {transaction for transaction, _ in _scanned(heard, known)}
    return {table for transaction, table in _with(READERS_WAIT, heard, known) if transaction in long}


def _scanned_names(heard: _Heard, known: Tables) -> tuple[str, ...] | None:
    if any(held.scans is None for held in heard.held if held.table in known):
        return None
    rewritten = {number for _, number in heard.rewritten}
    return _names({table for _, table in _scanned(heard, known)} - rewritten, known)


def _scanned(heard: _Heard, known: Tables) -> Iterator[tuple[str, int]]:
    """Give the transactions, and the tables of before that commands on tables scanned in them."""
    altered = {(one.transaction, one.table) for one in heard.changes}
    for held in heard.held:
        modes = {MODES[mode - 1] for mode in held.modes}
        is_asked = bool(modes & READING) and FOREIGN_KEY not in modes
        # A TRUNCATE builds the table's indexes anew, and they are empty.
        is_emptied = modes >= EMPTYING and (held.transaction, held.table) not in altered
        if held.table in known and held.scans and not (is_asked or is_emptied):
            yield held.transaction, held.table


def _timeout(setting: str, heard: _Heard, dropped: Sequence[_Change], known: Tables) -> Timeout:
    """Give the weakest value in force when something was done to what was there, and when that ended."""
    at_lock = [one for one in heard.changes if one.table in known or one in dropped]
    strong = {held.transaction for held in heard.held if held.table in known and max(held.modes) >= STRONG}
    at_commit = [end for end in heard.ends if end.transaction in strong] or heard.ends
    return Timeout(*(_weakest(getattr(one, setting) for one in ones) for ones in (at_lock, at_commit)))


def _weakest(values: Iterable[str]) -> int | None:
    found = [milliseconds(value) or 0 for value in values]
    return 0 if 0 in found else max(found, default=None)


def _why_not(heard: _Heard, own: Own, alone: Sequence[str]) -> str:
    if not all(end.awake for end in heard.ends):
        return ASLEEP
    hidden = next((text for text in alone if _is_hidden(text, own)), None)
    if hidden is not None:
        return ALONE.format(" ".join(hidden.split())[:SHOWN])
    return UNSEEN if heard.unseen or not (heard.ends or alone) else ""


def _is_hidden(text: str, own: Own) -> bool:
    """Tell whether a text outside of a transaction may have locked what no event trigger tells of."""
    for statement in sql.statements(text):
        found = tuple(islice(sql.words(statement.text), 3))
        if found and found[0] not in TOLD_OF and not _writes_own(found, own):
            return True
    return False


def _writes_own(found: Sequence[str], own: Own) -> bool:
    """Tell whether this is the tool's own word in its own table."""
    return own is not None and found[0] in ("INSERT", "UPDATE", "DELETE") and own[1].upper() in found[1:]


def _tables_now(heard: _Heard, before: Tables) -> Tables | None:
    """Give the tables after the leg: each one that was made, renamed or dropped was locked until the end."""
    moved = any(change.tag in ("ALTER SCHEMA", "ALTER EXTENSION") for change in heard.changes)
    if moved or heard.unseen or not heard.ends:
        return None
    now = dict(before)
    for held in heard.held:
        if held.gone:
            now.pop(held.table, None)
        elif held.name is not None:
            now[held.table] = held.name
    return now
