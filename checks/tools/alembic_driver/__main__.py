"""Start the driver under a name of its own: `python FOLDER ORDERS_FD REPLIES_FD FRAMES_FD LOADED`."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 -- pathlib is slow to import


def leave_path() -> None:
    """Take our folder off the search path, where Python puts it: its names must not hide the user's."""
    here = os.path.realpath(HERE)
    sys.path[:] = [entry for entry in sys.path if not entry or os.path.realpath(entry) != here]


def load() -> None:
    """Make this folder importable as `migseal_driver`, from its place and not by the search path."""
    init = os.path.join(HERE, "__init__.py")  # noqa: PTH118 -- pathlib is slow to import
    spec = importlib.util.spec_from_file_location("migseal_driver", init, submodule_search_locations=[HERE])
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["migseal_driver"] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    leave_path()
    load()
    *pipes, preferred = sys.argv[1:]
    importlib.import_module("migseal_driver.drive").main(*map(int, pipes), preferred)
