from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from checks import config, tools
from checks.commands.init import HOOKS, WORKFLOW
from checks.rules import RULES

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def part(name: str) -> str:
    """Give what stands between two marks."""
    return README.split(f"<!-- {name} -->")[1].split(f"<!-- /{name} -->")[0]


def test_every_rule_is_in_the_table_with_the_first_sentence_of_its_page() -> None:
    pages = Path(__file__).parent.parent / "docs" / "rules"
    rows = dict(
        re.findall(r"^\| \[`([a-z-]+)`\]\(docs/rules/\1\.md\) \| (.+) \|$", part("rules"), re.MULTILINE)
    )
    first = {r.name: (pages / f"{r.name}.md").read_text(encoding="utf-8").splitlines()[2] for r in RULES}
    assert rows == first


@pytest.mark.postgres
def test_the_picture_of_the_demo_is_what_the_demo_prints() -> None:
    """Times, commits, the server's version and the interpreter differ from run to run; nothing else may."""
    demo = Path(__file__).parent / "examples" / "demo.py"
    done = subprocess.run([sys.executable, "-I", demo], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    printed = plain(done.stdout).splitlines()
    picture = [line for line in plain(part("demo")).splitlines() if line and line[0] not in "`#"][1:]
    assert [line for line in picture if line not in printed] == []


def plain(text: str) -> str:
    changing = (r"\d+\.\d\d s *", r"base \w{7,}", r"PostgreSQL .*", r"run by .*")
    for pattern in changing:
        text = re.sub(pattern, "*", text)
    return text


def test_the_example_config_is_one() -> None:
    (text,) = re.findall(r"```yaml\n(projects:.*?)```", README, re.DOTALL)
    known = {rule.name: rule.settings for rule in RULES}
    read = config.read(text, "README.md", known, tuple(tools.TOOLS))
    assert set(read.projects["shop"].__dataclass_fields__) >= {
        "directory",
        "tool",
        "driver",
        "before",
        "start_sql",
    }
    assert read.major == 16
    assert list(read.environments) == ["staging", "production"]


def test_the_workflow_and_the_hooks_are_those_that_init_prints() -> None:
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)]
    assert yaml.safe_load(HOOKS) in blocks
    assert yaml.safe_load(WORKFLOW) in blocks


def test_the_hooks_of_the_manifest_are_those_of_the_readme() -> None:
    root = Path(__file__).parent.parent
    manifest = yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    for hook in manifest:
        assert f"- id: {hook['id']}" in README
        assert hook["entry"].startswith("python -I -m checks check")
        assert hook["always_run"] is True
        assert hook["pass_filenames"] is False


def test_the_inputs_of_the_action_are_those_that_the_entrypoint_reads_and_the_page_tells() -> None:
    root = Path(__file__).parent.parent
    action = yaml.safe_load((root / "action.yml").read_text(encoding="utf-8"))
    step = action["runs"]["steps"][0]
    wanted = {
        f"MIGSEAL_{name.upper().replace('-', '_')}": f"${{{{ inputs.{name} }}}}" for name in action["inputs"]
    }
    assert step["env"] == wanted
    assert "${{" not in step["run"]
    told = (root / "docs" / "ci.md").read_text(encoding="utf-8")
    entry = (root / "entrypoint.py").read_text(encoding="utf-8")
    for name in action["inputs"]:
        assert f"`{name}`" in told
        assert f'"{name}"' in entry or f"MIGSEAL_{name.upper()}" in entry
