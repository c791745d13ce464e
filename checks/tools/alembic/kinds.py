"""What kind of edit was made to a revision file: by its syntax tree, with what never runs taken out.

Both texts are read by the interpreter that we run in, and nothing of a tree is kept. In doubt an edit counts
as one of the upgrade.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from checks.content import decode
from checks.migration import Edit, Kind
from checks.tools.alembic.alike import Alike
from checks.tools.alembic.counted import counted
from checks.tools.alembic.imported import imports
from checks.tools.alembic.plain import Plain, plain, rest, unhinted
from checks.tools.excerpt import excerpt, shared

# A text that looks at itself may run otherwise after any edit of it.
SELF = re.compile(
    r"__doc__|__file__|__annotations__|__code__|\b(?:import|from)\b[^\n]*\binspect\b|\blinecache\b|\bsys\.modules\b"
    r"|\b(?:globals|locals|vars|eval|exec)\(|get_type_hints|__import__|import_module"
)
# One of these stands in every such text; to look for them is a hundred times as fast.
SIGNS = (
    *("__", "inspect", "linecache", "sys.modules", "globals(", "locals(", "vars(", "eval(", "exec("),
    *("get_type_hints", "import_module"),
)
CODING = re.compile(r"^[ \t\f]*#.*?coding[:=]")
REMARK = re.compile(r"#.*")
DEEP = (RecursionError, MemoryError)


@dataclass(frozen=True)
class Text:
    """A revision file.

    Attributes:
        text: Its text with LF endings.
        tree: Its syntax tree.
    """

    text: str
    tree: ast.Module

    @cached_property
    def names(self) -> Counter[str]:
        """How often each name stands in it, annotations aside."""
        return counted(unhinted(self.tree))

    def count(self, name: str) -> int:
        """Count a name beside what binds it."""
        return self.names[name]


def edit(before: Sequence[bytes], after: Sequence[bytes]) -> Edit:
    """Judge an edit of a revision file.

    Args:
        before: The one file as it was.
        after: As it is.
    """
    old, new = _read(before[0]), _read(after[0])
    if old is None or new is None:
        was, now = (data.decode("utf-8", "replace") for data in (before[0], after[0]))
        return excerpt(Kind.UPGRADE, was, now)
    if old.text == new.text:
        return Edit(Kind.FORMAT)
    try:
        kind = _kind(old, new)
    except DEEP:
        kind = Kind.UPGRADE
    remark = "" if kind in (Kind.FORMAT, Kind.COMMENT) else "#"
    return excerpt(kind, old.text, new.text, remark)


def _read(data: bytes) -> Text | None:
    """Read a text, None if it is no Python that we can judge."""
    text = decode(data)
    if not isinstance(text, str) or not text.strip():
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        return Text(text, _parse(text))
    except (SyntaxError, ValueError, *DEEP):
        return None


def _parse(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a wrong escape, for one, is not ours to tell
        return ast.parse(text)


def _kind(old: Text, new: Text) -> Kind:
    """Give the first kind after whose differences are taken out nothing differs."""
    if _looks_at_itself(old, new):
        return Kind.UPGRADE
    same = Comparison(old, new, Alike(old.text, new.text)).same
    if same(Plain()):
        middles = _middles(old, new)
        return Kind.FORMAT if _remarks(middles[0]) == _remarks(middles[1]) else Kind.COMMENT
    docs = Plain(docs=True)
    hints = replace(docs, imports=True, known=imports(old.tree))
    wrappers = replace(hints, wrappers=True)
    steps = (
        (Kind.COMMENT, docs),
        (Kind.IMPORT, hints),
        (Kind.TRANSACTION, wrappers),
        (Kind.DOWNGRADE, replace(wrappers, downgrade=True)),
        (Kind.GRAPH, replace(wrappers, graph=True)),
        (Kind.GRAPH, replace(wrappers, graph=True, downgrade=True)),
    )
    kind = next((kind for kind, without in steps if same(without)), Kind.UPGRADE)
    return kind if kind is Kind.UPGRADE or _compiles(new.tree) else Kind.UPGRADE


def _compiles(tree: ast.Module) -> bool:
    """Tell whether it can be loaded at all: not all that can be parsed can."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(tree, "revision", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, *DEEP):
        return False
    return True


@dataclass(frozen=True)
class Comparison:
    """Both texts, and what compares their trees."""

    old: Text
    new: Text
    alike: Alike

    def same(self, without: Plain) -> bool:
        """Tell whether nothing differs but what is taken out; what is cheap to tell comes first."""
        one, other = (plain(text.tree, without) for text in (self.old, self.new))
        if one is None or other is None or not self.alike.trees(one.body, other.body):
            return False
        kept, left = (rest(text.tree, without, text.count) for text in (self.old, self.new))
        return kept is not None and kept == left


def _middles(old: Text, new: Text) -> tuple[list[str], list[str]]:
    """Give the lines of either text between the first and the last that differ."""
    were, are = old.text.split("\n"), new.text.split("\n")
    head = shared(were, are)
    tail = shared(were[head:][::-1], are[head:][::-1])
    return were[head : len(were) - tail], are[head : len(are) - tail]


def _remarks(lines: list[str]) -> list[str]:
    """Give the comments of some lines, quotes and white space aside."""
    found = (match.group() for line in lines if (match := REMARK.search(line)))
    return [re.sub(r"[\s'\"(),]", "", remark) for remark in found]


def _looks_at_itself(old: Text, new: Text) -> bool:
    head = [line for text in (old, new) for line in text.text.split("\n")[:2]]
    signs = any(sign in text.text for sign in SIGNS for text in (old, new))
    return (signs and any(SELF.search(text.text) for text in (old, new))) or any(map(CODING.match, head))
