"""The day's rows: reserved before a batch, settled with its journal entry, never overdrawn.

An automatic plan may move so many rows of a system in a day. Reserving is one statement, so two
plans that run at once share what is left of the day; a batch that dies between its reservation and
its entry leaves the reservation standing, so the number can be too high and never too low.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from avow.engine.db.store import Runs
from avow.engine.planner.refusals import PlannerError

WITHOUT_END = 2**62
"""The limit of what has none: rows that persons approved are counted, and not limited."""


class UsedUp(PlannerError):
    """The day's budget has no room for the next batch."""

    code = "AV412"


@dataclass(slots=True)
class Allowance:
    """What one plan may still move in `system` on `day`. `most` None: as many as were approved."""

    runs: Runs
    system: str
    day: date
    most: int | None = None
    reserved: int = 0

    def take(self, rows: int) -> None:
        """Reserve the rows of the next batch.

        Raises:
            UsedUp: AV412, fewer are left of the day.
        """
        if self.most is None:
            return
        if self._add(self.runs, rows, self.most) is None:
            raise UsedUp(
                f"the day's budget of `{self.system}` has no room for the next {rows:,} rows",
                because=f"{self.most:,} rows may be moved there in a day without asking anybody",
                help="`avow apply` goes on with the plan tomorrow",
            )
        self.reserved += rows

    def settle(self, runs: Runs, rows: int) -> None:
        """Count the rows that a batch really moved, in the transaction of its entry."""
        difference = rows - self.reserved
        self.reserved = 0
        if difference > 0:
            self._add(runs, difference, WITHOUT_END)
        elif difference < 0:
            runs.run("budget_give_back", system=self.system, day=self.day, rows=-difference)

    def _add(self, runs: Runs, rows: int, most: int) -> object | None:
        return runs.one("budget_take", system=self.system, day=self.day, rows=rows, most=most)
