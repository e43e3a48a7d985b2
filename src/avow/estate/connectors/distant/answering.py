"""The worker's end of a conversation: every message becomes an operation of its own connection.

A batch stays open between messages. When the conversation ends, in whatever way, what was not
committed is undone. What is asked is done only within the worker's own bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from avow.estate.connectors.base import Access, Batch, Connection, Refused, Unreachable, Window
from avow.estate.connectors.distant.connection import window_of, window_said
from avow.estate.connectors.distant.contract import contract
from avow.estate.connectors.distant.more import MORE
from avow.estate.connectors.distant.predicates import Heard
from avow.estate.connectors.distant.wire import packed, rows_of, unpacked, written
from avow.estate.connectors.itself import BY_SERVER, itself
from avow.estate.connectors.together import Growth, Question, ReadsTogether
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.model import Blank, Identity, System
from avow.estate.datamap.predicates import Predicate

ROWS = 1_000
"""Rows of one answer to `fetch`; the rest is asked for."""
HEAVIEST = 2_000_000
"""Bytes of text after which an answer holds no further row."""
OPENED_ONCE = "a conversation opens one system"
CODE = "AV588"
OTHER = f"{CODE}: it is of another version of avow, and both must be of the same"
_Blanks = dict[str, Blank]


class Bounds(Protocol):
    """What the owner lets the worker do. A refusal is a short text without a value of a row."""

    def opening(self, system: System, access: Access) -> str:
        """Why the system is not opened so; empty when it is."""
        ...

    def beginning(self) -> str:
        """Why no batch begins now; empty when one may."""
        ...

    def moving(self, rows: int) -> str:
        """Why one batch may not remove or blank so many rows today; empty when it may."""
        ...

    def moved(self, rows: int) -> str:
        """Count rows of a batch that is about to be committed; why it may not be, or empty."""
        ...


@dataclass(slots=True)
class Counts:
    """What one conversation did, in numbers only: all that is logged of it."""

    operations: int = 0
    read: int = 0
    changed: int = 0
    batches: int = 0
    refused: int = 0


class Ended(Exception):
    """The message is not one that this end can take; nothing more is answered."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Rows on their way, in blocks of at most `size` rows and about `HEAVIEST` bytes."""

    rows: Iterator[Any]
    size: int

    def block(self) -> tuple[list[object], bool]:
        """The next rows as they are written, and whether these were the last."""
        found: list[object] = []
        weight = 0
        for row in self.rows:
            found.append(written(row))
            weight += sum(len(cell) for cell in row if isinstance(cell, str | bytes))
            if len(found) >= self.size or weight >= HEAVIEST:
                return found, False
        return found, True


