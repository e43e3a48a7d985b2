"""A connection whose operations travel to a worker: the contract of connectors is the protocol.

Nothing is decided here. What the worker's own connector does, this one does, and what it refuses,
this one refuses with the same words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any

import msgspec

from avow.estate.connectors.base import (
    Capability,
    Oldest,
    Refused,
    Window,
)
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.connectors.distant.channel import Channel
from avow.estate.connectors.distant.predicates import Told
from avow.estate.connectors.distant.wire import packed, rows_of, unpacked, written
from avow.estate.connectors.itself import Itself
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.model import Blank, Identity, System
from avow.estate.datamap.predicates import Predicate
from avow.estate.datamap.reach import Key


@dataclass(slots=True)
class DistantConnection:
    """See `Connection`. A reader who stops early is told at once, or the worker's database would
    keep its reading open; where that happens in the middle of a message, with the next one."""

    _system: System
    channel: Channel
    _capabilities: frozenset[Capability] = frozenset()
    _catalogue: Catalogue | None = None
    _told: Told = field(default_factory=Told)
    _left: list[int] = field(default_factory=list)
    _turn: Lock = field(default_factory=Lock)

    @property
    def system(self) -> System:
        """See `Connection.system`."""
        return self._system

    @property
    def capabilities(self) -> frozenset[Capability]:
        """See `Connection.capabilities`; as the worker said them when it opened the system."""
        return self._capabilities

    def ask(self, operation: str, *arguments: object) -> Any:  # noqa: ANN401 (each knows its answer)
        """Send one operation and give its answer.

        Raises:
            Refused: as the worker's own connection, or `lost`.
        """
        with self._turn:
            kind, value = self._asked(operation, arguments)
        if kind == "refused":
            raise Refused(*map(str, value))
        return value

    def _asked(self, operation: str, arguments: Sequence[object]) -> tuple[str, Any]:
        left, self._left = self._left, []
        message = packed([operation, list(arguments), *self._told.taken(), left])
        try:
            kind, value = unpacked(self.channel.ask(message))
        except (ConnectionError, ValueError):
            raise Refused("lost") from None
        return str(kind), value

    def _leave(self, reader: int) -> None:
        self._left.append(reader)
        if self._turn.acquire(blocking=False):  # else we are called from inside a message
            try:
                with suppress(Refused):
                    self._asked("leave", ())
            finally:
                self._turn.release()

    def where(self, predicate: Predicate) -> int:
        """A predicate as an argument: its number."""
        return self._told.number(predicate)

    def catalogue(self) -> Catalogue:
        """See `Connection.catalogue`."""
        if self._catalogue is None:
            self._catalogue = msgspec.convert(self.ask("catalogue"), Catalogue)
        return self._catalogue

    def count(self, dataset: str, where: Predicate) -> int:
        """See `Connection.count`."""
        return int(self.ask("count", dataset, self.where(where)))

    def fetch(
        self, dataset: str, where: Predicate, fields: Sequence[str], limit: int | None = None
    ) -> Iterator[tuple[object, ...]]:
        """See `Connection.fetch`."""
        for block in self.blocks("fetch", dataset, self.where(where), list(fields), limit):
            yield from rows_of(block)

    def statement(self, dataset: str, where: Predicate, blanks: Mapping[str, Blank] | None) -> str:
        """See `Connection.statement`."""
        emptied = None if blanks is None else msgspec.to_builtins(blanks)
        return str(self.ask("statement", dataset, self.where(where), emptied))

    def put_keys(
        self, keys: str, dataset: str, rows: Sequence[tuple[int, Key, date | None]]
    ) -> None:
        """See `Connection.put_keys`."""
        self.ask("put_keys", keys, dataset, written(list(rows)))

    def find(self, keys: str, dataset: str, identity: Identity, values: Mapping[int, str]) -> int:
        """See `Connection.find`."""
        pairs = written(list(values.items()))
        return int(self.ask("find", keys, dataset, msgspec.to_builtins(identity), pairs))

    def spread(self, edge: Edge, to: Side, giver: str, taker: str) -> int:
        """See `Connection.spread`."""
        return int(self.ask("spread", msgspec.to_builtins(edge), str(to), giver, taker))

    def keys(self, keys: str) -> list[tuple[int, Key]]:
        """See `Connection.keys`."""
        return [(subject, tuple(key)) for subject, key in self.ask("keys", keys)]

    def drop_keys(self, keys: str) -> None:
        """See `Connection.drop_keys`."""
        self.ask("drop_keys", keys)

    def oldest(
        self, dataset: str, field: str, column_zone: str | None, zone: str, where: Predicate
    ) -> Oldest:
        """See `Connection.oldest`."""
        said = self.ask("oldest", dataset, field, column_zone, zone, self.where(where))
        return msgspec.convert(said, Oldest)

    def stream(
        self, table: str, columns: Sequence[str], size: int
    ) -> Iterator[list[tuple[object, ...]]]:
        """See `Connection.stream`."""
        for block in self.blocks("stream", table, list(columns), size):
            yield rows_of(block)

    def blocks(self, operation: str, *arguments: object) -> Iterator[list[list[object]]]:
        """Blocks of rows, fetched one by one; the first comes with the answer."""
        block, more = self.ask(operation, *arguments)
        try:
            while block:
                yield block
                block, more = self.ask("next", more) if more is not None else ([], None)
        finally:
            if more is not None:
                self._leave(more)

    def window(self, dataset: str, where: Predicate, after: Key | None, size: int) -> Window | None:
        """See `Connection.window`."""
        said = self.ask("window", dataset, self.where(where), written(after), size)
        return None if said is None else window_of(said)

    @contextmanager
    def transaction(self) -> Iterator[DistantBatch]:
        """See `Connection.transaction`. The worker keeps it open while messages of it come; when
        they stop, it undoes it."""
        self.ask("begin")
        try:
            yield DistantBatch(self)
        except BaseException:
            with suppress(Refused):  # a conversation that broke is undone at the other end
                self.ask("undo")
            raise
        self.ask("commit")

    def effects(self, tables: Sequence[str]) -> list[str]:
        """See `Connection.effects`."""
        return [str(each) for each in self.ask("effects", list(tables))]

    def itself(self) -> Itself | None:
        """Which database the worker opened, where its server says so."""
        said = self.ask("itself")
        return None if said is None else msgspec.convert(said, Itself)

    def close(self) -> None:
        """See `Connection.close`."""
        with suppress(Refused):
            self.ask("close")
        self.channel.close()


@dataclass(frozen=True, slots=True)
class DistantBatch:
    """See `Batch`."""

    at: DistantConnection

    def lock(self, dataset: str, where: Predicate) -> int:
        """See `Batch.lock`."""
        return int(self.at.ask("lock", dataset, self.at.where(where)))

    def remove(self, dataset: str, where: Predicate, window: Window | None = None) -> int:
        """See `Batch.remove`."""
        return int(self.at.ask("remove", dataset, self.at.where(where), window_said(window)))

    def blank(
        self,
        dataset: str,
        where: Predicate,
        blanks: Mapping[str, Blank],
        window: Window | None = None,
    ) -> int:
        """See `Batch.blank`."""
        emptied, within = msgspec.to_builtins(blanks), window_said(window)
        return int(self.at.ask("blank", dataset, self.at.where(where), emptied, within))

    def copies(
        self,
        dataset: str,
        where: Predicate,
        columns: Sequence[str],
        window: Window | None = None,
    ) -> list[tuple[object, ...]]:
        """See `Batch.copies`."""
        within = window_said(window)
        return rows_of(self.at.ask("copies", dataset, self.at.where(where), list(columns), within))

    def insert(
        self, dataset: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
    ) -> int:
        """See `Batch.insert`."""
        return int(self.at.ask("insert", dataset, list(columns), written(list(rows))))

    def restore(
        self,
        dataset: str,
        key: Sequence[str],
        blanks: Mapping[str, Blank],
        rows: Sequence[tuple[object, ...]],
    ) -> int:
        """See `Batch.restore`."""
        emptied, back = msgspec.to_builtins(blanks), written(list(rows))
        return int(self.at.ask("restore", dataset, list(key), emptied, back))

    def receipt(self, plan: str, step: int, batch: int, rows: int) -> None:
        """See `Batch.receipt`."""
        self.at.ask("receipt", plan, step, batch, rows)


def window_said(window: Window | None) -> object:
    """A window in a message."""
    return None if window is None else written([window.after, window.until, window.rows])


def window_of(said: Sequence[Any]) -> Window:
    """The window that was said."""
    after, until, rows = said
    return Window(None if after is None else tuple(after), tuple(until), rows)
