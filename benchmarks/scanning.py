"""Measure `migseal scan`: 5,000 ordinary migrations, one file of 1 MB, and a commit of 10 files.

Run by `make bench`. Whole processes, medians of several runs.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # -I leaves it out
sys.path.insert(0, str(Path(__file__).parent))

from sensitive.corpus import ordinary
from turns import MIGSEAL, median, run

FILES = 5000
SIZE = 1_000_000


def main() -> None:
    """Write the files, scan them, and print what it took."""
    with tempfile.TemporaryDirectory(prefix="migseal-scan-") as name:
        folder = Path(name)
        many(folder / "many", FILES)
        many(folder / "few", 10)
        (folder / "large").mkdir()
        (folder / "large" / "V1__rows.sql").write_text(ordinary.large(SIZE))
        start = scanned(folder / "few", 5)
        print(f"scan, a commit of 10 files: {start:.3f} s (wanted: under 0.4 s)")
        each = scanned(folder / "many", 3) / FILES * 1000
        print(f"scan, {FILES} ordinary migrations: {each:.2f} ms a file (wanted: under 2 ms)")
        print(f"scan, one file of 1 MB: {scanned(folder / 'large', 3):.2f} s (wanted: under 2 s)")


def many(folder: Path, number: int) -> None:
    """Write so many ordinary migrations."""
    folder.mkdir()
    for name, text in ordinary.ordinary(number):
        (folder / name).write_text(text)


def scanned(folder: Path, times: int) -> float:
    """Give the median of the seconds that a scan takes; there is nothing to find."""
    return median(lambda: run([*MIGSEAL, "scan", ".", "--output", "json"], folder), times)


if __name__ == "__main__":
    main()
