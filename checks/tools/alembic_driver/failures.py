"""Errors of the project's code as plain data: where it happened, what the server said."""

from __future__ import annotations

import ast
import os
import re
import traceback
from pathlib import Path
from typing import Any, Iterator

RAISED = "P0001"  # the server's code for RAISE EXCEPTION
RAISES = re.compile(r"\s*DO\b.*\bRAISE\s+EXCEPTION\b", re.IGNORECASE | re.DOTALL)
MOST = 2000  # characters of a message or a statement that anyone reads


class Places:
    """Which files are the project's own, and how they are called.

    Attributes:
        root: The repository's root, all links resolved.
    """

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root)

    def name(self, path: str) -> str | None:
        """Give a file's path relative to the root, or None if it is not the project's."""
        path = os.path.realpath(path)
        if not path.startswith(self.root + os.sep):
            return None
        relative = os.path.relpath(path, self.root).replace(os.sep, "/")
        foreign = "site-packages" in relative or "dist-packages" in relative
        return None if foreign or not Path(path).exists() else relative

    def frames(self, error: BaseException) -> list[tuple[str, int, str]]:
        """Give path, line and function of the project's own frames, the deepest last."""
        found = []
        for frame in traceback.extract_tb(error.__traceback__):
            name = self.name(frame.filename)
            if name is not None:
                found.append((name, frame.lineno or 1, frame.name))
        if isinstance(error, SyntaxError) and error.filename:
            name = self.name(error.filename)
            found += [(name, error.lineno or 1, "<module>")] if name else []
        return found


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _server_error(error: BaseException) -> BaseException:
    """Give the driver's own exception, from inside SQLAlchemy's and its async adapters'."""
    found = getattr(error, "orig", None) or error
    inner = found.__cause__
    return inner if hasattr(inner, "sqlstate") and inner is not None else found


def _sqlstate(error: BaseException) -> str | None:
    found = _server_error(error)
    state = getattr(found, "sqlstate", None) or getattr(found, "pgcode", None)
    return str(state) if state else None


def message(error: BaseException) -> str:
    """Say an error in a few lines: its kind, the server's message, detail and hint."""
    if isinstance(error, SystemExit):
        return f"sys.exit({error.code!r}) was called"
    found = _server_error(error)
    said = getattr(found, "diag", found)
    first = getattr(said, "message_primary", None) or getattr(said, "message", None) or str(found).strip()
    lines = [f"{type(found).__name__}: {first}" if first else type(found).__name__]
    for word in ("detail", "hint"):
        more = getattr(said, f"message_{word}", None) or getattr(said, word, None)
        lines += [f"{word.upper()}: {more}"] if isinstance(more, str) and more else []
    return "\n".join(line.strip() for line in "\n".join(lines).splitlines())[:MOST]


def _is_raise(path: str, line: int) -> bool:
    """Tell whether a line of a file belongs to a raise statement."""
    try:
        tree = ast.parse(Path(path).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return False
    raises = (node for node in ast.walk(tree) if isinstance(node, ast.Raise))
    return any(node.lineno <= line <= (node.end_lineno or node.lineno) for node in raises)


def refused(error: BaseException, file: str, places: Places) -> bool:
    """Tell whether a downgrade itself said that it cannot be undone, rather than broke.

    It did if it raised in its own body, and not because of another exception; or if any code of the
    project's raised NotImplementedError; or a DO block that it sent raised an exception.

    Args:
        error: What came out of the downgrade.
        file: The migration's file.
        places: Which files are the project's.
    """
    if _sqlstate(error) == RAISED:
        return RAISES.match(str(getattr(error, "statement", None) or "")) is not None
    last = traceback.extract_tb(error.__traceback__)[-1:]
    if not last or _sqlstate(error) or error.__cause__ or error.__context__:
        return False
    frame = last[0]
    if isinstance(error, NotImplementedError):
        return places.name(frame.filename) is not None
    same = os.path.realpath(frame.filename) == os.path.realpath(file)
    return same and frame.name.startswith("downgrade") and _is_raise(frame.filename, frame.lineno or 0)


# Of code that did not reckon with NULL, with several rows, or with any: whatever the values are.
FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    NameError,
    OSError,
    TypeError,
)


def unwanted_value(error: BaseException, places: Places) -> bool:
    """Tell whether the project's own code, and not the server, did not take a value that it read.

    Args:
        error: What came out of a leg.
        places: Which files are the project's.
    """
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 -- an interpreter may have none

    if not isinstance(error, Exception) or any(map(_sqlstate, _chain(error))):
        return False
    return not isinstance(error, (*FAULTS, SQLAlchemyError)) and bool(places.frames(error))


def failure(error: BaseException, leg: str, file: str | None, places: Places) -> dict[str, Any]:
    """Describe why a leg failed.

    Args:
        error: What came out of it.
        leg: "up" or "down".
        file: The migration's file, if it is known.
        places: Which files are the project's.
    """
    frames = places.frames(error)
    own = [frame for frame in frames if file and frame[0] == places.name(file)]
    path, line = (own or frames)[-1][:2] if frames else (file and places.name(file), None)
    statement = getattr(error, "statement", None)
    return {
        "message": message(error),
        "path": path,
        "line": line,
        "statement": str(statement).strip()[:MOST] if statement else None,
        "sqlstate": _sqlstate(error),
        "refused": leg == "down" and file is not None and refused(error, file, places),
        "unwanted_value": unwanted_value(error, places),
    }


def missing_variables(error: BaseException) -> list[str]:
    """Give the environment variables for want of which an error was raised: KeyErrors out of os.environ."""
    found = []
    for one in _chain(error):
        last = traceback.extract_tb(one.__traceback__)[-1:]
        # os is frozen into Python 3.11 and later, without its file's name.
        of_os = last and last[0].name == "__getitem__" and last[0].filename in (os.__file__, "<frozen os>")
        if isinstance(one, KeyError) and of_os and isinstance(one.args[0], str):
            found.append(one.args[0])
    return found


def breakage(error: BaseException, places: Places) -> dict[str, Any]:
    """Describe an error before any leg: the project's frames, the exception, what it lacked."""
    frames = next(filter(None, (places.frames(one) for one in _chain(error))), [])
    return {
        "message": message(error),
        "kind": type(error).__name__,
        "frames": frames,
        "missing": missing_variables(error),
        "module": error.name if isinstance(error, ImportError) else None,
    }
