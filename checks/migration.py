"""The values that every room speaks of: plain data, no I/O."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from checks.sensitive.exposure import Revealed
    from checks.witness import Witness


UNIQUE_VIOLATION = "23505"
INSERTS = re.compile(r"\s*(?:WITH\b.*\bINSERT|INSERT|COPY)\b", re.IGNORECASE | re.DOTALL)
TIMEOUT = 300  # seconds that a leg may take, unless the config says otherwise
# The tables in which tools keep what has run, as far as the name is no other's.
VERSION_TABLES = frozenset(
    {
        "__diesel_schema_migrations",
        "_prisma_migrations",
        "_sqlx_migrations",
        "alembic_version",
        "atlas_schema_revisions",
        "databasechangelog",
        "django_migrations",
        "flyway_schema_history",
        "goose_db_version",
        "schema_migrations",
        "schema_version",
    }
)
# Beside Alembic, a table of this name is an application's own more often than another tool's.
ORDINARY: Mapping[str, frozenset[str]] = {"alembic": frozenset({"schema_version"})}


class Tree(Protocol):
    """The files of a repository at one moment: of a commit, of the index, or of the work tree.

    Paths are relative to the repository's root, with forward slashes.
    """

    def paths(self) -> tuple[str, ...]:
        """Give the paths of all files, sorted; a link inside the repository counts as its target."""

    def blob(self, path: str) -> str:
        """Give git's object id of a file's content, KeyError if it is not there."""

    def read(self, path: str) -> bytes:
        """Give a file's content, KeyError if it is not there."""


@dataclass(frozen=True)
class Engine:
    """One of several databases in which an env.py runs its migrations in one run.

    Attributes:
        number: Which call of `run_migrations` is for it, from 0.
        name: What env.py calls it, or else its number from 1.
    """

    number: int
    name: str


@dataclass(frozen=True)
class Project:
    """A named migrations directory, its tool, and how to run it.

    Attributes:
        name: The key in the lockfile.
        directory: The migrations directory, relative to the repository's root ("" is the root).
        tool: A name in `checks.tools.TOOLS`.
        ini_file: Alembic's configuration file, relative to the repository's root.
        python: The project's own interpreter, where the config names one.
        driver: The driver of `{url}`: psycopg2, psycopg, asyncpg ...
        env: Environment variables for the run; values may hold placeholders such as `{url}`.
        ini: Options of Alembic's configuration, `option` or `section.option`, with placeholders.
        before: SQL to run in a new database first: roles and extensions that must exist.
        start_sql: A file of SQL that makes what the first migration, or the one after `start_at`, finds.
        start_at: The version whose state `start_sql` makes, None for the state before the first.
        timeout: How long a leg may take, in seconds.
        populate: Whether to run what is new on tables with rows, too.
        seed: A command for the shell that puts rows of the user's own into them, empty for none.
        x: Alembic's `-x` arguments, `name=value`, with placeholders.
        engine: Which of several databases is looked at, None where env.py runs one.
    """

    name: str
    directory: str
    tool: str
    ini_file: str | None = None
    python: str | None = None
    driver: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    ini: Mapping[str, str] = field(default_factory=dict)
    before: str = ""
    start_sql: str | None = None
    start_at: str | None = None
    timeout: int = TIMEOUT
    populate: bool = True
    seed: str = ""
    x: tuple[str, ...] = ()
    engine: Engine | None = None


@dataclass(frozen=True)
class File:
    """A file of a migration.

    Attributes:
        path: Relative to the project's directory, with forward slashes.
        sha256: Of the bytes with LF endings and no byte order mark.
        blob: Git's object id of the bytes.
    """

    path: str
    sha256: str
    blob: str


class Downgrade(enum.StrEnum):
    """What a migration offers for the way down."""

    PRESENT = "present"
    EMPTY = "empty"  # there, and does nothing
    REFUSED = "refused"  # raises on purpose
    ABSENT = "absent"
    NEEDLESS = "needless"  # nothing is done on the way up that anything could undo


