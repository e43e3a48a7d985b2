"""What our own records say for a copy: who got data, and what owners of systems answered."""

from __future__ import annotations

from dataclasses import dataclass

from avow.duties.requests.acting.telling_recipients import recipients_of
from avow.duties.requests.answering.copy import Received, State
from avow.duties.requests.answering.gathering import ByHand
from avow.duties.requests.book import Book, read
from avow.duties.requests.tasks.kept import Evidence, evidence_of
from avow.duties.requests.tasks.making import by_hand_of
from avow.engine.planner.unspoken import unspoken


@dataclass(frozen=True, slots=True)
class Records:
    """The log of transmissions and the tasks of a book, as sources of a copy."""

    book: Book

    def received(self, request: str, person: int) -> tuple[Received, ...] | None:
        """Who really got data of the person, by the log; None where none is kept."""
        found = recipients_of(self.book, request, person)
        if found is None:
            return None
        return tuple(Received(each.recipient, each.categories, each.last) for each in found)

    def logged(self) -> tuple[str, ...]:
        """The recipients of which a log is kept."""
        return tuple(row["recipient"] for row in self.book.runs.run("disclosures_logged"))

    def asked(self, request: str, person: int) -> tuple[ByHand, ...]:
        """What owners answered about a person, and what they were asked and have not answered."""
        if not unspoken(self.book.declaration):
            return ()
        every = by_hand_of(self.book, read(self.book, request))
        return tuple(self._by_hand(s, t, r) for n, s, t, r in every if n == person)

    def _by_hand(self, system: str, state: str, record: str) -> ByHand:
        kept = evidence_of(self.book, record) if record and state == State.FOUND else None
        given = kept.reveal() if kept else Evidence()
        return ByHand(system, State(state), record, given.words, given.name, given.content)
