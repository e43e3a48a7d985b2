"""A book of requests for tests: persons that never were, a clock that stands still."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from avow.common.clock import SetClock
from avow.declaration.model import Controller, Declaration
from avow.duties.requests.book import Arrival, Asking, Book, Person, Said, open_request, take
from avow.duties.requests.machine import Request
from avow.duties.requests.steps import Step
from avow.duties.requests.words import Channel, Right, Voice
from avow.engine.db.store import Runs, Store
from avow.engine.evidence.entries import Body
from avow.engine.keys.ring import KeyRing, new_ring

NOON = datetime(2027, 3, 15, 12, tzinfo=UTC)
"""A Monday."""
ANNA = Person(
    name="Anna Peeters",
    language="nl",
    email="anna@mail.example",
    identities=(("email", "anna@mail.example"),),
)
SMALL = Declaration(
    "small", "1", Controller(name="Example NV", zone="Europe/Brussels", country="BE"),
    languages=("fr", "nl", "en"),
)  # fmt: skip


@dataclass
class Office:
    """A state with its book of requests, a clock, and what the ledger was told."""

    store: Store
    declaration: Declaration = SMALL
    ring: KeyRing = field(default_factory=new_ring)
    clock: SetClock = field(default_factory=lambda: SetClock(NOON))
    told: list[Body] = field(default_factory=list)

    @property
    def book(self) -> Book:
        """The book."""
        return Book(self.store, self.ring, self.declaration, self.tell)

    def tell(self, bodies: Sequence[Body], at: datetime, runs: Runs) -> None:  # noqa: ARG002
        """What the ledger was told."""
        self.told.extend(bodies)

    def arrive(
        self,
        *rights: Right,
        person: Person = ANNA,
        channel: Channel = Channel.EMAIL,
        voice: Voice = Voice.SELF,
        words: bytes = b"Dear all, what do you know of me?",
        arrived: datetime | None = None,
    ) -> Request:
        """A request of one person that arrives now."""
        asked = tuple(Asking(1, right) for right in rights)
        now = self.clock.now()
        arrival = Arrival(channel, arrived or now, "nl", (person,), asked, voice, words)
        return open_request(self.book, arrival, by="claire", at=now)

    def take(self, request: Request | str, *steps: Step, by: str = "claire") -> Request:
        """Steps taken now."""
        name = request if isinstance(request, str) else request.id
        said = [Said(step) for step in steps]  # type: ignore[arg-type]
        return take(self.book, name, said, by=by, at=self.clock.now())

    def with_(self, **changes: object) -> Office:
        """The same office under a changed declaration."""
        self.declaration = replace(self.declaration, **changes)  # type: ignore[arg-type]
        return self
