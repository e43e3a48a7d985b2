"""The stretches of a log that stay, copied; and a changed file compared with the old one.

What a batch has written is never believed: each byte of it is read again beside the old file, and
the rows in what is missing are counted anew.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from typing import BinaryIO

from avow.estate.connectors.base import Refused
from avow.estate.connectors.files.cutting import STRETCH, Cut, Run, split, stretches
from avow.estate.connectors.files.form import Reading
from avow.estate.connectors.files.log_form import LogForm
from avow.estate.connectors.files.log_times import finding, much
from avow.estate.connectors.files.source import Source

_SMALL = 64 * 1024
"""Stretches up to this size are written through the buffer; the kernel copies larger ones."""
_AT_ONCE = 1 << 30
_NOT_HERE = frozenset({errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ETXTBSY})


def copied(source: Source, kept: Cut, out: BinaryIO) -> None:
    """Write the stretches that stay, as they are."""
    for begin, end in kept.runs:
        if end - begin <= _SMALL:
            out.write(_bytes(source, begin, end - begin))
            continue
        out.flush()
        begin = _by_kernel(source, begin, end, out.fileno())  # noqa: PLW2901 (what is left)
        pieces = range(begin, end, STRETCH)
        out.writelines(_bytes(source, at, min(STRETCH, end - at)) for at in pieces)
    out.flush()


def _by_kernel(source: Source, begin: int, end: int, out: int) -> int:
    """Copy without reading; gives how far it went, where the file system does not offer that."""
    while begin < end:
        try:
            done = os.copy_file_range(source.fd, out, min(_AT_ONCE, end - begin), begin)
        except OSError as error:
            if error.errno in _NOT_HERE:
                return begin
            raise
        if not done:
            return begin
        begin += done
    return begin


def _bytes(source: Source, at: int, size: int) -> bytes:
    found = os.pread(source.fd, size, at)
    while len(found) < size:
        more = os.pread(source.fd, size - len(found), at + len(found))
        if not more:
            raise Refused("lock", source.dataset, "a file was cut while it was read")
        found += more
    return found


def gone(form: LogForm, old: Source, new: Source | None, kept: Cut) -> int:
    """Rows of the old file that the new one does not have, where it should be made of the
    stretches that stay. What differs otherwise counts as gone too, so that no sum is right."""
    wrong, at = 0, 0
    for begin, end in kept.runs:
        wrong += not _same(old, begin, new, at, end - begin)
        at += end - begin
    wrong += at != (0 if new is None else new.member.size)
    return wrong + sum(_rows(form, old, gap) for gap in _gaps(kept, old.member.size))


def _same(old: Source, begin: int, new: Source | None, at: int, size: int) -> bool:
    if new is None:
        return not size
    return all(
        os.pread(old.fd, min(STRETCH, size - n), begin + n)
        == os.pread(new.fd, min(STRETCH, size - n), at + n)
        for n in range(0, size, STRETCH)
    )


def _gaps(kept: Cut, size: int) -> Iterator[Run]:
    """What lies between the stretches that stay."""
    at = 0
    for begin, end in kept.runs:
        if begin > at:
            yield at, begin
        at = end
    if at < size:
        yield at, size


def _rows(form: LogForm, old: Source, gap: Run) -> int:
    """The rows in a gap, one more for each of its ends that is not the end of a row. Lines before
    the first row of a file are one."""
    match, rows, torn = form.pattern.match, 0, 0
    find = finding(form.pattern, form.names[0]) if form.names else None
    for number, lines in enumerate(stretches(old, *gap)):
        many = much(lines, b"\n") + (not lines.endswith(b"\n"))
        if find is not None and many > 1 and len(find(_text(form, lines))) == many:
            rows += many
            continue
        found = [match(line) is not None for line in split(_text(form, lines))]
        rows += sum(found)
        torn += number == 0 and not found[0]
    behind = _first_line(old, gap[1])
    return rows + torn + (behind != b"" and match(_text(form, behind)) is None)


def _first_line(old: Source, at: int) -> bytes:
    size, most = 1024, old.member.size - at
    while True:
        found = os.pread(old.fd, min(size, most), at)
        end = found.find(b"\n") + 1
        if end or len(found) >= most or len(found) < size:
            return found[:end] if end else found
        size *= 8


def _text(form: LogForm, lines: bytes) -> str:
    return lines.decode(form.encoding, form.errors)


def gone_from(old: Reading, new: Reading | None) -> int:
    """The same of any two files of rows, read beside each other: the new one must be the old one
    without some rows."""
    rows, missing = iter(old), 0
    for kept in new if new is not None else ():
        for record in rows:
            if record[0] == kept[0]:
                break
            missing += record[1] is not None
        else:
            missing += 1
    return missing + sum(record[1] is not None for record in rows)
