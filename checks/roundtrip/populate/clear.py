"""Take what was made away again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checks.roundtrip.populate.hands import asked, tried
from checks.roundtrip.populate.remove import deletion, emptying
from checks.roundtrip.populate.sequences import set_all
from checks.roundtrip.populate.session import count, enter, usual

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import Connection

    from checks.roundtrip.populate.filled import Filled, Made


def clear(connection: Connection[Any], filled: Filled) -> bool:
    """Take made rows away, and set sequences back to where they stood.

    A table that was empty is empty again, whatever has come into it since; of others only the made rows go.

    Args:
        connection: An autocommit connection.
        filled: What was made.

    Returns:
        Whether all of it is as it was. If not, another database is to be made: rows are gone, or changed, or
        others have come, or a table is no longer there.

    Raises:
        psycopg.Error: The connection is lost.
    """
    with connection.transaction():
        enter(connection)
        usual(connection)
        gone = _gone(connection, filled.made)
        return set_all(connection, filled.sequences) and gone and not filled.strays


def _gone(connection: Connection[Any], made: Sequence[Made]) -> bool:
    """Delete all made rows; tell whether each was there, and no table has more or fewer than before."""
    emptied = [each for each in made if not each.before]
    rest = [each for each in made if each.before]
    if _deleted(connection, made) or (_truncated(connection, emptied) and _deleted(connection, rest)):
        counts = count(connection, [each.shape for each in made])
        return all(counts.get(each.shape.oid) == each.before for each in made)
    return False


def _deleted(connection: Connection[Any], made: Sequence[Made]) -> bool:
    """Delete the rows of all tables in one statement, so that no foreign key is looked at in between."""
    if not made:
        return True
    steps = [f"d{at} AS ({_deletion(each)} RETURNING 1)" for at, each in enumerate(made)]
    numbers = [f"(SELECT count(*) FROM d{at})" for at in range(len(made))]
    answer = tried(connection, f"WITH {', '.join(steps)} SELECT {', '.join(numbers)}")
    if not isinstance(answer, list):
        return False
    pairs = zip(made, answer[0], strict=True)
    return all(not each.before or number == len(each.rows) for each, number in pairs)


def _truncated(connection: Connection[Any], made: Sequence[Made]) -> bool:
    """Empty tables in the way that needs no replica identity, where a publication asks for one."""
    names = ", ".join(f"ONLY {each.shape.sql}" for each in made)
    return asked(connection, f"TRUNCATE {names}; SELECT 1") is not None if made else True


def _deletion(made: Made) -> str:
    if not made.before:
        return emptying(made.shape)
    return deletion(made.shape, made.rows, made.rows)
