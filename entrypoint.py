"""Start migseal in an environment of its own; standard library only.

The action and the image run this: it makes a virtual environment for migseal from the folder that this file
is in (once, in the runner's tool cache), and runs `python -I -m checks` in it with the arguments given.
The user's own environment is never touched.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXTRAS = "embedded"


def main() -> int:
    """Make the environment if it is not there, and run migseal in it; give its exit code."""
    try:
        python = environment()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"migseal cannot be installed: {error}", file=sys.stderr)
        return 2
    return subprocess.run(
        [str(python), "-I", "-m", "checks", *arguments(sys.argv[1:])], check=False
    ).returncode


def environment() -> Path:
    """Give the Python of migseal's environment; one that is half made is never used."""
    place = cache() / f"migseal-{fingerprint()}-py{sys.version_info.major}.{sys.version_info.minor}"
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = place / "ready"
    if not ready.exists():
        shutil.rmtree(place, ignore_errors=True)
        install(place, python)
        ready.touch()
    return python


def install(place: Path, python: Path) -> None:
    """Install migseal: with uv where it is, else with pip."""
    requirement = f"{HERE}[{EXTRAS}]"
    uv = shutil.which("uv")
    if uv:
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(place)], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", str(python), requirement], check=True)
    else:
        venv.create(place, with_pip=True)
        command = [
            str(python),
            "-I",
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            requirement,
        ]
        subprocess.run(command, check=True)


def cache() -> Path:
    """Give a folder that only we write: the runner's tool cache, or the user's cache."""
    named = os.environ.get("RUNNER_TOOL_CACHE") or os.environ.get("XDG_CACHE_HOME")
    try:
        return Path(named) / "migseal" if named else Path.home() / ".cache" / "migseal"
    except RuntimeError:
        return Path(tempfile.mkdtemp(prefix="migseal-"))


def fingerprint() -> str:
    """Tell one state of our files from another, so that an environment is never older than the code."""
    digest = hashlib.sha256()
    for path in sorted([*HERE.glob("checks/**/*.py"), HERE / "pyproject.toml"]):
        digest.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def arguments(given: list[str]) -> list[str]:
    """Give the command line: the arguments, or what the action's inputs say by MIGSEAL_* variables."""
    if given:
        return given
    command = os.environ.get("MIGSEAL_COMMAND") or "check"
    words = ["lock"] if command == "lock" else ["check"]
    if command == "check-files":
        words.append("--files-only")
    elif command not in ("check", "lock"):
        words = [command]
    named = ("config", "release", "environment") if words == ["lock"] else ("config", "base", "fail-on")
    for name in named:
        value = os.environ.get(f"MIGSEAL_{name.upper().replace('-', '_')}")
        if value:
            words += [f"--{name}", value]
    if words[0] == "check":
        words += ["--output", "text", "--output", "github"]
    return words


if __name__ == "__main__":
    sys.exit(main())
