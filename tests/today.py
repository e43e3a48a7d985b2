"""The day that commands call today: that of the controller, not always that of the machine."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo


def today() -> date:
    """Today in Brussels, where the controllers of the tests' declarations are. A machine that keeps
    UTC is a day behind for an hour or two every night."""
    return datetime.now(ZoneInfo("Europe/Brussels")).date()
