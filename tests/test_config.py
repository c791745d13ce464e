from __future__ import annotations

import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

import checks
from checks import config as configs
from checks.config import Config, judging, missing
from checks.errors import CannotCheckError
from checks.migration import Project
from checks.rules import RULES
from checks.tools import TOOLS

NAMES = tuple(rule.name for rule in RULES)
EVERYTHING = """\
projects:
  shop:
    directory: ./backend/migrations/
    tool: alembic
    ini_file: ./backend/alembic.ini
    python: .venv/bin/python
    driver: asyncpg
    env: {DATABASE: "{url}", WORKERS: 1, DEBUG: on}
    ini: {sqlalchemy.url: "{url}", custom.schema: shop}
    before: |
      CREATE ROLE shop;
      CREATE EXTENSION pg_trgm;
    start: {sql: backend/start.sql, at: 0042}
    x: [tenant=a, 7]
  "001":
    directory: "."
    tool: sql
postgres: {major: 15, provider: installed}
rules: {moved-migration: warning, two-heads: off, missing-downgrade: error}
base: release
environments:
  staging: {TENANT: a}
  production:
"""

KNOWN = {rule.name: rule.settings for rule in RULES}


def read(content: str) -> Config:
    return configs.read(content, "migseal.yaml", KNOWN, tuple(TOOLS))


def trouble(content: str) -> CannotCheckError:
    with pytest.raises(CannotCheckError) as raised:
        read(content)
    return raised.value


def test_every_key_is_read() -> None:
    config = read(EVERYTHING)
    assert config.projects["shop"] == Project(
        "shop",
        "backend/migrations",
        "alembic",
        ini_file="backend/alembic.ini",
        python=".venv/bin/python",
        driver="asyncpg",
        env={"DATABASE": "{url}", "WORKERS": "1", "DEBUG": "on"},
        ini={"sqlalchemy.url": "{url}", "custom.schema": "shop"},
        before="CREATE ROLE shop;\nCREATE EXTENSION pg_trgm;\n",
        start_sql="backend/start.sql",
        start_at="0042",
        x=("tenant=a", "7"),
    )
    assert config.projects["001"] == Project("001", "", "sql")
    assert (config.major, config.provider, config.base) == (15, "installed", "release")
    assert config.rules == {"moved-migration": "warning", "two-heads": "off", "missing-downgrade": "error"}
    assert list(config.environments.items()) == [("staging", {"TENANT": "a"}), ("production", {})]


@pytest.mark.parametrize(
    "content", ["", "# nothing\n", "---\n", "{}\n", "projects:\npostgres:\nrules:\nbase:\n"]
)
def test_nothing_is_a_config_too(content: str) -> None:
    config = read(content)
    assert (config.projects, config.rules, config.major, config.base, config.environments) == (
        {},
        {},
        None,
        None,
        {},
    )


def test_environments_may_be_a_list() -> None:
    assert list(read("environments: [staging, production]\n").environments) == ["staging", "production"]


