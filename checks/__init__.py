"""migseal: a guard for database migrations. The distribution is `migseal`, the import package `checks`."""

from __future__ import annotations

VERSION = "0.1.0"
