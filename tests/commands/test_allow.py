"""`migseal: allow RULE: REASON` in a migration, from its comment to the report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sandbox import Ran, Sandbox

BASE = "CREATE TABLE users (id int, email text);\n-- migrate:down\nDROP TABLE users;\n"
GONE = "ALTER TABLE users DROP email;\n"
LEFT = "CREATE TYPE mood AS ENUM ('glad');\n-- migrate:down\nSELECT 1;\n"
STAMPED = "DELETE FROM goose_db_version WHERE version_id = 3;\n-- migrate:down\nSELECT 1;\n"


def found(ran: Ran) -> list[tuple[str, str, str]]:
    return [(f["severity"], f["rule"], f["migration"]) for f in json.loads(ran.out)["findings"]]


def messages(ran: Ran) -> dict[str, dict[str, Any]]:
    return {finding["rule"]: finding for finding in json.loads(ran.out)["findings"]}


@pytest.fixture
def shop(repo: Sandbox) -> Sandbox:
    """A deployed migration with a way down, and a branch."""
    repo.sql("001_users", BASE)
    repo.locked()
    repo.branch()
    return repo


def check(repo: Sandbox, *arguments: str) -> Ran:
    return repo.check("--output", "json", *arguments)


def whole(repo: Sandbox, *arguments: str) -> Ran:
    return repo.run("check", "--output", "json", *arguments)


def test_what_is_allowed_is_a_note_with_its_reason(shop: Sandbox) -> None:
    shop.sql("002_gone", f"-- migseal: allow missing-downgrade: the data is gone\n{GONE}")
    ran = check(shop, "--fail-on", "warning")
    assert ran.code == 0
    assert found(ran) == [("note", "missing-downgrade", "002")]
    told = messages(ran)["missing-downgrade"]
    assert told["message"].endswith("cannot be rolled back (allowed here: the data is gone)")
    assert told["fix"].startswith("nothing, if the reason holds; else: write the downgrade")
    assert told["allowed"] == "the data is gone"
    assert "(allowed here: the data is gone)" in shop.check().out


def test_it_allows_for_its_own_migration_only(shop: Sandbox) -> None:
    shop.sql("002_gone", f"{GONE}")
    shop.sql("003_other", f"{LEFT}-- migseal: allow missing-downgrade: the other one\n")
    ran = check(shop)
    assert found(ran) == [("warning", "missing-downgrade", "002"), ("warning", "void-allow", "003")]
    told = messages(ran)["void-allow"]
    assert (told["path"], told["line"]) == ("migrations/003_other.sql", 4)
    assert "allows missing-downgrade, which finds nothing in it" in told["message"]


def test_it_allows_for_its_own_project_only(shop: Sandbox) -> None:
    for name, text in (("a", "-- migseal: allow missing-downgrade: gone\n"), ("b", "")):
        shop.write(f"{name}/migrations/001_x.sql", BASE)
        shop.write(f"{name}/migrations/002_x.sql", text + GONE)
    (shop.root / "migrations/001_users.sql").unlink()
    found_now = json.loads(check(shop).out)["findings"]
    told = {(f["project"], f["severity"]) for f in found_now if f["rule"] == "missing-downgrade"}
    assert told == {("a", "note"), ("b", "warning")}


@pytest.mark.parametrize(
    ("comment", "told"),
    [
        ("missing-downgrade", "allows missing-downgrade without a reason, and so allows nothing"),
        ("missing-downgrade:  ", "allows missing-downgrade without a reason, and so allows nothing"),
        (
            "missing-downgrades: x",
            "a rule missing-downgrades that does not exist (did you mean missing-downgrade?)",
        ),
        ("Missing-Downgrade: x", "(did you mean missing-downgrade?)"),
        ("", "allows no rule by its name"),
        ("everything: x", "a rule everything that does not exist:"),
        ("edited-migration: x", "allows edited-migration, which no comment can allow"),
        ("changed-lockfile: x", "allows changed-lockfile, which no comment can allow"),
        ("void-allow: x", "allows void-allow, which no comment can allow"),
        ("two-heads", "allows two-heads, which no comment can allow"),
    ],
)
def test_an_allow_that_can_be_none_is_an_error_and_allows_nothing(
    shop: Sandbox, comment: str, told: str
) -> None:
    shop.sql("002_gone", f"{GONE}-- migseal: allow {comment}\n")
    ran = check(shop)
    assert ran.code == 1
    assert found(ran) == [("error", "void-allow", "002"), ("warning", "missing-downgrade", "002")]
    assert told in messages(ran)["void-allow"]["message"]
    assert (messages(ran)["void-allow"]["path"], messages(ran)["void-allow"]["line"]) == (
        "migrations/002_gone.sql",
        2,
    )


def test_rules_about_what_is_deployed_stay_as_they_are(repo: Sandbox) -> None:
    repo.locked("001_a", "003_c")
    repo.branch()
    repo.sql("001_a", "-- migseal: allow edited-migration: a slip\nCREATE TABLE other (id int);\n")
    repo.sql("002_b", "-- migseal: allow out-of-order-migration: it does no harm\nSELECT 1;\n")
    ran = check(repo)
    assert sorted(found(ran)) == [
        ("error", "edited-migration", "001"),
        ("error", "out-of-order-migration", "002"),
        ("error", "void-allow", "001"),
        ("error", "void-allow", "002"),
    ]


def test_two_of_the_same_rule_are_both_told(shop: Sandbox) -> None:
    again = "-- migseal: allow missing-downgrade: "
    shop.sql("002_gone", f"{again}the data is gone\n{again}and it was old\n{again}the data is gone\n{GONE}")
    ran = check(shop)
    assert found(ran) == [("note", "missing-downgrade", "002")]
    assert messages(ran)["missing-downgrade"]["allowed"] == "the data is gone; and it was old"


def test_one_of_two_without_a_reason_is_told_and_the_other_counts(shop: Sandbox) -> None:
    again = "-- migseal: allow missing-downgrade"
    shop.sql("002_gone", f"{again}: the data is gone\n{again}\n{GONE}")
    assert found(check(shop)) == [("error", "void-allow", "002"), ("note", "missing-downgrade", "002")]


def test_the_file_of_the_way_down_may_say_it(shop: Sandbox) -> None:
    shop.sql("002_gone.up", GONE)
    shop.sql("002_gone.down", "-- nothing to do\n-- migseal: allow missing-downgrade: the data is gone\n")
    assert found(check(shop)) == [("note", "missing-downgrade", "002")]
    shop.sql("002_gone.down", "SELECT 1;\n-- migseal: allow missing-downgrade: the data is gone\n")
    ran = check(shop)
    assert found(ran) == [("warning", "void-allow", "002")]
    told = messages(ran)["void-allow"]
    assert (told["path"], told["line"]) == ("migrations/002_gone.down.sql", 2)


@pytest.mark.parametrize(
    "hidden",
    [
        "SELECT '-- migseal: allow missing-downgrade: x';\n",
        "SELECT '\n-- migseal: allow missing-downgrade: x\n';\n",
        "DO $$\n-- migseal: allow missing-downgrade: x\nBEGIN END $$;\n",
    ],
    ids=["string", "string of lines", "dollar quotes"],
)
def test_no_text_allows_anything(shop: Sandbox, hidden: str) -> None:
    shop.sql("002_gone", GONE + hidden)
    assert found(check(shop)) == [("warning", "missing-downgrade", "002")]


def test_a_file_with_windows_line_endings(shop: Sandbox) -> None:
    text = f"-- a\n-- migseal: allow missing-downgrade: the data is gone\n{GONE}".replace("\n", "\r\n")
    shop.write("migrations/002_gone.sql", text)
    ran = check(shop)
    assert found(ran) == [("note", "missing-downgrade", "002")]
    assert messages(ran)["missing-downgrade"]["allowed"] == "the data is gone"


def test_alembic(repo: Sandbox) -> None:
    drop = 'op.execute("DROP TABLE users")'
    repo.alembic(("1a", None, 'op.execute("CREATE TABLE users (id int)")', drop))
    repo.locked()
    repo.branch()
    refuses = "raise NotImplementedError"
    repo.alembic(("2b", "1a", drop, f"# migseal: allow missing-downgrade: the data is gone\n    {refuses}"))
    assert found(check(repo)) == [("note", "missing-downgrade", "2b")]
    repo.alembic(
        ("2b", "1a", drop, f'"""\n    # migseal: allow missing-downgrade: x\n    """\n    {refuses}')
    )
    assert found(check(repo)) == [("warning", "missing-downgrade", "2b")]


