"""What the public pages of the notice work with: editions that were published, and nothing else.

A folder that somebody edits changes nothing here: names and addresses come from the declaration of
the edition in force, as it was kept.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException

from avow.common.clock import Clock
from avow.common.errors import AvowError
from avow.declaration.model import Controller, Declaration
from avow.duties.notice.publishing.model import (
    Publication,
    Standing,
    in_force,
    standing,
)
from avow.duties.notice.publishing.records import editions
from avow.engine.db.store import Runs
from avow.engine.planner.release import released

log = logging.getLogger(__name__)


class Kept:
    """Declarations that were read, by their digest: a release never changes."""

    def __init__(self) -> None:
        self._by_release: dict[str, Declaration] = {}

    def declared(self, runs: Runs, release: str) -> Declaration:
        """The declaration of a release, read once."""
        if release not in self._by_release:
            self._by_release[release] = released(runs, release)
        return self._by_release[release]


@dataclass(frozen=True, slots=True)
class PublicDesk:
    """The state that public pages read, and who answers before anything is published."""

    runs: Runs
    clock: Clock
    controller: Controller
    _kept: Kept = field(default_factory=Kept, repr=False, compare=False)

    def now(self) -> datetime:
        """The instant where the controller is."""
        return self.clock.now().astimezone(ZoneInfo(self.controller.zone))

    @property
    def today(self) -> date:
        """Today where the controller is."""
        return self.now().date()

    def editions(self) -> tuple[Publication, ...]:
        """Every edition that was ever published, the newest first."""
        return tuple(edition for edition in editions(self.runs) if edition.is_public)

    def current(self, known: Sequence[Publication]) -> Publication | None:
        """The edition in force."""
        return in_force(known, self.today)

    def standing(self, edition: Publication, known: Sequence[Publication]) -> Standing:
        """What an edition is today."""
        return standing(edition, known, self.today)

    def declared(self, edition: Publication) -> Declaration:
        """The declaration of an edition, read once."""
        return self._kept.declared(self.runs, edition.release)

    def house(self, known: Sequence[Publication]) -> Controller:
        """Who answers for the notice: as the edition in force says. Where its declaration cannot be
        read any more, the archive still opens, under the name that is served with."""
        current = self.current(known)
        if current is None:
            return self.controller
        try:
            return self.declared(current).controller
        except AvowError as error:
            log.warning("%s", error)
            return self.controller

    def named(self, version: str, known: Sequence[Publication]) -> Publication:
        """A published edition. Raises NotFoundException when there is none."""
        found = next((edition for edition in known if edition.version == version), None)
        if found is None:
            raise NotFoundException
        return found


GivenDesk = NamedDependency[PublicDesk]
