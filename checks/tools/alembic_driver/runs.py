"""Runs of the project's own env.py, each of which takes as many legs as it can.

The only place that knows Alembic's `MigrationStep` and the transactions of its `MigrationContext`.
"""

from __future__ import annotations

import functools
import time
import warnings
from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator

from alembic.runtime.environment import EnvironmentContext
from sqlalchemy import event

from . import failures, sent, sessions
from .surroundings import Surroundings

if TYPE_CHECKING:
    from .channel import Channel, Message
    from .modules import Modules
    from .traces import Traces

NO_CALL = "it ended without calling context.run_migrations()"
GROUND = "ground"  # no leg of a migration: all that env.py does before the first
SECOND_CALL = "it calls context.run_migrations() more than once in a run"
ELSEWHERE = "Alembic reads {version} from {file}, which is not below {root}"
# A statement that begins so drops or moves no other table than the one it names, unless it reaches further.
HARMLESS = ("drop ", "alter table", "create ", "insert ", "update ", "delete ", "comment ")
REACHING = ("cascade", "schema", "owned by")


class ElsewhereError(Exception):
    """Alembic reads a migration from another place than we do: what is run would not be what is judged."""


class Trip:
    """All runs of one driver process.

    Attributes:
        channel: Where orders come from and replies go.
        places: Which files are the project's.
        modules: Which modules come from another tree than the one that is run.
        configure: Makes a new configuration.
        script: Alembic's script directory, shared by all runs: it loads each migration's file once.
        alone: Whether a run takes one leg only, as the first does, to see how env.py ends.
        by_search: Whether steps are found by Alembic's own search instead of made from a version.
        engine: Which call of run_migrations gets the steps, from 0, where there are several.
        memo: What SQLAlchemy's dialect notes of a run's types: one that is noted is not made again.
        traces: Notes what is read, None where nobody asks.
    """

    def __init__(
        self,
        channel: Channel,
        places: failures.Places,
        modules: Modules,
        configure: Callable[[], Any],
        script: Any,  # noqa: ANN401 -- alembic may be untyped
        *,
        by_search: bool,
    ) -> None:
        self.channel = channel
        self.places = places
        self.modules = modules
        self.configure = configure
        self.script = script
        self.alone = True
        self.by_search = by_search
        self.surroundings = Surroundings()
        self.engine: int | None = None
        self.memo: dict[Any, Any] = {}
        self.traces: Traces | None = None

    def go(self) -> None:
        """Take orders until the last."""
        order = self.channel.read()
        while "leg" in order:
            order = Run(self, order).go()

    def step(self, order: Message, heads: Any) -> Any:  # noqa: ANN401 -- alembic may be untyped
        """Make Alembic's step for an order; heads are the database's, where that is known."""
        file = self.script.get_revision(order["version"]).path
        if self.places.name(file) is None:
            raise ElsewhereError(ELSEWHERE.format(version=order["version"], file=file, root=self.places.root))
        if not self.by_search:
            try:
                return self._made(order)
            except (ImportError, AttributeError, TypeError):
                self.by_search = True  # another Alembic than the ones we know
        return self._searched(order, heads)

    def _made(self, order: Message) -> Any:  # noqa: ANN401 -- alembic may be untyped
        from alembic.runtime.migration import MigrationStep  # noqa: PLC0415 -- may be gone one day

        up = order["leg"] == "up"
        make = MigrationStep.upgrade_from_script if up else MigrationStep.downgrade_from_script
        return make(self.script.revision_map, self.script.get_revision(order["version"]))

    def _searched(self, order: Message, heads: Any) -> Any:  # noqa: ANN401 -- alembic may be untyped
        up = order["leg"] == "up"
        search = self.script._upgrade_revs if up else self.script._downgrade_revs  # noqa: SLF001 -- what alembic.command calls
        steps = search(order["version"] if up else "base", heads)
        return next(step for step in steps if step.revision.revision == order["version"])