@dataclass(slots=True)
class Answering:
    """One conversation. `open_it` opens the worker's own system, with its own address."""

    open_it: Callable[[System, Access], Connection]
    bounds: Bounds
    counts: Counts = field(default_factory=Counts)
    _connection: Connection | None = None
    _heard: Heard = field(default_factory=Heard)
    _begun: AbstractContextManager[Batch] | None = None
    _batch: Batch | None = None
    _moved: int = 0
    _readers: dict[int, Reader] = field(default_factory=dict)
    _named: int = 0

    @property
    def is_in_batch(self) -> bool:
        """Whether a batch is open."""
        return self._begun is not None

    def answer(self, message: bytes) -> bytes:
        """What the message asks for, done.

        Raises:
            Ended: this is no message of avow; what was open must be undone.
        """
        try:
            operation, arguments, anew, parts, left = unpacked(message)
            self._heard.hear(parts, anew=bool(anew))
            for reader in left:
                self._readers.pop(reader, None)
            act = OPERATIONS[operation]
        except (ValueError, TypeError, KeyError, IndexError, msgspec.ValidationError) as error:
            raise Ended("this is no message of avow") from error
        self.counts.operations += 1
        return packed(self._said(act, arguments))

    def _said(self, act: Operation, arguments: list[Any]) -> tuple[str, object]:
        try:
            return "done", act(self, *arguments)
        except Refused as refused:
            self.counts.refused += 1
            return "refused", [refused.kind, refused.table, refused.constraint]
        except Unreachable:
            # Its words may hold the address, which is the owner's own affair.
            return "refused", ["lost", "", "its database does not answer"]
        except (TypeError, ValueError, KeyError, IndexError, msgspec.ValidationError) as error:
            raise Ended("a message of avow that cannot be read") from error

    def end(self) -> None:
        """Undo what is open, and close."""
        try:
            self.undo()
        finally:
            self._readers.clear()
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    # --- the conversation itself -------------------------------------------------------

    def open(self, spoken: str, system: object, access: str) -> tuple[list[str], list[str]]:
        """Open the system as the message's part of the data map says, at our own address."""
        if self._connection is not None:
            raise Ended(OPENED_ONCE)
        if spoken != contract():
            raise Refused("worker", "", OTHER)
        asked, how = msgspec.convert(system, System), Access(access)
        if why := self.bounds.opening(asked, how):
            raise Refused("worker", "", why)
        self._connection = opened = self.open_it(asked, how)
        return sorted(opened.capabilities), [each for each in MORE if hasattr(opened, each)]

    def begin(self) -> None:
        """Begin a batch."""
        if why := self.bounds.beginning():
            raise Refused("worker", "", why)
        begun = self.here.transaction()
        self._batch, self._begun, self._moved = begun.__enter__(), begun, 0

    def commit(self) -> None:
        """End the batch and keep it. Its rows are counted before, so that a crash counts too many
        and never too few."""
        why = self.bounds.moved(self._moved) if self._moved else ""
        if why:
            self.undo()
            raise Refused("worker", "", why)
        begun, self._begun, self._batch = self._begun, None, None
        if begun is not None:
            begun.__exit__(None, None, None)
            self.counts.batches += 1
            self.counts.changed += self._moved

    def undo(self) -> None:
        """End the batch, if one is open, and keep nothing of it."""
        begun, self._begun, self._batch = self._begun, None, None
        if begun is None:
            return
        lost = Refused("lost")
        try:
            begun.__exit__(Refused, lost, None)
        except Refused:  # what the batch ends with when it is undone
            return

    def close(self) -> None:
        """Everything is said."""
        self.end()

    def leave(self) -> None:
        """Nothing but what the message itself says: readers that are left."""

    @property
    def here(self) -> Connection:
        """Our own connection."""
        if self._connection is None:
            raise Ended("nothing is open")
        return self._connection

    @property
    def batch(self) -> Batch:
        """The open batch."""
        if self._batch is None:
            raise Ended("no batch is open")
        return self._batch

    def where(self, number: int) -> Predicate:
        """A predicate that was said."""
        return self._heard[number]

    def block(self, number: int) -> tuple[list[object], int | None]:
        """The next rows of a reader, and its number while it may have more."""
        reader = self._readers[number]
        rows, is_over = reader.block()
        self.counts.read += len(rows)
        if is_over:
            del self._readers[number]
        return rows, None if is_over else number

    def reading(self, rows: Iterator[Any], size: int) -> tuple[list[object], int | None]:
        """Begin to read; the reader stays until it is read to its end, or left."""
        self._named += 1
        self._readers[self._named] = Reader(rows, size)
        return self.block(self._named)

    def count_moved(self, table: str, rows: int) -> int:
        """Rows that the open batch removed or emptied; refused beyond what is allowed."""
        self._moved += rows
        if why := self.bounds.moving(self._moved):
            raise Refused("worker", table, why)
        return rows


Operation = Callable[..., object]


def _fetch(on: Answering, dataset: str, where: int, fields: list[str], limit: int | None) -> object:
    return on.reading(on.here.fetch(dataset, on.where(where), fields, limit), ROWS)


def _stream(on: Answering, table: str, columns: list[str], size: int) -> object:
    blocks = on.here.stream(table, columns, size)
    return on.reading((row for block in blocks for row in block), size)


def _put_keys(on: Answering, keys: str, dataset: str, rows: list[Any]) -> object:
    on.here.put_keys(keys, dataset, [(subject, tuple(key), day) for subject, key, day in rows])
    return None


def _find(on: Answering, keys: str, dataset: str, identity: object, values: list[Any]) -> object:
    return on.here.find(keys, dataset, msgspec.convert(identity, Identity), dict(values))


def _spread(on: Answering, edge: object, to: str, giver: str, taker: str) -> object:
    return on.here.spread(msgspec.convert(edge, Edge), Side(to), giver, taker)


def _statement(on: Answering, dataset: str, where: int, blanks: object) -> object:
    emptied = None if blanks is None else _blanks(blanks)
    return on.here.statement(dataset, on.where(where), emptied)


