"""Where the terminal and the pages read the status from: one Protocol, given by the engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from avow.duties.assurance.history import DayPoint
from avow.duties.assurance.model import Evidenced


@dataclass(frozen=True, slots=True)
class ClauseText:
    """The organisation's own words for a clause.

    `language` is that of `text`, which is not the asked one where there is no translation.
    `draft`: a translation that nobody has approved yet.
    """

    clause: str
    text: str
    language: str
    draft: bool = False


class StatusSource(Protocol):
    """What the status is computed from. Implementations may be called from several threads."""

    def now(self) -> datetime:
        """The instant all answers are for: aware, in the controller's zone."""
        ...

    def evidenced(self) -> Evidenced:
        """Clauses, scope, checks, results and attestations, read in one go.

        Of a state check the results may be cut to the newest and the newest that could look,
        per clause, check, item and leg; of a case check all results are needed.
        """
        ...

    def history(self, days: int = 365) -> tuple[DayPoint, ...]:
        """One point per past local day, oldest first, the last `days` at most; may be empty.

        `avow.duties.assurance.history.history` computes it; a past day never changes, so
        it may be kept once computed.
        """
        ...

    def text(self, clause: str, language: str) -> ClauseText | None:
        """The words of a clause in `language`, else in the language it was printed in."""
        ...
