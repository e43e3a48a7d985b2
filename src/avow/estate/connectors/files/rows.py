"""The rows of a folder of files, as they are asked for: file by file, record by record.

What a running batch has written anew is read in place of the old file, and so is what a batch left
over that was cut short after its end was written down.
"""

from __future__ import annotations

import heapq
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TypeAlias

from avow.common.clock import Clock
from avow.estate.connectors.base import Refused, Window
from avow.estate.connectors.catalogue import Catalogue, Column
from avow.estate.connectors.files import asking
from avow.estate.connectors.files.asking import Pointer, Question, Test
from avow.estate.connectors.files.changes import Entry, Work, intended
from avow.estate.connectors.files.cutting import Cut, Cuts
from avow.estate.connectors.files.folder_form import FolderForm
from avow.estate.connectors.files.form import Form, Getter, Reading, Record
from avow.estate.connectors.files.live import form_of, read_catalogue
from avow.estate.connectors.files.log_form import LogForm
from avow.estate.connectors.files.root import Found, Member, Root
from avow.estate.connectors.files.source import Source
from avow.estate.connectors.values import plain
from avow.estate.datamap.edges import Edge, Side
from avow.estate.datamap.model import System
from avow.estate.datamap.predicates import Predicate, Related, key_sets
from avow.estate.datamap.reach import Key

KeySet: TypeAlias = list[tuple[int, Key, date | None]]
_TRIES = 3
"""Times a file that was just rotated is looked for under its new name."""