PROJECT = "projects:\n  app:\n    directory: m\n    tool: sql\n"
WRONG = {
    "project: {}\n": ":1: the config has an unknown key: project (did you mean projects?)",
    "postgres: {}\nzzz: 1\n": ":2: the config has an unknown key: zzz",
    f"{PROJECT}    dirctory: n\n": ":5: projects.app has an unknown key: dirctory (did you mean directory?)",
    "postgres:\n  mayor: 15\n": ":2: postgres has an unknown key: mayor (did you mean major?)",
    f"{PROJECT}    start: {{sql: a, add: b}}\n": ":5: projects.app.start has an unknown key: add",
    f"{PROJECT}    start: {{at: a}}\n": ":5: projects.app.start has no `sql`",
    "projects:\n  app:\n    tool: sql\n": ":3: projects.app has no `directory`",
    "projects:\n  app:\n    directory: m\n": ":3: projects.app has no `tool`",
    PROJECT.replace("sql", "alembik"): ":4: no tool is called alembik (did you mean alembic?)",
    PROJECT.replace("sql", "[sql]"): ":4: projects.app.tool must be a text",
    f"{PROJECT}    env: [A]\n": ":5: projects.app.env must hold `key: value` lines",
    f"{PROJECT}    env:\n      A: {{url}}\n": ":6: projects.app.env.A: an unquoted {url} is a mapping",
    f"{PROJECT}    ini:\n      a.b: {{dbname}}\n": ":6: projects.app.ini.a.b: an unquoted {dbname}",
    f"{PROJECT}    before: [a]\n": ":5: projects.app.before must be a text",
    "projects: [a]\n": ":1: projects must hold `key: value` lines",
    "projects:\n  app: x\n": ":2: projects.app must hold `key: value` lines",
    "postgres: {major: fifteen}\n": ":1: postgres.major must be a whole number, not fifteen",
    "postgres: {major: 15.3}\n": ":1: postgres.major must be a whole number, not 15.3",
    "rules:\n  two-head: off\n": ":2: no rule is called two-head (did you mean two-heads?)",
    "rules:\n  two-heads: of\n": ":2: rules.two-heads is of (did you mean off?)",
    "rules:\n  no-lock-timeout: {max: 10}\n": ":2: rules.no-lock-timeout.max must be a time with its unit",
    "rules: {no-lock-timeout: {max: 0s}}\n": ":1: rules.no-lock-timeout.max must be a time with its unit",
    "rules: {no-lock-timeout: {max: 9us}}\n": ":1: rules.no-lock-timeout.max must be a time with its unit",
    "rules: {no-lock-timeout: {most: 9s}}\n": ":1: rules.no-lock-timeout has an unknown key: most",
    "rules: {no-lock-timeout: {severity: bad}}\n": ":1: rules.no-lock-timeout.severity is bad",
    "populate: {sead: a}\n": ":1: populate has an unknown key: sead (did you mean seed?)",
    "populate: [a]\n": ":1: populate must be a text",
    "rules: {two-heads: {max: 9s}}\n": ":1: rules.two-heads: an unquoted {max} is a mapping",
    "rules: [two-heads]\n": ":1: rules must hold `key: value` lines",
    "base: [main]\n": ":1: base must be a text",
    "environments: staging\n": ":1: environments must hold `key: value` lines",
    "environments: [[staging]]\n": ":1: environments must be a text",
    "environments:\n  a: {B: {url}}\n": ":2: environments.a.B: an unquoted {url}",
    f"{PROJECT}  app: {{}}\n": ':5: "app" stands twice, first at line 2',
    "base: main\n  x: y\n": ":2: broken YAML",
    "- a\n": ":1: the config must hold `key: value` lines",
}


@pytest.mark.parametrize(("content", "message"), WRONG.items(), ids=[str(n) for n in range(len(WRONG))])
def test_what_is_wrong_is_told_with_its_line(content: str, message: str) -> None:
    error = trouble(content)
    assert error.message.startswith(f"migseal.yaml{message}")
    assert error.hint


def test_an_unquoted_placeholder_is_mended_by_quotes() -> None:
    assert trouble(f"{PROJECT}    env:\n      A: {{url}}\n").hint == 'quote it: "{url}"'


PATHS = ("backend/alembic.ini", "backend/app/env.py", "db/migrations/001_a.sql", "db/start.sql")


def wanting(**keys: str) -> str:
    lines = [
        f"    {key}: {value}" for key, value in {"directory": "db/migrations", "tool": "sql", **keys}.items()
    ]
    return "\n".join(["projects:", "  app:", *lines, ""])


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"directory": "./db/migrations/"},
        {"directory": "."},
        {"ini_file": "backend/alembic.ini"},
        {"ini_file": "./backend/alembic.ini"},
        {"start": "{sql: db/start.sql, at: x}"},
    ],
)
def test_what_a_config_names_may_be_there(keys: dict[str, str]) -> None:
    assert missing(read(wanting(**keys)), PATHS, ()) is None


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"directory": "db/migration"}, "migseal.yaml:3: projects.app.directory: git knows no db/migration"),
        ({"directory": "/"}, ""),
        ({"ini_file": "alembic.ini"}, "migseal.yaml:5: projects.app.ini_file: git knows no alembic.ini"),
        (
            {"start": "{sql: start.sql, at: x}"},
            "migseal.yaml:5: projects.app.start.sql: git knows no start.sql",
        ),
    ],
)
def test_what_is_not_there_is_told_with_what_is_near(keys: dict[str, str], message: str) -> None:
    error = missing(read(wanting(**keys)), PATHS, ())
    if not message:
        assert error is None
        return
    assert error is not None
    assert error.message.startswith(message)
    assert "(did you mean" in error.message


