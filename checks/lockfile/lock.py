"""What a lockfile says: the values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.migration import Migration


@dataclass(frozen=True)
class Amendment:
    """An edit of a locked migration that was accepted: from these bytes to those, and no others.

    Attributes:
        before: The migration as it was locked, or as the amendment before this one left it.
        after: The migration as it is now.
        reason: Why, as who accepted it said.
        line: Its line in the lockfile.
    """

    before: Migration
    after: Migration
    reason: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Retired:
    """A migration that was deployed, and whose file a squash has replaced.

    Attributes:
        migration: As it was locked last.
        by: The version of the baseline that stands for it.
    """

    migration: Migration
    by: str


@dataclass(frozen=True)
class LockedProject:
    """A project as the lockfile knows it.

    Attributes:
        directory: Its migrations directory.
        tool: Its tool.
        locked: What is deployed, by version, as amended; `Migration.line` is its line in the lockfile.
        deployments: "environment/release" -> the versions that the release brought there.
        lines: The line of each deployment.
        amendments: By version, the first one first.
        retired: What squashes have retired, by version: none of it is locked any more.
        findings: What was found on the first day, by version and rule: the objects that were named.
    """

    directory: str
    tool: str
    locked: Mapping[str, Migration] = field(default_factory=dict)
    deployments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    amendments: Mapping[str, tuple[Amendment, ...]] = field(default_factory=dict)
    retired: Mapping[str, Retired] = field(default_factory=dict)
    findings: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    @property
    def known(self) -> Mapping[str, Migration]:
        """Give all that ever was locked, as it was locked last."""
        return {**{version: gone.migration for version, gone in self.retired.items()}, **self.locked}

    def recorded(self, version: str) -> Migration:
        """Give a migration as it was locked, before any amendment."""
        amendments = self.amendments.get(version)
        return amendments[0].before if amendments else self.known[version]


@dataclass(frozen=True)
class Lock:
    """A lockfile: projects by name."""

    projects: Mapping[str, LockedProject] = field(default_factory=dict)


def known_files(locked: Mapping[str, Migration]) -> dict[tuple[str, str], Migration]:
    """Give the files that need no reading, as the lockfile tells all: (path, blob) -> migration."""
    return {(file.path, file.blob): replace(m, line=1) for m in locked.values() for file in m.files}
