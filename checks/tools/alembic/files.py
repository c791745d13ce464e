"""Alembic's files, read as data: where the versions are, what each revision declares. Nothing is imported."""

from __future__ import annotations

import ast
import posixpath
import re
import warnings
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from checks.content import decode, fingerprint
from checks.errors import CannotCheckError
from checks.migration import Downgrade, File, History, Migration, Problem, Project, Tree, place
from checks.tools.order import project_name, upgrade_order

SEPARATORS = {"space": " ", "newline": "\n", "os": ":", ":": ":", ";": ";"}
OPTIONS = (
    "script_location",
    "version_locations",
    "version_path_separator",
    "path_separator",
    "recursive_version_locations",
    "prepend_sys_path",
    "sourceless",
)
ENCODINGS = {"utf-8", "utf-8-sig", "ascii", "iso-8859-1", "iso-8859-15", "cp1252", "latin-1"}
HERE = "<here>"  # stands for the configuration's folder until that is known
DECLARED = {"revision", "down_revision", "depends_on", "branch_labels"}
SKIPPED = re.compile(r"\.#|__init__\.py$")  # as Alembic's own pattern of revision files


@dataclass(frozen=True)
class Options:
    """What Alembic's configuration says about files; paths are relative to the repository's root.

    Attributes:
        directory: The script location.
        locations: Where the revision files are.
        recursive: Whether folders inside the locations count.
        sourceless: Whether Alembic also runs compiled files.
    """

    directory: str
    locations: tuple[str, ...]
    recursive: bool
    sourceless: bool = False


def find(tree: Tree) -> tuple[Project, ...]:
    """Find projects: an alembic.ini, [tool.alembic] in a pyproject.toml, or what `alembic init` makes."""
    paths = tree.paths()
    present = set(paths)
    projects: dict[str, Project] = {}
    for path in paths:
        if posixpath.basename(path) in ("alembic.ini", "pyproject.toml"):
            options = None
            with suppress(CannotCheckError):  # a project that is known reads its own, and says what is wrong
                options = _options(tree, path)
            if options is not None:
                project = Project(
                    project_name(options.directory), options.directory, "alembic", ini_file=path
                )
                projects.setdefault(options.directory, project)
    for path in paths:
        directory = posixpath.dirname(path)
        if posixpath.basename(path) == "script.py.mako" and f"{directory}/env.py".lstrip("/") in present:
            projects.setdefault(directory, Project(project_name(directory), directory, "alembic"))
    return tuple(projects.values())


def read(project: Project, tree: Tree, known: Mapping[tuple[str, str], Migration]) -> History:
    """Read a project's revisions.

    Args:
        project: Which.
        tree: The files.
        known: What files of a given path (in the project's directory) and blob hold: they are not read again.
    """
    options = _options_of(project, tree)
    migrations: list[Migration] = []
    problems = list(_not_here(project, options, tree))
    labels: dict[str, str] = {}
    for path in _revision_files(options, tree):
        inside = _inside(path, project.directory)
        migration = known.get((inside, tree.blob(path)))
        if migration is None:
            revision = _read_revision(tree, path, inside)
            if isinstance(revision, Problem):
                problems.append(revision)
                continue
            migration = revision.migration
            labels.update(dict.fromkeys(revision.labels, migration.version))
        migrations.append(migration)
    versions = {migration.version for migration in migrations}
    if known and any(dep not in versions and dep not in labels for m in migrations for dep in m.depends):
        return read(project, tree, {})  # a branch label that a file not read again may declare
    resolved = [_resolve_labels(migration, versions, labels) for migration in migrations]
    return History(project, upgrade_order(resolved), tuple(problems))


def _inside(path: str, directory: str) -> str:
    if not directory:
        return path
    inside = path.startswith(f"{directory}/")
    return path[len(directory) + 1 :] if inside else posixpath.relpath(path, directory)


