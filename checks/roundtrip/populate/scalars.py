"""Values of the types that came with the server, eight of each where it has as many."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from checks.roundtrip.populate.subject import Subject

SOME = 8
MICROSECOND = ".123456"
MAKERS: dict[str, Callable[[int], str]] = {
    "uuid": lambda n: f"{n + 1:08x}-0000-4000-8000-{n + 1:012x}",
    "money": lambda n: f"{1234 + n}.56",
    "date": lambda n: f"2021-03-{4 + n:02}",
    "time": lambda n: f"05:06:{7 + n:02}{MICROSECOND}",
    "timetz": lambda n: f"05:06:{7 + n:02}{MICROSECOND}+00",
    "timestamp": lambda n: f"2021-03-{4 + n:02} 05:06:07{MICROSECOND}",
    "timestamptz": lambda n: f"2021-03-{4 + n:02} 05:06:07{MICROSECOND}+00",
    "interval": lambda n: f"{n + 1} days 02:03:04{MICROSECOND}",
    "bytea": lambda n: rf"\xdeadbeef00{n + 1:02x}",
    "inet": lambda n: f"192.0.2.{n + 1}",
    "cidr": lambda n: f"192.0.{n + 1}.0/24",
    "macaddr": lambda n: f"08:00:2b:01:02:{n + 1:02x}",
    "macaddr8": lambda n: f"08:00:2b:01:02:03:04:{n + 1:02x}",
    "point": lambda n: f"({n}.25,{n + 1})",
    "line": lambda n: f"{{1,-1,{n}}}",
    "lseg": lambda n: f"[({n},0),({n}.5,1)]",
    "box": lambda n: f"({n}.75,1),({n}.25,0)",
    "path": lambda n: f"[({n},0),({n}.5,1),({n},2)]",
    "polygon": lambda n: f"(({n}.25,0),({n}.75,0),({n}.5,1))",
    "circle": lambda n: f"<({n},0),0.25>",
    "xml": lambda n: f"<row><n>{n + 1}</n></row>",
    "tsvector": lambda n: f"'word':1 'w{n + 1}':2",
    "tsquery": lambda n: f"'word' & 'w{n + 1}'",
    "pg_lsn": lambda n: f"16/B37484{n + 1:X}",
    "jsonpath": lambda n: f'$."a"[{n}]',
    "tid": lambda n: f"(0,{n + 1})",
    "txid_snapshot": lambda n: f"10:{20 + n}:10",
    "pg_snapshot": lambda n: f"10:{20 + n}:10",
    "int2vector": lambda n: f"1 {n + 1}",
    "oidvector": lambda n: f"1 {n + 1}",
    "regtype": lambda n: ("text", "integer", "bigint", "date", "uuid", "boolean", "inet", "jsonb")[n],
    "regclass": lambda n: f"pg_catalog.{('pg_class', 'pg_type', 'pg_proc', 'pg_index')[n % 4]}",
    "regproc": lambda n: f"pg_catalog.{('now', 'pi', 'version', 'random')[n % 4]}",
    "regprocedure": lambda n: f"pg_catalog.{('now', 'pi', 'version', 'random')[n % 4]}()",
    "regnamespace": lambda n: ("pg_catalog", "information_schema", "pg_toast")[n % 3],
    "regconfig": lambda n: f"pg_catalog.{('simple', 'english', 'german', 'french')[n % 4]}",
    "regdictionary": lambda n: f"pg_catalog.{('simple', 'english_stem', 'german_stem')[n % 3]}",
    "regcollation": lambda n: f'pg_catalog."{("C", "POSIX", "default")[n % 3]}"',
    "regoper": lambda _: "pg_catalog.||/",
    "regoperator": lambda n: f"pg_catalog.{'+-*/'[n % 4]}(integer,integer)",
    "regrole": lambda _: "pg_monitor",
    "aclitem": lambda n: f"pg_monitor={'rwadx'[: n % 5 + 1]}/pg_monitor",
    "char": lambda n: "AbCdEfGh"[n],
    "refcursor": lambda n: f"cursor {n + 1}",
}
MAKERS |= {name: lambda n: str(n + 1) for name in ("oid", "xid", "xid8", "cid")}
SIZES = ("bit", "varbit")
# What extensions bring, by the name of the type.
FOREIGN: dict[str, Callable[[int], str]] = {
    "hstore": lambda n: f'"Key"=>"Value {n + 1}"',
    "ltree": lambda n: f"Top.Branch{n + 1}",
    "lquery": lambda n: f"Top.Branch{n + 1}.*",
    "ltxtquery": lambda n: f"Top & Branch{n + 1}",
    "cube": lambda n: f"({n + 1}, 2, 3)",
    "seg": lambda n: f"{n + 1} .. {n + 1}.5",
    "geometry": lambda n: f"SRID=4326;POINT({n + 1} 2)",
    "geography": lambda n: f"SRID=4326;POINT({n + 1} 2)",
    "semver": lambda n: f"1.2.{n + 1}",
    "isbn13": lambda _: "978-0-393-04002-9",
    "isbn": lambda _: "0-393-04002-X",
    "ean13": lambda _: "978-0-393-04002-9",
}
VECTORS = ("vector", "halfvec")
ANYTHING = ("1", "a", "{}", "[]", "(1,2)", "[1,2,3]", "1.5", "2021-03-04", "")


def simple(subject: Subject, short: str, modifier: int) -> Iterator[str]:
    """Give values of a type that has no parts and no limits but its size."""
    if short == "bool":
        yield from ("true", "false")
    elif short in SIZES:
        yield from _bits(modifier)
    elif short in VECTORS:
        size = max(modifier, 1) if modifier > 0 else 3
        yield from (f"[{','.join([str(n + 1)] * size)}]" for n in range(SOME))
    elif maker := MAKERS.get(short) or FOREIGN.get(short):
        yield from dict.fromkeys(maker(n) for n in range(SOME))
    else:
        yield from ANYTHING
    if subject.checked:
        yield from _hinted(subject, short)


def _bits(modifier: int) -> Iterator[str]:
    size = modifier if modifier > 0 else SOME
    yield from dict.fromkeys(f"{n + 1:0{size}b}"[-size:] for n in range(min(SOME, 2**size)))


def _hinted(subject: Subject, short: str) -> Iterator[str]:
    yield from subject.hints.strings
    for text in subject.hints.strings if short in ("date", "timestamp", "timestamptz") else ():
        yield from _near(text)
    if short == "bytea":
        yield from (rf"\x{'ab' * length}" for length in subject.hints.lengths)
    if short == "inet":
        yield from ("2001:db8::1", "192.0.2.0/24", "10.0.0.1")
    if short == "interval":
        yield from ("0", "1 hour", "1 minute", "1 month")
    if short in ("date", "timestamp", "timestamptz"):
        yield from ("2999-01-01", "1999-12-31", "2024-02-29")
    if short == "money":
        yield from (f"{number:f}" for number in subject.hints.numbers)


def _near(text: str) -> Iterator[str]:
    """Give the days beside one."""
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        return
    yield from (str(day + timedelta(days)) for days in (1, -1, 2) if date.min < day < date.max)