@dataclass(frozen=True)
class Refusal:
    """Where a migration says that it cannot be undone.

    Attributes:
        reason: Why, in one line; empty where it says no more than that.
        line: The line, from 1.
        file: The number of the file in `Migration.files`, from 0.
    """

    reason: str
    line: int
    file: int = 0


@dataclass(frozen=True)
class Stamp:
    """A place where a migration writes a table in which a tool keeps what has run.

    Attributes:
        what: What it does: "DELETE FROM alembic_version", "command.stamp()".
        table: The table, without its schema; empty for a call of Alembic's stamp.
        line: The line, from 1.
        file: The number of the file in `Migration.files`, from 0.
        removes: Whether the table itself goes, or gets another name or schema.
    """

    what: str
    table: str
    line: int
    file: int = 0
    removes: bool = False


@dataclass(frozen=True)
class Allow:
    """A comment in a migration that allows a rule's findings there: `migseal: allow RULE: REASON`.

    Attributes:
        rule: The rule's name as it is written, be there such a rule or not.
        reason: Why, in one line; empty where none is given.
        line: The line, from 1.
        file: The number of the file in `Migration.files`, from 0.
    """

    rule: str
    reason: str
    line: int
    file: int = 0


@dataclass(frozen=True)
class Stamped:
    """A table in which a tool keeps what has run, after a leg that did not leave it as the tool would.

    Attributes:
        table: The table, without its schema.
        what: How it was left: "alembic_version holds 2b, 9f instead of 2b".
    """

    table: str
    what: str


@dataclass(frozen=True)
class Migration:
    """One revision.

    Attributes:
        version: What the tool calls it: a revision id, or the number or time in a file's name.
        file: The file, or the file of the way up.
        down_file: The file of the way down, where it is a file of its own.
        after: The versions it declares to come after (Alembic: down_revision and depends_on).
        depends: Those of `after` that are no parents (Alembic: depends_on): they do not join branches.
        downgrade: What there is for the way down.
        line: Where the version is declared, from 1.
        down_line: Where the way down begins in its file, from 1; 0 if that was not read.
        after_line: Where it declares its parents, from 1; 0 if it does not, or that was not read.
        stamps: Where it writes a tool's version table; none if that was not read.
        allows: What its comments allow; none if that was not read.
        refusal: Where it says that it cannot be undone, None where it does not, or that was not read.
    """

    version: str
    file: File
    down_file: File | None = None
    after: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()
    downgrade: Downgrade = Downgrade.PRESENT
    line: int = 1
    down_line: int = 0
    after_line: int = 0
    stamps: tuple[Stamp, ...] = ()
    allows: tuple[Allow, ...] = ()
    refusal: Refusal | None = None

    @property
    def parents(self) -> tuple[str, ...]:
        """What it comes right after: without what it only depends on."""
        return tuple(version for version in self.after if version not in self.depends)

    @property
    def files(self) -> tuple[File, ...]:
        """All its files."""
        return (self.file,) if self.down_file is None else (self.file, self.down_file)


@dataclass(frozen=True)
class Problem:
    """A migration file that could not be read.

    Attributes:
        path: Relative to the project's directory.
        line: From 1.
        reason: What is wrong, as a sentence's end: "... line 3 is not UTF-8".
    """

    path: str
    line: int
    reason: str


@dataclass(frozen=True)
class Runner:
    """What runs a project's migrations when it is deployed, as far as its files tell.

    Attributes:
        name: What a person calls it, or its command.
        runs_late: Whether it runs a migration that comes before one that has run; else it refuses all.
        option: Its option that makes that otherwise, empty without one.
    """

    name: str
    runs_late: bool
    option: str = ""


