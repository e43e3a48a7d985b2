"""Clocks: the only place of the core that reads the time.

Every rule takes its instant as an argument. Faces and workers hold a `Clock` and hand the
instant in; tests hold a `SetClock`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Something that knows what time it is."""

    def now(self) -> datetime:
        """The current instant, aware and in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """The current instant of the machine, in UTC with microseconds."""
        return datetime.now(UTC)


@dataclass(slots=True)
class SetClock:
    """A clock that stands still until it is moved: for tests, rehearsals and demonstrations."""

    at: datetime

    def now(self) -> datetime:
        """The instant that was set."""
        return in_utc(self.at)

    def move(self, by: timedelta) -> None:
        """Move forward, or back when `by` is negative."""
        self.at += by


def in_utc(at: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for a naive datetime: it names no instant."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a zone; a naive datetime names none")
    return at.astimezone(UTC)
