"""A folder of files as a system: what is asked is answered by reading, row by row.

Memory holds key sets, the pointers of related rows and what is given out in key order; never a
file. A batch writes files anew beside the old ones, and sees them; others see them at its end.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from functools import cached_property
from typing import TypeAlias

from avow.common.clock import Clock
from avow.estate.connectors.base import Access, Capability, Oldest, Refused, Window
from avow.estate.connectors.files import asking
from avow.estate.connectors.files.asking import Pointer
from avow.estate.connectors.files.batch import FilesBatch
from avow.estate.connectors.files.changes import (
    Crash,
    commit,
    forget,
    held,
    intended,
    let_go,
    recover,
)
from avow.estate.connectors.files.folder_form import FolderForm
from avow.estate.connectors.files.form import Form, Getter, Reading
from avow.estate.connectors.files.root import Root
from avow.estate.connectors.files.rows import END, FileRows, order
from avow.estate.connectors.files.said import deletion
from avow.estate.connectors.files.source import Source
from avow.estate.connectors.files.tallying import compares, tally
from avow.estate.connectors.moments import day_of
from avow.estate.connectors.values import plain, plain_all
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.model import Blank, Identity, System
from avow.estate.datamap.predicates import TRUE, Predicate
from avow.estate.datamap.reach import Key, normal
from avow.estate.datamap.stored import ROW_DIGEST

KeySet: TypeAlias = list[tuple[int, Key, date | None]]
WHOLE_WINDOW = 1_000_000
"""From this size on a window takes all that is left: its keys are not collected."""
_OPEN = 200
"""Files that a stream holds open from its beginning."""
_TRIES = 3
"""Times a file that was just rotated is looked for under its new name."""
_READING = frozenset({Capability.COUNT, Capability.FETCH, Capability.KEYS, Capability.WHOLE})


class FilesConnection(FileRows):
    """A connection to a folder of files."""

    def __init__(
        self,
        system: System,
        access: Access,
        root: Root,
        wait: float,
        crash: Crash,
        clock: Clock,
    ) -> None:
        super().__init__(system, root, clock)
        self._access, self._wait, self._crash = access, wait, crash
        if access is Access.WRITE:
            self._recover()

    def _recover(self) -> None:
        """Finish what a crash left over; somebody who is at work now does it himself."""
        try:
            held(self.root, 0)
        except Refused:
            return
        try:
            recover(self.root)
        finally:
            let_go(self.root)

    @property
    def capabilities(self) -> frozenset[Capability]:
        if self._access is not Access.WRITE:
            return _READING
        found = {Capability.REMOVE, Capability.TRANSACTIONS, Capability.EFFECTS}
        if not self._may_write:
            return _READING
        if any(form.blanks for form in self._forms.values()):
            found.add(Capability.BLANK)
        if all(form.inserts for form in self._forms.values()):
            found.add(Capability.INSERT)
        return _READING | found

    @cached_property
    def _may_write(self) -> bool:
        paths = {m.path.rpartition("/")[0] + "/x" for n in self._forms for m in self.members(n)}
        return all(self.root.writable(path.lstrip("/")) for path in paths)

    def close(self) -> None:
        if self.root.fd >= 0:
            self._keys.clear()
            self.root.close()
            self.root.fd = -1

    def fetch(
        self, dataset: str, where: Predicate, fields: Sequence[str], limit: int | None = None
    ) -> Iterator[tuple[object, ...]]:
        yield from self.sorted_rows(dataset, where, fields, limit=limit)

    def statement(self, dataset: str, where: Predicate, blanks: Mapping[str, Blank] | None) -> str:
        return deletion(self.form(dataset).stored.file, where, blanks)

    def oldest(
        self, dataset: str, field: str, column_zone: str | None, zone: str, where: Predicate
    ) -> Oldest:
        day: date | None = None
        rows = empty = 0
        for (found,) in self.rows(dataset, where, (field,)):
            if found is None:
                empty += 1
                continue
            if not isinstance(found, date):
                raise Refused("form", dataset, field)
            at = day_of(found, zone, column_zone)
            rows, day = rows + 1, at if day is None or at < day else day
        return Oldest(day, rows, empty)

    def stream(
        self, table: str, columns: Sequence[str], size: int
    ) -> Iterator[list[tuple[object, ...]]]:
        form, needed = self.form(table), frozenset(columns)
        for name in columns:
            self.column(table, name)
        block: list[tuple[object, ...]] = []
        for reading in self._at_once(table, form, needed):
            gets = [reading.getter(c) for c in columns]
            for record in reading:
                if record[1] is not None:
                    block.append(tuple(get(record) for get in gets))
                    if len(block) == size:
                        yield block
                        block = []
        if block:
            yield block

    def _at_once(self, table: str, form: Form, needed: frozenset[str]) -> Iterator[Reading]:
        """The files of a table, opened before the first one is read, so that all show one time."""
        if isinstance(form, FolderForm):
            yield form.rows(self.members(table))
            return
        members = self.members(table)
        sources: list[Source] = []
        try:
            sources += (self.opened(table, m) for m in members[:_OPEN])
            for number, member in enumerate(members):
                source = sources[number] if number < _OPEN else self.opened(table, member)
                if number >= _OPEN:
                    sources.append(source)
                yield form.open(source, needed)
        finally:
            for source in sources:
                source.close()

    def window(self, dataset: str, where: Predicate, after: Key | None, size: int) -> Window | None:
        fields = self.keyed(dataset)
        low = None if after is None else order(after)
        ahead = (
            key for key in self.rows(dataset, where, fields)
            if _whole(key, dataset) and (low is None or order(key) > low)
        )  # fmt: skip
        if after == END:
            return None
        if size >= WHOLE_WINDOW and after is None and fields == (ROW_DIGEST,):
            rows = self.count(dataset, where)
            if rows != 1:  # of one row its own key is told, since it may be set aside by it
                return Window(None, END, rows) if rows else None
        if size >= WHOLE_WINDOW:
            return _all_left(after, ahead)
        first = heapq.nsmallest(size, ahead, order)
        if not first:
            return None
        until = first[-1]
        if len(first) < size:
            return Window(after, until, len(first))
        beyond = order(until)
        equal = sum(1 for k in self.rows(dataset, where, fields) if order(k) == beyond)
        return Window(after, until, sum(1 for k in first if order(k) < beyond) + equal)

    # --- key sets ------------------------------------------------------------------------

    def put_keys(
        self, keys: str, dataset: str, rows: Sequence[tuple[int, Key, date | None]]
    ) -> None:
        self.keyed(dataset)
        self._keys[keys] = list(dict.fromkeys(rows))

    def find(self, keys: str, dataset: str, identity: Identity, values: Mapping[int, str]) -> int:
        wanted: dict[object, list[int]] = {}
        for ordinal, said in values.items():
            value = normal(said, identity.normalise)
            if value:
                wanted.setdefault(value, []).append(ordinal)
        key = self.keyed(dataset)
        found: dict[tuple[int, Key, None], None] = {}
        for row in self.rows(dataset, TRUE, (identity.field, *key)):
            shown = normal(plain(row[0]), identity.normalise)
            for ordinal in wanted.get(shown, ()):
                found[ordinal, row[1:], None] = None
        self._keys[keys] = list(found)
        return len(found)

    def spread(self, edge: Edge, to: Side, giver: str, taker: str) -> int:
        taken = self._keys.setdefault(taker, [])
        known = {(n, plain_all(k)) for n, k, _ in taken}
        subjects = self._given(edge, to, giver)
        before = len(known)
        there = edge.parent if to is Side.PARENT else edge.child
        for pointer, key in self.pointing(there, TRUE, edge, to, self.keyed(there)):
            for subject in subjects.get(pointer, ()):
                mark = (subject, plain_all(key))
                if mark not in known:
                    known.add(mark)
                    taken.append((subject, key, None))
        return len(known) - before

    def _given(self, edge: Edge, to: Side, giver: str) -> dict[Pointer, list[int]]:
        """The pointers of the rows of a key set, with the subjects whose they are. Where pointers
        name the key itself, rows that name a key are that person's even if the row is gone."""
        here = edge.child if to is Side.PARENT else edge.parent
        fields, given = self.keyed(here), list(self._keys[giver])
        found: dict[Pointer, list[int]] = {}
        if to is Side.CHILD and set(edge.parent_fields) <= set(fields):
            for subject, key, _ in given:
                cells = dict(zip(fields, key, strict=True))
                pointer = asking.pointing(edge, Side.PARENT, _cell)(("", cells))
                if pointer is not None:
                    found.setdefault(pointer, []).append(subject)
            return found
        by_key: dict[Pointer | None, list[int]] = {}
        for subject, key, _ in given:
            by_key.setdefault(plain_all(key), []).append(subject)
        near = Side.CHILD if to is Side.PARENT else Side.PARENT
        for pointer, key in self.pointing(here, TRUE, edge, near, fields):
            found.setdefault(pointer, []).extend(by_key.get(plain_all(key), ()))
        return found

    def keys(self, keys: str) -> list[tuple[int, Key]]:
        return [(subject, key) for subject, key, _ in self._keys[keys]]

    def drop_keys(self, keys: str) -> None:
        self._keys.pop(keys, None)

    # --- batches -------------------------------------------------------------------------

    def transaction(self) -> AbstractContextManager[FilesBatch]:
        return self._transaction()

    @contextmanager
    def _transaction(self) -> Iterator[FilesBatch]:
        if self._access is not Access.WRITE:
            raise Refused("rights")
        held(self.root, self._wait)
        keys = {name: list(entries) for name, entries in self._keys.items()}
        try:
            if intended(self.root):
                recover(self.root)
            self.works = {}
            self.taken.clear()
            self.otherwise.clear()
            yield FilesBatch(self)
            if self.works:
                self.said += commit(self.root, list(self.works.values()), self._crash)
        except BaseException:
            self._keys = keys
            forget(self.root, list((self.works or {}).values()))
            raise
        finally:
            for work in (self.works or {}).values():
                work.close()
            self.works = None
            self.cuts.clear()
            let_go(self.root)

    def tally(self, tables: Sequence[str]) -> dict[str, int]:
        """See `Tallies` of the check."""
        return tally(self, tables)

    def compares(self, table: str) -> bool:
        """See `Compares` of the check."""
        return compares(self, table)

    def effects(self, tables: Sequence[str]) -> list[str]:
        """What a rewrite does not reach: other names of a file, links, and programs that go on
        writing into a file that was replaced."""
        said, self.said = list(dict.fromkeys(self.said)), []
        links = {t: self.found(t).links for t in tables if t in self._forms}
        lost = (
            f"not done: {n} symbolic links of {t} lead elsewhere" for t, n in links.items() if n
        )
        return [*said, *lost]


def _whole(key: Key, dataset: str) -> bool:
    if None in key:
        raise Refused("key", dataset)
    return True


def _all_left(after: Key | None, ahead: Iterator[Key]) -> Window | None:
    until, highest, rows = None, None, 0
    for key in ahead:
        rows += 1
        now = order(key)
        if highest is None or now > highest:
            until, highest = key, now
    return None if until is None else Window(after, until, rows)


def _cell(name: str) -> Getter:
    return lambda record: record[1][name]
