"""What the project's code reads while it runs: its files, the environment, the packages that it finds."""

from __future__ import annotations

import os
import sys
from typing import Any, Iterator, Tuple

Trace = Tuple[str, str]  # a kind and a name
PROCESSES = (
    "subprocess.Popen",
    "os.system",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.exec",
    "os.spawn",
)
LISTINGS = ("os.listdir", "os.scandir")
FOREIGN = ("site-packages", "dist-packages")
STDLIB = os.path.dirname(os.path.realpath(os.__file__)) + os.sep  # noqa: PTH120 -- pathlib is slow to import
# What stands between the code that wants to know and the call that Python tells of.
BETWEEN = ("os.py", "glob.py", "pathlib", "pkgutil.py", "subprocess.py", "shutil.py", "contextlib.py")
EVERYTHING = "*"


class Traces:
    """Notes what is read from now on.

    Attributes:
        root: The top of the project's files, links resolved.
        ours: Environment variables that lead to the database: they differ in each run.
    """

    def __init__(self, root: str, ours: set[str], ports: set[int]) -> None:
        """Take what is the project's.

        Args:
            root: The top of its files.
            ours: Environment variables that lead to the database.
            ports: Where the database may be reached.
        """
        self.root = os.path.realpath(root) + os.sep
        self.ours = ours
        self._ports = ports
        self._found: set[Trace] = set()
        self._told: set[Trace] = set()
        self._seen: set[str] = set()

    def install(self) -> None:
        """Begin."""
        note_variable = self._variable
        kind: Any = type(os.environ)
        get, every = kind.__getitem__, kind.__iter__

        def getitem(environ: Any, name: Any) -> Any:  # noqa: ANN401 -- of os.environ and os.environb
            note_variable(name)
            return get(environ, name)

        def iterate(environ: Any) -> Any:  # noqa: ANN401 -- the same
            note_variable(EVERYTHING)
            return every(environ)

        kind.__getitem__, kind.__iter__ = getitem, iterate
        sys.addaudithook(self._hear)

    def news(self) -> list[Trace]:
        """Give what was read and not told yet."""
        self._found.update(self._loaded())
        fresh = sorted(self._found - self._told)
        self._told.update(fresh)
        return fresh

    def _variable(self, name: Any) -> None:  # noqa: ANN401 -- text, or bytes for os.environb
        name = os.fsdecode(name)
        if name not in self.ours:
            self._found.add(("variable", name))

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            self._opened(*arguments[:3])
        elif event in LISTINGS:
            self._listed(arguments[0])
        elif event in PROCESSES:
            self._strange(f"{event} {arguments[0]!r}" if arguments else event)
        elif event == "socket.connect" and not self._is_database(arguments[1]):
            self._strange(f"{event} {arguments[1]!r}")

    def _opened(self, path: Any, _mode: Any, flags: Any) -> None:  # noqa: ANN401 -- of Python's audit events
        if isinstance(path, int) or path is None or (flags and flags & (os.O_WRONLY | os.O_RDWR)):
            return
        place = self._place(path)
        if place is not None:
            self._found.add(("file", place))

    def _listed(self, path: Any) -> None:  # noqa: ANN401 -- of Python's audit events
        if isinstance(path, int):
            return
        place = self._place(path or ".")
        if place is not None and _asker().startswith(self.root):
            self._found.add(("folder", place))

    def _strange(self, what: str) -> None:
        """Note what cannot be followed, unless Python's own library asks the machine what it is."""
        if not _asker().startswith((STDLIB, "<")):
            self._found.add(("stranger", what))

    def _is_database(self, address: Any) -> bool:  # noqa: ANN401 -- of any family
        if isinstance(address, tuple):
            return len(address) > 1 and address[1] in self._ports
        return any(str(address).endswith(f".{port}") for port in self._ports)  # .s.PGSQL.5432

    def _place(self, path: Any) -> Any:  # noqa: ANN401 -- text or None
        """Give a path of the project's as it is, and None for what is not: most of what is opened."""
        full = os.path.realpath(os.fsdecode(path))
        if not full.startswith(self.root) or any(word in full for word in FOREIGN):
            return None
        if full.startswith(f"{self.root}.git{os.sep}"):
            return None
        return _source(full)

    def _loaded(self) -> Iterator[Trace]:
        """Give the interpreter, where it finds packages, and the modules that are in none, as far as new."""
        fresh = sys.modules.keys() - self._seen
        if not fresh:
            return
        self._seen |= fresh
        yield "python", os.path.realpath(sys.executable)
        for place in list(sys.path):
            if any(word in place for word in FOREIGN):
                yield "packages", os.path.realpath(place)
        for name in fresh:
            file = getattr(sys.modules.get(name), "__file__", None)
            if isinstance(file, str) and not _is_foreign(file):
                yield "file", _source(os.path.realpath(file))


def _is_foreign(file: str) -> bool:
    """Tell whether a module is Python's, a package's, or ours."""
    here = os.path.dirname(__file__) + os.sep  # noqa: PTH120 -- pathlib is slow to import
    return file.startswith((STDLIB, here, "<")) or any(word in file for word in FOREIGN) or _is_stdlib(file)


def _is_stdlib(file: str) -> bool:
    return os.path.realpath(file).startswith(STDLIB)


def _source(path: str) -> str:
    """Give the text of which a file holds the compiled form; else the file."""
    folder, name = os.path.split(path)
    if os.path.basename(folder) != "__pycache__":  # noqa: PTH119 -- pathlib is slow to import
        return path
    return os.path.join(os.path.dirname(folder), f"{name.partition('.')[0]}.py")  # noqa: PTH118, PTH120 -- the same


def _asker() -> str:
    """Give the file of the code that wanted to know what Python tells of."""
    frame = sys._getframe(1)  # noqa: SLF001 -- nothing public is as quick
    while frame is not None:
        file = frame.f_code.co_filename
        within = file == __file__ or (file.startswith(STDLIB) and file[len(STDLIB) :].startswith(BETWEEN))
        if not within:
            return file
        frame = frame.f_back  # type: ignore[assignment]
    return "<nobody>"
