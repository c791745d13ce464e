"""Alembic's configuration as its command line makes it, with the throwaway database's address in it."""

from __future__ import annotations

import functools
import importlib.util
import os
import re
from pathlib import Path
from typing import Any, Iterator, Mapping

from alembic import util
from alembic.config import CommandLine, Config

URL = "sqlalchemy.url"


def scheme(config: Any, driver: str | None, env_py: str) -> str:  # noqa: ANN401 -- alembic may be untyped
    """Give the scheme for `{url}`: the configured driver's, else the file's, else one that can be imported.

    Args:
        config: Alembic's configuration.
        driver: The driver named in migseal.yaml.
        env_py: The text of env.py: one that makes an async engine needs an async driver.
    """
    if driver:
        return f"postgresql+{driver}"
    for section in (config.config_ini_section, *_sections(config)):
        url = config.file_config.get(section, URL, raw=True, fallback="")
        found = re.match(r"postgres(?:ql)?(\+\w+)?://", url)
        if found:
            return "postgresql" + (found.group(1) or "")
    return _importable("async_engine" in env_py)


def _importable(asynchronous: bool) -> str:
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 -- slow, and seldom needed

    default = postgresql.dialect.driver
    order = ("asyncpg", "psycopg") if asynchronous else (default, "psycopg2", "psycopg", "asyncpg")
    for driver in order:
        if importlib.util.find_spec(driver):
            return "postgresql" if driver == default else f"postgresql+{driver}"
    return "postgresql"


def _sections(config: Any) -> list[str]:  # noqa: ANN401 -- alembic may be untyped
    return [name for name in config.file_config.sections() if config.file_config.has_option(name, URL)]


def options(config: Any, url: str, templates: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:  # noqa: ANN401 -- alembic may be untyped
    """Give section, option and value of everything to set: the addresses, then what the config says.

    Args:
        config: Alembic's configuration.
        url: The throwaway database's address.
        templates: `option` or `section.option` -> value; `{url}` stands for the address.
    """
    main = config.config_ini_section
    for section in dict.fromkeys([main, *_sections(config)]):
        yield section, URL, url
    sections = sorted(config.file_config.sections(), key=len, reverse=True)
    for name, template in templates.items():
        section = next((known for known in sections if name.startswith(known + ".")), None)
        option = name if section is None else name[len(section) + 1 :]
        yield section or main, option, template.replace("{url}", url)


def _files(path: str | None) -> dict[str, str]:
    """Give the configuration's files as the command line would find them in the working directory."""
    is_toml = bool(path) and Path(path or "").name == "pyproject.toml"
    ini, toml = ("alembic.ini", path) if is_toml else (path, "pyproject.toml")
    found = {"file_": ini, "toml_file": toml if hasattr(Config, "toml_file_name") else None}
    return {key: file for key, file in found.items() if file and Path(file).exists()}


@functools.lru_cache(maxsize=None)
def _parser() -> Any:  # noqa: ANN401 -- alembic may be untyped
    """Make the command line's parser once: it takes longer than a leg."""
    return CommandLine(prog="alembic").parser


def configuration(setup: Mapping[str, Any], url: str | None = None) -> Config:
    """Make the configuration that `alembic -c FILE upgrade heads` would have.

    Args:
        setup: The parent's first order.
        url: The throwaway database's address; without one, the file as it is.
    """
    arguments = ["-c", setup["ini"]] if setup["ini"] else []
    arguments += ["-n", setup["section"]] if setup.get("section") else []
    arguments += [word for given in setup["x"] for word in ("-x", given.replace("{url}", url or "{url}"))]
    cmd_opts = _parser().parse_args([*arguments, "upgrade", "heads"])
    files: dict[str, Any] = _files(setup["ini"]) if setup["ini"] else {}
    config = Config(**files, ini_section=cmd_opts.name, cmd_opts=cmd_opts)
    if not setup["ini"]:
        config.set_main_option("script_location", setup["directory"].replace("%", "%%"))
    if url is not None:
        for section, option, value in options(config, url, setup["options"]):
            config.set_section_option(section, option, value.replace("%", "%%"))
    return config


def section_of(config: Config, directory: str) -> str | None:
    """Give the section whose script_location is a directory, where it is not the main one (`alembic -n`)."""
    places = {name: _place(config, name) for name in config.file_config.sections()}
    directory = os.path.realpath(directory)
    if places.get(config.config_ini_section) == directory:
        return None
    return next((name for name, place in places.items() if place == directory), None)


def _place(config: Config, section: str) -> str | None:
    try:
        location = config.file_config.get(section, "script_location", fallback="")
        return os.path.realpath(util.coerce_resource_to_filename(location)) if location else None
    except Exception:  # noqa: BLE001 -- a value that cannot be interpolated, a package that is not there
        return None
