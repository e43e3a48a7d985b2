"""What one-time pages work with, and how a secret of an address is looked up."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from litestar.di import NamedDependency
from litestar.exceptions import HTTPException, NotFoundException

from avow.common.clock import Clock
from avow.common.errors import KeyringError
from avow.common.languages import LANGUAGES
from avow.common.masked import Masked
from avow.duties.assurance.source import ClauseText
from avow.duties.correspondence.outbox import Tells
from avow.engine.db.store import Runs
from avow.engine.evidence.invitations import Invitation, Kind, Note, answered, found
from avow.engine.keys.ring import KeyRing
from avow.faces.web.asked.map_sheet import MapSheet
from avow.faces.web.asked.sample_sheet import SampleSheet
from avow.faces.web.security import Asked as Request
from avow.faces.web.source import House

log = logging.getLogger(__name__)

MOST_GUESSES = 20
"""Wrong addresses that one reader may open within a window."""
WINDOW = 60
"""Seconds of a window."""
MOST_READERS = 10_000
"""Readers remembered within a window; beyond it none is let through that is not remembered."""


@dataclass(slots=True)
class Guesses:
    """Wrong addresses by reader, for one window; nothing of it is written anywhere."""

    since: float = 0.0
    by_reader: dict[str, int] = field(default_factory=dict)

    def is_over(self, reader: str, now: datetime) -> bool:
        """Whether this reader has guessed too often."""
        if now.timestamp() - self.since >= WINDOW:
            self.since, self.by_reader = now.timestamp(), {}
        return self.by_reader.get(reader, 0) >= MOST_GUESSES

    def note(self, reader: str) -> None:
        """One more wrong address."""
        if reader in self.by_reader or len(self.by_reader) < MOST_READERS:
            self.by_reader[reader] = self.by_reader.get(reader, 0) + 1


class TooMany(HTTPException):
    """A reader opened too many wrong addresses; the next window begins anew."""

    status_code = 429


@dataclass(frozen=True, slots=True)
class AskedDesk:
    """What one-time pages work with. `note` writes an entry to the ledger; `text` gives a clause's
    own text in a language; `environment` holds the addresses of systems, for values that a reader
    may see. `tell` writes to the ledger inside a transaction; without it there are no pages of
    tasks."""

    runs: Runs
    ring: KeyRing
    clock: Clock
    note: Note
    house: House
    zone: str
    text: Callable[[str, str], ClauseText | None]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    guesses: Guesses = field(default_factory=Guesses)
    tell: Tells | None = None

    def now(self) -> datetime:
        """The instant where the house is."""
        return self.clock.now().astimezone(ZoneInfo(self.zone))

    def invitation(
        self, request: Request, language: str, token: str, kind: Kind | None = None
    ) -> Invitation:
        """The open invitation of an address: of a kind, or of any that asks several questions.

        Raises:
            TooMany: this reader guesses.
            NotFoundException: it has expired, was used, or never was; nothing tells which.
        """
        reader, now = request.client.host if request.client else "", self.clock.now()
        if self.guesses.is_over(reader, now):
            raise TooMany
        invitation = found(self.runs, self.ring, Masked(token), now)
        if invitation is None or (kind or invitation.kind) is not invitation.kind:
            self.guesses.note(reader)
            raise NotFoundException
        if language not in LANGUAGES or (invitation.kind is Kind.TASK and kind is None):
            raise NotFoundException
        return invitation

    def sheet(self, invitation: Invitation, language: str) -> MapSheet | SampleSheet:
        """Its questions, and the answers that were saved.

        Raises:
            NotFoundException: somebody changed an answer in the database.
        """
        try:
            said = answered(self.runs, self.ring, invitation)
        except KeyringError as changed:
            log.error("%s: %s", invitation.id, changed)  # noqa: TRY400 (a trace says no more)
            raise NotFoundException from None
        if invitation.kind is Kind.MAP:
            return MapSheet.of(invitation.content, said, language)
        return SampleSheet.of(invitation.content, said, language)


GivenDesk = NamedDependency[AskedDesk]
