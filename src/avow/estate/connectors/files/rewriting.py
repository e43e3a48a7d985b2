"""A file written anew beside itself, without some rows or with other values in them.

Nothing of the old file is touched here. The new one has the old one's owner, mode and attributes
before its first byte, so that nobody can read it who could not read the old one.
"""

from __future__ import annotations

import contextlib
import errno
import gzip
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast

from avow.estate.connectors.base import Refused
from avow.estate.connectors.files.asking import Test
from avow.estate.connectors.files.comparing import copied
from avow.estate.connectors.files.cutting import Cut
from avow.estate.connectors.files.form import Change, Form, Reading, Record
from avow.estate.connectors.files.root import Root
from avow.estate.connectors.files.source import Source
from avow.estate.datamap.stored import FileFormat

_BUFFER = 1024 * 1024
_LINES = 2000
"""Rows that are put together before they are written."""
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_STRANGE = frozenset({errno.ENOTSUP, errno.EPERM, errno.EACCES, errno.EINVAL})


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What became of a file: rows met, whether any is left in it, and the name of the new file.

    `open_end`: its last row had no end of line and was changed; then the file must not have grown,
    because what came would belong to that row.
    """

    hit: int
    left: bool
    temporary: str
    open_end: bool = False


def no_room(error: OSError, dataset: str) -> Refused:
    """The refusal of a file that could not be written."""
    if error.errno in _NO_SPACE:
        return Refused("other", dataset, "no space is left for the file")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return Refused("rights", dataset, "the folder may not be written to")
    name = errno.errorcode.get(error.errno or 0, "unknown error")
    return Refused("other", dataset, f"the file could not be written ({name})")


def beside(root: Root, path: str) -> str:
    """A new name in the folder of a path."""
    folder, slash, _ = path.rpartition("/")
    return f"{folder}{slash}{root.mark}{secrets.token_hex(8)}"


@contextmanager
def made(root: Root, source: Source, path: str) -> Iterator[tuple[str, BinaryIO]]:
    """A new file beside `path`, like the file of `source` in all but its content; gone again when
    the block raises.

    Raises:
        Refused: it cannot be made or written, or would belong to somebody else.
    """
    name = beside(root, path)
    try:
        fd = root.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        with open(fd, "wb", _BUFFER) as out:
            like(source.fd, fd, source.dataset)
            yield name, out
            out.flush()
            was = os.fstat(source.fd)
            os.utime(fd, ns=(was.st_atime_ns, was.st_mtime_ns))
            os.fsync(fd)
    except OSError as error:
        _forget(root, name)
        raise no_room(error, source.dataset) from None
    except BaseException:
        _forget(root, name)
        raise


def _forget(root: Root, name: str) -> None:
    with contextlib.suppress(OSError):
        root.unlink(name)


def like(old: int, new: int, dataset: str) -> None:
    """Give a new file the owner, mode and extended attributes of an old one.

    Raises:
        Refused: `rights`, when the new file cannot be given to the owner of the old one.
    """
    was, now = os.fstat(old), os.fstat(new)
    if (was.st_uid, was.st_gid) != (now.st_uid, now.st_gid):
        try:
            os.fchown(new, was.st_uid, was.st_gid)
        except OSError:
            raise Refused("rights", dataset, "the owner of a file cannot be kept") from None
    os.fchmod(new, was.st_mode & 0o7777)
    for name in _attributes(old):
        try:
            os.setxattr(new, name, os.getxattr(old, name))
        except OSError as error:
            if error.errno not in _STRANGE:
                raise


def _attributes(fd: int) -> list[str]:
    try:
        return os.listxattr(fd)
    except OSError:
        return []


def rewritten(
    root: Root,
    form: Form,
    source: Source,
    reading: Reading,
    path: str,
    where: Test,
    change: Change | None,
) -> Rewritten | None:
    """The file without the rows that satisfy `where`, or with what `change` makes of them; None
    when there are none, and nothing was written."""
    if form.stored.format is FileFormat.PARQUET:
        return _parquet(root, source, reading, path, where, change)
    rows, before, left = iter(reading), 0, 0
    for record in rows:
        if record[1] is not None and where(record):
            break
        before += len(record[0])
        left += record[1] is not None
    else:
        return None
    with made(root, source, path) as (name, out), _packed(out, source) as sink:
        for block in _beginning(source, form, before):
            sink.write(block)
        kept = _Kept(sink, form)
        hit, more, last = kept.run(record, rows, reading, where, change)
    return Rewritten(hit, left + more > 0, name, last)


def without(root: Root, source: Source, path: str, cut: Cut) -> Rewritten | None:
    """A log without the rows that a question takes out; None when there are none."""
    if not cut.hit:
        return None
    with made(root, source, path) as (name, out):
        copied(source, cut, out)
    return Rewritten(cut.hit, cut.stay > 0, name, cut.open_end)


def _beginning(source: Source, form: Form, characters: int) -> Iterator[bytes]:
    """The first characters of a file, as they are."""
    with source.text(form.encoding, form.errors) as text:
        while characters > 0:
            block = text.read(min(characters, _BUFFER))
            if not block:
                return
            characters -= len(block)
            yield block.encode(form.encoding, form.errors)


@contextmanager
def _packed(out: BinaryIO, source: Source) -> Iterator[BinaryIO]:
    """What is written into the file, packed where the old one was."""
    if not source.packed:
        yield out
        return
    with gzip.GzipFile("", "wb", fileobj=out, mtime=0) as packed:
        yield cast("BinaryIO", packed)


class _Kept:
    """Writes what stays of a stream of records, in large pieces."""

    def __init__(self, sink: BinaryIO, form: Form) -> None:
        self.sink, self.form = sink, form
        self.waiting: list[str] = []

    def run(
        self,
        first: Record,
        rows: Iterator[Record],
        reading: Reading,
        where: Test,
        change: Change | None,
    ) -> tuple[int, int, bool]:
        """Rows met, rows left, and whether the last record was met and has no end of line."""
        waiting, hit, left = self.waiting, 1, 0
        self._met(first, reading, change)
        last: Record = first
        touched = True
        for record in rows:
            last = record
            touched = record[1] is not None and where(record)
            if touched:
                hit += 1
                if change is not None:
                    self._met(record, reading, change)
            else:
                waiting.append(record[0])
                left += record[1] is not None
                if len(waiting) > _LINES:
                    self._write()
        self._write()
        self.sink.flush()
        if change is not None:
            left += hit
        return hit, left, touched and not last[0].endswith("\n")

    def _met(self, record: Record, reading: Reading, change: Change | None) -> None:
        if change is not None:
            new = change(record)
            self.waiting.append(reading.text(record, new) if new else record[0])

    def _write(self) -> None:
        try:
            self.sink.write("".join(self.waiting).encode(self.form.encoding, self.form.errors))
        except UnicodeEncodeError:
            raise Refused("form", self.form.name, "a text in another encoding") from None
        self.waiting.clear()


def _parquet(
    root: Root, source: Source, reading: Reading, path: str, where: Test, change: Change | None
) -> Rewritten | None:
    from avow.estate.connectors.files import parquet_form  # noqa: PLC0415 (an extra)

    if not isinstance(reading, parquet_form.ParquetReading):
        raise TypeError(type(reading).__name__)
    if not any(map(where, reading)):
        return None
    with made(root, source, path) as (name, out):
        hit, left = parquet_form.rewrite(reading, where, change, out)
    return Rewritten(hit, left > 0, name, open_end=True)
