"""An outbox with letters in it, for tests: persons that never were, on names kept for examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from avow.common.clock import SetClock
from avow.common.ids import new_id
from avow.common.masked import Masked
from avow.duties.correspondence.addresses import Address
from avow.duties.correspondence.letters import Draft, Mailing, State, Words, total
from avow.duties.correspondence.message import Sender
from avow.duties.correspondence.outbox import Written, counted, write
from avow.duties.correspondence.relay import Relay
from avow.duties.correspondence.sending import Hands, Sent, nothing, send
from avow.engine.db.store import Runs, Store
from avow.engine.evidence.entries import Body
from avow.engine.keys.ring import KeyRing, new_ring

NOON = datetime(2027, 3, 15, 12, tzinfo=UTC)
LAST = date(2027, 6, 30)
SENDER = Sender(
    "Example NV",
    Address("privacy", "firm.example"),
    returns=Address("returns", "firm.example"),
)
ABOUT = new_id("telling")
WORDS = Words("Notre déclaration change", "Bonjour,\nle 1er avril, une durée change.\n")


def mailing(kind: str = "notice-change", about: str = ABOUT) -> Mailing:
    """Letters of one kind about one record."""
    return Mailing(kind, about, "firm.example", LAST)


def draft(address: str | None, *, reference: str = "", postal: str | None = None) -> Draft:
    """A letter to an address, or to nobody."""
    return Draft(
        Masked(reference or address or "nobody"),
        "fr",
        WORDS,
        Masked(address) if address is not None else None,
        Masked(postal) if postal is not None else None,
    )


def people(count: int) -> list[str]:
    """Addresses of so many persons."""
    return [f"person{n}@mail.example" for n in range(count)]


@dataclass
class Room:
    """A state with its outbox, and a clock that stands still."""

    store: Store
    ring: KeyRing = field(default_factory=new_ring)
    clock: SetClock = field(default_factory=lambda: SetClock(NOON))
    told: list[Body] = field(default_factory=list)

    def tell(self, bodies: Sequence[Body], at: datetime, runs: Runs) -> None:  # noqa: ARG002
        """What the ledger was told."""
        self.told.extend(bodies)

    def write(self, addresses: Iterable[str | None], what: Mailing | None = None) -> Written:
        """One letter to each address."""
        drafts = [draft(a, reference=f"{n}") for n, a in enumerate(addresses)]
        return self.put(drafts, what)

    def put(self, drafts: Sequence[Draft], what: Mailing | None = None) -> Written:
        """These letters."""
        return write(
            self.store, self.ring, what or mailing(), drafts, at=self.clock.now(), tell=self.tell
        )

    def hands(self, relay: Relay, crash: Callable[[str], None] = nothing) -> Hands:
        """What sending works with."""
        return Hands(
            self.store, self.ring, self.clock, SENDER, relay, self.tell, batch=10, crash=crash
        )

    def send(self, relay: Relay, *, most: int | None = None, batch: int = 10) -> Sent:
        """One run of a sender."""
        return send(replace(self.hands(relay), batch=batch), most=most)

    def later(self, by: timedelta) -> None:
        """Time passes."""
        self.clock.move(by)

    def in_state(self, *states: State) -> int:
        """How many letters have come so far."""
        return total(counted(self.store), *states)

    def rows(self, columns: str = "*") -> list[dict[str, object]]:
        """The rows of letters."""
        with self.store.outside() as connection:
            return connection.execute(
                f"SELECT {columns} FROM avow.letter ORDER BY id".encode()
            ).fetchall()
