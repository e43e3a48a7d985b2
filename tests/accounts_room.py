"""Accounts for tests: people that never were, a hash that is quick and proves nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyotp
from argon2 import PasswordHasher

from avow.common.clock import SetClock
from avow.declaration.model import Member
from avow.engine.accounts import making
from avow.engine.accounts.known import Accounts, accounts_over
from avow.engine.db.store import Runs, Store
from avow.engine.evidence.entries import Body
from avow.engine.keys.ring import KeyRing, new_ring

NOON = datetime(2027, 3, 15, 12, tzinfo=UTC)
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "a long walk by the Dijle"
ROLES = {
    "claire": "author",
    "marc": "approver",
    "olivier": "officer",
    "agnes": "agent",
    "rik": "redactor",
    "sofie": "system-owner",
    "an": "accountable-manager",
    "aude": "auditor",
    "ada": "administrator",
}
PEOPLE = {name: Member(name, name.title(), frozenset({role})) for name, role in ROLES.items()}


@dataclass
class Lodge:
    """Accounts over a state, a clock, and the seeds that the people keep in their devices."""

    store: Store
    ring: KeyRing = field(default_factory=new_ring)
    clock: SetClock = field(default_factory=lambda: SetClock(NOON))
    told: list[Body] = field(default_factory=list)
    seeds: dict[str, str] = field(default_factory=dict)
    made: Accounts | None = None

    @property
    def accounts(self) -> Accounts:
        """The accounts."""
        if self.made is None:
            self.made = accounts_over(self.store, self.ring, PEOPLE, self.tell, QUICK)
        return self.made

    def tell(self, bodies: list[Body], at: datetime, runs: Runs) -> None:  # noqa: ARG002
        """What the ledger was told."""
        self.told.extend(bodies)

    def code(self, person: str) -> str:
        """The code that the device of a person shows now."""
        return pyotp.TOTP(self.seeds[person]).at(self.clock.now())

    def enrol(self, person: str) -> tuple[str, ...]:
        """Make and enrol an account; gives the recovery codes."""
        now = self.clock.now()
        secret = making.add(self.accounts, person, by=making.COMMAND, at=now)
        begun = making.begin(self.accounts, person, secret, "10.0.0.1", now)
        assert begun is not None
        self.seeds[person] = begun.seed.reveal()
        codes = making.finish(
            self.accounts, person, secret, PASSWORD, self.code(person), "10.0.0.1", now
        )
        assert codes is not None
        return codes
