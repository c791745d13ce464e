"""One revision file, read with `ast`: what it declares. Nothing is imported."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from checks.content import decode, fingerprint
from checks.migration import File, Migration, Problem, Tree
from checks.tools.alembic import allows
from checks.tools.alembic.downgrade import downgrade_of, functions, refusal_of
from checks.tools.alembic.stamps import of_module

ENCODINGS = {"utf-8", "utf-8-sig", "ascii", "iso-8859-1", "iso-8859-15", "cp1252", "latin-1"}
DECLARED = {"revision", "down_revision", "depends_on", "branch_labels"}


@dataclass(frozen=True)
class Revision:
    """A revision file's migration, and the branch labels that it declares."""

    migration: Migration
    labels: tuple[str, ...]


def read_revision(tree: Tree, path: str, inside: str) -> Revision | Problem:
    """Read a revision file, or say where and why it cannot be read.

    Args:
        tree: The files.
        path: Relative to the repository's root.
        inside: The same file, relative to the project's directory.
    """
    try:
        data = tree.read(path)
    except KeyError:
        return Problem(inside, 1, "it cannot be read, or is a link to nothing inside the repository")
    return _read(inside, tree.blob(path), data)


@cache  # the same file is most often at the base, too
def _read(inside: str, blob: str, data: bytes) -> Revision | Problem:
    text = _source(data)
    if not isinstance(text, str):
        return Problem(inside, *text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of "\d" in a text: whoever runs it is told
            module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        return Problem(inside, line, f"it is not Python: {getattr(error, 'msg', None) or error}")
    revision = _revision(module, text, File(inside, fingerprint(data), blob))
    if isinstance(revision, Problem):
        return revision
    refusal = refusal_of(module, text)
    told = replace(
        revision.migration,
        downgrade=downgrade_of(module, refusal),
        stamps=of_module(module, text),
        allows=allows.of_text(text),
        refusal=refusal,
    )
    return replace(revision, migration=told)


def _source(data: bytes) -> str | tuple[int, str]:
    """Give a file's text as Python reads it; else the line that cannot be read, and why."""
    import io  # noqa: PLC0415 -- only for files that are new
    import tokenize  # noqa: PLC0415 -- the same

    text = decode(data)
    if b"coding" not in b"".join(data.splitlines()[:2]):
        return text
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except (SyntaxError, ValueError):
        return text
    if encoding not in ENCODINGS:
        return 1, f"it declares the encoding {encoding}, in which a text may hide code"
    try:
        return data.decode(encoding)
    except ValueError:
        return text


def _revision(module: ast.Module, text: str, file: File) -> Revision | Problem:
    names = _assignments(module)
    hidden = _bound_elsewhere(module, in_functions="global" in text)
    if hidden is not None:
        return Problem(file.path, hidden, "it sets its revision in a way that only running it would tell")
    try:
        version = _texts(names, "revision")
        parents, depends, labels = (
            _texts(names, n) for n in ("down_revision", "depends_on", "branch_labels")
        )
    except ValueError as error:
        return Problem(file.path, error.args[1], error.args[0])
    if len(version) != 1:
        return Problem(file.path, 1, "it declares no `revision`")
    down = functions(module).get("downgrade")
    migration = Migration(
        version[0],
        file,
        after=tuple(dict.fromkeys(parents + depends)),
        depends=tuple(name for name in depends if name not in parents),
        line=names["revision"].lineno,
        down_line=down.lineno if down else 0,
        after_line=names["down_revision"].lineno if "down_revision" in names else 0,
    )
    return Revision(migration, labels)


def _assignments(module: ast.Module) -> dict[str, ast.expr]:
    """Give the last value that each name gets at the top of a module."""
    found: dict[str, ast.expr] = {}
    for statement in module.body:
        if isinstance(statement, ast.Assign):
            found |= {t.id: statement.value for t in statement.targets if isinstance(t, ast.Name)}
        elif (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and statement.value
        ):
            found[statement.target.id] = statement.value
    return found


def _bound_elsewhere(module: ast.Module, *, in_functions: bool) -> int | None:
    """Give the line where a name of Alembic's is set by more than a plain assignment, None if nowhere.

    Args:
        module: The file.
        in_functions: Whether a function of it may say that a name is global: to look takes time.
    """
    lines = (
        _binding(node, in_functions=in_functions)
        for statement in module.body
        if (node := _beside_plain_names(statement))
    )
    return next((line for line in lines if line is not None), None)


def _beside_plain_names(statement: ast.stmt) -> ast.AST | None:
    """Give what to look into: of a plain assignment only its value."""
    if isinstance(statement, ast.AnnAssign):
        return statement.value
    if isinstance(statement, ast.Assign) and all(isinstance(t, ast.Name) for t in statement.targets):
        return statement.value
    return statement


CLOSED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.Name, ast.alias)


def _binding(tree: ast.AST, *, in_functions: bool) -> int | None:
    """Give the line where a name of Alembic's is set inside a node, but for a function's own names.

    Not by a function that calls itself: files may be nested as deep as the parser takes them.
    """
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        line = _sets(node, in_functions=in_functions)
        if line is not None:
            return line
        if not isinstance(node, CLOSED):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))
    return None


def _sets(node: ast.AST, *, in_functions: bool) -> int | None:
    """Give the line if a node itself sets one."""
    if isinstance(node, CLOSED[:4]):
        if not in_functions:
            return None
        named = [n for n in ast.walk(node) if isinstance(n, ast.Global) and DECLARED & set(n.names)]
        return named[0].lineno if named else None
    if isinstance(node, ast.Name):
        sets = node.id in DECLARED and not isinstance(node.ctx, ast.Load)
        return node.lineno if sets or node.id == "globals" else None
    if isinstance(node, ast.alias) and (node.asname or node.name) in DECLARED:
        return node.lineno
    return None


def _texts(names: Mapping[str, ast.expr], name: str) -> tuple[str, ...]:
    """Read a text, None, or a collection of texts.

    Raises:
        ValueError: Of a reason and a line, if it is anything else.
    """
    node = names.get(name)
    for _ in range(8):  # a name that stands for another, a few times over
        node = names.get(node.id) if isinstance(node, ast.Name) else node
    if node is None or (isinstance(node, ast.Constant) and node.value is None):
        return ()
    nodes = node.elts if isinstance(node, (ast.Tuple, ast.List, ast.Set)) else [node]
    found = []
    for item in nodes:
        value = names.get(item.id) if isinstance(item, ast.Name) else item
        if not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
            raise ValueError(f"`{name}` is not a plain text", node.lineno)  # noqa: TRY004 -- read by the caller
        found.append(value.value)
    return tuple(found)
