"""What the names of numbered SQL files say: version, order, and which way a file goes."""

from __future__ import annotations

import enum
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_DAY = r"(?:19|20)\d\d(?P<dash>[-_]?)(?:0[1-9]|1[0-2])(?P=dash)(?:0[1-9]|[12]\d|3[01])"
_DATED = re.compile(rf"(?P<version>{_DAY}[-_T]?(?:\d{{6}}-\d{{4}}|\d{{1,6}}))(?=[-_]|$)")
_BARE_DAY = re.compile(rf"{_DAY}(?=[-_]|$)")
_COUNTED = re.compile(r"(?P<version>\d+)(?=[-_]|$)")
_FILE = re.compile(r"(?P<stem>[^/]+)\.sql", re.IGNORECASE)
_ENDING = re.compile(r"(?P<stem>.+)(?P<mark>[._-])(?P<way>up|down|rollback|undo|revert)", re.IGNORECASE)
_FOLDER = re.compile(r"(?P<stem>[^/]+)/(?P<way>up|down)\.sql")


class Way(enum.Enum):
    """Where a file leads."""

    UP = enum.auto()
    DOWN = enum.auto()
    MAYBE_DOWN = enum.auto()  # "001_scale_down.sql" is a way down only beside "001_scale.sql"


@dataclass(frozen=True)
class Name:
    """What a file's name says.

    Attributes:
        path: Relative to the project's directory.
        stem: The migration's name, without the way it leads.
        version: The number or time as it is written.
        order: The version's numbers.
        way: Where the file leads.
        said: Whether the name says so itself.
    """

    path: str
    stem: str
    version: str
    order: tuple[int, ...]
    way: Way
    said: bool = False


@dataclass(frozen=True)
class Pair:
    """The files of one migration."""

    up: Name
    down: Name | None = None

    @property
    def names(self) -> tuple[Name, ...]:
        """The names of both, or of the one there is."""
        return (self.up,) if self.down is None else (self.up, self.down)


def parse(path: str) -> Name | None:
    """Read a file's name, by its path in the project's directory; None if it has no number."""
    folder = _FOLDER.fullmatch(path)
    if folder:
        way = Way.UP if folder["way"] == "up" else Way.DOWN
        return _name(path, folder["stem"], way, said=True)
    file = _FILE.fullmatch(path)
    if not file:
        return None
    ending = _ENDING.fullmatch(file["stem"])
    if not ending or _version(ending["stem"]) is None:
        return _name(path, file["stem"], Way.UP)
    return _name(path, ending["stem"], _way(ending), said=True)


def pairs(names: Iterable[Name]) -> tuple[tuple[Pair, ...], tuple[Name, ...]]:
    """Bring the files of each migration together.

    A file for the way down belongs to the file of its name; without one, to the only file of its version
    that has none yet, as in `001_add_users.up.sql` and `001_drop_users.down.sql`.

    Returns:
        The migrations in order, and the files for the way down that belong to none.
    """
    ups, downs = _divide(tuple(names))
    found = {name: downs.pop(name.stem, None) for name in ups}
    _match_versions(found, downs)
    ordered = sorted(found.items(), key=lambda item: (item[0].order, item[0].stem, item[0].path))
    return tuple(Pair(up, down) for up, down in ordered), tuple(downs.values())


def _name(path: str, stem: str, way: Way, *, said: bool = False) -> Name | None:
    version = _version(stem)
    if version is None:
        return None
    return Name(path, stem, version, _order(stem), way, said)


def _version(stem: str) -> str | None:
    match = _DATED.match(stem)
    if match:
        return match["version"]
    # A day is not a number: several migrations may share it, so that the whole name tells them apart.
    if _BARE_DAY.match(stem):
        return stem
    match = _COUNTED.match(stem)
    return match["version"] if match else None


def _order(stem: str) -> tuple[int, ...]:
    match = _DATED.match(stem) or _BARE_DAY.match(stem) or _COUNTED.match(stem)
    return tuple(int(part) for part in re.findall(r"\d+", match.group() if match else ""))


def _way(ending: re.Match[str]) -> Way:
    if ending["way"].lower() == "up":
        return Way.UP
    return Way.DOWN if ending["mark"] == "." else Way.MAYBE_DOWN


def _divide(names: tuple[Name, ...]) -> tuple[list[Name], dict[str, Name]]:
    certain = {name.stem for name in names if name.way is Way.UP}
    ups, downs = [], {}
    for name in sorted(names, key=lambda name: (not name.said, name.path)):
        if name.way is Way.UP:
            ups.append(name)
        elif name.way is Way.DOWN or name.stem in certain:
            downs[name.stem] = name
        else:
            ups.append(_as_up(name))
    return ups, downs


def _as_up(name: Name) -> Name:
    stem = name.path[: -len(".sql")]
    return Name(name.path, stem, _version(stem) or name.version, name.order, Way.UP)


def _match_versions(found: dict[Name, Name | None], downs: dict[str, Name]) -> None:
    lonely: dict[str, list[Name]] = defaultdict(list)
    for up, down in found.items():
        if down is None and up.said:
            lonely[up.version].append(up)
    for stem, down in tuple(downs.items()):
        candidates = lonely[down.version]
        if len(candidates) == 1:
            found[candidates.pop()] = downs.pop(stem)
