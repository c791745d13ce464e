"""Safe YAML that remembers its lines: every scalar is the text as written, never a number or a date.

Plain YAML reads `001` as 1, `010` as 8, `2026_01_15_001` as 20260115001, `on` as True and `1.10` as 1.1:
a version must never go that way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from checks.errors import CannotCheckError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TOO_DEEP = "it is nested too deeply"
DEEPEST = 100  # levels: no config and no lockfile has more than ten


@dataclass(frozen=True)
class Scalar:
    """A text; `plain` tells that it stood without quotes."""

    text: str
    line: int
    plain: bool = False


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True)
class Fields:
    """A mapping; keys are texts."""

    fields: dict[str, Node]
    line: int
    lines: dict[str, int] = field(default_factory=dict)


Node = Scalar | Items | Fields


@dataclass(frozen=True)
class Source:
    """A document's file, for messages, and what mends it when it is broken."""

    name: str
    hint: str

    def error(self, node: Node | int, message: str, hint: str = "") -> CannotCheckError:
        """Make the error that points to a place in the document."""
        line = node if isinstance(node, int) else node.line
        return CannotCheckError(f"{self.name}:{line}: {message}", hint or self.hint)


def parse(text: str, source: Source) -> Node | None:
    """Read one YAML document; None if it is empty.

    Raises:
        CannotCheckError: Broken YAML, or a key that stands twice, with the file and the line.
    """
    import yaml  # noqa: PLC0415 -- only where there is a document to read

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Reader(yaml.parse(text, Loader=loader), source).document()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        last = len(text.splitlines())  # what is missing is missed after the end
        deep = "maximum nesting depth" in (error.problem or "")  # libyaml's own limit, since 6.0.4
        problem = TOO_DEEP if deep else error.problem
        raise source.error(min(line, last), f"broken YAML: {problem}") from error
    except yaml.reader.ReaderError as error:
        line = text.encode(errors="replace").count(b"\n", 0, error.position) + 1
        raise source.error(line, f"broken YAML: {error.reason}") from error


def fields(node: Node, where: str, source: Source, known: tuple[str, ...] | None = None) -> dict[str, Node]:
    """Read a mapping; with `known`, any other key is an error that names the nearest right one."""
    if is_null(node):
        return {}
    if not isinstance(node, Fields):
        raise source.error(node, f"{where} must hold `key: value` lines")
    for key in node.fields if known is not None else ():
        if key not in (known or ()):
            near = nearest(key, known or ())
            message = f"{where} has an unknown key: {key}{near}"
            raise source.error(node.lines[key], message, f"it may hold: {', '.join(known or ())}")
    return node.fields


def text(node: Node, where: str, source: Source) -> str:
    """Read a text."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Fields) and len(node.fields) == 1:
        name = next(iter(node.fields))
        message = f"{where}: an unquoted {{{name}}} is a mapping in YAML, not a text"
        raise source.error(node, message, f'quote it: "{{{name}}}"')
    raise source.error(node, f"{where} must be a text")


def optional_text(node: Node | None, where: str, source: Source) -> str | None:
    """Read a text that may be missing or null."""
    return None if node is None or is_null(node) else text(node, where, source)


def texts(node: Node | None, where: str, source: Source) -> tuple[str, ...]:
    """Read a list of texts that may be missing."""
    if node is None:
        return ()
    if not isinstance(node, Items):
        raise source.error(node, f"{where} must be a list")
    return tuple(text(item, where, source) for item in node.items)


def text_fields(node: Node | None, where: str, source: Source) -> dict[str, str]:
    """Read a mapping of texts that may be missing."""
    if node is None:
        return {}
    return {key: text(value, f"{where}.{key}", source) for key, value in fields(node, where, source).items()}


def is_null(node: Node) -> bool:
    """Tell whether a value was left out."""
    return isinstance(node, Scalar) and node.plain and node.text in ("", "~", "null")


class _Reader:
    """Makes nodes of YAML's events: its own composer ends the process where nesting is very deep."""

    def __init__(self, events: Iterator[Any], source: Source) -> None:
        self.events = events
        self.source = source
        self.anchors: dict[str, Node] = {}

    def document(self) -> Node | None:
        """Read the only document."""
        root = None
        for event in self.events:
            if type(event).__name__ == "DocumentStartEvent":
                if root is not None:
                    raise self.source.error(event.start_mark.line + 1, "a second document begins here")
                root = self.node(next(self.events), 0)
        return root

    def node(self, event: Any, depth: int) -> Node:  # noqa: ANN401 -- PyYAML's events have no types of use
        """Read what begins with an event."""
        line = event.start_mark.line + 1
        if depth > DEEPEST:
            raise self.source.error(line, f"broken YAML: {TOO_DEEP}")
        kind = type(event).__name__
        if kind == "AliasEvent":
            if event.anchor not in self.anchors:
                raise self.source.error(line, f"broken YAML: *{event.anchor} stands for nothing before it")
            return self.anchors[event.anchor]
        made: Node
        if kind == "ScalarEvent":
            made = Scalar(event.value, line, plain=event.style in (None, ""))
        elif kind == "SequenceStartEvent":
            made = Items(tuple(self.node(item, depth + 1) for item in self.until("SequenceEndEvent")), line)
        else:
            made = self.fields(line, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = made
        return made

    def until(self, end: str) -> Iterator[Any]:
        """Give the events at which the items of a collection begin."""
        return iter(lambda: None if type(event := next(self.events)).__name__ == end else event, None)

    def fields(self, start: int, depth: int) -> Fields:
        """Read a mapping."""
        found: dict[str, Node] = {}
        lines: dict[str, int] = {}
        for event in self.until("MappingEndEvent"):
            line = event.start_mark.line + 1
            key = self.node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise self.source.error(line, "a key must be a text", 'quote it; a placeholder too: "{url}"')
            if key.text in found:
                message = f'"{key.text}" stands twice, first at line {lines[key.text]}'
                raise self.source.error(line, message, f"remove one of the two from {self.source.name}")
            found[key.text] = self.node(next(self.events), depth + 1)
            lines[key.text] = line
        return Fields(found, start, lines)


def nearest(word: str, known: Iterable[str]) -> str:
    """Give the words of a question: " (did you mean X?)", or nothing if no name is near."""
    import difflib  # noqa: PLC0415 -- only for a message

    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" (did you mean {near[0]}?)" if near else ""