@dataclass(frozen=True)
class History:
    """All migrations of a project, in an order in which they can be run.

    Attributes:
        project: Whose.
        migrations: Parents before children; versions may occur twice in a broken history.
        problems: Files that could not be read.
        linear: Whether the order is that of the versions, not of declared parents.
        runner: What runs them, None where that is not sure.
    """

    project: Project
    migrations: tuple[Migration, ...]
    problems: tuple[Problem, ...] = ()
    linear: bool = False
    runner: Runner | None = None


class Leg(enum.StrEnum):
    """One way of a round trip."""

    UP = "up"
    DOWN = "down"
    POPULATED_UP = "populated up"  # with rows in the tables that it touches
    POPULATED_DOWN = "populated down"
    AGAIN = "again"

    @property
    def populated(self) -> bool:
        """It is gone with rows in the tables that the migration touches."""
        return self in (Leg.POPULATED_UP, Leg.POPULATED_DOWN)

    @property
    def downward(self) -> bool:
        """It undoes the migration."""
        return self in (Leg.DOWN, Leg.POPULATED_DOWN)


class Result(enum.StrEnum):
    """How a leg ended."""

    PASSED = "passed"
    FAILED = "failed"
    DIFFERENT = "different"  # it ran, and did not restore what was there
    REFUSED = "refused"  # the downgrade says that it cannot
    SKIPPED = "skipped"  # not run, for the reason in the step


@dataclass(frozen=True)
class Failure:
    """Why a leg failed.

    Attributes:
        message: The error, in one or a few lines.
        path: The file of the user's where it happened, relative to the repository's root.
        line: Its line, from 1.
        statement: The SQL statement, where known.
        sqlstate: The server's error code, where it was the server.
        refused: Whether the migration itself said that it cannot be undone.
        hint: What mends it, where more is known than that it failed.
        unwanted_value: Whether the project's own code, and not the server, did not take a value that it read.
    """

    message: str
    path: str | None = None
    line: int | None = None
    statement: str | None = None
    sqlstate: str | None = None
    refused: bool = False
    hint: str = ""
    unwanted_value: bool = False

    @property
    def of_inserted_key(self) -> bool:
        """Whether a statement that inserts rows met a key that is there."""
        return self.sqlstate == UNIQUE_VIOLATION and bool(INSERTS.match(self.statement or ""))


class Effect(enum.StrEnum):
    """How two states differ in one object."""

    LEFT = "left"  # still there
    LOST = "lost"  # was there before
    ALTERED = "altered"
    REORDERED = "reordered"  # the same columns in another order
    GROWN = "grown"  # an enum type has new values, and all those that it had
    OWNED = "owned"  # a child has of its own, too, what it had from its parent alone

    @property
    def mild(self) -> bool:
        """Whether nothing puts it back, and hardly anything is to see of it."""
        return self in (Effect.REORDERED, Effect.OWNED)


@dataclass(frozen=True)
class Difference:
    """One object in which two catalogs differ.

    Attributes:
        effect: What happened to it.
        kind: The kind of object as a person says it: "table", "enum type", "column".
        name: Its qualified name: "public.users.email".
        detail: What of it differs: "default 'anon' became ''", empty if the object as a whole.
        mend: A statement that mends it, or empty.
    """

    effect: Effect
    kind: str
    name: str
    detail: str = ""
    mend: str = ""


@dataclass(frozen=True)
class RowDifference:
    """How the rows of one table differ between two moments, in one way.

    No value of a row is in it but those of its key, without which nobody could find it.

    Attributes:
        effect: LEFT for rows that came, LOST for those that went, ALTERED for those with other values.
        table: Its qualified name, quoted where SQL needs it.
        number: How many rows; 0 where there are too many to be compared one by one.
        keys: The keys of the first of them, as "id = 3"; empty for a table without a primary key.
        columns: Those that have other values, where they are ALTERED.
        of_null: Whether all of these values were NULL, which is nothing that could be lost.
        detail: What else is to be said.
        mend: A statement that mends it, or empty.
        of_down: Whether it was the way down, and not the way up, that put them there, where they are LEFT.
    """

    effect: Effect
    table: str
    number: int
    keys: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    of_null: bool = False
    detail: str = ""
    mend: str = ""
    of_down: bool = False


