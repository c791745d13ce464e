"""Who runs a folder's files when it is deployed, where their look tells it for sure; most folders do not.

`001_x.up.sql` beside `001_x.down.sql` is golang-migrate's form, and sqlx's, bun's and others', too. Sources:
amacneil/dbmate#159 and #441, `run_pending_migrations` of diesel_migrations, supabase/cli#1882.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.migration import Runner

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from checks.migration import Migration, Project, Tree
    from checks.tools.sql.names import Name, Pair

DBMATE = Runner("dbmate", runs_late=True, option="--strict")
DIESEL = Runner("diesel", runs_late=True)
SUPABASE = Runner("supabase db push", runs_late=False, option="--include-all")

_DBMATE = re.compile(rb"^--[ \t]*migrate:up(?:\s|$)", re.MULTILINE)  # as dbmate itself looks for it
_DIESEL = re.compile(r"\d{4}-\d\d-\d\d-\d{6}(?:-\d{4})?")
_DIESEL_SETUP = "00000000000000_diesel_initial_setup"
_SUPABASE = re.compile(r"(?P<root>(?:.*/)?supabase)/migrations")


def of_folder(
    project: Project, tree: Tree, found: Sequence[Pair], known: Mapping[tuple[str, str], Migration]
) -> Runner | None:
    """Tell who runs the files of a folder, None where that is not sure.

    Args:
        project: Whose folder.
        tree: The repository's files.
        found: The folder's migrations, in order.
        known: The files that need no reading: where all are, nothing is new that could be run late.
    """
    prefix = f"{project.directory}/" if project.directory else ""
    unread = [pair for pair in found if not _is_known(pair.up, prefix, tree, known)]
    if not unread:
        return None
    supabase = _SUPABASE.fullmatch(project.directory)
    if supabase and f"{supabase['root']}/config.toml" in tree.paths():
        return SUPABASE
    if all(_is_diesel(pair.up) for pair in found):
        return DIESEL
    looked_at = [found[0], found[-1], *unread]
    return DBMATE if all(_is_dbmate(pair, prefix, tree) for pair in looked_at) else None


def _is_known(name: Name, prefix: str, tree: Tree, known: Mapping[tuple[str, str], Migration]) -> bool:
    return (name.path, tree.blob(prefix + name.path)) in known


def _is_diesel(name: Name) -> bool:
    in_folder = name.path == f"{name.stem}/up.sql"
    return in_folder and (name.stem == _DIESEL_SETUP or _DIESEL.fullmatch(name.version) is not None)


def _is_dbmate(pair: Pair, prefix: str, tree: Tree) -> bool:
    try:
        return pair.down is None and _DBMATE.search(tree.read(prefix + pair.up.path)) is not None
    except (KeyError, OSError):
        return False