def test_a_rule_that_is_off_makes_no_allow_needless(shop: Sandbox) -> None:
    shop.git("switch", "--quiet", "main")
    shop.write("migseal.yaml", 'rules: {missing-downgrade: "off"}\n')
    shop.commit()
    shop.branch("other")
    shop.sql("002_gone", f"-- migseal: allow missing-downgrade: the data is gone\n{GONE}")
    assert found(check(shop)) == []


def test_a_severity_of_the_config_does_not_undo_it(shop: Sandbox) -> None:
    shop.sql("002_gone", f"-- migseal: allow missing-downgrade: the data is gone\n{GONE}")
    shop.write("migseal.yaml", "rules: {missing-downgrade: error, void-allow: warning}\n")
    assert found(check(shop)) == [("note", "missing-downgrade", "002")]
    shop.sql("002_gone", f"-- migseal: allow missing-downgrade\n{GONE}")
    assert found(check(shop)) == [("error", "missing-downgrade", "002"), ("error", "void-allow", "002")]


def test_merged_ones_are_not_told_and_an_edit_of_one_does_not_count(shop: Sandbox) -> None:
    shop.sql(
        "002_more", "SELECT 1;\n-- migrate:down\nSELECT 1;\n-- migseal: allow stamped-history: an old one\n"
    )
    shop.sql("003_more", "SELECT 1;\n-- migrate:down\nSELECT 1;\n")
    shop.commit()
    shop.git("branch", "--force", "main")
    assert found(check(shop)) == []
    allow = "-- migseal: allow stamped-history: only staging has it\n"
    shop.sql("003_more", f"{STAMPED}{allow}")
    ran = check(shop)
    assert sorted(found(ran)) == [
        ("error", "stamped-history", "003"),
        ("warning", "edited-migration", "003"),
        ("warning", "void-allow", "003"),
    ]
    assert "that does not count: it is merged and was edited since" in messages(ran)["void-allow"]["message"]