@dataclass(frozen=True)
class SequenceDifference:
    """The last value that a sequence gave, at two moments.

    Attributes:
        sequence: Its qualified name, quoted where SQL needs it.
        before: The value that was the last, None for one that had given none.
        after: The one that is the last now.
        back: Whether it will give numbers again that it has given: no insert does that.
    """

    sequence: str
    before: int | None
    after: int | None
    back: bool = False


@dataclass(frozen=True)
class Population:
    """The rows that were put into tables before a leg.

    Attributes:
        rows: How many, by table.
        unmade: Why none could be made, by table.
        fits: What other rows had to hold, by column, so that the leg passed that failed on these:
            "public.t.mood" "is one of 'glad', 'sad'"; empty where it passed, or fails on any rows.
        given: Those of them that the user's own seeds put in; the others were made.
        sources: These seeds: files, relative to the repository's root, and "populate.seed" for the command.
    """

    rows: Mapping[str, int]
    unmade: Mapping[str, str]
    fits: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, int] = field(default_factory=dict)
    sources: tuple[str, ...] = ()

    @property
    def all_given(self) -> bool:
        """All rows are the user's own, so that deployed ones are like them."""
        return self.given == self.rows


@dataclass(frozen=True)
class Sent:
    """SQL that a way up sent to the server.

    Attributes:
        text: The SQL, with NULL where a value was a parameter.
        line: The line of the migration's file that sent it, from 1.
        follows: Whether the lines of the text are those of the file from there on.
        alone: Whether it ran outside of a transaction, or begins and ends its own.
    """

    text: str
    line: int
    follows: bool = False
    alone: bool = False


@dataclass(frozen=True)
class Step:
    """A leg's outcome.

    Attributes:
        project: Whose migration.
        migration: Which.
        leg: Which way.
        result: How it ended.
        seconds: Wall time.
        failure: Why it failed, or was refused.
        differences: What it did not restore.
        rows: The same of rows.
        sequences: The same of the numbers that sequences gave.
        population: The rows that were made before it.
        to_empty: Whether this was on the way down to an empty database.
        lost_version_table: Whether the tool's own table was gone after it.
        stamped: The version tables that it wrote behind the tool's back.
        reason: Why it was not run, where it was skipped.
        hint: What mends the failure, where more is known than that it failed.
        witness: What the server recorded of it; None where it did not pass, or nobody watched.
        sent: What the first way up sent to the server, where it passed; rows left out.
        revealed: What is sensitive in the rows that it wrote.
    """

    project: Project
    migration: Migration
    leg: Leg
    result: Result
    seconds: float = 0.0
    failure: Failure | None = None
    differences: tuple[Difference, ...] = ()
    rows: tuple[RowDifference, ...] = ()
    sequences: tuple[SequenceDifference, ...] = ()
    population: Population | None = None
    to_empty: bool = False
    lost_version_table: bool = False
    stamped: tuple[Stamped, ...] = ()
    reason: str = ""
    hint: str = ""
    witness: Witness | None = None
    sent: tuple[Sent, ...] = ()
    revealed: tuple[Revealed, ...] = ()


class Tier(enum.StrEnum):
    """How far a migration has come."""

    LOCKED = "locked"  # in the base's lockfile: deployed somewhere
    MERGED = "merged"  # in the base commit, not locked
    NEW = "new"  # in neither


class Kind(enum.StrEnum):
    """What kind of edit it is; one of several kinds counts as the last of them in this order."""

    FORMAT = "format"  # white space, line endings, quotes
    COMMENT = "comment"  # comments and docstrings
    IMPORT = "import"  # imports and annotations
    TRANSACTION = "transaction"  # only what wraps it in a transaction
    DOWNGRADE = "downgrade"  # only the way down
    GRAPH = "graph"  # what it comes after
    UPGRADE = "upgrade"  # anything that can change what runs on the way up


