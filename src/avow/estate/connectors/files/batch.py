"""What one batch does to files: a change is a new file beside the old one until the batch ends."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from avow.estate.connectors.base import Refused, Window
from avow.estate.connectors.files import asking
from avow.estate.connectors.files.asking import Test
from avow.estate.connectors.files.changes import CLOSED, HELD, Entry, Work, being_written
from avow.estate.connectors.files.cutting import Cut
from avow.estate.connectors.files.folder_form import FolderForm
from avow.estate.connectors.files.form import Change, Form, Getter, Reading, Record
from avow.estate.connectors.files.held_open import kept_out, let_in
from avow.estate.connectors.files.rewriting import Rewritten, made, rewritten, without
from avow.estate.connectors.files.root import Member
from avow.estate.connectors.files.rows import FileRows, is_whole
from avow.estate.connectors.files.source import Source
from avow.estate.connectors.values import emptied, plain_all
from avow.estate.datamap.model import Blank
from avow.estate.datamap.predicates import TRUE, Predicate
from avow.estate.datamap.reach import Key
from avow.estate.datamap.stored import FileFormat

_Changing: TypeAlias = Callable[[Reading], Change]


class FilesBatch:
    """What may be done inside one transaction."""

    def __init__(self, connection: FileRows) -> None:
        self._connection = connection

    @property
    def _works(self) -> dict[str, Work]:
        works = self._connection.works
        if works is None:
            raise Refused("lost")
        return works

    def lock(self, dataset: str, where: Predicate) -> int:
        """Files have no locks on rows: what is added meanwhile is copied at the end."""
        return self._connection.count(dataset, where)

    def remove(self, dataset: str, where: Predicate, window: Window | None = None) -> int:
        """Take out the rows that satisfy `where`; a file of several that has no row left goes."""
        form = self._connection.form(dataset)
        if isinstance(form, FolderForm):
            return self._unlink(form, where, window)
        return self._change(dataset, where, window, None)

    def blank(
        self,
        dataset: str,
        where: Predicate,
        blanks: Mapping[str, Blank],
        window: Window | None = None,
    ) -> int:
        """Empty fields of the rows that satisfy `where`; rows already blank are not counted."""
        columns = {name: self._connection.column(dataset, name) for name in blanks}
        for name, column in columns.items():
            if column.generated:
                raise Refused("form", dataset, name)
        key = self._connection.key_fields(dataset)

        def emptying(reading: Reading) -> Change:
            gets = {name: reading.getter(name) for name in blanks}
            keys = [reading.getter(f) for f in key]

            def new(record: Record) -> Mapping[str, object]:
                own = [get(record) for get in keys]
                was = {name: get(record) for name, get in gets.items()}
                made = {n: emptied(was[n], b, columns[n], own, dataset) for n, b in blanks.items()}
                return {n: value for n, value in made.items() if value != was[n]}

            return new

        changed = self._change(dataset, where, window, emptying)
        self._check(dataset, blanks)
        return changed

    def _check(self, dataset: str, blanks: Mapping[str, Blank]) -> None:
        """A key that was blanked must still be one."""
        key = self._connection.key_fields(dataset)
        if not set(key) & set(blanks):
            return
        found = [plain_all(row) for row in self._connection.rows(dataset, TRUE, key)]
        if None in found or len(set(found)) < len(found):
            raise Refused("constraint", dataset, "+".join(key))

    def copies(
        self,
        dataset: str,
        where: Predicate,
        columns: Sequence[str],
        window: Window | None = None,
    ) -> list[tuple[object, ...]]:
        """Texts as they stand in the file: those of CSV, and JSON of what JSON Lines hold. Of other
        forms there are none: what cannot be brought back is not taken out early."""
        if not self._connection.form(dataset).inserts:
            raise Refused("form", dataset, "rows of this form cannot be brought back")
        return self._connection.sorted_rows(dataset, where, columns, _raw, window)

    def insert(
        self, dataset: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
    ) -> int:
        """Bring back rows at the end of the last file of the dataset."""
        connection = self._connection
        form, members = connection.form(dataset), connection.members(dataset)
        if not form.inserts or not members:
            raise Refused("form", dataset)
        member, source = members[-1], connection.opened(dataset, members[-1])
        try:
            reading = form.open(source, frozenset(columns))
            lines = list(self._missing(dataset, reading, columns, rows))
            if lines:
                self._added(dataset, member, source, form, lines)
        finally:
            source.close()
        return len(lines)

    def _missing(
        self, dataset: str, reading: Reading, columns: Sequence[str], rows: Sequence[Key]
    ) -> Iterator[str]:
        """The rows whose key is not there, as they will stand in the file."""
        key = self._connection.keyed(dataset)
        there = {plain_all(k) for k in self._connection.rows(dataset, TRUE, key)}
        for row in rows:
            text = reading.anew(dict(zip(columns, row, strict=True)))
            values = [reading.getter(f)(text) for f in key]
            if plain_all(values) not in there:
                yield text[0]

    def _added(
        self, dataset: str, member: Member, source: Source, form: Form, lines: Sequence[str]
    ) -> None:
        connection, root = self._connection, self._connection.root
        with made(root, source, member.path) as (name, out):
            text = "".join(self._whole(source, form))
            end = "" if not text or text.endswith("\n") else "\n"
            data = (text + end + "".join(lines)).encode(form.encoding, form.errors)
            out.write(data if not source.packed else _zipped(data))
        connection.did(member.path, None, taken=False)
        self._note(dataset, member, source, name, open_end=bool(end))

    def _whole(self, source: Source, form: Form) -> Iterator[str]:
        yield from source.lines(form.encoding, form.errors)

    def restore(
        self,
        dataset: str,
        key: Sequence[str],
        blanks: Mapping[str, Blank],
        rows: Sequence[tuple[object, ...]],
    ) -> int:
        """Set blanked cells back where they are still as they were blanked."""
        columns = {name: self._connection.column(dataset, name) for name in blanks}

        def bringing(reading: Reading) -> Change:
            size = len(key)
            keys = [reading.getter(f) for f in key]
            gets = {name: reading.getter(name) for name in blanks}
            given = {}
            for row in rows:
                cells = reading.anew(dict(zip(key, row[:size], strict=True)))
                given[plain_all(reading.getter(f)(cells) for f in key)] = row[size:]

            def new(record: Record) -> Mapping[str, object]:
                own = [get(record) for get in keys]
                back = given.get(plain_all(own))
                was = {name: get(record) for name, get in gets.items()}
                blank = all(
                    was[n] == emptied(was[n], b, columns[n], own, dataset)
                    for n, b in blanks.items()
                )
                if back is None or not blank:
                    return {}
                return {n: reading.revived(v) for n, v in zip(blanks, back, strict=True)}

            return new

        return self._change(dataset, TRUE, None, bringing)

    def receipt(self, plan: str, step: int, batch: int, rows: int) -> None:
        """There is no place for receipts."""
        del plan, step, batch, rows
        raise Refused("rights", "receipts")

    # --- files ---------------------------------------------------------------------------

    def _change(
        self, dataset: str, where: Predicate, window: Window | None, change: _Changing | None
    ) -> int:
        """Write anew every file with rows that satisfy `where`; gives how many those were."""
        connection = self._connection
        form, asked = connection.form(dataset), connection.question(dataset, where)
        key = set(connection.key_fields(dataset))
        needed = frozenset(asking.columns(asked) | key | set(connection.column_names(dataset)))
        changed = 0
        for member in connection.members(dataset):
            source = connection.opened(dataset, member)
            try:
                reading = form.open(source, needed if change else frozenset(needed))
                plain = connection.test(dataset, asked, reading)
                test = connection.within(dataset, plain, reading, window)
                if change is None and (window is None or is_whole(window)):
                    cut = connection.cut(dataset, source, asked, plain)
                else:
                    cut = None
                if cut is None:
                    changed += self._file(dataset, member, source, reading, test, change)
                else:
                    changed += self._cut(dataset, member, source, cut)
            finally:
                source.close()
        if window is not None and changed > window.rows and is_whole(window):
            raise Refused("lock", dataset, "rows came in while the files were read")
        return changed

    def _cut(self, dataset: str, member: Member, source: Source, cut: Cut) -> int:
        now = without(self._connection.root, source, member.path, cut)
        return 0 if now is None else self._changed(dataset, member, source, now, cut)

    def _changed(
        self,
        dataset: str,
        member: Member,
        source: Source,
        now: Rewritten,
        cut: Cut | None,
        *,
        taken: bool = True,
    ) -> int:
        form, name = self._connection.form(dataset), now.temporary
        self._connection.did(member.path, cut, taken=taken)
        if now.left or not self._may_go(form, member):
            self._note(dataset, member, source, name, open_end=now.open_end)
        else:
            self._connection.root.unlink(name)
            self._note(dataset, member, source, None, open_end=now.open_end)
        return now.hit

    def _file(
        self,
        dataset: str,
        member: Member,
        source: Source,
        reading: Reading,
        test: Test,
        changing: _Changing | None,
    ) -> int:
        form, change = self._connection.form(dataset), None
        if changing is not None:
            change = changing(reading)
            test = _and_differs(test, change)
        root = self._connection.root
        now = rewritten(root, form, source, reading, member.path, test, change)
        if now is None:
            return 0
        return self._changed(dataset, member, source, now, None, taken=change is None)

    def _may_go(self, form: Form, member: Member) -> bool:
        """Whether a file without rows is removed: one of several is, but not the one that a log
        with rotated files is being written to."""
        stored = form.stored
        current = stored.format is FileFormat.LOG and member.path == stored.file.rstrip("*")
        return not stored.is_one and not current

    def _note(
        self, dataset: str, member: Member, source: Source, name: str | None, *, open_end: bool
    ) -> None:
        """Remember what becomes of a file; what was prepared for it before is thrown away."""
        root, known = self._connection.root, self._works.get(member.path)
        length = 0
        if name is not None:
            made = root.look(name)
            length = made.size if made else 0
        if known is not None:
            plain = known.entry.plain and not open_end
            self._works[member.path] = Work(
                Entry(
                    dataset, member.path, name, known.entry.device, known.entry.inode,
                    known.entry.seen, length, plain,
                ),
                known.fd,
            )  # fmt: skip
            if known.entry.temporary:
                root.unlink(known.entry.temporary)
            return
        form = self._connection.form(dataset)
        lines = form.stored.format not in {FileFormat.PARQUET, FileFormat.FOLDER}
        entry = Entry(
            dataset, member.path, name, member.device, member.inode, member.size, length,
            lines and not source.packed and not open_end,
        )  # fmt: skip
        few = len(self._works) < HELD and form.stored.format is not FileFormat.FOLDER
        self._works[member.path] = Work(entry, os.dup(source.fd) if few else CLOSED)
        if not kept_out(source.fd):
            raise being_written(dataset)
        let_in(source.fd)
        if member.links > 1:
            self._connection.said.append(
                f"not done: a file of {dataset} has another name on its file system, "
                "where its old content stays"
            )

    def _unlink(self, form: FolderForm, where: Predicate, window: Window | None) -> int:
        """Remove whole files, each with its sidecar."""
        connection, dataset = self._connection, form.name
        asked, removed = connection.question(dataset, where), 0
        reading = form.rows(connection.members(dataset))
        test = connection.test(dataset, asked, reading)
        inside = connection.within(dataset, test, reading, window)
        going = [record[1].member for record in reading if inside(record)]
        for member in going:
            self._goes(dataset, member)
            removed += 1
            beside = form.sidecar(member.path)
            found = connection.root.look(beside) if beside else None
            if found is not None and found.path not in self._works:
                self._goes(dataset, found)
        return removed

    def _goes(self, dataset: str, member: Member) -> None:
        source = self._connection.opened(dataset, member)
        try:
            self._note(dataset, member, source, None, open_end=True)
        finally:
            source.close()


def _and_differs(test: Test, change: Change) -> Test:
    """Whether a row is meant, and would not stay as it is."""
    return lambda record: test(record) and bool(change(record))


def _raw(reading: Reading, name: str) -> Getter:
    return reading.raw(name)


def _zipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)
