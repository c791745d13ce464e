"""Rows for tables, as nasty as their constraints let them be, put there before a migration runs."""

from __future__ import annotations

from checks.roundtrip.populate.clear import clear
from checks.roundtrip.populate.fill import fill
from checks.roundtrip.populate.filled import Filled

__all__ = ["Filled", "clear", "fill"]