class Run:
    """One run of env.py.

    Attributes:
        order: The leg under way, or the order that ended the run.
        begun: When it began, None before that.
        finished: Whether Alembic has done with it.
        lost: Whether it removed Alembic's own table.
        heads: The versions that Alembic wrote into that table.
        stood: Those that were there before the run.
        error: What came out of run_migrations, even if env.py hid it.
        engines: For which databases env.py called run_migrations, by name.
        alone: Whether it takes one leg only: where env.py has opened a transaction, too.
        held: Whether env.py has a transaction open, to which another leg would not belong.
        within: Whether a first leg has begun: all that comes then is a migration's.
        statements: What the downgrade under way has executed.
        outside: What the leg under way has executed outside of transactions.
        sent: What the migration under way has executed, where that is to be noted.
        table: Schema and name of Alembic's own table.
    """

    def __init__(self, trip: Trip, order: Message) -> None:
        self.trip = trip
        self.order = order
        self.engines: list[str] = []
        self.alone = trip.alone or trip.by_search
        self.held = False
        self.within = False
        self.table: tuple[str | None, str] | None = None
        self.error: BaseException | None = None
        self.statements: list[str] = []
        self.outside: list[str] = []
        self.sent: list[Message] = []
        self.stood: list[str] = []
        self._reset()

    def _reset(self) -> None:
        self.begun: float | None = None
        self.finished = False
        self.lost = False
        self.heads: list[str] = []
        self.statements.clear()
        self.outside.clear()
        self.sent.clear()

    def go(self) -> Message:
        """Run env.py, reply to the orders that it took, and give the next one."""
        self.trip.surroundings.restore()
        try:
            self._run_env()
        except BaseException as error:  # noqa: BLE001 -- sys.exit in a migration is one of them
            self.error = self.error or error
        if "leg" not in self.order:
            return self.order
        self.trip.channel.send(self._reply())
        return self.trip.channel.read()

    def _run_env(self) -> None:
        trip = self.trip
        options = {"as_sql": False, "starting_rev": None, "destination_rev": "heads", "tag": None}
        with EnvironmentContext(trip.configure(), trip.script, fn=self.steps, **options) as environment:
            # On the instance: a subclass would break Alembic's proxy of this class.
            environment.configure = functools.partial(self._configure, environment, environment.configure)  # type: ignore[method-assign]
            trip.script.run_env()

    def _configure(self, environment: Any, original: Any, *args: Any, **options: Any) -> None:  # noqa: ANN401 -- alembic may be untyped
        """Configure as env.py says, but with a transaction of its own for each leg."""
        options["transaction_per_migration"] = True
        listeners = options.get("on_version_apply") or ()
        listeners = (listeners,) if callable(listeners) else tuple(listeners)
        options["on_version_apply"] = (*listeners, self._applied)
        original(*args, **options)
        self._watch(environment.get_context())

    def _applied(self, *, heads: Any, **_: Any) -> None:  # noqa: ANN401 -- alembic's callback
        self.heads = sorted(heads)

    def _watch(self, context: Any) -> None:  # noqa: ANN401 -- alembic may be untyped
        run = context.run_migrations
        self._listen(context.connection)
        explicit = sessions.explicit_transaction(context.connection)

        def run_migrations(**options: Any) -> None:  # noqa: ANN401 -- alembic's
            self.engines.append(_named(options, len(self.engines) + 1))
            if len(self.engines) - 1 != (self.trip.engine or 0):
                return  # another database's turn
            if explicit():  # env.py commits it, as in `with connection.begin():` after configure
                context._in_external_transaction = True  # noqa: SLF001 -- what Alembic sets for one begun before
            # What env.py did in an open transaction, such as SET LOCAL, holds for this one leg.
            if context._in_external_transaction or sessions.is_open(context.connection):  # noqa: SLF001 -- nothing public tells
                self.alone = self.held = True
            try:
                run(**options)
            except BaseException as error:
                self.error = error
                raise

        context.run_migrations = run_migrations

    def _listen(self, connection: Any) -> None:  # noqa: ANN401 -- SQLAlchemy's, of either major
        """Note the statements that are executed; what goes past SQLAlchemy is not seen."""
        if connection is not None:

            @event.listens_for(connection, "before_cursor_execute")
            def note(connection: Any, _: Any, statement: str, *__: Any) -> None:  # noqa: ANN401 -- the same
                self._note(connection, statement)

            @event.listens_for(connection, "commit")
            def look(committing: Any) -> None:  # noqa: ANN401 -- the same
                self._look(committing)

    def _note(self, connection: Any, statement: str) -> None:  # noqa: ANN401 -- SQLAlchemy's
        if self.begun is not None and sessions.STAYS.search(statement):
            self.alone = True  # the next leg needs another session, as it has in a deploy of its own
        if self.order.get("leg") == "down":
            self.statements.append(statement)
        if self.order.get("records") and self.begun is not None:
            file = self.trip.script.get_revision(self.order["version"]).path
            self.sent += filter(None, [sent.sent(connection, statement, file)])
        if self._is_watched() and sessions.is_in_autocommit(connection):
            self.outside.append(statement[: failures.MOST])

    def _look(self, connection: Any) -> None:  # noqa: ANN401 -- SQLAlchemy's
        """Run, in the transaction that is about to be committed, what was ordered for its end."""
        if self._is_watched() and not sessions.is_in_autocommit(connection):
            cursor = connection.connection.cursor()
            try:
                cursor.execute(self.order["at_commit"])
            finally:
                cursor.close()

    def _is_watched(self) -> bool:
        return self.begun is not None and bool(self.order.get("at_commit"))

    def steps(self, heads: Any, context: Any) -> Iterator[Any]:  # noqa: ANN401 -- alembic's callback
        """Give Alembic the steps that are ordered: it asks for the next when one is committed."""
        self.table = (context.version_table_schema, context.version_table)
        self.stood = sorted(heads)
        while "leg" in self.order:
            if self.order["leg"] == GROUND:
                with context.begin_transaction(_per_migration=True):
                    self.finished = True  # what a step would have committed with it is committed without one
                if self.held:
                    return
                self._go_on()
                continue
            self.trip.surroundings.restore()
            step = self.trip.step(self.order, heads)
            if not self.order.get("together"):
                self.trip.memo.clear()
            context.impl.memo = self.trip.memo
            self.alone = self.alone or self.trip.by_search
            step.migration_fn = self._observed(step.migration_fn, context)
            self.begun = time.monotonic()
            if not self.within:
                self.trip.channel.send({"begun": True, "version_table": self.table})
            self.within = True
            with warnings.catch_warnings():
                yield step
            self.finished = True
            if self.alone:
                return
            self._go_on()

    def _go_on(self) -> None:
        """Reply to an order, and take the next one in the same run."""
        self.trip.channel.send(self._reply())
        self.order = self.trip.channel.read()
        self._reset()

    def _observed(self, function: Any, context: Any) -> Any:  # noqa: ANN401 -- the user's upgrade or downgrade
        """Let a downgrade be followed by a look at whether Alembic's own table is still there."""
        if self.order["leg"] == "up":
            return function

        @functools.wraps(function)
        def downgrade(*args: Any, **options: Any) -> None:  # noqa: ANN401 -- env.py's to run_migrations
            function(*args, **options)
            if not all(map(self._spares_the_table, self.statements)):
                self.lost = sessions.is_gone(context)

        return downgrade

    def _spares_the_table(self, statement: str) -> bool:
        """Tell whether a statement surely leaves Alembic's own table alone: to look costs a question."""
        words = statement.lower()
        harmless = words.lstrip().startswith(HARMLESS)
        return harmless and not any(
            word in words for word in (*REACHING, (self.table or ("", ""))[1].lower())
        )

    def _reply(self) -> Message:
        if self.trip.engine is None and len(self.engines) > 1:
            return _broken(SECOND_CALL, "again", self.engines)
        if self.begun is None:
            return self._ground()
        if self.error is not None or not self.finished:
            return {"failed": {**self._failure(), "lost_version_table": self.lost}}
        seconds = time.monotonic() - self.begun
        if self.alone:
            self.trip.alone = False
        told: Message = {"heads": self.heads, "stood": self.stood, "by_env": self.alone}
        told.update(alone=self.outside, sent=self.sent)
        return {"done": True, "seconds": seconds, **told, **self._news()}

    def _ground(self) -> Message:
        """Say that env.py has come to where the first leg would be, or what keeps it from there."""
        if self.error is not None:
            return {"broken": failures.breakage(self.error, self.trip.places)}
        if not self.finished:
            return _broken(NO_CALL, "never")
        return {"done": True, "version_table": self.table, **self._news()}

    def _news(self) -> Message:
        traces = self.trip.traces.news() if self.trip.traces is not None else ()
        return {"outside": self.trip.modules.news(), "traces": traces}

    def _failure(self) -> Message:
        error = self.error or RuntimeError("env.py ended in the middle of the migration")
        try:
            file = self.trip.script.get_revision(self.order["version"]).path
        except Exception:  # noqa: BLE001 -- then the error's own frames must do
            file = None
        return failures.failure(error, self.order["leg"], file, self.trip.places)


def _named(options: Any, number: int) -> str:  # noqa: ANN401 -- what env.py gives to run_migrations
    """Give what env.py calls a database: its `engine_name`, or another text that it passes on."""
    texts = [value for value in options.values() if isinstance(value, str)]
    return str(options.get("engine_name") or next(iter(texts), number))


def _broken(message: str, kind: str, engines: Iterable[str] = ()) -> Message:
    told: Message = {"message": message, "kind": kind, "frames": [], "missing": [], "module": None}
    return {"broken": {**told, "engines": list(engines)}}