def _resolve_labels(migration: Migration, versions: set[str], labels: Mapping[str, str]) -> Migration:
    """Put versions in the place of branch labels that depends_on names."""
    if all(name in versions or name not in labels for name in migration.after):
        return migration

    def version(name: str) -> str:
        return name if name in versions else labels.get(name, name)

    after = tuple(version(name) for name in migration.after)
    return replace(migration, after=after, depends=tuple(version(name) for name in migration.depends))


def _not_here(project: Project, options: Options, tree: Tree) -> Iterator[Problem]:
    present = set(tree.paths())
    for location in options.locations:
        if location in present:
            reason = "it is a link to outside of the repository, or a submodule: its files are not here"
            yield Problem(_inside(location, project.directory), 1, reason)
    for path in present if options.sourceless else ():
        if path.endswith((".pyc", ".pyo")) and any(path.startswith(f"{one}/") for one in options.locations):
            yield Problem(_inside(path, project.directory), 1, "it is compiled: nobody can read what it does")


def _revision_files(options: Options, tree: Tree) -> Iterator[str]:
    for path in tree.paths():
        if not path.endswith(".py") or SKIPPED.match(posixpath.basename(path)):
            continue
        directory = posixpath.dirname(path)
        for location in options.locations:
            if directory == location or (options.recursive and directory.startswith(f"{location}/")):
                yield path
                break


def _options_of(project: Project, tree: Tree) -> Options:
    """Read where a project's revisions are.

    Raises:
        CannotCheckError: The configuration that is named leads to another directory, or cannot be read.
    """
    present = set(tree.paths())
    plain = Options(project.directory, (place(project, "versions"),), recursive=False)
    candidates = [project.ini_file] if project.ini_file else _nearby(project.directory)
    for path in candidates:
        options = _options(tree, path) if path in present else None
        if options is not None and options.directory == project.directory:
            return options
        if options is not None and path == project.ini_file:
            raise CannotCheckError(
                f"{path} leads to the script location {options.directory or '.'}, and project {project.name} "
                f"has the directory {project.directory or '.'}",
                f"let both name one directory: in {path}, or in migseal.yaml",
            )
    return plain


def _nearby(directory: str) -> list[str]:
    """Give the places where a configuration for a directory may be: there, and in the folders above."""
    names = ("alembic.ini", "pyproject.toml")
    return [posixpath.join(folder, name) for folder in (directory, *above(directory)) for name in names]


def above(directory: str) -> tuple[str, ...]:
    """Give the folders that a folder is in, the nearest first, the repository's root last."""
    parts = directory.split("/")[:-1] if directory else []
    found = ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return (*found, "") if directory else ()


def _options(tree: Tree, path: str) -> Options | None:
    """Read a configuration file; None if it does not name a script location.

    Raises:
        CannotCheckError: It is broken: what Alembic would make of it cannot be told.
    """
    try:
        raw = _raw(tree, path)
    except KeyError:
        return None
    location = raw.get("script_location")
    if not location:
        return None
    here = posixpath.dirname(path)
    if not path.endswith(".toml"):  # what the ini does not say, Alembic takes from a pyproject.toml
        beside = (posixpath.join(start, "pyproject.toml") for start in (here, *above(here)))
        raw = {**next(filter(None, (_raw_or_nothing(tree, file) for file in beside)), {}), **raw}
    paths = tree.paths()
    first = tuple(p for p in re.split(r"[:;,\s]+", raw.get("prepend_sys_path", "")) if p and p != ".")
    directory = _resolve(location, here, paths, first)
    separator = raw.get("path_separator") or raw.get("version_path_separator")
    written = raw.get("version_locations", "")
    parts = written.split(SEPARATORS[separator]) if separator in SEPARATORS else re.split(r", *|\s+", written)
    locations = tuple(_resolve(part.strip(), here, paths, first) for part in parts if part.strip())
    versions = locations or (posixpath.join(directory, "versions"),)
    return Options(directory, versions, _is_on(raw, "recursive_version_locations"), _is_on(raw, "sourceless"))


def _is_on(raw: Mapping[str, str], name: str) -> bool:
    return raw.get(name, "").lower() in ("true", "1", "yes", "on")