def test_a_note_for_a_comment_that_is_added_to_a_deployed_file(shop: Sandbox) -> None:
    shop.sql("001_users", f"-- migseal: allow missing-downgrade: x\n{BASE}")
    ran = check(shop)
    assert [finding[1:] for finding in found(ran)] == [("edited-migration", "001")]


def test_the_lockfile_does_not_hold_it(shop: Sandbox) -> None:
    shop.sql("002_gone", f"-- migseal: allow missing-downgrade: the data is gone\n{GONE}")
    shop.commit()
    before = shop.read("migrations.lock")
    assert shop.run("lock").code == 0
    after = shop.read("migrations.lock")
    assert after != before
    assert "data is gone" not in after


@pytest.mark.postgres
class TestWithTrips:
    """Rules that judge round trips."""

    def test_what_a_trip_finds_is_a_note_and_only_a_trip_calls_it_needless(
        self, shop: Sandbox, ours: str
    ) -> None:
        del ours
        allow = "-- migseal: allow leftover-object: reports use it\n"
        shop.sql("002_mood", LEFT + allow)
        assert found(check(shop)) == []
        ran = whole(shop)
        assert ran.code == 0
        assert found(ran) == [("note", "leftover-object", "002")]
        shop.sql("002_mood", f"SELECT 1;\n-- migrate:down\nSELECT 1;\n{allow}")
        assert found(check(shop)) == []
        assert found(whole(shop)) == [("warning", "void-allow", "002")]

    def test_a_migration_that_was_not_reached_is_not_judged(self, shop: Sandbox, ours: str) -> None:
        del ours
        shop.sql("002_broken", "CREATE TABLE x (id nonsense);\n-- migrate:down\nSELECT 1;\n")
        shop.sql("003_mood", f"{LEFT}-- migseal: allow leftover-object: reports use it\n")
        assert found(whole(shop)) == [("error", "failed-upgrade", "002")]

    def test_a_downgrade_that_fails(self, shop: Sandbox, ours: str) -> None:
        del ours
        fails = "CREATE TABLE a (id int);\n-- migrate:down\nDROP TABLE b;\n"
        shop.sql("002_a", f"{fails}-- migseal: allow failed-downgrade: b is made by hand\n")
        ran = whole(shop)
        assert (ran.code, found(ran)) == (0, [("note", "failed-downgrade", "002")])
        shop.sql("002_a", f"{fails}-- migseal: allow leftover-object: b is made by hand\n")
        assert found(whole(shop)) == [("error", "failed-downgrade", "002")]

    def test_it_goes_on_to_count_once_it_is_locked(self, shop: Sandbox, ours: str) -> None:
        del ours
        allow = "-- migseal: allow leftover-object: reports use it\n"
        shop.sql("002_mood", LEFT + allow)
        shop.commit()
        assert shop.run("lock").code == 0
        shop.commit()
        shop.git("branch", "--force", "main")
        assert found(check(shop)) == []
        ran = whole(shop, "--all")
        assert ran.code == 0
        assert found(ran) == [("note", "leftover-object", "002")]

    def test_one_that_was_added_to_a_deployed_file_counts_only_once_the_edit_is_accepted(
        self, shop: Sandbox, ours: str
    ) -> None:
        del ours
        shop.sql("002_mood", LEFT)
        shop.commit()
        assert shop.run("lock").code == 0
        shop.commit()
        shop.git("branch", "--force", "main")
        shop.sql("002_mood", f"{LEFT}-- migseal: allow leftover-object: reports use it\n")
        ran = whole(shop, "--all")
        assert ran.code == 1
        told = {finding[1]: finding[0] for finding in found(ran)}
        assert told["leftover-object"] == "error"
        assert told["void-allow"] == "warning"
        assert "edited-migration" in told
        assert shop.run("amend", "002", "--reason", "seen by the team").code == 0
        ran = whole(shop, "--all")
        assert ran.code == 0
        assert found(ran) == [("note", "leftover-object", "002"), ("note", "edited-migration", "002")]

    def test_what_is_allowed_hides_nothing_else(self, shop: Sandbox, ours: str) -> None:
        del ours
        nothing = "ALTER TABLE users ADD name text;\n-- migrate:down\n-- nothing to do\n"
        shop.sql("002_name", f"{nothing}-- migseal: allow leftover-object: it stays\n")
        assert found(whole(shop)) == [
            ("warning", "missing-downgrade", "002"),
            ("note", "leftover-object", "002"),
        ]
