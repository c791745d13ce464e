"""`alembic upgrade heads` as a deploy runs it, held where a lock may have been given back until we say so."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Callable, Iterator

from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext

from . import failures

if TYPE_CHECKING:
    from .channel import Channel, Message


def deploy(channel: Channel, places: failures.Places, configure: Callable[[], Any], script: Any) -> None:  # noqa: ANN401 -- alembic may be untyped
    """Run env.py once, and reply what it came to.

    It is held before each migration, and in each `autocommit_block`: a transaction has ended there.

    Args:
        channel: Where `go` comes from and replies go.
        places: Which files are the project's.
        configure: Makes the configuration.
        script: Alembic's script directory.
    """
    ran: list[str] = []
    begun: list[str] = []

    def hold(*versions: str) -> None:
        channel.send({"held": versions})
        channel.read()

    def steps(heads: Any, _context: Any) -> Iterator[Any]:  # noqa: ANN401 -- alembic's callback
        planned = script._upgrade_revs("heads", heads)  # noqa: SLF001 -- what alembic.command calls
        versions = [step.revision.revision for step in planned]
        for step in planned:
            hold(*(() if begun else versions))
            begun.append(step.revision.revision)
            yield step
            ran.append(step.revision.revision)

    _hold_blocks(hold)
    try:
        options = {"as_sql": False, "starting_rev": None, "destination_rev": "heads", "tag": None}
        with EnvironmentContext(configure(), script, fn=steps, **options) as environment:
            _refuse_second_call(environment, channel)
            script.run_env()
    except BaseException as error:  # noqa: BLE001 -- sys.exit in env.py is one of them
        channel.send({"ended": ran, "failure": _failure(error, begun, script, places)})
    else:
        channel.send({"ended": ran, "failure": None})
    channel.read()


def _refuse_second_call(environment: Any, channel: Channel) -> None:  # noqa: ANN401 -- alembic may be untyped
    """Say that env.py runs several databases: here is one, in which they would wait for each other."""
    run = environment.run_migrations
    called: list[bool] = []

    def run_migrations(**options: Any) -> None:  # noqa: ANN401 -- alembic's
        if called:
            channel.send({"several": True})
            channel.read()
        called.append(True)
        run(**options)

    environment.run_migrations = run_migrations


def _hold_blocks(hold: Callable[[], None]) -> None:
    original = MigrationContext.autocommit_block

    @contextlib.contextmanager
    def autocommit_block(context: MigrationContext) -> Iterator[None]:
        with original(context):
            hold()
            yield

    MigrationContext.autocommit_block = autocommit_block  # type: ignore[method-assign, assignment]


def _failure(error: BaseException, begun: list[str], script: Any, places: failures.Places) -> Message:  # noqa: ANN401 -- alembic may be untyped
    file = script.get_revision(begun[-1]).path if begun else None
    return failures.failure(error, "up", file, places)