def test_a_directory_that_was_there_at_the_base_may_be_gone() -> None:
    config = read(wanting(directory="gone"))
    assert missing(config, PATHS, ("app",)) is None
    assert missing(config, PATHS, ("other",)) is not None


@pytest.mark.parametrize(
    ("base", "head", "judges"),
    [
        ("off", "error", "error"),
        ("error", "off", "error"),
        ("warning", "note", "warning"),
        ("note", "warning", "warning"),
        ("off", "off", "off"),
        (None, "off", None),
        (None, "note", None),
        (None, "error", "error"),
        ("off", None, None),
        ("error", None, "error"),
    ],
)
def test_the_stricter_of_two_judges(base: str | None, head: str | None, judges: str | None) -> None:
    def having(severity: str | None) -> Config:
        return Config(rules={} if severity is None else {"two-heads": severity})

    assert judging(having(base), having(head)).rules.get("two-heads") == judges


@pytest.mark.parametrize(
    ("written", "rules"),
    [
        ("{severity: error, max: 10s}", {"no-lock-timeout": "error", "no-lock-timeout.max": "10000"}),
        ("{max: 500ms}", {"no-lock-timeout": "warning", "no-lock-timeout.max": "500"}),
        ("{severity: off}", {"no-lock-timeout": "off"}),
        ("note", {"no-lock-timeout": "note"}),
    ],
)
def test_a_timeout_may_have_a_maximum(written: str, rules: dict[str, str]) -> None:
    content = f"rules: {{no-lock-timeout: {written}}}\n"
    assert read(content).rules == rules
    jsonschema.validate(yaml.safe_load(content), SCHEMA)


@pytest.mark.parametrize(
    ("base", "head", "judges"), [("5000", "60000", "5000"), ("5000", "900", "900"), ("5000", None, "5000")]
)
def test_the_lower_maximum_judges(base: str, head: str | None, judges: str) -> None:
    def having(most: str | None) -> Config:
        return Config(rules={"no-lock-timeout": "error"} | ({"no-lock-timeout.max": most} if most else {}))

    for one, other in ((base, head), (head, base)):
        judged = judging(having(one), having(other), ["no-lock-timeout"])
        assert judged.rules == {"no-lock-timeout": "error", "no-lock-timeout.max": judges}


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("false", (False, "all.sh")),
        ("true", (True, "all.sh")),
        ("{seed: one.sh}", (True, "one.sh")),
        ("{}", (True, "")),
    ],
)
def test_a_command_may_put_rows_in(written: str, read_as: tuple[bool, str]) -> None:
    content = f"populate: {{seed: all.sh}}\n{PROJECT}    populate: {written}\n"
    config = read(content)
    assert (config.populate, config.seed) == (True, "all.sh")
    assert (config.projects["app"].populate, config.projects["app"].seed) == read_as
    jsonschema.validate(yaml.safe_load(content), SCHEMA)


def test_without_a_base_the_config_judges_itself() -> None:
    head = Config(rules={"two-heads": "off"})
    assert judging(None, head) is head


SCHEMA = json.loads((Path(checks.__file__).parent / "migseal.schema.json").read_text(encoding="utf-8"))


def test_the_schema_has_the_keys_that_are_read() -> None:
    project = SCHEMA["$defs"]["project"]
    assert tuple(SCHEMA["properties"]) == configs.TOP
    assert tuple(project["properties"]) == configs.PROJECT
    assert tuple(project["properties"]["start"]["properties"]) == configs.START
    assert tuple(SCHEMA["properties"]["postgres"]["properties"]) == configs.POSTGRES
    assert SCHEMA["$defs"]["severity"]["enum"][:-1] == list(
        configs.SEVERITIES
    )  # the last: YAML's word for off
    assert project["properties"]["tool"]["enum"] == list(TOOLS)
    assert SCHEMA["properties"]["rules"]["propertyNames"]["anyOf"][0]["enum"] == sorted(NAMES)


@pytest.mark.parametrize(
    "content", [EVERYTHING, "", PROJECT, f"{PROJECT}    start: {{sql: a}}\n", "environments: [staging]\n"]
)
def test_the_schema_takes_what_is_read(content: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(yaml.safe_load(content), SCHEMA)


@pytest.mark.parametrize(
    "content", [c for c, told in WRONG.items() if "broken" not in told and "stands twice" not in told]
)
def test_the_schema_refuses_what_is_refused(content: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(content), SCHEMA)
