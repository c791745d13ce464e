"""What an expression is worth before anything runs: texts with their lines, lists, mappings, tables, rows."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from itertools import chain

from checks.sensitive.literal import HOLE

ITSELF = "\0"  # the path of the file itself
LONGEST = 2_000_000  # characters of a text that is put together; beyond it, it is not known


@dataclass(frozen=True, slots=True)
class Text:
    """A text, or a number as its digits.

    Attributes:
        text: What it is, with a `HOLE` for what is not known.
        lines: Where lines of the file begin in it: (offset, line), in order.
        origins: The literals it is made of, as `id` of their nodes.
        through: The functions it goes through, outermost first.
        number: Whether it is a number.
    """

    text: str
    lines: tuple[tuple[int, int], ...]
    origins: tuple[int, ...] = ()
    through: tuple[str, ...] = ()
    number: bool = False

    @property
    def line(self) -> int:
        """The line where it begins."""
        return self.lines[0][1]

    @property
    def known(self) -> bool:
        """Whether any of it is known."""
        return bool(self.origins)

    def line_at(self, offset: int) -> int:
        """Give the line of the file of a place in the text."""
        return self.lines[max(0, bisect_right(self.lines, (offset, 1 << 60)) - 1)][1]

    def cut(self, start: int, end: int) -> Text:
        """Give a part of it."""
        first, last = (bisect_right(self.lines, (at, 1 << 60)) for at in (start, end - 1))
        inner = tuple((at - start, line) for at, line in self.lines[first:last])
        return replace(self, text=self.text[start:end], lines=((0, self.line_at(start)), *inner))


@dataclass(slots=True)
class Many:
    """A list, tuple or set."""

    items: list[Value]


@dataclass(slots=True)
class Map:
    """A mapping, in its order; a name may come twice. Keys that are texts of the file are kept as such."""

    items: list[tuple[str, Value]]
    keys: dict[str, Text] = field(default_factory=dict)

    def get(self, name: str) -> Value:
        """Give what a name stands for last."""
        return next((value for key, value in reversed(self.items) if key == name), None)


@dataclass(frozen=True, slots=True)
class Table:
    """A table, a model, or what is asked of one: its columns if told, and what it is filtered by."""

    name: str
    columns: tuple[str, ...] = ()
    known: tuple[tuple[str, Text], ...] = ()
    asked: bool = False
    attributes: Map = field(default_factory=lambda: Map([]))


@dataclass(slots=True)
class Record:
    """An object of a model: what goes into one row."""

    table: str
    cells: Map


@dataclass(frozen=True, slots=True)
class Bound:
    """A statement of SQL with values for its parameters."""

    text: Text
    values: Map


@dataclass(frozen=True, slots=True)
class Path:
    """A file's path; beside is whether it starts from `__file__`."""

    path: str
    line: int
    origins: tuple[int, ...]
    beside: bool

    def up(self, steps: int = 1) -> Path:
        """Give the folder it is in."""
        path = self.path
        for _ in range(min(steps, 20)):
            if path == ITSELF:
                path = ""
            elif not path or path.endswith(".."):
                path = "/".join(filter(None, (path, "..")))
            else:
                path = path.rpartition("/")[0]
        return replace(self, path=path)

    def down(self, parts: list[Text]) -> Path:
        """Give what is in it."""
        known = [part for part in parts if part.known]
        if not known:
            return self
        path = "/".join(filter(None, (self.path, *(part.text for part in known))))
        origins = tuple(origin for part in known for origin in part.origins)
        return replace(self, path=path, line=known[-1].line, origins=(*self.origins, *origins))


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its name."""

    name: str


SHARE = 64  # characters of a text that are worth one step

Value = Text | Many | Map | Table | Record | Bound | Path | Column | None


def hole(line: int) -> Text:
    """Give a text of which nothing is known."""
    return Text(HOLE, ((0, line),))


def joined(parts: list[Text]) -> Text | None:
    """Put texts together; None if that gets too long to be one."""
    if not parts or sum(len(part.text) for part in parts) > LONGEST:
        return None
    first = next((part for part in parts if part.known), parts[0])
    lines: list[tuple[int, int]] = [(0, first.line)] if not parts[0].known else []
    offset = 0
    for part in parts:
        if part.known:
            lines.extend((offset + at, line) for at, line in part.lines)
        offset += len(part.text)
    return Text(
        "".join(part.text for part in parts),
        tuple(lines),
        tuple(
            dict.fromkeys(chain.from_iterable({id(part.origins): part.origins for part in parts}.values()))
        ),
        tuple(dict.fromkeys(name for part in parts for name in part.through)),
    )


def quoted(value: Value) -> Value:
    """Give a text as `repr` or a literal of SQL shows it."""
    if not isinstance(value, Text) or value.number:
        return value
    quote = Text("'", ((0, value.line),))
    return joined([quote, value, quote])


def rewritten(text: Text, new: str) -> Text:
    """Give a text of other characters, whose lines are those of its own line breaks as far as they go."""
    starts = [0, *(at + 1 for at, char in enumerate(text.text) if char == "\n")]
    fresh = [0, *(at + 1 for at, char in enumerate(new) if char == "\n")]
    lines = tuple((at, text.line_at(start)) for at, start in zip(fresh, starts, strict=False))
    return replace(text, text=new, lines=lines)


def weight(value: Value) -> int:
    """Give how many steps it takes to go through a value once, without what is in its parts."""
    if isinstance(value, Text):
        return len(value.text) // SHARE + len(value.lines) + len(value.origins)
    return len(value.items) if isinstance(value, Many | Map) else 1


def through(value: Value, name: str) -> Value:
    """Give a value that a function was called on."""
    return replace(value, through=(name, *value.through)) if isinstance(value, Text) else None
