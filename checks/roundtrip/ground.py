"""What both paths stand on: `before` and `start` of the config, which must not be what makes them meet."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from checks import sql
from checks.errors import CannotCheckError
from checks.roundtrip.plan import after_start

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checks.migration import Comparison, History, Project
    from checks.roundtrip.basetree import Trees

# What is there beside a database's schema: a change may ask for more of it.
BESIDE = re.compile(r"CREATE\s+(?:ROLE|USER|GROUP|EXTENSION)\b", re.IGNORECASE)
FIX = "let the change of migseal.yaml, or of the file that it names, be merged first, by itself"


def ground(comparison: Comparison, before: History, trees: Trees) -> tuple[Project, Project]:
    """Give the project as each path takes it: deployed databases began as the base says.

    Args:
        comparison: The project at the base and now.
        before: The base's history.
        trees: All files.

    Raises:
        CannotCheckError: New databases begin in another way now: that would be no proof of the files.
    """
    was, now = before.project, comparison.project
    extra = [text for text in _statements(now.before) if text not in _statements(was.before)]
    wrong = next((text for text in extra if not BESIDE.match(text)), None)
    if wrong is not None:
        raise _moved(now, f"`before` has a statement that the base's has not ({wrong})")
    if now.start_sql is not None and not _same_start(was, now, trees):
        raise _moved(now, "`start` is another than at the base")
    both = ";\n".join((*_statements(was.before), *extra))
    return replace(now, start_sql=was.start_sql, start_at=was.start_at, before=both), now


def unseen(history: History, project: Project) -> frozenset[str]:
    """Give the versions that a start stands for: no path runs them, and so proves nothing of them."""
    run = after_start(replace(history, project=project))
    return frozenset(m.version for m in history.migrations) - {m.version for m in run}


def start_file(project: Project, trees: Trees) -> Mapping[str, bytes]:
    """Give the file that a start names, as the base has it."""
    if project.start_sql is None:
        return {}
    data = _read(trees, project.start_sql)
    return {} if data is None else {project.start_sql: data}


def _same_start(was: Project, now: Project, trees: Trees) -> bool:
    if (was.start_sql, was.start_at) != (now.start_sql, now.start_at) or now.start_sql is None:
        return False
    path = trees.root / now.start_sql
    return path.is_file() and _read(trees, now.start_sql) == path.read_bytes()


def _read(trees: Trees, path: str) -> bytes | None:
    try:
        return trees.base().read(path)
    except KeyError:
        return None


def _statements(text: str) -> list[str]:
    return [statement.text.strip().rstrip(";") for statement in sql.statements(text)]


def _moved(project: Project, what: str) -> CannotCheckError:
    return CannotCheckError(
        f"project {project.name}: {what}, and old migrations were changed, too: whether deployed databases "
        "and new ones differ cannot be told",
        FIX,
    )
