"""migseal.yaml, read strictly: an unknown key is an error with its line and the nearest right name."""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from checks.document import (
    Fields,
    Items,
    Node,
    Source,
    fields,
    is_null,
    nearest,
    optional_text,
    parse,
    text,
    text_fields,
    texts,
)
from checks.migration import TIMEOUT, Project
from checks.witness import milliseconds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from checks.errors import CannotCheckError

NAME = "migseal.yaml"
SEVERITIES = ("off", "note", "warning", "error")
SENSITIVE = ("columns", "ignore")
TOP = ("projects", "postgres", "rules", "base", "environments", "timeout", "populate", "squawk", "sensitive")
PROJECT = (
    "directory",
    "tool",
    "ini_file",
    "python",
    "driver",
    "env",
    "ini",
    "before",
    "start",
    "timeout",
    "populate",
    "x",
)
SWITCH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
START = ("sql", "at")
POPULATE = ("seed",)
LIMITED = ("severity", "max")
POSTGRES = ("major", "provider")


@dataclass(frozen=True)
class Config:
    """What the user has set.

    Attributes:
        path: The file it was read from, for messages; empty where there is none.
        projects: By name; empty means: find them.
        major: The PostgreSQL major to use, None for what is there.
        provider: The provider to use, None for the first that is there.
        rules: A severity or "off" by rule, or by rule and setting: "edited-migration.locked.format"; under
            "RULE.max", the maximum of a timeout in milliseconds.
        base: The ref whose merge-base with HEAD is the base, None for the default branch.
        environments: The order of deployment, each with the environment variables of its round trip.
        lines: The line of each key of a project: "projects.app.directory".
        timeout: How long a leg of a project that is not in `projects` may take, in seconds.
        populate: Whether what is new of such a project is run on tables with rows, too.
        seed: The command that puts rows of the user's own into them, empty for none.
        squawk: Whether squawk-cli must look at what is new, or must not; None for where it is there.
        sensitive_columns: More names of columns whose values are secrets, with * and ?.
        sensitive_ignore: Columns whose values are never told: COLUMN or TABLE.COLUMN, with * and ?.
    """

    path: str = ""
    projects: Mapping[str, Project] = field(default_factory=dict)
    major: int | None = None
    provider: str | None = None
    rules: Mapping[str, str] = field(default_factory=dict)
    base: str | None = None
    environments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    timeout: int = TIMEOUT
    populate: bool = True
    seed: str = ""
    squawk: bool | None = None
    sensitive_columns: tuple[str, ...] = ()
    sensitive_ignore: tuple[str, ...] = ()


def read(
    content: str, path: str, known_rules: Mapping[str, Sequence[str]], known_tools: tuple[str, ...]
) -> Config:
    """Read a config.

    Args:
        content: The YAML.
        path: The file's path, for messages.
        known_rules: The names that `rules:` may hold, and the settings below each, as "locked.format"; "max"
            for a rule that takes a maximum.
        known_tools: The names that `tool:` may hold.

    Raises:
        CannotCheckError: Anything that is not as it should be, with the file, the line and the right name.
    """
    source = Source(path, f"mend {path}; README.md shows every key")
    root = parse(content, source)
    if root is None:
        return Config(path)
    top = fields(root, "the config", source, TOP)
    postgres = fields(top["postgres"], "postgres", source, POSTGRES) if "postgres" in top else {}
    projects = fields(top["projects"], "projects", source) if "projects" in top else {}
    timeout = _seconds(top.get("timeout"), "timeout", source) or TIMEOUT
    populate, seed = _populate(top.get("populate"), "populate", source, (True, ""))
    usual = (timeout, populate, seed)
    sensitive = fields(top["sensitive"], "sensitive", source, SENSITIVE) if "sensitive" in top else {}
    return Config(
        path,
        projects={name: _project(name, node, source, known_tools, usual) for name, node in projects.items()},
        major=_number(postgres.get("major"), "postgres.major", source),
        provider=optional_text(postgres.get("provider"), "postgres.provider", source),
        rules=_rules(top.get("rules"), source, known_rules),
        base=optional_text(top.get("base"), "base", source),
        environments=_environments(top.get("environments"), source),
        lines=dict(_lines(projects)),
        timeout=timeout,
        populate=populate,
        seed=seed,
        squawk=_squawk(top.get("squawk"), source),
        sensitive_columns=texts(sensitive.get("columns"), "sensitive.columns", source),
        sensitive_ignore=texts(sensitive.get("ignore"), "sensitive.ignore", source),
    )