# A text with one of these words may hold a secret anywhere: no line tells which column it belongs to.
SECRET = re.compile(r"passw|pwd|secret|token|api_?key|private|credential|://", re.IGNORECASE)
HARMLESS = frozenset({Kind.FORMAT, Kind.COMMENT, Kind.IMPORT})  # nothing that runs has changed


@dataclass(frozen=True)
class Edit:
    """How a migration's text differs from what it was.

    Attributes:
        kind: What kind of edit it is.
        file: The number of the file in `Migration.files` that shows it, from 0.
        line: The first line there that matters, from 1.
        removed: The first few lines that matter and are gone.
        added: The first few lines that matter and are new.
        secret: Whether either text speaks of secrets, so that no literal of it is to be shown.
    """

    kind: Kind
    file: int = 0
    line: int = 1
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    secret: bool = False


@dataclass(frozen=True)
class Retirement:
    """A locked migration that is gone, since a squash put a baseline in its place.

    Attributes:
        by: The version of the baseline: it stands for this one and for itself.
        void: Why the retirement does not count, empty if it does.
    """

    by: str
    void: str = ""


@dataclass(frozen=True)
class Change:
    """What happened to one migration since the base.

    Attributes:
        project: Whose.
        tier: How far it had come at the base.
        before: As it was (locked: as the lockfile says), None for a new one.
        after: As it is now, None if it is gone. Another version with the same bytes counts as the same.
        relocked: Whether the lockfile was rewritten to agree with the change.
        edit: How its text differs, where it does and both texts could be read.
        amended: Why the lockfile accepts exactly this change, empty if it does not.
        baseline: Whether it is now the baseline of a squash: it makes what the retired ones made, too.
        retirement: What the lockfile says of it, where it is gone and a squash retired it.
        proved: Whether deployed databases and new ones were seen to come to the same all the same.
    """

    project: Project
    tier: Tier
    before: Migration | None
    after: Migration | None
    relocked: bool = False
    edit: Edit | None = None
    amended: str = ""
    baseline: bool = False
    retirement: Retirement | None = None
    proved: bool = False

    @property
    def deleted(self) -> bool:
        """It is gone."""
        return self.after is None

    @property
    def renumbered(self) -> bool:
        """The same bytes stand under another version."""
        return bool(self.before and self.after and self.before.version != self.after.version)

    @property
    def edited(self) -> bool:
        """Its bytes differ, line endings and byte order mark aside."""
        if self.before is None or self.after is None:
            return False
        return [file.sha256 for file in self.before.files] != [file.sha256 for file in self.after.files]

    @property
    def runs_otherwise(self) -> bool:
        """It was edited, and not only in what never runs."""
        return self.edited and (self.edit is None or self.edit.kind not in HARMLESS)

    @property
    def moved(self) -> bool:
        """It stands at another path in the project's directory."""
        if self.before is None or self.after is None:
            return False
        return [file.path for file in self.before.files] != [file.path for file in self.after.files]

    @property
    def reordered(self) -> bool:
        """It declares other parents."""
        if self.before is None or self.after is None:
            return False
        return set(self.before.after) != set(self.after.after)


@dataclass(frozen=True)
class LockChange:
    """What happened to the lockfile itself since the base, without a migration that tells it.

    Attributes:
        project: The project's name in the lockfile.
        subject: What changed: 'migration "3f2a"', 'deployment "production/v1"', 'project "app"'.
        what: How: "was removed", "was changed" ...
        path: The lockfile.
        line: Its line, 0 where the entry is gone.
        version: The migration's version, where it is about one.
        adopting: Whether the base has no lockfile yet.
        honest: Whether it may be so, and is only to be seen.
    """

    project: str
    subject: str
    what: str
    path: str
    line: int
    version: str = ""
    adopting: bool = False
    honest: bool = False


