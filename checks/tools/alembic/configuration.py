"""Alembic's configuration, read as Alembic reads it: where the revision files are."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from checks.content import decode
from checks.errors import CannotCheckError
from checks.migration import Project, Tree, place

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
MAIN = "alembic"  # the section that counts where no other is asked for
HERE = "<here>"  # stands for the configuration's folder until that is known


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


def options_of(project: Project, tree: Tree) -> Options:
    """Read where a project's revisions are.

    Raises:
        CannotCheckError: The configuration that is named leads to another directory, or cannot be read.
    """
    present = set(tree.paths())
    plain = Options(project.directory, (place(project, "versions"),), recursive=False)
    candidates = [project.ini_file] if project.ini_file else _nearby(project.directory)
    for path in candidates:
        found = read_options(tree, path) if path in present else ()
        chosen = next((options for options in found if options.directory == project.directory), None)
        if chosen is not None:
            return chosen
        if found and path == project.ini_file:
            led = ", ".join(options.directory or "." for options in found)
            raise CannotCheckError(
                f"{path} leads to the script location {led}, and project {project.name} "
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


def read_options(tree: Tree, path: str) -> tuple[Options, ...]:
    """Read a configuration file: what each section says that names a script location (`alembic -n`).

    Raises:
        CannotCheckError: It is broken: what Alembic would make of it cannot be told.
    """
    try:
        sections = _raw(tree, path)
    except KeyError:
        return ()
    return tuple(filter(None, (_options(tree, path, raw) for raw in sections)))


def _options(tree: Tree, path: str, raw: Mapping[str, str]) -> Options | None:
    location = raw.get("script_location")
    if not location:
        return None
    here = posixpath.dirname(path)
    if not path.endswith(".toml"):  # what the ini does not say, Alembic takes from a pyproject.toml
        beside = (posixpath.join(start, "pyproject.toml") for start in (here, *above(here)))
        raw = {**next(filter(None, (_beside(tree, file) for file in beside)), {}), **raw}
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


def _raw(tree: Tree, path: str) -> list[dict[str, str]]:
    """Read the options of a configuration file, section by section.

    Raises:
        KeyError: It is not there.
        CannotCheckError: It is broken.
    """
    text = decode(tree.read(path))
    if path.endswith(".toml"):
        return [_toml(text)] if isinstance(text, str) else []
    if not isinstance(text, str):
        raise CannotCheckError(f"{path}:{text[0]}: {text[1]}", f"save {path} as UTF-8")
    try:
        return _ini(text)
    except ValueError as error:
        message = f"{path} cannot be read as Alembic reads it: {error}"
        raise CannotCheckError(
            message, f"mend {path}; `alembic heads` tells whether Alembic can read it"
        ) from error


def _beside(tree: Tree, path: str) -> dict[str, str]:
    try:
        return next(iter(_raw(tree, path)), {})
    except KeyError:
        return {}


def start_folder(text: str, path: str, directory: str) -> str:
    """Give the folder from which a configuration's script location leads to a project's directory.

    Args:
        text: The configuration.
        path: Its path, relative to the repository's root.
        directory: The project's.
    """
    here, sections = posixpath.dirname(path), list[dict[str, str]]()
    with suppress(ValueError):
        sections = [_toml(text)] if path.endswith(".toml") else _ini(text)
    locations = [raw.get("script_location", "") for raw in sections] or [""]
    starts = ((start, location) for location in locations for start in (here, *above(here)))
    led = (start for start, location in starts if _normal(posixpath.join(start, location)) == directory)
    return next(led, here)


def _ini(text: str) -> list[dict[str, str]]:
    """Read the options that say where files are, with the values that they name by %(name)s put in.

    Returns:
        Those of `[alembic]` first, then those of all other sections that name a script location themselves.

    Raises:
        ValueError: Broken, or a name that is not there.
    """
    import configparser  # noqa: PLC0415 -- only where there is an ini file

    parser = configparser.ConfigParser(defaults={"here": HERE}, strict=False)
    try:
        parser.read_string(text)
        named = [name for name in parser.sections() if name != MAIN and "script_location" in parser[name]]
        own = [name for name in named if "script_location" not in parser.defaults()]
        sections = [MAIN, *own] if parser.has_section(MAIN) else own
        return [
            {name: parser.get(section, name) for name in OPTIONS if parser.has_option(section, name)}
            for section in sections
        ]
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

    `package:folder`, or `package:one:two`, is looked for. A relative path is one from where Alembic is
    started: the folder of its configuration, or one above it.
    """
    for written in (HERE, "%(here)s"):
        if written in location:
            return _normal(location.replace(written, here or "."))
    if ":" in location:
        package, _, folder = location.partition(":")
        inside = posixpath.join(*package.split("."), *folder.split(":"))
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