def _oldest(
    on: Answering, dataset: str, field: str, column_zone: str | None, zone: str, where: int
) -> object:
    found = on.here.oldest(dataset, field, column_zone, zone, on.where(where))
    return msgspec.to_builtins(found)


def _window(on: Answering, dataset: str, where: int, after: list[Any] | None, size: int) -> object:
    begun = None if after is None else tuple(after)
    return window_said(on.here.window(dataset, on.where(where), begun, size))


def _remove(on: Answering, dataset: str, where: int, window: list[Any] | None) -> object:
    found = on.batch.remove(dataset, on.where(where), _within(window))
    return on.count_moved(dataset, found)


def _blank(
    on: Answering, dataset: str, where: int, blanks: object, window: list[Any] | None
) -> object:
    found = on.batch.blank(dataset, on.where(where), _blanks(blanks), _within(window))
    return on.count_moved(dataset, found)


def _copies(
    on: Answering, dataset: str, where: int, columns: list[str], window: list[Any] | None
) -> object:
    found = on.batch.copies(dataset, on.where(where), columns, _within(window))
    on.counts.read += len(found)
    return written(found)


def _restore(
    on: Answering, dataset: str, key: list[str], blanks: object, rows: list[list[Any]]
) -> object:
    return on.batch.restore(dataset, key, _blanks(blanks), rows_of(rows))


def _receipt(on: Answering, plan: str, step: int, batch: int, rows: int) -> object:
    on.batch.receipt(plan, step, batch, rows)
    return None


def _more(on: Answering, name: str, *arguments: object) -> Any:  # noqa: ANN401 (each its own)
    """What the engine can say beside the contract."""
    if not hasattr(on.here, name):
        raise Ended("this connection cannot say that")
    return getattr(on.here, name)(*arguments)


def _together(on: Answering, seeds: Any, growths: Any, asked: Any, most: int) -> object:  # noqa: ANN401 (from outside)
    if not isinstance(on.here, ReadsTogether):
        raise Ended("this connection cannot say that")
    given = {n: (d, [(s, tuple(key), day) for s, key, day in rows]) for n, d, rows in seeds}
    grown = msgspec.convert(growths, list[Growth])
    questions = msgspec.convert(asked, list[Question])
    return on.reading(on.here.together(given, grown, questions, most), ROWS)


def _seen_by_others(
    on: Answering, dataset: str, where: int, fields: list[str], limit: int
) -> object:
    found = _more(on, "seen_by_others", dataset, on.where(where), fields, limit)
    on.counts.read += len(found)
    return written(found)


def _itself(on: Answering) -> object:
    if on.here.system.connector not in BY_SERVER:
        return None
    return msgspec.to_builtins(itself(on.here))


def _within(window: list[Any] | None) -> Window | None:
    return None if window is None else window_of(window)


def _blanks(said: object) -> _Blanks:
    return msgspec.convert(said, _Blanks)


OPERATIONS: Mapping[str, Operation] = {
    "open": Answering.open,
    "begin": Answering.begin,
    "commit": Answering.commit,
    "undo": Answering.undo,
    "close": Answering.close,
    "leave": Answering.leave,
    "next": Answering.block,
    "catalogue": lambda on: msgspec.to_builtins(on.here.catalogue()),
    "count": lambda on, dataset, where: on.here.count(dataset, on.where(where)),
    "fetch": _fetch,
    "stream": _stream,
    "statement": _statement,
    "put_keys": _put_keys,
    "find": _find,
    "spread": _spread,
    "keys": lambda on, keys: written(on.here.keys(keys)),
    "drop_keys": lambda on, keys: on.here.drop_keys(keys),
    "oldest": _oldest,
    "window": _window,
    "itself": _itself,
    "changes": lambda on: msgspec.to_builtins(_more(on, "changes")),
    "statistics": lambda on: on.reading(_more(on, "statistics"), ROWS),
    "tally": lambda on, tables: msgspec.to_builtins(_more(on, "tally", tables)),
    "together": _together,
    "seen_by_others": _seen_by_others,
    "effects": lambda on, tables: on.here.effects(tables),
    "lock": lambda on, dataset, where: on.batch.lock(dataset, on.where(where)),
    "remove": _remove,
    "blank": _blank,
    "copies": _copies,
    "insert": lambda on, dataset, columns, rows: on.batch.insert(dataset, columns, rows_of(rows)),
    "restore": _restore,
    "receipt": _receipt,
}
"""Every operation by its name in messages."""
