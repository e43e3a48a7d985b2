"""What a distant connection speaks through: messages there, answers back. How they travel is the
affair of whoever opens the state, and is put in use here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from avow.estate.datamap.model import System

AT_WORKER = "worker"
"""What the data map writes as `url` of a system that only its worker can reach."""


class Channel(Protocol):
    """A conversation with one worker: an answer for every message, in turn."""

    def ask(self, message: bytes) -> bytes:
        """The worker's answer.

        Raises:
            ConnectionError: the conversation broke; what the worker had open is undone.
        """
        ...

    def close(self) -> None:
        """End the conversation."""
        ...


class Channels(Protocol):
    """Opens conversations with workers."""

    def open(self, system: str) -> Channel:
        """A conversation with the worker of a system.

        Raises:
            ConnectionError: there is no worker, or it is silent; the message says so.
        """
        ...


_IN_USE: list[Channels] = []


@contextmanager
def speaking_through(channels: Channels) -> Iterator[None]:
    """Let distant connections of this process speak through these channels, inside the block."""
    _IN_USE.append(channels)
    try:
        yield
    finally:
        _IN_USE.remove(channels)


def channels_in_use() -> Channels | None:
    """The channels put in use last; None where no state is open."""
    return _IN_USE[-1] if _IN_USE else None


def is_at_worker(system: System) -> bool:
    """Whether the system is reached through its worker, so that nobody here has its address."""
    return system.url == AT_WORKER
