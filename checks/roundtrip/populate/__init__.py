"""Rows for tables, as nasty as their constraints let them be, put there before a migration runs."""

from __future__ import annotations

from checks.roundtrip.populate.clear import clear
from checks.roundtrip.populate.fill import fill
from checks.roundtrip.populate.filled import Filled
from checks.roundtrip.populate.fit import Fit
from checks.roundtrip.populate.given import joined
from checks.roundtrip.populate.learn import learn, shapes

__all__ = ["Filled", "Fit", "clear", "fill", "joined", "learn", "shapes"]