def missing(config: Config, paths: tuple[str, ...], known: Collection[str]) -> CannotCheckError | None:
    """Give the error of the first file or directory that a config names and that is not there.

    Args:
        config: The config.
        paths: All files of the repository, sorted.
        known: The projects whose directory may be gone: they were there at the base.
    """
    for name, project in config.projects.items():
        wanted = (
            ("directory", "" if name in known else project.directory),
            ("ini_file", project.ini_file),
            ("start.sql", project.start_sql),
        )
        for key, path in wanted:
            if path and not _is_there(path, paths):
                where = f"projects.{name}.{key}"
                source = Source(config.path, "name what is there; a folder counts when git has a file in it")
                near = nearest(path, {*paths, *map(posixpath.dirname, paths)})
                return source.error(config.lines.get(where, 1), f"{where}: git knows no {path}{near}")
    return None


def _is_there(path: str, paths: tuple[str, ...]) -> bool:
    """Tell whether a file, or a folder with a file in it, is among sorted paths."""
    return _first_from(path, paths) == path or _first_from(f"{path}/", paths).startswith(f"{path}/")


def _first_from(start: str, paths: tuple[str, ...]) -> str:
    place = bisect_left(paths, start)
    return paths[place] if place < len(paths) else ""


def _lines(projects: Mapping[str, Node]) -> Iterator[tuple[str, int]]:
    for name, node in projects.items():
        for key, value in node.fields.items() if isinstance(node, Fields) else ():
            yield f"projects.{name}.{key}", value.line
            if isinstance(value, Fields):
                yield from ((f"projects.{name}.{key}.{inner}", n.line) for inner, n in value.fields.items())


def judging(base: Config | None, head: Config, off: Collection[str] = ()) -> Config:
    """Give head's config with the base's severities wherever head's are looser: nobody judges himself.

    Args:
        base: The base's config, None where migseal is only being adopted.
        head: The config that is checked.
        off: The rules that are off unless a config says otherwise.
    """
    if base is None:
        return head
    limits = _limits(base.rules, head.rules)
    names = {*base.rules, *head.rules} - {*limits}
    own = {name: "off" if name in off else None for name in names}
    rules = {
        name: _stricter(base.rules.get(name, own[name]), head.rules.get(name, own[name])) for name in names
    }
    squawk = head.squawk if base.squawk is False else base.squawk or head.squawk or None
    stated = {name: value for name, value in rules.items() if value is not None}
    return replace(
        head,
        rules=stated | limits,
        squawk=squawk,
        sensitive_columns=(*dict.fromkeys((*base.sensitive_columns, *head.sensitive_columns)),),
        sensitive_ignore=tuple(name for name in head.sensitive_ignore if name in base.sensitive_ignore),
    )


def _limits(*configs: Mapping[str, str]) -> dict[str, str]:
    """Give the lower one of each maximum: none is the loosest."""
    every = [(name, value) for rules in configs for name, value in rules.items() if name.endswith(".max")]
    return dict(sorted(every, key=lambda limit: int(limit[1]), reverse=True))


def _stricter(one: str | None, other: str | None) -> str | None:
    """Choose between two settings of a rule; None is the rule's own severity, which only "error" exceeds."""
    if one is None or other is None:
        return "error" if "error" in (one, other) else None
    return max(one, other, key=SEVERITIES.index)


def _project(
    name: str, node: Node, source: Source, known_tools: tuple[str, ...], usual: tuple[int, bool, str]
) -> Project:
    where = f"projects.{name}"
    found = fields(node, where, source, PROJECT)
    for key in ("directory", "tool"):
        if key not in found:
            raise source.error(node, f"{where} has no `{key}`", f"add a line `{key}:` to it")
    tool = text(found["tool"], f"{where}.tool", source)
    if tool not in known_tools:
        message = f"no tool is called {tool}{nearest(tool, known_tools)}"
        raise source.error(found["tool"], message, f"use one of: {', '.join(known_tools)}")
    start = fields(found["start"], f"{where}.start", source, START) if "start" in found else {}
    if "start" in found and "sql" not in start:
        message = f"{where}.start has no `sql`"
        raise source.error(found["start"], message, 'write `start: {sql: "schema.sql", at: "0042"}`')
    populate, seed = _populate(found.get("populate"), f"{where}.populate", source, usual[1:])
    return Project(
        name,
        _path(text(found["directory"], f"{where}.directory", source)),
        tool,
        ini_file=_optional_path(found.get("ini_file"), f"{where}.ini_file", source),
        python=optional_text(found.get("python"), f"{where}.python", source),
        driver=optional_text(found.get("driver"), f"{where}.driver", source),
        env=text_fields(found.get("env"), f"{where}.env", source),
        ini=text_fields(found.get("ini"), f"{where}.ini", source),
        before=optional_text(found.get("before"), f"{where}.before", source) or "",
        start_sql=_optional_path(start.get("sql"), f"{where}.start.sql", source),
        start_at=optional_text(start.get("at"), f"{where}.start.at", source),
        timeout=_seconds(found.get("timeout"), f"{where}.timeout", source) or usual[0],
        populate=populate,
        seed=seed,
        x=texts(found.get("x"), f"{where}.x", source),
    )


