"""Which of the project's modules were loaded from another tree than the one that is run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

OURS = ("__main__", __package__)


class Modules:
    """The modules that come from the repository, where the tree that is run is not its own.

    An editable install, or a path in the configuration, leads there.
    """

    def __init__(self, root: str, home: str | None) -> None:
        """Take the two trees.

        Args:
            root: The top of the tree that is run.
            home: The repository's root, None where that is the same.
        """
        self._root = root
        self._tops = (os.path.realpath(root), None if home is None else os.path.realpath(home))
        self._known: set[str] = set()

    def news(self) -> list[str]:
        """Give the names of those that are loaded and were not told yet."""
        if self._tops[1] is None:
            return []
        fresh = [name for name in list(sys.modules) if name not in self._known]
        self._known.update(fresh)
        return sorted(name for name in fresh if name.partition(".")[0] not in OURS and self._strays(name))

    def _strays(self, name: str) -> bool:
        """Tell whether a module is loaded from the repository, and the tree has a file in its place."""
        root, home = self._tops
        file = getattr(sys.modules.get(name), "__file__", None)
        if (
            not isinstance(file, str)
            or home is None
            or _is_below(str(Path(file).absolute()), root, self._root)
        ):
            return False
        place = os.path.realpath(file)
        if not _is_below(place, home) or "site-packages" in place or "dist-packages" in place:
            return False
        return Path(root, os.path.relpath(place, home)).exists()


def _is_below(path: str, *tops: str) -> bool:
    return any(path.startswith(top + os.sep) for top in tops)