class FileRows:
    """The rows of a system's files. `works` are the changes of the batch that is running, `said`
    what it could not do wholly. `taken`: how files were cut that were cut once and not changed
    `otherwise` than by taking rows out."""

    def __init__(self, system: System, root: Root, clock: Clock) -> None:
        self._system, self.root = system, root
        self._keys: dict[str, KeySet] = {}
        self.works: dict[str, Work] | None = None
        self.said: list[str] = []
        self.cuts = Cuts(clock)
        self.taken: dict[str, Cut] = {}
        self.otherwise: set[str] = set()
        stored = {n: d for n, d in system.datasets.items() if d.stored}
        self._forms = {name: form_of(d, system, root) for name, d in stored.items()}

    @property
    def system(self) -> System:
        return self._system

    @cached_property
    def _catalogue(self) -> Catalogue:
        return read_catalogue(self)

    def catalogue(self) -> Catalogue:
        return self._catalogue

    # --- files and rows ------------------------------------------------------------------

    @property
    def datasets(self) -> tuple[str, ...]:
        """The datasets that lie in files."""
        return tuple(self._forms)

    def form(self, dataset: str) -> Form:
        """How the files of a dataset are read; Refused (`schema`) when it is none of files."""
        if dataset not in self._forms:
            raise Refused("schema", dataset)
        return self._forms[dataset]

    def found(self, dataset: str) -> Found:
        """The files of a dataset as they are on the disk."""
        return self.root.find(self.form(dataset).stored.file, dataset)

    def members(self, dataset: str) -> list[Member]:
        """The files of a dataset that are there once the batch that is running, or was cut short,
        is through."""
        gone = {e.path for e in self._pending() if e.temporary is None}
        return [m for m in self.found(dataset).members if m.path not in gone]

    def _pending(self) -> list[Entry]:
        if self.works is not None:
            return [work.entry for work in self.works.values()]
        return intended(self.root)

    def opened(self, dataset: str, member: Member) -> Source:
        """A file, open; where it was replaced in this batch, the new one.

        Raises:
            Refused: `rights`, we may not read it; `lock`, it was moved just now.
        """
        waiting = {e.path: e.temporary for e in self._pending() if e.temporary}
        path = waiting.get(member.path)
        if path is not None:
            now = self.root.look(path)
            if now is not None:
                return Source(self._fd(dataset, path), now, dataset, packed=member.packed)
            member = self.root.look(member.path) or member
        for _ in range(_TRIES):
            fd = self._fd(dataset, member.path)
            if os.fstat(fd).st_ino == member.inode:
                return Source(fd, member, dataset, packed=member.packed)
            os.close(fd)
            member = self._moved(dataset, member)
        raise Refused("lock", dataset, "files were moved while they were read")

    def _moved(self, dataset: str, member: Member) -> Member:
        same = (m for m in self.found(dataset).members if m.inode == member.inode)
        found = next(same, None)
        if found is None:
            raise Refused("lock", dataset, "a file was moved while it was read")
        return found

    def _fd(self, dataset: str, path: str) -> int:
        try:
            return self.root.open(path)
        except PermissionError:
            raise Refused("rights", dataset) from None
        except (FileNotFoundError, NotADirectoryError):
            raise Refused("lock", dataset, "a file was moved while it was read") from None
        except OSError:
            raise Refused("lost", dataset, "a file cannot be opened") from None

    def readings(self, dataset: str, needed: frozenset[str]) -> Iterator[Reading]:
        """The rows of every file of a dataset, one file after the other."""
        form = self.form(dataset)
        if isinstance(form, FolderForm):
            yield form.rows(self.members(dataset))
            return
        for member in self.members(dataset):
            source = self.opened(dataset, member)
            try:
                yield form.open(source, needed)
            finally:
                source.close()

    def column(self, dataset: str, name: str) -> Column:
        """A live column; Refused (`schema`) when there is none of this name."""
        table = self.catalogue().tables.get(dataset)
        if table is None:
            raise Refused("schema", dataset)
        found = table.column(name)
        if found is None:
            raise Refused("schema", dataset, name)
        return found

    def key_fields(self, dataset: str) -> tuple[str, ...]:
        """The columns of the dataset's key."""
        declared = self._system.datasets.get(dataset)
        return declared.key if declared else ()

    def keyed(self, dataset: str) -> tuple[str, ...]:
        """The columns of the key; Refused (`key`) when there is none."""
        fields = self.key_fields(dataset)
        if not fields:
            raise Refused("key", dataset)
        return fields

    # --- asking --------------------------------------------------------------------------

    def question(self, dataset: str, where: Predicate) -> Question:
        """A predicate with all that it asks of other rows read."""
        self.column_names(dataset)
        for keys in key_sets(where):
            if keys not in self._keys:
                raise Refused("keys", keys)
        asked = asking.resolved(where, self._entries, self._pointers)
        for name in asking.columns(asked):
            self.column(dataset, name)
        return asked

    def column_names(self, dataset: str) -> tuple[str, ...]:
        """The live columns of a dataset; Refused (`schema`) when it is not there."""
        table = self.catalogue().tables.get(dataset)
        if table is None:
            raise Refused("schema", dataset)
        return tuple(c.name for c in table.columns)

    def test(self, dataset: str, asked: Question, reading: Reading) -> Test:
        """A question as a function over the records of one file."""
        return asking.test(asked, reading.getter, lambda name: self.column(dataset, name))

    def _entries(self, keys: str, until: date | None) -> Iterator[Key]:
        for _, key, at in self._keys[keys]:
            if until is None or (at is not None and at <= until):
                yield key

    def _pointers(self, related: Related) -> frozenset[Pointer]:
        """The pointers by which rows on the other side of an edge are met."""
        edge, there = related.edge, related.to
        found = self.pointing(related.dataset, related.where, edge, there)
        return frozenset(pointer for pointer, _ in found)

    def pointing(
        self, dataset: str, where: Predicate, edge: Edge, side: Side, fields: Sequence[str] = ()
    ) -> Iterator[tuple[Pointer, tuple[object, ...]]]:
        """The pointer of every row that has one, with the values of `fields`."""
        asked = self.question(dataset, where)
        ends = edge.child_fields if side is Side.CHILD else edge.parent_fields
        needed = asking.columns(asked) | set(ends) | set(fields) | {c for c, _ in edge.when}
        for name in (*ends, *fields):
            self.column(dataset, name)
        for reading in self.readings(dataset, needed):
            test = self.test(dataset, asked, reading)
            pointer = asking.pointing(edge, side, reading.getter)
            gets = [reading.getter(f) for f in fields]
            for record in reading:
                if record[1] is not None and test(record):
                    found = pointer(record)
                    if found is not None:
                        yield found, tuple(get(record) for get in gets)

    def rows(
        self,
        dataset: str,
        where: Predicate,
        fields: Sequence[str],
        get: Callable[[Reading, str], Getter] = lambda reading, name: reading.getter(name),
        window: Window | None = None,
    ) -> Iterator[tuple[object, ...]]:
        """Values of the rows that satisfy a predicate, in the order in which they lie."""
        asked = self.question(dataset, where)
        for name in fields:
            self.column(dataset, name)
        needed = asking.columns(asked) | set(fields)
        needed |= set(self.key_fields(dataset)) if window else set()
        for reading in self.readings(dataset, frozenset(needed)):
            test = self.within(dataset, self.test(dataset, asked, reading), reading, window)
            gets = [get(reading, f) for f in fields]
            for record in reading:
                if record[1] is not None and test(record):
                    yield tuple(each(record) for each in gets)

    def count(self, dataset: str, where: Predicate) -> int:
        form, asked = self.form(dataset), self.question(dataset, where)
        if not isinstance(form, LogForm):
            return sum(1 for _ in self.rows(dataset, where, ()))
        return sum(self._counted(form, asked, member) for member in self.members(dataset))

    def _counted(self, form: LogForm, asked: Question, member: Member) -> int:
        source = self.opened(form.name, member)
        try:
            reading = form.open(source, asking.columns(asked))
            test = self.test(form.name, asked, reading)
            found = self.cuts.of(form, source, asked, test)
            if found is not None:
                return found.hit
            return sum(1 for record in reading if test(record))
        finally:
            source.close()

    def cut(self, dataset: str, source: Source, asked: Question, test: Test) -> Cut | None:
        """The bytes of a file without the rows that satisfy a question; None where it has to be
        written row by row."""
        form = self.form(dataset)
        if not isinstance(form, LogForm):
            return None
        found = self.cuts.of(form, source, asked, test)
        return None if found is None or found.kept is None else found

    def did(self, path: str, cut: Cut | None, *, taken: bool = True) -> None:
        """Remember how a file was changed in this batch: a file cut twice is compared row by
        row."""
        again = path in self.taken or path in (self.works or {})
        self.taken.pop(path, None)
        if not taken:
            self.otherwise.add(path)
        elif cut is not None and not again:
            self.taken[path] = cut

    def within(self, dataset: str, test: Test, reading: Reading, window: Window | None) -> Test:
        """A test that also asks whether the row's key lies in a window."""
        if window is None or is_whole(window):
            return test
        gets = [reading.getter(f) for f in self.keyed(dataset)]
        low = None if window.after is None else order(window.after)
        high = order(window.until)

        def inside(record: Record) -> bool:
            if not test(record):
                return False
            key = order([get(record) for get in gets])
            return (low is None or key > low) and key <= high

        return inside

    def sorted_rows(
        self,
        dataset: str,
        where: Predicate,
        fields: Sequence[str],
        get: Callable[[Reading, str], Getter] = lambda reading, name: reading.getter(name),
        window: Window | None = None,
        limit: int | None = None,
    ) -> list[tuple[object, ...]]:
        """Values of the rows that satisfy a predicate, in key order. They are held in memory."""
        key = self.key_fields(dataset)
        typed = len(key)

        def either(reading: Reading, name: str) -> Getter:
            return get(reading, name)

        found = self.rows(dataset, where, (*key, *fields), either, window)
        if not key:
            return [row for _, row in zip(range(limit), found, strict=False)] if limit else [*found]
        by_key = lambda row: order(row[:typed])  # noqa: E731 (two uses, one line)
        rows = sorted(found, key=by_key) if limit is None else heapq.nsmallest(limit, found, by_key)
        return [row[typed:] for row in rows]


END: Key = ("g",)
"""Behind the key of every row that declares none: the digits of a hash end with `f`."""


def is_whole(window: Window) -> bool:
    """Whether a window holds all rows of a dataset without a key of its own, whatever theirs."""
    return window.after is None and window.until == END


def order(key: Sequence[object]) -> tuple[tuple[int, object], ...]:
    """A key in a form that can be compared, absent parts last."""
    return tuple(_ranked(part) for part in key)


def _ranked(part: object) -> tuple[int, object]:
    match part:
        case None:
            return (9, 0)
        case bool() | int() | float() | Decimal():
            return (0, part)
        case str():
            return (2, part)
        case list() | dict():
            return (3, plain(part))
    return (1, part)
