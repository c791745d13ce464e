"""Round trips: the plan, the travel, and the catalog that tells two states apart."""

from __future__ import annotations
