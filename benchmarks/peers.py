"""Measure what finds secrets in text on the corpus of sensitive-insert, and print a table in Markdown.

Run by `make peers`, which installs detect-secrets and gitleaks into an environment below this one. Nothing is
verified over the network. Where a program tells a range of lines, each of them counts.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # -I leaves it out
sys.path.insert(0, str(Path(__file__).parent))

from sensitive.corpus import build, ordinary
from turns import MIGSEAL

PEERS = Path(sys.prefix) / "peers" / "bin"
PERSONAL = {"email", "phone", "iban", "ssn", "card"}  # what a scanner for secrets does not look for
ORDINARY = 5000
HEAD = (
    "| | lines told | lines with credentials told | other lines of these files told "
    "| files without anything told | ordinary files told | seconds for the ordinary files |"
)
Lines = set[tuple[str, int]]


@dataclass(frozen=True)
class Program:
    """A program by its name and version, and how it tells the lines of a folder."""

    name: str
    tell: Callable[[Path], Lines]


def main() -> None:
    """Write the corpora, let every program read them, and print the table."""
    with tempfile.TemporaryDirectory(prefix="migseal-peers-") as folder:
        root = Path(folder)
        wanted = build.write(root / "positive", build.positives())
        build.write(root / "negative", build.negatives())
        plain(root / "ordinary")
        print(f"Measured on {dt.datetime.now(tz=dt.UTC):%Y-%m-%d}: {sizes(root, wanted)}.\n")
        print(HEAD + "\n|" + "---|" * HEAD.count(" | ") + "---|")
        for program in programs():
            print(row(program, root, wanted))


def plain(folder: Path) -> None:
    """Write the ordinary migrations."""
    folder.mkdir()
    for name, text in ordinary.ordinary(ORDINARY):
        (folder / name).write_text(text)


def sizes(root: Path, wanted: Iterable[build.Wanted]) -> str:
    """Say how large the corpora are."""
    lines = {(one.path, one.line) for one in wanted}
    full, empty = (len(files(root / name)) for name in ("positive", "negative"))
    return f"{len(lines)} lines in {full} files, {empty} files and {ORDINARY} ordinary ones without anything"


def files(folder: Path) -> list[Path]:
    """List the files of a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


def programs() -> list[Program]:
    """Give the programs, ourselves first."""
    detect, gitleaks = str(PEERS / "detect-secrets"), str(PEERS / "gitleaks")
    return [
        Program(version([*MIGSEAL, "--version"], "migseal"), migseal),
        Program(version([detect, "--version"], "detect-secrets"), detect_secrets),
        Program(version([gitleaks, "version"], "gitleaks"), leaks),
    ]


def version(command: list[str], name: str) -> str:
    """Give a program's name and its version, the last word that it says."""
    return f"{name} {subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]}"


def row(program: Program, root: Path, wanted: Iterable[build.Wanted]) -> str:
    """Let a program read the corpora; give its row of the table."""
    lines = {(one.path, one.line) for one in wanted}
    secret = {(one.path, one.line) for one in wanted if not one.kinds <= PERSONAL}
    told, noise = program.tell(root / "positive"), program.tell(root / "negative")
    begin = time.perf_counter()
    ordinary_noise = program.tell(root / "ordinary")
    seconds = time.perf_counter() - begin
    figures = (
        share(len(told & lines), len(lines)),
        share(len(told & secret), len(secret)),
        len(told - lines),
        share(paths(noise), len(files(root / "negative"))),
        share(paths(ordinary_noise), ORDINARY),
        f"{seconds:.1f}",
    )
    return f"| {program.name} | {' | '.join(map(str, figures))} |"


def share(part: int, whole: int) -> str:
    """Give a part in percent, and as a number."""
    return f"{part / whole:.1%} ({part})"


def paths(lines: Lines) -> int:
    """Count the files in which something was told."""
    return len({path for path, _ in lines})


def migseal(folder: Path) -> Lines:
    """Ask ourselves."""
    command = [*MIGSEAL, "scan", ".", "--output", "json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return {(one["path"], one["line"]) for one in json.loads(done.stdout)["findings"]}


def detect_secrets(folder: Path) -> Lines:
    """Ask detect-secrets with its default plugins and filters."""
    command = [str(PEERS / "detect-secrets"), "scan", "--all-files", "--no-verify", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    results = json.loads(done.stdout)["results"]
    return {(path, one["line_number"]) for path, found in results.items() for one in found}


def leaks(folder: Path) -> Lines:
    """Ask gitleaks with its default rules."""
    report = folder.parent / "gitleaks.json"
    command = [
        str(PEERS / "gitleaks"),
        "dir",
        ".",
        "--no-banner",
        "--exit-code",
        "0",
        "--report-format",
        "json",
    ]
    subprocess.run([*command, "--report-path", str(report)], cwd=folder, capture_output=True, check=True)
    found = json.loads(report.read_text())
    return {(one["File"], line) for one in found for line in range(one["StartLine"], one["EndLine"] + 1)}


if __name__ == "__main__":
    main()
