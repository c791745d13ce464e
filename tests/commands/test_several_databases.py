from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import alembic
import pytest

if TYPE_CHECKING:
    from sandbox import Sandbox

pytestmark = pytest.mark.postgres

TEMPLATE = (alembic.__path__[0], "templates", "multidb", "env.py")
INI = """\
[alembic]
script_location = migrations
databases = users, orders

[users]
sqlalchemy.url = postgresql+psycopg2://u:p@db.invalid/users

[orders]
sqlalchemy.url = postgresql+psycopg2://u:p@db.invalid/orders
"""
ONE_AFTER_ANOTHER = """\
from alembic import context
from sqlalchemy import create_engine, pool

for name in ("users", "orders"):
    engine = create_engine(context.config.get_section_option(name, "sqlalchemy.url"), poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations(engine_name=name)
"""


def template() -> str:
    with open("/".join(TEMPLATE), encoding="utf-8") as file:  # noqa: PTH123 -- a path in a package
        return file.read().replace("    fileConfig(config.config_file_name)", "    pass")


def revision(repo: Sandbox, version: str, after: str | None, **ways: tuple[str, str]) -> None:
    """Write a revision as the multidb template makes it: a statement up and one down for each engine."""
    text = f"from alembic import op\n\nrevision = {version!r}\ndown_revision = {after!r}\n\n"
    for way in ("upgrade", "downgrade"):
        text += f'def {way}(engine_name):\n    globals()[f"{way}_{{engine_name}}"]()\n\n'
    for name, statements in ways.items():
        for way, statement in zip(("upgrade", "downgrade"), statements, strict=True):
            body = f'op.execute("{statement}")' if statement else "pass"
            text += f"def {way}_{name}():\n    {body}\n\n"
    repo.write(f"migrations/versions/{version}.py", text)


def table(name: str) -> tuple[str, str]:
    return f"CREATE TABLE {name} (id int)", f"DROP TABLE {name}"


def check(repo: Sandbox, *arguments: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(repo.run("check", "--output", "json", *arguments).out)
    assert document["error"] is None, document["error"]
    return document


def legs(document: dict[str, Any]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for step in document["steps"]:
        key = (step["engine"], step["migration"])
        found[key] = f"{found.get(key, '')} {step['result']}".strip()
    return found


@pytest.fixture(params=["template", "one after another"])
def shop(request: pytest.FixtureRequest, repo: Sandbox) -> Sandbox:
    repo.write("alembic.ini", INI)
    repo.write("migrations/env.py", template() if request.param == "template" else ONE_AFTER_ANOTHER)
    repo.write("migrations/script.py.mako", "")
    revision(repo, "r1", None, users=table("users"), orders=table("orders"))
    repo.commit()
    assert repo.run("lock").code == 0
    repo.commit()
    repo.branch()
    return repo


def test_each_database_is_looked_at(shop: Sandbox) -> None:
    # Each would fail in the other's database.
    revision(
        shop,
        "r2",
        "r1",
        users=("ALTER TABLE users ADD email text", "ALTER TABLE users DROP email"),
        orders=("ALTER TABLE orders ADD paid bool", "ALTER TABLE orders DROP paid"),
    )
    revision(shop, "r3", "r2", users=("", ""), orders=table("items"))
    document = check(shop)
    assert document["findings"] == []
    keys = {("users", "r2"), ("users", "r3"), ("orders", "r2"), ("orders", "r3")}
    assert {key: set(told.split()) for key, told in legs(document).items()} == {
        key: {"passed"} for key in keys
    }
    assert "orders r2" in shop.run("check").out
    assert check(shop, "--all")["findings"] == []


@pytest.mark.parametrize("bad", ["users", "orders"])
def test_a_finding_names_the_database(shop: Sandbox, bad: str) -> None:
    ways = {"users": table("more_users"), "orders": table("more_orders")}
    ways[bad] = (ways[bad][0], "")
    revision(shop, "r2", "r1", **ways)
    (finding,) = check(shop)["findings"]
    assert (finding["rule"], finding["migration"]) == ("leftover-object", "r2")
    assert finding["message"].startswith(f"database {bad}: ")
    assert f"table public.more_{bad} is still there" in finding["message"]


def test_one_that_fails_in_one_database(shop: Sandbox) -> None:
    revision(shop, "r2", "r1", users=table("more"), orders=("DROP TABLE users", ""))
    document = check(shop)
    (finding,) = document["findings"]
    assert finding["rule"] == "failed-upgrade"
    assert finding["message"].startswith("database orders: ")
    assert legs(document)["orders", "r2"] == "failed"
    assert set(legs(document)["users", "r2"].split()) == {"passed"}


def test_an_edit_is_proved_in_each_database(shop: Sandbox) -> None:
    revision(
        shop,
        "r1",
        None,
        users=table("users"),
        orders=("CREATE TABLE orders (id bigint)", "DROP TABLE orders"),
    )
    rules = {(f["rule"], f["severity"]) for f in check(shop)["findings"]}
    assert ("diverging-histories", "error") in rules
    revision(
        shop,
        "r1",
        None,
        users=("CREATE TABLE IF NOT EXISTS users (id int)", "DROP TABLE users"),
        orders=table("orders"),
    )
    assert {(f["rule"], f["severity"]) for f in check(shop)["findings"]} == {("edited-migration", "note")}


def test_two_upgrades_at_once_are_not_tried(shop: Sandbox) -> None:
    revision(shop, "r2", "r1", users=table("more"), orders=table("more"))
    ran = shop.run("check", "--concurrent")
    assert ran.code == 2
    assert "--concurrent does not look at that" in ran.out
