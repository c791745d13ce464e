"""Play the main job on a small shop: what is deployed is locked, and a pull request breaks it.

The repository is built in a temporary place; what is shown is the real output of `migseal`.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SHOP = Path(__file__).parent / "alembic_shop"
# The same everywhere, be squawk-cli there or not.
os.environ["MIGSEAL_SQUAWK"] = "no"
MIGSEAL = (sys.executable, "-I", "-m", "checks")
IDENTITY = {
    f"GIT_{who}_{what}": "demo@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}


def main() -> int:
    """Build the repository, run migseal as a pull request would, and give its exit code."""
    with tempfile.TemporaryDirectory(prefix="migseal-demo-") as folder:
        shop = Path(folder) / "shop"
        build(shop)
        say("a shop on Alembic: four migrations are deployed, and locked")
        run(shop, "status")
        say("a pull request edits a deployed migration, adds one that forgets an enum, and a clean one")
        return run(shop, "check", "--base", "main")


def build(shop: Path) -> None:
    """Make the repository: the deployed history on main, the pull request on a branch."""
    shutil.copytree(SHOP / "deployed", shop)
    git(shop, "init", "--quiet", "--initial-branch", "main")
    commit(shop, "The shop")
    for command in (("init",), ("lock", "--environment", "production", "--release", "v1.0.0")):
        subprocess.run([*MIGSEAL, *command], cwd=shop, check=True, capture_output=True)
        commit(shop, f"migseal {command[0]}")
    git(shop, "switch", "--quiet", "--create", "payments")
    shutil.copytree(SHOP / "pull_request", shop, dirs_exist_ok=True, copy_function=shutil.copyfile)
    commit(shop, "Payments and reviews")


def run(shop: Path, *arguments: str) -> int:
    """Show a command and run it."""
    print(f"$ migseal {shlex.join(arguments)}", flush=True)
    return subprocess.run([*MIGSEAL, *arguments], cwd=shop, check=False).returncode


def say(words: str) -> None:
    """Tell what comes next."""
    print(f"\n# {words}", flush=True)


def commit(shop: Path, message: str) -> None:
    """Commit all files."""
    git(shop, "add", "--all")
    git(shop, "commit", "--quiet", "--message", message)


def git(shop: Path, *arguments: str) -> None:
    """Run git without anyone's settings."""
    environment = {**os.environ, **IDENTITY, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(["git", *arguments], cwd=shop, env=environment, check=True)


if __name__ == "__main__":
    found = main()
    print(f"\n# exit code {found}: the pull request does not merge before this is mended")
    sys.exit(0 if found == 1 else 3)
