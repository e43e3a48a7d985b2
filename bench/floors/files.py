"""Ways to expire lines of one log by hand: read, filter, write, put in place. Nothing else.

Each gives the lines it took out. It is written for this one log: that every line is a row, where
its moment stands, that its offset is always the same and the cutoff a midnight. The new file is put
on the disk before it takes the old one's place, as anybody would who minds the log.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

Floor = Callable[[Path, datetime], int]
BLOCK = 1 << 20


class Days(dict[bytes, bool]):
    """Whether the lines of a day stay, by its text: `02/Jan/2025`."""

    def __init__(self, cutoff: datetime) -> None:
        super().__init__()
        self._cutoff = cutoff

    def __missing__(self, day: bytes) -> bool:
        at = datetime.strptime(day.decode(), "%d/%b/%Y").replace(tzinfo=self._cutoff.tzinfo)
        self[day] = at >= self._cutoff
        return self[day]


@contextmanager
def _anew(path: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """The old file and the new one, which takes its place at the end."""
    beside = path.with_suffix(".new")
    with path.open("rb", BLOCK) as old, beside.open("wb", BLOCK) as new:
        yield old, new
        new.flush()
        os.fsync(new.fileno())
    beside.replace(path)


def by_line(path: Path, cutoff: datetime) -> int:
    """Line by line, the day found by its bracket."""
    stays, gone = Days(cutoff), 0
    with _anew(path) as (old, new):
        write = new.write
        for line in old:
            at = line.index(b"[") + 1
            if stays[line[at : at + 11]]:
                write(line)
            else:
                gone += 1
    return gone


def by_pieces(path: Path, cutoff: datetime) -> int:
    """Many lines at once, filtered in one expression."""
    stays, gone = Days(cutoff), 0
    with _anew(path) as (old, new):
        while lines := old.readlines(BLOCK):
            kept = [line for line in lines if stays[line.split(b"[", 1)[1][:11]]]
            gone += len(lines) - len(kept)
            new.writelines(kept)
    return gone


def by_blocks(path: Path, cutoff: datetime) -> int:
    """Blocks of whole lines: their days by one expression, and lines only where they differ."""
    stays, gone = Days(cutoff), 0
    find = re.compile(rb"\[(\d\d/[A-Z][a-z]{2}/\d{4}):").findall
    with _anew(path) as (old, new):
        left = b""
        while read := old.read(BLOCK):
            whole, line_end, left = (left + read).rpartition(b"\n")
            block = whole + line_end
            days = find(block)
            said = {stays[day] for day in set(days)}
            if said == {True}:
                new.write(block)
            elif said == {False}:
                gone += len(days)
            else:
                lines = block.splitlines(keepends=True)
                kept = [line for line in lines if stays[line.split(b"[", 1)[1][:11]]]
                gone += len(lines) - len(kept)
                new.writelines(kept)
    return gone


FLOORS: Mapping[str, Floor] = {"line": by_line, "pieces": by_pieces, "blocks": by_blocks}


def trusting(path: Path, cutoff: datetime) -> int:
    """No filter: the first line that stays is searched by halves, and the rest copied unread. One
    line that stands out of order is lost or stays for ever; so it is no floor, and is told apart.
    Gives the bytes that went."""
    stays = Days(cutoff)
    low, high = 0, path.stat().st_size
    with _anew(path) as (old, new):
        while low < high:
            middle = (low + high) // 2
            old.seek(middle)
            old.readline()
            line = old.readline()
            if line and not stays[line.split(b"[", 1)[1][:11]]:
                low = middle + 1
            else:
                high = middle
        old.seek(low)
        old.readline()
        first = at = old.tell()
        while done := os.copy_file_range(old.fileno(), new.fileno(), 1 << 30, at):
            at += done
    return first
