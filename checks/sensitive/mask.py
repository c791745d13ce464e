"""How a secret is shown: enough to find it, and neither what it is nor how long."""

from __future__ import annotations

SHORT = 6  # characters; of shorter ones nothing is shown
HIDDEN = "***"


def mask(text: str, kind: str) -> str:
    """Write a value so that whoever knows it finds it, and nobody else learns it: `hu***2`.

    Args:
        text: The value.
        kind: What it is: of keys and connection strings, whose beginning is the same everywhere, nothing more
            than the kind is shown.
    """
    text = " ".join(text.split())
    if kind in ("private-key", "connection-string") or len(text) < SHORT:
        return HIDDEN
    return f"{text[:2]}{HIDDEN}{text[-1]}"
