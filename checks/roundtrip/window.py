"""What a clock made: the values that no file can know beforehand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:")


@dataclass(frozen=True)
class Window:
    """The time in which something was done, in UTC."""

    begun: datetime
    ended: datetime

    def holds(self, value: object) -> bool:
        """Tell whether a value, as JSON has it, is a moment in it: now() made it."""
        if not (isinstance(value, str) and TIME.match(value)):
            return False
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return False
        return self.begun <= (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) <= self.ended

    def touches(self, value: object) -> bool:
        """Tell whether a value is a moment in it, or its day or time of day: a file may know these, too."""
        return self.holds(value) or (
            isinstance(value, str) and (self._has_day(value) or self._has_time(value))
        )

    def _has_day(self, value: str) -> bool:
        try:
            return self.begun.date() <= date.fromisoformat(value) <= self.ended.date()
        except ValueError:
            return False

    def _has_time(self, value: str) -> bool:
        try:
            moment = time.fromisoformat(value).replace(tzinfo=None)
        except ValueError:
            return False
        return self.begun.time() <= moment <= self.ended.time()