def _raw(tree: Tree, path: str) -> dict[str, str]:
    """Read the options of a configuration file.

    Raises:
        KeyError: It is not there.
        CannotCheckError: It is broken.
    """
    text = decode(tree.read(path))
    if path.endswith(".toml"):
        return _toml(text) if isinstance(text, str) else {}
    if not isinstance(text, str):
        raise CannotCheckError(f"{path}:{text[0]}: {text[1]}", f"save {path} as UTF-8")
    try:
        return _ini(text)
    except ValueError as error:
        message = f"{path} cannot be read as Alembic reads it: {error}"
        raise CannotCheckError(
            message, f"mend {path}; `alembic heads` tells whether Alembic can read it"
        ) from error


def _raw_or_nothing(tree: Tree, path: str) -> dict[str, str]:
    try:
        return _raw(tree, path)
    except KeyError:
        return {}


def start_folder(text: str, path: str, directory: str) -> str:
    """Give the folder from which a configuration's script location leads to a project's directory.

    Args:
        text: The configuration.
        path: Its path, relative to the repository's root.
        directory: The project's.
    """
    here, location = posixpath.dirname(path), ""
    with suppress(ValueError):
        location = (_toml(text) if path.endswith(".toml") else _ini(text)).get("script_location", "")
    starts = (here, *above(here))
    return next((start for start in starts if _normal(posixpath.join(start, location)) == directory), here)


def _ini(text: str) -> dict[str, str]:
    """Read the options that say where files are, with the values that they name by %(name)s put in.

    Raises:
        ValueError: Broken, or a name that is not there.
    """
    import configparser  # noqa: PLC0415 -- only where there is an ini file

    parser = configparser.ConfigParser(defaults={"here": HERE}, strict=False)
    try:
        parser.read_string(text)
        if not parser.has_section("alembic"):
            return {}
        known = [name for name in OPTIONS if parser.has_option("alembic", name)]
        return {name: parser.get("alembic", name) for name in known}
    except configparser.Error as error:
        raise ValueError(" ".join(str(error).split())) from error


def _toml(text: str) -> dict[str, str]:
    if "alembic" not in text:
        return {}
    import tomllib  # noqa: PLC0415 -- only where [tool.alembic] may be

    try:
        section: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}
    for name in ("tool", "alembic"):
        section = section.get(name) if isinstance(section, dict) else None
    if not isinstance(section, dict):
        return {}
    found = {key: str(value) for key, value in section.items() if not isinstance(value, list)}
    locations = section.get("version_locations")
    if isinstance(locations, list):
        found |= {"version_locations": "\n".join(map(str, locations)), "path_separator": "newline"}
    return found


def _resolve(location: str, here: str, paths: tuple[str, ...], first: tuple[str, ...] = ()) -> str:
    """Give a location relative to the repository's root.

    `package:folder` is looked for. A relative path is one from where Alembic is started: the folder of its
    configuration, or one above it.
    """
    for written in (HERE, "%(here)s"):
        if written in location:
            return _normal(location.replace(written, here or "."))
    if ":" in location:
        package, _, folder = location.partition(":")
        inside = posixpath.join(*package.split("."), folder)
        usual = (*first, "", "src", "lib")
        roots = [_normal(posixpath.join(start, root)) for start in (here, "") for root in usual]
        places = [_normal(posixpath.join(root, inside)) for root in roots]
        places += (path[: -len("/env.py")] for path in paths if path.endswith(f"/{inside}/env.py"))
    else:
        places = [_normal(posixpath.join(start, location)) for start in (here, *above(here))]
    return next((spot for spot in places if _is_folder(spot, paths)), places[0])


def _is_folder(spot: str, paths: tuple[str, ...]) -> bool:
    if not spot:
        return True
    after = bisect_left(paths, f"{spot}/")
    return after < len(paths) and paths[after].startswith(f"{spot}/")


def _normal(path: str) -> str:
    normal = posixpath.normpath(path)
    return "" if normal == "." else normal


