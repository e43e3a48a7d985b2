"""A mailbox as a connection: what is asked is answered from its messages.

What a batch removes is gone for it at once, and for the mailbox at its end. No mailbox can take a
removal back, so everything that may be refused is refused before the first message goes; a batch
that is cut short while they go is simply done again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from operator import itemgetter

from avow.estate.connectors.base import Access, Capability, Oldest, Refused, Window
from avow.estate.connectors.catalogue import Catalogue
from avow.estate.connectors.files.rows import order
from avow.estate.connectors.files.said import said
from avow.estate.connectors.mail.addresses import canonical
from avow.estate.connectors.mail.asked import Asked, Cells
from avow.estate.connectors.mail.place import Letter
from avow.estate.connectors.mail.rows import Mailbox, Message
from avow.estate.connectors.moments import day_of
from avow.estate.connectors.values import plain
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.model import Blank, Identity, System
from avow.estate.datamap.predicates import Predicate
from avow.estate.datamap.reach import Key, normal

_READING = frozenset({Capability.COUNT, Capability.FETCH, Capability.KEYS})
_ADDRESSES = frozenset({"sender", "from", "reply_to", "to", "cc", "bcc", "address"})
"""Columns that hold addresses, which are compared one by one."""
_BODIES = frozenset({"content", "text"})
_HELD = 2**25
"""Bytes of messages from which on a block of a stream is handed out, however few they are."""


class MailConnection:
    """A connection to a mailbox."""

    def __init__(self, mailbox: Mailbox, access: Access) -> None:
        self._mailbox, self._access = mailbox, access
        self._asked = Asked(mailbox)
        self._effects: list[str] = []

    @property
    def system(self) -> System:
        return self._mailbox.system

    @property
    def capabilities(self) -> frozenset[Capability]:
        found = set(_READING)
        if self._mailbox.place.rewrites:
            found.add(Capability.WHOLE)
        shelves = self._mailbox.shelves.values()
        if self._access is Access.WRITE and any(not shelf.fixed for shelf in shelves):
            found.add(Capability.REMOVE)
        return frozenset(found)

    def catalogue(self) -> Catalogue:
        return self._mailbox.catalogue

    def count(self, dataset: str, where: Predicate) -> int:
        return sum(1 for _ in self._asked.rows(dataset, where))

    def fetch(
        self, dataset: str, where: Predicate, fields: Sequence[str], limit: int | None = None
    ) -> Iterator[tuple[object, ...]]:
        for name in fields:
            self._mailbox.column(dataset, name)
        for row in self._asked.in_order(dataset, where)[:limit]:
            yield tuple(row[field] for field in fields)

    def statement(self, dataset: str, where: Predicate, blanks: Mapping[str, Blank] | None) -> str:
        if blanks:
            return f"refused: no field of a message can be emptied ({', '.join(blanks)})"
        self._mailbox.shelf(dataset)
        return f"remove for good the messages of {dataset} where {said(where)}"

    def oldest(
        self, dataset: str, field: str, column_zone: str | None, zone: str, where: Predicate
    ) -> Oldest:
        self._mailbox.column(dataset, field)
        days: list[date] = []
        empty = 0
        for row in self._asked.rows(dataset, where):
            found = row[field]
            if found is not None and not isinstance(found, date):
                raise Refused("form", dataset, field)
            if found is None:
                empty += 1
            else:
                days.append(day_of(found, zone, column_zone))
        return Oldest(min(days, default=None), len(days), empty)

    def stream(
        self, table: str, columns: Sequence[str], size: int
    ) -> Iterator[list[tuple[object, ...]]]:
        for name in columns:
            self._mailbox.column(table, name)
        block: list[tuple[object, ...]] = []
        held = 0
        for row in list(self._mailbox.rows(table)):
            block.append(tuple(row[c] for c in columns))
            held += row["size"] if _BODIES & set(columns) and "size" in row else 0
            if len(block) == size or held > _HELD:
                yield block
                block, held = [], 0
        if block:
            yield block

    def window(self, dataset: str, where: Predicate, after: Key | None, size: int) -> Window | None:
        low = None if after is None else order(after)
        keys = (self._asked.key(dataset, row) for row in self._asked.rows(dataset, where))
        ranked = sorted(((order(key), key) for key in keys), key=itemgetter(0))
        ahead = [each for each in ranked if low is None or each[0] > low]
        if not ahead:
            return None
        highest, until = ahead[:size][-1]
        return Window(after, until, sum(rank <= highest for rank, _ in ahead))

    # --- key sets ------------------------------------------------------------------------------

    def put_keys(
        self, keys: str, dataset: str, rows: Sequence[tuple[int, Key, date | None]]
    ) -> None:
        self._still_valid(dataset, [key for _, key, _ in rows])
        self._asked.keys[keys] = list(dict.fromkeys(rows))

    def _still_valid(self, dataset: str, keys: Sequence[Key]) -> None:
        """Refuse keys of a time when a folder gave its numbers to other messages (RFC 9051,
        2.3.1.1): a hold that names a message must not come to hold another one, or none."""
        fields = self._asked.key_fields(dataset)
        if not keys or not {"folder", "uidvalidity"} <= set(fields):
            return
        folder, validity = fields.index("folder"), fields.index("uidvalidity")
        there = {f.name for f in self._mailbox.shelf(dataset).folders}
        for name, known in {(key[folder], key[validity]) for key in keys}:
            if name in there and self._mailbox.place.validity(str(name)) != known:
                raise Refused("form", dataset, "uidvalidity")

    def find(self, keys: str, dataset: str, identity: Identity, values: Mapping[int, str]) -> int:
        """As everywhere; a column of addresses matches where one of its addresses is the value,
        both taken apart first. Nothing is ever found by a part of an address or by a name."""
        self._mailbox.column(dataset, identity.field)
        wanted: dict[object, list[int]] = {}
        is_address = identity.field in _ADDRESSES
        for ordinal, value in values.items():
            form = normal(canonical(value) if is_address else value, identity.normalise)
            if form:
                wanted.setdefault(form, []).append(ordinal)
        found: dict[tuple[int, Key, None], None] = {}
        for row in self._mailbox.rows(dataset):
            for value in _values(row, identity.field):
                for ordinal in wanted.get(normal(value, identity.normalise), ()):
                    found[ordinal, self._asked.key(dataset, row), None] = None
        self._asked.keys[keys] = list(found)
        return len(found)

    def mentions(self, dataset: str, values: Mapping[int, str]) -> Mapping[int, list[Key]]:
        """The messages whose subject or readable text holds a value as whole words, by its ordinal.
        They are for a person to look at: a text that names somebody need not be about them, and
        nothing else in avow acts on what is found here."""
        seeking = {
            ordinal: re.compile(
                rf"(?<![\w.+%@-]){re.escape(v.strip())}(?![\w+%@-]|\.\w)", re.IGNORECASE
            )
            for ordinal, v in values.items()
            if v.strip()
        }
        found: dict[int, list[Key]] = {ordinal: [] for ordinal in seeking}
        for row in self._mailbox.rows(dataset):
            text = f"{row['subject']}\n{row['text']}"
            for ordinal, pattern in seeking.items():
                if pattern.search(text):
                    found[ordinal].append(self._asked.key(dataset, row))
        return found

    def spread(self, edge: Edge, to: Side, giver: str, taker: str) -> int:
        return self._asked.spread(edge, to, giver, taker)

    def keys(self, keys: str) -> list[tuple[int, Key]]:
        return [(subject, key) for subject, key, _ in self._asked.keys[keys]]

    def drop_keys(self, keys: str) -> None:
        self._asked.keys.pop(keys, None)

    # --- batches -------------------------------------------------------------------------------

    def transaction(self) -> AbstractContextManager[MailBatch]:
        return self._transaction()

    @contextmanager
    def _transaction(self) -> Iterator[MailBatch]:
        if self._access is not Access.WRITE:
            raise Refused("rights")
        keys = {name: list(entries) for name, entries in self._asked.keys.items()}
        self._mailbox.forget()
        self._mailbox.gone = set()
        batch = MailBatch(self, self._mailbox, self._asked)
        try:
            yield batch
            self._effects += self._mailbox.place.remove(batch.letters(), batch.spoken_of)
        except BaseException:
            self._asked.keys = keys
            raise
        finally:
            self._mailbox.gone = None
            self._mailbox.forget()

    def effects(self, tables: Sequence[str]) -> list[str]:
        """What the removals did not reach, as far as the mailbox shows it."""
        del tables
        said_now, self._effects = list(dict.fromkeys(self._effects)), []
        return said_now

    def close(self) -> None:
        self._asked.keys.clear()
        self._mailbox.place.close()


def _values(row: Cells, field: str) -> Iterator[str]:
    """The values of a column, each address of a message by itself."""
    if isinstance(row, Message) and field in _ADDRESSES - {"sender"}:
        yield from row.head.of(field.replace("_", "-"))
        return
    value = plain(row[field])
    if value is not None:
        yield value


class MailBatch:
    """What may be done in one batch: messages go, and nothing else changes."""

    def __init__(self, connection: MailConnection, mailbox: Mailbox, asked: Asked) -> None:
        self._connection, self._mailbox, self._asked = connection, mailbox, asked
        self._removed: list[Message] = []
        self.spoken_of: dict[str, str] = {}
        """The dataset of each folder from which messages go."""

    def letters(self) -> list[Letter]:
        """What goes at the end."""
        return [message.letter for message in self._removed]

    def lock(self, dataset: str, where: Predicate) -> int:
        """Mailboxes lock nothing; who looks for the capability does not ask."""
        return self._connection.count(dataset, where)

    def _rows(self, dataset: str, where: Predicate, window: Window | None) -> list[Cells]:
        rows = self._asked.in_order(dataset, where)
        if window is None:
            return rows
        low = None if window.after is None else order(window.after)
        keyed = [(order(self._asked.key(dataset, row)), row) for row in rows]
        return [r for k, r in keyed if (low is None or k > low) and k <= order(window.until)]

    def remove(self, dataset: str, where: Predicate, window: Window | None = None) -> int:
        shelf = self._mailbox.shelf(dataset)
        rows = self._rows(dataset, where, window)
        if rows and shelf.fixed:
            raise Refused("constraint", dataset, shelf.fixed)
        gone = self._mailbox.gone
        for row in rows:
            if isinstance(row, Message) and gone is not None:
                self._removed.append(row)
                gone.add((row.letter.folder, row.letter.handle))
                self.spoken_of[row.letter.folder] = dataset
        return len(rows)

    def blank(
        self,
        dataset: str,
        where: Predicate,
        blanks: Mapping[str, Blank],
        window: Window | None = None,
    ) -> int:
        if self._rows(dataset, where, window):
            raise Refused("form", dataset, ", ".join(blanks))
        return 0

    def copies(
        self,
        dataset: str,
        where: Predicate,
        columns: Sequence[str],
        window: Window | None = None,
    ) -> list[tuple[object, ...]]:
        return [tuple(row[c] for c in columns) for row in self._rows(dataset, where, window)]

    def insert(
        self, dataset: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
    ) -> int:
        del columns
        if rows:
            raise Refused("form", dataset)
        return 0

    def restore(
        self,
        dataset: str,
        key: Sequence[str],
        blanks: Mapping[str, Blank],
        rows: Sequence[tuple[object, ...]],
    ) -> int:
        del key, blanks
        return self.insert(dataset, (), rows)

    def receipt(self, plan: str, step: int, batch: int, rows: int) -> None:
        """There is no place for a receipt in a mailbox; who looks for the capability does not
        leave one."""
