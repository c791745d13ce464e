"""What was found: a sensitive literal, the file it is in, and whose migration it came with."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field


class Kind(enum.StrEnum):
    """What a sensitive value is."""

    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    PASSWORD_HASH = "password-hash"  # noqa: S105 - the same
    TOKEN = "token"  # noqa: S105 - the same
    PRIVATE_KEY = "private-key"
    CONNECTION_STRING = "connection-string"
    ROLE_PASSWORD = "role-password"  # noqa: S105 - the same
    CARD = "card"
    IBAN = "iban"
    SSN = "ssn"
    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True)
class Sensitive:
    """A literal that is sensitive.

    Attributes:
        kind: What it is.
        line: Where it stands, from 1.
        table: Where it goes; empty if not known.
        column: The same.
        value: Masked: what it is cannot be told from that, nor how long it is.
        secret: The value itself, for comparing and for taking it out of what others say; never to be written.
    """

    kind: Kind
    line: int
    table: str
    column: str
    value: str
    secret: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True)
class Leak:
    """A sensitive literal in a file.

    Attributes:
        path: The file: the migration's own, or one that it loads.
        found: The literal.
    """

    path: str
    found: Sensitive


@dataclass(frozen=True)
class Unread:
    """A file that is there, and of which nobody can tell what it holds.

    Attributes:
        path: The file: the migration's own, or one that it loads.
        line: Where that shows, from 1.
        reason: Why.
    """

    path: str
    line: int
    reason: str


@dataclass(frozen=True)
class Exposure:
    """A leak, and the migration that brings it.

    Attributes:
        project: The project's name, empty where there is none.
        version: The migration's, empty where nobody knows.
        leak: What was found, or could not be read.
    """

    project: str
    version: str
    leak: Leak | Unread

    @property
    def found(self) -> tuple[Sensitive, ...]:
        """The literal that was found, if one was."""
        return (self.leak.found,) if isinstance(self.leak, Leak) else ()


@dataclass(frozen=True)
class Revealed:
    """Sensitive values in the rows that a migration wrote into one column.

    Attributes:
        kind: What they are.
        table: Where, as PostgreSQL writes its name.
        column: The same.
        number: In how many rows.
        secrets: The values themselves, for comparing with those that a text shows; never to be written.
    """

    kind: Kind
    table: str
    column: str
    number: int
    secrets: frozenset[str] = field(default_factory=frozenset, compare=False, repr=False)
