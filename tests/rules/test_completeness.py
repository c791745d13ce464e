"""A rule is a file, a page, a test and a line in RULES; the page's blocks are its test (test_pages.py)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import test_pages

import checks.rules

FILES = {path.stem for path in Path(checks.rules.__file__).parent.glob("*.py")} - {
    "__init__",
    "exemption",
    "known",
    "rows",
    "rule",
    "witnessed",
}
SECTIONS = ["Why it matters", "Blocked", "Allowed", "What to do"]
NAMES = [rule.name for rule in checks.rules.RULES]


def test_every_file_is_a_line_in_rules_and_every_line_has_its_page() -> None:
    assert sorted(name.replace("-", "_") for name in NAMES) == sorted(FILES)
    assert sorted(path.stem for path in test_pages.PAGES.iterdir()) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_all_sections_and_all_its_blocks_are_tested(name: str) -> None:
    page = (test_pages.PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert re.match(rf"# {name}\n\n[A-Z][^\n]+\.\n\n## ", page), "a title, and one sentence in one line"
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == SECTIONS
    cases = [[c.values[0] for c in test_pages.cases(heading)] for heading in ("Blocked", "Allowed")]
    blocked, allowed = (sum(case.rule == name for case in found) for found in cases)
    assert blocked >= 1
    assert allowed >= 1
    assert blocked + allowed == page.count("\n```text\n") == page.count("```") / 2
    assert f"`rules: {{{name}: " in page
