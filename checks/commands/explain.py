"""migseal explain: a rule's page."""

from __future__ import annotations

import sys
from pathlib import Path

import click

import checks
from checks.document import nearest
from checks.errors import CannotCheckError
from checks.rules import RULES
from checks.rules.rule import FAMILY, family

FAMILIES = {rule.name for rule in RULES if FAMILY in rule.settings}


def pages() -> Path:
    """Give the folder of the pages: in the package, or beside it in a checkout."""
    package = Path(checks.__file__).parent
    installed = package / "pages"
    return installed if installed.is_dir() else package.parent / "docs" / "rules"


@click.command("explain", epilog="\b\nExample:\n  migseal explain leftover-object\n")
@click.argument("rule", required=False)
def command(rule: str | None) -> int:
    """Show the page of RULE: what it finds, why, what mends it; without RULE, the list of all."""
    names = [known.name for known in RULES]
    if rule is None:
        for known in RULES:
            off = " (off unless migseal.yaml sets it)" if known.off else ""
            click.echo(f"{known.name:24} {_summary(known.name)}{off}")
        return 0
    rule = family(rule) if family(rule) in FAMILIES else rule
    if rule not in names:
        raise CannotCheckError(
            f"no rule is called {rule}{nearest(rule, names)}", "`migseal explain` lists all rules"
        )
    text = (pages() / f"{rule}.md").read_text(encoding="utf-8")
    if sys.stdout.isatty():
        from rich.console import Console  # noqa: PLC0415 -- only on a terminal
        from rich.markdown import Markdown  # noqa: PLC0415 -- the same

        Console().print(Markdown(text))
    else:
        click.echo(text, nl=False)
    return 0


def _summary(rule: str) -> str:
    """Give the first sentence of a page."""
    lines = (pages() / f"{rule}.md").read_text(encoding="utf-8").splitlines()
    return next((line for line in lines[1:] if line.strip()), "")