def _path(directory: str) -> str:
    path = posixpath.normpath(directory)
    return "" if path == "." else path.strip("/")


def _optional_path(node: Node | None, where: str, source: Source) -> str | None:
    written = optional_text(node, where, source)
    return None if written is None else _path(written)


def _rules(node: Node | None, source: Source, known: Mapping[str, Sequence[str]]) -> dict[str, str]:
    settings: dict[str, str] = {}
    for name, value in (fields(node, "rules", source) if node else {}).items():
        family, _, below = name.partition("/")
        if below and "/" in known.get(family, ()):
            settings[name] = _severity(value, f"rules.{name}", source)
            continue
        if name not in known:
            message = f"no rule is called {name}{nearest(name, known)}"
            raise source.error(value, message, "`migseal explain` lists all rules")
        if isinstance(value, Fields) and "max" in known[name]:
            settings |= _limited(name, value, source)
        elif isinstance(value, Fields) and known[name] and "/" not in known[name]:
            settings |= _finer(name, value, source, known[name])
        else:
            settings[name] = _severity(value, f"rules.{name}", source)
    return settings


def _finer(rule: str, node: Node, source: Source, known: Sequence[str]) -> dict[str, str]:
    """Read a rule's severities one by one: `{locked: {format: off}}`."""
    settings: dict[str, str] = {}
    outer = tuple(dict.fromkeys(setting.partition(".")[0] for setting in known))
    for word, inside in fields(node, f"rules.{rule}", source, outer).items():
        where = f"rules.{rule}.{word}"
        inner = tuple(setting.partition(".")[2] for setting in known if setting.startswith(f"{word}."))
        for kind, value in fields(inside, where, source, inner).items():
            settings[f"{rule}.{word}.{kind}"] = _severity(value, f"{where}.{kind}", source)
    return settings


def _limited(rule: str, node: Node, source: Source) -> dict[str, str]:
    """Read a rule's severity and the maximum it judges by; whoever sets a maximum wants it to judge."""
    where = f"rules.{rule}"
    found = fields(node, where, source, LIMITED)
    severity = _severity(found["severity"], f"{where}.severity", source) if "severity" in found else "warning"
    settings = {rule: severity}
    if "max" in found:
        written = text(found["max"], f"{where}.max", source)
        most = milliseconds(written)
        if not most or written.isdigit() or written.endswith("us"):
            message = f"{where}.max must be a time with its unit, not {written}"
            raise source.error(found["max"], message, "for example: 10s, 500ms, 2min")
        settings[f"{rule}.max"] = str(most)
    return settings


def _severity(node: Node, where: str, source: Source) -> str:
    severity = text(node, where, source)
    if severity not in SEVERITIES:
        message = f"{where} is {severity}{nearest(severity, SEVERITIES)}"
        raise source.error(node, message, f"use one of: {', '.join(SEVERITIES)}")
    return severity


def _environments(node: Node | None, source: Source) -> dict[str, Mapping[str, str]]:
    if node is None:
        return {}
    if isinstance(node, Items):
        return {name: {} for name in texts(node, "environments", source)}
    return {
        name: {} if is_null(value) else text_fields(value, f"environments.{name}", source)
        for name, value in fields(node, "environments", source).items()
    }


def _number(node: Node | None, where: str, source: Source) -> int | None:
    written = optional_text(node, where, source)
    if node is None or written is None:
        return None
    if not (written.isascii() and written.isdigit()):
        raise source.error(node, f"{where} must be a whole number, not {written}", "for example: 15")
    return int(written)


def _seconds(node: Node | None, where: str, source: Source) -> int | None:
    number = _number(node, where, source)
    if node is not None and number == 0:
        raise source.error(node, f"{where} is 0, and no migration is as quick", "for example: 300")
    return number


def _squawk(node: Node | None, source: Source) -> bool | None:
    return None if node is None or is_null(node) else _switch(node, "squawk", source, usual=True)


def _populate(node: Node | None, where: str, source: Source, usual: tuple[bool, str]) -> tuple[bool, str]:
    """Read whether there are to be rows, and the command that puts some in: `{seed: COMMAND}`."""
    if isinstance(node, Fields):
        found = fields(node, where, source, POPULATE)
        return True, optional_text(found.get("seed"), f"{where}.seed", source) or ""
    return _switch(node, where, source, usual=usual[0]), usual[1]


def _switch(node: Node | None, where: str, source: Source, *, usual: bool) -> bool:
    written = optional_text(node, where, source)
    if node is None or written is None:
        return usual
    if written.lower() not in SWITCH:
        raise source.error(node, f"{where} must be true or false, not {written}", "for example: false")
    return SWITCH[written.lower()]
