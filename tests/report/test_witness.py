from __future__ import annotations

import json
from dataclasses import replace

import pytest
from histories import SQL, numbered

from checks.migration import Leg, Result, Step
from checks.report import json as json_format
from checks.report import text
from checks.report.outcome import Outcome
from checks.report.witness import tell
from checks.witness import Command, Lock, Timeout, Witness

BUSY = Witness(
    commands=(
        Command("CREATE TABLE", "table", "public.t"),
        Command("CREATE INDEX", "index", "public.t_pkey"),
        Command("ALTER TABLE", "table", "public.u"),
        Command("ALTER TABLE", "table column", "public.u.c", dropped=True),
        Command("GRANT", "TABLE", ""),
    ),
    dropped=(Command("ALTER TABLE", "table column", "public.u.c", dropped=True),),
    rewritten=("public.u",),
    locks=(
        Lock("public.u", ("RowExclusiveLock", "AccessExclusiveLock")),
        Lock("public.v", ("ShareRowExclusiveLock",)),
    ),
    touched=("public.u", "public.v"),
    lock_timeout=Timeout(0, 5000),
    transactions=1,
)
TOLD = (
    "made table public.t; changed table public.u, table; dropped table column public.u.c; "
    "wrote rows of public.u; ACCESS EXCLUSIVE lock on public.u; rewrote public.u"
)
INDEX = Witness(commands=(Command("CREATE INDEX", "index", "public.i"),), why_not="the moon")


@pytest.mark.parametrize(
    ("witness", "told"),
    [
        pytest.param(BUSY, TOLD, id="busy"),
        pytest.param(Witness(), "nothing", id="nothing"),
        pytest.param(INDEX, "made index public.i; not witnessed: the moon", id="only an index"),
        pytest.param(
            Witness(commands=tuple(Command("CREATE VIEW", "view", f"s.v{n}") for n in range(5))),
            "made view s.v0, view s.v1, view s.v2 and 2 more",
            id="many",
        ),
        pytest.param(
            Witness(locks=tuple(Lock(f"s.{n}", ("ShareRowExclusiveLock",)) for n in "ab")),
            "SHARE ROW EXCLUSIVE lock on s.a, s.b",
            id="locks",
        ),
    ],
)
def test_a_line_for_a_migration(witness: Witness, told: str) -> None:
    assert tell(witness) == told


def test_the_text_tells_each_migration_s_first_way_up() -> None:
    up = Step(SQL, numbered("001_a"), Leg.UP, Result.PASSED, witness=BUSY)
    again = replace(up, leg=Leg.AGAIN, witness=Witness())
    lines = text.write(Outcome(steps=(up, again))).splitlines()
    assert f"  shop 001: {TOLD}" in lines
    assert len([line for line in lines if line.startswith("  shop 001")]) == 2  # one of them is the table's


def test_json_has_all_of_it() -> None:
    up = Step(SQL, numbered("001_a"), Leg.UP, Result.PASSED, witness=BUSY)
    document = json.loads(json_format.write(Outcome(steps=(up, replace(up, witness=None)))))
    told, nothing = (step["witness"] for step in document["steps"])
    assert nothing is None
    assert told["locks"][0] == {
        "table": "public.u",
        "mode": "AccessExclusiveLock",
        "modes": ["RowExclusiveLock", "AccessExclusiveLock"],
    }
    assert told["commands"][0] == {
        "tag": "CREATE TABLE",
        "kind": "table",
        "name": "public.t",
        "dropped": False,
    }
    assert told["lock_timeout"] == {"at_lock": 0, "at_commit": 5000}
    assert (told["written"], told["complete"], told["why_not"]) == (["public.u"], True, "")
