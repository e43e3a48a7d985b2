"""The same estate behind a worker: operations travel as bytes, and are answered by its own engine.

The channel is the shortest one: both ends in one process, without keys. What travels between
processes is proven in tests/faults/test_worker.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from avow.estate.connectors.base import Access, Connection, Connector
from avow.estate.connectors.distant.answering import Answering, Ended
from avow.estate.connectors.distant.channel import AT_WORKER
from avow.estate.connectors.distant.connector import DistantConnector
from avow.estate.datamap.model import System
from tests.connectors.world import Estate


class Unbounded:
    """An owner who lets everything be done."""

    def opening(self, system: System, access: Access) -> str:
        del system, access
        return ""

    def beginning(self) -> str:
        return ""

    def moving(self, rows: int) -> str:
        del rows
        return ""

    def moved(self, rows: int) -> str:
        del rows
        return ""


@dataclass
class Wire:
    """Both ends in one process."""

    answering: Answering
    asked: list[bytes] = field(default_factory=list)

    def ask(self, message: bytes) -> bytes:
        self.asked.append(message)
        try:
            return self.answering.answer(message)
        except Ended as ended:
            self.answering.end()
            raise ConnectionError(str(ended)) from None

    def close(self) -> None:
        self.answering.end()


@dataclass
class Wires:
    """Opens wires to one engine. `url` is the worker's own, and never in a message."""

    connector: Connector
    url: str
    made: list[Wire] = field(default_factory=list)

    def open(self, system: str) -> Wire:
        del system
        self.made.append(Wire(Answering(self._opened, Unbounded())))
        return self.made[-1]

    def _opened(self, asked: System, access: Access) -> Connection:
        assert asked.url == AT_WORKER
        return self.connector.connect(replace(asked, url=self.url), access)


def at_worker(estate: Estate) -> Estate:
    """The estate, as avow sees it through a worker."""
    wires = Wires(estate.connector, estate.system.url)
    return Estate(
        DistantConnector(wires), replace(estate.system, url=AT_WORKER), guarded=estate.guarded
    )