@dataclass(frozen=True)
class Comparison:
    """A project's history now, beside what it was at the base.

    Attributes:
        head: The history that is checked.
        before: The history at the base, None where the base has none.
        locked: What the base's lockfile holds, by version.
        changes: One for each migration of either side, in the order of the history.
        retired: What squashes had retired by then, by version: such a version is never free again.
        known: What was found in deployed migrations on the first day, by version and rule: the objects named.
        proved: Whether deployed databases and new ones were seen to come to the same.
        today: The day of the check, in UTC; None where nothing is to be judged by it.
    """

    head: History
    before: History | None
    locked: Mapping[str, Migration]
    changes: tuple[Change, ...]
    retired: Mapping[str, Migration] = field(default_factory=dict)
    known: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    proved: bool = False
    today: date | None = None

    @property
    def project(self) -> Project:
        """Whose."""
        return self.head.project


@dataclass(frozen=True)
class Trip:
    """The round trip of one migration, or of the way down to empty: its steps in order."""

    project: Project
    migration: Migration
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Lint:
    """What squawk-cli finds in the SQL of a migration.

    Attributes:
        step: The migration's way up, which sent it.
        rule: The name of squawk's rule.
        line: The line of the migration's file.
        message: What it says.
        help: What it says to do, may be empty.
    """

    step: Step
    rule: str
    line: int
    message: str
    help: str = ""


@dataclass(frozen=True)
class Meeting:
    """Whether databases that ran the base's migrations and new ones come to the same.

    Attributes:
        project: Whose.
        changes: Those that made the question: never empty.
        differences: What new databases have, as what became of those that are deployed.
        failed: The migration that failed on one of the two ways, None if none did.
        failure: Why it failed.
        deployed: Whether it failed on the deployed databases' way.
        locked: Whether any of the changes is of what is deployed, or comes before it.
        notes: What a user may want to know of how the deployed databases were made.
    """

    project: Project
    changes: tuple[Change, ...]
    differences: tuple[Difference, ...] = ()
    failed: Migration | None = None
    failure: Failure | None = None
    deployed: bool = False
    locked: bool = True
    notes: tuple[str, ...] = ()

    @property
    def met(self) -> bool:
        """Both ways lead to the same; the order of columns aside."""
        return self.failure is None and all(d.effect.mild for d in self.differences)


@dataclass(frozen=True)
class Race:
    """How two upgrades of one database ended that were begun together.

    Attributes:
        project: Whose.
        planned: The versions that were to be run.
        failure: Why one of them failed, None if both ended well.
        twice: The versions that both have run.
        endless: Whether one of them did not end.
        path: The file that runs the migrations, relative to the repository's root.
        line: Its line, from 1.
    """

    project: Project
    planned: tuple[str, ...]
    failure: Failure | None
    twice: tuple[str, ...]
    endless: bool
    path: str
    line: int


def heads(history: History) -> tuple[Migration, ...]:
    """Give the migrations that no other comes after."""
    if history.linear:
        return history.migrations[-1:]
    parents = {version for m in history.migrations for version in m.after if version not in m.depends}
    return tuple(m for m in history.migrations if m.version not in parents)


def place(project: Project, file: File | str) -> str:
    """Give a migration file's path relative to the repository's root."""
    path = file if isinstance(file, str) else file.path
    joined = f"{project.directory}/{path}" if project.directory else path
    parts: list[str] = []
    for part in joined.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def downgrades_are_kept(comparison: Comparison) -> bool:
    """Tell whether a project writes downgrades at all: no deployed or merged migration with one means no."""
    known = [*comparison.locked.values(), *(comparison.before.migrations if comparison.before else ())]
    return not known or any(migration.downgrade is Downgrade.PRESENT for migration in known)
