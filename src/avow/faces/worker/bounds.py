"""What a worker does not do, whatever it is asked: its owner's own limits, looked at each time."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from avow.estate.connectors.base import Access
from avow.estate.connectors.distant.answering import CODE
from avow.estate.datamap.model import System
from avow.faces.worker.setting import Home, Setting

STOPPED = f"{CODE}: its owner stopped it"


@dataclass(frozen=True, slots=True)
class OwnerBounds:
    """See `Bounds` of the answering end. `today` is the day in UTC. A file holds how many rows went
    on it, so that a worker that is started again does not begin at none."""

    setting: Setting
    home: Home
    today: Callable[[], date]

    def opening(self, system: System, access: Access) -> str:
        """Not for another system or kind, not beyond the tables named, not while it is stopped."""
        if self.home.stop.exists():
            return STOPPED
        if (system.name, system.connector) != (self.setting.system, self.setting.connector):
            return f"{CODE}: it speaks for a `{self.setting.connector}` called `{self.home.system}`"
        if access is Access.WRITE and self.setting.access != "write":
            return f"{CODE}: its owner lets it read only"
        return ""

    def beginning(self) -> str:
        """Not while it is stopped."""
        return STOPPED if self.home.stop.exists() else ""

    def moving(self, rows: int) -> str:
        """Not more than is left of the day."""
        return self._over(self._spent() + rows)

    def moved(self, rows: int) -> str:
        """Counted before the batch is kept, in a file that is on the disk when this returns."""
        with self.home.spent.open("a+", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            spent = self._of(file.read()) + rows
            if why := self._over(spent):
                return why
            file.seek(0)
            file.truncate()
            file.write(json.dumps({"day": self.today().isoformat(), "rows": spent}))
            file.flush()
            os.fsync(file.fileno())
        return ""

    def _over(self, rows: int) -> str:
        most = self.setting.rows_per_day
        return f"{CODE}: its owner lets {most} rows go a day" if rows > most else ""

    def _spent(self) -> int:
        if not self.home.spent.exists():
            return 0
        return self._of(self.home.spent.read_text(encoding="ascii"))

    def _of(self, text: str) -> int:
        """Rows that went today. What cannot be read counts as all that may go."""
        if not text:
            return 0
        try:
            found = json.loads(text)
            return int(found["rows"]) if found["day"] == self.today().isoformat() else 0
        except (ValueError, KeyError, TypeError):
            return self.setting.rows_per_day + 1
