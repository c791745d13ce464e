"""Start migseal: `python -I -m checks`, which always gets ours, whatever the user's repository holds."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """Run the command line and exit with its code: 0, 1 (findings), 2 (cannot check) or 3 (our bug)."""
    interrupted = signal.signal(signal.SIGINT, signal.SIG_DFL)
    from checks.commands import run  # noqa: PLC0415 -- so that an interrupt while loading is a quiet one

    signal.signal(signal.SIGINT, interrupted)
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