@dataclass(frozen=True)
class Revision:
    """A revision file's migration, and the branch labels that it declares."""

    migration: Migration
    labels: tuple[str, ...]


def _read_revision(tree: Tree, path: str, inside: str) -> Revision | Problem:
    try:
        data = tree.read(path)
    except KeyError:
        return Problem(inside, 1, "it cannot be read, or is a link to nothing inside the repository")
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
    return _revision(module, File(inside, fingerprint(data), tree.blob(path)))


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


def _revision(module: ast.Module, file: File) -> Revision | Problem:
    names = _assignments(module)
    hidden = _bound_elsewhere(module)
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
    migration = Migration(
        version[0],
        file,
        after=tuple(dict.fromkeys(parents + depends)),
        depends=tuple(name for name in depends if name not in parents),
        downgrade=_downgrade(module),
        line=names["revision"].lineno,
        down_line=next((f.lineno for f in _functions(module) if f.name == "downgrade"), 0),
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


def _bound_elsewhere(module: ast.Module) -> int | None:
    """Give the line where a name of Alembic's is set by more than a plain assignment, None if nowhere."""
    lines = (_binding(node) for statement in module.body if (node := _beside_plain_names(statement)))
    return next((line for line in lines if line is not None), None)


def _beside_plain_names(statement: ast.stmt) -> ast.AST | None:
    """Give what to look into: of a plain assignment only its value."""
    if isinstance(statement, ast.AnnAssign):
        return statement.value
    if isinstance(statement, ast.Assign) and all(isinstance(t, ast.Name) for t in statement.targets):
        return statement.value
    return statement


def _binding(node: ast.AST) -> int | None:
    """Give the line where a name of Alembic's is set inside a node, but for a function's own names."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
        named = [n for n in ast.walk(node) if isinstance(n, ast.Global) and DECLARED & set(n.names)]
        return named[0].lineno if named else None
    if isinstance(node, ast.Name):
        sets = node.id in DECLARED and not isinstance(node.ctx, ast.Load)
        return node.lineno if sets or node.id == "globals" else None
    if isinstance(node, ast.alias) and (node.asname or node.name) in DECLARED:
        return node.lineno
    return next((line for child in ast.iter_child_nodes(node) if (line := _binding(child)) is not None), None)


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


def _functions(module: ast.Module) -> list[ast.FunctionDef]:
    return [statement for statement in module.body if isinstance(statement, ast.FunctionDef)]


def _downgrade(module: ast.Module) -> Downgrade:
    functions = {function.name: function for function in _functions(module)}
    if "downgrade" not in functions or "upgrade" not in functions:
        named = any(
            isinstance(s, (ast.Assign, ast.ImportFrom, ast.If, ast.Try)) and _binds(s) for s in module.body
        )
        return Downgrade.PRESENT if named else Downgrade.ABSENT
    body = _body(functions["downgrade"])
    if body and isinstance(body[0], ast.Raise):
        return Downgrade.REFUSED
    if body:
        return Downgrade.PRESENT
    return Downgrade.EMPTY if _body(functions["upgrade"]) else Downgrade.NEEDLESS


def _binds(statement: ast.stmt) -> bool:
    """Tell whether a statement may give the name `downgrade` another way than by a plain function."""
    words = (node for node in ast.walk(statement))
    return any(
        (isinstance(n, ast.alias) and (n.asname or n.name) in ("downgrade", "*"))
        or (isinstance(n, ast.FunctionDef) and n.name == "downgrade")
        or (isinstance(n, ast.Name) and n.id == "downgrade")
        for n in words
    )


def _body(function: ast.FunctionDef) -> list[ast.stmt]:
    """Give a function's statements without those that do nothing: docstring, pass, ellipsis, bare return."""

    def idle(statement: ast.stmt) -> bool:
        constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        returns = isinstance(statement, ast.Return) and statement.value is None
        return constant or returns or isinstance(statement, ast.Pass)

    return [statement for statement in function.body if not idle(statement)]
