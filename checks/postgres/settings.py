"""What a user may say about the throwaway server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Which server to start.

    Attributes:
        major: The only major version that will do, or None where any will.
        provider: The only provider that will do, a name in `checks.postgres.PROVIDERS`.
        url: A server that runs already; None means the environment's `MIGSEAL_DATABASE_URL`.
    """

    major: int | None = None
    provider: str | None = None
    url: str | None = None
