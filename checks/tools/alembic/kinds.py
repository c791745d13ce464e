"""What kind of edit was made to a revision file: by its syntax tree, with what never runs taken out.

Both texts are read by the interpreter that we run in, and nothing of a tree is kept. In doubt an edit counts
as one of the upgrade.
"""

from __future__ import annotations

import ast
import copy
import re
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from checks.content import decode
from checks.migration import Edit, Kind
from checks.tools.alembic.plain import Plain, counted, drop_hints, imports, plain
from checks.tools.excerpt import excerpt

# A text that looks at itself may run otherwise after any edit of it.
SELF = re.compile(
    r"__doc__|__file__|__annotations__|__code__|\b(?:import|from) inspect\b|\blinecache\b|\bsys\.modules\b"
    r"|\b(?:globals|locals|vars|eval|exec)\(|get_type_hints|__import__|import_module"
)
CODING = re.compile(r"^[ \t\f]*#.*?coding[:=]")
WORD = re.compile(r"\w+")
REMARK = re.compile(r"#.*")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
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
        tree = _parse(self.text)
        drop_hints(tree)
        return counted(tree)

    @cached_property
    def words(self) -> Counter[str]:
        """How often each word stands in it, comments aside: never less than as a name, and quick to tell."""
        return Counter(WORD.findall(REMARK.sub("", self.text)))

    def count(self, name: str) -> int:
        """Count a name beside what binds it; the tree is only looked at if the word is there twice."""
        return self.names[name] if self.words[name] > 1 else 0


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
    middles = _trim(old, new)
    if _same(old, new, Plain()):
        return Kind.FORMAT if _remarks(middles[0]) == _remarks(middles[1]) else Kind.COMMENT
    if not _compiles(new.text):
        return Kind.UPGRADE
    known = imports(old.tree)
    docs = Plain(docs=True)
    hints = replace(docs, imports=True, known=known)
    wrappers = replace(hints, wrappers=True)
    steps = (
        (Kind.COMMENT, docs),
        (Kind.IMPORT, hints),
        (Kind.TRANSACTION, wrappers),
        (Kind.DOWNGRADE, replace(wrappers, downgrade=True)),
        (Kind.GRAPH, replace(wrappers, graph=True)),
        (Kind.GRAPH, replace(wrappers, graph=True, downgrade=True)),
    )
    return next((kind for kind, without in steps if _same(old, new, without)), Kind.UPGRADE)


def _compiles(text: str) -> bool:
    """Tell whether it can be loaded at all: not all that can be parsed can."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "revision", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, *DEEP):
        return False
    return True


def _same(old: Text, new: Text, without: Plain) -> bool:
    one, other = (plain(copy.deepcopy(text.tree), without, text.count) for text in (old, new))
    return one is not None and one == other


def _trim(old: Text, new: Text) -> tuple[list[str], list[str]]:
    """Take out of both functions' bodies what stands in the same lines at their begin and end.

    Returns:
        The lines of either text in between.
    """
    were, are = old.text.split("\n"), new.text.split("\n")
    shorter = min(len(were), len(are))
    head = next((n for n in range(shorter) if were[n] != are[n]), shorter)
    tail = next((n for n in range(shorter - head) if were[-1 - n] != are[-1 - n]), shorter - head)
    bodies, others = _bodies(old.tree), _bodies(new.tree)
    for name in bodies.keys() & others.keys():
        _trim_body(bodies[name], others[name], head, (len(were) - tail, len(are) - tail))
    return were[head : len(were) - tail], are[head : len(are) - tail]


def _bodies(tree: ast.Module) -> dict[str, list[ast.stmt]]:
    """Give the bodies of the functions whose name is theirs alone."""
    functions = [node for node in tree.body if isinstance(node, FUNCTIONS)]
    names = Counter(function.name for function in functions)
    return {function.name: function.body for function in functions if names[function.name] == 1}


def _trim_body(old: list[ast.stmt], new: list[ast.stmt], head: int, tails: tuple[int, int]) -> None:
    """Take out statements that stand in common lines; the first may be a docstring, and stays."""
    while len(old) > 1 and len(new) > 1 and max(_end(old[1]), _end(new[1])) <= head:
        del old[1], new[1]
    while len(old) > 1 and len(new) > 1 and old[-1].lineno > tails[0] and new[-1].lineno > tails[1]:
        places = [
            (node.lineno - tail, node.col_offset)
            for node, tail in zip((old[-1], new[-1]), tails, strict=True)
        ]
        if places[0] != places[1]:  # what a changed quote above has made another statement
            return
        del old[-1], new[-1]


def _end(statement: ast.stmt) -> int:
    return statement.end_lineno or statement.lineno


def _remarks(lines: list[str]) -> list[str]:
    """Give the comments of some lines, quotes and white space aside."""
    found = (match.group() for line in lines if (match := REMARK.search(line)))
    return [re.sub(r"[\s'\"(),]", "", remark) for remark in found]


def _looks_at_itself(old: Text, new: Text) -> bool:
    head = [line for text in (old, new) for line in text.text.split("\n")[:2]]
    return any(SELF.search(text.text) for text in (old, new)) or any(map(CODING.match, head))
