"""How many rows a running batch has taken out of its files, found by reading what it has written.

Only files that a batch has written anew can have changed, so only they are read: each beside the
old one, which stays in place until the end of the batch.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace

from avow.estate.connectors.base import Refused
from avow.estate.connectors.files.changes import CLOSED, Work
from avow.estate.connectors.files.comparing import gone, gone_from
from avow.estate.connectors.files.folder_form import FolderForm
from avow.estate.connectors.files.form import Form, Reading
from avow.estate.connectors.files.log_form import LogForm
from avow.estate.connectors.files.rows import FileRows
from avow.estate.connectors.files.source import Source
from avow.estate.datamap.stored import FileFormat


def tally(rows: FileRows, tables: Sequence[str]) -> dict[str, int]:
    """Minus the rows that went, of these tables and of all whose files were written anew. What
    else differs in a file of which rows were only taken out is counted as if it had gone."""
    changed = set(rows.works or ())
    touched = (n for n in rows.datasets if changed & {m.path for m in rows.found(n).members})
    return {name: -_gone(rows, name) for name in dict.fromkeys((*tables, *touched))}


def compares(rows: FileRows, table: str) -> bool:
    """Whether every row of a table that stays is compared where rows are only taken out."""
    return rows.form(table).stored.format not in {FileFormat.PARQUET, FileFormat.FOLDER}


def _gone(rows: FileRows, dataset: str) -> int:
    form, found = rows.form(dataset), rows.found(dataset).members
    if isinstance(form, FolderForm):
        return _records(form.rows(found)) - _records(form.rows(rows.members(dataset)))
    works = rows.works or {}
    return sum(_of(rows, form, works[m.path]) for m in found if m.path in works)


def _of(rows: FileRows, form: Form, work: Work) -> int:
    entry = work.entry
    with ExitStack() as opened:
        old = _opened(rows, form, entry.path, work.fd, entry.seen)
        opened.callback(old.close)
        new = None
        if entry.temporary is not None:
            new = _opened(rows, form, entry.temporary, CLOSED, None, packed=old.packed)
            opened.callback(new.close)
        how = rows.taken.get(entry.path)
        if how is not None and isinstance(form, LogForm) and form.name == entry.dataset:
            return gone(form, old, new, how)
        needed = frozenset(rows.column_names(form.name))
        before, after = form.open(old, needed), form.open(new, needed) if new else None
        if entry.path in rows.otherwise or not compares(rows, form.name):
            return _records(before) - (_records(after) if after else 0)
        return gone_from(before, after)


def _opened(
    rows: FileRows, form: Form, path: str, fd: int, size: int | None, *, packed: bool | None = None
) -> Source:
    """One of the two files of a change, as it was when it was read."""
    member = rows.root.look(path)
    if member is None:
        raise Refused("lock", form.name, "a file was moved while it was read")
    mine = rows.root.open(path) if fd == CLOSED else os.dup(fd)
    known = member if size is None else replace(member, size=size)
    return Source(mine, known, form.name, packed=member.packed if packed is None else packed)


def _records(reading: Reading | Iterator[tuple[str, object]]) -> int:
    return sum(1 for record in reading if record[1] is not None)
